"""prompts/*.md → messages: versioned, with a stable prefix, and the article as plain data."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import yaml

from claimx.errors import PromptError
from claimx.schema import Article, Chunk

Message = dict[str, str]

_FRONT_MATTER = re.compile(r"---\r?\n(.*?)\r?\n---\r?\n(.*)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{(about|context|chunk|tag|problems)\}")
_TAG = re.compile(r"<(/?)([a-z][a-z0-9_-]*)>")
# Tokens that chat templates are made of. Servers that read them inside a message, too (llama.cpp, vLLM), would let an
# article end its turn and begin another.
_CONTROL = re.compile(
    r"<(?=[|｜]|/?(?:s|bos|eos|pad|unk|mask|sop|eop|start_of_\w{1,20}|end_of_\w{1,20}|tool_\w{1,20}|think|unused\d{1,4})>)"
    r"|\[(?=/?(?:INST|PREFIX|SUFFIX|MIDDLE|ARGS|CALL_ID|THINK|gMASK|[A-Z]{2,12}_[A-Z_]{1,20}|IMG)\])"
)
_WORD_JOINER = "\u2060"
# What looks like an angle bracket and is no compatibility form of one.
_BRACKETS = str.maketrans(dict.fromkeys("‹⟨〈❬❮ᐸ˂⧼𐊖", "<"))
# Controls and marks, which do not part a word for who reads it.
_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Me"})
# What may be something else than it looks like: in most texts little, and the rest need not be looked up.
_RARE = re.compile(r"[^ -~\t\n\r]")
# What each part may hold; the system part is the same in every request, so that servers can cache it.
_PARTS = {"system": set(), "user": {"about", "context", "chunk", "tag"}, "again": {"problems"}}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of the instructions to a model."""

    name: str
    version: str
    description: str
    system: str
    user: str
    again: str

    @property
    def digest(self) -> str:
        """First 12 hex digits of the SHA-256 of all that is sent."""
        return hashlib.sha256("\0".join((self.system, self.user, self.again)).encode()).hexdigest()[:12]

    def __str__(self) -> str:
        return f"{self.name}@{self.version}#{self.digest}"


def load_prompt(name: str) -> Prompt:
    """The prompt of that name that ships with claimx, or the one in a file when `name` is a path ending in .md.

    Raises:
        PromptError: If there is no such prompt, or it lacks a part or a placeholder.
    """
    if name.endswith(".md"):
        try:
            return parse_prompt(Path(name).read_text(encoding="utf-8"), name)
        except (OSError, UnicodeDecodeError) as error:
            raise PromptError(name, f"cannot be read ({error})") from None
    shipped = {path.name.removesuffix(".md"): path for path in _folder().iterdir() if path.name.endswith(".md")}
    if name not in shipped:
        raise PromptError(name, f"not among {', '.join(sorted(shipped))}; a file of your own ends in .md")
    return parse_prompt(shipped[name].read_text(encoding="utf-8"), name)


def parse_prompt(text: str, path: str) -> Prompt:
    """Read a prompt file: YAML front matter, then the parts `## system`, `## user` and `## again`."""
    match = _FRONT_MATTER.fullmatch(text)
    if not match:
        raise PromptError(path, "has no front matter (--- name, version, description ---)")
    try:
        front = yaml.load(match[1], yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise PromptError(path, f"front matter is not YAML ({str(error).splitlines()[0]})") from None
    if not isinstance(front, dict) or not {"name", "version"} <= front.keys():
        raise PromptError(path, "front matter needs name and version")
    pieces = re.split(r"^## (\w+)[ \t]*\r?$", match[2], flags=re.MULTILINE)
    parts = {title: body.strip() for title, body in zip(pieces[1::2], pieces[2::2], strict=True)}
    if parts.keys() != _PARTS.keys():
        raise PromptError(path, f"needs exactly the parts {', '.join('## ' + part for part in _PARTS)}")
    for part, needed in _PARTS.items():
        if set(_PLACEHOLDER.findall(parts[part])) != needed:
            raise PromptError(path, f"## {part} must hold {', '.join(sorted(needed)) or 'no placeholder'}")
    return Prompt(
        name=str(front["name"]), version=str(front["version"]), description=str(front.get("description", "")), **parts
    )


def render(prompt: Prompt, article: Article, chunk: Chunk) -> list[Message]:
    """The messages that ask for the claims of one chunk.

    What comes from the article is put in once and never looked at for placeholders. The tags of the user part occur
    nowhere in it, however they are written, so no text can close an element early: one that does gets another name, in
    this request alone. Tokens of chat templates are parted by a word joiner, which grounding looks through.
    """
    about = defused(
        "\n".join(
            f"{name}: {' '.join(value.split())}"
            for name, value in (
                ("title", article.title),
                ("source", article.source),
                ("author", article.author),
                ("published", article.published),
            )
            if value
        )
    )
    inside = _without_disguise(f"{about}\n{chunk.context}\n{chunk.text}")
    values = {
        "about": about or "nothing known",
        "context": defused(chunk.context) or "none",
        "chunk": defused(chunk.text),
        "tag": _unused_tag("chunk", inside),
    }
    # The template is finished before anything of the article is in it.
    template = _TAG.sub(lambda match: f"<{match[1]}{_unused_tag(match[2], inside)}>", prompt.user)
    return [
        {"role": "system", "content": prompt.system},
        {"role": "user", "content": _fill(template, values)},
    ]


def render_again(prompt: Prompt, messages: list[Message], answer: str, problems: Iterable[str]) -> list[Message]:
    """The messages that ask once more, with what was wrong with the answer."""
    listed = "\n".join(f"- {problem}" for problem in problems)
    return [
        *messages,
        {"role": "assistant", "content": defused(answer)},
        {"role": "user", "content": _fill(prompt.again, {"problems": defused(listed)})},
    ]


def _fill(template: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], template)


def defused(text: str) -> str:
    """The text with the tokens of chat templates parted by a word joiner, so that no server takes them for its own."""
    return _CONTROL.sub(lambda match: match[0] + _WORD_JOINER, text)


def _without_disguise(text: str) -> str:
    """The text as a reader takes it: entities resolved, compatibility forms plain, nothing invisible, one case."""
    return _RARE.sub(_plainly, html.unescape(text)).casefold()


def _plainly(rare: re.Match[str]) -> str:
    # One by one: the time that a normalization takes grows with the square of a run of combining marks.
    plain = unicodedata.normalize("NFKC", rare[0]).translate(_BRACKETS)
    return "".join(char for char in plain if char.isspace() or unicodedata.category(char) not in _UNSEEN)


def _unused_tag(name: str, text: str) -> str:
    """`name`, or the first `name-…` that is not in the text; from a digest, so that every run writes the same.

    A tag with a letter from beyond ASCII may be this one in look-alikes, and counts as it.
    """
    tag = name
    is_taken = re.search(rf"<\s*(?:/\s*)?(?:{name}|[a-z_-]*(?=\w)[^\x00-\x7f])", text)
    while is_taken:
        tag = f"{name}-" + hashlib.sha256((tag + text).encode("utf-8", "surrogatepass")).hexdigest()[:8]
        is_taken = re.search(rf"<\s*(?:/\s*)?{tag}", text)
    return tag


def _folder() -> resources.abc.Traversable:
    """The prompts: in the wheel beside the code, in a checkout at the top."""
    shipped = resources.files("claimx") / "prompts"
    return shipped if shipped.is_dir() else Path(__file__).parents[2] / "prompts"

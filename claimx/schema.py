"""The values that flow through claimx, from the article to the claim.

Offsets are 0-based, half-open and count Unicode code points of the article's
text, so `article.text[span.start:span.end] == span.text` always holds.

`Draft…` types are what a model returns; the others are what claimx vouches for.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["claim", "fact"]
Quotation = Literal["direct", "indirect", "mixed"]
Stance = Literal["favor", "against", "neutral"]
Grounding = Literal["exact", "normalized"]


class Value(BaseModel):
    """A frozen, closed value."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- the article ---------------------------------------------------------------------------------


class Span(Value):
    """A stretch of the article: `text` is `article.text[start:end]`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Span:
        """The span of `text` between two offsets."""
        return cls(start=start, end=end, text=text[start:end])


class Article(Value):
    """One article as it was read; `text` is never altered."""

    id: str
    text: str
    title: str | None = None
    published: str | None = Field(
        default=None, description="ISO 8601 date or date and time, in the article's own zone."
    )
    source: str | None = None
    author: str | None = None
    language: str | None = None
    url: str | None = None

    @property
    def published_on(self) -> date | None:
        """The calendar day of publication where the article was published."""
        return date.fromisoformat(self.published[:10]) if self.published else None

    @property
    def digest(self) -> str:
        """SHA-256 of the text in UTF-8: tells years later whether the text is still the same."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


class Chunk(Value):
    """A stretch of an article that is sent in one request; chunks tile the article."""

    article_id: str
    index: int
    start: int
    end: int
    text: str
    context: str = Field(
        default="", description="What precedes the chunk, for reading only: no claims are taken from it."
    )


# --- what a model returns ------------------------------------------------------------------------


class Draft(BaseModel):
    """Base of the wire types: closed, every field required, one flat portable JSON schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    _schema_text: ClassVar[str]

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The JSON schema in the subset that every known server compiles: no `$ref`, `default` or nested `title`."""
        if args or kwargs:
            return cls._portable_schema(*args, **kwargs)
        # Instructor asks with every request, and may write into what it gets.
        if "_schema_text" not in vars(cls):
            cls._schema_text = json.dumps(cls._portable_schema())
        schema: dict[str, Any] = json.loads(cls._schema_text)
        return schema

    @classmethod
    def _portable_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        schema = super().model_json_schema(*args, **kwargs)
        portable: dict[str, Any] = _portable(schema, schema.pop("$defs", {}))
        return portable | {"title": cls.__name__}


def _portable(node: Any, definitions: dict[str, Any]) -> Any:
    """Inline references and drop what servers stumble over (OpenAI strict mode, xgrammar, llguidance, llama.cpp)."""
    if isinstance(node, list):
        return [_portable(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _portable(definitions[node["$ref"].rsplit("/", 1)[-1]], definitions)
    return {
        key: {name: _portable(value, definitions) for name, value in item.items()}
        if key == "properties"
        else _portable(item, definitions)
        for key, item in node.items()
        # Descriptions are for people. The prompt says what each field is for, and a schema that counts as prompt is
        # half as long without them.
        if key not in ("title", "default", "description")
    }


class SpeakerDraft(Draft):
    """A speaker, named once per answer and referred to by number."""

    name: str = Field(description="The fullest name the article gives: 'Ann Poe', 'Ministry of Works', 'a resident'.")
    role: str | None = Field(description="Title or affiliation as the article gives it, or null.")


class ClaimDraft(Draft):
    """One attributed statement as the model reports it, before anything is checked."""

    content: Annotated[list[str], Field(min_length=1)] = Field(
        description="Copy, letter for letter, the words that were said; one piece per uninterrupted stretch."
    )
    cue: str | None = Field(
        description="Copy the reporting word: 'said', 'accused', 'according to'; null if there is none."
    )
    mention: str | None = Field(
        description="Copy the words that name the speaker beside the cue: 'he', 'the minister'."
    )
    speaker: int = Field(description="Number of the speaker in `speakers`, counting from 1.")
    text: str = Field(
        description="State the content as one sentence that stands alone; … stands for words repeated from the content."
    )
    stance: Stance = Field(description="The speaker's stance here toward the target.")
    target: str = Field(description="Name what the stance is about, as a short noun phrase.")
    date: str | None = Field(description="Copy the words that tell when it was said: 'on Friday'; null if none do.")


class FactDraft(Draft):
    """One check-worthy statement in the article's own voice, before anything is checked."""

    content: str = Field(description="Copy, letter for letter, the sentence or clause.")
    text: str = Field(
        description="State it as one sentence that stands alone; … stands for words repeated from the content."
    )
    date: str | None = Field(description="Copy the words that tell when it happened; null if none do.")


class Answer(Draft):
    """What a model returns for one chunk."""

    speakers: list[SpeakerDraft] = Field(description="Everybody who makes a claim, each once.")
    claims: list[ClaimDraft] = Field(description="Every attributed statement, in the order of the article.")
    facts: list[FactDraft] = Field(description="Check-worthy statements the article makes in its own voice.")


# --- what claimx vouches for ---------------------------------------------------------------------


class Speaker(Value):
    """Who makes a claim: the mention beside the cue and the fullest name the article gives."""

    name: str
    mention: Span | None = None
    role: str | None = None


class Target(Value):
    """What a stance is about."""

    name: str


class ClaimDate(Value):
    """When it was said (claim) or happened (fact)."""

    text: Span | None = Field(default=None, description="The expression that tells, where the article has one.")
    value: str | None = Field(default=None, description="YYYY-MM-DD, YYYY-MM or YYYY: as precise as the expression.")


class Claim(Value):
    """One claim or fact, every part of it proved by the characters of the article."""

    id: str = Field(
        description="A digest of article, kind, content and cue: the same claim has the same id in every run."
    )
    article_id: str
    article_digest: str = Field(
        default="", description="SHA-256 of the article's text: proves years later which text it was."
    )
    kind: Kind
    text: str
    content: Annotated[tuple[Span, ...], Field(min_length=1)]
    quotation: Quotation | None = None
    cue: Span | None = None
    speaker: Speaker | None = None
    stance: Stance | None = None
    target: Target | None = None
    date: ClaimDate | None = None
    nested: bool = False
    grounding: Grounding = "exact"

    @property
    def start(self) -> int:
        """Where the claim begins in the article."""
        return self.content[0].start

    @property
    def end(self) -> int:
        """Where the claim ends in the article."""
        return self.content[-1].end


class Rejected(Value):
    """A draft that is not printed as a claim, and why."""

    chunk: int
    draft: ClaimDraft | FactDraft
    reason: str


class ChunkFailure(Value):
    """A chunk that gave no answer: the stretch of the article that is missing from the extraction."""

    chunk: int
    start: int
    end: int
    error: str


class Usage(Value):
    """What was spent; `None` tokens mean that a server did not say."""

    calls: int = 0
    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0

    def __add__(self, other: Usage) -> Usage:
        """The sum; unknown plus anything is unknown."""

        def total(a: int | None, b: int | None) -> int | None:
            return None if a is None or b is None else a + b

        return Usage(
            calls=self.calls + other.calls,
            prompt_tokens=total(self.prompt_tokens, other.prompt_tokens),
            completion_tokens=total(self.completion_tokens, other.completion_tokens),
        )


class Extraction(Value):
    """All that came of one article."""

    article_id: str
    article_digest: str
    model: str
    prompt: str = Field(description="Name, version and digest of the prompt.")
    claims: tuple[Claim, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    failures: tuple[ChunkFailure, ...] = ()
    usage: Usage = Usage()
    seconds: float = 0.0

    @property
    def is_partial(self) -> bool:
        """Whether some of the article could not be read."""
        return bool(self.failures)

"""Mentions → one canonical speaker, by the fullest name that the article itself gives.

A name that the article does not contain is never used: a model may know who "the president" is, but the
article did not say so. Then the words beside the cue stand for the speaker; and so they do where they are a
name that cannot be the drafted one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from claimx.article.names import PRONOUNS
from claimx.claims.namesakes import bare, initials, key, spelling
from claimx.claims.roster import MOST_NAME_WORDS, SENTENCE_MARK, Roster
from claimx.schema import Span, Speaker

_RELATIVE = re.compile(r"who|whom|whose|which|that")
_FINITE = re.compile(
    r"is|are|was|were|has|have|had|will|would|can|could|should|did|does|sa(?:id|ys)|t(?:old|ells)|adds|added"
    r"|asks|asked|writes|wrote|claimed|denied|insisted|warned|announced|spoke|speaks|replied|explained"
)
_NO_FIRST_WORD = re.compile(r"of|in|on|at|to|for|from|by|with|as|and|or|but|not|if|when|than|I|we|you|he|she|it|they")
_LAST_WORD_OF_NO_TITLE = re.compile(r"of|for|on|in|at|to|from|by|with|and|the|an?")
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_PRONOUN_OWNER = re.compile(r"^(?:his|her|its|their|our|my)\s+", re.IGNORECASE)
_OWNER = re.compile(rf"{_PRONOUN_OWNER.pattern}|^\S+['’]s\s+", re.IGNORECASE)
_RELATIVE_CLAUSE = re.compile(rf",? (?:{_RELATIVE.pattern}) .*")


def name_speakers(
    roster: Roster, drafted: Iterable[tuple[str | None, str | None, Span | None, int]]
) -> list[Speaker | None]:
    """One speaker per claim, the same speaker by the same name and role everywhere.

    Args:
        roster: The article's names.
        drafted: Per claim: the name and role that the model gave, the mention beside the cue, and where the
            claim begins.

    Returns:
        Per claim the speaker, or None if neither name nor mention is there.
    """
    claims = list(drafted)
    names = [_name(roster, name, mention, start) for name, _, mention, start in claims]
    roles: dict[str, str] = {}
    for name, (drafted_name, role, mention, _) in zip(names, claims, strict=True):
        if name and (found := _role(roster, name, role, drafted_name, mention)):
            roles.setdefault(key(name), found)
    # "the foreign minister" is whoever has that role, if just one speaker has.
    holders: dict[str, set[str]] = {}
    for name in names:
        if name and (role := roles.get(key(name))):
            holders.setdefault(key(role), set()).add(name)
    named = [next(iter(held)) if name and len(held := holders.get(key(name), set())) == 1 else name for name in names]
    display: dict[str, str] = {}
    return [
        Speaker(name=display.setdefault(key(name), name), mention=mention, role=roles.get(key(name))) if name else None
        for name, (_, _, mention, _) in zip(named, claims, strict=True)
    ]


def _name(roster: Roster, drafted: str | None, mention: Span | None, start: int) -> str | None:
    near = mention.start if mention else start
    words = " ".join((drafted or "").split())
    if mention and (shown := roster.proper_name(mention)) and not _is_short_for(shown, words):
        return roster.fullest(shown, near)
    if _is_name(words):
        fullest = roster.fullest(words, near)
        for name in (fullest, words):
            if roster.holds(name):
                return name
    if mention is None:
        return None
    return roster.fullest(" ".join(mention.text.split()).rstrip(":").lstrip("@") or mention.text, near)


def _role(roster: Roster, name: str, role: str | None, drafted: str | None, mention: Span | None) -> str | None:
    """The role that was given, if the article has it; else the title in front of the name."""
    given = _RELATIVE_CLAUSE.sub("", _PRONOUN_OWNER.sub("", " ".join((role or "").split())))
    if given and key(given) != key(name) and roster.has_role(given, name):
        return given
    for form in (drafted, mention.text if mention else None):
        words = " ".join((form or "").split())
        title = _ARTICLE.sub("", words.removesuffix(f" {name}").strip(" ,")) if words.endswith(f" {name}") else ""
        # "The mayor of" Quillmere is not Quillmere's title.
        if title and not _LAST_WORD_OF_NO_TITLE.fullmatch(title.split()[-1]) and roster.has_role(title, name):
            return title
    return None


def _is_name(words: str) -> bool:
    """Whether words that stand in an article can name somebody, by name or description, and are no clause."""
    parts = words.split()
    if not parts or len(parts) > MOST_NAME_WORDS or SENTENCE_MARK.search(words):
        return False
    if words.lower() in PRONOUNS or _NO_FIRST_WORD.fullmatch(parts[0]):
        return False
    for part in parts:
        if _RELATIVE.fullmatch(part):
            return True
        if _FINITE.fullmatch(part):
            return False
    return True


def _is_short_for(mention: str, name: str) -> bool:
    """Whether the name beside a cue can be a shorter form of a drafted one, or is the drafted one and more."""
    said, wanted = bare(_OWNER.sub("", mention)), bare(name)
    if not wanted:
        return False
    if initials(wanted) == said.replace(".", "") or initials(said) == wanted.replace(".", ""):
        return True
    words, others = ({spelling(word) for word in form.split()} for form in (said, wanted))
    # Of "Ministry", drafted beside the mention "Harbour Ministry", the mention is the better name.
    return words <= others or (len(others) > 1 and others <= words)

"""Whom a mention means: full names, roles, and the antecedents of pronouns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from claimx.article.names import PRONOUNS, find_names, strip_titles
from claimx.model.offline.attributions import Attribution

Span = tuple[int, int]
_LEADING = re.compile(
    r"^(?:the|a|an|this|that|his|her|its|their|our|my|some|many|several|other|another) ", re.IGNORECASE
)
_POSSESSIVE = re.compile(r"['’]s?$")
_BODY = re.compile(
    r"\b(?:Ministry|Department|Agency|Union|Party|Council|Committee|Commission|Court|Bank|Group|Association|Federation|"
    r"Office|Institute|University|House|Senate|Parliament|Government|Company|Corp|Inc|Ltd|Police|Board|Bureau|Society|"
    r"Foundation|Organi[sz]ation|Network|Campaign|Post|Times|News|Journal|Review|Courier|Herald|Tribune|Center|Centre)\b"
)
_ROLE_AFTER = re.compile(r", ((?:the|a|an|its|their|his|her|who) [^,.;:!?\n“”\"]{3,80}|[a-z][^,.;:!?\n“”\"]{3,80})[,.]")
_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class Person:
    """Somebody who speaks: the fullest name so far, and what pronouns would fit."""

    name: str
    role: str | None = None
    gender: str | None = None
    is_person: bool = False
    heads: set[str] = field(default_factory=set)


def name_speakers(text: str, attributions: Sequence[Attribution]) -> list[Person]:
    """For each attribution, the speaker; the same object for the same speaker."""
    names = [(start, end, strip_titles(_SPACES.sub(" ", text[start:end]))) for start, end in find_names(text)]
    full = _full_names([name for _, _, name in names])
    known: dict[str, Person] = {}
    order: list[Person] = []
    speakers = []
    for item in attributions:
        assert item.mention is not None
        mention = _SPACES.sub(" ", text[slice(*item.mention)]).strip()
        person = _resolve(text, item.mention, mention, names, full, known, order)
        if person in order:
            order.remove(person)
        order.append(person)
        speakers.append(person)
    return speakers


def _resolve(
    text: str,
    span: Span,
    mention: str,
    names: list[tuple[int, int, str]],
    full: dict[str, str],
    known: dict[str, Person],
    order: list[Person],
) -> Person:
    lower = mention.lower()
    if lower in ("i", "we", "me", "us"):
        return _known(known, "the author")
    if lower in PRONOUNS:
        found = _antecedent(text, span, lower, names, full, known, order)
        if found is not None:
            return found
        return _known(known, mention)
    inside = [(start, end, name) for start, end, name in names if span[0] <= start and end <= span[1]]
    name = _head_name(text, span, mention, inside)
    if name:
        person = _known(known, full.get(name, name))
        person.is_person = person.is_person or not (
            _BODY.search(person.name) or person.name.isupper() or text[: span[0] + 4][-4:].lower().startswith("the ")
        )
        prefix = mention[: mention.find(name)].strip(" ,")
        if prefix and prefix.lower() not in ("the", "a", "an") and person.role is None:
            person.role = _LEADING.sub("", prefix) or None
        if person.role is None and (after := _ROLE_AFTER.match(text, span[1])):
            person.role = after[1]
        return person
    # "the official" after "a government official": the same head noun, most recent first.
    head = lower.split()[-1] if lower else lower
    if lower.startswith(("the ", "that ", "this ")):
        for person in reversed(order):
            if (
                head in person.heads
                or person.name.lower().split()[-1] == head
                or (
                    head in ("ministry", "company", "council", "union", "party", "commission", "agency", "court")
                    and head in person.name.lower().split()
                )
            ):
                return person
        for _start, _end, candidate in reversed([n for n in names if n[0] < span[0]]):
            if head in candidate.lower().split():
                return _known(known, full.get(candidate, candidate))
    person = _known(
        known,
        mention[0].lower() + mention[1:]
        if mention.split()[0].lower() in ("the", "a", "an", "his", "her", "its", "their", "some", "many")
        else mention,
    )
    person.heads.add(head)
    return person


def _head_name(text: str, span: Span, mention: str, inside: list[tuple[int, int, str]]) -> str | None:
    """The name that the mention is about: not a possessor, not what follows a preposition."""
    for _, end, name in inside:
        rest = text[end : span[1]]
        if re.match(r"['’]s?\b", rest):
            continue
        before = text[span[0] : end - len(name)].rstrip().split()
        if before and before[-1].lower() in ("of", "for", "in", "at", "from", "with", "on", "to"):
            return None
        following = rest.split()
        if (
            following
            and following[0][0].islower()
            and following[0] not in ("of", "and", "in", "at", "from", "for", "who")
        ):
            continue
        return name
    return None


def _known(known: dict[str, Person], name: str) -> Person:
    key = _LEADING.sub("", _POSSESSIVE.sub("", name)).lower()
    if key not in known:
        known[key] = Person(name)
    return known[key]


def _full_names(names: list[str]) -> dict[str, str]:
    """From each short form to the fullest name of the article that ends with it, or whose initials it is."""
    full: dict[str, str] = {}
    for name in dict.fromkeys(names):
        words = name.split()
        if len(words) > 1:
            full.setdefault(words[-1], name)
            if len(words) > 2:
                full.setdefault(" ".join(words[1:]), name)
                full.setdefault(" ".join(words[-2:]), name)
            initials = "".join(word[0] for word in words if word[0].isupper())
            full.setdefault(initials, name)
    return full


def _antecedent(
    text: str,
    span: Span,
    pronoun: str,
    names: list[tuple[int, int, str]],
    full: dict[str, str],
    known: dict[str, Person],
    order: list[Person],
) -> Person | None:
    want = PRONOUNS[pronoun]
    if want.gender in ("male", "female"):
        for person in reversed(order[-6:]):
            if person.is_person and person.gender in (None, want.gender):
                person.gender = want.gender
                return person
        previous = [name for start, _, name in names if start < span[0]]
        for name in reversed(previous[-8:]):
            candidate = full.get(name, name)
            if not _BODY.search(candidate) and not candidate.isupper() and len(candidate.split()) > 1:
                person = _known(known, candidate)
                if person.gender in (None, want.gender):
                    person.gender, person.is_person = want.gender, True
                    return person
        return None
    for person in reversed(order[-6:]):
        if pronoun == "it" and person.gender is None and not person.is_person:
            return person
        if pronoun != "it" and not (person.is_person and person.gender):
            return person
    return order[-1] if order else None

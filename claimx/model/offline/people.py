"""The people, bodies and papers that speak in an article, and the names that it has for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from claimx.article.names import find_names, strip_titles, titles
from claimx.model.offline.words import (
    BODY_NOUNS,
    BODY_WORDS,
    FEMALE_NAMES,
    FEMALE_WORDS,
    MALE_NAMES,
    MALE_WORDS,
    PERSON_NOUNS,
    PREPOSITIONS,
)

_ROLE_AFTER = re.compile(
    r", ((?:(?:the|a|an|its|their|his|her) |(?!who|which|where|when|and |but |as )[a-z])[^,.;:!?\n“”\"()]{3,80})[,.]"
)
_PARTICLES = re.compile(r"\b(?:d['’]|(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|el|al|bin|ibn|ter|zu) )")
_AGE_OR_RELATIVE = re.compile(r",? (?:\d\d|who)\b")
_AFTER_HEAD = PREPOSITIONS | frozenset(
    ["who", "which", "that", "close", "familiar", "involved", "aware", "briefed", "present", "working"]
)
# Two people with one surname are common, twenty are not: a bound keeps hostile texts cheap.
_NAMESAKES = 20


@dataclass(slots=True, eq=False)
class Person:
    """Somebody, or something, that speaks: the fullest name, and what pronouns fit.

    `heads` are the nouns by which it is known: "official" for "a senior official"; that of the name is one of them.
    """

    name: str
    role: str | None = None
    gender: str | None = None
    is_person: bool = False
    speaks: bool = False
    heads: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.heads = {head_noun(self.name.lower())}


class Name(NamedTuple):
    """A name in the text: `bare` is without its `title`; `gender` is told by that, the word before or a given name."""

    start: int
    end: int
    bare: str
    title: str
    gender: str | None


def read_names(text: str) -> list[Name]:
    """The names of a text, in order."""
    return [_name(text, start, end) for start, end in find_names(text)]


def is_persons(text: str, name: Name) -> bool:
    """Whether something beside the name shows that it is a person's: a title, an age, a "who", a description."""
    written = text[name.start : name.end]
    if name.bare.isupper() or is_of_body(name.bare) or text[max(0, name.start - 4) : name.start].lower() == "the ":
        return False
    titled = written != name.bare and not written.startswith("The ")
    return (
        titled
        or name.gender is not None
        or _AGE_OR_RELATIVE.match(text, name.end) is not None
        or head_noun((role_after(text, name.end) or "").lower()) in titles()
    )


def role_after(text: str, end: int) -> str | None:
    """The description between commas after a name that ends at `end`."""
    match = _ROLE_AFTER.match(text, end)
    return match[1] if match else None


@lru_cache(maxsize=4096)
def is_of_body(name: str) -> bool:
    """Whether some word shows that a name is not a person's."""
    return not BODY_WORDS.isdisjoint(name.lower().replace(".", "").split())


def is_plausible(name: str) -> bool:
    """Whether a name of two or three words could be a person's, though nothing shows that it is."""
    words = _PARTICLES.sub("", name).split()
    return len(words) in (2, 3, 4) and all(word[0].isupper() for word in words) and not is_of_body(name)


def describes_person(words: str, head: str) -> bool:
    """Whether a description with this head noun is of a single person."""
    return head not in BODY_NOUNS and (head in titles() or head in PERSON_NOUNS)


def describes_people(words: str) -> bool:
    """Whether a description is of several people or bodies: "sources close to the club"."""
    head = head_noun(words)
    single = head.removesuffix("s")
    return head != single and (single in PERSON_NOUNS or single in BODY_NOUNS or single in titles())


def gender_of(words: str) -> str | None:
    """The gender that a title or a description tells, if it does."""
    lower = {word.strip(".,") for word in words.lower().split()}
    return "male" if lower & MALE_WORDS else "female" if lower & FEMALE_WORDS else None


def gender_of_given(name: str) -> str | None:
    """The gender that the first word of a full name tells, if it is a common given name."""
    given, _, surname = name.partition(" ")
    if not surname:
        return None
    return "male" if given.lower() in MALE_NAMES else "female" if given.lower() in FEMALE_NAMES else None


def is_plural(name: str) -> bool:
    """Whether a description is of several."""
    return not name[0].isupper() and head_noun(name).endswith("s")


def head_noun(words: str) -> str:
    """The last word before the first preposition or relative clause.

    >>> head_noun("the head of the union")
    'head'
    """
    head = ""
    for word in words.split():
        if head and word in _AFTER_HEAD:
            break
        head = word.strip(",'’")
    return head


def full_names(names: Sequence[str]) -> dict[str, list[str]]:
    """From each short form to the fuller names: by their end, initials or beginning; the commonest first.

    >>> full_names(["Ann Poe", "Trade Policy Ann Poe"])["Poe"]
    ['Ann Poe']
    """
    counts = Counter(names)
    full: dict[str, list[str]] = {}
    for name in sorted(counts, key=lambda name: (-counts[name], len(name))):
        words = name.split()
        if len(words) < 2:
            continue
        initials = "".join(word[0] for word in words if word[0].isupper())
        for short in dict.fromkeys((words[-1], " ".join(words[-2:]), initials)):
            if short != name:
                full.setdefault(short, []).append(name)
    # "Acme" for "Acme Foods" or "Ann" for "Ann Poe", but not for "Acme Road" where somebody is called Bob Acme.
    for name in counts:
        if " " in name:
            full.setdefault(name.split()[0], [name])
    return {short: _without_longer(longer[:_NAMESAKES]) for short, longer in full.items()}


def _without_longer(names: list[str]) -> list[str]:
    """Leave out the names that are another one with more before it: the shorter of two words or more is the name."""
    return [name for name in names if not any(name.endswith(" " + other) for other in names if " " in other)]


def _name(text: str, start: int, end: int) -> Name:
    whole = " ".join(text[start:end].split())
    bare = strip_titles(whole)
    title = whole[: len(whole) - len(bare)].strip()
    before = text[max(0, start - 24) : start].rsplit(" ", 2)
    told = gender_of(title or (before[-2] if len(before) > 1 else "")) or gender_of_given(bare)
    return Name(start, end, bare, title, told)

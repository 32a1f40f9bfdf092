"""Proper names by their capitals: where they stand, what is title and what is name, which pronoun fits.

Offsets are half-open and count Unicode code points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Literal

Gender = Literal["male", "female", "neuter"]


@dataclass(frozen=True, slots=True)
class Pronoun:
    """What a third-person pronoun tells of whom it stands for; None where it tells nothing."""

    gender: Gender | None
    is_plural: bool | None


PRONOUNS = {
    **dict.fromkeys(("he", "him", "his", "himself"), Pronoun("male", False)),
    **dict.fromkeys(("she", "her", "hers", "herself"), Pronoun("female", False)),
    **dict.fromkeys(("it", "its", "itself"), Pronoun("neuter", False)),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves"), Pronoun(None, None)),
    **dict.fromkeys(("who", "whom", "whose", "which", "that"), Pronoun(None, None)),
}


def _words(name: str) -> list[str]:
    """The words of a data file, its comments left out."""
    lines = (files("claimx.article") / name).read_text(encoding="utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]


CAPITALS = "".join(c for c in map(chr, [*range(0x41, 0x588), *range(0x1E00, 0x1F00)]) if c.isupper())
_ABBREVIATION = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Lt|Gen|Col|Maj|Capt|Cmdr|Adm|Sgt|Rev|Hon|St|Jr|Sr|Corp|Inc|Ltd|Co|Bros"
    rf"|[{CAPITALS}])\.)"
)
_ACRONYM = rf"(?:(?:[{CAPITALS}]\.){{2,}})"
_CAPITALISED = rf"(?:(?:[dlDLO]['’]|[Mm]a?c|[ae]l-)?[{CAPITALS}][^\W_]*(?:[-'’&](?!s\b)[^\W_]+)*)"
_WORD = rf"(?:{_ACRONYM}|{_ABBREVIATION}|{_CAPITALISED})"
_PARTICLES = "van|von|der|den|de|del|della|di|da|das|dos|du|la|le|el|al|bin|bint|ibn|ben|ter|ten|zu|y|und"
_PARTICLE = rf"(?:(?:{_PARTICLES}) )"
# "of" belongs to the name after the words that head the names of bodies, not after a person's: "Poe of Ohio".
_BODY_NOUNS = _words("bodies.txt")
# By their first letters, so that a word is compared with the few that begin as it does.
_BODIES = "|".join(
    f"{letter}(?:{'|'.join(noun[1:] for noun in _BODY_NOUNS if noun[0] == letter)})"
    for letter in dict.fromkeys(noun[0] for noun in _BODY_NOUNS)
)
_BODY = rf"(?:(?:{_BODIES}) (?:of|for|on)(?: the)? {_WORD}(?:(?:, {_WORD})* (?:and|&) {_WORD})?)"
_UNIT = rf"(?:{_BODY}|{_WORD})"
_NAME = re.compile(
    rf"(?<![\w'’.@#]){_PARTICLE}{{0,2}}{_UNIT}"
    rf"(?:(?:['’](?= (?:{_BODIES})\b))?[ \u00a0](?:& )?{_PARTICLE}{{0,2}}{_UNIT})*"
)
_LAST_PARTICLES = tuple(_PARTICLES.split("|"))
_CAPITAL = re.compile(f"[{CAPITALS}]")
# Two particles and "al-" may stand before the first capital of a name.
_LEAD = 2 * len("della ") + len("al-")
_SPACED = re.compile(r"[^ \u00a0]+")
_OPENING = " \u00a0\t\"“”„'‘’«»‹›([*•-–—"
_SENTENCE_END = ".!?…:;\n\r"

_CALENDAR = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|January|February|March|April|May|June|July|August|September"
    r"|October|November|December|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.|I)$"
)
# Most names have none of these, and need no closer look.
_CALENDAR_HINT = re.compile("Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|I")
_STARTERS = frozenset(_words("openers.txt"))
_COMMON_ENDING = re.compile(r"(?:ly|ing|tion|tions|ment|ments|ness|ists|ers|ors|ities)$")


def find_names(text: str) -> list[tuple[int, int]]:
    """Find the sequences of capitalised words that name somebody or something.

    Titles are part of what is found (see `strip_titles`); weekdays, months and the
    pronoun "I" are not. A word that only opens a sentence counts as a name if the
    text writes it with a capital elsewhere, or looks like no common word.

    >>> text = "Yesterday Ann van der Berg left the Ministry of Public Works. It rained."
    >>> [text[start:end] for start, end in find_names(text)]
    ['Ann van der Berg', 'Ministry of Public Works']
    """
    matches = [(start, end, _opens_sentence(text, start)) for start, end in _capitalised(text)]
    inside = {word for start, end, opens in matches if not opens for word in text[start:end].split()}
    names = []
    for start, end, opens in matches:
        if opens:
            start = _after_opener(text, start, end, inside)
        names += _without_calendar(text, start, end)
    return names


@lru_cache(maxsize=4096)
def strip_titles(name: str) -> str:
    """Take titles, offices and descriptions off the front of a name.

    Everything up to the last title goes, if a capitalised name remains; a name
    that is all title is returned as it is.

    >>> strip_titles("Russian Foreign Minister Ann Poe"), strip_titles("Mr. Poe"), strip_titles("the mayor")
    ('Ann Poe', 'Poe', 'the mayor')
    """
    words = name.split()
    cut = 0
    for index in range(len(words)):
        for length in (3, 2, 1):
            phrase = " ".join(words[index : index + length]).lower().rstrip(".,").removesuffix("'s").removesuffix("’s")
            if index + length < len(words) and phrase in titles():
                cut = max(cut, index + length)
    rest = words[cut:]
    if cut and (not rest[0][:1].isupper() or rest[0].rstrip(",") in _BODY_NOUNS):
        return name
    return " ".join(rest) if cut else name


def is_body(name: str) -> bool:
    """Whether a name is that of a body or place rather than a person's, by a word such as "Council" in it.

    >>> is_body("Harbour Council"), is_body("Ann Poe")
    (True, False)
    """
    return any(word in _BODY_NOUNS for word in name.split())


@cache
def titles() -> frozenset[str]:
    """The words of `titles.txt`, in lower case."""
    lines = (files("claimx.article") / "titles.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _capitalised(text: str) -> Iterator[tuple[int, int]]:
    """What `_NAME` matches, tried only where a capital stands: at every character it takes three times as long."""
    done = 0
    for capital in _CAPITAL.finditer(text):
        at = capital.start()
        if at < done:
            continue
        before = text[at - 1] if at else " "
        if before in "'’-c" or (before == " " and text.endswith(_LAST_PARTICLES, max(done, at - _LEAD), at - 1)):
            match = _NAME.search(text, max(done, at - _LEAD))
        elif before.isalnum() or before in "_.@#":
            continue
        else:
            match = _NAME.match(text, at)
        if match:
            done = match.end()
            yield match.span()


def _opens_sentence(text: str, start: int) -> bool:
    while start and text[start - 1] in _OPENING:
        start -= 1
    return not start or text[start - 1] in _SENTENCE_END


def _without_calendar(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a name at weekdays, months and "I", and the small words beside the cut off with them."""
    if not _CALENDAR_HINT.search(text, start, end):
        return [(start, end)] if start < end else []
    words = list(_SPACED.finditer(text, start, end))
    cuts = [index for index, word in enumerate(words) if _CALENDAR.match(word[0])]
    if not cuts:
        return [(start, end)] if start < end else []
    pieces = []
    for first, last in pairwise([-1, *cuts, len(words)]):
        piece = [word for word in words[first + 1 : last] if not word[0].islower() and word[0] != "&"]
        if piece:
            pieces.append((piece[0].start(), piece[-1].end()))
    return pieces


def _after_opener(text: str, start: int, end: int, inside: set[str]) -> int:
    """Where a name begins that stands first in its sentence: the first word may not belong to it."""
    first = _SPACED.match(text, start, end)
    if first is None:
        return end
    word, rest = first[0], min(first.end() + 1, end)
    if word.lower().replace("’", "'") in _STARTERS:
        return rest
    if rest < end or word in inside or (word.isupper() and len(word) > 1):
        return start
    return end if f" {word.lower()} " in text or _COMMON_ENDING.search(word) else start

"""Which language a text is in, as far as it matters: whether the rules for English can read it."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"[^\W\d_]+")
# As much of a text as tells its language.
_SAMPLE_CHARS = 1500
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Language:
    """The words that tell a language, and its verbs of saying."""

    common: frozenset[str]
    saying: frozenset[str]


@cache
def languages() -> dict[str, Language]:
    """The languages of `languages.toml`, by their ISO 639-1 codes."""
    table = tomllib.loads((files("claimx.model.offline") / "languages.toml").read_text(encoding="utf-8"))
    return {
        code: Language(frozenset(entry["common"].split()), frozenset(entry.get("saying", "").split()))
        for code, entry in table.items()
    }


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language of a text, `und` for one that is not in the list.

    A text is English unless there is clear evidence that it is not: common words of another language that outnumber
    the English ones, or letters that are not Latin.

    >>> language_of("The ferry is late."), language_of("Die Fähre ist zu spät, und der Kapitän ist nicht da.")
    ('en', 'de')
    """
    words = _WORD.findall(text[:_SAMPLE_CHARS].lower())
    codes = _codes_by_word()
    counts = dict.fromkeys(languages(), 0)
    for word in filter(codes.__contains__, words):
        for code in codes[word]:
            counts[code] += 1
    best = max(counts, key=lambda code: (counts[code], code == "en"))
    if 2 * counts[best] > 3 * counts["en"] and counts[best] >= _FEWEST:
        return best
    if counts["en"] >= _FEWEST:
        return "en"
    others = sum(not _is_latin(word[0]) for word in words)
    return "und" if others * 2 > len(words) else "en"


@cache
def _codes_by_word() -> dict[str, tuple[str, ...]]:
    """The languages in which a word is common: one look at every word, not one for every language."""
    words = {word for entry in languages().values() for word in entry.common}
    return {word: tuple(code for code, entry in languages().items() if word in entry.common) for word in words}


def _is_latin(letter: str) -> bool:
    return letter.isascii() or "LATIN" in unicodedata.name(letter, "")

"""The words that dates are written in, and the regular expressions made of them.

Everything here is lower case: `fold` brings a text to that form without moving an offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday mon",
            "tuesday tues tue",
            "wednesday weds wed",
            "thursday thurs thur thu",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for name in names.split()
}
"""Weekday names and abbreviations, Monday = 0 as in `datetime.date.weekday`."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
"""English month names and abbreviations, January = 1."""

# German, French, Spanish, Italian, Portuguese, Dutch. A table of twelve lines beats a parsing library here: it knows
# no word but these, so "mars" without a day or a year, or "set", never turns into a date.
FOREIGN_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar jänner janvier enero gennaio janeiro januari",
            "februar février fevrier febrero febbraio fevereiro februari",
            "märz maerz mars marzo março maart",
            "april avril abril aprile",
            "mai mayo maggio maio mei",
            "juni juin junio giugno junho",
            "juli juillet julio luglio julho",
            "august août aout agosto augustus",
            "september septembre septiembre setiembre settembre setembro",
            "oktober octobre octubre ottobre outubro",
            "november novembre noviembre novembro",
            "dezember décembre decembre diciembre dicembre dezembro december",
        ),
        start=1,
    )
    for name in names.split()
}
"""Month names in the larger languages of western Europe; read only beside a day or a year."""

_ONES = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBERS = {word: number for number, word in enumerate(f"{_ONES} {_TEENS}".split(), start=1)}
NUMBERS |= {word: 10 * number for number, word in enumerate(_TENS.split(), start=2)}
NUMBERS |= {"a": 1, "an": 1, "a couple of": 2}

_NTHS = "first second third fourth fifth sixth seventh eighth ninth"
_TEENTHS = (
    "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS = {word: number for number, word in enumerate(f"{_NTHS} {_TEENTHS}".split(), start=1)}
ORDINALS |= {f"twenty-{word}": 20 + number for number, word in enumerate(_NTHS.split(), start=1)}
ORDINALS |= {"thirtieth": 30, "thirty-first": 31}
"""Ordinal words for the days of a month."""

_FOLD = str.maketrans(
    {"İ": "i", "ı": "i", "K": "k", "ſ": "s", "’": "'", "‘": "'", "ʼ": "'"}
    | dict.fromkeys("\u2010\u2011\u2012\u2013", "-")
    | dict.fromkeys("\t\n\r\x0b\x0c\u00a0\u2007\u2009\u202f\u2028\u2029", " ")
)


def fold(text: str) -> str:
    """`text` in lower case with plain spaces, hyphens and apostrophes, every character where it was.

    >>> fold("On Friday, 3–5 MAY")
    'on friday, 3-5 may'
    """
    # "İ" is the only character whose lower case is longer than itself, and the table has replaced it.
    return text.translate(_FOLD).lower()


def alternatives(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def _names(words: Iterable[str], unshortened: Iterable[str]) -> str:
    """Any of the names; a full stop belongs to the shortened ones only, so that no sentence loses its own."""
    full = set(unshortened)
    return rf"(?:(?:{alternatives(full)})\b|(?:{alternatives(set(words) - full)})\b\.?)"


_ONE, _TEEN, _TEN = _ONES.replace(" ", "|"), _TEENS.replace(" ", "|"), _TENS.replace(" ", "|")

FRAGMENTS = {
    "WEEKDAY": _names(WEEKDAYS, (day for day in WEEKDAYS if day.endswith("day"))),
    "MONTH": _names(MONTHS, (month for month in MONTHS if len(month) > 4 or month in ("may", "june", "july"))),
    "FOREIGN": rf"(?:{alternatives(FOREIGN_MONTHS)})\b",
    "DAY": r"(?:3[01]|[12][0-9]|0?[1-9])(?![0-9])",
    "NTH": rf"(?:(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)|{alternatives(ORDINALS)})\b",
    "YEAR": r"(?:1[0-9]|2[01])[0-9][0-9](?![0-9]|[,.:][0-9])",
    "SPOKEN": rf"(?:(?:eighteen|nineteen|twenty) (?:(?:{_TEN})(?:(?:-| )(?:{_ONE}))?|oh (?:{_ONE})|(?:{_TEEN}))"
    rf"|two thousand(?:(?: and)? (?:{_ONE}|{_TEEN}))?)\b",
    "NUMBER": rf"(?:[0-9]{{1,4}}(?![0-9]|[,.][0-9])|(?:{_TEN})-(?:{_ONE})|(?:{alternatives(NUMBERS)})\b)",
    "DAYTIME": r"(?: (?:late |early |mid-?)?(?:morning|afternoon|evening|night|lunchtime|noon|midday|midnight)s?\b)?",
    "SEASON": r"(?:spring|summer|autumn|fall|winter)",
    "OFYEAR": r"(?:,? (?:of |in )?(?P<relyear>last|this|next|the (?:previous|same|following)|that|the) year\b)",
    "EARLYLATE": r"(?:(?:early|late|mid)(?:-| | in | on )"
    r"|(?:the )?(?:very )?(?:end|start|beginning|middle|close|turn|rest|remainder"
    r"|(?:first|second|last|final|third|fourth) (?:half|week|days|weeks|months?|part)) of )",
}
"""What the placeholders in a rule's pattern stand for."""


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of `fold`ed words in which `<NAME>` is a fragment and a space is one to four spaces.

    A match begins and ends at the edge of a word. White space is bounded, and no fragment repeats without bound, so
    that searching is linear in the length of the text.

    >>> compile_pattern("on <WEEKDAY>").fullmatch("on  friday") is not None
    True
    """
    for name, fragment in FRAGMENTS.items():
        pattern = pattern.replace(f"<{name}>", fragment)
    pattern = pattern.replace(" ?", " {0,4}").replace(" ", " {1,4}").replace(" {1,4}{", " {")
    return re.compile(rf"(?<![\w$€£#@/.-])(?:{pattern})(?!\w|[-/.][0-9])")

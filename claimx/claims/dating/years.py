"""Which year an expression names: "2021", "'21", "nineteen ninety-one", "last year", "that year"."""

from __future__ import annotations

import re

from claimx.claims.dating.setting import Setting
from claimx.claims.dating.vocabulary import NUMBERS

YEAR_TAIL = r"(?:(?:,? | of )(?P<year><YEAR>)| '(?P<short>[0-9][0-9])|<OFYEAR>)?"
"""The year after a month or a day; `stated_year` reads its groups."""


def stated_year(match: re.Match[str], setting: Setting) -> int | None:
    """The year that the expression itself gives ("2021", "'21", "last year"), or None."""
    groups = match.groupdict()
    if year := groups.get("year"):
        return int(year) if year.isdigit() else _spoken_year(year)
    if short := groups.get("short"):
        return full_year(int(short), setting)
    return relative_year(groups["relyear"], setting) if groups.get("relyear") else None


def relative_year(which: str, setting: Setting) -> int | None:
    """The year of "last year", "that year", "the following year", or None if there is nothing to count from."""
    steps = {"last": -1, "this": 0, "next": 1}
    if which in steps:
        return setting.published.year + steps[which] if setting.published else None
    anchor = setting.anchor(4)
    if which == "the" and anchor is None:
        return setting.published.year if setting.published else None
    return int(anchor) + {"the previous": -1, "the following": 1}.get(which, 0) if anchor else None


def full_year(short: int, setting: Setting) -> int:
    """A two-digit year, in the century that brings it nearest to the publication date (or below 2070)."""
    if setting.published is None:
        return 1900 + short if short >= 70 else 2000 + short
    published = setting.published.year
    return min((1900 + short, 2000 + short), key=lambda year: abs(year - published))


def _spoken_year(words: str) -> int:
    """1991 for "nineteen ninety-one", 2005 for "two thousand and five"."""
    parts = [part for part in re.split(r"[ -]+", words) if part not in ("and", "oh")]
    if parts[:2] == ["two", "thousand"]:
        return 2000 + sum(NUMBERS[part] for part in parts[2:])
    return NUMBERS[parts[0]] * 100 + sum(NUMBERS[part] for part in parts[1:])

"""Years, seasons, quarters and longer: what ISO 8601 calendar dates express by a year, or not at all."""

from __future__ import annotations

import re

from claimx.claims.dating.absolute import WHICH
from claimx.claims.dating.arithmetic import iso_month, iso_year
from claimx.claims.dating.setting import UNPUBLISHED, Resolution, Rule, Setting
from claimx.claims.dating.vocabulary import ORDINALS, compile_pattern
from claimx.claims.dating.years import stated_year


def _year(match: re.Match[str], setting: Setting) -> Resolution:
    year = stated_year(match, setting)
    return Resolution(iso_year(year) if year is not None else None, "year")


def _year_month(match: re.Match[str], setting: Setting) -> Resolution:
    year, month = int(match["year"]), int(match["month"])
    if month == (year + 1) % 100:  # "2010-11" is a season or a school year.
        return Resolution(iso_year(year), "year")
    return Resolution(iso_month(year, month), "iso")


def _season(match: re.Match[str], setting: Setting) -> Resolution:
    """ISO 8601 has no seasons: the year it lies in. A winter lies in two, so without a year there is no value."""
    if (year := stated_year(match, setting)) is not None:
        return Resolution(iso_year(year), "season")
    published, which = setting.published, match["which"] or ""
    if published is None:
        return UNPUBLISHED
    if match["season"] == "winter" or match["relyear"]:
        return Resolution(None, "season")
    first = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9}[match["season"]]
    if which.endswith(("last", "past")):
        # In September, "last summer" is not the summer just gone.
        year = published.year - (published.month < first + 5)
    elif which.endswith(("next", "coming")):
        year = published.year + (first - published.month <= 6)
    elif which == "this":
        year = published.year
    else:
        tense = setting.direction()
        is_next, is_last = (
            published.month > first + 2 and tense == "future",
            published.month < first and tense == "past",
        )
        year = published.year + is_next - is_last
    return Resolution(iso_year(year), "season", published.isoformat())


def _quarter(match: re.Match[str], setting: Setting) -> Resolution:
    """ISO 8601 has no quarters in the precision used here: the year, calendar quarters being assumed."""
    if (year := stated_year(match, setting)) is not None:
        return Resolution(iso_year(year), "quarter")
    published = setting.published
    if published is None:
        return UNPUBLISHED
    if match.groupdict().get("relyear"):
        return Resolution(None, "no-anchor")
    digits = match["number"] or str(ORDINALS[match["ordinal"]])
    last_month = int(digits) * (3 if match["part"] != "half" else 6)
    # Results are reported after the quarter has ended, so one that has not begun is last year's unless it is ahead.
    is_ahead = published.month <= last_month - 3 and setting.direction() != "future"
    return Resolution(iso_year(published.year - is_ahead), "quarter", published.isoformat())


def _decade(match: re.Match[str], setting: Setting) -> Resolution:
    return Resolution(None, "decade")


_FISCAL = r"(?:(?:the )?(?:fiscal|financial|calendar|tax|school)(?: year)? |(?:the )?year |fy ?)?"
_QUARTER = (
    r"(?:(?P<ordinal>first|second|third|fourth)(?: |-)(?:fiscal |financial )?(?P<part>quarter|half)|q(?P<number>[1-4]))"
)

PERIODS = tuple(
    Rule(compile_pattern(pattern), resolve)
    for pattern, resolve in (
        # in 2014, early 2014, fiscal year 2014, FY2014, the year two thousand
        (rf"<EARLYLATE>?{_FISCAL}(?P<year><YEAR>|<SPOKEN>)", _year),
        (r"(?P<year><YEAR>)-(?P<month>0[1-9]|1[0-2])", _year_month),
        # 2017-2019, between 2017 and 2019, 2017/18: the beginning
        (r"(?:from |between )?(?P<year><YEAR>)(?:-|/| - | to | and | through | until )(?:<YEAR>|[0-9]{2})", _year),
        # last summer, the spring of 2019
        (rf"<EARLYLATE>?(?:{WHICH} |the )?(?P<season><SEASON>)(?:,? (?:of )?(?P<year><YEAR>)|<OFYEAR>)?", _season),
        # the third quarter, Q3 2020, the first half of last year
        (
            rf"(?:the )?(?:fiscal |financial )?{_QUARTER}"
            r"(?:,?(?: of| in)?(?: the)?(?: fiscal| financial)?(?: year)? (?P<year><YEAR>)|<OFYEAR>)?",
            _quarter,
        ),
        # the 1990s, the mid-80s, the sixties
        (
            r"(?:the )?(?:(?:early|late|mid)(?: |-))?"
            r"(?:1[0-9][0-9]0s|20[0-9]0s|'?[2-9]0s|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)ies)",
            _decade,
        ),
        # last decade, the 20th century
        (
            r"(?:the )?(?:last|past|this|next|previous) decade"
            r"|(?:the )?(?:[12][0-9]th|21st|<NTH>|last|this|next) century",
            _decade,
        ),
    )
)
"""The rules for years and longer stretches; the longest match wins, and the first of equals."""

"""Days and months by the calendar: "5 March", "Feb. 5, 2021", "03.04.2021", "mid-March", "Good Friday"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from claimx.claims.dating.arithmetic import day_or_none, easter, iso_day, iso_month
from claimx.claims.dating.setting import UNPUBLISHED, Resolution, Rule, Setting
from claimx.claims.dating.vocabulary import FOREIGN_MONTHS, MONTHS, ORDINALS, WEEKDAYS, compile_pattern
from claimx.claims.dating.years import YEAR_TAIL, full_year, stated_year

# Without a year, the tense chooses it, unless that would lead most of a year away while the other choice is close by:
# "said it would redeem" is past, "on Nov. 16" in a story of 30 October is not eleven months ago.
_FAR, _NEAR = timedelta(days=240), timedelta(days=75)

WHICH = r"(?P<which>last|this|next|(?:this |the )?(?:coming|past))"
_FEASTS: dict[str, Callable[[int], date | None]] = {
    "new year's day": lambda year: day_or_none(year, 1, 1),
    "new year's eve": lambda year: day_or_none(year, 12, 31),
    "christmas eve": lambda year: day_or_none(year, 12, 24),
    "christmas day": lambda year: day_or_none(year, 12, 25),
    "boxing day": lambda year: day_or_none(year, 12, 26),
    "valentine's day": lambda year: day_or_none(year, 2, 14),
    "may day": lambda year: day_or_none(year, 5, 1),
    "fourth of july": lambda year: day_or_none(year, 7, 4),
    "halloween": lambda year: day_or_none(year, 10, 31),
    "palm sunday": lambda year: easter(year) - timedelta(days=7),
    "good friday": lambda year: easter(year) - timedelta(days=2),
    "easter sunday": easter,
    "easter monday": lambda year: easter(year) + timedelta(days=1),
    # Days that carry a weekday's name and are not the nearest such weekday.
    "black friday": lambda year: None,
    "super tuesday": lambda year: None,
    "bloody sunday": lambda year: None,
    "ash wednesday": lambda year: easter(year) - timedelta(days=46),
}


def month_number(name: str) -> int:
    """1 to 12 for an English or other European month name in folded text."""
    name = name.rstrip(".")
    return MONTHS.get(name) or FOREIGN_MONTHS[name]


def day_number(word: str) -> int:
    """1 to 31 for "5", "5th" or "fifth"."""
    return ORDINALS.get(word) or int(re.sub(r"\D", "", word))


def choose_day(day_in: Callable[[int], date | None], setting: Setting, which: str = "") -> Resolution:
    """The day of the year in question: by `which` ("last", "next"), by tense, else the nearest, past days first."""
    published = setting.published
    if published is None:
        return UNPUBLISHED
    years = range(max(1, published.year - 4), min(9999, published.year + 4) + 1)
    days = [day for day in map(day_in, years) if day]
    past, future = [day for day in days if day <= published], [day for day in days if day >= published]
    if not past or not future:
        return Resolution(None, "no-such-day", published.isoformat())
    since, until = published - past[-1], future[0] - published
    if which.endswith(("last", "past")):
        direction, rule = "past", "day-last"
    elif which.endswith(("next", "coming")):
        direction, rule = "future", "day-next"
    elif tense := setting.direction():
        far, near = (since, until) if tense == "past" else (until, since)
        if far > _FAR and near < _NEAR:
            direction, rule = ("future" if tense == "past" else "past"), "day-near"
        else:
            direction, rule = tense, f"day-{tense}"
    else:
        direction, rule = ("past" if since <= 2 * until else "future"), "day-near"
    return Resolution(iso_day(past[-1] if direction == "past" else future[0]), rule, published.isoformat())


def _day_month(match: re.Match[str], setting: Setting) -> Resolution:
    groups = match.groupdict()
    month, day = month_number(groups["month"]), day_number(groups["day"])
    if any(groups.get(name) for name in ("year", "short", "relyear")):
        year = stated_year(match, setting)
        if year is None:
            return UNPUBLISHED if setting.published is None else Resolution(None, "no-anchor")
        return Resolution(iso_day(day_or_none(year, month, day)), "day")
    weekday = WEEKDAYS[groups["weekday"].rstrip(".")] if groups.get("weekday") else None

    def day_in(year: int) -> date | None:
        return day_or_none(year, month, day)

    def weekday_in(year: int) -> date | None:
        found = day_in(year)
        return found if found and found.weekday() == weekday else None

    if weekday is not None and (chosen := choose_day(weekday_in, setting)).value:
        return chosen
    # A weekday that agrees with no year nearby is a slip of the pen: the day and month are the better witnesses.
    return choose_day(day_in, setting, groups.get("which") or "")


def _week_of(match: re.Match[str], setting: Setting) -> Resolution:
    day = _day_month(match, setting)
    return Resolution(day.value and day.value[:7], "week-of", day.anchor)


def _feast(match: re.Match[str], setting: Setting) -> Resolution:
    day_in = _FEASTS[match["feast"]]
    if (year := stated_year(match, setting)) is not None:
        return Resolution(iso_day(day_in(year)), "feast")
    return choose_day(day_in, setting, match["which"] or "")


def _nth_weekday(match: re.Match[str], setting: Setting) -> Resolution:
    weekday, month = WEEKDAYS[match["weekday"].rstrip(".")], month_number(match["month"])

    def day_in(year: int) -> date | None:
        days = [day for n in range(1, 32) if (day := day_or_none(year, month, n)) and day.weekday() == weekday]
        nth = -1 if match["nth"] == "last" else ORDINALS[match["nth"]] - 1
        return days[nth]

    if (year := stated_year(match, setting)) is not None:
        return Resolution(iso_day(day_in(year)), "nth-weekday")
    return choose_day(day_in, setting)


def _month(match: re.Match[str], setting: Setting) -> Resolution:
    month, which = month_number(match["month"]), match.groupdict().get("which") or ""
    if (year := stated_year(match, setting)) is not None:
        return Resolution(iso_month(year, month), "month")
    published = setting.published
    if published is None:
        return UNPUBLISHED
    if match.groupdict().get("relyear"):
        return Resolution(None, "no-anchor")
    back, ahead = (published.month - month) % 12, (month - published.month) % 12
    if which == "last":
        # In March, "last February" is not the month just gone: that one is "last month" or plain "February".
        shift, rule = (-back if back > 1 else -back - 12), "month-last"
    elif which.endswith("past"):
        shift, rule = -(back or 12), "month-last"
    elif which == "this":
        shift, rule = (-back if back <= ahead and setting.direction() != "future" else ahead), "month-this"
    elif which.endswith(("next", "coming")):
        shift, rule = (ahead if ahead > 1 or which != "next" else ahead + 12), "month-next"
    else:
        tense = setting.direction()
        # A month ahead needs no year when it is close, and a report of eleven months ago would give one.
        is_past = back <= 9 if tense == "past" else ahead > 7 if tense == "future" else back <= 8
        shift, rule = (-back if is_past else ahead), f"month-{tense or 'near'}"
    return Resolution(iso_month(published.year, published.month + shift), rule, published.isoformat())


def _numeric(match: re.Match[str], setting: Setting) -> Resolution:
    """Day first with dots, as Europe writes; with slashes or hyphens only what can be read in one way."""
    first, second = int(match["first"]), int(match["second"])
    year = int(match["year"]) if len(match["year"]) == 4 else full_year(int(match["year"]), setting)
    readings = {day_or_none(year, second, first)}
    if match["separator"] != ".":
        readings.add(day_or_none(year, first, second))
    days = readings - {None}
    return Resolution(iso_day(days.pop()), "numeric") if len(days) == 1 else Resolution(None, "numeric-ambiguous")


def _iso(match: re.Match[str], setting: Setting) -> Resolution:
    return Resolution(iso_day(day_or_none(int(match["year"]), int(match["month"]), int(match["day"]))), "iso")


_DAY = r"(?P<day><NTH>|<DAY>)"
_MONTH = r"(?P<month><MONTH>)"
_UPTO = r"(?:-| - | to | through | until | and |/)(?:the )?(?:<NTH>|<DAY>)"
_WEEKDAY = r"(?:(?:(?:last|this|next|(?:this )?(?:past|coming)) )?(?P<weekday><WEEKDAY>)<DAYTIME>,? \(?)?"

_DAYS = (
    # 5 March, the 5th of March 2021, Friday, 5 March
    rf"{_WEEKDAY}(?:the )?{_DAY}(?: |-| of ){_MONTH}{YEAR_TAIL}",
    # March 5, 2021, Friday, March 5th, last Oct. 23
    rf"{_WEEKDAY}(?:{WHICH} )?{_MONTH} (?:the )?{_DAY}{YEAR_TAIL}",
    # from 3 to 5 May, May 3-5: the beginning
    rf"(?:from |between )?(?:the )?{_DAY}{_UPTO}(?: | of ){_MONTH}{YEAR_TAIL}",
    rf"(?:from |between )?(?:{WHICH} )?{_MONTH} (?:the )?{_DAY}{_UPTO}{YEAR_TAIL}",
    # 5. März 2021, 1er mai, 5 de febrero de 2021
    r"(?P<day><DAY>)(?:\.|er|º|°)? (?:de |di )?(?P<month><FOREIGN>)(?:,? (?:de |del )?(?P<year><YEAR>))?",
)
_WEEK = r"(?:the )?(?:week|weekend|fortnight) (?:of|from|ending|ended|beginning|starting|commencing) (?:on )?(?:the )?"

ABSOLUTE = (
    Rule(
        compile_pattern(
            r"(?P<year><YEAR>)-(?P<month>0[1-9]|1[0-2])-(?P<day><DAY>)(?:t[0-9:.]{2,15}(?:z|[+-][0-9:]{2,5})?)?"
        ),
        _iso,
    ),
    Rule(compile_pattern(r"(?P<year><YEAR>)(?P<dot>[/.])(?P<month>0?[1-9]|1[0-2])(?P=dot)(?P<day><DAY>)"), _iso),
    Rule(
        compile_pattern(
            r"(?P<first>[0-9]{1,2})(?P<separator>[/.-])(?P<second>[0-9]{1,2})(?P=separator)(?P<year>[0-9]{4}|[0-9]{2})"
        ),
        _numeric,
    ),
    *(Rule(compile_pattern(pattern), _day_month) for pattern in _DAYS),
    *(Rule(compile_pattern(_WEEK + pattern), _week_of) for pattern in _DAYS),
    Rule(
        compile_pattern(
            rf"(?:the )?(?P<nth>first|second|third|fourth|last) (?P<weekday><WEEKDAY>) (?:of|in) {_MONTH}{YEAR_TAIL}"
        ),
        _nth_weekday,
    ),
    Rule(compile_pattern(rf"(?:{WHICH} |the )?(?P<feast>{'|'.join(_FEASTS)}){YEAR_TAIL}"), _feast),
    Rule(compile_pattern(rf"<EARLYLATE>?(?:{WHICH} )?{_MONTH}{YEAR_TAIL}"), _month),
    Rule(compile_pattern(r"(?P<month><FOREIGN>) (?:de |del )?(?P<year><YEAR>)"), _month),
)
"""The rules for days and months of the calendar."""

"""Dates counted from the day of publication: weekdays, "yesterday", "last month", "three weeks ago"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from claimx.claims.dating.arithmetic import (
    day_or_none,
    iso_day,
    iso_month,
    iso_year,
    month_of_window,
    shift_days,
    weekday_after,
    weekday_before,
    weekday_of_week,
)
from claimx.claims.dating.setting import UNPUBLISHED, Resolution, Rule, Setting
from claimx.claims.dating.vocabulary import NUMBERS, WEEKDAYS, compile_pattern

_DAYS = {
    "the day before yesterday": -2,
    "yesterday": -1,
    "last night": -1,
    "today": 0,
    "tonight": 0,
    "overnight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "this lunchtime": 0,
    "tomorrow": 1,
    "the day after tomorrow": 2,
}
_WEEKS = {"last": -1, "this past": -1, "this": 0, "the current": 0, "next": 1, "the coming": 1}
_WEEKS |= {"this coming": 1, "past": -1, "coming": 1}


def number(word: str) -> int:
    """The value of "12", "a", "four" or "twenty-one"."""
    if word.isdigit():
        return int(word)
    return NUMBERS[word] if word in NUMBERS else sum(NUMBERS[part] for part in word.split("-"))


def shift(anchor: date, count: int, unit: str) -> str | None:
    """The date `count` units after `anchor`, as precise as the unit; a week is reduced to its month.

    >>> shift(date(2021, 3, 10), -2, "month")
    '2021-01'
    """
    if unit in ("day", "night"):
        return iso_day(shift_days(anchor, count))
    if unit in ("week", "fortnight"):
        monday = weekday_of_week(anchor, 0, count * (2 if unit == "fortnight" else 1))
        return month_of_window(monday, monday and shift_days(monday, 6))
    if unit == "month":
        return iso_month(anchor.year, anchor.month + count)
    return iso_year(anchor.year + count * (10 if unit == "decade" else 1))


def near_day(match: re.Match[str], setting: Setting) -> Resolution:
    """The day of publication, or one beside it: "yesterday", "tonight"."""
    if setting.published is None:
        return UNPUBLISHED
    word = " ".join(match["word"].split())
    return Resolution(
        iso_day(shift_days(setting.published, _DAYS[word])), "day-relative", setting.published.isoformat()
    )


def weekday_by_tense(match: re.Match[str], setting: Setting) -> Resolution:
    """By "last" or "next", by the week named beside it, else by tense; without any of these a weekday is past.

    In TimeBank and AQUAINT 19 of 20 weekdays lie before publication or on its day.
    """
    published, weekday = setting.published, WEEKDAYS[match["weekday"].rstrip(".")]
    if published is None:
        return UNPUBLISHED
    which, week = match.groupdict().get("which") or "", match.groupdict().get("week")
    is_today = published.weekday() == weekday
    if week:
        day, rule = weekday_of_week(published, weekday, {"last": -1, "this": 0, "next": 1}[week]), "weekday-of-week"
    elif which.endswith(("last", "past")):
        day, rule = weekday_before(published, weekday), "weekday-last"
    elif which == "next":
        # Counted by calendar weeks: on a Monday, "next Friday" is not the Friday four days away.
        day, rule = weekday_of_week(published, weekday, 1), "weekday-next"
    elif which.endswith("coming"):
        day, rule = weekday_after(published, weekday), "weekday-next"
    elif which == "this":
        is_past = setting.direction() == "past"
        find = weekday_before if is_past else weekday_after
        day, rule = (published if is_today else find(published, weekday)), "weekday-this"
    elif is_today:
        day, rule = published, "weekday-today"
    elif setting.direction() == "future":
        day, rule = weekday_after(published, weekday), "weekday-future"
    else:
        day, rule = weekday_before(published, weekday), "weekday-past"
    return Resolution(iso_day(day), rule, published.isoformat())


def _weekday_by_weeks(match: re.Match[str], setting: Setting) -> Resolution:
    """That weekday, so many weeks before the last or after the next: "a week ago Friday", "Friday week"."""
    published, weekday = setting.published, WEEKDAYS[match["weekday"].rstrip(".")]
    if published is None:
        return UNPUBLISHED
    weeks = number(match["count"]) if match.groupdict().get("count") else 1
    if match["way"] == "ago":
        near = published if published.weekday() == weekday else weekday_before(published, weekday)
        day = near and shift_days(near, -7 * weeks)
    else:
        near = published if published.weekday() == weekday else weekday_after(published, weekday)
        day = near and shift_days(near, 7 * weeks)
    return Resolution(iso_day(day), "weekday-weeks", published.isoformat())


def _period(match: re.Match[str], setting: Setting) -> Resolution:
    """A week, weekend, month, quarter or year beside the present one."""
    published, unit, side = setting.published, match["unit"], match["side"] or ""
    if published is None:
        return UNPUBLISHED
    steps, rule, anchor = _WEEKS[match["which"]], f"{unit}-relative", published.isoformat()
    if unit == "week":
        first, last = weekday_of_week(published, 0, steps), weekday_of_week(published, 6, steps)
        # The part of this week that has gone by, or is left, can lie in another month than its Thursday.
        if steps == 0 and side == "earlier" and published.weekday() > 0:
            last = shift_days(published, -1)
        if steps == 0 and side == "later" and published.weekday() < 6:
            first = shift_days(published, 1)
        return Resolution(month_of_window(first, last), rule, anchor)
    if unit == "weekend":
        saturday = weekday_of_week(published, 5, steps)
        return Resolution(month_of_window(saturday, saturday), rule, anchor)
    if unit == "quarter":
        return Resolution(iso_year(published.year + (((published.month - 1) // 3 + steps) // 4)), rule, anchor)
    return Resolution(shift(published, steps, unit), rule, anchor)


def _the_weekend(match: re.Match[str], setting: Setting) -> Resolution:
    published = setting.published
    if published is None:
        return UNPUBLISHED
    is_past = published.weekday() < 5 and setting.direction() != "future"
    saturday = weekday_of_week(published, 5, -1 if is_past else 0)
    return Resolution(month_of_window(saturday, saturday), "weekend-relative", published.isoformat())


def _the_period(match: re.Match[str], setting: Setting) -> Resolution:
    """The one of publication; for "later in the year", that of the date before it, if there is one."""
    unit = match["unit"]
    if match.groupdict().get("within") and (anchor := setting.anchor(4 if unit == "year" else 7)):
        return Resolution(anchor, f"{unit}-same", anchor)
    if setting.published is None:
        return UNPUBLISHED
    return Resolution(shift(setting.published, 0, unit), f"{unit}-relative", setting.published.isoformat())


def _next_but_one(match: re.Match[str], setting: Setting) -> Resolution:
    if setting.published is None:
        return UNPUBLISHED
    count = -2 if match["way"].endswith("last") else 2
    return Resolution(
        shift(setting.published, count, match["unit"]), f"{match['unit']}-relative", setting.published.isoformat()
    )


def _ago(match: re.Match[str], setting: Setting) -> Resolution:
    published, unit = setting.published, match["unit"]
    if published is None:
        return UNPUBLISHED
    if match["bound"]:
        return Resolution(None, "bounded", published.isoformat())
    count = number(match["count"]) * (-1 if match["way"] in ("ago", "back", "before today") else 1)
    if unit in ("minute", "hour", "second"):
        return _hours_ago(count, unit, setting)
    return Resolution(shift(published, count, unit), f"{unit}s-ago", published.isoformat())


def _hours_ago(count: int, unit: str, setting: Setting) -> Resolution:
    if setting.timestamp is None:
        return Resolution(None, "no-time-of-day")
    try:
        then = setting.timestamp + timedelta(**{f"{unit}s": count})
    except OverflowError:
        return Resolution(None, f"{unit}s-ago")
    return Resolution(iso_day(then.date()), f"{unit}s-ago", setting.timestamp.isoformat())


def _in_units(match: re.Match[str], setting: Setting) -> Resolution:
    """A date if something is to come ("reopens in three weeks"), else a duration ("was rebuilt in three weeks")."""
    if setting.published is None:
        return UNPUBLISHED
    if not match["time"] and setting.direction() != "future":
        return Resolution(None, "duration")
    anchor = setting.published.isoformat()
    return Resolution(shift(setting.published, number(match["count"]), match["unit"]), f"in-{match['unit']}s", anchor)


def _day_of_month(match: re.Match[str], setting: Setting) -> Resolution:
    """The 25th of the month named beside it, else the nearest by tense."""
    published, day = setting.published, int(match["day"][:-2])
    if published is None:
        return UNPUBLISHED
    steps = {"last": -1, "this": 0, "the": 0, "next": 1}
    shifts = (
        [steps[match["month"]]] if match["month"] else [0, 1, 2] if setting.direction() == "future" else [0, -1, -2]
    )
    for months in shifts:
        month = iso_month(published.year, published.month + months)
        found = month and day_or_none(int(month[:4]), int(month[5:]), day)
        if found and (match["month"] or (found >= published if shifts[1] > 0 else found <= published)):
            return Resolution(iso_day(found), "day-of-month", published.isoformat())
    return Resolution(None, "no-such-day", published.isoformat())


def _recurring(match: re.Match[str], setting: Setting) -> Resolution:
    return Resolution(None, "recurring")


def _duration(match: re.Match[str], setting: Setting) -> Resolution:
    return Resolution(None, "duration")


_SIDE = r"(?:(?:(?P<side>earlier|later)|early|late|some ?time|so far|this time)(?: in)? )?"
_ON = r"(?:(?:early|late|later|earlier)(?: on)? )?"
_APPROX = (
    r"(?:(?:about|nearly|almost|some|roughly|around|approximately|only|exactly|barely"
    r"|(?:just|slightly) (?:over|under|more than|less than)|just) )?"
)
_BOUND = (
    r"(?:(?P<bound>(?:well )?(?:more than|over|less than|under|at least|up to|half)"
    r"|as (?:many|much|long|far) as) )?"
)
_COUNT = rf"{_APPROX}(?P<count><NUMBER>)"
_WEEKDAY = r"(?P<weekday><WEEKDAY>)"
_FISCAL = r"(?:fiscal |financial )?"

RELATIVE = tuple(
    Rule(compile_pattern(pattern), resolve)
    for pattern, resolve in (
        # yesterday morning, later today, last night
        (rf"{_ON}(?P<word>{'|'.join(sorted(_DAYS, key=len, reverse=True))})<DAYTIME>", near_day),
        # Friday, late on Friday night, last Friday, Friday of last week
        (
            rf"{_ON}(?:(?P<which>last|this|next|(?:this |the )?(?:past|coming)) )?{_WEEKDAY}<DAYTIME>"
            r"(?:,? (?:of )?(?P<week>last|this|next) week)?",
            weekday_by_tense,
        ),
        (rf"(?P<week>last|this|next) week,? on {_WEEKDAY}<DAYTIME>", weekday_by_tense),
        # two weeks ago Friday, a week from Monday, Friday week
        (rf"(?P<count><NUMBER>) weeks? (?P<way>ago|from)(?: on| last| next| this)? {_WEEKDAY}", _weekday_by_weeks),
        (rf"(?P<way>){_WEEKDAY} week", _weekday_by_weeks),
        # earlier this week, the end of last month, early next year
        (
            rf"{_SIDE}<EARLYLATE>?(?P<which>{'|'.join(sorted(_WEEKS, key=len, reverse=True))}) "
            rf"{_FISCAL}(?P<unit>week|weekend|month|quarter|year)",
            _period,
        ),
        (r"the (?P<unit>week|month|year) (?P<way>before last|after next)", _next_but_one),
        (r"the weekend", _the_weekend),
        # the end of the year, later in the month, year-end
        (
            rf"(?:<EARLYLATE>|(?P<within>(?:earlier|later|so far|early|late) in ))?"
            rf"the {_FISCAL}(?:full |whole |entire )?(?P<unit>year|month|week)",
            _the_period,
        ),
        (r"(?P<unit>year|month)(?:-| )end", _the_period),
        # nearly four years ago, ten days from now
        (
            rf"{_BOUND}{_COUNT} (?P<unit>minute|hour|day|week|fortnight|month|year|decade)s? "
            r"(?P<way>ago|back|from (?:now|today)|before today)",
            _ago,
        ),
        (rf"in {_COUNT} (?P<unit>day|week|month|year)s?(?P<time>'? time)?", _in_units),
        # the 25th, the 5th of last month
        (
            r"the (?P<day>(?:3[01]|[12][0-9]|[1-9])(?:st|nd|rd|th))(?: of (?P<month>last|this|next|the) month)?",
            _day_of_month,
        ),
    )
) + tuple(
    Rule(compile_pattern(pattern), resolve, is_date=False)
    for pattern, resolve in (
        (
            r"(?:every|each)(?: other| single| second)? (?:<WEEKDAY>|day|week|month|year|<MONTH>|<SEASON>)<DAYTIME>",
            _recurring,
        ),
        (r"(?:mon|tues|wednes|thurs|fri|satur|sun)days", _recurring),
        (
            r"(?:over |in |during |for |within )?the (?:last|past|next|coming) (?:(?:few|several|<NUMBER>) )?"
            r"(?:days?|weeks?|months?|years?|weekend)",
            _duration,
        ),
    )
)
"""The rules that count from the day of publication, and what only looks as if it did."""

"""Dates by the calendar: a day and a month, a month, a year, a season, a quarter, a feast."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from claimx.claims.dating.arithmetic import day_or_none, easter, iso_day, iso_month, iso_year
from claimx.claims.dating.setting import UNPUBLISHED, Resolution, Rule, Setting
from claimx.claims.dating.vocabulary import FOREIGN_MONTHS, MONTHS, NUMBERS, ORDINALS, WEEKDAYS, compile_pattern

# Without a year, the tense chooses it, unless that would lead most of a year away while the other choice is close by:
# "said it would redeem" is past, "on Nov. 16" in a story of 30 October is not eleven months ago.
_FAR, _NEAR = timedelta(days=240), timedelta(days=75)

_WHICH = r"(?P<which>last|this|next|(?:this |the )?(?:coming|past))"
_TAIL = r"(?:,? (?P<year><YEAR>)| '(?P<short>[0-9][0-9])|<OFYEAR>)?"
_FEASTS: dict[str, Callable[[int], date | None]] = {
    "new year's day": lambda year: day_or_none(year, 1, 1),
    "new year's eve": lambda year: day_or_none(year, 12, 31),
    "christmas eve": lambda year: day_or_none(year, 12, 24),
    "christmas day": lambda year: day_or_none(year, 12, 25),
    "boxing day": lambda year: day_or_none(year, 12, 26),
    "valentine's day": lambda year: day_or_none(year, 2, 14),
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


def stated_year(match: re.Match[str], setting: Setting) -> int | None:
    """The year that the expression itself gives ("2021", "'21", "last year"), or None."""
    groups = match.groupdict()
    if year := groups.get("year"):
        return int(year) if year.isdigit() else _spoken_year(year)
    if short := groups.get("short"):
        return _full_year(int(short), setting)
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


def _full_year(short: int, setting: Setting) -> int:
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
        flips = far > _FAR and near < _NEAR
        direction, rule = (
            (tense, f"day-{tense}") if not flips else ("past" if tense == "future" else "future", "day-near")
        )
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
        found = day_or_none(year, month, day)
        return found if found and weekday in (None, found.weekday()) else None

    chosen = choose_day(day_in, setting, groups.get("which") or "")
    if weekday is None or chosen.rule != "no-such-day" and chosen.value:
        return chosen
    # The weekday agrees with no year nearby: a slip of the pen, and the day and month are the better witnesses.
    weekday = None
    return choose_day(day_in, setting)


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
        shift, rule = ahead or 12, "month-next"
    else:
        tense = setting.direction()
        # A month ahead needs no year when it is close, and a report of eleven months ago would give one.
        is_past = back <= 9 if tense == "past" else ahead > 7 if tense == "future" else back <= 8
        shift, rule = (-back if is_past else ahead), f"month-{tense or 'near'}"
    return Resolution(iso_month(published.year, published.month + shift), rule, published.isoformat())


def _year(match: re.Match[str], setting: Setting) -> Resolution:
    year = stated_year(match, setting)
    return Resolution(iso_year(year) if year is not None else None, "year")


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
        year = published.year - (published.month < first + 3)
    elif which.endswith(("next", "coming")):
        year = published.year + (published.month >= first)
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


def _numeric(match: re.Match[str], setting: Setting) -> Resolution:
    """Day first with dots, as Europe writes; with slashes or hyphens only what can be read in one way."""
    first, second = int(match["first"]), int(match["second"])
    year = int(match["year"]) if len(match["year"]) == 4 else _full_year(int(match["year"]), setting)
    readings = {day_or_none(year, second, first)}
    if match["separator"] != ".":
        readings.add(day_or_none(year, first, second))
    days = readings - {None}
    return Resolution(iso_day(days.pop()), "numeric") if len(days) == 1 else Resolution(None, "numeric-ambiguous")


def _iso(match: re.Match[str], setting: Setting) -> Resolution:
    return Resolution(iso_day(day_or_none(int(match["year"]), int(match["month"]), int(match["day"]))), "iso")


def _iso_month(match: re.Match[str], setting: Setting) -> Resolution:
    year, month = int(match["year"]), int(match["month"])
    if month == (year + 1) % 100:  # "2010-11" is a season or a school year.
        return Resolution(iso_year(year), "year")
    return Resolution(iso_month(year, month), "iso")


def _without_value(rule: str) -> Callable[[re.Match[str], Setting], Resolution]:
    return lambda match, setting: Resolution(None, rule)


_DAY = r"(?P<day><NTH>|<DAY>)"
_RANGE = r"(?:-| - | to | through | until | and |/)(?:the )?(?:<NTH>|<DAY>)"

ABSOLUTE = tuple(
    Rule(compile_pattern(pattern), resolve)
    for pattern, resolve in (
        (r"(?P<year><YEAR>)-(?P<month>0[1-9]|1[0-2])-(?P<day><DAY>)(?:t[0-9:.]{2,15}(?:z|[+-][0-9:]{2,5})?)?", _iso),
        (r"(?P<year><YEAR>)(?P<separator>[/.])(?P<month>0?[1-9]|1[0-2])(?P=separator)(?P<day><DAY>)", _iso),
        (
            r"(?P<first>[0-9]{1,2})(?P<separator>[/.-])(?P<second>[0-9]{1,2})(?P=separator)(?P<year>[0-9]{4}|[0-9]{2})",
            _numeric,
        ),
        (r"(?P<year><YEAR>)-(?P<month>0[1-9]|1[0-2])", _iso_month),
        (rf"(?:(?P<weekday><WEEKDAY>)<DAYTIME>,? )?(?:the )?{_DAY}(?: |-| of )(?P<month><MONTH>){_TAIL}", _day_month),
        (
            rf"(?:(?P<weekday><WEEKDAY>)<DAYTIME>,? )?(?:{_WHICH} )?(?P<month><MONTH>) (?:the )?{_DAY}{_TAIL}",
            _day_month,
        ),
        (rf"(?:from |between )?(?:the )?{_DAY}{_RANGE}(?: | of )(?P<month><MONTH>){_TAIL}", _day_month),
        (rf"(?:from |between )?(?:{_WHICH} )?(?P<month><MONTH>) (?:the )?{_DAY}{_RANGE}{_TAIL}", _day_month),
        (
            r"(?P<day><DAY>)(?:\.|er|º|°)? (?:de |di )?(?P<month><FOREIGN>)(?:,? (?:de |del )?(?P<year><YEAR>))?",
            _day_month,
        ),
        (r"(?P<month><FOREIGN>) (?:de |del )?(?P<year><YEAR>)", _month),
        (
            rf"(?:the )?(?P<nth>first|second|third|fourth|last) (?P<weekday><WEEKDAY>) (?:of|in) (?P<month><MONTH>){_TAIL}",
            _nth_weekday,
        ),
        (rf"(?:{_WHICH} |the )?(?P<feast>{'|'.join(_FEASTS)}){_TAIL}", _feast),
        (
            rf"<EARLYLATE>?(?:{_WHICH} )?(?P<month><MONTH>){_TAIL.replace(',? (?P<year>', '(?:,? | of )(?P<year>')}",
            _month,
        ),
        (
            r"<EARLYLATE>?(?:the )?(?:(?:fiscal|financial|calendar|tax|school)? ?(?:year )?|fy ?)(?P<year><YEAR>|<SPOKEN>)",
            _year,
        ),
        (r"(?:from |between )?(?P<year><YEAR>)(?:-|/| - | to | and | through | until )(?:<YEAR>|[0-9]{2})", _year),
        (rf"<EARLYLATE>?(?:{_WHICH} |the )?(?P<season><SEASON>)(?:,? (?:of )?(?P<year><YEAR>)|<OFYEAR>)?", _season),
        (
            r"(?:the )?(?:fiscal |financial )?(?:(?P<ordinal>first|second|third|fourth)(?: |-)(?:fiscal |financial )?(?P<part>quarter|half)|q(?P<number>[1-4]))"
            r"(?:,?(?: of| in)?(?: the)?(?: fiscal| financial)?(?: year)? (?P<year><YEAR>)|<OFYEAR>)?",
            _quarter,
        ),
        (
            r"(?:the )?(?:(?:early|late|mid)(?:-| to late | ))?(?:1[0-9][0-9]0s|20[0-9]0s|'?[2-9]0s|(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)ies)"
            r"|(?:the )?(?:last|past|this|next|previous) decade|(?:the )?(?:[12][0-9]th|21st|<NTH>|last|this|next) century",
            _without_value("decade"),
        ),
    )
)
"""The rules of this file, the first wins where two match the same words."""

"""Counting days, weeks, months and years on the Gregorian calendar."""

from __future__ import annotations

from datetime import date, timedelta


def shift_days(day: date, days: int) -> date | None:
    """The day `days` later (earlier if negative), or None beyond the years 1 to 9999."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def weekday_before(day: date, weekday: int) -> date | None:
    """The last such weekday strictly before `day`; Monday is 0."""
    return shift_days(day, -((day.weekday() - weekday - 1) % 7 + 1))


def weekday_after(day: date, weekday: int) -> date | None:
    """The first such weekday strictly after `day`; Monday is 0."""
    return shift_days(day, (weekday - day.weekday() - 1) % 7 + 1)


def weekday_of_week(day: date, weekday: int, weeks: int) -> date | None:
    """That weekday of the week (Monday to Sunday) which is `weeks` after the week of `day`."""
    return shift_days(day, weekday - day.weekday() + 7 * weeks)


def day_or_none(year: int, month: int, day: int) -> date | None:
    """The day, or None if the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def iso_day(day: date | None) -> str | None:
    """YYYY-MM-DD, or None for None."""
    return day.isoformat() if day else None


def iso_month(year: int, month: int) -> str | None:
    """YYYY-MM; months outside 1 to 12 carry into the year. None beyond the years 1 to 9999."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return f"{year:04d}-{month:02d}" if 1 <= year <= 9999 else None


def iso_year(year: int) -> str | None:
    """YYYY, or None beyond the years 1 to 9999."""
    return f"{year:04d}" if 1 <= year <= 9999 else None


def month_of_window(first: date | None, last: date | None) -> str | None:
    """The month that holds the middle of a stretch of days, as ISO 8601 gives a week to the year of its Thursday."""
    if first is None or last is None:
        return None
    middle = first + (last - first) // 2
    return iso_month(middle.year, middle.month)


def easter(year: int) -> date:
    """Easter Sunday of the western churches.

    Source:
        The "anonymous Gregorian" algorithm: J. Meeus, Astronomical Algorithms, chapter 8.

    >>> easter(2021)
    datetime.date(2021, 4, 4)
    """
    golden, century, rest = year % 19, year // 100, year % 100
    leap, shift = century // 4, (century + 8) // 25
    epact = (19 * golden + century - leap - (century - shift + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)

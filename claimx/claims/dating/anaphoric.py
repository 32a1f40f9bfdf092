"""Dates counted from another date in the text: "the same day", "a year earlier", "the following Monday"."""

from __future__ import annotations

import re
from datetime import date

from claimx.claims.dating.arithmetic import iso_day, weekday_after, weekday_before
from claimx.claims.dating.relative import number, shift, weekday_by_tense
from claimx.claims.dating.setting import UNPUBLISHED, Resolution, Rule, Setting
from claimx.claims.dating.tense import last_sentence
from claimx.claims.dating.vocabulary import WEEKDAYS, compile_pattern, fold

NO_ANCHOR = Resolution(None, "no-anchor")
"""The answer where the text names no date to count from, or none that is precise enough."""

_COMPARISON = re.compile(
    r"\b(?:from|than|compared|against|versus|vs|up|down|above|below|rose|fell|risen|fallen|grew|grown|increased?|decreased?"
    r"|declined?|dropped|gain(?:ed)?|climbed|jumped|slipped|slid|doubled|tripled|halved|higher|lower|more|less|fewer)\b"
)
_DEMONSTRATIVE = re.compile(r"(?:^|[,;.]|\b(?:on|by|and|but|until|since|before|after|early|late|earlier|later)) {0,4}$")
_DIGITS = {"day": 10, "night": 10, "week": 10, "month": 7, "year": 4}

# After "two days before" and "the day after", these begin something else; other words name an event.
_NEW_CLAUSE = re.compile(
    r" {0,4}(?:[^\w ]|$"
    r"|(?:and|but|or|that|with|when|while|in|at|to|by|on|for|from|as|because|after|before|he|she|it|they)\b)"
)


def _count_from(unit: str, count: int, way: str, setting: Setting) -> Resolution:
    """The date `count` units from the date that follows, if an event does, else from the nearest date before."""
    if way in ("before", "after") and not _NEW_CLAUSE.match(setting.after):
        anchor = setting.following()
        if anchor is None or len(anchor) < _DIGITS[unit]:
            return Resolution(None, "event")
        return Resolution(shift(day_of(anchor), count, unit), "event-dated", anchor)
    anchor = setting.anchor(_DIGITS[unit])
    if anchor is None:
        return NO_ANCHOR
    return Resolution(shift(day_of(anchor), count, unit), "anchor-counted" if count else "anchor-same", anchor)


def day_of(value: str) -> date:
    """The first day of an ISO 8601 day, month or year."""
    return date.fromisoformat((value + "-01-01")[:10])


def _same(match: re.Match[str], setting: Setting) -> Resolution:
    unit = match["unit"]
    return _count_from(unit if unit in _DIGITS else "day", 0, "", setting)


def _beside(match: re.Match[str], setting: Setting) -> Resolution:
    unit = match["unit"]
    count = -1 if match["way"] in ("previous", "preceding", "prior", "before") else 1
    return _count_from(unit if unit in _DIGITS else "day", count, match["way"], setting)


def _counted(match: re.Match[str], setting: Setting) -> Resolution:
    if match["bound"]:
        return Resolution(None, "bounded")
    is_earlier = match["way"] in ("earlier", "before", "previously")
    count = number(match["count"]) * (-1 if is_earlier else 1)
    # The base of a comparison ("up from 40 a year earlier") lies that far before the figures that are the news.
    is_comparison = is_earlier and match["unit"] in ("month", "year") and not setting.anchors()
    if is_comparison and setting.published and _COMPARISON.search(fold(last_sentence(setting.before))[-120:]):
        return Resolution(shift(setting.published, count, match["unit"]), "comparison", setting.published.isoformat())
    return _count_from(match["unit"], count, match["way"], setting)


def _then(match: re.Match[str], setting: Setting) -> Resolution:
    anchor = next(iter(setting.anchors()), None)
    return Resolution(anchor, "anchor-same", anchor) if anchor else NO_ANCHOR


def _time_of_day(match: re.Match[str], setting: Setting) -> Resolution:
    """A clock time belongs to the day just named, else to the day of publication, as in TIMEX3."""
    if anchor := setting.anchor(10):
        return Resolution(anchor, "anchor-same", anchor)
    if setting.published is None:
        return UNPUBLISHED
    day = setting.published.isoformat()
    return Resolution(day, "time-of-day", day)


def _weekday(match: re.Match[str], setting: Setting) -> Resolution:
    # In "said that Friday's vote was fair", "that" points to nothing.
    if match["way"] == "that" and not _DEMONSTRATIVE.search(fold(setting.before)):
        return weekday_by_tense(match, setting)
    anchor = setting.anchor(10)
    if anchor is None:
        return NO_ANCHOR
    day, weekday = date.fromisoformat(anchor), WEEKDAYS[match["weekday"].rstrip(".")]
    if match["way"] == "that" and day.weekday() == weekday:
        return Resolution(anchor, "anchor-same", anchor)
    find = weekday_before if match["way"].endswith(("previous", "preceding")) else weekday_after
    return Resolution(iso_day(find(day, weekday)), "anchor-weekday", anchor)


_SIDE = r"(?:(?:early|late|earlier|later)(?: on| in)? )?"
_PART_OF_DAY = r"morning|afternoon|evening|night"
_UNIT = rf"(?P<unit>day|{_PART_OF_DAY}|week|month|year)"
_BOUND = (
    r"(?P<bound>(?:(?:more|less) than|over|under|at least|up to|half) )?(?:(?:about|nearly|almost|some|just|only) )?"
)

ANAPHORIC = tuple(
    Rule(compile_pattern(pattern), resolve)
    for pattern, resolve in (
        # later that day, the same month, earlier in the day
        (rf"{_SIDE}(?:that|the same|that same|the very same) {_UNIT}", _same),
        (r"(?:earlier|later|early|late) in the (?P<unit>day)", _same),
        (r"(?:(?:<NUMBER>|several|a few) )?(?P<unit>minute|hour)s? (?:later|earlier|afterwards?)", _same),
        (r"(?:since |until |by )?then", _then),
        # the previous day, the year before, a day later, two days after the vote
        (rf"the (?P<way>previous|preceding|prior|following|next) {_UNIT}", _beside),
        (r"the (?P<unit>day|night|week|month|year) (?P<way>before|after)", _beside),
        (
            rf"{_BOUND}(?P<count><NUMBER>) (?P<unit>day|week|month|year)s? "
            r"(?P<way>earlier|later|before|after|afterwards?|previously)",
            _counted,
        ),
        (r"(?P<way>that|the (?:following|next|previous|preceding)) (?P<weekday><WEEKDAY>)<DAYTIME>", _weekday),
    )
)
"""The rules that count from another date in the text."""

_CLOCK = (
    r"(?:[01]?[0-9]|2[0-3])(?::|\.)[0-5][0-9](?: ?(?:[ap]m|[ap]\.m\.|hrs|h))?"
    r"|(?:[1-9]|1[0-2]) ?(?:[ap]m|[ap]\.m\.|o'clock)|noon|midday|midnight|dawn|daybreak|sunrise|sunset|dusk|nightfall"
    r"|(?:the )?(?:(?:early|late|mid)(?: |-))?(?:morning|afternoon|evening)|(?:the )?(?:early|small) hours"
)
TIME_OF_DAY = Rule(compile_pattern(_CLOCK), _time_of_day, is_date=False)
"""A time of day, which matters only where nothing says the day."""

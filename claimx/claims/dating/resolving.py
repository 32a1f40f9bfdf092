"""Find the date expressions of a text, and say which day, month or year one means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from claimx.claims.dating.absolute import ABSOLUTE
from claimx.claims.dating.anaphoric import ANAPHORIC, TIME_OF_DAY
from claimx.claims.dating.periods import PERIODS
from claimx.claims.dating.relative import RELATIVE, near_day, weekday_by_tense
from claimx.claims.dating.setting import Resolution, Rule, Setting
from claimx.claims.dating.vocabulary import MONTHS, WEEKDAYS, alternatives, compile_pattern, fold

_RULES = ANAPHORIC + RELATIVE + ABSOLUTE + PERIODS

# An expression is read together with the words beside it that belong to it, for it may have been cut too short:
# "last" before "October", "of last week" after "Tuesday", "earlier" after "a year".
_LEADING = re.compile(
    r"(?:\b(?:last|next|this|past|coming|early|late|mid|earlier|later|the same|the following|the previous"
    r"|every|each|in|about|nearly|almost|more than|over|less than|at least)(?: |-)){1,3}$"
)
_TRAILING = re.compile(
    r",? {1,4}(?:(?:of |in )?(?:last|this|next|that|the same|the following|the previous) (?:week|month|year)"
    r"|(?:of )?(?:1[89]|20)[0-9]{2}|(?:earlier|later|before|after|ago|from now))\b"
)
_CONTEXT = 1000
_BLOCKING = {"event", "bounded", "recurring"}
# "Before Monday" and "since Monday" say on which side of a day something lies, not on which day.
_BOUND = re.compile(r"(?<![\w-])(?<!\bday )(?:before|since|until|till|by|after|prior to|ahead of) {1,4}(?:the )?$")
# What stands between a weekday and its date: "Monday, 9 March 2020", "9 March 2020, a Monday".
_APPOSITION = re.compile(r",\s{1,4}(?:a )?|\s{1,4}\(")
_LONGEST_DAY = 60

# In running text these alone are too often something else ("may", "2014 ballots", "the fall"): they are dates only
# after certain words.
_LEADS = tuple(
    (compile_pattern(bare), re.compile(rf"\b(?:{leads})[ -]{{1,4}}$"))
    for bare, leads in (
        (
            r"<MONTH>|<YEAR>",
            "in|since|by|from|until|till|before|after|during|of|through|throughout|between|late|early|mid"
            "|the|an?|its|their|his|her|our|this|that|(?<=')s",
        ),
        (r"<MONTH>", "to|and|for|on"),
        (r"<SPOKEN>|(?:the )?<SEASON>", "in|since|by|until|during"),
        (r"(?:mon|tues?|wed|thu|thurs?|fri|sat|sun|the <NTH>)\.?", "on"),
        (r"the (?:year|month|week)|then", "(?!)"),
    )
)
_NAME = re.compile(rf"\b(?:{alternatives(MONTHS)}|{alternatives(WEEKDAYS)})\b")
_DETERMINER = re.compile(r" {0,4}(?:(?:the|his|her|its|their|that) {1,4})?")
_PREPOSITION = re.compile(r"(?<!\w)(?:on|in) {1,4}$")


@dataclass(frozen=True, slots=True)
class _Match:
    rule: Rule
    match: re.Match[str]

    @property
    def start(self) -> int:
        return self.match.start()

    @property
    def end(self) -> int:
        return self.match.end()


def resolve_date(expression: str, published: str | date | None, *, before: str = "", after: str = "") -> Resolution:
    """Say which day, month or year a date expression means.

    Weekdays, months and days without a year are placed by the tense of the sentence; what a sentence does not tell
    (an event's date, a decade, "recently") has the value None. Precision is that of the expression: a week or a
    weekend is reduced to its month, a season or a quarter to its year, a range to its beginning.

    Args:
        expression: The words as the article has them, "on Friday" or "last March".
        published: ISO 8601 date, or date and time, of publication; the calendar day as written counts, whatever the
            zone. Without it (or if it is no date) only absolute dates have a value.
        before: The text of the sentence before the expression: it gives the tense, and the date "the same day" means.
        after: The text of the sentence after it.

    Returns:
        The value in ISO 8601 (YYYY-MM-DD, YYYY-MM, YYYY, or None), the rule that decided, and the date counted from.

    Source:
        Values as in TIMEX3 (ISO-TimeML), restricted to the forms of ISO 8601 calendar dates.

    >>> resolve_date("Friday", "2021-02-07", before="The ministry said on ", after=" that talks had failed.")
    Resolution(value='2021-02-05', rule='weekday-past', anchor='2021-02-07')
    >>> resolve_date("in March", "2021-02-07", before="The bridge will open ").value
    '2021-03'
    """
    day, timestamp = _published(published)
    expression = expression[:_CONTEXT]
    before, after = before[-_CONTEXT:], after[:_CONTEXT]
    text = before + expression + after
    folded = fold(text)
    start, end = len(before), len(before) + len(expression)
    leading, trailing = _LEADING.search(folded[max(0, start - 30) : start]), _TRAILING.match(folded, end)
    first = start - len(leading[0]) if leading else start
    last = trailing.end() if trailing else end
    chosen: Resolution | None = None
    for found in _matches(folded, first, last):
        if found.end <= start or found.start >= end:
            continue
        resolution = _day_beside(found, text, folded, day, timestamp) or _resolve(found, text, day, timestamp)
        if resolution.value and len(resolution.value) == 10 and _is_bound(folded, start, found, end):
            return Resolution(None, "bounded", resolution.anchor)
        if resolution.rule in _BLOCKING or (resolution.value and len(resolution.value) == 10):
            return chosen if chosen and chosen.value and resolution.value is None else resolution
        chosen = resolution if chosen is None or chosen.value is None else chosen
    if chosen is None and (time := TIME_OF_DAY.pattern.search(folded, start, end)):
        return _resolve(_Match(TIME_OF_DAY, time), text, day, timestamp)
    return chosen or Resolution(None, "no-date")


def find_dates(text: str) -> list[tuple[int, int]]:
    """Find the date expressions of a text, each as long as it can be read.

    Offsets are 0-based, half-open and count Unicode code points. A bare "on" or "in" before a date belongs to it.
    Repetitions ("every Friday") and durations ("the past two years") are no dates.

    >>> text = "The mayor said on Friday that the tram would open in March 2022."
    >>> [text[start:end] for start, end in find_dates(text)]
    ['on Friday', 'in March 2022']
    """
    folded = fold(text)
    spans = []
    for found in _matches(folded, 0, len(folded)):
        if not found.rule.is_date or not _is_in_place(found, text, folded):
            continue
        preposition = _PREPOSITION.search(folded, max(0, found.start - 8), found.start)
        spans.append((preposition.start() if preposition else found.start, found.end))
    return spans


def _published(published: str | date | None) -> tuple[date | None, datetime | None]:
    """The day of publication as written, and the moment where a time of day is given."""
    if isinstance(published, datetime):
        return published.date(), published
    if isinstance(published, date) or published is None:
        return published, None
    try:
        moment = datetime.fromisoformat(published.strip())
    except ValueError:
        try:
            return date.fromisoformat(published.strip()[:10]), None
        except ValueError:
            return None, None
    return moment.date(), moment if len(published.strip()) > 10 else None


def _matches(folded: str, start: int, end: int) -> list[_Match]:
    """The matches of all rules that do not overlap: the leftmost first, of several there the longest."""
    found = [_Match(rule, match) for rule in _RULES for match in rule.pattern.finditer(folded, start, end)]
    kept: list[_Match] = []
    for candidate in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or candidate.start >= kept[-1].end:
            kept.append(candidate)
    return kept


def _resolve(found: _Match, text: str, published: date | None, timestamp: datetime | None) -> Resolution:
    before, after = text[max(0, found.start - _CONTEXT) : found.start], text[found.end : found.end + _CONTEXT]

    def anchors() -> tuple[str, ...]:
        """The dates before, each read in its own place; what itself needs an anchor is none."""
        earlier = [each for each in _matches(fold(before), 0, len(before)) if each.rule not in ANAPHORIC]
        values = (
            each.rule.resolve(each.match, Setting(published, timestamp, before[: each.start], before[each.end :])).value
            for each in reversed(earlier)
            if _is_in_place(each, before, fold(before))
        )
        return tuple(value for value in values if value)

    def following() -> str | None:
        """The date that begins the words after, an article or a possessive aside."""
        later = next((each for each in _matches(fold(after), 0, 60) if each.rule not in ANAPHORIC), None)
        if later is None or not _DETERMINER.fullmatch(fold(after[: later.start])):
            return None
        return later.rule.resolve(later.match, Setting(published, timestamp, before, "")).value

    setting = Setting(published, timestamp, before, after, anchors, following)
    return found.rule.resolve(found.match, setting)


def _day_beside(
    found: _Match, text: str, folded: str, published: date | None, timestamp: datetime | None
) -> Resolution | None:
    """What the calendar day means that is set beside a weekday or "yesterday", if one is: it is the better witness."""
    if found.rule.resolve not in (weekday_by_tense, near_day):
        return None
    for other in _matches(folded, max(0, found.start - _LONGEST_DAY), found.end + _LONGEST_DAY):
        if other.rule not in ABSOLUTE:
            continue
        gap = text[found.end : other.start] or text[other.end : found.start]
        if gap and (not _APPOSITION.fullmatch(gap) or other.match.groupdict().get("weekday")):
            continue
        resolution = _resolve(other, text, published, timestamp)
        if resolution.value and len(resolution.value) == 10:
            return resolution
    return None


def _is_bound(folded: str, start: int, found: _Match, end: int) -> bool:
    """Whether the expression is no more than a date and a preposition that makes a bound of it."""
    is_last = not folded[found.end : end].strip(" ,.")
    return is_last and _BOUND.search(folded, start, found.start) is not None


def _is_in_place(found: _Match, text: str, folded: str) -> bool:
    """Whether the words mean a date where they stand: names are capitalised, bare months and years led in."""
    words = found.match[0]
    name = _NAME.search(words)
    if name and not text[found.start + name.start()].isupper():
        return False
    leads = [lead for bare, lead in _LEADS if bare.fullmatch(words)]
    return not leads or any(lead.search(folded, max(0, found.start - 16), found.start) for lead in leads)

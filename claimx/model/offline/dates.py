"""The words that tell when something was said or happened; what day they mean is resolved elsewhere."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from claimx.model.offline.attributions import Attribution

Span = tuple[int, int]
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.)"
)
# Where a date may be, in letters alone: the search for these is three times as fast as that for the whole pattern.
_HINT = re.compile(
    "Mon|Tues|Wednes|Thurs|Fri|Satur|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|this |This |last |Last "
    "|esterday|oday|onight|in 19|in 20|In 19|In 20|t the time|reviously"
    "|day ago|days ago|week ago|weeks ago|month ago|months ago|year ago|years ago"
    "|days earlier|week earlier|weeks earlier|month earlier|months earlier|year earlier|years earlier"
    "|days later|week later|weeks later|month later|months later|year later|years later"
)
_SECOND_LETTERS = ("esterday", "oday", "onight", "t the time", "reviously")
_ANCHOR = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b(?: (?:morning|afternoon|evening|night)\b)?"
    rf"|{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?\b)?(?:,? (?:19|20)\d\d)?(?!\w)"
    r"|(?:[Tt]his|[Ll]ast) (?:week|month|year|weekend|spring|summer|autumn|fall|winter|morning|afternoon|evening|night)"
    r"\b"
    r"|[Yy]esterday\b|[Tt]oday\b|[Tt]onight\b|[Ii]n (?:19|20)\d\d\b|[Aa]t the time\b|[Pp]reviously\b"
    r"|(?:day|week|month|year)s? (?:ago|earlier|later)\b"
)
_BEFORE = re.compile(
    r"(?:(?:\b(?:[Oo]n|[Ii]n|[Ll]ate|[Ee]arly|[Ll]ast|[Ee]arlier|[Ee]arlier in|\d{1,2}(?:st|nd|rd|th)?)) ){1,2}$"
    r"|\b(?:[Aa]|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|\d+) $"
)
_REACH = 300
_NEAR = 80
_SENTENCE_BREAK = re.compile(r"[.!?][\"”’']?\s+(?=[A-Z“\"‘'])|\n")


def find_dates(text: str) -> list[Span]:
    """The date expressions of a text, with the preposition or number before them."""
    found = []
    for hint in _HINT.finditer(text):
        at = hint.start() - (hint[0] in _SECOND_LETTERS)
        match = _ANCHOR.match(text, at) if at >= 0 else None
        if match is None or (at and text[at - 1].isalnum()):
            continue
        start, end = match.span()
        before = _BEFORE.search(text, max(0, start - 20), start)
        start = before.start() if before else start
        if text[start:end] != "May" and (before or text[end - 5 : end] not in (" ago", "later", "rlier")):
            found.append((start, end))
    return found


def first_within(dates: Sequence[Span], start: int, end: int) -> Span | None:
    """The first of `dates` between two offsets."""
    index = bisect_left(dates, (start, 0))
    return dates[index] if index < len(dates) and dates[index][1] <= end else None


def date_beside(text: str, item: Attribution, dates: Sequence[Span]) -> str | None:
    """The expression that tells when it was said: in the sentence of the cue, outside the content."""
    if item.cue is None:
        return None
    lower = max(0, item.cue[0] - _REACH)
    start = max((match.end() for match in _SENTENCE_BREAK.finditer(text, lower, item.cue[0])), default=lower)
    stop = _SENTENCE_BREAK.search(text, item.cue[1], item.cue[1] + _REACH)
    end = stop.start() if stop else item.cue[1] + _REACH
    nearest: tuple[int, str] | None = None
    for begin, finish in dates[bisect_left(dates, (start, 0)) : bisect_left(dates, (end, 0))]:
        if any(begin < b and a < finish for a, b in item.content):
            continue
        distance = min(abs(item.cue[0] - finish), abs(begin - item.cue[1]))
        if distance < _NEAR and (nearest is None or distance < nearest[0]):
            nearest = distance, text[begin:finish]
    return nearest[1] if nearest else None

"""The words that tell when something was said or happened; what day they mean is resolved elsewhere."""

from __future__ import annotations

import re

from claimx.model.offline.attributions import Attribution

_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
_PART = r"(?: (?:morning|afternoon|evening|night))?"
_EXPRESSION = re.compile(
    rf"\b(?:(?:[Oo]n |[Ll]ate |[Ee]arly |[Ll]ast |[Ee]arlier ){{0,2}}{_DAY}{_PART}"
    rf"|(?:[Oo]n |[Ii]n |[Ll]ast |[Ee]arly |[Ll]ate )?(?:\d{{1,2}}(?:st|nd|rd|th)? )?{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?\b(?!,? \d{{3}}\b))?(?:,? \d{{4}})?\b"
    r"|(?:[Ee]arlier )?(?:[Tt]his|[Ll]ast) (?:week|month|year|weekend|spring|summer|autumn|fall|winter|morning|afternoon|evening|night)"
    r"|[Yy]esterday|[Tt]oday|[Tt]onight|[Ii]n (?:19|20)\d\d\b|(?:a|two|three|four|five|six|\d+) (?:days?|weeks?|months?|years?) (?:ago|earlier|later)"
    r"|[Aa]t the time|[Pp]reviously)"
)
_MODAL_MAY = re.compile(r"(?:[Ii]n |[Oo]n |[Ll]ast )?May\b")
_SENTENCE_BREAK = re.compile(r"[.!?][\"”’']?\s+(?=[A-Z“\"‘'])|\n")


def find_dates(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The date expressions between two offsets."""
    return [match.span() for match in _EXPRESSION.finditer(text, start, end) if match[0] != "May"]


def date_beside(text: str, item: Attribution) -> str | None:
    """The expression that tells when it was said: in the sentence of the cue, outside the content."""
    if item.cue is None:
        return None
    lower = max(0, item.cue[0] - 300)
    start = max((m.end() for m in _SENTENCE_BREAK.finditer(text, lower, item.cue[0])), default=lower)
    stop = _SENTENCE_BREAK.search(text, item.cue[1], item.cue[1] + 300)
    end = stop.start() if stop else item.cue[1] + 300
    nearest: tuple[int, str] | None = None
    for begin, finish in find_dates(text, start, min(end, len(text))):
        if any(begin < b and a < finish for a, b in item.content):
            continue
        distance = min(abs(item.cue[0] - finish), abs(begin - item.cue[1]))
        if distance < 80 and (nearest is None or distance < nearest[0]):
            nearest = distance, text[begin:finish]
    return nearest[1] if nearest else None

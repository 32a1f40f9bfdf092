"""The words that tell when something was said or happened; what day they mean is resolved elsewhere."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from claimx.model.offline.attributions import Attribution
from claimx.model.offline.lexicon import cue_forms

Span = tuple[int, int]
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.)"
)
# Where a date may be: letters that are searched for one by one, which is several times as fast as the whole pattern.
_CAPITAL_HINT = re.compile(
    "Mon|Tues|Wednes|Thurs|Fri|Satur|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
    "|This |Last |Yesterday|Today|Tonight|In 19|In 20|At the time|Previously"
)
_SMALL_HINTS = ("this ", "last ", "yesterday", "today", "tonight", "in 19", "in 20", "at the time", "previously")
_SIDES = (" ago", " earlier", " later")
_UNIT = re.compile(r"(?:day|week|month|year)s?\Z")
_LONGEST_UNIT = len("months")
_ANCHOR = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b(?: (?:morning|afternoon|evening|night)\b)?"
    rf"|{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?\b)?(?:,? (?:19|20)\d\d)?(?!\w)"
    r"|(?:[Tt]his|[Ll]ast) (?:week|month|year|weekend|spring|summer|autumn|fall|winter|morning|afternoon|evening|night)"
    r"\b"
    r"|[Yy]esterday\b|[Tt]oday\b|[Tt]onight\b|[Ii]n (?:19|20)\d\d\b|[Aa]t the time\b|[Pp]reviously\b"
    r"|(?:day|week|month|year)s? (?:ago|earlier|later)\b"
)
_BEFORE = re.compile(
    r"(?:(?:\b(?:[Oo]n|[Ii]n|[Ll]ate|[Ee]arly|[Ll]ast|[Ee]arlier|[Ee]arlier in|\d{1,2}(?:st|nd|rd|th)?))"
    r"[ \u00a0]){1,2}$"
    r"|\b(?:[Aa]|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|[Ss]even|[Ee]ight|[Nn]ine|[Tt]en|\d+) $"
)
_REACH = 1200
_NEAR = 80
# How far the day on which somebody spoke is carried on, in characters.
_CARRIED = 1500
_FEW = 3
_DAY = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[Yy]esterday|[Tt]oday|[Tt]onight|[Ll]ast night"
    rf"|[Tt]his (?:morning|afternoon|evening)|\d{{1,2}} {_MONTH}|{_MONTH} \d{{1,2}}"
)
# Those who are told something at an event, the day of which the article gives further up.
_AUDIENCE = re.compile(
    r" (?:the |a |an )?(?:\w+ )?(?:reporters|journalists|jury|jurors|court|judge|hearing|inquest|inquiry|tribunal"
    r"|chamber|council|councillors|committee|lawmakers|legislators|senators|deputies|mps|members|parliament|meeting|rally|crowd"
    r"|audience|conference|delegates|supporters|analysts|investors|shareholders)\b",
    re.IGNORECASE,
)
# "the Today programme", "Harbour Today" are no days.
_NAMED = re.compile(r"\b(?:the|The|[A-Z]\w*) $")
# Nobody has spoken on a day that is yet to come.
_TO_COME = re.compile(
    r"\b(?:will|shall|would|(?:due|expected|scheduled|planned|plans?|agreed|set|is|are) to)\b[^.!?\n]{0,60}$"
)
_NO_SETTING = re.compile(r"\b(?:until|till|by|since|before|after|next|will|due|from|for) (?:\w+ )?$")


def find_dates(text: str) -> list[Span]:
    """The date expressions of a text, with the preposition or number before them."""
    found: list[Span] = []
    for at in _hints(text):
        match = _ANCHOR.match(text, at)
        if match is None or (at and text[at - 1].isalnum()):
            continue
        start, end = match.span()
        before = _BEFORE.search(text, max(0, start - 20), start)
        start = before.start() if before else start
        if text.startswith("Today", start) and _NAMED.search(text, max(0, start - 20), start):
            continue
        if text[start:end] != "May" and (before or text[end - 5 : end] not in (" ago", "later", "rlier")):
            found.append((start, end))
    return found


def _hints(text: str) -> list[int]:
    places = [hint.start() for hint in _CAPITAL_HINT.finditer(text)]
    for hint in _SMALL_HINTS:
        places += _places(text, hint)
    for side in _SIDES:
        units = (_UNIT.search(text, max(0, at - _LONGEST_UNIT), at) for at in _places(text, side))
        places += [unit.start() for unit in units if unit]
    return sorted(places)


def _places(text: str, words: str) -> list[int]:
    places = []
    at = text.find(words)
    while at >= 0:
        places.append(at)
        at = text.find(words, at + 1)
    return places


def first_within(dates: Sequence[Span], start: int, end: int) -> Span | None:
    """The first of `dates` between two offsets."""
    index = bisect_left(dates, (start, 0))
    return dates[index] if index < len(dates) and dates[index][1] <= end else None


def tell_dates(
    text: str,
    attributions: Sequence[Attribution],
    people: Sequence[object],
    dates: Sequence[Span],
    sentences: Sequence[Span],
) -> list[str | None]:
    """For each attribution, in order, the words that tell when it was said.

    They stand in the sentence of the cue, outside what is said; else in the sentences before it in its paragraph
    ("Speaking on Tuesday, …"); else they are those of the same speaker, who goes on speaking. Only days are carried on,
    and only to a plain past ("said", not "has said" or "says").
    """
    inside = sorted(piece for item in attributions for piece in item.content)
    settings = [date for date in dates if _is_setting(text, date) and not _covers(inside, date)]
    spoken: dict[int, tuple[int, str]] = {}
    told = []
    for item, person in zip(attributions, people, strict=True):
        date = date_beside(text, item, dates, sentences)
        at = item.cue[0] if item.cue else item.content[0][0]
        if date is None and _is_plain_past(text, item):
            heard = _AUDIENCE.match(text, item.cue[1], item.cue[1] + 60) if item.cue else None
            date = _setting_before(text, settings, at, within_paragraph=heard is None)
            if date is None and id(person) in spoken and at - spoken[id(person)][0] < _CARRIED:
                date = spoken[id(person)][1]
        if date is not None and _DAY.search(date):
            spoken[id(person)] = at, date
        told.append(date)
    return told


def _is_setting(text: str, date: Span) -> bool:
    """Whether a date is a day on which something happened: no bound, nothing to come."""
    if _DAY.search(text, *date) is None or _NO_SETTING.search(text, max(0, date[0] - 24), date[0]):
        return False
    return _TO_COME.search(text, max(0, date[0] - 80), date[0]) is None


def _covers(spans: Sequence[Span], date: Span) -> bool:
    index = bisect_left(spans, (date[1], 0))
    return any(start <= date[0] < end for start, end in spans[max(0, index - _FEW) : index])


def _is_plain_past(text: str, item: Attribution) -> bool:
    if item.verb is None or item.cue is None or item.verb.form != "finite" or item.verb.group != item.verb.first:
        return False
    word = text[slice(*item.cue)].split()[0].lower()
    return any("past" in names for _, names, _ in cue_forms().get(word, ())) and item.verb.verb.takes("quote", "clause")


def _setting_before(text: str, settings: Sequence[Span], at: int, *, within_paragraph: bool) -> str | None:
    """The last day that is named before an offset, in its paragraph or not much further up."""
    index = bisect_left(settings, (at, 0)) - 1
    if index < 0 or at - settings[index][1] > _REACH:
        return None
    if within_paragraph and "\n" in text[settings[index][1] : at]:
        return None
    return text[slice(*settings[index])]


def date_beside(text: str, item: Attribution, dates: Sequence[Span], sentences: Sequence[Span]) -> str | None:
    """The expression that tells when it was said: in the sentence of the cue, outside the content."""
    if item.cue is None:
        return None
    index = bisect_right(sentences, (item.cue[0], len(text))) - 1
    start, end = sentences[index] if index >= 0 else item.cue
    nearest: tuple[int, str] | None = None
    for begin, finish in dates[bisect_left(dates, (start, 0)) : bisect_left(dates, (end, 0))]:
        if any(begin < b and a < finish for a, b in item.content):
            continue
        distance = min(abs(item.cue[0] - finish), abs(begin - item.cue[1]))
        if distance < _NEAR and (nearest is None or distance < nearest[0]):
            nearest = distance, text[begin:finish]
    return nearest[1] if nearest else None

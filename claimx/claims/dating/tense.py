"""Whether the words around a date speak of what has happened or of what is to come."""

from __future__ import annotations

import re
from typing import Literal

Direction = Literal["past", "future"]

_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+){0,4}|[.,;:!?]")
_SENTENCE_END = re.compile(r"[.!?][\"'”)]{0,3} {1,4}(?=[\"'“(A-Z])|\n")
_ABBREVIATION = re.compile(
    r"\b(?:mr|mrs|ms|dr|gen|sen|rep|gov|sgt|lt|col|st|inc|corp|co|ltd|no|vs"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|[a-z])$",
    re.IGNORECASE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MODALS = {"will", "shall", "would", "could", "should", "may", "might", "must", "can", "won't", "cannot"}
_HAVE = {"has", "have", "had", "having"}
# Words that announce. Those in the second set do so only before "to" or "until": "agreed to meet on Friday", but
# "agreed on Friday"; "plans to meet on Friday", but "announced plans on Friday".
_PLANS = _words(
    """
    awaiting awaits deadline due effective expect expected expects forthcoming payable planned planning poised scheduled
    slated upcoming
    """
)
_PROMISES = _words(
    """
    adjourned agree agreed agrees aim aims asked decided deferred delayed extended going hope hoped hopes hoping
    intend intended intends invited likely offered ordered plan plans pledged postponed promised prolonged ready
    remanded set suspended threatened vowed want wants
    """
)
# A plain present tense beside a date is a timetable, not a report: "the vaccine goes on sale on Monday".
_TIMETABLE = _words(
    """
    arrives begins beginning closes comes ending ends expire expires expiring faces goes holds leaves mature matures
    meets opens reconvenes resumes returns starting starts takes travels
    """
)
# The same in the plural, which only a plural before it tells from a noun or an infinitive: "lawmakers vote on Friday".
_TIMETABLE_PLURAL = _words(
    "arrive begin close end face go hold leave meet open reconvene reopen resume return start travel vote"
)
_PAST = _words(
    """
    ago beat became been began bent bet bid blew bore born bought bound broke broken brought built came cast caught
    chose chosen clung crept cut dealt did died done drank drew driven drove fallen fed fell felt fled flew flown
    forbade forgot forgotten fought found froze gave given gone got grew grown had held hid hidden hit hung hurt
    kept knew known laid led left lent let lost made meant met overcame paid put quit ran rang read ridden risen
    rode rose said sang sank sat saw seen sent set shaken shook shot shown shut since slid sold sought spent split
    spoke spoken sprang stole stolen stood struck sued swept swore sworn taken taught thought threw thrown told took
    understood was went were woke won wore worn wrote written withdrew
    """
)
_NOT_VERBS = _words(
    """
    ahmed alleged bed breed exceed feed greed hatred hundred indeed infrared kindred mohammed naked need proceed red
    sacred seed shed so-called speed succeed united weed wicked
    """
)
_IS = frozenset(("is", "are"))


def last_sentence(text: str) -> str:
    """The piece of `text` after its last full stop."""
    start = 0
    for stop in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text, max(0, stop.start() - 8), stop.start()):
            start = stop.end()
    return text[start:]


def first_sentence(text: str) -> str:
    """The piece of `text` up to its first full stop."""
    for stop in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text, max(0, stop.start() - 8), stop.start()):
            return text[: stop.start() + 1]
    return text


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower().replace("’", "'"))


def _announces(word: str, following: list[str]) -> bool:
    """Whether `word` speaks of something to come, by the word after it or the last one before the date."""
    if word == "set" and following[:1] == ["for"]:
        return True
    return word in _PROMISES and bool({"to", "until", "till"} & {*following[:1], *following[-1:]})


def _cue(tokens: list[str], at: int) -> Direction | None:
    """What the token says about time, looking at up to four before it for an auxiliary."""
    word, auxiliaries = tokens[at], tokens[max(0, at - 4) : at]
    previous = tokens[at - 1] if at else ""
    if word in _MODALS or word.endswith("'ll"):
        return "future"
    if previous == "to" and word in _PAST:  # "To cut", "to set": not the past form.
        return None
    is_participle = word in _PAST or (word.endswith("ed") and len(word) > 3 and word not in _NOT_VERBS)
    # "Would be debated" and "is to be sold" are to come, although the participle is a past form.
    if (is_participle or word == "be") and "be" in (*auxiliaries, word) and not _HAVE & set(auxiliaries):
        return "future" if {"to", *_MODALS} & set(auxiliaries) else None
    if word in _PLANS or word in _TIMETABLE or _announces(word, tokens[at + 1 :]):
        return "past" if "had" in auxiliaries else "future"
    if word in _TIMETABLE_PLURAL and previous.endswith("s"):
        return "future"
    if is_participle:
        return "past"
    if (word == "to" or (word.endswith("ing") and len(word) > 5)) and previous in _IS:
        return "future"
    return None


def direction(before: str, after: str) -> Direction | None:
    """Whether the sentence around a date puts it in the past or in the future; None if nothing tells.

    The verb that stands directly after the date decides ("the board on Friday rejected …"), else the nearest one before
    it ("will meet on Friday"), else the first one after it ("On Friday, the board will …"). This is the order in
    which English attaches an adverbial of time to its verb.

    Args:
        before: Text before the date; only its last sentence counts.
        after: Text after the date; only up to its first full stop.

    >>> direction("The council will meet on ", ".")
    'future'
    >>> direction("The minister said on ", " that he would resign.")
    'past'
    """
    left = _tokens(last_sentence(before))[-40:]
    right = _tokens(first_sentence(after))[:25]
    if right[:1] == ["deadline"]:  # "The Tuesday deadline" may be behind us or ahead.
        return None
    if right and not (left and _cue(left, len(left) - 1)) and (adjacent := _cue(right, 0)):
        return adjacent
    prepositions = [word for word in left if word not in ("on", "this", "late", "early")][-2:]
    if prepositions[-1:] == ["by"] and "had" not in left + right:
        return "future"
    if prepositions and prepositions[-1] in _IS:  # "The hearing is on Friday."
        return "future"
    if after.startswith(("'s", "’s")):
        # "Friday's ruling" has been, unless the sentence goes there: "ahead of Friday's vote", "at Friday's vote".
        if prepositions == ["ahead", "of"]:
            return "future"
        if prepositions[-1:] not in (["at"], ["in"], ["during"], ["for"], ["before"], ["until"]):
            return "past"
    for at in range(len(left) - 1, -1, -1):
        if found := _cue(left, at):
            return found
    for at in range(len(right)):
        if right[at] in _PROMISES and right[at].endswith("ed"):  # "On Friday, she vowed to resign."
            return "past"
        if found := _cue(right, at):
            return found
    return "future" if _IS & set(left) or prepositions[-1:] in (["until"], ["till"]) else None

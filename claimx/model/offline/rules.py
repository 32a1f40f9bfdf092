"""The offline model: what the rules find in a text, in the form in which any model answers."""

from __future__ import annotations

import re

from claimx.model.offline.article import read_article
from claimx.model.offline.attributions import Attribution
from claimx.model.offline.dates import find_dates, tell_dates
from claimx.model.offline.facts import find_facts
from claimx.model.offline.people import Person, is_plausible, is_plural
from claimx.model.offline.speakers import name_speakers
from claimx.model.offline.stances import stance_of
from claimx.model.offline.targets import target_of
from claimx.schema import Answer, ClaimDraft, SpeakerDraft

_PRONOUN_FIRST = re.compile(r"(he|she|it|they)\b(?!['’])", re.IGNORECASE)
_TAKEN_UP_CHARS = 400
_MARKS = frozenset("\"“”„‘'«»‹›「")


def draft_answer(text: str, context: str = "") -> Answer:
    """Find who says what in `text` by rules alone.

    Every content, cue, mention and date is a verbatim piece of `text`. Claims are
    in the order in which their contents begin; each speaker is listed once, by the
    fullest name that `context` and `text` give.

    Args:
        text: What is to be read.
        context: What stands before it: for names and pronouns only, no claims are taken from it.
    """
    first = len(context) + 2 if context else 0
    text = f"{context}\n\n{text}" if context else text
    reading = read_article(text)
    attributions = sorted(reading.attributions, key=lambda item: item.content)
    people = name_speakers(text, attributions, reading.subjects, reading.sentences)
    numbers: dict[int, int] = {}
    speakers = []
    claims: list[ClaimDraft] = []
    last = 0
    if not reading.is_english:
        return _marked_only(text, attributions, people, first)
    dates = find_dates(text)
    told = tell_dates(text, attributions, people, dates, reading.sentences)
    for item, person, date in zip(attributions, people, told, strict=True):
        start = _start(item)
        if start < first or _is_unsaid(item):
            continue
        if id(person) not in numbers:
            speakers.append(SpeakerDraft(name=person.name, role=person.role))
            numbers[id(person)] = len(speakers)
        earlier = claims[-1].target if claims and start - last < _TAKEN_UP_CHARS else None
        claims.append(_claim(text, item, person, numbers[id(person)], date, earlier))
        last = start
    sentences = [sentence for sentence in reading.sentences if sentence[0] >= first]
    return Answer(speakers=speakers, claims=claims, facts=find_facts(text, sentences, attributions, dates))


def _is_unsaid(item: Attribution) -> bool:
    """Whether somebody is said not to have said it, as against not to believe, want or support it."""
    if item.verb is None or not item.verb.negated:
        return False
    verb = item.verb.verb
    return verb.polarity == "neutral" and "quote" in verb.complements and verb.verb != "think"


def _cue(text: str, item: Attribution) -> str | None:
    """The reporting words, with what negates them."""
    if item.cue is None:
        return None
    start, end = item.cue
    if item.verb is not None and item.verb.negated and item.tokens:
        start = min(start, item.tokens[item.verb.group].start)
    return text[start:end]


def _marked_only(text: str, attributions: list[Attribution], people: list[Person], first: int) -> Answer:
    """Who says what, and no more: stance and target are in words that the rules cannot read."""
    found = [pair for pair in zip(attributions, people, strict=True) if _start(pair[0]) >= first]
    speakers = list(dict.fromkeys(person for _, person in found))
    claims = [
        ClaimDraft(
            content=[text[start:end] for start, end in item.content],
            cue=text[slice(*item.cue)] if item.cue and item.cue != item.mention else None,
            mention=text[slice(*item.mention)],
            speaker=speakers.index(person) + 1,
            text="…",
            stance="neutral",
            target="",
            date=None,
        )
        for item, person in found
    ]
    return Answer(
        speakers=[SpeakerDraft(name=person.name, role=person.role) for person in speakers], claims=claims, facts=[]
    )


def _start(item: Attribution) -> int:
    return min(span[0] for span in (*item.content, item.cue, item.mention) if span)


def _claim(
    text: str, item: Attribution, person: Person, number: int, date: str | None, earlier: str | None
) -> ClaimDraft:
    pieces = [text[start:end] for start, end in item.content]
    return ClaimDraft(
        content=pieces,
        cue=_cue(text, item),
        mention=text[slice(*item.mention)],
        speaker=number,
        text=_sentence(text, item, person),
        stance=stance_of(text, item),
        target=target_of(text, item, person, earlier),
        date=date,
    )


def _sentence(text: str, item: Attribution, person: Person) -> str:
    """The content as a sentence; a pronoun that opens it and can only mean the speaker gives way to the name."""
    start, end = item.content[0]
    first = _PRONOUN_FIRST.match(text, start, end)
    if not first or text[max(0, start - 1) : start] in _MARKS or not _means(first[1].lower(), person):
        return "…"
    words = " ".join(" ".join(text[start:end].split()) for start, end in item.content)
    return person.name + words[first.end() - start :]


def _means(pronoun: str, person: Person) -> bool:
    """Whether a pronoun right after a speaker's verb fits the speaker."""
    if pronoun in ("he", "she"):
        gender = "male" if pronoun == "he" else "female"
        return person.gender in (None, gender) and (person.is_person or is_plausible(person.name))
    if pronoun == "it":
        return not (person.is_person or is_plausible(person.name) or is_plural(person.name))
    return is_plural(person.name)

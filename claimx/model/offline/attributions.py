"""Indirect reports of one sentence: source, cue and content together."""

from __future__ import annotations

from dataclasses import dataclass

from claimx.model.offline.contents import content_after
from claimx.model.offline.cues import Cue, find_cues
from claimx.model.offline.sources import (
    find_subject,
    has_finite_verb,
    noun_phrase_ending,
    noun_phrase_starting,
    subject_before,
)
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import TIME_WORDS

Span = tuple[int, int]
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody's claim by character offsets: content pieces, cue and mention."""

    content: tuple[Span, ...]
    cue: Span | None
    mention: Span | None
    verb: Cue | None


def span(tokens: list[Token], part: Range) -> Span:
    """The characters of a range of tokens."""
    return tokens[part[0]].start, tokens[part[1] - 1].end


def attributions_of_sentence(tokens: list[Token]) -> list[Attribution]:
    """Every report in a sentence."""
    cues = find_cues(tokens)
    found = []
    subject: Range | None = None
    for number, cue in enumerate(cues):
        source, trailing = _source(tokens, cue, cues[:number], subject)
        if source is None:
            continue
        if cue.form == "finite" and not cue.passive:
            subject = source
        content = _contents(tokens, cue, cues, source, trailing)
        if content:
            found.append(
                Attribution(
                    tuple(span(tokens, part) for part in content),
                    span(tokens, (cue.first, cue.last + 1)),
                    span(tokens, source),
                    cue,
                )
            )
    return found + _according(tokens)


def quotation_cue(tokens: list[Token]) -> Attribution | None:
    """The cue of a sentence that only says who spoke: "Poe said." after a quotation."""
    for cue in find_cues(tokens)[:1]:
        source, _ = _source(tokens, cue, [], None)
        if (
            source
            and cue.verb.takes("quote")
            and cue.form == "finite"
            and len(tokens) <= 14
            and not content_after(tokens, cue, [cue])
        ):
            return Attribution((), span(tokens, (cue.first, cue.last + 1)), span(tokens, source), cue)
    return None


def _source(tokens: list[Token], cue: Cue, earlier: list[Cue], subject: Range | None) -> tuple[Range | None, bool]:
    """The source, and whether it follows the cue."""
    if cue.passive:
        for index in range(cue.last + 1, min(cue.last + 4, len(tokens))):
            if tokens[index].lower == "by":
                return noun_phrase_starting(tokens, index + 1, len(tokens)), False
        return None, False
    before = tokens[cue.group - 1] if cue.group > 0 else None
    # "..., said Poe": the mark before the verb and a name after it.
    if (
        before is not None
        and before.text in ",\"”’'—–?!»"
        and cue.form == "finite"
        and cue.verb.takes("quote")
        and cue.last + 1 < len(tokens)
    ):
        after = tokens[cue.last + 1]
        if after.lower not in ("that", "he", "she", "it", "they", "to", "in", "on") or before.text != ",":
            inverted = noun_phrase_starting(tokens, cue.last + 1, len(tokens))
            if inverted and (before.quotation >= 0 or before.text != "," or not find_subject(tokens, cue, 0)):
                return inverted, True
    if cue.form == "finite":
        if before is not None and (
            before.lower in ("and", "but", "or", "then") or (before.text == "," and subject is not None)
        ):
            if subject is not None:
                return subject, False
            return _first_subject(tokens, cue.group), False
        return find_subject(tokens, cue, 0), False
    if (
        cue.form == "ing"
        and before is not None
        and before.is_word
        and before.text != ","
        and before.lower
        not in (
            "by",
            "after",
            "before",
            "in",
            "for",
            "of",
            "from",
            "while",
            "without",
            "when",
            "and",
            "with",
            "on",
            "to",
            "than",
            "about",
        )
    ):
        return find_subject(tokens, cue, 0), False
    return (subject or _first_subject(tokens, cue.group)), False


def _first_subject(tokens: list[Token], limit: int) -> Range | None:
    """The subject of the sentence's first verb."""
    for index in range(1, limit):
        if has_finite_verb(tokens, index, index + 1) or (
            tokens[index].text[0].islower() and tokens[index].lower.endswith("ed")
        ):
            found = subject_before(tokens, index, 0)
            if found:
                return found
    return noun_phrase_starting(tokens, 0, limit)


def _contents(tokens: list[Token], cue: Cue, cues: list[Cue], source: Range, trailing: bool) -> list[Range]:
    if trailing:
        before = _before(tokens, cue.group)
        return [*before, *_resumed(tokens, source[1], before)]
    if cue.passive:
        part = noun_phrase_ending(tokens, cue.group - 1, 0)
        return [part] if part else []
    # "P, she said." and "P, she said, Q."
    first = source[0]
    if (
        cue.form == "finite"
        and cue.verb.takes("clause", "quote")
        and first > 2
        and source[1] <= cue.group
        and (tokens[first - 1].text in ",—–" or tokens[first - 1].quotation >= 0)
    ):
        after = tokens[cue.last + 1].text if cue.last + 1 < len(tokens) else "."
        before = _before(tokens, first)
        if before and tokens[before[0][1] - 1].quotation >= 0:
            return [*before, *_resumed(tokens, cue.last + 1, before)]
        if before and has_finite_verb(tokens, *before[0]):
            if after == "," and cue.last + 2 < len(tokens) and tokens[cue.last + 2].quotation < 0:
                rest = (cue.last + 2, _trim(tokens, len(tokens)))
                return [*before, rest] if rest[1] > rest[0] else before
            content = content_after(tokens, cue, cues)
            if content is None or not has_finite_verb(tokens, *content):
                return before
            if (
                tokens[content[0] - 1].lower != "that"
                and after not in ("that",)
                and _looks_adverbial(tokens, cue.last + 1)
            ):
                return before
    content = content_after(tokens, cue, cues)
    return [content] if content else []


def _resumed(tokens: list[Token], at: int, before: list[Range]) -> list[Range]:
    """The rest of a quotation that its cue interrupts."""
    if not before or tokens[before[0][1] - 1].quotation < 0:
        return []
    for index in range(at, len(tokens)):
        if tokens[index].quotation >= 0:
            end = index
            while end < len(tokens) and tokens[end].quotation == tokens[index].quotation:
                end += 1
            return [(index, end)] if tokens[index - 1].text in ",.;:—–" or tokens[index - 1].lower == "that" else []
    return []


def _looks_adverbial(tokens: list[Token], at: int) -> bool:
    return (
        tokens[at].lower in ("in", "on", "at", "after", "during", "following", "when", "as", "before")
        or tokens[at].lower in TIME_WORDS
    )


def _before(tokens: list[Token], limit: int) -> list[Range]:
    """The clause that ends before `limit`, back to the sentence's start or a semicolon."""
    end = _trim(tokens, limit)
    start = end
    while start > 0 and not (tokens[start - 1].text in ";" and tokens[start - 1].quotation < 0):
        start -= 1
    if start < end and tokens[start].lower in ("but", "and", "so", "yet") and start + 1 < end:
        start += 1
    return [(start, end)] if end > start else []


def _trim(tokens: list[Token], end: int) -> int:
    while (
        end > 0 and tokens[end - 1].text in (",", ".", "—", "–", "-", ";", ":", "!") and tokens[end - 1].quotation < 0
    ):
        end -= 1
    return end


def _according(tokens: list[Token]) -> list[Attribution]:
    """ "According to X, P" and "P, according to X"."""
    found = []
    for index in range(len(tokens) - 2):
        if tokens[index].lower != "according" or tokens[index + 1].lower != "to" or tokens[index].quotation >= 0:
            continue
        source = noun_phrase_starting(tokens, index + 2, len(tokens))
        if source is None:
            continue
        content: list[Range] = []
        if index <= 1 or tokens[index - 1].text in ";":
            comma = next((k for k in range(source[1], len(tokens)) if tokens[k].text == ","), None)
            if comma is not None:
                content = [(comma + 1, _trim(tokens, len(tokens)))]
        else:
            content = _before(tokens, index)
            if (
                content
                and source[1] < len(tokens)
                and tokens[source[1]].text == ","
                and len(tokens) - source[1] > 4
                and not has_finite_verb(tokens, *content[0])
            ):
                content.append((source[1] + 1, _trim(tokens, len(tokens))))
        content = [part for part in content if part[1] > part[0]]
        if content:
            found.append(
                Attribution(
                    tuple(span(tokens, part) for part in content),
                    (tokens[index].start, tokens[index + 1].end),
                    span(tokens, source),
                    None,
                )
            )
    return found

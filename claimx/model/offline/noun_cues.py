"""Reports by a noun that belongs to somebody: "her claim that P", "the union's opposition to P"."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from claimx.model.offline.content_ends import trim
from claimx.model.offline.lexicon import CueNoun, cue_nouns
from claimx.model.offline.noun_phrases import Range, has_finite_verb, is_adverb, is_finite_verb, noun_phrase_ending
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import POSSESSIVES
from claimx.schema import Stance

_ADJECTIVES = 3


@dataclass(frozen=True, slots=True)
class NounReport:
    """Source, noun and content, as token ranges."""

    source: Range
    noun: int
    content: Range
    polarity: Stance


def find_noun_reports(tokens: list[Token], places: Iterable[int]) -> list[NounReport]:
    """The reports by noun at some places in a sentence, outside quotations."""
    nouns = cue_nouns()
    reports = []
    for index in places:
        token = tokens[index]
        if token.lower in nouns and token.quotation < 0:
            noun = nouns[token.lower]
            source = _possessor(tokens, index)
            content = _content(tokens, index + 1, noun) if source else None
            if source and content:
                reports.append(NounReport(source, index, content, noun.polarity))
    return reports


def _possessor(tokens: list[Token], noun: int) -> Range | None:
    """Whose it is: "her", or the phrase before 's, with up to three adjectives between."""
    for index in range(noun - 1, max(-1, noun - 2 - _ADJECTIVES), -1):
        word = tokens[index].lower
        if word in POSSESSIVES:
            return index, index + 1
        if word == "'s" or (tokens[index].text in "'’" and index and tokens[index - 1].lower.endswith("s")):
            return noun_phrase_ending(tokens, index - 1, 0)
        if (
            not tokens[index].is_word
            or is_finite_verb(tokens, index)
            or (is_adverb(tokens[index]) and index == noun - 1)
        ):
            return None
    return None


def _content(tokens: list[Token], at: int, noun: CueNoun) -> Range | None:
    if at < len(tokens) and tokens[at].lower in ("is", "was", "were", "are") and "is" in noun.links:
        return _clause(tokens, at + 2) if at + 1 < len(tokens) and tokens[at + 1].lower == "that" else None
    if at + 1 >= len(tokens) or tokens[at].lower not in noun.links:
        return None
    link = tokens[at].lower
    if link == "that":
        return _clause(tokens, at + 1)
    start = at if link in ("to", "whether") and not tokens[at + 1].text[0].isupper() else at + 1
    return _phrase(tokens, start)


def _clause(tokens: list[Token], start: int) -> Range | None:
    """A clause after "that", to a comma after its verb or the end of the sentence."""
    end = start
    while end < len(tokens):
        if (
            tokens[end].quotation < 0
            and tokens[end].text in (",", ";", "—", "–")
            and has_finite_verb(tokens, start, end)
        ):
            break
        end += 1
    end = trim(tokens, end)
    return (start, end) if end > start else None


def _phrase(tokens: list[Token], start: int) -> Range | None:
    """A noun phrase with all that depends on it: up to a mark or a finite verb."""
    end = start
    while end < len(tokens) and (
        tokens[end].quotation >= 0
        or not (tokens[end].text in ",;:—–()" or (end > start and is_finite_verb(tokens, end)))
    ):
        end += 1
    end = trim(tokens, end)
    return (start, end) if end > start else None

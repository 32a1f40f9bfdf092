"""What is "according to" somebody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from claimx.model.offline.content_ends import trim
from claimx.model.offline.contents import content_before
from claimx.model.offline.noun_phrases import Range, has_finite_verb, noun_phrase_starting
from claimx.model.offline.tokens import Token
from claimx.model.offline.words import FINITE_AUXILIARIES, PREPOSITIONS, SUBORDINATORS, TIME_WORDS

_MODIFIERS = 8
_ENDS_SOURCE = FINITE_AUXILIARIES | TIME_WORDS | SUBORDINATORS | {"on", "after", "before", "during"}


class According(NamedTuple):
    """Source, cue and content, as token ranges."""

    source: Range
    cue: Range
    content: list[Range]


def find_according(tokens: list[Token], places: Iterable[int]) -> list[According]:
    """What is "according to" somebody: the clause before it or, where it opens the sentence, after its comma."""
    found = []
    for index in places:
        if tokens[index].lower != "according" or tokens[index].quotation >= 0:
            continue
        if index + 2 >= len(tokens) or tokens[index + 1].lower != "to":
            continue
        source = noun_phrase_starting(tokens, index + 2, len(tokens))
        if source is None:
            continue
        comma = next(
            (at for at in range(source[1], len(tokens)) if tokens[at].text == "," and tokens[at].quotation < 0), None
        )
        limit = trim(tokens, len(tokens)) if comma is None else comma
        source = source[0], _with_modifiers(tokens, source[1], limit)
        rest = (comma + 1, trim(tokens, len(tokens))) if comma is not None else None
        if index <= 1 or tokens[index - 1].text == ";":
            content = [rest] if rest else []
        else:
            before = content_before(tokens, index)
            if rest and before and _is_adverbial(tokens, before):
                before = None
            content = [before] if before else []
            if rest and before is None:
                content = [rest]
            if rest and comma == source[1] and before and not has_finite_verb(tokens, *before):
                content.append(rest)
        content = [part for part in content if part[1] > part[0]]
        if content:
            found.append(According(source, (index, index + 2), content))
    return found


def _is_adverbial(tokens: list[Token], part: Range) -> bool:
    """Whether all that stands before is an "In the long run"."""
    words = [token.lower for token in tokens[slice(*part)]]
    return words[0] in PREPOSITIONS and len(words) <= _MODIFIERS and FINITE_AUXILIARIES.isdisjoint(words)


def _with_modifiers(tokens: list[Token], end: int, limit: int) -> int:
    """The end of a source with what tells more about it: "a person familiar with its work"."""
    rest = tokens[end:limit]
    belongs = len(rest) <= _MODIFIERS and all(token.is_word and token.lower not in _ENDS_SOURCE for token in rest)
    return limit if belongs else end

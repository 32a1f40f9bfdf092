"""Drafts → spans of the article, or the reason why not.

A quotation counts only if its words stand in the chunk that was sent: verbatim, or equal after folding white
space, quote marks, dashes, apostrophes, the ellipsis sign and canonically equivalent characters. Nothing else is
forgiven: no case, no spelling, no missing word. What is verbatim and false all the same is refused too: an edge
that cuts a word, a quantity or a negation (`extent`), and pieces or evidence that do not belong together (`placing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from claimx.claims.extent import is_whole, trim
from claimx.claims.placing import PARAGRAPH_CHARS, ChunkText, Pair, Place, find_places
from claimx.schema import Chunk, ClaimDraft, FactDraft, Grounding, Span


@dataclass(frozen=True, slots=True)
class Grounded:
    """A draft whose every part was found; offsets are the article's."""

    draft: ClaimDraft | FactDraft
    content: tuple[Span, ...]
    cue: Span | None
    mention: Span | None
    date: Span | None
    grounding: Grounding


@dataclass(frozen=True, slots=True)
class Ungrounded:
    """A draft that was not found, and the reason in words that a model can act on."""

    draft: ClaimDraft | FactDraft
    reason: str


def ground(chunk: Chunk, drafts: Sequence[ClaimDraft | FactDraft]) -> list[Grounded | Ungrounded]:
    """Find every draft in the chunk, each at the occurrence that fits it and its neighbours best.

    Args:
        chunk: What was sent; nothing outside it counts as evidence.
        drafts: What the model returned, in its order.

    Returns:
        One result per draft, in the same order.
    """
    text = ChunkText(chunk.text)
    places = [find_places(text, draft) for draft in drafts]
    chosen = _choose([found for found in places if isinstance(found, list)])
    results: list[Grounded | Ungrounded] = []
    for draft, found in zip(drafts, places, strict=True):
        results.append(Ungrounded(draft, found) if isinstance(found, str) else _vouch(chunk, text, draft, next(chosen)))
    return results


def _vouch(chunk: Chunk, text: ChunkText, draft: ClaimDraft | FactDraft, place: Place) -> Grounded:
    def span(pair: tuple[int, int]) -> Span:
        return Span(start=chunk.start + pair[0], end=chunk.start + pair[1], text=chunk.text[pair[0] : pair[1]])

    content = tuple(span(trim(chunk.text, *piece)) for piece in place.content)
    pieces = draft.content if isinstance(draft, ClaimDraft) else [draft.content]
    is_exact = all(
        piece.strip() == chunk.text[start:end] for piece, (start, end) in zip(pieces, place.content, strict=True)
    )
    dates = [pair for pair in text.find((draft.date or "").strip()) if is_whole(chunk.text, *pair)]
    date = min(dates, key=lambda pair: _date_rank(text, place, pair), default=None)
    return Grounded(
        draft=draft,
        content=content,
        cue=span(place.cue) if place.cue else None,
        mention=span(place.mention) if place.mention else None,
        date=span(date) if date else None,
        grounding="exact" if is_exact else "normalized",
    )


def _date_rank(text: ChunkText, place: Place, date: Pair) -> tuple[bool, bool, int]:
    """How well a date belongs to a report: in its sentence, else before it, for a day once named goes on, else near."""
    evidence = [pair for pair in (place.cue, *place.content) if pair]
    is_elsewhere = text.sentence(date[0]) not in {text.sentence(pair[0]) for pair in evidence}
    distance = min(text.distance(date, pair) for pair in evidence)
    comes_later = is_elsewhere and date[0] > place.start and distance >= PARAGRAPH_CHARS
    return is_elsewhere, comes_later, distance


def _choose(places: list[list[Place]]) -> Iterator[Place]:
    """One place per draft: close to its own evidence, and to the draft before, going forward (Viterbi)."""
    if not places:
        return iter(())
    costs: list[float] = [place.spread for place in places[0]]
    back: list[list[int]] = []
    for previous, current in pairwise(places):
        choices, totals = [], []
        for place in current:
            steps = [cost + _step(before, place) for cost, before in zip(costs, previous, strict=True)]
            choice = min(range(len(steps)), key=steps.__getitem__)
            choices.append(choice)
            totals.append(steps[choice] + place.spread)
        costs = totals
        back.append(choices)
    at = min(range(len(costs)), key=costs.__getitem__)
    path = [at]
    for choices in reversed(back):
        at = choices[at]
        path.append(at)
    return iter([options[index] for options, index in zip(places, reversed(path), strict=True)])


def _step(before: Place, after: Place) -> float:
    """Distance to the neighbour; going back costs twice, and the same words again once more."""
    gap = after.start - before.start
    if gap > 0:
        return gap * 0.5
    return -gap * 1.0 + (500.0 if gap == 0 else 0.0)

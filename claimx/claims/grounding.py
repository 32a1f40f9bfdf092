"""Drafts → spans of the article, or the reason why not.

A quotation counts only if its words stand in the chunk that was sent: verbatim, or equal after folding white
space, quote marks, dashes, apostrophes, the ellipsis sign and canonically equivalent characters. Nothing else is
forgiven: no case, no spelling, no missing word. Three things that are verbatim are false all the same and are
refused too: a span that begins or ends within a word ("he can" of "he cannot"), one that cuts a quantity
("15" of "15 million"), and one that begins right after a negation ("safe" of "not safe").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from claimx.claims.extent import is_whole, is_whole_word, trim
from claimx.claims.folding import Folded, fold
from claimx.schema import Chunk, ClaimDraft, FactDraft, Grounding, Span

# How far from its content a cue or a mention may stand, in characters: over a long quotation's paragraphs, not further.
_REACH = 1500
# What the end of a paragraph adds to a distance: the evidence of a claim stands in its own paragraph if it can.
_PARAGRAPH_CHARS = 400
_PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n")
# What may stand between two pieces of one statement: a reporting clause, outside quotation marks.
_GAP_CHARS, _GAP_WORDS = 160, 22
_GAP_EDGES = " \t\r\n\u00a0.,;:!?…–—-\"'“”„‘’«»‹›()"
# A quotation mark, the end of a sentence (not of "Mr.") or of a paragraph: then it is more than one clause.
_GOES_ON = re.compile(r"[\"“”„«»]|\w{4}[.!?]['’]?\s|[\r\n]\s*[\r\n]")
# Places looked at of words that stand in many, so that a chunk of one repeated word costs no more than another.
_OCCURRENCES, _CANDIDATES, _BESIDE = 64, 24, 4

_SPACED_WORD = re.compile(r"[^\W_]")


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


@dataclass(frozen=True, slots=True)
class _Place:
    """One way to place a draft in the chunk; a smaller `spread` puts cue and mention closer to the content."""

    content: tuple[tuple[int, int], ...]
    cue: tuple[int, int] | None
    mention: tuple[int, int] | None
    spread: int

    @property
    def start(self) -> int:
        return self.content[0][0]


class _Text:
    """A chunk's text, folded once and only when something is not found verbatim."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> Folded:
        return fold(self.text)

    @cached_property
    def breaks(self) -> list[int]:
        """Where paragraphs end."""
        return [match.start() for match in _PARAGRAPH_END.finditer(self.text)]

    def distance(self, a: tuple[int, int], b: tuple[int, int]) -> int:
        """Characters between two stretches; a paragraph's end between them counts as a long way."""
        if a > b:
            a, b = b, a
        crossed = bisect_left(self.breaks, b[0]) - bisect_left(self.breaks, a[0])
        return max(0, b[0] - a[1]) + _PARAGRAPH_CHARS * crossed

    def find(self, words: str) -> list[tuple[int, int]]:
        """Where the words stand, first verbatim, else after folding; offsets into the text."""
        return list(_occurrences(self.text, words)) or self.folded.find(words)


def ground(chunk: Chunk, drafts: Sequence[ClaimDraft | FactDraft]) -> list[Grounded | Ungrounded]:
    """Find every draft in the chunk, each at the occurrence that fits it and its neighbours best.

    Args:
        chunk: What was sent; nothing outside it counts as evidence.
        drafts: What the model returned, in its order.

    Returns:
        One result per draft, in the same order.
    """
    text = _Text(chunk.text)
    places = [_places(text, draft) for draft in drafts]
    chosen = _choose([found for found in places if isinstance(found, list)])
    results: list[Grounded | Ungrounded] = []
    for draft, found in zip(drafts, places, strict=True):
        results.append(Ungrounded(draft, found) if isinstance(found, str) else _vouch(chunk, text, draft, next(chosen)))
    return results


def _vouch(chunk: Chunk, text: _Text, draft: ClaimDraft | FactDraft, place: _Place) -> Grounded:
    def span(pair: tuple[int, int]) -> Span:
        return Span(start=chunk.start + pair[0], end=chunk.start + pair[1], text=chunk.text[pair[0] : pair[1]])

    content = tuple(span(trim(chunk.text, *piece)) for piece in place.content)
    pieces = draft.content if isinstance(draft, ClaimDraft) else [draft.content]
    is_exact = all(
        piece.strip() == chunk.text[start:end] for piece, (start, end) in zip(pieces, place.content, strict=True)
    )
    near = place.cue or place.content[0]
    dates = [pair for pair in text.find((draft.date or "").strip()) if is_whole(chunk.text, *pair)]
    date = min(
        dates, key=lambda pair: min(text.distance(pair, other) for other in (near, *place.content)), default=None
    )
    return Grounded(
        draft=draft,
        content=content,
        cue=span(place.cue) if place.cue else None,
        mention=span(place.mention) if place.mention else None,
        date=span(date) if date else None,
        grounding="exact" if is_exact else "normalized",
    )


def _places(text: _Text, draft: ClaimDraft | FactDraft) -> list[_Place] | str:
    """All ways to place a draft, or why there is none."""
    if isinstance(draft, FactDraft):
        found = _content(text, [draft.content])
        return found if isinstance(found, str) else [_Place(pieces, None, None, 0) for pieces in found[:_CANDIDATES]]
    found = _content(text, draft.content)
    if isinstance(found, str):
        return found
    cues = _evidence(text, draft.cue, "cue")
    if isinstance(cues, str):
        return cues
    mentions = _evidence(text, draft.mention, "mention")
    if isinstance(mentions, str):
        return mentions
    dates = text.find((draft.date or "").strip())
    places = [place for pieces in found if (place := _place(text, pieces, cues, mentions, dates))]
    if places:
        return sorted(places, key=lambda place: place.spread)[:_CANDIDATES]
    if len(draft.content) > 1:
        return f"the pieces {_shown(' … '.join(draft.content))} are not one interrupted statement"
    return f"{_shown(draft.cue)} or {_shown(draft.mention)} does not stand near {_shown(draft.content[0])}"


def _content(text: _Text, pieces: Sequence[str]) -> list[tuple[tuple[int, int], ...]] | str:
    """The chains of occurrences of all pieces in their order, or why there is none."""
    chains: list[tuple[tuple[int, int], ...]] = []
    for number, piece in enumerate(pieces):
        words = piece.strip()
        if not _SPACED_WORD.search(words):
            return "the content holds no words"
        found = text.find(words)
        if not found:
            return f"{_shown(piece)} does not stand in the text, letter for letter"
        whole = [pair for pair in found if is_whole(text.text, *pair)][:_OCCURRENCES]
        if not whole:
            return f"{_shown(piece)} cuts a word, a number or a negation of the text"
        if number == 0:
            chains = [(pair,) for pair in whole]
        else:
            chains = [
                (*chain, follower)
                for chain in chains
                if (follower := next((pair for pair in whole if pair[0] >= chain[-1][1]), None))
            ]
    return chains or f"the pieces {_shown(' … '.join(pieces))} do not stand in this order"


def _evidence(text: _Text, words: str | None, name: str) -> list[tuple[int, int]] | str:
    """The occurrences of a cue or a mention; an empty list if the draft has none."""
    if not (wanted := (words or "").strip()):
        return []
    found = [pair for pair in text.find(wanted) if is_whole_word(text.text, *pair)]
    return found or f"the {name} {_shown(words)} does not stand in the text, letter for letter"


def _place(
    text: _Text,
    content: tuple[tuple[int, int], ...],
    cues: list[tuple[int, int]],
    mentions: list[tuple[int, int]],
    dates: list[tuple[int, int]],
) -> _Place | None:
    """The placement of cue and mention that lies closest around one placement of the content."""

    def to_content(pair: tuple[int, int]) -> int:
        # Within the content is possible but never better than right beside it.
        return min(
            text.distance(pair, piece) + 200 * (piece[0] <= pair[0] and pair[1] <= piece[1]) for piece in content
        )

    around = content[0][0], content[-1][1]
    near_cues: list[tuple[int, int] | None] = [*_nearest(cues, around)] if cues else [None]
    near_mentions = _nearest(mentions, around)
    best: _Place | None = None
    for cue in near_cues:
        anchor = cue or content[0]
        reachable = [pair for pair in near_mentions if pair != cue]
        if mentions and not reachable:
            continue
        mention = min(reachable, key=lambda pair: 2 * text.distance(pair, anchor) + to_content(pair), default=None)
        if not _is_one_statement(text.text, content, [*(pair for pair in (cue, mention) if pair), *dates]):
            continue
        spread = (to_content(cue) if cue else 0) + (text.distance(mention, anchor) if mention else 0)
        if best is None or spread < best.spread:
            best = _Place(content, cue, mention, spread)
    return best


def _nearest(pairs: list[tuple[int, int]], around: tuple[int, int]) -> list[tuple[int, int]]:
    """Those of these stretches (in order) that stand within reach of a content: in it, and a few on either side."""
    first, last = bisect_left(pairs, (around[0], 0)), bisect_left(pairs, (around[1], 0))
    before = pairs[max(0, first - _BESIDE) : first]
    inside = (
        pairs[first:last]
        if last - first <= 2 * _BESIDE
        else pairs[first : first + _BESIDE] + pairs[last - _BESIDE : last]
    )
    after = pairs[last : last + _BESIDE]
    reach = around[0] - _REACH, around[1] + _REACH
    return [pair for pair in (*before, *inside, *after) if reach[0] <= pair[1] and pair[0] <= reach[1]]


def _is_one_statement(text: str, content: tuple[tuple[int, int], ...], clause: list[tuple[int, int]]) -> bool:
    """Whether only a reporting clause (cue, mention or date) or a paragraph break parts the pieces.

    Without this, half of one quotation and half of another would pass, each half being verbatim.
    """
    for (_, end), (start, _) in pairwise(content):
        gap = text[end:start]
        if not _SPACED_WORD.search(gap):
            continue
        is_clause = any(end <= pair[0] and pair[1] <= start for pair in clause)
        inner = gap.strip(_GAP_EDGES)
        if not is_clause or len(gap) > _GAP_CHARS or len(gap.split()) > _GAP_WORDS or _GOES_ON.search(inner):
            return False
    return True


def _choose(places: list[list[_Place]]) -> Iterator[_Place]:
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


def _step(before: _Place, after: _Place) -> float:
    """Distance to the neighbour; going back costs twice, and the same words again once more."""
    gap = after.start - before.start
    if gap > 0:
        return gap * 0.5
    return -gap * 1.0 + (500.0 if gap == 0 else 0.0)


def _occurrences(text: str, words: str) -> Iterator[tuple[int, int]]:
    at = text.find(words) if words else -1
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + 1)


def _shown(words: str | None) -> str:
    text = " ".join((words or "").split())
    return f"“{text[:160]}…”" if len(text) > 160 else f"“{text}”"

"""Where a draft can stand in a chunk: content, cue and mention together, as one report has them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from claimx.article.sentences import split_sentences
from claimx.claims.dating import find_dates
from claimx.claims.extent import is_negated, is_whole, is_whole_word, trim
from claimx.claims.folding import Folded, fold
from claimx.schema import ClaimDraft, FactDraft

Pair = tuple[int, int]

# How far from its content a cue may stand if not in its sentence or the next: over a quotation's further paragraphs.
_REACH = 600
# What the end of a paragraph, and a mention in another sentence than its cue, add to a distance.
PARAGRAPH_CHARS, _OTHER_SENTENCE_CHARS = 400, 300
_PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n")
# Places looked at of words that stand in many, so that a chunk of one repeated word costs no more than another.
_OCCURRENCES, _CANDIDATES, _BESIDE, _MOST_PIECES = 64, 24, 4, 20

_LETTER = re.compile(r"[^\W_]")
# What may part two pieces of one statement: between two quotations a closing mark, a clause, an opening mark.
_GAP_CHARS, _GAP_WORDS = 240, 32
_BETWEEN_QUOTATIONS = re.compile(
    r"\s*[,.;:!?…–—-]*\s*[\"”’»'][\s,.;:–—-]*(?P<clause>[^\"“”«»]*?)[\s,.:;–—-]*[\"“‘«„']\s*\Z"
)
# A clause set off by commas or dashes within indirect speech.
_SET_OFF = re.compile(r"\s*[,;–—(-]\s*(?P<clause>[^\"“”«»\r\n]*?)\s*[,;–—)-]\s*\Z")
_SENTENCE_END = re.compile(r"\w{3}[.!?]['’]?\s+[A-ZÀ-Þ]")
_CLOSED_PARAGRAPH = re.compile(r"[\"”»]\s*[\r\n]\s*[\r\n]")
_FUNCTION_WORD = re.compile(
    r"(?:an?|also|as|at|be|been|by|d(?:id|o|oes)|for|ha[ds]|have|he|her|him|his|i[nst]|its|o[fnr]|seem(?:ed|s)?|that|the"
    r"|their|then|they|this|to|was|were|which|who|will|would)"
)
_NEGATION = re.compile(r"\b(?:not|no|never|nor|neither|yet|without|cannot)\b|n['’]t\b", re.IGNORECASE)
_OPENING_MARK = re.compile(r"[\"“„‘«「『]\s*\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """One way to place a draft; offsets are the chunk's. A smaller `spread` puts the evidence closer together."""

    content: tuple[Pair, ...]
    cue: Pair | None
    mention: Pair | None
    spread: int

    @property
    def start(self) -> int:
        """Where the content begins."""
        return self.content[0][0]


class ChunkText:
    """A chunk's text with what placing asks of it, each worked out once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found: dict[str, list[Pair]] = {}
        self._whole: dict[Pair, bool] = {}

    @cached_property
    def folded(self) -> Folded:
        """The text folded for comparison."""
        return fold(self.text)

    @cached_property
    def _breaks(self) -> list[int]:
        return [match.start() for match in _PARAGRAPH_END.finditer(self.text)]

    @cached_property
    def _sentences(self) -> list[int]:
        return [start for start, _ in split_sentences(self.text)]

    def sentence(self, at: int) -> int:
        """The number of the sentence that an offset lies in."""
        return bisect_right(self._sentences, at) - 1

    def distance(self, a: Pair, b: Pair) -> int:
        """Characters between two stretches; a paragraph's end between them counts as a long way."""
        if a > b:
            a, b = b, a
        crossed = bisect_left(self._breaks, b[0]) - bisect_left(self._breaks, a[0])
        return max(0, b[0] - a[1]) + PARAGRAPH_CHARS * crossed

    def is_whole(self, pair: Pair) -> bool:
        """Whether a stretch, with and without its outer marks, cuts no word, quantity or negation."""
        if pair not in self._whole:
            trimmed = trim(self.text, *pair)
            self._whole[pair] = is_whole(self.text, *pair) and (trimmed == pair or is_whole(self.text, *trimmed))
        return self._whole[pair]

    def find(self, words: str) -> list[Pair]:
        """Where the words stand, verbatim or after folding, in order."""
        if words not in self._found:
            self._found[words] = self._find(words)
        return self._found[words]

    def _find(self, words: str) -> list[Pair]:
        exact: list[Pair] = []
        at = self.text.find(words) if words else -1
        while at >= 0:
            exact.append((at, at + len(words)))
            at = self.text.find(words, at + 1)
        return sorted({*exact, *self.folded.find(words)})


def find_places(text: ChunkText, draft: ClaimDraft | FactDraft) -> list[Place] | str:
    """All ways to place a draft, the closest first, or why there is none, in words that a model can act on."""
    if isinstance(draft, FactDraft):
        found = _chains(text, [draft.content], [])
        return found if isinstance(found, str) else [Place(pieces, None, None, 0) for pieces in found[:_CANDIDATES]]
    cues, mentions = _evidence(text, draft, draft.cue), _evidence(text, draft, draft.mention)
    found = _chains(text, draft.content, mentions or cues or [])
    if isinstance(found, str):
        return found
    for name, words, pairs in (("cue", draft.cue, cues), ("mention", draft.mention, mentions)):
        if pairs == []:
            return f"the {name} {_shown(words)} does not stand in the text, letter for letter"
    if cues and not (cues := [pair for pair in cues if not is_negated(text.text, pair[0])]):
        return f"the cue {_shown(draft.cue)} is negated in the text: copy the negation with it, or leave the claim out"
    dates = text.find(draft.date.strip()) if draft.date and _is_date(draft.date) else []
    places = [place for pieces in found if (place := _place(text, pieces, cues, mentions, dates))]
    if places:
        return sorted(places, key=lambda place: place.spread)[:_CANDIDATES]
    if len(draft.content) > 1:
        return f"the pieces {_shown(' … '.join(draft.content))} are not one interrupted statement"
    return f"{_shown(draft.cue)} with {_shown(draft.mention)} does not report {_shown(draft.content[0])}"


def _chains(text: ChunkText, pieces: Sequence[str], anchors: list[Pair]) -> list[tuple[Pair, ...]] | str:
    """The chains of occurrences of all pieces in their order, nearest to an anchor, or why there is none."""
    if len(pieces) > _MOST_PIECES:
        return f"{len(pieces)} pieces are too many for one statement"
    chains: list[tuple[Pair, ...]] = []
    for number, piece in enumerate(pieces):
        words = piece.strip()
        if not _LETTER.search(words):
            return "the content holds no words"
        found = text.find(words)
        if not found:
            return f"{_shown(piece)} does not stand in the text, letter for letter"
        whole = [pair for pair in found if text.is_whole(pair)]
        if not whole:
            return f"{_shown(piece)} cuts a word, a number or a negation of the text"
        if number == 0:
            chains = [(pair,) for pair in _nearest_to(anchors, whole)]
        else:
            chains = [(*chain, after) for chain in chains for after in _followers(whole, chain[-1][1])][:_OCCURRENCES]
    return chains or f"the pieces {_shown(' … '.join(pieces))} are not one interrupted statement"


def _nearest_to(anchors: list[Pair], pairs: list[Pair]) -> list[Pair]:
    """At most `_OCCURRENCES` of these stretches: those nearest to an anchor, or the first."""
    if len(pairs) <= _OCCURRENCES or not anchors:
        return pairs[:_OCCURRENCES]

    def distance(pair: Pair) -> int:
        at = bisect_left(anchors, pair)
        return min(abs(anchor[0] - pair[0]) for anchor in anchors[max(0, at - 1) : at + 1])

    return sorted(sorted(pairs, key=distance)[:_OCCURRENCES])


def _followers(pairs: list[Pair], end: int) -> list[Pair]:
    """The next few of these stretches that a reporting clause or a paragraph's end may part from `end`."""
    first = bisect_left(pairs, (end, 0))
    return [pair for pair in pairs[first : first + _BESIDE] if pair[0] - end <= _GAP_CHARS]


def _evidence(text: ChunkText, draft: ClaimDraft, words: str | None) -> list[Pair] | None:
    """The occurrences of a cue or a mention; None if the draft names none, or names its content once more."""
    wanted = (words or "").strip()
    if not wanted or any(wanted == piece.strip() for piece in draft.content):
        return None
    return [pair for pair in text.find(wanted) if is_whole_word(text.text, *pair)]


def _place(
    text: ChunkText,
    content: tuple[Pair, ...],
    cues: list[Pair] | None,
    mentions: list[Pair] | None,
    dates: list[Pair],
) -> Place | None:
    """The closest cue and mention that report one placement of the content."""
    best: Place | None = None
    for cue in _cues_of(text, content, cues) if cues else [None]:
        for mention in _mentions_of(text, content, cue, mentions) if mentions else [None]:
            spread = _spread(text, content, cue, mention)
            if best and spread >= best.spread:
                continue
            evidence = [pair for pair in (cue, mention, *dates) if pair]
            if all(_is_interruption(text.text, *gap, evidence) for gap in _gaps(content)):
                if len(content) > 1 and cue and _is_reported_again(text.text, content, cue):
                    continue
                best = Place(content, cue, mention, spread)
    return best


def _cues_of(text: ChunkText, content: tuple[Pair, ...], cues: list[Pair]) -> list[Pair]:
    """The cues that can report a content: right beside it if one is, else in its sentence, the next, or in reach."""
    near = [pair for pair in _beside(cues, content) if not _is_inside(pair, content)]
    adjacent = [pair for pair in near if any(_touches(text.text, pair, piece) for piece in content)]
    if adjacent:
        return adjacent
    numbers = [text.sentence(at) for piece in content for at in (piece[0], piece[1] - 1)]
    return [
        pair
        for pair in near
        if min(numbers) - 1 <= text.sentence(pair[0]) <= max(numbers) + 1
        or min(text.distance(pair, piece) for piece in content) <= _REACH
    ] or [pair for pair in cues if _is_inside(pair, content) and not _is_quoted(text.text, content)]


def _mentions_of(text: ChunkText, content: tuple[Pair, ...], cue: Pair | None, mentions: list[Pair]) -> list[Pair]:
    """The mentions that can go with a cue: in its sentence; in the next only if the cue is not beside the content."""
    anchor = cue or content[0]
    is_beside = cue is not None and any(_touches(text.text, cue, piece) for piece in content)
    near = [pair for pair in _beside(mentions, (anchor, *content)) if pair != cue]
    outside = [pair for pair in near if not _is_inside(pair, content)]
    fitting = [
        pair for pair in outside if abs(text.sentence(pair[0]) - text.sentence(anchor[0])) <= (0 if is_beside else 1)
    ]
    if fitting or _is_quoted(text.text, content):
        return fitting
    return [pair for pair in near if _is_inside(pair, content)]


def _spread(text: ChunkText, content: tuple[Pair, ...], cue: Pair | None, mention: Pair | None) -> int:
    anchor = cue or content[0]
    to_cue = min(text.distance(cue, piece) for piece in content) if cue else 0
    if mention is None:
        return to_cue
    is_elsewhere = text.sentence(mention[0]) != text.sentence(anchor[0])
    to_content = min(text.distance(mention, piece) for piece in content)
    return to_cue + text.distance(mention, anchor) + to_content // 4 + _OTHER_SENTENCE_CHARS * is_elsewhere


def _beside(pairs: list[Pair], content: tuple[Pair, ...]) -> list[Pair]:
    """The few of these stretches (in order) that stand next to or among the pieces of a content."""
    start, end = min(a for a, _ in content), max(b for _, b in content)
    first, last = bisect_left(pairs, (start, 0)), bisect_left(pairs, (end, 0))
    among = (
        pairs[first:last]
        if last - first <= 2 * _BESIDE
        else pairs[first : first + _BESIDE] + pairs[last - _BESIDE : last]
    )
    return [*pairs[max(0, first - _BESIDE) : first], *among, *pairs[last : last + _BESIDE]]


def _touches(text: str, pair: Pair, piece: Pair) -> bool:
    """Whether no word but "that", and no paragraph's end, stand between two stretches."""
    between = text[piece[1] : pair[0]] if pair[0] >= piece[1] else text[pair[1] : piece[0]]
    between = between.removesuffix(" that ")
    is_apart = pair[0] >= piece[1] or pair[1] <= piece[0]
    return is_apart and len(between) <= 12 and not _LETTER.search(between) and not _PARAGRAPH_END.search(between)


def _is_inside(pair: Pair, content: tuple[Pair, ...]) -> bool:
    return any(start <= pair[0] and pair[1] <= end for start, end in content)


def _is_quoted(text: str, content: tuple[Pair, ...]) -> bool:
    """Whether the content opens with a quotation mark, or right behind one."""
    start = content[0][0]
    return any(_OPENING_MARK.search(text[max(0, start - 3) : end]) for end in (start, start + 1))


def _gaps(content: tuple[Pair, ...]) -> list[Pair]:
    return [(end, start) for (_, end), (start, _) in pairwise(content)]


def _is_interruption(text: str, start: int, end: int, evidence: list[Pair]) -> bool:
    """Whether a gap between two pieces is nothing but a reporting clause or the end of a paragraph.

    Without this, half of one statement and half of another would pass, each half being verbatim.
    """
    gap = text[start:end]
    if not _LETTER.search(gap):
        # Quotations of two paragraphs are one statement only if somebody is said to say it.
        return bool(evidence) or not _CLOSED_PARAGRAPH.search(gap)
    if not any(start <= pair[0] and pair[1] <= end for pair in evidence):
        return False
    if len(gap) > _GAP_CHARS or len(gap.split()) > _GAP_WORDS:
        return False
    if match := _BETWEEN_QUOTATIONS.match(gap):
        clause = match["clause"]
        return len(_SENTENCE_END.findall(clause)) <= 1 and not _PARAGRAPH_END.search(clause)
    left_over = _left_over(text, start, end, evidence)
    if match := _SET_OFF.match(gap):
        return not _SENTENCE_END.search(match["clause"]) and not _NEGATION.search(left_over)
    return all(_FUNCTION_WORD.fullmatch(word) for word in re.findall(r"\w+", left_over.casefold()))


def _left_over(text: str, start: int, end: int, evidence: list[Pair]) -> str:
    """What a gap holds beside cue, mention and date."""
    kept = list(text[start:end])
    for a, b in evidence:
        for at in range(max(a, start), min(b, end)):
            kept[at - start] = " "
    return "".join(kept)


def _is_reported_again(text: str, content: tuple[Pair, ...], cue: Pair) -> bool:
    """Whether the last piece has a report of its own with the same word: "A," said Ann. "B," said Bo."""
    end = content[-1][1]
    if cue[0] >= end:
        return False
    word = re.escape(text[cue[0] : cue[1]])
    return re.match(rf"[,?!…]*[\"”’»'][ ,]*(?:[^\s\"“”.?!]+ ){{0,3}}{word}\b", text[end : end + 120]) is not None


def _is_date(words: str) -> bool:
    words = words.strip()
    return any(start == 0 and end == len(words) for start, end in find_dates(words))


def _shown(words: str | None) -> str:
    text = " ".join((words or "").split())
    return f"“{text[:160]}…”" if len(text) > 160 else f"“{text}”"

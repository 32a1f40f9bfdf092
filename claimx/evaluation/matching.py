r"""Which predicted claim is which gold claim: one-to-one, by the words they share.

Words are `\w+` tokens of the article, identified by their position, so the same sentence at two places is two things.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

Words = frozenset[int]

_WORD = re.compile(r"\w+")
# Total IoU counts first and fields that agree only break ties: below a millionth of an IoU.
_IOU_SCALE = 10**9
_TIE_SCALE = 10**6


class Stretch(Protocol):
    """Anything with half-open offsets."""

    @property
    def start(self) -> int:
        """The first code point."""

    @property
    def end(self) -> int:
        """One past the last code point."""


class WordIndex:
    """The words of a text, numbered, and which of them a stretch touches."""

    def __init__(self, text: str) -> None:
        matches = list(_WORD.finditer(text))
        self._starts = [match.start() for match in matches]
        self._ends = [match.end() for match in matches]

    def words(self, stretches: Iterable[Stretch]) -> Words:
        """The numbers of all words that at least one stretch touches; what lies behind the text touches none."""
        return frozenset(
            number
            for stretch in stretches
            if stretch.start < stretch.end
            for number in range(bisect_right(self._ends, stretch.start), bisect_left(self._starts, stretch.end))
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """A gold and a predicted claim that are taken for the same, by their positions in the two lists."""

    gold: int
    predicted: int
    iou: float


def count_shared(gold: Sequence[Words], predicted: Sequence[Words]) -> dict[tuple[int, int], int]:
    """How many words each gold and predicted claim share, for those that share any.

    >>> count_shared([frozenset({1, 2}), frozenset({9})], [frozenset({2, 3})])
    {(0, 0): 1}
    """
    holders: dict[int, list[int]] = defaultdict(list)
    for number, words in enumerate(gold):
        for word in words:
            holders[word].append(number)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for j, words in enumerate(predicted):
        for word in words:
            for i in holders.get(word, ()):
                shared[i, j] += 1
    return dict(sorted(shared.items()))


def align(gold: Sequence[Words], predicted: Sequence[Words], agreement: Callable[[int, int], int]) -> list[Pair]:
    """Pair gold and predicted claims one-to-one.

    Only claims with an IoU (shared words over all words of both) of at least one half can be a pair. Of all ways to
    pair them, the one taken has the greatest total IoU; among equals, the most agreement.

    Args:
        gold: The words of each gold claim.
        predicted: The words of each predicted claim.
        agreement: How many other fields of two claims agree; it only breaks ties.

    Returns:
        The pairs, in the order of the gold claims.

    Source:
        The assignment problem (Kuhn 1955, "the Hungarian method"), solved exactly in integers by networkx's blossom
        algorithm. The claims that overlap are few, so the graph falls into parts of two or three claims.
    """
    edges = {}
    for (i, j), shared in count_shared(gold, predicted).items():
        union = len(gold[i]) + len(predicted[j]) - shared
        if 2 * shared >= union:
            edges[i, j] = shared / union
    partners = _assign(edges, len(gold), agreement)
    return [Pair(i, j, edges[i, j]) for i, j in sorted(partners)]


def _assign(
    edges: dict[tuple[int, int], float], offset: int, agreement: Callable[[int, int], int]
) -> list[tuple[int, int]]:
    degrees: dict[int, int] = defaultdict(int)
    for i, j in edges:
        degrees[i] += 1
        degrees[offset + j] += 1
    # A pair that nobody contests needs no solver, and most are: scoring without networkx starts half a second faster.
    chosen = [(i, j) for i, j in edges if degrees[i] == degrees[offset + j] == 1]
    contested = [(i, j) for i, j in edges if max(degrees[i], degrees[offset + j]) > 1]
    if not contested:
        return chosen

    import networkx

    graph: networkx.Graph[int] = networkx.Graph()
    for i, j in contested:
        weight = round(edges[i, j] * _IOU_SCALE) * _TIE_SCALE + agreement(i, j)
        graph.add_edge(i, offset + j, weight=weight)
    for part in networkx.connected_components(graph):
        matching = networkx.max_weight_matching(graph.subgraph(part))
        chosen += [(min(pair), max(pair) - offset) for pair in matching]
    return chosen

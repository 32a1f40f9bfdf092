"""Who is paired with whom."""

from __future__ import annotations

import re
import time
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from claimx.evaluation.matching import WordIndex, Words, align, count_shared
from claimx.schema import Span

words = st.frozensets(st.integers(0, 12), max_size=8)


def never(i: int, j: int) -> int:
    return 0


def pairs(gold: list[set[int]], predicted: list[set[int]]) -> list[tuple[int, int]]:
    aligned = align([frozenset(x) for x in gold], [frozenset(x) for x in predicted], never)
    return [(pair.gold, pair.predicted) for pair in aligned]


def best(gold: list[Words], predicted: list[Words]) -> float:
    """The greatest total IoU, by trying everything."""

    def iou(i: int, j: int) -> float:
        union = gold[i] | predicted[j]
        return len(gold[i] & predicted[j]) / len(union) if union else 0.0

    slots = [*range(len(predicted)), *[None] * len(gold)]
    return max(
        sum(iou(i, j) for i, j in enumerate(order) if j is not None and iou(i, j) >= 0.5)
        for order in set(permutations(slots, len(gold)))
    )


def test_half_of_all_words_in_common_is_enough() -> None:
    assert pairs([{1, 2}], [{1, 2, 3, 4}]) == [(0, 0)]


def test_less_than_half_is_not_enough() -> None:
    assert pairs([{1, 2, 3}], [{1, 4}]) == []


def test_nothing_is_paired_twice() -> None:
    assert pairs([{1, 2}], [{1, 2}, {1, 2}]) in ([(0, 0)], [(0, 1)])


def test_two_good_pairs_are_better_than_one_better_pair() -> None:
    assert pairs([{1, 2, 3, 4}, {1, 2}], [{1, 2, 3}, {1, 2, 3, 4, 5, 6, 7}]) == [(0, 1), (1, 0)]


def test_perfect_pairs_are_not_given_up_for_more_poor_ones() -> None:
    gold = [{1, 2}, {1, 2, 5, 6}, {1, 2, 5, 6, 7, 8, 9, 10}]
    predicted = [{1, 2}, {1, 2, 5, 6}, {1, 2, 3, 4}]
    assert pairs(gold, predicted) == [(0, 0), (1, 1)]


def test_of_as_many_pairs_the_better_fitting_ones_are_taken() -> None:
    assert pairs([{1, 2, 3, 4}], [{1, 2, 3}, {1, 2, 3, 4}]) == [(0, 1)]


def test_agreement_breaks_ties_and_nothing_else() -> None:
    same = [frozenset({1, 2}), frozenset({1, 2})]
    crossed = align(same, same, lambda i, j: int(i != j))
    assert [(pair.gold, pair.predicted) for pair in crossed] == [(0, 1), (1, 0)]
    better = align([frozenset({1, 2, 3})], [frozenset({1, 2, 3}), frozenset({1, 2})], lambda i, j: 100 * j)
    assert [(pair.gold, pair.predicted) for pair in better] == [(0, 0)]


def test_claims_without_a_word_are_nobodys_partner() -> None:
    assert pairs([set()], [set(), {1}]) == []


@given(st.lists(words, max_size=4), st.lists(words, max_size=4))
def test_the_pairing_is_the_best_there_is(gold: list[Words], predicted: list[Words]) -> None:
    found = align(gold, predicted, never)
    assert abs(sum(pair.iou for pair in found) - best(gold, predicted)) < 1e-9
    assert len({pair.gold for pair in found}) == len({pair.predicted for pair in found}) == len(found)


@given(st.lists(words, max_size=6), st.lists(words, max_size=6))
def test_shared_words_are_counted_as_by_intersection(gold: list[Words], predicted: list[Words]) -> None:
    expected = {(i, j): len(g & p) for i, g in enumerate(gold) for j, p in enumerate(predicted) if g & p}
    assert count_shared(gold, predicted) == expected


@given(st.text(alphabet="ab_1é 中.,-'\n", max_size=10), st.integers(0, 12), st.integers(0, 12))
def test_the_words_of_a_span_are_those_it_touches(text: str, start: int, end: int) -> None:
    expected = {
        number
        for number, match in enumerate(re.finditer(r"\w+", text))
        if start < end and match.start() < end and start < match.end()
    }
    assert WordIndex(text).words([Span(start=start, end=end, text="")]) == expected


def test_the_same_words_at_two_places_are_two_things() -> None:
    text = "It is safe. It is safe."
    index = WordIndex(text)
    assert index.words([Span.of(text, 0, 10)]).isdisjoint(index.words([Span.of(text, 12, 22)]))


def test_a_thousand_copies_of_one_prediction_are_paired_in_a_moment() -> None:
    started = time.perf_counter()
    found = align([frozenset(range(30))] * 3, [frozenset(range(30))] * 1000, never)
    assert len(found) == 3
    assert time.perf_counter() - started < 5

"""What became of each claim: one class for every gold and every predicted one.

- correct; wrong speaker, stance, target or date: a pair, by the first field that is not right
- split: one gold claim, several separate predictions inside it
- merged: one prediction that covers several gold claims
- wrong extent: they overlap, but too little to be a pair
- missed, spurious: nothing on the other side
- uncounted: optional or nested gold, and predictions that hit only such gold
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from claimx.evaluation.gold import Label
from claimx.evaluation.judging import Verdicts
from claimx.evaluation.matching import Words, count_shared
from claimx.evaluation.predictions import Prediction

OutcomeClass = Literal[
    "correct",
    "wrong speaker",
    "wrong stance",
    "wrong target",
    "wrong date",
    "wrong extent",
    "split",
    "merged",
    "missed",
    "spurious",
    "uncounted",
]
CLASSES: tuple[OutcomeClass, ...] = OutcomeClass.__args__  # type: ignore[attr-defined]
_BY_FIELD: dict[str, OutcomeClass] = {
    "speaker": "wrong speaker",
    "stance": "wrong stance",
    "target": "wrong target",
    "date": "wrong date",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a gold claim, a predicted one, or the pair of both."""

    outcome: OutcomeClass
    gold: Label | None
    predicted: Prediction | None

    @property
    def is_error(self) -> bool:
        """Whether something is wrong."""
        return self.outcome not in ("correct", "uncounted")

    @property
    def start(self) -> int:
        """Where it stands in the article."""
        found = self.gold or self.predicted
        return found.content[0].start if found else 0


def classify_pair(verdicts: Verdicts) -> OutcomeClass:
    """The class of a pair: the first of speaker, stance, target and date that is scored and wrong.

    >>> classify_pair({"speaker": True, "target": False, "date": False})
    'wrong target'
    """
    return next((name for field, name in _BY_FIELD.items() if not verdicts.get(field, True)), "correct")


class Overlaps:
    """Who overlaps whom among the gold and predicted claims of one article and kind."""

    def __init__(self, gold: Sequence[Words], predicted: Sequence[Words]) -> None:
        self._gold, self._predicted = gold, predicted
        self._shared = count_shared(gold, predicted)
        self._near_gold: dict[int, list[int]] = {}
        self._near_predicted: dict[int, list[int]] = {}
        for i, j in self._shared:
            self._near_gold.setdefault(i, []).append(j)
            self._near_predicted.setdefault(j, []).append(i)

    def classify_gold(self, i: int) -> OutcomeClass:
        """The class of a gold claim that has no partner."""
        near = self._near_gold.get(i, [])
        if any(self._is_split(i, j) for j in near):
            return "split"
        if any(self._is_merged(i, j) for j in near):
            return "merged"
        return "wrong extent" if any(self._is_off(i, j) for j in near) else "missed"

    def classify_predicted(self, j: int) -> OutcomeClass:
        """The class of a predicted claim that has no partner."""
        near = self._near_predicted.get(j, [])
        if any(self._is_split(i, j) for i in near):
            return "split"
        if any(self._is_merged(i, j) for i in near):
            return "merged"
        return "wrong extent" if any(self._is_off(i, j) for i in near) else "spurious"

    def _is_inside(self, i: int, j: int) -> bool:
        """Whether more than half of the prediction lies in the gold claim."""
        return 2 * self._shared.get((i, j), 0) > len(self._predicted[j])

    def _is_covered(self, i: int, j: int) -> bool:
        """Whether more than half of the gold claim lies in the prediction."""
        return 2 * self._shared.get((i, j), 0) > len(self._gold[i])

    def _is_split(self, i: int, j: int) -> bool:
        return self._is_inside(i, j) and any(
            self._is_inside(i, other) and self._predicted[j].isdisjoint(self._predicted[other])
            for other in self._near_gold[i]
        )

    def _is_merged(self, i: int, j: int) -> bool:
        return self._is_covered(i, j) and any(
            self._is_covered(other, j) and self._gold[i].isdisjoint(self._gold[other])
            for other in self._near_predicted[j]
        )

    def _is_off(self, i: int, j: int) -> bool:
        """Whether they overlap by more than half of one of them, and yet too little to be a pair."""
        shared = self._shared[i, j]
        union = len(self._gold[i]) + len(self._predicted[j]) - shared
        return 2 * shared < union and (self._is_inside(i, j) or self._is_covered(i, j))

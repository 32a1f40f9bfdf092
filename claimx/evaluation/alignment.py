"""The gold and predicted claims of one article and kind, paired."""

from __future__ import annotations

from claimx.evaluation.anatomy import Outcome, Overlaps, classify_pair
from claimx.evaluation.gold import Label
from claimx.evaluation.judging import Verdicts, judge
from claimx.evaluation.matching import Pair, WordIndex, align
from claimx.evaluation.predictions import Prediction


class Alignment:
    """Who is paired with whom, which fields of the pairs are right, and which predictions are not counted.

    Required gold is paired first, as if there were no other; then optional and nested gold with what is left. A
    prediction that is paired with such gold, or shares words with such gold alone, is not counted.
    """

    def __init__(
        self, labels: list[Label], predicted: list[Prediction], scored: frozenset[str], index: WordIndex
    ) -> None:
        self.labels, self.predicted = labels, predicted
        self._label_words = [index.words(label.content) for label in labels]
        self._predicted_words = [index.words(prediction.content) for prediction in predicted]
        self._scored, self._index = scored, index
        required = [i for i, label in enumerate(labels) if label.is_required]
        others = [i for i, label in enumerate(labels) if not label.is_required]
        self.pairs = self._align(required, list(range(len(predicted))))
        taken = {pair.predicted for pair in self.pairs}
        free = [j for j in range(len(predicted)) if j not in taken]
        self.other_pairs = self._align(others, free)
        self.verdicts: list[Verdicts] = [self._judge(pair.gold, pair.predicted) for pair in self.pairs]
        self.uncounted = self._find_uncounted(required, others, free)

    def _align(self, gold: list[int], predicted: list[int]) -> list[Pair]:
        pairs = align(
            [self._label_words[i] for i in gold],
            [self._predicted_words[j] for j in predicted],
            lambda i, j: sum(self._judge(gold[i], predicted[j]).values()),
        )
        return [Pair(gold[pair.gold], predicted[pair.predicted], pair.iou) for pair in pairs]

    def _judge(self, i: int, j: int) -> Verdicts:
        return judge(self.labels[i], self.predicted[j], self._scored, self._index)

    def _find_uncounted(self, required: list[int], others: list[int], free: list[int]) -> frozenset[int]:
        words_of_required = frozenset[int]().union(*(self._label_words[i] for i in required))
        words_of_others = frozenset[int]().union(*(self._label_words[i] for i in others))
        paired = {pair.predicted for pair in self.other_pairs}
        return frozenset(
            j
            for j in free
            if j in paired
            or (
                not words_of_others.isdisjoint(self._predicted_words[j])
                and words_of_required.isdisjoint(self._predicted_words[j])
            )
        )

    def outcomes(self) -> list[Outcome]:
        """What became of each."""
        overlaps = Overlaps(self._label_words, self._predicted_words)
        partner = {pair.gold: pair.predicted for pair in (*self.pairs, *self.other_pairs)}
        class_of = {
            pair.gold: classify_pair(verdicts) for pair, verdicts in zip(self.pairs, self.verdicts, strict=True)
        }
        outcomes = []
        for i, label in enumerate(self.labels):
            found = self.predicted[partner[i]] if i in partner else None
            missing = overlaps.classify_gold(i) if label.is_required else "uncounted"
            outcomes.append(Outcome(class_of.get(i, missing), label, found))
        paired = set(partner.values())
        for j, prediction in enumerate(self.predicted):
            if j not in paired:
                alone = "uncounted" if j in self.uncounted else overlaps.classify_predicted(j)
                outcomes.append(Outcome(alone, None, prediction))
        return outcomes

"""Figures from counts: precision, recall, F1 and accuracy, from 0 to 1; None where there is nothing to count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from claimx.evaluation.counting import QUOTATIONS, STANCES

Figure = Callable[[Mapping[str, int]], float | None]
Part = Literal["precision", "recall", "f1"]

PARTS: tuple[Part, ...] = ("precision", "recall", "f1")
SPANNED = ("attribution", "detection", "tuple", "facts")
SPANNED_BY_QUOTATION = tuple(f"{name}_{quotation}" for name in SPANNED[:2] for quotation in QUOTATIONS)
FIELDS = ("speaker", "quotation", "stance", "target", "date", "cue")


def _share(part: str, whole: str) -> Figure:
    def share(counts: Mapping[str, int]) -> float | None:
        return counts[part] / counts[whole] if counts.get(whole) else None

    return share


def _prf(name: str, part: Part) -> Figure:
    """Precision, recall or F1 of counts `.gold`, `.predicted`, `.found` and perhaps `.hit`.

    F1 is 0 when nothing is found, though precision is undefined when nothing is predicted.
    """

    def figure(counts: Mapping[str, int]) -> float | None:
        gold, predicted = counts.get(f"{name}.gold"), counts.get(f"{name}.predicted")
        found = counts.get(f"{name}.found", 0)
        hit = counts.get(f"{name}.hit", found)
        precision = hit / predicted if predicted else None
        recall = found / gold if gold else None
        if part == "precision":
            return precision
        if part == "recall":
            return recall
        if gold is None or predicted is None or not gold + predicted:
            return None
        return 2 * precision * recall / (precision + recall) if precision and recall else 0.0

    return figure


def stance_macro_f1(counts: Mapping[str, int]) -> float | None:
    """The mean F1 of the stances that occur in gold or predictions.

    Source:
        SemEval-2016 Task 6 averages favor and against; here neutral is a class like the others.
    """
    scores = []
    for stance in STANCES:
        right = counts.get(f"stance:{stance}>{stance}", 0)
        gold = sum(count for key, count in counts.items() if key.startswith(f"stance:{stance}>"))
        predicted = sum(counts.get(f"stance:{other}>{stance}", 0) for other in STANCES)
        if gold + predicted:
            scores.append(2 * right / (gold + predicted))
    return sum(scores) / len(scores) if scores else None


FIGURES: dict[str, Figure] = {
    **{f"{name}_{part}": _prf(name, part) for name in (*SPANNED, *SPANNED_BY_QUOTATION) for part in PARTS},
    **{f"{field}_accuracy": _share(f"{field}.right", f"{field}.of") for field in (*FIELDS, "fact_date")},
    "stance_macro_f1": stance_macro_f1,
    "exact_content": _share("exact.right", "exact.of"),
    "nested_recall": _share("nested.right", "nested.of"),
    "evidence": _share("evidence.right", "evidence.of"),
}
"""Every figure by name, in the order in which they are shown."""


def total(counts: list[dict[str, int]]) -> dict[str, int]:
    """The sum over articles, key by key.

    >>> total([{"a": 1}, {"a": 2, "b": 0}])
    {'a': 3, 'b': 0}
    """
    summed: dict[str, int] = {}
    for article in counts:
        for key, count in article.items():
            summed[key] = summed.get(key, 0) + count
    return summed


def compute_figures(counts: Mapping[str, int]) -> dict[str, float | None]:
    """All figures of summed counts."""
    return {name: figure(counts) for name, figure in FIGURES.items()}

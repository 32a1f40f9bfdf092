"""Counts of one article that add up over articles: `x.right` of `x.of`, and `x.found` of `x.gold` and `x.predicted`.

A count that could not be taken, because the gold does not label something or the system does not fill it, is not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from claimx.evaluation.alignment import Alignment
from claimx.evaluation.predictions import Prediction
from claimx.schema import Article

Counts = dict[str, int]

QUOTATIONS = ("direct", "indirect", "mixed")
STANCES = ("favor", "against", "neutral")

_TUPLE_FIELDS = frozenset({"speaker", "stance", "target", "date"})


def count_claims(alignment: Alignment, labelled: frozenset[str], filled: frozenset[str]) -> Counts:
    """Count claims: found and attributed, whole and by quotation type; the fields of pairs; nesting; stances."""
    scored = labelled & filled
    counts = _count_found("detection", alignment)
    counts |= {"attribution.gold": counts["detection.gold"], "attribution.predicted": counts["detection.predicted"]}
    counts["attribution.found"] = sum(verdicts["speaker"] for verdicts in alignment.verdicts)
    if scored >= _TUPLE_FIELDS - {"speaker"}:
        counts |= {"tuple.gold": counts["detection.gold"], "tuple.predicted": counts["detection.predicted"]}
        counts["tuple.found"] = sum(
            all(verdicts.get(field, True) for field in _TUPLE_FIELDS) for verdicts in alignment.verdicts
        )
    counts["exact.of"] = len(alignment.pairs)
    counts["exact.right"] = sum(pair.iou == 1 for pair in alignment.pairs)
    counts |= _count_verdicts("", alignment)
    if "nested" in labelled:
        nested = {i for i, label in enumerate(alignment.labels) if label.nested and not label.optional}
        counts["nested.of"] = len(nested)
        counts["nested.right"] = sum(pair.gold in nested for pair in alignment.other_pairs)
    if "quotation" in labelled:
        counts |= _count_by_quotation(alignment, has_predicted="quotation" in filled)
    if "stance" in scored:
        counts |= _count_confusion(alignment)
    return counts


def count_facts(alignment: Alignment, scored: frozenset[str]) -> Counts:
    """Count facts, and their dates where those are `scored`."""
    counts = _count_found("facts", alignment)
    return counts | (_count_verdicts("fact_", alignment) if "date" in scored else {})


def _count_found(name: str, alignment: Alignment) -> Counts:
    return {
        f"{name}.gold": sum(label.is_required for label in alignment.labels),
        f"{name}.predicted": len(alignment.predicted) - len(alignment.uncounted),
        f"{name}.found": len(alignment.pairs),
    }


def _count_verdicts(prefix: str, alignment: Alignment) -> Counts:
    counts = Counter[str]()
    for verdicts in alignment.verdicts:
        for field, is_right in verdicts.items():
            counts[f"{prefix}{field}.of"] += 1
            counts[f"{prefix}{field}.right"] += is_right
    return dict(counts)


def _count_by_quotation(alignment: Alignment, *, has_predicted: bool) -> Counts:
    """Recall by the gold's type, precision by the prediction's: `.found` and `.hit` differ where the types do."""
    counts = Counter[str]()
    for name in QUOTATIONS:
        measures = (f"detection_{name}", f"attribution_{name}")
        keys = ("gold", "found", *(("predicted", "hit") if has_predicted else ()))
        counts.update({f"{measure}.{key}": 0 for measure in measures for key in keys})

    def add(quotation: str | None, key: str, *measures: str) -> None:
        counts.update(f"{measure}_{quotation}.{key}" for measure in measures if quotation)

    for label in alignment.labels:
        if label.is_required:
            add(label.quotation, "gold", "detection", "attribution")
    for j, prediction in enumerate(alignment.predicted):
        if has_predicted and j not in alignment.uncounted:
            add(prediction.quotation, "predicted", "detection", "attribution")
    for pair, verdicts in zip(alignment.pairs, alignment.verdicts, strict=True):
        measures = ("detection", *(("attribution",) if verdicts["speaker"] else ()))
        add(alignment.labels[pair.gold].quotation, "found", *measures)
        if has_predicted:
            add(alignment.predicted[pair.predicted].quotation, "hit", *measures)
    return dict(counts)


def _count_confusion(alignment: Alignment) -> Counts:
    """Gold stance against predicted stance; an accepted alternative counts as the gold."""
    counts = Counter[str]()
    for pair, verdicts in zip(alignment.pairs, alignment.verdicts, strict=True):
        gold, predicted = alignment.labels[pair.gold].stance, alignment.predicted[pair.predicted].stance
        if gold:
            counts[f"stance:{predicted if verdicts['stance'] else gold}>{predicted}"] += 1
    return dict(counts)


def count_evidence(article: Article, predictions: Sequence[Prediction]) -> Counts:
    """How many predicted spans give their words, and how many of those stand in the article at that place."""
    spans = [span for prediction in predictions for span in prediction.spans if span.text is not None]
    right = sum(span.end <= len(article.text) and article.text[span.start : span.end] == span.text for span in spans)
    return {"evidence.of": len(spans), "evidence.right": right}

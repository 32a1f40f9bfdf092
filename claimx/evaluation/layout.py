"""A result as rows of words, the same on the terminal, in Markdown and in HTML."""

from __future__ import annotations

from dataclasses import dataclass

from claimx.evaluation.anatomy import Outcome
from claimx.evaluation.bootstrap import ROUGH_BELOW_ARTICLES
from claimx.evaluation.compare import Difference
from claimx.evaluation.counting import STANCES
from claimx.evaluation.figures import FIELDS, SPANNED, SPANNED_BY_QUOTATION
from claimx.evaluation.gold import Label
from claimx.evaluation.predictions import Prediction
from claimx.evaluation.result import FigureValue, Result, Spent
from claimx.report.tables import printable

UNSCORED = "–"

_SHARES = {
    **{f"{field}_accuracy": (field, f"{field}.of") for field in FIELDS},
    "stance_macro_f1": ("stance, macro-F1", "stance.of"),
    "exact_content": ("exact content", "exact.of"),
    "fact_date_accuracy": ("date of facts", "fact_date.of"),
    "nested_recall": ("nested claims found", "nested.of"),
    "evidence": ("evidence", "evidence.of"),
}


@dataclass(frozen=True)
class SpanRow:
    """Precision, recall and F1 of one measure, in percent; the interval is that of F1."""

    label: str
    precision: str
    recall: str
    f1: str
    interval: str
    human: str


@dataclass(frozen=True)
class ShareRow:
    """One share in percent, of how many."""

    label: str
    value: str
    interval: str
    of: str
    human: str


def percent(value: float | None) -> str:
    """A share in percent with one decimal.

    >>> percent(0.5), percent(None)
    ('50.0', '–')
    """
    return UNSCORED if value is None else f"{100 * value:.1f}"


def interval(figure: FigureValue) -> str:
    """The bounds in percent.

    >>> interval(FigureValue(value=0.5, low=0.4, high=0.625))
    '40.0 to 62.5'
    """
    return UNSCORED if figure.low is None else f"{percent(figure.low)} to {percent(figure.high)}"


def span_rows(result: Result) -> list[SpanRow]:
    """The measures with precision, recall and F1, the headline first."""
    names = []
    for name in SPANNED:
        names += [(name, name)]
        names += [(part, part.rpartition("_")[2]) for part in SPANNED_BY_QUOTATION if part.startswith(name)]
    return [_span_row(result, name, label if name == label else f"  {label}") for name, label in names]


def share_rows(result: Result) -> list[ShareRow]:
    """The measures that are one share: fields of detected claims, and the rest."""
    counts = result.counts
    return [
        ShareRow(
            label=label,
            value=percent(result.value(name)),
            interval=interval(result.figures[name]),
            of=f"{counts[key]:,}" if key in counts else UNSCORED,
            human=percent(result.human.get(name)),
        )
        for name, (label, key) in _SHARES.items()
    ]


def confusion_rows(result: Result) -> list[tuple[str, list[int]]]:
    """Gold stance, and how often each stance (and none) was predicted for it; empty if stance is not scored."""
    if result.value("stance_accuracy") is None:
        return []
    return [(gold, list(result.confusion[gold].values())) for gold in STANCES]


def outcome_line(result: Result) -> str:
    """How many claims and facts ended in each class that occurs."""
    return ", ".join(f"{name} {number:,}" for name, number in result.outcomes.items() if number) or "nothing to score"


def spent_line(spent: Spent) -> str | None:
    """What the run took, or None if no model was run."""
    if spent.calls is None:
        return None
    tokens = (
        "tokens not told by the server"
        if spent.prompt_tokens is None or spent.completion_tokens is None
        else f"{spent.prompt_tokens:,} + {spent.completion_tokens:,} tokens"
    )
    parts = [f"{spent.calls:,} calls", f"{spent.retries or 0:,} retries", tokens, f"{spent.rejected or 0:,} rejected"]
    if spent.failed_chunks:
        parts.append(f"{spent.failed_chunks:,} chunks failed")
    return ", ".join([*parts, f"{spent.seconds or 0:.1f} s"])


def heading(result: Result) -> str:
    """Which system on which gold."""
    gold = result.gold
    return f"{result.system.name} on {gold.name}: {gold.articles} articles, {gold.labels:,} labels"


def notes(result: Result) -> list[str]:
    """What a reader must know to read the figures right."""
    lines = [f"Figures in percent, with 95 % intervals from {result.resamples:,} resamples of articles."]
    if result.gold.articles < ROUGH_BELOW_ARTICLES:
        lines.append(f"Fewer than {ROUGH_BELOW_ARTICLES} articles: the intervals are rough.")
    if result.human:
        lines.append("human: two readings of the gold against each other; smaller differences than theirs mean little.")
    if any(figure.value is None for figure in result.figures.values()):
        lines.append(
            f"{UNSCORED}: not scored, because the gold does not label it, the system does not fill it, or both."
        )
    return lines


def difference_row(item: Difference) -> tuple[str, str, str, str, str, str]:
    """Figure, first, second, difference and interval in points, verdict."""
    bounds = UNSCORED if item.low is None or item.high is None else f"{100 * item.low:+.1f} to {100 * item.high:+.1f}"
    difference = UNSCORED if item.difference is None else f"{100 * item.difference:+.1f}"
    return item.name, percent(item.first), percent(item.second), difference, bounds, item.verdict


def describe(outcome: Outcome) -> tuple[str, str]:
    """Gold and predicted in words: who, what, the stance toward what, and when."""
    gold, predicted = outcome.gold, outcome.predicted
    return (_words(gold) if gold else UNSCORED, _words(predicted) if predicted else UNSCORED)


def _span_row(result: Result, name: str, label: str) -> SpanRow:
    f1 = result.figures[f"{name}_f1"]
    return SpanRow(
        label=label,
        precision=percent(result.value(f"{name}_precision")),
        recall=percent(result.value(f"{name}_recall")),
        f1=percent(f1.value),
        interval=interval(f1),
        human=percent(result.human.get(f"{name}_f1")),
    )


def _words(item: Label | Prediction) -> str:
    content = " … ".join(span.text or f"{span.start}:{span.end}" for span in item.content)
    speaker = item.speaker
    who = (speaker.name or (speaker.mention.text if speaker.mention else None)) if speaker else None
    stance = " ".join(part for part in (item.stance, item.target.name if item.target else None) if part)
    date = item.date.value if item.date else None
    fields = "; ".join(part for part in (stance, date) if part)
    shown = f"{who or item.kind}: {content}" + (f" [{fields}]" if fields else "")
    return printable(" ".join(shown.split()))

"""A result as one self-contained HTML page: figures, confusion matrix, and every error in its article."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from claimx.evaluation import layout
from claimx.evaluation.counting import STANCES
from claimx.evaluation.gates import GateOutcome
from claimx.evaluation.result import Result
from claimx.evaluation.scoring import ArticleScore


@dataclass(frozen=True)
class Segment:
    """A stretch of the article that is in the content of gold claims, predicted ones, both, or none."""

    text: str
    marks: str


@dataclass(frozen=True)
class ErrorRow:
    """One outcome that is not correct."""

    start: int
    outcome: str
    gold: str
    predicted: str


@dataclass(frozen=True)
class ArticlePage:
    """One article, its text in segments, and its errors."""

    id: str
    correct: int
    segments: list[Segment]
    errors: list[ErrorRow]


def to_html(result: Result, scores: Sequence[ArticleScore], gates: Sequence[GateOutcome] = ()) -> str:
    """The page. It loads nothing, runs no script, and everything that comes from articles or models is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("claimx.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("eval.html.j2").render(
        heading=layout.heading(result),
        result=result,
        span_rows=layout.span_rows(result),
        share_rows=layout.share_rows(result),
        confusion_rows=layout.confusion_rows(result),
        stances=(*STANCES, "none"),
        outcomes=layout.outcome_line(result),
        spent=layout.spent_line(result.spent),
        notes=layout.notes(result),
        gates=gates,
        articles=[_page(score) for score in scores],
    )


def mark_text(text: str, gold: Iterable[tuple[int, int]], predicted: Iterable[tuple[int, int]]) -> list[Segment]:
    """Cut a text where a gold or predicted span begins or ends; the segments joined are the text.

    >>> [(segment.text, segment.marks) for segment in mark_text("abcdef", [(0, 3)], [(2, 4)])]
    [('ab', 'gold'), ('c', 'gold predicted'), ('d', 'predicted'), ('ef', '')]
    """
    steps: dict[int, list[tuple[str, int]]] = {0: [], len(text): []}
    for name, spans in (("gold", gold), ("predicted", predicted)):
        for start, end in spans:
            if start < end <= len(text):
                steps.setdefault(start, []).append((name, 1))
                steps.setdefault(end, []).append((name, -1))
    depth = {"gold": 0, "predicted": 0}
    segments = []
    cuts = sorted(steps)
    for start, end in pairwise(cuts):
        for name, step in steps[start]:
            depth[name] += step
        segments.append(Segment(text[start:end], " ".join(name for name in depth if depth[name])))
    return segments


def _page(score: ArticleScore) -> ArticlePage:
    gold = [span for outcome in score.outcomes if outcome.gold for span in outcome.gold.content]
    predicted = [span for outcome in score.outcomes if outcome.predicted for span in outcome.predicted.content]
    return ArticlePage(
        id=score.article.id,
        correct=sum(outcome.outcome == "correct" for outcome in score.outcomes),
        segments=mark_text(
            score.article.text,
            [(span.start, span.end) for span in gold],
            [(span.start, span.end) for span in predicted],
        ),
        errors=[
            ErrorRow(outcome.start, outcome.outcome, *layout.describe(outcome))
            for outcome in score.outcomes
            if outcome.is_error
        ],
    )

"""What an evaluation comes to, as one canonical JSON document that later evaluations can be compared with."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from claimx.errors import GoldError, UsageError
from claimx.evaluation.anatomy import CLASSES
from claimx.evaluation.bootstrap import RESAMPLES, SEED, bootstrap_intervals
from claimx.evaluation.counting import STANCES
from claimx.evaluation.figures import compute_figures, total
from claimx.evaluation.gold import Dataset
from claimx.evaluation.predictions import Predictions
from claimx.evaluation.scoring import ArticleScore
from claimx.schema import Extraction, Value

SCORER_VERSION = "1"
"""Rises whenever the same gold and predictions may give other figures."""
_RECORDED_PACKAGES = ("instructor", "openai", "pydantic")


class FigureValue(Value):
    """A figure from 0 to 1 and its 95 % interval; None where there is nothing to compute it from."""

    value: float | None
    low: float | None
    high: float | None


class Spent(Value):
    """What it took; None where a server did not say or no model was run."""

    calls: int | None = None
    retries: int | None = Field(default=None, description="Only known for a whole run.")
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    rejected: int | None = None
    failed_chunks: int | None = None
    seconds: float | None = None


class ArticleResult(Value):
    """The counts of one article, from which all figures are computed, and its own figures without intervals."""

    id: str
    counts: dict[str, int]
    figures: dict[str, float | None] = Field(default_factory=dict)
    spent: Spent = Spent()


class GoldInfo(Value):
    """Which gold it was."""

    name: str
    digest: str
    articles: int
    labels: int
    labelled: tuple[str, ...]


class System(Value):
    """What was evaluated."""

    name: str
    prompt: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    fields: tuple[str, ...]


class Result(Value):
    """A whole evaluation."""

    scorer: str = SCORER_VERSION
    claimx: str
    versions: dict[str, str] = Field(default_factory=dict, description="Of Python and what asks and checks the model.")
    gold: GoldInfo
    system: System
    resamples: int
    seed: int
    figures: dict[str, FigureValue]
    human: dict[str, float]
    outcomes: dict[str, int]
    confusion: dict[str, dict[str, int]]
    spent: Spent
    articles: tuple[ArticleResult, ...]

    def value(self, name: str) -> float | None:
        """The figure of that name."""
        return self.figures[name].value

    @property
    def counts(self) -> dict[str, int]:
        """The counts over all articles."""
        return total([article.counts for article in self.articles])


@dataclass(frozen=True)
class Run:
    """Where predictions come from.

    Attributes:
        name: The system's name.
        prompt: Name, version and digest of the prompt, if a model was run.
        settings: What the model was run with, without secrets.
        extractions: What the model gave, for what it took.
        retries: Requests that had to be sent again, over all articles; None if no model was run.
        seconds: How long the whole run took; articles run at the same time, so it is less than the sum of theirs.
    """

    name: str
    prompt: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    extractions: tuple[Extraction, ...] = ()
    retries: int | None = None
    seconds: float | None = None


def build_result(
    dataset: Dataset,
    predictions: Predictions,
    scores: Sequence[ArticleScore],
    run: Run,
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Result:
    """Sum up the scores of all articles.

    Args:
        dataset: The gold.
        predictions: What was scored.
        scores: The score of each article.
        run: Where the predictions come from.
        resamples: How often the bootstrap draws.
        seed: The seed of the bootstrap.
    """
    rows = [score.counts for score in scores]
    counts = total(rows)
    intervals = bootstrap_intervals(rows, resamples=resamples, seed=seed)
    spent = {extraction.article_id: _spent(extraction) for extraction in run.extractions}
    return Result(
        claimx=version("claimx"),
        versions={"python": platform.python_version(), **{name: version(name) for name in _RECORDED_PACKAGES}},
        gold=GoldInfo(
            name=dataset.name,
            digest=dataset.digest,
            articles=len(dataset.articles),
            labels=sum(len(item.labels) for item in dataset.articles),
            labelled=tuple(sorted(dataset.labelled)),
        ),
        system=System(
            name=run.name, prompt=run.prompt, settings=run.settings, fields=tuple(sorted(predictions.fields))
        ),
        resamples=resamples,
        seed=seed,
        figures={figure: _figure_value(value, intervals[figure]) for figure, value in compute_figures(counts).items()},
        human=dict(sorted(dataset.human.items())),
        outcomes=_count_outcomes(scores),
        confusion=_confusion(counts),
        spent=_total_spent(list(spent.values()), run),
        articles=tuple(
            ArticleResult(
                id=score.article.id,
                counts=dict(sorted(score.counts.items())),
                figures={name: value for name, value in compute_figures(score.counts).items() if value is not None},
                spent=spent.get(score.article.id, Spent()),
            )
            for score in scores
        ),
    )


def to_json(result: Result) -> str:
    """The canonical form: fixed order of keys, two spaces, one line feed at the end."""
    return result.model_dump_json(indent=2) + "\n"


def read_result(path: Path) -> Result:
    """Read what `to_json` wrote.

    Raises:
        GoldError: If it is no such file.
        UsageError: If another version of the scorer wrote it.
    """
    try:
        result = Result.model_validate_json(path.read_bytes())
    except OSError as error:
        raise GoldError(str(path), "file", f"cannot be read ({error.strerror})") from None
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"]) or "file"
        raise GoldError(str(path), where, f"not a result of claimx eval --json ({problem['msg']})") from None
    if result.scorer != SCORER_VERSION:
        raise UsageError(
            f"{path} was written by scorer {result.scorer}, this is scorer {SCORER_VERSION}: run claimx eval again"
        )
    return result


def _figure_value(value: float | None, interval: tuple[float, float] | None) -> FigureValue:
    low, high = interval if interval and value is not None else (None, None)
    return FigureValue(value=_rounded(value), low=_rounded(low), high=_rounded(high))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _count_outcomes(scores: Sequence[ArticleScore]) -> dict[str, int]:
    """How many claims and facts ended in each class: a pair counts once."""
    found = Counter(outcome.outcome for score in scores for outcome in score.outcomes)
    return {name: found[name] for name in CLASSES}


def _confusion(counts: dict[str, int]) -> dict[str, dict[str, int]]:
    """Gold stance, then predicted stance ("None" where the system gave none)."""
    return {
        gold: {predicted: counts.get(f"stance:{gold}>{predicted}", 0) for predicted in (*STANCES, "None")}
        for gold in STANCES
    }


def _spent(extraction: Extraction) -> Spent:
    return Spent(
        calls=extraction.usage.calls,
        prompt_tokens=extraction.usage.prompt_tokens,
        completion_tokens=extraction.usage.completion_tokens,
        rejected=len(extraction.rejected),
        failed_chunks=len(extraction.failures),
        seconds=round(extraction.seconds, 3),
    )


def _total_spent(articles: Sequence[Spent], run: Run) -> Spent:
    """The sum over articles; unknown plus anything is unknown."""
    if not articles:
        return Spent()
    columns = {name: [getattr(article, name) for article in articles] for name in Spent.model_fields}
    sums = {name: None if None in column else sum(column) for name, column in columns.items()}
    seconds = None if run.seconds is None else round(run.seconds, 3)
    return Spent.model_validate({**sums, "retries": run.retries, "seconds": seconds})

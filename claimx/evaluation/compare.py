"""Two evaluations on the same gold: is one better, or can nobody tell?"""

from __future__ import annotations

from dataclasses import dataclass

from claimx.errors import UsageError
from claimx.evaluation.bootstrap import RESAMPLES, SEED, percentile_interval, resample
from claimx.evaluation.figures import FIGURES, compute_figures
from claimx.evaluation.result import Result


@dataclass(frozen=True)
class Difference:
    """A figure of two systems, and the second minus the first with its 95 % interval.

    Everything is None where a figure is not scored for one of them.
    """

    name: str
    first: float | None
    second: float | None
    difference: float | None
    low: float | None
    high: float | None

    @property
    def is_evident(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high

    @property
    def verdict(self) -> str:
        """What the difference says, in words."""
        if self.difference is None:
            return "not scored"
        if self.low is None:
            return "too few articles to tell"
        if not self.is_evident:
            return "no evidence of a difference"
        return "better" if self.difference > 0 else "worse"


def compare_results(first: Result, second: Result, *, resamples: int = RESAMPLES, seed: int = SEED) -> list[Difference]:
    """Paired differences of all figures that at least one of two results has.

    Both systems are computed on the same drawn articles, so what makes an article hard for both cancels out.

    Raises:
        UsageError: If the gold is not the same.
    """
    if first.gold.digest != second.gold.digest:
        raise UsageError(
            f"the results are on different gold ({first.gold.name} {first.gold.digest[:12]}, "
            f"{second.gold.name} {second.gold.digest[:12]}): figures on different gold cannot be compared"
        )
    rows = [[article.counts for article in result.articles] for result in (first, second)]
    draws = [(compute_figures(a), compute_figures(b)) for a, b in resample(rows, resamples, seed)]
    articles = len(first.articles)
    return [
        _difference(name, first.value(name), second.value(name), [(a[name], b[name]) for a, b in draws], articles)
        for name in FIGURES
        if not first.value(name) is second.value(name) is None
    ]


def _difference(
    name: str,
    first: float | None,
    second: float | None,
    draws: list[tuple[float | None, float | None]],
    articles: int,
) -> Difference:
    if first is None or second is None:
        return Difference(name, first, second, None, None, None)
    interval = percentile_interval([None if a is None or b is None else b - a for a, b in draws], articles)
    low, high = interval or (None, None)
    return Difference(name, first, second, second - first, low, high)

"""Intervals by resampling articles: claims of one article are not independent of each other, articles are.

Plain Python is enough, because what is resampled is a short row of counts per article.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from operator import itemgetter
from statistics import NormalDist

from claimx.evaluation.counting import Counts
from claimx.evaluation.figures import FIGURES, compute_figures

RESAMPLES = 2000
SEED = 20160607
LEVEL = 0.95
ROUGH_BELOW_ARTICLES = 20

Interval = tuple[float, float]


def bootstrap_intervals(
    rows: Sequence[Counts], *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, Interval | None]:
    """The 95 % interval of every figure, given the counts of each article; None where there is too little to tell."""
    draws = [compute_figures(counts) for [counts] in resample([rows], resamples, seed)]
    return {name: percentile_interval([draw[name] for draw in draws], len(rows)) for name in FIGURES}


def resample(systems: Sequence[Sequence[Counts]], resamples: int, seed: int) -> Iterator[list[Counts]]:
    """Draw as many articles as there are, with replacement, the same ones for all systems; and again.

    Args:
        systems: For each system, one row of counts per article, in the same order of articles.
        resamples: How often to draw.
        seed: The same seed draws the same articles.

    Yields:
        The counts of each system, summed over the drawn articles. Nothing, if there are fewer than two articles.
    """
    articles = range(len(systems[0]))
    if len(articles) < 2:
        return
    columns = [_columns(rows) for rows in systems]
    random_numbers = random.Random(seed)
    for _ in range(resamples):
        pick = itemgetter(*random_numbers.choices(articles, k=len(articles)))
        yield [{key: sum(pick(column)) for key, column in system.items()} for system in columns]


def percentile_interval(values: Sequence[float | None], articles: int, level: float = LEVEL) -> Interval | None:
    """The middle part of resampled values, widened for few articles; None unless at least half of them are defined.

    The plain percentile interval is too narrow for small samples, as if a normal quantile were used where
    Student's t is due, and the standard deviation of the sample where that of the population is. Taking the
    percentiles further out makes up for both.

    Args:
        values: A figure in each resample.
        articles: How many articles there are; at least two.
        level: The share of such intervals that should hold the true value.

    Source:
        The expanded percentile interval of Hesterberg, What Teachers Should Know About the Bootstrap (2015).

    >>> values = [number / 1000 for number in range(1001)]
    >>> for articles in (10, 1_000_000):
    ...     print("{:.4f} {:.4f}".format(*percentile_interval(values, articles)))
    0.0086 0.9914
    0.0250 0.9750
    >>> percentile_interval([None, None, 1.0], 10) is None
    True
    """
    known = sorted(value for value in values if value is not None)
    if not known or 2 * len(known) < len(values):
        return None
    quantile = _student_t((1 + level) / 2, articles - 1) * math.sqrt(articles / (articles - 1))
    tail = 1 - NormalDist().cdf(quantile)
    return _quantile(known, tail), _quantile(known, 1 - tail)


def _student_t(share: float, degrees: int) -> float:
    """A quantile of Student's t: Abramowitz and Stegun 26.7.5, good to 0.01 from five degrees of freedom on."""
    z = NormalDist().inv_cdf(share)
    return (
        z
        + (z**3 + z) / (4 * degrees)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996)."""
    position = share * (len(ordered) - 1)
    below, above = ordered[math.floor(position)], ordered[math.ceil(position)]
    return below + (above - below) * (position % 1)


def _columns(rows: Sequence[Counts]) -> dict[str, list[int]]:
    return {key: [row.get(key, 0) for row in rows] for key in sorted({key for row in rows for key in row})}

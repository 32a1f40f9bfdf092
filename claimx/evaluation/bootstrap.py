"""Intervals by resampling articles: claims of one article are not independent of each other, articles are.

Plain Python is enough, because what is resampled is a short row of counts per article.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from operator import itemgetter

from claimx.evaluation.figures import FIGURES, compute_figures

RESAMPLES = 1000
SEED = 20160607
LEVEL = 0.95
ROUGH_BELOW_ARTICLES = 20

Interval = tuple[float, float]
Resampled = dict[str, float | None]


def resample(systems: Sequence[Sequence[dict[str, int]]], resamples: int, seed: int) -> Iterator[list[Resampled]]:
    """Draw articles with replacement, the same for all systems, and compute each system's figures anew.

    Args:
        systems: For each system, one row of counts per article, in the same order of articles.
        resamples: How often to draw.
        seed: The same seed draws the same articles.

    Yields:
        The figures of each system.
    """
    columns = [_columns(rows) for rows in systems]
    articles = range(len(systems[0]))
    random_numbers = random.Random(seed)
    for _ in range(resamples):
        # A repeated last index makes itemgetter return a tuple even for a single article.
        drawn = random_numbers.choices(articles, k=len(articles))
        pick = itemgetter(*drawn, drawn[0])
        yield [
            compute_figures({key: sum(pick(column)) - column[drawn[0]] for key, column in system.items()})
            for system in columns
        ]


def bootstrap_intervals(
    rows: Sequence[dict[str, int]], *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, Interval | None]:
    """The 95 % percentile interval of every figure; None where there are too few articles or values.

    Source:
        Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
    """
    draws = [system[0] for system in resample([rows], resamples, seed)] if len(rows) > 1 else []
    return {name: percentile_interval([draw[name] for draw in draws]) for name in FIGURES}


def percentile_interval(values: Sequence[float | None], level: float = LEVEL) -> Interval | None:
    """The middle part of resampled values; None unless at least half of them are defined.

    >>> percentile_interval([float(value) for value in range(1001)])
    (25.0, 975.0)
    >>> percentile_interval([None, None, 1.0]) is None
    True
    """
    known = sorted(value for value in values if value is not None)
    if not known or 2 * len(known) < len(values):
        return None
    return _quantile(known, (1 - level) / 2), _quantile(known, (1 + level) / 2)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996)."""
    position = round(share * (len(ordered) - 1), 9)
    below, above = ordered[math.floor(position)], ordered[math.ceil(position)]
    return below + (above - below) * (position % 1)


def _columns(rows: Sequence[dict[str, int]]) -> dict[str, list[int]]:
    return {key: [row.get(key, 0) for row in rows] for key in sorted({key for row in rows for key in row})}

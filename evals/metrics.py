"""Measures of quality, each with its uncertainty: proportions with Wilson intervals, rankings, agreement, bootstraps.

Pure functions over plain sequences. Nothing here is random except `bootstrap`, which takes its seed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z95 = 1.959963984540054
RESAMPLES = 1000


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval and the number of cases it rests on; `value` None means unknown."""

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


def proportion(successes: int, n: int) -> Estimate:
    """A share with its Wilson score interval (Wilson 1927); unknown when n is 0."""
    if n == 0:
        return Estimate(None, 0)
    share = successes / n
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    return Estimate(share, n, low, 1.0 if successes == n else min(1.0, centre + half))


def accuracy(expected: Sequence[str], predicted: Sequence[str]) -> Estimate:
    """Share of equal labels."""
    return proportion(sum(a == b for a, b in zip(expected, predicted, strict=True)), len(expected))


def macro_f1(expected: Sequence[str], predicted: Sequence[str]) -> float:
    """Mean F1 over the labels that occur in `expected`; 0.0 for an empty set."""
    labels = sorted(set(expected))
    hits = Counter(a for a, b in zip(expected, predicted, strict=True) if a == b)
    asked, said = Counter(expected), Counter(predicted)
    scores = [2 * hits[label] / (asked[label] + said[label]) for label in labels]
    return sum(scores) / len(scores) if scores else 0.0


def by_group(groups: Sequence[str], correct: Sequence[bool]) -> dict[str, Estimate]:
    """Share of correct cases for each group, in the order of the names."""
    asked, right = Counter(groups), Counter(g for g, ok in zip(groups, correct, strict=True) if ok)
    return {group: proportion(right[group], asked[group]) for group in sorted(asked)}


def auroc(scores: ArrayLike, positive: ArrayLike) -> float | None:
    """Probability that a positive scores above a negative, ties counting half; None without both kinds."""
    from scipy.stats import rankdata

    values, truth = np.asarray(scores, float), np.asarray(positive, bool)
    good, bad = int(truth.sum()), int((~truth).sum())
    if not good or not bad:
        return None
    ranks = rankdata(values)
    return float((ranks[truth].sum() - good * (good + 1) / 2) / (good * bad))


def brier(confidence: ArrayLike, correct: ArrayLike) -> float:
    """Mean squared gap between the stated probability of the top answer and whether it was right."""
    gap = np.asarray(confidence, float) - np.asarray(correct, float)
    return float((gap**2).mean()) if len(gap) else 0.0


@dataclass(frozen=True)
class RiskCoverage:
    """One point: answering the most confident `coverage` of the cases makes `risk` errors among them."""

    threshold: float
    coverage: float
    risk: float


def risk_coverage(confidence: Sequence[float], correct: Sequence[bool]) -> list[RiskCoverage]:
    """The risk-coverage curve (El-Yaniv and Wiener 2010): a point for each distinct confidence, surest first."""
    order = sorted(range(len(confidence)), key=lambda i: -confidence[i])
    points, errors = [], 0
    for answered, i in enumerate(order, 1):
        errors += not correct[i]
        last = answered == len(order)
        if last or confidence[order[answered]] != confidence[i]:
            points.append(RiskCoverage(confidence[i], answered / len(order), errors / answered))
    return points


def area_under_risk_coverage(points: Sequence[RiskCoverage]) -> float:
    """Mean risk over all coverages: the curve is a step function; 0.0 without points."""
    area, before = 0.0, 0.0
    for point in points:
        area += (point.coverage - before) * point.risk
        before = point.coverage
    return area


def hit_at(ranking: Sequence[str], relevant: frozenset[str] | set[str], k: int) -> bool:
    """Whether one of the first `k` is relevant."""
    return any(document in relevant for document in ranking[:k])


def reciprocal_rank(ranking: Sequence[str], relevant: frozenset[str] | set[str]) -> float:
    """1 / place of the first relevant document; 0.0 when there is none."""
    return next((1 / place for place, document in enumerate(ranking, 1) if document in relevant), 0.0)


def ndcg(ranking: Sequence[str], relevant: frozenset[str] | set[str], k: int) -> float:
    """Normalised discounted cumulative gain at `k` with binary relevance (Järvelin and Kekäläinen 2002)."""
    gain = sum(1 / math.log2(place + 1) for place, d in enumerate(ranking[:k], 1) if d in relevant)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(k, len(relevant)) + 1))
    return gain / ideal if ideal else 0.0


def cohens_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float | None:
    """Agreement of two labellers beyond chance (Cohen 1960); None for nothing, 1.0 when both use one same label."""
    n = len(first)
    if n == 0:
        return None
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    left, right = Counter(first), Counter(second)
    chance = sum(left[label] * right[label] for label in left) / n**2
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float], n: int, seed: int, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Percentile 95 % interval of `statistic(indices)` over resampled case indices 0..n-1 (Efron 1979)."""
    if n == 0:
        return (0.0, 0.0)
    rng = np.random.default_rng(seed)
    drawn = [statistic(rng.integers(0, n, n)) for _ in range(resamples)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def mean_with_interval(values: ArrayLike, seed: int) -> Estimate:
    """The mean of per-case values with a bootstrap interval; unknown without cases."""
    array = np.asarray(values, float)
    if not len(array):
        return Estimate(None, 0)
    rng = np.random.default_rng(seed)
    means = array[rng.integers(0, len(array), (RESAMPLES, len(array)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Estimate(float(array.mean()), len(array), float(low), float(high))

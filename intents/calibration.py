"""Turns the two heads' scores into probabilities, and chooses when to abstain.

log p = a * log softmax(encoder head) + b * n-gram scores, normalised; a and b are fitted on a split used for nothing
else. The abstention threshold is the smallest one whose 95 % upper bound of the error among answered sentences stays
under a stated target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.floating]


def log_softmax(scores: Matrix) -> Matrix:
    """Row-wise log softmax."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: Matrix = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result


@dataclass(frozen=True)
class Blend:
    """Weights of the two heads; their size is the inverse temperature."""

    encoder: float
    ngrams: float

    def probabilities(self, encoder_scores: Matrix, ngram_scores: Matrix) -> Matrix:
        """Calibrated probabilities, shape (n, classes), rows summing to one."""
        mixed = self.encoder * log_softmax(encoder_scores) + self.ngrams * ngram_scores
        result: Matrix = np.exp(log_softmax(mixed))
        return result


def fit_blend(encoder_scores: Matrix, ngram_scores: Matrix, labels: NDArray[np.int64]) -> Blend:
    """Minimise the negative log likelihood on a calibration split."""
    from scipy.optimize import minimize

    rows = np.arange(len(labels))

    def loss(log_weights: NDArray[np.float64]) -> float:
        blend = Blend(*np.exp(log_weights))
        return float(-np.log(blend.probabilities(encoder_scores, ngram_scores)[rows, labels] + 1e-12).mean())

    found = minimize(loss, np.log([1.0, 1.0]), method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-6})
    return Blend(*(float(w) for w in np.exp(found.x)))


def error_upper_bound(errors: int, answered: int, confidence: float = 0.95) -> float:
    """One-sided Clopper-Pearson upper bound of an error rate; 1.0 when nothing was answered."""
    from scipy.stats import beta

    if answered == 0 or errors >= answered:
        return 1.0
    return float(beta.ppf(confidence, errors + 1, answered - errors))


def choose_threshold(confidence: Matrix, correct: NDArray[np.bool_], target: float) -> float:
    """Smallest threshold on the top probability whose error bound among answered rows is at most `target`.

    Returns 0.0 when answering everything already meets the target; the largest observed confidence when nothing does.
    """
    order = np.argsort(-confidence, kind="stable")
    errors = np.cumsum(~correct[order])
    allowed = [n for n in range(1, len(order) + 1) if error_upper_bound(int(errors[n - 1]), n) <= target]
    if not allowed:
        return float(confidence.max(initial=0.0))
    return 0.0 if allowed[-1] == len(order) else float(confidence[order[allowed[-1] - 1]])


def expected_calibration_error(confidence: Matrix, correct: NDArray[np.bool_], bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by their counts."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        (place == b).mean() * abs(confidence[place == b].mean() - correct[place == b].mean())
        for b in range(bins)
        if (place == b).any()
    ]
    return float(sum(gaps))

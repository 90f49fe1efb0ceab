"""Do the probabilities mean what they say? Expected calibration error, Brier score, and the reliability plot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evals.context import Context, QuestionSet
from evals.metrics import bootstrap, brier, proportion
from evals.outcome import Measure, Plot, Series, SuiteResult, Table
from intents.calibration import expected_calibration_error

SUITE = "calibration"
BINS = 15
SHOWN_BINS = 10


def run(context: Context) -> SuiteResult:
    """Compare stated and observed shares on data no calibration has seen."""
    measures: list[Measure] = []
    tables: list[Table] = []
    plots: list[Plot] = []
    for chosen in context.sets:
        predictions = context.predictions(chosen.questions)
        confidence = np.array([p.probability for p in predictions])
        correct = np.array([q.intent == p.intent for q, p in zip(chosen.questions, predictions, strict=True)], bool)
        measures += _measures(chosen.name, confidence, correct, context.seed)
        rows = _reliability(confidence, correct)
        columns = ("confidence from", "to", "n", "mean confidence %", "observed accuracy %", "low %", "high %")
        tables.append(Table(f"Reliability: {chosen.name}", columns, tuple(rows)))
        plots.append(_plot(chosen, rows))
    return SuiteResult(SUITE, tuple(measures), tuple(tables), tuple(plots))


def _measures(of: str, confidence: np.ndarray, correct: np.ndarray, seed: int) -> list[Measure]:
    n = len(correct)
    ece = expected_calibration_error(confidence, correct, BINS)
    low, high = bootstrap(lambda i: expected_calibration_error(confidence[i], correct[i], BINS), n, seed, 300)
    gap = float(confidence.mean() - correct.mean())
    return [
        Measure("ece", ece, n, of, low=low, high=high, unit="number"),
        Measure("brier", brier(confidence, correct), n, of, unit="number"),
        Measure("overconfidence", gap, n, of, unit="number"),
    ]


def _reliability(confidence: np.ndarray, correct: np.ndarray) -> list[tuple[float | int | None, ...]]:
    place = np.minimum((confidence * SHOWN_BINS).astype(int), SHOWN_BINS - 1)
    rows: list[tuple[float | int | None, ...]] = []
    for b in range(SHOWN_BINS):
        inside = place == b
        if inside.any():
            seen = proportion(int(correct[inside].sum()), int(inside.sum()))
            ends = (b / SHOWN_BINS, (b + 1) / SHOWN_BINS)
            rows.append((*ends, seen.n, float(confidence[inside].mean()), seen.value, seen.low, seen.high))
    return rows


def _plot(chosen: QuestionSet, rows: Sequence[tuple[float | int | None, ...]]) -> Plot:
    observed = Series(
        "observed",
        tuple(row[3] for row in rows),
        tuple(row[4] for row in rows),
        tuple(row[5] for row in rows),
        tuple(row[6] for row in rows),
    )
    worst = max(rows, key=lambda row: abs(float(row[3] or 0) - float(row[4] or 0)), default=None)
    summary = "No predictions."
    if worst:
        summary = (
            f"On the diagonal a stated probability is kept. Farthest from it: {float(worst[3] or 0):.0%} stated, "
            f"{float(worst[4] or 0):.0%} right, over {worst[2]} questions."
        )
    ideal = Series("as stated", (0.0, 1.0), (0.0, 1.0))
    title = f"Reliability: {chosen.name}"
    return Plot(
        f"reliability-{chosen.name}", title, "line", "stated probability", "share right", (observed, ideal), summary
    )

"""When should it keep silent? The risk-coverage curve, the operating point on it, and the upper bound of its error."""

from __future__ import annotations

from evals.context import Context, QuestionSet
from evals.metrics import RiskCoverage, area_under_risk_coverage, proportion, risk_coverage
from evals.outcome import Measure, Plot, Series, SuiteResult
from intents.calibration import error_upper_bound

SUITE = "selective"
_DRAWN = 200


def run(context: Context) -> SuiteResult:
    """Curve and operating point for every set."""
    measures: list[Measure] = []
    plots: list[Plot] = []
    for chosen in context.sets:
        predictions = context.predictions(chosen.questions)
        confidence = [p.probability for p in predictions]
        correct = [q.intent == p.intent for q, p in zip(chosen.questions, predictions, strict=True)]
        kept = [ok for ok, p in zip(correct, predictions, strict=True) if not p.abstain]
        errors = len(kept) - sum(kept)
        curve = risk_coverage(confidence, correct)
        measures += [
            Measure.from_estimate("coverage", proportion(len(kept), len(correct)), chosen.name),
            Measure.from_estimate("answered_error", proportion(errors, len(kept)), chosen.name),
            Measure("answered_error_upper", error_upper_bound(errors, len(kept)), len(kept), chosen.name),
            Measure("aurc", area_under_risk_coverage(curve), len(correct), chosen.name, unit="number"),
            *_coverages(chosen, curve),
        ]
        plots.append(_plot(chosen, curve, len(kept) / max(1, len(correct)), errors / max(1, len(kept))))
    threshold = context.subject.model.threshold
    target = context.subject.model.meta.get("error_target", "not stated")
    note = f"Operating point: probability at least {threshold:.3f}, chosen in training for an error target of {target}."
    return SuiteResult(SUITE, tuple(measures), plots=tuple(plots), notes=(note,))


def _coverages(chosen: QuestionSet, curve: list[RiskCoverage]) -> list[Measure]:
    """How much could be answered at a stated error: the largest coverage with at most 2, 5 and 8 % errors."""
    found = []
    for limit in (0.02, 0.05, 0.08):
        coverage = max((point.coverage for point in curve if point.risk <= limit), default=0.0)
        found.append(Measure("coverage_at_error", coverage, len(chosen.questions), chosen.name, f"{limit:.0%}"))
    return found


def _plot(chosen: QuestionSet, curve: list[RiskCoverage], coverage: float, error: float) -> Plot:
    step = max(1, len(curve) // _DRAWN)
    drawn = curve[::step] + ([curve[-1]] if curve and (len(curve) - 1) % step else [])
    line = Series("curve", tuple(p.coverage for p in drawn), tuple(p.risk for p in drawn))
    here = Series("operating point", (coverage,), (error,))
    total = curve[-1].risk if curve else 0.0
    return Plot(
        f"risk-coverage-{chosen.name}",
        f"Risk and coverage: {chosen.name}",
        "line",
        "share answered",
        "errors among answered",
        (line, here),
        f"Answering everything makes {total:.1%} errors; the operating point answers {coverage:.1%} with {error:.1%}.",
    )

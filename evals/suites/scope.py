"""Does it know what is not its business? Out-of-scope questions against all others."""

from __future__ import annotations

from evals.context import Context, QuestionSet, item_id
from evals.metrics import auroc, bootstrap, proportion
from evals.outcome import Item, Measure, SuiteResult
from intents.classifier import Prediction
from intents.taxonomy import OUT_OF_SCOPE

SUITE = "scope"


def run(context: Context) -> SuiteResult:
    """Measure every set that holds out-of-scope questions; a set without any is unknown, not perfect."""
    measures: list[Measure] = []
    items: list[Item] = []
    for chosen in context.sets:
        predictions = context.predictions(chosen.questions)
        measures += _measures(chosen, predictions, context.seed)
        for question, p in zip(chosen.questions, predictions, strict=True):
            outside, declined = question.intent == OUT_OF_SCOPE, p.intent == OUT_OF_SCOPE and not p.abstain
            ok = (p.intent == OUT_OF_SCOPE or p.abstain) if outside else not declined
            if outside or not ok:
                id = item_id(chosen.name, question.text)
                note = f"p={p.probability:.2f}"
                items.append(Item(id, chosen.name, question.text, question.intent, p.intent, ok, note))
    return SuiteResult(SUITE, tuple(measures), items=tuple(items))


def _measures(chosen: QuestionSet, predictions: list[Prediction], seed: int) -> list[Measure]:
    import numpy as np

    outside = np.array([q.intent == OUT_OF_SCOPE for q in chosen.questions], bool)
    said = np.array([dict(p.ranking).get(OUT_OF_SCOPE, 0.0) for p in predictions])
    unsure = np.array([1 - p.probability for p in predictions])
    of, n = chosen.name, len(outside)
    kept = [p.intent == OUT_OF_SCOPE or p.abstain for p, out in zip(predictions, outside, strict=True) if out]
    turned = [
        p.intent == OUT_OF_SCOPE and not p.abstain for p, out in zip(predictions, outside, strict=True) if not out
    ]
    score = auroc(said, outside)
    low, high = (None, None)
    if score is not None:
        low, high = bootstrap(lambda i: auroc(said[i], outside[i]) or 0.5, n, seed, 200)
    return [
        Measure("auroc", score, n, of, low=low, high=high, unit="number"),
        Measure("auroc_by_uncertainty", auroc(unsure, outside), n, of, unit="number"),
        Measure.from_estimate("recall", proportion(sum(kept), len(kept)), of),
        Measure.from_estimate("declined_in_scope", proportion(sum(turned), len(turned)), of),
    ]

"""Classifies many texts: the rows that `shouwen classify` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from intents.classifier import Classifier
from intents.language import detect
from intents.normalise import normalise
from intents.risk import assess
from intents.taxonomy import CRITICAL
from intents.understanding import RANKED

_BATCH = 256


def classify_lines(texts: Sequence[str], model: Classifier) -> Iterator[dict[str, Any]]:
    """One row a text: text, intent, probability, abstain, ranking (five), language, risk."""
    for start in range(0, len(texts), _BATCH):
        batch = texts[start : start + _BATCH]
        for text, prediction in zip(batch, model.predict(batch), strict=True):
            critical = {label: p for label, p in prediction.ranking if label.startswith(CRITICAL)}
            risk = assess(normalise(text), critical)
            yield {
                "text": text.encode("utf-8", "replace").decode("utf-8"),
                "intent": prediction.intent,
                "probability": round(prediction.probability, 6),
                "abstain": prediction.abstain,
                "ranking": [[label, round(p, 6)] for label, p in prediction.ranking[:RANKED]],
                "language": str(detect(text)),
                "risk": {"level": risk.level, "signals": [s.intent or s.name for s in risk.signals]},
            }

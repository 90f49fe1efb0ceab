"""The product under evaluation: its model, its knowledge and its turn, with every sentence encoded once and alone.

Sentences are encoded one at a time. Quantised inference depends a little on which sentences share a batch; alone, a
figure depends on the sentence only, so a question added to a set moves no other figure, and a turn reads it the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from assistant.bootstrap import load_knowledge, load_model
from assistant.settings import Settings
from assistant.turn import Brain
from intents.classifier import Prediction
from intents.encoder.encoder import OnnxEncoder
from intents.normalise import canonical
from knowledge.base import KnowledgeBase
from knowledge.index import Index

WORKERS = 2


class IntentModel(Protocol):
    """What is evaluated of a classifier."""

    @property
    def labels(self) -> tuple[str, ...]: ...
    @property
    def threshold(self) -> float: ...
    @property
    def meta(self) -> dict[str, object]: ...
    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.floating]: ...


class Encoder(Protocol):
    """Unit vectors, float32, one row a text."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class CachingEncoder:
    """An encoder that encodes every text alone and once. Thread-safe as far as the inner one is."""

    def __init__(self, inner: Encoder) -> None:
        self._inner = inner
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows in the order of `texts`."""
        return np.stack([self._one(text) for text in texts]) if texts else np.zeros((0, 1), np.float32)

    def _one(self, text: str) -> NDArray[np.float32]:
        if (known := self._known.get(text)) is None:
            known = self._known[text] = self._inner.encode([text])[0]
        return known


class CachingModel:
    """A classifier whose predictions are computed once for each text and shared by all suites."""

    def __init__(self, inner: IntentModel) -> None:
        self.labels = tuple(inner.labels)
        self.threshold = float(inner.threshold)
        self.meta = inner.meta
        self._inner = inner
        self._known: dict[str, NDArray[np.floating]] = {}

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Calibrated probabilities, shape (len(texts), len(labels))."""
        return np.stack([self._row(text) for text in texts]) if texts else np.zeros((0, len(self.labels)))

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Ranked predictions, one for each text."""
        return [self._ranked(self._row(text)) for text in texts]

    def prefetch(self, texts: Iterable[str], done: Callable[[], None] = lambda: None) -> None:
        """Predict `texts` on several threads; `done` is called after each."""
        wanted = [text for text in dict.fromkeys(texts) if text not in self._known]
        with ThreadPoolExecutor(WORKERS) as pool:
            for _ in pool.map(self._row, wanted):
                done()

    def _row(self, text: str) -> NDArray[np.floating]:
        if (known := self._known.get(text)) is None:
            known = self._known[text] = self._inner.predict_proba([text])[0]
        return known

    def _ranked(self, row: NDArray[np.floating]) -> Prediction:
        order = np.argsort(-row, kind="stable")
        return Prediction(tuple((self.labels[i], float(row[i])) for i in order), self.threshold)


@dataclass(frozen=True)
class Subject:
    """Model, knowledge and the turn over both, on one day. `settings` is None when it was not built from settings."""

    model: CachingModel
    base: KnowledgeBase
    today: date
    settings: Settings | None = None

    @property
    def brain(self) -> Brain:
        """The turn over this model and knowledge."""
        return Brain(self.model, self.base)

    def describe(self) -> dict[str, Any]:
        """The hashes that say which model and which knowledge were measured."""
        meta = self.model.meta
        named = ("data_sha256", "calibration_sha256", "encoder_sha256", "trained_on", "error_target", "threshold")
        return {
            "model": {name: meta[name] for name in named if name in meta},
            "threshold": self.model.threshold,
            "labels": len(self.model.labels),
            "knowledge_sha256": self.base.stamp,
            "articles": len(self.base.articles),
            "day": self.today.isoformat(),
        }


def load_subject(settings: Settings, today: date) -> Subject:
    """The product of the settings. Raises what the product raises for a missing model or broken knowledge."""
    model = load_model(settings)
    base = load_knowledge(settings, model)
    encoder = CachingEncoder(model.encoder)
    alone = replace(model, encoder=cast(OnnxEncoder, encoder))
    return Subject(CachingModel(alone), reindexed(base, encoder), today, settings)


def reindexed(base: KnowledgeBase, encoder: Encoder) -> KnowledgeBase:
    """The same knowledge with the same stored vectors, queries encoded by `encoder`."""
    index = Index(base.index.entries, encoder, canonical, base.index.vectors)
    return KnowledgeBase(tuple(base.articles.values()), base.fees, base.catalogue, base.caps, index, base.stamp)

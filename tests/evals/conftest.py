"""A small real product to evaluate: an n-gram classifier trained on a part of the bundled sentences, and knowledge
indexed by hashed character n-grams. Nothing is faked: both really learn and really search, only less well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from evals.context import Context, QuestionSet
from evals.questions import Question, own_questions
from evals.subject import CachingModel, Subject
from intents.calibration import Blend
from intents.ngrams import NgramHead, grams
from intents.normalise import canonical
from intents.taxonomy import taxonomy
from intents.training.ngram_head import fit_ngram_head
from intents.utterances import load
from knowledge.base import KnowledgeBase

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
DAY = date(2026, 11, 24)
EVERY = 12


class NgramModel:
    """A classifier of n-grams alone, with the served classifier's interface."""

    def __init__(self, head: NgramHead, labels: tuple[str, ...], threshold: float = 0.3) -> None:
        self.labels = labels
        self.threshold = threshold
        self.meta: dict[str, object] = {"data_sha256": "small", "error_target": 0.08}
        self._head = head
        self._blend = Blend(0.0, 8.0)

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.floating]:
        scores = self._head.scores([canonical(text) for text in texts])
        return self._blend.probabilities(np.zeros_like(scores), scores)


class HashedEncoder:
    """Unit vectors of hashed character n-grams."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), 256), np.float32)
        for row, text in enumerate(texts):
            for gram, count in grams(text).items():
                rows[row, int.from_bytes(sha256(gram.encode()).digest()[:2], "big") % 256] += count
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@pytest.fixture(scope="session")
def small_model() -> NgramModel:
    """An n-gram model trained on every twelfth bundled sentence."""
    labels = taxonomy().ids
    learnt = load()[::EVERY]
    place = {label: i for i, label in enumerate(labels)}
    known = [u for u in learnt if u.intent in place]
    missing = [u for u in load() if u.intent not in {k.intent for k in known}]
    known += list({u.intent: u for u in missing}.values())
    wanted = np.array([place[u.intent] for u in known], np.int64)
    head = fit_ngram_head([canonical(u.text) for u in known], wanted, len(labels), 7)
    return NgramModel(head, labels)


@pytest.fixture(scope="session")
def small_base(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The demonstration knowledge behind the hashed encoder."""
    cache = tmp_path_factory.mktemp("index")
    return KnowledgeBase.load(KNOWLEDGE, HashedEncoder(), canonical, cache, taxonomy().ids, "hashed")


@pytest.fixture(scope="session")
def subject(small_model: NgramModel, small_base: KnowledgeBase) -> Subject:
    """The small product."""
    return Subject(CachingModel(small_model), small_base, DAY)


@pytest.fixture(scope="session")
def some_questions() -> tuple[Question, ...]:
    """Every eighth own question, with all intents in it."""
    return QuestionSet("own", own_questions()).sampled(8).questions


@pytest.fixture(scope="session")
def context(subject: Subject, some_questions: tuple[Question, ...]) -> Context:
    """A quick evaluation of the small product."""
    return Context(subject, (QuestionSet("own", some_questions),), quick=True)

"""Puts the product together from its settings: database, model, knowledge, assistant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from assistant.schema import upgrade
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.turn import Brain
from handoff.database import open_engine
from intents.classifier import Classifier
from intents.encoder.cache import default_cache_directory
from intents.encoder.encoder import OnnxEncoder
from intents.encoder.source import encoder_source
from intents.normalise import canonical
from intents.taxonomy import taxonomy
from knowledge.base import KnowledgeBase


class _IndexEncoder:
    """The classifier's fine-tuned encoder as the knowledge index sees it: measured better than the plain one
    on articles and on foreign collections alike (`benchmarks/retrieval.py`), and one model less in memory."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._encoder.encode(texts)


def cache_directory(settings: Settings) -> Path:
    """Where built models and indexes are kept."""
    return settings.cache or default_cache_directory()


def load_model(settings: Settings, directory: Path | None = None) -> Classifier:
    """The classifier of the settings, or of another model directory."""
    source = encoder_source(settings.encoder, cache_directory(settings))
    return Classifier.load(directory or settings.model, source, settings.threads)


def index_encoder(model: Classifier) -> _IndexEncoder:
    """The model's encoder for a knowledge index."""
    return _IndexEncoder(model.encoder)


def load_knowledge(settings: Settings, model: Classifier) -> KnowledgeBase:
    """The knowledge base of the settings, indexed with the model's encoder."""
    return KnowledgeBase.load(
        settings.knowledge,
        index_encoder(model),
        canonical,
        cache_directory(settings),
        taxonomy().ids,
        encoder_name=str(model.meta.get("data_sha256", "")) + str(model.meta.get("trained_on", "")),
    )


def load_brain(settings: Settings) -> Brain:
    """Model and knowledge, ready to take turns."""
    model = load_model(settings)
    return Brain(model, load_knowledge(settings, model))


def prepare_database(settings: Settings) -> Engine:
    """Open the database of the settings and bring it to the present schema; the folder of a file is made."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    upgrade(engine)
    return engine


def build_assistant(settings: Settings) -> Assistant:
    """The whole product over the settings' database."""
    return Assistant(prepare_database(settings), load_brain(settings), settings)

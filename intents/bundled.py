"""The bundled training job: the shipped utterances, calibrated on sentences of another author."""

from __future__ import annotations

from pathlib import Path

from intents.training.dataset import Dataset
from intents.training.finetune import Recipe
from intents.training.trainer import TrainingJob
from intents.utterances import CALIBRATION, TRAINING, load

# Thirty thousand sentences need fewer passes than a small file, and must be learnt within half an hour.
RECIPE = Recipe(epochs=3, final_rate=0.3, averaged=0.4)


def read_dataset(directory: Path) -> Dataset:
    """Sentences and intents of a directory of utterance files."""
    utterances = load(directory)
    return Dataset(tuple(u.text for u in utterances), tuple(u.intent for u in utterances))


def bundled_job() -> TrainingJob:
    """What `shouwen train` without a file trains."""
    return TrainingJob(read_dataset(TRAINING), read_dataset(CALIBRATION), RECIPE)


def data_digest() -> str:
    """Hash of the shipped training sentences; the shipped model must carry the same one."""
    return read_dataset(TRAINING).digest

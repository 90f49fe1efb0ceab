"""`shouwen train`: sentences in, model directory out, with held-out figures and a model card."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intents.calibration import Blend, choose_threshold, error_upper_bound, expected_calibration_error, fit_blend
from intents.classifier import CARD, HEAD, META, NGRAMS
from intents.encoder.cache import GRAPH, replaced_atomically, write_graph
from intents.encoder.encoder import OnnxEncoder
from intents.encoder.source import EncoderSource, encoder_source
from intents.ngrams import NgramHead
from intents.normalise import canonical
from intents.training.card import model_card
from intents.training.dataset import Dataset, split
from intents.training.finetune import Finetuned, Recipe, finetune
from intents.training.ngram_head import fit_ngram_head

ERROR_TARGET = 0.08


@dataclass(frozen=True)
class Figures:
    """Results on sentences used for nothing else."""

    n: int
    accuracy: float
    coverage: float
    answered_error: float
    answered_error_upper: float
    ece: float


@dataclass(frozen=True)
class TrainingJob:
    """What to train on; `calibration` holds further sentences, of other authors, to choose the threshold on.

    The blend is fitted on sentences held out of `data` alone: they are as hard as strangers' questions, while authors
    of one project word things alike, and a blend fitted on that likeness is too sure of itself.
    """

    data: Dataset
    calibration: Dataset | None = None
    recipe: Recipe = field(default_factory=Recipe)
    error_target: float = ERROR_TARGET
    encoder: EncoderSource = field(default_factory=encoder_source)


def train(job: TrainingJob, out: Path) -> Figures:
    """Train, calibrate, measure and write `out` (replaced only when everything succeeded)."""
    started = time.monotonic()
    labels = job.data.labels
    data = Dataset(tuple(canonical(t) for t in job.data.texts), job.data.intents)
    parts = split(data, job.recipe.seed, calibration=0.05 if job.calibration else 0.03, test=0.02)
    training, test, calibration = (data.take(rows) for rows in (parts.train, parts.test, parts.calibration))
    judged = calibration.joined(_read(job.calibration)) if job.calibration else calibration
    classes = training.indices(labels)
    ngrams = fit_ngram_head(training.texts, classes, len(labels), job.recipe.seed)
    tuned = finetune(job.encoder.trainable(), training.texts, classes, len(labels), job.recipe)
    with replaced_atomically(out.absolute()) as work:
        scorer = _write_parts(tuned, ngrams, job.encoder, work)
        blend = fit_blend(*scorer(calibration), calibration.indices(labels))
        confidence, correct = _outcome(blend, scorer, judged, labels)
        threshold = choose_threshold(confidence, correct, job.error_target)
        figures = _figures(*_outcome(blend, scorer, test, labels), threshold)
        meta = {
            "format": 1,
            "labels": labels,
            "blend": asdict(blend),
            "threshold": threshold,
            "error_target": job.error_target,
            "data_sha256": job.data.digest,
            "calibration_sha256": job.calibration.digest if job.calibration else None,
            "encoder_sha256": job.encoder.digest,
            "recipe": asdict(job.recipe),
            "sizes": {"train": len(training.texts), "calibration": len(judged.texts), "test": len(test.texts)},
            "held_out": asdict(figures),
            "trained_on": datetime.now(UTC).date().isoformat(),
            "minutes": round((time.monotonic() - started) / 60, 1),
        }
        (work / META).write_text(json.dumps(meta, indent=1, ensure_ascii=False) + "\n", "utf-8")
        (work / CARD).write_text(model_card(meta), "utf-8")
    return figures


def _read(dataset: Dataset) -> Dataset:
    return Dataset(tuple(canonical(t) for t in dataset.texts), dataset.intents)


def _write_parts(
    tuned: Finetuned, ngrams: NgramHead, source: EncoderSource, work: Path
) -> Callable[[Dataset], tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Write graph and heads, and return a scorer that uses exactly what was written."""
    write_graph(tuned.tensors, source.dimensions(), work / GRAPH)
    np.savez(work / HEAD, weight=tuned.weight, bias=tuned.bias)
    ngrams.save(work / NGRAMS)
    encoder = OnnxEncoder(source.served(), work / GRAPH, threads=2)

    def scores(data: Dataset) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return encoder.encode(data.texts) @ tuned.weight.T + tuned.bias, ngrams.scores(data.texts)

    return scores


def _outcome(
    blend: Blend,
    scorer: Callable[[Dataset], tuple[NDArray[np.float32], NDArray[np.float32]]],
    data: Dataset,
    labels: tuple[str, ...],
) -> tuple[NDArray[np.floating], NDArray[np.bool_]]:
    probabilities = blend.probabilities(*scorer(data))
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == data.indices(labels)


def _figures(confidence: NDArray[np.floating], correct: NDArray[np.bool_], threshold: float) -> Figures:
    answered = confidence >= threshold
    errors = int((~correct[answered]).sum())
    return Figures(
        n=len(correct),
        accuracy=float(correct.mean()),
        coverage=float(answered.mean()),
        answered_error=errors / max(1, int(answered.sum())),
        answered_error_upper=error_upper_bound(errors, int(answered.sum())),
        ece=expected_calibration_error(confidence, correct),
    )

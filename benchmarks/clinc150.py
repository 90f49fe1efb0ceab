"""CLINC150: train on the in-scope training set, measure in-scope accuracy and out-of-scope AUROC on the test sets.

    python benchmarks/clinc150.py ../shared/data/clinc150

The out-of-scope score is one minus the calibrated probability of the likeliest intent; no out-of-scope sentence is
seen in training. Prints one JSON object on its last line.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from evals.metrics import proportion
from intents.classifier import Classifier
from intents.training.dataset import Dataset
from intents.training.trainer import TrainingJob, train


def part(raw: dict[str, list[list[str]]], name: str) -> Dataset:
    """One part of the published file."""
    return Dataset(tuple(text for text, _ in raw[name]), tuple(intent for _, intent in raw[name]))


def main(directory: Path) -> None:
    """Train, classify, compare."""
    raw = json.loads((directory / "data_full.json").read_text("utf-8"))
    test, outside = part(raw, "test"), part(raw, "oos_test")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model"
        train(TrainingJob(part(raw, "train")), out)
        minutes = (time.monotonic() - started) / 60
        model = Classifier.load(out, threads=2)
        inside_p, outside_p = model.predict_proba(test.texts), model.predict_proba(outside.texts)
    correct = np.array([model.labels[i] for i in inside_p.argmax(1)]) == np.array(test.intents)
    measured = proportion(int(correct.sum()), len(correct))
    confidence = np.concatenate([inside_p.max(1), outside_p.max(1)])
    inside = np.concatenate([np.ones(len(inside_p)), np.zeros(len(outside_p))])
    result = {
        "benchmark": "clinc150",
        "n": len(correct),
        "in_scope_accuracy": round(float(correct.mean()), 4),
        "interval_95": [round(measured.low, 4), round(measured.high, 4)],
        "out_of_scope_n": len(outside.texts),
        "out_of_scope_auroc": round(float(roc_auc_score(inside, confidence)), 4),
        "training_minutes": round(minutes, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

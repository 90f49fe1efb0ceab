"""BANKING77: train with `shouwen train`'s own code on the training set, measure on the test set.

    python benchmarks/banking77.py ../shared/data/banking77

Prints one JSON object on its last line: test accuracy beside the published 93.36 % (ConveRT + USE).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from evals.metrics import proportion
from intents.calibration import expected_calibration_error
from intents.classifier import Classifier
from intents.training.dataset import read_csv
from intents.training.trainer import TrainingJob, train

PUBLISHED = 0.9336


def main(directory: Path) -> None:
    """Train, classify, compare."""
    data, test = read_csv(directory / "train.csv"), read_csv(directory / "test.csv")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model"
        train(TrainingJob(data), out)
        minutes = (time.monotonic() - started) / 60
        model = Classifier.load(out, threads=2)
        probabilities = model.predict_proba(test.texts)
    correct = np.array([model.labels[i] for i in probabilities.argmax(1)]) == np.array(test.intents)
    measured = proportion(int(correct.sum()), len(correct))
    result = {
        "benchmark": "banking77",
        "n": len(correct),
        "accuracy": round(float(correct.mean()), 4),
        "interval_95": [round(measured.low, 4), round(measured.high, 4)],
        "ratio_to_published": round(float(correct.mean()) / PUBLISHED, 4),
        "calibration_error": round(expected_calibration_error(probabilities.max(1), correct), 4),
        "training_minutes": round(minutes, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

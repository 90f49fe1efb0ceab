"""Character n-gram view of a sentence: a sparse linear head that sees spelling where the encoder sees meaning.

Features are TF-IDF weighted character 1- to 4-grams; weights are stored as int8 with one scale per class.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LENGTHS = (1, 2, 3, 4)


def grams(text: str) -> Counter[str]:
    """Character n-grams of a normalised sentence, with its start and end marked."""
    marked = f"\x02{text}\x03"
    return Counter(marked[i : i + n] for n in LENGTHS for i in range(len(marked) - n + 1))


@dataclass(frozen=True)
class NgramHead:
    """Linear scores over n-grams: `scores(texts)` has shape (n, classes)."""

    vocabulary: dict[str, int]
    idf: NDArray[np.float32]
    weights: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.float32]

    def features(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Indices and unit-length TF-IDF values of the known n-grams of `text`."""
        found = {self.vocabulary[g]: 1.0 + math.log(c) for g, c in grams(text).items() if g in self.vocabulary}
        index = np.fromiter(found.keys(), np.int64, len(found))
        values = np.fromiter(found.values(), np.float32, len(found)) * self.idf[index]
        norm = float(np.linalg.norm(values))
        return index, values / norm if norm else values

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Decision scores, float32, shape (len(texts), classes)."""
        result = np.empty((len(texts), len(self.bias)), np.float32)
        for row, text in enumerate(texts):
            index, values = self.features(text)
            result[row] = (values @ self.weights[index].astype(np.float32)) * self.scales + self.bias
        return result

    def save(self, path: Path) -> None:
        """Write to one `.npz` file."""
        words = json.dumps(list(self.vocabulary), ensure_ascii=False).encode("utf-8")
        np.savez_compressed(
            path,
            vocabulary=np.frombuffer(words, np.uint8),
            idf=self.idf.astype(np.float16),
            weights=self.weights,
            scales=self.scales,
            bias=self.bias,
        )

    @classmethod
    def load(cls, path: Path) -> NgramHead:
        """Read what `save` wrote."""
        with np.load(path) as stored:
            words = json.loads(stored["vocabulary"].tobytes().decode("utf-8"))
            idf = stored["idf"].astype(np.float32)
            return cls({w: i for i, w in enumerate(words)}, idf, stored["weights"], stored["scales"], stored["bias"])

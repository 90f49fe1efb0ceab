"""An encoder without a model: character n-grams hashed into a unit vector, so that texts alike in writing are near."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 512


class HashedEncoder:
    """Deterministic on every machine; `encoded` counts the texts it was given."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, float32, one row a text; an empty text is the null vector."""
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            for size in (1, 2, 3):
                for start in range(len(text) - size + 1):
                    vectors[row, crc32(text[start : start + size].encode()) % DIMENSIONS] += 1
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        result: NDArray[np.float32] = vectors / np.maximum(norms, 1e-9)
        return result

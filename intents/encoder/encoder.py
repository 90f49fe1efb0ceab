"""Serves a sentence encoder through ONNX Runtime: texts in, unit vectors out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from intents.encoder.cache import GRAPH, TOKENIZER
from intents.encoder.package_file import ModelFileError
from intents.encoder.tokenizer import MAX_TOKENS
from intents.encoder.words import open_words

QUERY, PASSAGE = "query: ", "passage: "


class SentenceEncoder(Protocol):
    """What the classifier and the knowledge index need of an encoder."""

    def encode(self, texts: Sequence[str], prefix: str = QUERY) -> NDArray[np.float32]:
        """Unit vectors, float32, shape (len(texts), hidden)."""
        ...


class OnnxEncoder:
    """Encoder graph plus shared word table and tokenizer. Thread-safe; one instance serves a process."""

    def __init__(self, base: Path, graph: Path | None = None, threads: int = 1) -> None:
        """`base` holds tokenizer and word table; `graph` overrides the base's own graph (a fine-tuned one)."""
        try:
            self._tokenizer = Tokenizer.from_file(str(base / TOKENIZER))
            self._words = open_words(base)
            self._session = _session(graph or base / GRAPH, threads)
        except Exception as error:
            raise ModelFileError(f"cannot load the encoder graph {(graph or base / GRAPH).name}: {error}") from error
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str], prefix: str = QUERY, batch_size: int = 32) -> NDArray[np.float32]:
        """Unit vectors, float32, shape (len(texts), hidden); texts are batched by length to waste little padding."""
        if not texts:
            return np.zeros((0, self.hidden), np.float32)
        ids = [e.ids for e in self._tokenizer.encode_batch([prefix + text for text in texts])]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        result = np.empty((len(ids), self.hidden), np.float32)
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            result[chosen] = self._run([ids[i] for i in chosen])
        return result

    @property
    def hidden(self) -> int:
        """Width of the vectors."""
        return int(self._session.get_outputs()[0].shape[1])

    def _run(self, rows: list[list[int]]) -> NDArray[np.float32]:
        length = max(map(len, rows))
        ids = np.full((len(rows), length), 1, np.int64)
        mask = np.zeros((len(rows), length), np.int64)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = row
            mask[index, : len(row)] = 1
        feeds = {"word_vectors": self._words(ids), "attention_mask": mask}
        vectors: NDArray[np.float32] = self._session.run(None, feeds)[0]
        return vectors


def _session(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])

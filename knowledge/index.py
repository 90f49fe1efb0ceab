"""Searches short texts by meaning (FAISS inner product over unit vectors) joined with BM25 over their words.

Vectors are centred on the collection's mean first: raw cosines of this encoder crowd between 0.8 and 1. BM25 enters
with a weight so small that words decide between entries the encoder finds about alike, such as two products' names.
Measured on four collections with the encoder that serves (`benchmarks/retrieval.py`, mean reciprocal rank): 0.01 moves
the dense side alone by -0.002 on the articles and +0.001 to +0.005 on the three others; from 0.03 up the articles are
found measurably worse. BM25 alone and a reciprocal-rank blend are far worse on all but product names.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import bm25s
import faiss
import numpy as np
from numpy.typing import NDArray

from knowledge.lexical import words

LEXICAL_WEIGHT = 0.01
Vectors = NDArray[np.float32]


class TextEncoder(Protocol):
    """What the index needs of an encoder: unit vectors, float32, one row a text."""

    def encode(self, texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True)
class Entry:
    """A searchable text and the document it leads to."""

    document: str
    text: str


@dataclass(frozen=True)
class Hit:
    """A document found: its best entry's joint score and the two parts of it."""

    document: str
    score: float
    dense: float
    lexical: float
    matched: str


class Index:
    """Search over entries; several entries may lead to one document."""

    def __init__(
        self,
        entries: Sequence[Entry],
        encoder: TextEncoder,
        prepare: Callable[[str], str],
        vectors: Vectors | None = None,
    ) -> None:
        """`prepare` brings entry and query texts to one normal form; `vectors` are those of a former build."""
        if not entries:
            raise ValueError("an index needs at least one entry")
        self.entries = tuple(entries)
        self._encoder = encoder
        self._prepare = prepare
        texts = [prepare(entry.text) for entry in entries]
        self.vectors = encoder.encode(texts) if vectors is None else vectors
        self._mean = self.vectors.mean(axis=0) if len(entries) > 1 else np.zeros(self.vectors.shape[1], np.float32)
        self._faiss = faiss.IndexFlatIP(self.vectors.shape[1])
        self._faiss.add(_centred(self.vectors, self._mean))
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # the library asks for DEBUG and talks into terminals
        self._bm25 = bm25s.BM25(k1=1.2, b=0.5)
        self._bm25.index([words(text) or ["\x00"] for text in texts], show_progress=False)

    def search(
        self, query: str, k: int = 5, allowed: Callable[[str], bool] | None = None, lexical: float = LEXICAL_WEIGHT
    ) -> list[Hit]:
        """The `k` best documents, best first; `allowed` filters by document id."""
        prepared = self._prepare(query)
        dense = self._dense(prepared)
        sparse = self._sparse(prepared)
        joint = dense + lexical * sparse
        hits: dict[str, Hit] = {}
        for place in np.argsort(-joint, kind="stable"):
            entry = self.entries[place]
            if entry.document in hits or (allowed and not allowed(entry.document)):
                continue
            hits[entry.document] = Hit(
                entry.document, float(joint[place]), float(dense[place]), float(sparse[place]), entry.text
            )
            if len(hits) == k:
                break
        return list(hits.values())

    def _dense(self, prepared: str) -> Vectors:
        query = _centred(self._encoder.encode([prepared]), self._mean)
        scores, places = self._faiss.search(query, len(self.entries))
        result = np.empty(len(self.entries), np.float32)
        result[places[0]] = scores[0]
        return result

    def _sparse(self, prepared: str) -> Vectors:
        tokens = words(prepared)
        if not tokens:
            return np.zeros(len(self.entries), np.float32)
        scores = np.asarray(self._bm25.get_scores(tokens), np.float32)
        best = float(scores.max(initial=0.0))
        return scores / best if best > 0 else scores


def _centred(vectors: Vectors, mean: Vectors) -> Vectors:
    moved = vectors - mean
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    result: Vectors = np.ascontiguousarray(moved / np.maximum(norms, 1e-9), np.float32)
    return result

"""Fits the character n-gram head with a linear support vector machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from intents.ngrams import NgramHead, grams

MAX_FEATURES = 40_000


def fit_ngram_head(texts: Sequence[str], labels: NDArray[np.int64], classes: int, seed: int) -> NgramHead:
    """`labels` holds class indices 0..classes-1, one per text, every class present."""
    from scipy.sparse import csr_matrix
    from sklearn.svm import LinearSVC

    vocabulary, idf = _vocabulary(texts)
    empty = NgramHead(
        vocabulary, idf, np.zeros((len(idf), 1), np.int8), np.ones(1, np.float32), np.zeros(1, np.float32)
    )
    rows = [empty.features(text) for text in texts]
    pointers = np.cumsum([0, *(len(index) for index, _ in rows)])
    matrix = csr_matrix(
        (np.concatenate([v for _, v in rows]), np.concatenate([i for i, _ in rows]), pointers),
        shape=(len(texts), len(idf)),
    )
    model = LinearSVC(C=0.5, random_state=seed).fit(matrix, labels)
    weights, bias = model.coef_.T, model.intercept_
    if classes == 2:
        weights, bias = np.hstack([-weights, weights]), np.concatenate([-bias, bias])
    return _quantised(vocabulary, idf, weights, bias)


def _vocabulary(texts: Sequence[str]) -> tuple[dict[str, int], NDArray[np.float32]]:
    documents: Counter[str] = Counter()
    for text in texts:
        documents.update(grams(text).keys())
    kept = sorted((g for g, n in documents.items() if n >= 2), key=lambda g: (-documents[g], g))[:MAX_FEATURES]
    if not kept:
        kept = sorted(documents)[:MAX_FEATURES]
    counts = np.array([documents[g] for g in kept], np.float32)
    idf = np.log((1 + len(texts)) / (1 + counts)) + 1
    return {g: i for i, g in enumerate(kept)}, idf.astype(np.float16).astype(np.float32)


def _quantised(
    vocabulary: dict[str, int], idf: NDArray[np.float32], weights: NDArray[np.float64], bias: NDArray[np.float64]
) -> NgramHead:
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    rounded = np.round(weights / scales).astype(np.int8)
    return NgramHead(vocabulary, idf, rounded, scales.astype(np.float32), bias.astype(np.float32))

"""Finds sentences that say the same in nearly the same characters: Jaccard similarity of character 3-grams.

Only the rarest grams of a sentence are indexed, as many as two sentences at the threshold must share at least one of
(prefix filtering: Chaudhuri, Ganti, Kaushik 2006), so tens of thousands of sentences take seconds, not hours.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from intents.normalise import normalise

NEAR = 0.7
_LENGTH = 3
_ROUNDING = 1e-9
_NOT_WORDS = re.compile(r"[\W_]+")

Grams = frozenset[str]


@dataclass(frozen=True)
class Pair:
    """Row numbers of two similar sentences and their similarity in [0, 1]."""

    left: int
    right: int
    similarity: float


def grams(text: str) -> Grams:
    """Character 3-grams of the normalised letters and digits; a shorter sentence is one gram, a blank one has none."""
    letters = _NOT_WORDS.sub("", normalise(text))
    if len(letters) < _LENGTH:
        return frozenset({letters} if letters else ())
    return frozenset(letters[i : i + _LENGTH] for i in range(len(letters) - _LENGTH + 1))


def similarity(left: Grams, right: Grams) -> float:
    """Jaccard similarity of two sets of grams; 0 when either is empty."""
    shared = len(left & right)
    return shared / (len(left) + len(right) - shared) if shared else 0.0


def pairs_within(texts: Sequence[str], threshold: float = NEAR) -> Iterator[Pair]:
    """Every pair of rows (left < right) at least `threshold` similar, in order of the right row."""
    rows = [grams(text) for text in texts]
    rank = _rarest_first(rows)
    index: dict[str, list[int]] = defaultdict(list)
    for right, row in enumerate(rows):
        prefix = _prefix(row, rank, threshold)
        yield from _matches(right, row, rows, index, prefix, threshold)
        for gram in prefix:
            index[gram].append(right)


def pairs_across(texts: Sequence[str], others: Sequence[str], threshold: float = NEAR) -> Iterator[Pair]:
    """Every pair of a row of `texts` (left) and a row of `others` (right) at least `threshold` similar."""
    rows = [grams(text) for text in texts]
    asked = [grams(text) for text in others]
    rank = _rarest_first([*rows, *asked])
    index: dict[str, list[int]] = defaultdict(list)
    for left, row in enumerate(rows):
        for gram in _prefix(row, rank, threshold):
            index[gram].append(left)
    for right, row in enumerate(asked):
        yield from _matches(right, row, rows, index, _prefix(row, rank, threshold), threshold)


def nearest_similarities(texts: Sequence[str]) -> list[float]:
    """For each row the similarity to its most similar other row (0 when none shares a gram)."""
    rows = [grams(text) for text in texts]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        for gram in row:
            holders[gram].append(number)
    nearest = []
    for number, row in enumerate(rows):
        others = Counter(other for gram in row for other in holders[gram] if other != number)
        nearest.append(max((n / (len(row) + len(rows[other]) - n) for other, n in others.items()), default=0.0))
    return nearest


def _rarest_first(rows: Iterable[Grams]) -> dict[str, int]:
    counts = Counter(gram for row in rows for gram in row)
    return {gram: place for place, gram in enumerate(sorted(counts, key=lambda gram: (counts[gram], gram)))}


def _prefix(row: Grams, rank: dict[str, int], threshold: float) -> list[str]:
    needed = max(1, math.ceil(len(row) * threshold - _ROUNDING))
    return sorted(row, key=rank.__getitem__)[: len(row) - needed + 1]


def _matches(
    right: int,
    row: Grams,
    rows: Sequence[Grams],
    index: dict[str, list[int]],
    prefix: Iterable[str],
    threshold: float,
) -> Iterator[Pair]:
    for left in sorted({candidate for gram in prefix for candidate in index.get(gram, ())}):
        if (found := similarity(rows[left], row)) >= threshold - _ROUNDING:
            yield Pair(left, right, found)

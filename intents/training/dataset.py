"""Labelled sentences: the bundled utterances or any CSV of `text,intent`, and the split into three parts."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

MIN_PER_CLASS = 3


class DatasetError(ValueError):
    """A training file that cannot be used, with the place and what to do."""


@dataclass(frozen=True)
class Dataset:
    """Sentences with their intents; `digest` identifies the exact content."""

    texts: tuple[str, ...]
    intents: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over sorted `intent<TAB>text` lines: independent of file order."""
        lines = sorted(f"{i}\t{t}" for t, i in zip(self.texts, self.intents, strict=True))
        return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()

    @property
    def labels(self) -> tuple[str, ...]:
        """The distinct intents, sorted."""
        return tuple(sorted(set(self.intents)))

    def take(self, rows: Sequence[int]) -> Dataset:
        """The chosen rows, in order."""
        return Dataset(tuple(self.texts[i] for i in rows), tuple(self.intents[i] for i in rows))

    def joined(self, other: Dataset) -> Dataset:
        """The rows of both."""
        return Dataset((*self.texts, *other.texts), (*self.intents, *other.intents))

    def indices(self, labels: Sequence[str]) -> np.ndarray:
        """Class index of each row under `labels`."""
        place = {label: i for i, label in enumerate(labels)}
        return np.array([place[i] for i in self.intents], np.int64)


def read_csv(path: Path) -> Dataset:
    """Read `text,intent` columns (UTF-8, comma or tab); `category` and `label` are accepted for `intent`.

    Raises `DatasetError` naming the file, line and remedy.
    """
    try:
        content = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise DatasetError(f"cannot read {path}: {error.strerror}") from error
    first = content.split("\n", 1)[0]
    reader = csv.DictReader(content.splitlines(), delimiter="\t" if "\t" in first else ",")
    names = reader.fieldnames or []
    label = next((n for n in ("intent", "category", "label") if n in names), None)
    if "text" not in names or label is None:
        raise DatasetError(f"{path.name} needs the columns text,intent in its first line; it has {', '.join(names)}")
    rows = [(reader.line_num, (r.get("text") or "").strip(), (r.get(label) or "").strip()) for r in reader]
    for line, text, intent in rows:
        if not text or not intent:
            raise DatasetError(f"{path.name}:{line}: empty text or intent; fill it in or delete the line")
    dataset = Dataset(tuple(t for _, t, _ in rows), tuple(i for _, _, i in rows))
    _check_classes(dataset, path.name)
    return dataset


def _check_classes(dataset: Dataset, name: str) -> None:
    if len(dataset.labels) < 2:
        raise DatasetError(f"{name} needs at least two different intents; it has {len(dataset.labels)}")
    for intent in dataset.labels:
        if (count := dataset.intents.count(intent)) < MIN_PER_CLASS:
            raise DatasetError(f"{name}: intent {intent} has {count} sentences; write at least {MIN_PER_CLASS}")


@dataclass(frozen=True)
class Split:
    """Row numbers of three disjoint parts."""

    train: tuple[int, ...]
    calibration: tuple[int, ...]
    test: tuple[int, ...]


def split(dataset: Dataset, seed: int, calibration: float = 0.05, test: float = 0.05) -> Split:
    """Stratified split; every class keeps at least one sentence in training."""
    generator = np.random.default_rng(seed)
    groups: dict[str, list[int]] = defaultdict(list)
    for row, intent in enumerate(dataset.intents):
        groups[intent].append(row)
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    for intent in sorted(groups):
        rows = generator.permutation(groups[intent]).tolist()
        n_cal = max(1, round(len(rows) * calibration)) if calibration else 0
        n_test = max(1, round(len(rows) * test)) if test else 0
        parts[1].extend(rows[:n_cal])
        parts[2].extend(rows[n_cal : n_cal + n_test])
        parts[0].extend(rows[n_cal + n_test :])
    return Split(*(tuple(sorted(part)) for part in parts))

"""How well two labellers agree, and the ceiling that sets for any model on the same questions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.metrics import Estimate, cohens_kappa, proportion


@dataclass(frozen=True)
class Agreement:
    """Two labellers compared on the questions both have labelled."""

    n: int
    share: Estimate
    kappa: float | None
    confused: tuple[tuple[str, str, int], ...]


def agreement(first: Mapping[str, str], second: Mapping[str, str]) -> Agreement:
    """Compare labels by question; `confused` lists the pairs of labels that differ most often."""
    both = [key for key in first if key in second]
    left, right = [first[key] for key in both], [second[key] for key in both]
    same = sum(a == b for a, b in zip(left, right, strict=True))
    pairs = Counter(tuple(sorted(pair)) for pair in zip(left, right, strict=True) if pair[0] != pair[1])
    confused = tuple((a, b, n) for (a, b), n in sorted(pairs.items(), key=lambda item: (-item[1], item[0])))
    return Agreement(len(both), proportion(same, len(both)), cohens_kappa(left, right), confused)


def ceiling_beside(data: Path) -> float | None:
    """The human agreement written beside an exported file (`NAME.agreement.json`); None when there is none."""
    path = data.with_suffix(".agreement.json")
    try:
        return float(json.loads(path.read_text("utf-8"))["agreement"])
    except (OSError, ValueError, KeyError, TypeError):
        return None

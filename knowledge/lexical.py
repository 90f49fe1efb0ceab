"""Words for BM25: rjieba words, single Chinese characters and pairs, and Latin words in lower case."""

from __future__ import annotations

import re

import rjieba

_TOKEN = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")


def words(text: str) -> list[str]:
    """Search words of a sentence, repeats kept."""
    lowered = text.lower()
    found = [w for w in rjieba.cut(lowered) if _TOKEN.match(w) and len(w) > 1]
    found += _TOKEN.findall(lowered)
    for run in _HAN_RUN.findall(lowered):
        found += [run[i : i + 2] for i in range(len(run) - 1)]
    return found

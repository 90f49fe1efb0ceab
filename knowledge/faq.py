"""Searches any FAQ file with the same retrieval that answers customers: `shouwen kb search`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.index import Entry, Index, TextEncoder


class FaqRefused(ValueError):
    """An FAQ or query file that cannot be used; the message names the line and what to do."""

    code = "faq_refused"


@dataclass(frozen=True)
class FaqRow:
    """One question of an FAQ and its answer."""

    id: str
    question: str
    answer: str


def read_faq(path: Path) -> list[FaqRow]:
    """Rows `{"id","question","answer"}` of a JSONL file. Raises `FaqRefused` naming the line."""
    rows: list[FaqRow] = []
    seen: set[str] = set()
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            row = FaqRow(str(raw["id"]), str(raw["question"]), str(raw.get("answer") or ""))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FaqRefused(f"{path}:{number}: needs id, question and answer as JSON ({error})") from error
        if not row.question.strip():
            raise FaqRefused(f"{path}:{number}: the question is empty")
        if row.id in seen:
            raise FaqRefused(f"{path}:{number}: id {row.id} is used twice")
        seen.add(row.id)
        rows.append(row)
    if not rows:
        raise FaqRefused(f"{path} has no rows")
    return rows


def read_queries(path: Path) -> list[str]:
    """One query a line, blank lines left out. Raises `FaqRefused`."""
    return [line.strip() for line in _lines(path) if line.strip()]


def faq_index(rows: Sequence[FaqRow], encoder: TextEncoder, prepare: Callable[[str], str]) -> Index:
    """An index over the questions of an FAQ."""
    return Index([Entry(row.id, row.question) for row in rows], encoder, prepare)


def search_rows(index: Index, queries: Sequence[str], k: int) -> Iterator[dict[str, Any]]:
    """`{"query","hits":[{"id","score"}]}` for each query."""
    for query in queries:
        hits = index.search(query, k)
        yield {"query": query, "hits": [{"id": hit.document, "score": round(hit.score, 6)} for hit in hits]}


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise FaqRefused(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise FaqRefused(f"cannot read {path}: {error.strerror}") from error

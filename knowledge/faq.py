"""Searches any FAQ file with the same retrieval that answers customers: `shouwen kb search`.

An FAQ is JSONL, or CSV (a file that ends in .csv) whose first line names the columns; further fields are ignored.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.index import Entry, Index, TextEncoder

COLUMNS = {"编号": "id", "问题": "question", "答案": "answer"}
"""Chinese column names a CSV may have instead."""
_EXAMPLE = '{"id": "1", "question": "提现要手续费吗", "answer": "…"}'


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
    """Rows of a JSONL or CSV file, each with `id` and `question`, `answer` if it has one. Raises `FaqRefused`."""
    rows: dict[str, FaqRow] = {}
    for number, raw in _csv_rows(path) if path.suffix.lower() == ".csv" else _json_rows(path):
        try:
            row = _row(raw)
        except ValueError as error:
            raise FaqRefused(f"{path}:{number}: {error}") from None
        if row.id in rows:
            raise FaqRefused(f"{path}:{number}: id {row.id} is used twice; give each row its own")
        rows[row.id] = row
    if not rows:
        raise FaqRefused(f"{path} has no rows; write a question on each line, such as {_EXAMPLE}")
    return list(rows.values())


def read_queries(path: Path) -> list[str]:
    """One query a line, blank lines left out. Raises `FaqRefused`."""
    queries = [line.strip() for line in _text(path).split("\n") if line.strip()]
    if not queries:
        raise FaqRefused(f"{path} has no queries; write one on each line")
    return queries


def faq_index(rows: Sequence[FaqRow], encoder: TextEncoder, prepare: Callable[[str], str]) -> Index:
    """An index over the questions of an FAQ."""
    return Index([Entry(row.id, row.question) for row in rows], encoder, prepare)


def search_rows(index: Index, queries: Sequence[str], k: int) -> Iterator[dict[str, Any]]:
    """`{"query","hits":[{"id","score"}]}` for each query."""
    for query in queries:
        hits = index.search(query, k)
        yield {"query": query, "hits": [{"id": hit.document, "score": round(hit.score, 6)} for hit in hits]}


def _row(raw: Mapping[str, Any]) -> FaqRow:
    """Raises `ValueError` saying what is wrong with a row."""
    missing = [name for name in ("id", "question") if raw.get(name) in (None, "")]
    if missing:
        raise ValueError(f"{' and '.join(missing)} missing; a row needs id and question")
    row_id, question, answer = raw["id"], raw["question"], raw.get("answer") or ""
    if isinstance(row_id, bool) or not isinstance(row_id, str | int) or not isinstance(question, str):
        raise ValueError(f"id and question must be text, such as {_EXAMPLE}")
    if not question.strip():
        raise ValueError("the question is empty")
    try:
        f"{row_id}{question}".encode()
    except UnicodeEncodeError:
        raise ValueError(r"holds half a character (\ud800 to \udfff); write the whole character") from None
    return FaqRow(str(row_id), question, str(answer))


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise FaqRefused(f"{path}:{number}: not JSON ({error}); write one row a line: {_EXAMPLE}") from None
        if not isinstance(raw, dict):
            raise FaqRefused(f"{path}:{number}: not a row; write one a line: {_EXAMPLE}")
        yield number, raw


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    columns: list[str] = []
    start = 1
    try:
        for cells in reader:
            if columns and any(cell.strip() for cell in cells):
                yield start, dict(zip(columns, cells, strict=False))
            elif not columns:
                columns = [COLUMNS.get(cell.strip(), cell.strip().lower()) for cell in cells]
                _require_columns(path, columns)
            start = reader.line_num + 1
    except csv.Error as error:
        raise FaqRefused(f"{path}:{start}: not CSV ({error}); write a quote inside a quoted cell twice") from None


def _require_columns(path: Path, columns: Sequence[str]) -> None:
    missing = [name for name in ("id", "question") if name not in columns]
    if missing:
        raise FaqRefused(
            f"{path}:1: no column {' and no column '.join(missing)}; the first line must name the columns "
            f"id,question,answer (or {','.join(COLUMNS)}), separated by commas; it has: {', '.join(columns)}"
        )


def _text(path: Path) -> str:
    """The text of a file (`-`: standard input); lines end in a line feed, and no other character counts as an end."""
    try:
        data = sys.stdin.buffer.read() if path == Path("-") else path.read_bytes()
    except OSError as error:
        raise FaqRefused(f"cannot read {path}: {error.strerror}") from error
    if b"\0" in data:
        raise FaqRefused(f"{path} is a binary file; export it as UTF-8 text: JSONL, or CSV with the ending .csv")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        message = f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8, in Excel as “CSV UTF-8”"
        raise FaqRefused(message) from error

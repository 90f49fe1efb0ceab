"""Fee rows: every figure Shouwen may say about a product, with its unit, party, validity and source.

A figure without a row does not exist. Rows live in YAML files a compliance officer can read; `FeeBook.problems` reports
everything wrong with a directory of them, `FeeBook.load` refuses a directory that has any problem.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from knowledge.fee_files import read_directory
from knowledge.fee_units import render_value
from knowledge.yaml_lines import Problem, ProblemsFound

Lang = Literal["zh", "en"]


class FeeRowMissing(LookupError):
    """There is no row of this id on this date; add one to knowledge/fees or ask for another date."""

    code = "fee_row_missing"

    def __init__(self, row_id: str, on: date, known: str) -> None:
        super().__init__(f"fee row {row_id} is not defined for {on}; {known}")
        self.row_id, self.on = row_id, on


class FeeBookBroken(ProblemsFound):
    """The fee files have problems; correct each listed line and run `shouwen kb check` again."""

    code = "fee_book_broken"


@dataclass(frozen=True, slots=True)
class Source:
    """The document, clause and version a figure rests on."""

    document: str
    clause: str
    version: str

    def render(self, lang: Lang = "zh") -> str:
        """`《禾川随心借服务协议》第4.2条（2026-08版）`."""
        if lang == "en":
            return f"{self.document}, clause {self.clause} (version {self.version})"
        clause = f"第{self.clause}条" if self.clause[:1].isdigit() else self.clause
        return f"《{self.document}》{clause}（{self.version}版）"


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One figure. `value` is a Decimal (rates as fractions, money in yuan), or text when `unit` is text."""

    id: str
    product: str
    item: str
    name: str
    name_en: str
    value: Decimal | str
    unit: str
    basis: str
    party: str
    phase: Literal["normal", "default", "fact"]
    valid_from: date
    valid_to: date | None
    source: Source
    note: str
    file: str
    line: int

    def holds(self, on: date) -> bool:
        """True when `on` is within the validity, last day included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def render(self, lang: Lang = "zh") -> str:
        """The value with its unit as a customer reads it: 14.4%, 5元, 15个工作日, 10号."""
        return render_value(self.value, self.unit, lang)

    @property
    def number(self) -> Decimal:
        """The value of a numeric row; raises `TypeError` for text."""
        if not isinstance(self.value, Decimal):
            raise TypeError(f"fee row {self.id} ({self.file}:{self.line}) is text, not a number")
        return self.value


class FeeBook:
    """All fee rows of a directory, asked by id and date."""

    def __init__(self, rows: Iterable[FeeRow]) -> None:
        by_id: dict[str, list[FeeRow]] = defaultdict(list)
        for row in rows:
            by_id[row.id].append(row)
        self._by_id = {row_id: tuple(sorted(group, key=lambda r: r.valid_from)) for row_id, group in by_id.items()}

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read every `*.yaml` of a directory; raises `FeeBookBroken` with all problems when there are any."""
        rows, problems = read_directory(directory)
        if problems:
            raise FeeBookBroken(problems)
        return cls(FeeRow(**{**raw, "source": Source(**raw["source"])}) for raw in rows)

    @staticmethod
    def problems(directory: Path) -> list[Problem]:
        """Every broken row of a directory, by file and line; empty when it can be loaded."""
        return read_directory(directory)[1]

    def row(self, row_id: str, on: date) -> FeeRow:
        """The row of this id that holds on `on`; raises `FeeRowMissing`."""
        for row in self._by_id.get(row_id, ()):
            if row.holds(on):
                return row
        spans = self.spans(row_id)
        raise FeeRowMissing(row_id, on, f"it holds from {spans}" if spans else "no row has this id")

    def find(self, row_id: str, on: date) -> FeeRow | None:
        """Like `row`, but None when there is none."""
        return next((row for row in self._by_id.get(row_id, ()) if row.holds(on)), None)

    def history(self, row_id: str) -> tuple[FeeRow, ...]:
        """All rows of an id, oldest first."""
        return self._by_id.get(row_id, ())

    def spans(self, row_id: str) -> str:
        """The first and last days of all rows of an id, for messages; empty when it has none."""
        return ", ".join(f"{row.valid_from} to {row.valid_to or 'now'}" for row in self.history(row_id))

    def first_gap(self, row_id: str, start: date, end: date | None) -> date | None:
        """The first day from `start` to `end` (None: for ever) on which no row of this id holds, None without one."""
        day = start
        for row in self.history(row_id):
            if row.holds(day):
                last = row.valid_to or date.max
                if last >= (end or date.max):
                    return None
                day = last + timedelta(days=1)
        return day if day <= (end or date.max) else None

    def rows(self, product: str | None = None, on: date | None = None) -> list[FeeRow]:
        """Rows of one product (or all) that hold on a date (or on any), by id and date."""
        return [
            row
            for row_id in sorted(self._by_id)
            for row in self._by_id[row_id]
            if (product is None or row.product == product) and (on is None or row.holds(on))
        ]

    def bands(self, prefix: str, on: date) -> list[tuple[int | None, FeeRow]]:
        """Rows `prefix.7`, `prefix.30`, ... `prefix.after` that hold on a date, by bound; None stands for `after`."""
        found: list[tuple[int | None, FeeRow]] = []
        for row_id, group in self._by_id.items():
            head, _, tail = row_id.rpartition(".")
            row = next((r for r in group if r.holds(on)), None)
            if head == prefix and row and (tail.isdigit() or tail == "after"):
                found.append((int(tail) if tail.isdigit() else None, row))
        return sorted(found, key=lambda pair: (pair[0] is None, pair[0] or 0))


__all__ = ["FeeBook", "FeeBookBroken", "FeeRow", "FeeRowMissing", "Lang", "Source"]

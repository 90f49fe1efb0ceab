"""A figure that may be said to a customer and where it comes from: the link between a number and its proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge.fee_units import RATE_UNITS
from knowledge.fees import FeeRow
from knowledge.money import HUNDRED


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `unit`: cny, percent, count, days or date; `origin` names a fee row, a step or a field."""

    value: Decimal | date
    unit: str
    origin: str


@dataclass(frozen=True, slots=True)
class SourceRef:
    """A fee row a figure was taken from."""

    row_id: str
    name: str
    rendered: str
    value: Decimal | str
    unit: str
    valid_from: date
    document: str
    clause: str
    version: str


def source_ref(row: FeeRow) -> SourceRef:
    """The row as a citation."""
    source = row.source
    cited = (source.document, source.clause, source.version)
    return SourceRef(row.id, row.name, row.render(), row.value, row.unit, row.valid_from, *cited)


def row_figures(row_id: str, value: Decimal | str, unit: str) -> list[Figure]:
    """The figure of a fee row, rates as percent; nothing for text."""
    if not isinstance(value, Decimal):
        return []
    return [Figure(value * HUNDRED, "percent", row_id) if unit in RATE_UNITS else Figure(value, unit, row_id)]


def both_precisions(percent: Decimal, origin: str) -> list[Figure]:
    """A rate as kept (six decimals) and as shown (two)."""
    return [Figure(percent, "percent", origin), Figure(round(percent, 2), "percent", origin)]

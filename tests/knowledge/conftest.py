"""Fixtures of the fee and rate tests: the figures to reproduce, read without the product's own reader."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.cashflow import CashFlows, Grid, Timed, UnitPeriods
from knowledge.fees import FeeBook
from knowledge.products import ProductCatalogue

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@dataclass(frozen=True)
class Expected:
    """One row of vectors.yaml; `streams` are (amount, count, from, odd, every) as written."""

    raw: dict[str, Any]
    streams: list[tuple[str, int, str, str, str]]

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def flows(self) -> CashFlows:
        """The cash flows, built from the written streams by plain arithmetic."""
        if "grid" in self.raw:
            return Grid(tuple(Decimal(a) for a, n, *_ in self.streams for _ in range(n)))
        if "per_year" in self.raw:
            units = [
                (int(at) + i * int(every), Fraction(odd), Decimal(amount))
                for amount, n, at, odd, every in self.streams
                for i in range(n)
            ]
            return UnitPeriods(tuple(units), Fraction(self.raw["per_year"]))
        years = [
            (sum(map(Fraction, at.split("+"))) + i * Fraction(every), Decimal(amount))
            for amount, n, at, _, every in self.streams
            for i in range(n)
        ]
        return Timed(tuple(years))


def read_vectors() -> list[Expected]:
    """All rows of vectors.yaml."""
    loaded = yaml.safe_load((Path(__file__).parent / "vectors.yaml").read_text(encoding="utf-8"))
    return [Expected(raw, [_stream(text) for text in raw.get("grid") or raw["flows"]]) for raw in loaded["vectors"]]


def _stream(text: str) -> tuple[str, int, str, str, str]:
    amount, *rest = text.split()
    words = dict(zip(rest[::2], rest[1::2], strict=True))
    return amount, int(words.get("x", 1)), words.get("from", "0"), words.get("odd", "0"), words.get("every", "0")


VECTORS = read_vectors()


@pytest.fixture(params=VECTORS, ids=[vector.id for vector in VECTORS])
def vector(request: pytest.FixtureRequest) -> Expected:
    """Each figure to reproduce in turn."""
    found: Expected = request.param
    return found


@pytest.fixture(scope="session")
def vectors() -> list[Expected]:
    """All figures to reproduce at once."""
    return VECTORS


@pytest.fixture(scope="session")
def fees() -> FeeBook:
    """The demonstration firm's fee rows."""
    return FeeBook.load(KNOWLEDGE / "fees")


@pytest.fixture(scope="session")
def catalogue(fees: FeeBook) -> ProductCatalogue:
    """The demonstration firm's products."""
    return ProductCatalogue.load(KNOWLEDGE / "products.yaml", fees)

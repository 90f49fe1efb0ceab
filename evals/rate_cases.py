"""Reads the published annual rates in `cases/rate_vectors.yaml` by plain arithmetic, without the product's reader."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from importlib import resources
from typing import Any

import yaml

from knowledge.cashflow import CashFlows, Grid, Timed, UnitPeriods

Stream = tuple[str, int, str, str, str]
CENT = Decimal("0.01")
SIX_PLACES = Decimal("0.0000006")


@dataclass(frozen=True)
class RateCase:
    """One cash flow with its method and the rate somebody else published (percent)."""

    id: str
    method: str
    flows: CashFlows
    percent: Decimal
    within: Decimal | None
    finer: Decimal
    source: str

    def accepts(self, found: Decimal) -> bool:
        """Whether a computed percentage is the published one, to its places or stated tolerance, and the finer one."""
        close = abs(found - self.finer) <= SIX_PLACES
        if self.within is not None:
            return close and abs(found - self.percent) <= self.within
        return close and found.quantize(CENT, ROUND_HALF_UP) == self.percent


def rate_cases() -> list[RateCase]:
    """All published rates."""
    raw = yaml.safe_load(resources.files("evals").joinpath("cases/rate_vectors.yaml").read_text("utf-8"))
    return [_case(row) for row in raw["vectors"]]


def _case(raw: dict[str, Any]) -> RateCase:
    within = Decimal(raw["within"]) if "within" in raw else None
    return RateCase(
        raw["id"], raw["method"], _flows(raw), Decimal(raw["percent"]), within, Decimal(raw["finer"]), raw["source"]
    )


def _flows(raw: dict[str, Any]) -> CashFlows:
    streams = [_stream(text) for text in raw.get("grid") or raw["flows"]]
    if "grid" in raw:
        return Grid(tuple(Decimal(amount) for amount, n, *_ in streams for _ in range(n)))
    if "per_year" in raw:
        units = [
            (int(at) + i * int(every), Fraction(odd), Decimal(amount))
            for amount, n, at, odd, every in streams
            for i in range(n)
        ]
        return UnitPeriods(tuple(units), Fraction(raw["per_year"]))
    years = [
        (sum((Fraction(part) for part in at.split("+")), Fraction(0)) + i * Fraction(every), Decimal(amount))
        for amount, n, at, _, every in streams
        for i in range(n)
    ]
    return Timed(tuple(years))


def _stream(text: str) -> Stream:
    """`-230 x 24 from 1 every 1` as (amount, count, from, odd, every)."""
    amount, *rest = text.split()
    words = dict(zip(rest[::2], rest[1::2], strict=True))
    return amount, int(words.get("x", 1)), words.get("from", "0"), words.get("odd", "0"), words.get("every", "0")

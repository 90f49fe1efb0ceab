"""Every published or computed annual rate in vectors.yaml, to its tolerance and to the finer re-solved figure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from knowledge.rates import METHODS, SingleRate, annual_rate, percent_of

SIX_PLACES = Decimal("0.0000006")


def test_the_rate_is_the_published_one(vector: Any) -> None:
    outcome = annual_rate(vector.flows, vector.raw["method"])
    expected = Decimal(vector.raw["percent"])
    if "within" in vector.raw:
        assert abs(percent_of(outcome) - expected) <= Decimal(vector.raw["within"])
    else:
        assert percent_of(outcome).quantize(Decimal("0.01"), ROUND_HALF_UP) == expected


def test_the_rate_is_the_finer_figure_to_six_places(vector: Any) -> None:
    outcome = annual_rate(vector.flows, vector.raw["method"])
    assert abs(percent_of(outcome) - Decimal(vector.raw["finer"])) <= SIX_PLACES


def test_the_bracket_is_narrow_and_holds_the_rate(vector: Any) -> None:
    outcome = annual_rate(vector.flows, vector.raw["method"])
    assert isinstance(outcome, SingleRate)
    assert outcome.lower <= outcome.percent <= outcome.upper
    assert outcome.upper - outcome.lower < Decimal("1e-9")


def test_nominal_and_simple_readings_of_the_chinese_vectors(vectors: list[Any]) -> None:
    checked = 0
    for vector in vectors:
        for field, method in (("nominal", "cn-irr-nominal"), ("simple", "pboc-simple")):
            if field in vector.raw:
                found = percent_of(annual_rate(vector.flows, method))
                assert abs(found - Decimal(vector.raw[field])) <= Decimal("0.00006"), (vector.id, method)
                checked += 1
    assert checked == 19


def test_the_united_kingdom_agrees_with_the_eu_on_times_given_in_years(vector: Any) -> None:
    assert annual_rate(vector.flows, "uk-apr").percent == annual_rate(vector.flows, "eu-aprc").percent


@pytest.mark.parametrize("method", METHODS)
def test_every_method_takes_every_shape_of_flows(method: str, vectors: list[Any]) -> None:
    for vector in vectors:
        assert percent_of(annual_rate(vector.flows, method)) >= 0


def test_simple_interest_only_and_equal_principal_come_out_at_their_contract_rate() -> None:
    from knowledge.cashflow import Grid

    bullet = Grid((Decimal(100000), *[Decimal(-1000)] * 11, Decimal(-101000)))
    falling = Grid((Decimal(12000), *[Decimal(-1000) - Decimal(10) * (12 - k) for k in range(12)]))
    assert percent_of(annual_rate(bullet, "pboc-simple")) == 12
    assert percent_of(annual_rate(falling, "pboc-simple")) == 12

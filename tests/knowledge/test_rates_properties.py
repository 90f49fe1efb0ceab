"""Laws every annual rate obeys, over generated loans; pyxirr is the outside oracle."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any

import pytest
import pyxirr
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.cashflow import Dated, Grid
from knowledge.quotes import QuoteRequest, quote
from knowledge.rates import annual_rate, percent_of

METHODS = ("equal_instalment", "equal_principal", "interest_only", "single_payment", "flat_fee", "revolving", "daily")
principals = st.integers(1000, 500000).map(Decimal)
terms_of = st.integers(1, 36)
monthly = st.integers(0, 300).map(lambda n: Decimal(n) / 10000)
quick = settings(max_examples=60, deadline=None)


def ask(principal: Decimal, terms: int, rate: Decimal, method: str = "equal_instalment", **more: Any) -> QuoteRequest:
    name = "monthly_fee_rate" if method == "flat_fee" else "monthly_rate"
    return QuoteRequest(principal=principal, terms=terms, method=method, **{name: rate, **more})


@quick
@given(principals, terms_of, monthly, st.sampled_from(METHODS), st.sampled_from(("upfront_fee", "deducted_fee", "x")))
def test_the_rate_rises_with_any_fee(principal: Decimal, terms: int, rate: Decimal, method: str, kind: str) -> None:
    fee = (principal / 100).quantize(Decimal("0.01"))
    more = {kind: fee} if kind != "x" else {"extras": [{"kind": "insurance", "amount": fee, "party": "甲"}]}
    without, with_fee = quote(ask(principal, terms, rate, method)), quote(ask(principal, terms, rate, method, **more))
    for name in ("compound", "nominal", "simple"):
        assert getattr(with_fee.rates, name).percent > getattr(without.rates, name).percent


@quick
@given(principals, terms_of, st.integers(1, 12))
def test_the_rate_falls_with_the_term_at_a_fixed_fee(principal: Decimal, terms: int, longer: int) -> None:
    fee = (principal / 50).quantize(Decimal("0.01"))
    short = quote(ask(principal, terms, Decimal(0), upfront_fee=fee))
    long = quote(ask(principal, terms + longer, Decimal(0), upfront_fee=fee))
    assert long.rates.compound.percent < short.rates.compound.percent
    assert long.rates.nominal.percent < short.rates.nominal.percent


@quick
@given(principals, terms_of, st.sampled_from(METHODS))
def test_the_rate_is_zero_at_zero_cost(principal: Decimal, terms: int, method: str) -> None:
    found = quote(ask(principal, terms, Decimal(0), method))
    assert found.total_cost == 0
    assert found.rates.compound.percent == found.rates.nominal.percent == found.rates.simple.percent == 0


@quick
@given(st.lists(st.integers(1, 200000), min_size=1, max_size=40), st.integers(100, 1000000))
def test_the_present_value_at_the_solution_is_zero(payments: list[int], advance: int) -> None:
    flows = Grid((Decimal(advance), *[-Decimal(p) / 100 for p in payments]))
    with localcontext(prec=40):
        rate = percent_of(annual_rate(flows, "cn-irr-nominal")) / 1200
        terms = [amount / (1 + rate) ** k for k, amount in enumerate(flows.amounts)]
        assert abs(sum(terms)) <= Decimal("1e-15") * sum(map(abs, terms))


@quick
@given(principals, terms_of, monthly, st.sampled_from(METHODS))
def test_nominal_is_never_above_compound(principal: Decimal, terms: int, rate: Decimal, method: str) -> None:
    found = quote(ask(principal, terms, rate, method)).rates
    assert found.nominal.percent <= found.compound.percent


@quick
@given(st.lists(st.integers(1, 200000), min_size=1, max_size=30), st.integers(100, 100000), st.integers(1, 10**6))
def test_the_rate_does_not_depend_on_the_scale(payments: list[int], advance: int, factor: int) -> None:
    amounts = (Decimal(advance), *[-Decimal(p) / 100 for p in payments])
    scaled = tuple(a * factor for a in amounts)
    for method in ("pboc-irr-compound", "pboc-simple", "reg-z-actuarial"):
        one, other = (percent_of(annual_rate(Grid(flows), method)) for flows in (amounts, scaled))
        assert other == pytest.approx(one, rel=Decimal("1e-18"), abs=Decimal("1e-18"))


@quick
@given(principals, st.integers(2, 48), monthly)
def test_cost_over_internal_balances_equals_the_nominal_rate(principal: Decimal, terms: int, rate: Decimal) -> None:
    lines = quote(ask(principal, terms, rate, "flat_fee")).schedule
    flows = Grid((principal, *[-line.payment for line in lines]))
    nominal = percent_of(annual_rate(flows, "cn-irr-nominal"))
    with localcontext(prec=34):
        balance, occupied = principal, Decimal(0)
        for line in lines:
            occupied += balance / 12
            balance = balance * (1 + nominal / 1200) - line.payment
        cost = sum(line.payment for line in lines) - principal
        assert cost / occupied * 100 == pytest.approx(nominal, abs=Decimal("1e-12"))


@quick
@given(st.lists(st.integers(1, 200000), min_size=1, max_size=40), st.integers(100, 5000))
def test_pyxirr_finds_the_same_monthly_rate(payments: list[int], advance: int) -> None:
    amounts = [Decimal(advance), *[-Decimal(p) / 100 for p in payments]]
    ours = percent_of(annual_rate(Grid(tuple(amounts)), "cn-irr-nominal")) / 1200
    theirs = pyxirr.irr([float(a) for a in amounts])
    if theirs is not None:
        assert float(ours) == pytest.approx(theirs, rel=1e-6, abs=1e-9)


@quick
@given(st.lists(st.tuples(st.integers(1, 1500), st.integers(100, 5000)), min_size=1, max_size=12))
def test_pyxirr_finds_the_same_dated_rate(later: list[tuple[int, int]]) -> None:
    start = date(2026, 2, 28)
    flows = [(start, Decimal(3000)), *[(start + timedelta(days=d), Decimal(-a)) for d, a in later]]
    ours = percent_of(annual_rate(Dated(tuple(flows)), "pboc-irr-compound")) / 100
    theirs = pyxirr.xirr([day for day, _ in flows], [float(a) for _, a in flows])
    if theirs is not None and abs(theirs) < 1e6:
        assert float(ours) == pytest.approx(theirs, rel=1e-5, abs=1e-7)

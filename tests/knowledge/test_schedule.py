"""Repayment schedules: the published-by-definition figures, sums to the cent, and calendar edges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.schedule import Line, Terms, build_schedule, level_payment, total

METHODS = ("equal_instalment", "equal_principal", "interest_only", "single_payment", "flat_fee", "revolving", "daily")


def column(lines: tuple[Line, ...], name: str) -> list[str]:
    return [str(getattr(line, name)) for line in lines]


def test_equal_instalments_of_ten_thousand_at_two_percent_a_month() -> None:
    lines = build_schedule(Terms(Decimal(10000), 12, "equal_instalment", monthly_rate=Decimal("0.02")))
    assert column(lines, "interest") == (
        [
            "200.00",
            "185.09",
            "169.88",
            "154.36",
            "138.54",
            "122.40",
            "105.93",
            "89.14",
            "72.01",
            "54.54",
            "36.72",
            "18.54",
        ]
    )
    assert column(lines, "payment") == ["945.60"] * 11 + ["945.55"]
    assert total(lines, "interest") == Decimal("1347.15")


def test_equal_principal_repays_the_same_principal_and_falling_interest() -> None:
    lines = build_schedule(Terms(Decimal(12000), 12, "equal_principal", monthly_rate=Decimal("0.01")))
    assert column(lines, "principal") == ["1000.00"] * 11 + ["1000.00"]
    assert column(lines, "interest")[:2] == ["120.00", "110.00"]


def test_interest_only_repays_everything_in_the_last_period() -> None:
    lines = build_schedule(Terms(Decimal(100000), 12, "interest_only", monthly_rate=Decimal("0.01")))
    assert column(lines, "payment") == ["1000.00"] * 11 + ["101000.00"]


def test_a_single_payment_has_one_line_at_the_end() -> None:
    terms = Terms(Decimal(10000), 6, "single_payment", monthly_rate=Decimal("0.01"), start=date(2026, 1, 31))
    lines = build_schedule(terms)
    assert [(line.period, line.due, str(line.payment)) for line in lines] == [(6, date(2026, 7, 31), "10600.00")]


def test_a_flat_fee_is_charged_on_the_original_principal_each_period() -> None:
    lines = build_schedule(Terms(Decimal(10000), 12, "flat_fee", fee_rate=Decimal("0.006")))
    assert column(lines, "fees") == ["60.00"] * 12
    assert column(lines, "principal") == ["833.33"] * 11 + ["833.37"]


def test_daily_interest_counts_the_actual_days_of_each_month() -> None:
    lines = build_schedule(Terms(Decimal(3000), 3, "daily", daily_rate=Decimal("0.0005"), start=date(2024, 1, 31)))
    assert [line.due for line in lines] == [date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]
    assert column(lines, "interest") == ["43.50", "31.00", "15.00"]


def test_daily_interest_repaid_at_once_after_some_days() -> None:
    terms = Terms(Decimal(10000), 1, "daily", daily_rate=Decimal("0.0005"), start=date(2026, 2, 1), days=45)
    (line,) = build_schedule(terms)
    assert (str(line.interest), line.due, line.days) == ("225.00", date(2026, 3, 18), 45)


def test_revolving_repays_the_minimum_until_the_last_period() -> None:
    terms = Terms(Decimal(1000), 3, "revolving", daily_rate=Decimal("0.0005"), minimum_ratio=Decimal("0.1"))
    lines = build_schedule(terms)
    assert column(lines, "principal") == ["100.00", "90.00", "810.00"]
    assert column(lines, "interest") == ["15.00", "13.50", "12.15"]


def test_a_level_payment_at_zero_rate_is_the_principal_in_equal_parts() -> None:
    assert level_payment(Decimal(1200), Decimal(0), 12) == 100


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 10**8).map(lambda n: Decimal(n) / 100),
    st.integers(1, 360),
    st.integers(0, 500).map(lambda n: Decimal(n) / 10000),
    st.sampled_from(METHODS),
    st.sampled_from([None, date(2026, 1, 31), date(2024, 2, 29)]),
)
def test_every_schedule_sums_to_the_cent(
    principal: Decimal, terms: int, rate: Decimal, method: str, start: date | None
) -> None:
    lines = build_schedule(
        Terms(principal, terms, method, monthly_rate=rate, daily_rate=rate / 30, fee_rate=rate, start=start)  # type: ignore[arg-type]
    )
    assert total(lines, "principal") == principal
    assert lines[-1].balance == 0
    for line in lines:
        assert line.payment == line.principal + line.interest + line.fees
        assert line.principal >= 0
        assert line.payment == line.payment.quantize(Decimal("0.01"))
    assert total(lines, "payment") == principal + total(lines, "interest") + total(lines, "fees")


@pytest.mark.parametrize("terms", [12, 360])
def test_the_last_instalment_differs_only_by_cents(terms: int) -> None:
    lines = build_schedule(Terms(Decimal(123456), terms, "equal_instalment", monthly_rate=Decimal("0.0042")))
    assert abs(lines[-1].payment - lines[0].payment) < Decimal("0.005") * terms + Decimal("0.01")

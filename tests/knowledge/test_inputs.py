"""Reading amounts, counts, rates and dates as people write them, and money with its currency."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from knowledge.inputs import AmbiguousRate, InvalidInput, RatePer, amount_of, count_of, date_of, rate_of
from knowledge.money import MixedCurrencies, Money, percent_6dp, plain, to_cents, yuan


@pytest.mark.parametrize(
    ("text", "per", "value"),
    [
        ("0.006", "month", "0.006"),
        ("0.6%", "month", "0.006"),
        ("0.6％", "month", "0.006"),
        ("千分之六", "month", "0.006"),
        ("千分之6.5", "month", "0.0065"),
        ("万分之五", "day", "0.0005"),
        ("万分之六点五", "day", "0.00065"),
        ("百分之十二", "year", "0.12"),
        ("百分之二十四", "year", "0.24"),
        ("百分之二十", "year", "0.2"),
        ("百分之十", "year", "0.1"),
        ("5‱", "day", "0.0005"),
        ("14.4 percent", "year", "0.144"),
        ("0", "month", "0"),
        (Decimal("0.144"), "year", "0.144"),
        (0.1, "year", "0.1"),
    ],
)
def test_a_rate_is_read_with_its_unit(text: Any, per: RatePer, value: str) -> None:
    assert rate_of(text, "rate", per) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "per"), [("0.6", "month"), ("6", "month"), ("14.4", "year"), ("0.05", "day"), ("100", "year")]
)
def test_a_bare_number_that_can_be_read_in_two_ways_is_refused(text: str, per: RatePer) -> None:
    with pytest.raises(AmbiguousRate) as caught:
        rate_of(text, "rate", per)
    assert len(set(caught.value.readings)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "-1%",
        "百分之",
        "百分之一一十",
        "千分之六点",
        "千分之六六",
        "1e400%",
        "nan",
        "600%",
        "101",
        None,
        [],
        "%",
    ],
)
def test_what_is_no_rate_is_refused_naming_the_field(text: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^rate: "):
        rate_of(text, "rate", "month")


def test_amounts_and_counts_stay_in_range() -> None:
    assert amount_of("12000.50", "a") == Decimal("12000.50")
    assert amount_of("1E+3", "a") == 1000
    assert count_of("12", "n", 1, 600) == 12
    for wrong in ("0.001", "-1", "1e10", "1,000"):
        with pytest.raises(InvalidInput):
            amount_of(wrong, "a")
    for wrong in ("0", "601", "1.5", "twelve"):
        with pytest.raises(InvalidInput, match="1 to 600"):
            count_of(wrong, "n", 1, 600)


def test_dates_are_real_days_within_reason() -> None:
    assert date_of("2024-02-29", "d") == date(2024, 2, 29)
    assert date_of(date(2026, 1, 1), "d") == date(2026, 1, 1)
    for wrong in ("2026-02-29", "2026-13-01", "1989-12-31", "2101-01-01", 5, datetime(2026, 1, 1, tzinfo=UTC)):
        with pytest.raises(InvalidInput, match="1990-01-01"):
            date_of(wrong, "d")


def test_rounding_is_half_up_to_the_cent() -> None:
    assert to_cents(Decimal("15.825")) == Decimal("15.83")
    assert to_cents(Decimal("0.005")) == Decimal("0.01")
    assert str(percent_6dp(Decimal("-0.0000001"))) == "0.000000"


def test_numbers_read_without_exponents_or_idle_zeros() -> None:
    assert plain(Decimal("14.40")) == "14.4"
    assert plain(Decimal("1E+2")) == "100"
    assert yuan(Decimal("1072.00")) == "1072元"
    assert yuan(Decimal("945.6")) == "945.60元"


def test_money_of_two_currencies_does_not_add() -> None:
    assert (Money(Decimal(1)) + Money(Decimal(2)) - Money(Decimal(3))).amount == 0
    with pytest.raises(MixedCurrencies, match="CNY and USD"):
        Money(Decimal(1)) + Money(Decimal(1), "USD")

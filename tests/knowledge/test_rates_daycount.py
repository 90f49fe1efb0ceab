"""Calendar time by each rule: the published interval cases, and Regulation Z examples rebuilt from their dates."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from knowledge.cashflow import Dated
from knowledge.rates import annual_rate, percent_of
from knowledge.rates.daycount import RegZUnit, add_months, eu_unit, eu_years, regz_interval, regz_unit, uk_years

MONTH = RegZUnit("month")


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        ("2019-01-31", "2019-02-28", Fraction(1, 12)),
        ("2019-01-31", "2019-03-01", Fraction(1, 12) + Fraction(1, 365)),
        ("2020-12-31", "2021-03-01", Fraction(2, 12) + Fraction(1, 366)),
        ("2020-03-01", "2021-08-15", Fraction(17, 12) + Fraction(14, 366)),
        ("2012-01-12", "2012-02-15", Fraction(1, 12) + Fraction(3, 365)),
        ("2024-02-29", "2025-02-28", Fraction(1)),
        ("2026-01-30", "2026-02-28", Fraction(1, 12)),
    ],
)
def test_the_eu_counts_whole_months_backwards_then_odd_days(start: str, end: str, years: Fraction) -> None:
    assert eu_years(date.fromisoformat(start), date.fromisoformat(end)) == years


def test_a_date_before_the_drawdown_is_negative_time() -> None:
    assert eu_years(date(2026, 3, 1), date(2026, 2, 1)) == Fraction(-1, 12)


def test_the_united_kingdom_counts_forwards() -> None:
    assert uk_years(date(2026, 1, 12), date(2026, 2, 15)) == Fraction(1, 12) + Fraction(3, 365)
    assert uk_years(date(2019, 1, 31), date(2019, 3, 1)) == Fraction(1, 12) + Fraction(1, 365)
    assert uk_years(date(2026, 1, 1), date(2026, 1, 15), "week") == Fraction(2, 52)


@pytest.mark.parametrize(
    ("start", "end", "unit", "expected"),
    [
        ("2019-01-31", "2019-03-01", MONTH, (1, Fraction(1, 30))),
        ("2020-03-01", "2021-08-15", MONTH, (17, Fraction(14, 30))),
        ("2026-01-10", "2026-02-15", MONTH, (1, Fraction(5, 30))),
        ("1978-02-23", "1978-03-01", RegZUnit("semimonth"), (0, Fraction(6, 15))),
        ("1978-05-23", "1978-10-01", RegZUnit("month", 3), (1, Fraction(39, 90))),
        ("1978-03-20", "1978-04-21", RegZUnit("week"), (4, Fraction(4, 7))),
        ("1978-04-03", "1978-04-11", RegZUnit("week", 2), (0, Fraction(8, 14))),
        ("1978-01-17", "1979-07-17", RegZUnit("year"), (1, Fraction(6, 12))),
        ("2026-01-15", "2026-03-14", MONTH, (2, Fraction(0))),
    ],
)
def test_regulation_z_counts_backwards_with_thirty_day_months(
    start: str, end: str, unit: RegZUnit, expected: tuple[int, Fraction]
) -> None:
    assert regz_interval(date.fromisoformat(start), date.fromisoformat(end), unit) == expected


def monthly(first: date, count: int, step: int = 1) -> list[date]:
    return [add_months(first, k * step) for k in range(count)]


def half_monthly(first: date, count: int) -> list[date]:
    return [add_months(first, k // 2) + timedelta(days=15 * (k % 2)) for k in range(count)]


def every(first: date, days: int, count: int) -> list[date]:
    return [first + timedelta(days=days * k) for k in range(count)]


@pytest.mark.parametrize(
    ("advances", "payments", "amount", "percent"),
    [
        ({"1978-01-10": 5000}, monthly(date(1978, 2, 10), 24), "230", "9.69"),
        ({"1978-02-10": 6000}, monthly(date(1978, 4, 1), 36), "200", "11.82"),
        ({"1978-02-23": 5000}, half_monthly(date(1978, 3, 1), 24), "219.17", "10.34"),
        ({"1978-05-23": 10000}, monthly(date(1978, 10, 1), 40, 3), "385", "8.97"),
        ({"1978-03-20": 500}, every(date(1978, 4, 21), 7, 30), "17.60", "14.96"),
        ({"1978-01-03": 1000}, [date(1978, 9, 15)], "1080", "11.45"),
        ({"1978-07-15": 1000}, [date(1979, 1, 15)], "1044", "8.80"),
        ({"1978-01-17": 1000}, [date(1979, 7, 17)], "1135.19", "8.76"),
        ({"1978-01-03": 1000}, [date(1980, 1, 3)], "1240", "11.36"),
        (
            {"1979-04-10": 20000, "1979-06-12": 20000, "1979-09-18": 20000},
            monthly(date(1979, 12, 10), 240), "612.36", "10.25",
        ),
    ],
    ids=["even", "odd", "half-months", "quarters", "weeks", "255 days", "6 months", "18 months", "years", "draws"],
)  # fmt: skip
def test_regulation_z_examples_come_out_of_their_calendar_dates(
    advances: dict[str, int], payments: list[date], amount: str, percent: str
) -> None:
    received = [(date.fromisoformat(day), Decimal(value)) for day, value in advances.items()]
    flows = Dated((*received, *[(day, -Decimal(amount)) for day in payments]))
    assert round(percent_of(annual_rate(flows, "reg-z-actuarial")), 2) == Decimal(percent)


def test_the_commissions_odd_day_example_comes_out_of_its_calendar_dates() -> None:
    start = date(2012, 1, 12)
    payments = [(day, Decimal("-1433.57")) for day in monthly(date(2012, 2, 15), 240)]
    flows = Dated(((start, Decimal(200000)), (start, Decimal(-4000)), *payments))
    assert percent_of(annual_rate(flows, "eu-aprc")) == pytest.approx(Decimal("6.434185"), abs=Decimal("0.000006"))


def test_payments_every_week_are_counted_in_weeks() -> None:
    assert eu_unit(every(date(2026, 1, 5), 7, 10)) == "week"
    assert eu_unit(monthly(date(2026, 1, 5), 10)) == "month"


def test_the_most_frequent_gap_is_the_unit_period() -> None:
    assert regz_unit(date(2026, 1, 1), every(date(2026, 1, 20), 14, 8)) == RegZUnit("week", 2)
    assert regz_unit(date(2026, 1, 31), monthly(date(2026, 1, 31), 6)[1:]) == MONTH

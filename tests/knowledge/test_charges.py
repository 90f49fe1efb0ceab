"""Late interest, minimum payments and revolving interest, to the cent."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from knowledge.charges import late_charge, minimum_payment, product_late_charge, revolving_interest
from knowledge.fees import FeeBook
from knowledge.inputs import InvalidInput
from knowledge.products import ProductCatalogue
from knowledge.tariffs import (
    claim_payment,
    premium,
    rate_charge,
    redemption_fee,
    subscription_fee,
    surrender_value,
    withdrawal_fee,
    yearly_charge,
)

BOUGHT = [(date(2026, 3, 1), Decimal(10000))]
PAID = [(date(2026, 4, 8), Decimal(9000))]
STATEMENT = date(2026, 4, 20)
DAILY = Decimal("0.0005")


def test_twenty_days_late_at_one_and_a_half_times_twenty_four_percent() -> None:
    surcharge = {"annual_rate": Decimal("0.24"), "multiplier": Decimal("1.5")}
    assert late_charge(Decimal("791.24"), 20, **surcharge, day_basis=360).amount == Decimal("15.82")  # type: ignore[arg-type]
    assert late_charge(Decimal("791.24"), 20, **surcharge, day_basis=365).amount == Decimal("15.61")  # type: ignore[arg-type]


def test_full_balance_interest_runs_from_purchase_on_everything() -> None:
    charge = revolving_interest(BOUGHT, PAID, DAILY, STATEMENT, rule="full_balance")
    assert charge.amount == Decimal("196.00")
    assert "全部应付金额" in charge.working


def test_residual_interest_runs_on_what_was_left_unpaid() -> None:
    charge = revolving_interest(BOUGHT, PAID, DAILY, STATEMENT, rule="residual_only", due=date(2026, 4, 8))
    assert charge.amount == Decimal("25.00")


def test_a_payment_after_the_due_date_saves_interest_only_from_that_day() -> None:
    late = [(date(2026, 4, 10), Decimal(9000))]
    charge = revolving_interest(BOUGHT, late, DAILY, STATEMENT, rule="residual_only", due=date(2026, 4, 8))
    assert charge.amount == Decimal("205.00")  # 10000 x 50 days less 9000 x 10 days


def test_a_bill_paid_in_full_and_in_time_bears_no_residual_interest() -> None:
    paid = [(date(2026, 4, 8), Decimal(10000))]
    assert revolving_interest(BOUGHT, paid, DAILY, STATEMENT, rule="residual_only", due=date(2026, 4, 8)).amount == 0


def test_nothing_is_due_within_the_grace_period_and_everything_after_it() -> None:
    within = late_charge(Decimal(1000), 3, daily_rate=Decimal("0.00075"), grace_days=3)
    after = late_charge(Decimal(1000), 4, daily_rate=Decimal("0.00075"), grace_days=3)
    assert within.amount == 0
    assert "宽限期" in within.working
    assert after.amount == Decimal("3.00")


def test_a_products_late_interest_cites_its_rows(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    charge = product_late_charge(catalogue["yueyuefu"], Decimal(1000), date(2026, 11, 10), date(2026, 11, 30), fees)
    assert charge.amount == Decimal("15.00")
    assert [row.id for row in charge.rows] == ["yueyuefu.late_daily", "yueyuefu.grace_days"]


def test_the_minimum_is_a_share_plus_interest_fees_and_arrears() -> None:
    charge = minimum_payment(
        Decimal(5000), Decimal("0.10"), interest=Decimal("12.30"), fees=Decimal(5), overdue=Decimal(200)
    )
    assert charge.amount == Decimal("717.30")


def test_the_minimum_is_never_below_the_floor_nor_above_what_is_owed() -> None:
    assert minimum_payment(Decimal(200), Decimal("0.10"), floor=Decimal(50)).amount == 50
    assert minimum_payment(Decimal(30), Decimal("0.10"), floor=Decimal(50)).amount == 30


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({}, "rate"),
        ({"daily_rate": DAILY, "annual_rate": Decimal("0.1")}, "rate"),
        ({"daily_rate": Decimal("0.5")}, "daily_rate"),
        ({"daily_rate": DAILY, "days": -1}, "days"),
        ({"daily_rate": DAILY, "overdue": Decimal("NaN")}, "overdue"),
    ],
)
def test_a_wrong_late_charge_is_refused_by_field(more: dict[str, Any], field: str) -> None:
    arguments = {"overdue": Decimal(100), "days": 5, **more}
    with pytest.raises(InvalidInput) as caught:
        late_charge(**arguments)
    assert caught.value.field == field


def test_dates_after_the_statement_or_reversed_are_refused(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    with pytest.raises(InvalidInput, match="2026-04-20"):
        revolving_interest([(date(2026, 5, 1), Decimal(1))], [], DAILY, STATEMENT)
    with pytest.raises(InvalidInput, match="paid"):
        product_late_charge(catalogue["yueyuefu"], Decimal(1), date(2026, 11, 10), date(2026, 11, 9), fees)
    with pytest.raises(InvalidInput, match="due"):
        revolving_interest(BOUGHT, PAID, DAILY, STATEMENT, rule="residual_only")


def test_every_number_in_a_working_is_among_its_figures(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    on = date(2026, 11, 24)
    charges = [
        late_charge(Decimal("791.24"), 20, annual_rate=Decimal("0.24"), multiplier=Decimal("1.5"), day_basis=365),
        late_charge(Decimal(1000), 2, daily_rate=DAILY, grace_days=3),
        product_late_charge(catalogue["suixinjie"], Decimal("333.33"), date(2026, 11, 10), date(2026, 11, 30), fees),
        minimum_payment(Decimal(5000), Decimal("0.10"), interest=Decimal("12.30")),
        revolving_interest(BOUGHT, PAID, DAILY, STATEMENT),
        withdrawal_fee(Decimal(15000), Decimal(2000), fees, on),
        withdrawal_fee(Decimal(100), Decimal(2000), fees, on),
        rate_charge(fees.row("wallet.cross_fee_rate", on), Decimal("88.8")),
        subscription_fee("hexuan-mixed", Decimal(5000), fees, on),
        redemption_fee("hexuan-mixed", Decimal(5000), 20, fees, on),
        yearly_charge(fees.row("hezhi-advisory.fee", on), Decimal(5000), 90),
        surrender_value("hefu-life", Decimal(30000), 3, fees, on),
        premium("anhe-medical", 35, fees, on),
        claim_payment("anhe-accident", Decimal(1100), fees, on),
        claim_payment("anhe-accident", Decimal(50), fees, on),
    ]
    constants = {Decimal(1), Decimal(365)}  # 1+rate, and days in a year, are formulas rather than figures
    for charge in charges:
        known = {figure.value for figure in charge.figures()} | constants
        spoken = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", charge.working)}
        assert spoken <= known, charge.working

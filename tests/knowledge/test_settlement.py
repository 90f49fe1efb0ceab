"""Repaying early under each contract rule, by period and by date, from terms and from the demonstration products."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from knowledge.fees import FeeBook, FeeRowMissing
from knowledge.inputs import InvalidInput
from knowledge.products import ProductCatalogue
from knowledge.quotes import EarlyQuote, early_settlement
from knowledge.schedule import Terms
from knowledge.settlement import SettlementRule, settle

LEVEL = Terms(Decimal(10000), 12, "equal_instalment", monthly_rate=Decimal("0.02"))
FLAT = Terms(Decimal(12000), 12, "flat_fee", fee_rate=Decimal("0.006"))
START = date(2026, 7, 15)


def percents(found: EarlyQuote) -> tuple[str, str]:
    return str(round(found.compound_percent or 0, 4)), str(round(found.nominal_percent or 0, 4))


def test_settling_at_the_third_due_date_without_a_fee() -> None:
    found = settle(LEVEL, SettlementRule("no_fee"), at_period=3)
    assert found.amount_due == Decimal("8663.77")
    assert found.paid_before == Decimal("1891.20")
    assert percents(found) == ("26.8244", "24.0002")


def test_a_fee_on_what_remains_is_charged_in_the_first_periods_only() -> None:
    rule = SettlementRule("fee_on_remaining", fee_rate=Decimal("0.03"), free_from=4)
    with_fee = settle(LEVEL, rule, at_period=3)
    assert with_fee.fee == Decimal("231.55")  # 3 % of 7718.17, the principal left after the third instalment
    assert with_fee.amount_due == Decimal("8895.32")
    assert settle(LEVEL, rule, at_period=4).fee == 0
    assert "不收费" in settle(LEVEL, rule, at_period=4).why_zh


def test_remaining_fees_still_due_make_early_repayment_dear() -> None:
    found = settle(FLAT, SettlementRule("remaining_fees_due"), at_period=3)
    assert found.amount_due == 10720
    assert percents(found) == ("35.5117", "30.7768")
    assert found.interest_saved == 0
    assert [part.amount for part in found.parts] == [10000, 72, 648]


def test_remaining_fees_waived_make_it_cheap() -> None:
    found = settle(FLAT, SettlementRule("waive_remaining_fees"), at_period=3)
    assert found.amount_due == 10072
    assert percents(found) == ("8.1402", "7.8514")
    assert found.interest_saved == 648
    assert "648元免收" in found.why_zh


def test_interest_runs_for_the_actual_days_since_the_last_due_date() -> None:
    terms = Terms(Decimal(5000), 6, "equal_instalment", monthly_rate=Decimal("0.012"), start=START)
    on = date(2026, 8, 20)
    found = settle(terms, SettlementRule("no_fee"), on=on)
    assert found.period == 2
    assert found.parts[1].amount == Decimal("8.38")  # 4191.32 x 14.4 % x 5 / 360
    whole = settle(terms, SettlementRule("no_fee", interest="full_period"), on=on)
    assert whole.parts[1].amount == Decimal("50.30")  # 4191.32 x 1.2 %


def test_settling_on_a_due_date_is_the_same_as_settling_at_its_period() -> None:
    terms = Terms(Decimal(5000), 6, "equal_instalment", monthly_rate=Decimal("0.012"), start=START)
    by_date = settle(terms, SettlementRule("no_fee"), on=date(2026, 10, 15))
    by_period = settle(terms, SettlementRule("no_fee"), at_period=3)
    assert by_date == by_period


def test_settling_at_the_last_period_is_the_plan_itself() -> None:
    for rule in ("no_fee", "waive_remaining_fees", "remaining_fees_due"):
        found = settle(FLAT, SettlementRule(rule), at_period=12)  # type: ignore[arg-type]
        assert found.amount_due == 1072
        assert found.interest_saved == 0


def test_five_thousand_of_july_in_six_settled_in_the_third_period(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    found = early_settlement(catalogue["suixinjie"], Decimal(5000), 6, START, 3, fees=fees)
    assert found.amount_due == Decimal("3413.42")
    assert found.fee == 0
    assert found.settled_on == date(2026, 10, 15)
    assert {ref.row_id for ref in found.sources} == {
        "suixinjie.monthly_rate",
        "suixinjie.early_fee_rate",
        "suixinjie.early_free_from_period",
    }


def test_the_cash_loan_charges_one_percent_in_the_second_period(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    found = early_settlement(catalogue["suixinjie"], Decimal(5000), 6, START, settle_on=date(2026, 8, 20), fees=fees)
    assert found.fee == Decimal("41.91")
    assert found.amount_due == sum(part.amount for part in found.parts)
    assert Decimal("41.91") in [figure.value for figure in found.figures()]


def test_the_pay_later_line_waives_later_fees(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    found = early_settlement(catalogue["yueyuefu"], Decimal(6000), 6, START, 2, fees=fees)
    assert found.amount_due == 5000 + 39
    assert found.interest_saved == 4 * 39


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({}, "settle_at_period"),
        ({"settle_at_period": 7}, "settle_at_period"),
        ({"settle_at_period": 0}, "settle_at_period"),
        ({"settle_on": date(2026, 7, 14)}, "settle_on"),
        ({"settle_on": date(2027, 1, 16)}, "settle_on"),
        ({"settle_at_period": 2, "terms": 5}, "terms"),
        ({"settle_at_period": 2, "principal": Decimal(-5)}, "principal"),
    ],
)
def test_a_settlement_outside_the_loan_is_refused_by_field(
    more: dict[str, Any], field: str, fees: FeeBook, catalogue: ProductCatalogue
) -> None:
    arguments = {"principal": Decimal(5000), "terms": 6, "start": START, "fees": fees, **more}
    with pytest.raises(InvalidInput) as caught:
        early_settlement(catalogue["suixinjie"], **arguments)
    assert caught.value.field == field


def test_what_is_no_loan_cannot_be_settled(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    with pytest.raises(InvalidInput, match="product"):
        early_settlement(catalogue["wallet"], Decimal(5000), 6, START, 2, fees=fees)


def test_a_loan_older_than_its_rows_is_refused_rather_than_guessed(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    with pytest.raises(FeeRowMissing):
        early_settlement(catalogue["suixinjie"], Decimal(5000), 6, date(2019, 7, 15), 2, fees=fees)

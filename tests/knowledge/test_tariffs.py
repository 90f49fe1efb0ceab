"""Wallet, fund and insurance figures read off fee rows, each with the rows it rests on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.fees import FeeBook
from knowledge.inputs import InvalidInput
from knowledge.tariffs import (
    NotInTable,
    claim_payment,
    premium,
    rate_charge,
    redemption_fee,
    subscription_fee,
    surrender_value,
    withdrawal_fee,
    yearly_charge,
)

ON = date(2026, 11, 24)
ROWS = [
    ("purse.withdraw_fee_rate", "0.001", "rate_once"),
    ("purse.free_quota", "10000", "cny"),
    ("purse.min_fee", "0.1", "cny"),
    ("purse.cross_fee_rate", "0.012", "rate_once"),
    ("fund.subscribe", "0.015", "rate_once"),
    ("fund.redeem.7", "0.015", "rate_once"),
    ("fund.redeem.30", "0.01", "rate_once"),
    ("fund.redeem.180", "0.005", "rate_once"),
    ("fund.redeem.after", "0", "rate_once"),
    ("fund.manage", "0.012", "rate_year"),
    ("cash.redeem", "0", "rate_once"),
    ("life.surrender.1", "0.38", "percent"),
    ("life.surrender.3", "0.70", "percent"),
    ("life.surrender.10", "1.12", "percent"),
    ("health.premium.17", "258", "cny"),
    ("health.premium.60", "1288", "cny"),
    ("health.deductible", "10000", "cny"),
    ("health.reimburse", "0.60", "percent"),
    ("health.limit", "20000", "cny"),
]


@pytest.fixture
def book(tmp_path: Path) -> FeeBook:
    text = "".join(
        f"- {{id: {row_id}, product: {row_id.split('.')[0]}, item: {row_id.split('.', 1)[1]}, name: 名, name_en: n, "
        f'value: "{value}", unit: {unit}, phase: normal, party: 甲, valid_from: 2026-01-01, valid_to: , '
        f'source: {{document: 书, clause: "1", version: "1"}}}}\n'
        for row_id, value, unit in ROWS
    )
    (tmp_path / "rows.yaml").write_text(text, encoding="utf-8")
    return FeeBook.load(tmp_path)


@pytest.mark.parametrize(
    ("amount", "used", "fee"),
    [
        (5000, 0, "0"),
        (10000, 0, "0"),
        (12000, 0, "2.00"),
        (500, 10000, "0.50"),
        (50, 10000, "0.1"),
        (3000, 9000, "2.00"),
    ],
)
def test_a_withdrawal_is_free_up_to_the_quota_then_costs_at_least_the_minimum(
    book: FeeBook, amount: int, used: int, fee: str
) -> None:
    charge = withdrawal_fee(Decimal(amount), Decimal(used), book, ON, product="purse")
    assert charge.amount == Decimal(fee)
    assert ("最低收费" in charge.working) == (fee == "0.1")
    assert {row.id for row in charge.rows} == {"purse.withdraw_fee_rate", "purse.free_quota", "purse.min_fee"}


@pytest.mark.parametrize(
    ("days", "fee"), [(0, "150.00"), (6, "150.00"), (7, "100.00"), (29, "100.00"), (30, "50.00"), (180, "0")]
)
def test_a_redemption_costs_less_the_longer_the_fund_was_held(book: FeeBook, days: int, fee: str) -> None:
    assert redemption_fee("fund", Decimal(10000), days, book, ON).amount == Decimal(fee)


def test_a_fund_without_bands_has_one_redemption_row(book: FeeBook) -> None:
    assert redemption_fee("cash", Decimal(10000), 1, book, ON).amount == 0


def test_the_subscription_fee_is_taken_out_of_the_amount_paid_in(book: FeeBook) -> None:
    assert subscription_fee("fund", Decimal(10000), book, ON).amount == Decimal("147.78")


def test_a_management_fee_accrues_by_day(book: FeeBook) -> None:
    assert yearly_charge(book.row("fund.manage", ON), Decimal(10000), 73).amount == Decimal("24.00")


def test_a_rate_charge_multiplies_amount_and_row(book: FeeBook) -> None:
    charge = rate_charge(book.row("purse.cross_fee_rate", ON), Decimal("1234.56"))
    assert charge.amount == Decimal("14.81")
    assert "1.2%" in charge.working


def test_the_surrender_value_is_read_off_the_table_and_never_guessed_between_years(book: FeeBook) -> None:
    assert surrender_value("life", Decimal(30000), 3, book, ON).amount == 21000
    with pytest.raises(NotInTable, match="years in the table: 1、3、10"):
        surrender_value("life", Decimal(30000), 4, book, ON)


def test_the_premium_follows_the_age_band(book: FeeBook) -> None:
    assert premium("health", 17, book, ON).amount == 258
    assert premium("health", 18, book, ON).amount == 1288
    with pytest.raises(NotInTable, match="up to age 60"):
        premium("health", 61, book, ON)


@pytest.mark.parametrize(("expense", "paid"), [(8000, "0"), (15000, "3000.00"), (90000, "20000")])
def test_a_claim_is_paid_above_the_deductible_up_to_the_limit(book: FeeBook, expense: int, paid: str) -> None:
    assert claim_payment("health", Decimal(expense), book, ON, limit_item="limit").amount == Decimal(paid)


def test_a_negative_amount_or_holding_is_refused(book: FeeBook) -> None:
    with pytest.raises(InvalidInput, match="holding_days"):
        redemption_fee("fund", Decimal(1), -1, book, ON)
    with pytest.raises(InvalidInput, match="amount"):
        withdrawal_fee(Decimal(-1), Decimal(0), book, ON, product="purse")


def test_the_demonstration_rows_answer_the_same_questions(fees: FeeBook) -> None:
    assert withdrawal_fee(Decimal(15000), Decimal(0), fees, ON).amount > 0
    assert redemption_fee("herui-bond", Decimal(1000), 3, fees, ON).amount == 15
    assert surrender_value("hefu-life", Decimal(5000), 1, fees, ON).rows[0].id == "hefu-life.surrender.1"
    assert claim_payment("anhe-accident", Decimal(1100), fees, ON).amount == 900

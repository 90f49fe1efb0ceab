"""Charges and values read off fee rows outside lending: withdrawals, acquiring, funds, insurance.

Every function takes the fee book and the date the rows must hold on, and returns the amount, its working in words, and
the rows used, so that the figure can be cited.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from knowledge.charges import Charge, said
from knowledge.fees import FeeBook, FeeRow
from knowledge.inputs import InvalidInput, amount_of, count_of
from knowledge.money import ZERO, to_cents, yuan

_DAYS_A_YEAR = 365


class NotInTable(LookupError):
    """The contract's table has no entry for this year or age; the message lists what there is."""

    code = "not_in_table"


def withdrawal_fee(amount: Decimal, used_quota: Decimal, fees: FeeBook, on: date, *, product: str = "wallet") -> Charge:
    """Fee of a withdrawal after the month's free quota; at least the minimum fee once anything is chargeable.

    `used_quota` is what has been withdrawn free this month, in yuan. Rows `withdraw_fee_rate`, `free_quota`, `min_fee`.
    """
    amount, used = amount_of(amount, "amount"), amount_of(used_quota, "used_quota", least=ZERO)
    rate = fees.row(f"{product}.withdraw_fee_rate", on)
    quota, least = fees.find(f"{product}.free_quota", on), fees.find(f"{product}.min_fee", on)
    free = max((quota.number if quota else ZERO) - used, ZERO)
    charged = max(amount - free, ZERO)
    rows = tuple(row for row in (rate, quota, least) if row)
    if not charged:
        return Charge(
            ZERO,
            f"本月免费额度还剩{yuan(free)}，这笔{yuan(amount)}不收手续费",
            rows,
            said("withdrawal", (free, "cny"), (amount, "cny")),
        )
    by_rate = to_cents(charged * rate.number)
    words = f"超出免费额度的{yuan(charged)}×{rate.render()}={yuan(by_rate)}"
    steps = said("withdrawal", (charged, "cny"), (by_rate, "cny"))
    if least is not None and by_rate < least.number:
        return Charge(least.number, f"{words}，不到最低收费，按{least.render()}收", rows, steps)
    return Charge(by_rate, words, rows, steps)


def rate_charge(row: FeeRow, amount: Decimal) -> Charge:
    """A one-off charge at the rate of a row (acquiring, cross-border, instant settlement): amount x rate."""
    amount = amount_of(amount, "amount", least=ZERO)
    fee = to_cents(amount * row.number)
    return Charge(fee, f"{yuan(amount)}×{row.render()}={yuan(fee)}", (row,), said("rate", (amount, "cny")))


def subscription_fee(product: str, amount: Decimal, fees: FeeBook, on: date) -> Charge:
    """Fund subscription fee, taken from the amount paid in: amount - amount / (1 + rate) (外扣法)."""
    row = fees.row(f"{product}.subscribe", on)
    amount = amount_of(amount, "amount")
    fee = amount - to_cents(amount / (1 + row.number))
    return Charge(
        fee,
        f"{yuan(amount)}-{yuan(amount)}÷(1+{row.render()})={yuan(fee)}",
        (row,),
        said("subscription", (amount, "cny")),
    )


def redemption_fee(product: str, amount: Decimal, holding_days: int, fees: FeeBook, on: date) -> Charge:
    """Fund redemption fee by days held. Band `redeem.7` holds below 7 days, `redeem.after` beyond all."""
    amount, days = amount_of(amount, "amount"), count_of(holding_days, "holding_days", 0, 36600)
    bands = fees.bands(f"{product}.redeem", on)
    row = next((r for bound, r in bands if bound is None or days < bound), None) or fees.row(f"{product}.redeem", on)
    fee = to_cents(amount * row.number)
    steps = said("redemption", (amount, "cny"), (days, "days"))
    return Charge(fee, f"持有{days}天，{yuan(amount)}×{row.render()}={yuan(fee)}", (row,), steps)


def yearly_charge(row: FeeRow, amount: Decimal, days: int) -> Charge:
    """A yearly rate accrued by day (management, custody, advisory): amount x rate x days / 365."""
    amount, days = amount_of(amount, "amount", least=ZERO), count_of(days, "days", 0, 36600)
    fee = to_cents(amount * row.number * days / _DAYS_A_YEAR)
    steps = said("yearly", (amount, "cny"), (days, "days"), (_DAYS_A_YEAR, "days"))
    return Charge(fee, f"{yuan(amount)}×年费率{row.render()}×{days}天÷{_DAYS_A_YEAR}={yuan(fee)}", (row,), steps)


def surrender_value(product: str, paid: Decimal, policy_year: int, fees: FeeBook, on: date) -> Charge:
    """Cash value after a policy year: premiums paid x the table's share. Raises `NotInTable` between its years."""
    paid, year = amount_of(paid, "paid"), count_of(policy_year, "policy_year", 1, 150)
    table = fees.bands(f"{product}.surrender", on)
    row = next((r for bound, r in table if bound == year), None)
    if row is None:
        years = "、".join(str(bound) for bound, _ in table if bound is not None) or "none"
        raise NotInTable(f"policy_year: {product} has no surrender value for year {year}; years in the table: {years}")
    value = to_cents(paid * row.number)
    steps = said("surrender", (paid, "cny"), (year, "years"))
    return Charge(value, f"已交保费{yuan(paid)}×第{year}年末现金价值比例{row.render()}={yuan(value)}", (row,), steps)


def premium(product: str, age: int, fees: FeeBook, on: date) -> Charge:
    """Yearly premium by age; band `premium.17` holds up to age 17. Raises `NotInTable` above the last band."""
    age = count_of(age, "age", 0, 120)
    table = fees.bands(f"{product}.premium", on)
    row = next((r for bound, r in table if bound is None or age <= bound), None)
    if row is None and not table:
        row = fees.row(f"{product}.premium", on)
    if row is None:
        raise NotInTable(f"age: {product} is sold up to age {table[-1][0]}, got {age}")
    return Charge(row.number, f"{age}岁一年保费{row.render()}", (row,), said("premium", (age, "years")))


def claim_payment(
    product: str,
    expense: Decimal,
    fees: FeeBook,
    on: date,
    *,
    ratio_item: str = "reimburse",
    limit_item: str | None = None,
) -> Charge:
    """What a medical policy pays: (expense - deductible) x ratio, at most the limit."""
    expense = amount_of(expense, "expense", least=ZERO)
    deductible, ratio = fees.row(f"{product}.deductible", on), fees.row(f"{product}.{ratio_item}", on)
    limit = fees.row(f"{product}.{limit_item}", on) if limit_item else None
    if ratio.number > 1:
        raise InvalidInput(ratio.id, str(ratio.number), "a share from 0 to 1")
    above = max(expense - deductible.number, ZERO)
    by_ratio = to_cents(above * ratio.number)
    steps = said("claim", (expense, "cny"), (by_ratio, "cny"))
    rows = tuple(row for row in (deductible, ratio, limit) if row)
    if not above:
        return Charge(ZERO, f"没有超过免赔额{deductible.render()}", rows, steps)
    words = f"（{yuan(expense)}-免赔额{deductible.render()}）×{ratio.render()}={yuan(by_ratio)}"
    if limit is not None and by_ratio > limit.number:
        return Charge(limit.number, f"{words}，超过限额，最多赔{limit.render()}", rows, steps)
    return Charge(by_ratio, words, rows, steps)

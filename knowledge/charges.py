"""Charges outside the plan: late interest, minimum payment, revolving interest. Pure functions of their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from knowledge.fees import FeeBook, FeeRow
from knowledge.figures import Figure, row_figures
from knowledge.inputs import InvalidInput, amount_of, count_of, rate_of
from knowledge.money import ZERO, plain, to_cents, yuan
from knowledge.products import Product

RevolvingRule = Literal["full_balance", "residual_only"]


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount in yuan, how it was got, and the fee rows it rests on (none when the terms were given by hand).

    `steps` are the other figures the working says.
    """

    amount: Decimal
    working: str
    rows: tuple[FeeRow, ...] = ()
    steps: tuple[Figure, ...] = ()

    def figures(self) -> list[Figure]:
        """Every figure with its origin, for tracing a reply back to it."""
        cited = [figure for row in self.rows for figure in row_figures(row.id, row.value, row.unit)]
        return [Figure(self.amount, "cny", "charge.amount"), *self.steps, *cited]


def said(name: str, *pairs: tuple[Decimal | int, str]) -> tuple[Figure, ...]:
    """Figures said in the working of charge `name`, as (value, unit)."""
    return tuple(Figure(Decimal(value), unit, f"{name}.working") for value, unit in pairs)


def late_charge(
    overdue: Decimal,
    days: int,
    *,
    daily_rate: Decimal | None = None,
    annual_rate: Decimal | None = None,
    multiplier: Decimal = Decimal(1),
    day_basis: Literal[360, 365] = 360,
    grace_days: int = 0,
) -> Charge:
    """Late interest (罚息) on overdue principal: principal x rate x days, to the cent, half up.

    The rate is a daily one, or an annual one over `day_basis` days, times `multiplier` (1.5 for a 50 % surcharge).
    Within the grace period nothing is due; after it every day since the due date counts.
    """
    overdue, days = amount_of(overdue, "overdue", least=ZERO), count_of(days, "days", 0, 36600)
    if (daily_rate is None) == (annual_rate is None):
        raise InvalidInput("rate", None, "exactly one of daily_rate, annual_rate")
    if daily_rate is not None:
        rate = rate_of(daily_rate, "daily_rate", "day") * multiplier
    else:
        rate = rate_of(annual_rate, "annual_rate", "year") * multiplier / day_basis
    if days <= grace_days:
        steps = said("late", (days, "days"), (grace_days, "days"))
        return Charge(ZERO, f"逾期{days}天，在{grace_days}天宽限期内，不收罚息", (), steps)
    if annual_rate is not None:
        amount, percent = (
            to_cents(overdue * annual_rate * multiplier * days / day_basis),
            annual_rate * multiplier * 100,
        )
        words = f"{yuan(overdue)}×年利率{plain(percent)}%÷{day_basis}×{days}天"
    else:
        amount, percent = to_cents(overdue * rate * days), rate * 100
        words = f"{yuan(overdue)}×日利率{plain(percent)}%×{days}天"
    steps = said("late", (overdue, "cny"), (percent, "percent"), (days, "days"))
    return Charge(amount, f"{words}={yuan(amount)}", (), steps)


def product_late_charge(product: Product, overdue: Decimal, due: date, paid: date, fees: FeeBook) -> Charge:
    """Late interest of a product by its fee rows on the due date; raises `InvalidInput` when paid before due."""
    if paid < due:
        raise InvalidInput("paid", str(paid), f"a date from the due date {due} on")
    named = product.loan_rows()
    if not named.late_daily:
        raise InvalidInput("product", product.id, "a product with a late rate")
    rate = fees.row(named.late_daily, due)
    grace = fees.row(named.grace_days, due) if named.grace_days else None
    charge = late_charge(
        overdue, (paid - due).days, daily_rate=rate.number, grace_days=int(grace.number) if grace else 0
    )
    return Charge(charge.amount, charge.working, tuple(row for row in (rate, grace) if row), charge.steps)


def minimum_payment(
    balance: Decimal,
    ratio: Decimal,
    *,
    interest: Decimal = ZERO,
    fees: Decimal = ZERO,
    overdue: Decimal = ZERO,
    floor: Decimal = ZERO,
) -> Charge:
    """The least to pay on a statement: a share of the balance, plus interest, fees and anything overdue in full.

    Never less than `floor`, never more than everything owed.
    """
    balance = amount_of(balance, "balance", least=ZERO)
    if not ZERO <= ratio <= 1:
        raise InvalidInput("ratio", str(ratio), "a share from 0 to 1")
    owed = balance + interest + fees + overdue
    amount = min(max(to_cents(balance * ratio) + interest + fees + overdue, floor), owed)
    beside = yuan(interest + fees + overdue)
    words = f"{yuan(balance)}×{plain(ratio * 100)}%，加利息、费用和逾期款{beside}，共{yuan(amount)}"
    steps = said("minimum", (balance, "cny"), (ratio * 100, "percent"), (interest + fees + overdue, "cny"))
    return Charge(amount, words, (), steps)


def revolving_interest(
    purchases: Sequence[tuple[date, Decimal]],
    payments: Sequence[tuple[date, Decimal]],
    daily_rate: Decimal,
    until: date,
    *,
    rule: RevolvingRule = "full_balance",
    due: date | None = None,
) -> Charge:
    """Interest of a revolving account up to a statement date, when the last bill was not paid in full.

    `full_balance` (全额计息): every purchase bears interest from its date, less each payment from the day it is paid.
    `residual_only` (未还部分计息): what was paid by `due` bears none; only the rest does, from the day of purchase.
    Payments settle the oldest purchase first. Days are actual, the rate is a fraction a day.
    """
    if rule == "residual_only" and due is None:
        raise InvalidInput("due", None, "the due date, needed to know what was paid in time")
    for when, amount in (*purchases, *payments):
        amount_of(amount, "amount", least=ZERO)
        if when > until:
            raise InvalidInput("date", str(when), f"a date up to the statement date {until}")
    timely = [p for p in payments if due is not None and p[0] <= due] if rule == "residual_only" else []
    late = [p for p in payments if p not in timely]
    bearing = _after_payments(sorted(purchases), sum((a for _, a in timely), ZERO))
    yuan_days = sum((amount * (until - day).days for day, amount in bearing), ZERO)
    yuan_days -= sum((amount * (until - day).days for day, amount in late), ZERO)
    amount = to_cents(max(yuan_days, ZERO) * daily_rate)
    base = "全部应付金额" if rule == "full_balance" else "没有还清的部分"
    steps = said("revolving", (yuan_days, "cny"), (daily_rate * 100, "percent"))
    words = f"按{base}计息：每日余额之和{yuan(yuan_days)}×日利率{plain(daily_rate * 100)}%={yuan(amount)}"
    return Charge(amount, words, (), steps)


def _after_payments(purchases: Sequence[tuple[date, Decimal]], paid: Decimal) -> list[tuple[date, Decimal]]:
    left: list[tuple[date, Decimal]] = []
    for day, amount in purchases:
        used = min(amount, paid)
        paid -= used
        if amount > used:
            left.append((day, amount - used))
    return left

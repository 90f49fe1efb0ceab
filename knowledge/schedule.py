"""Repayment schedules by contract kind, to the cent.

Rounding rule: every interest, fee and payment is rounded to the cent, half up, when it falls due; the last period
repays whatever principal is left, so it absorbs the cents and every schedule sums to its principal exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from knowledge.money import ZERO, to_cents
from knowledge.rates.daycount import add_months

RepaymentMethod = Literal[
    "equal_instalment", "equal_principal", "interest_only", "single_payment", "flat_fee", "revolving", "daily"
]
GRID_DAYS = 30
"""Length of a period in days when no start date is known (30/360)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One period: what falls due and the principal left after it, in yuan."""

    period: int
    due: date | None
    principal: Decimal
    interest: Decimal
    fees: Decimal
    payment: Decimal
    balance: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a schedule needs: rates are fractions per month or per day, `fee_rate` per period of the original principal.

    `days` is the whole term in days of a single daily-interest repayment, `minimum_ratio` the share of the balance a
    revolving account must repay each period.
    """

    principal: Decimal
    terms: int
    method: RepaymentMethod
    monthly_rate: Decimal = ZERO
    daily_rate: Decimal = ZERO
    fee_rate: Decimal = ZERO
    start: date | None = None
    days: int | None = None
    minimum_ratio: Decimal = Decimal("0.1")
    extra_fees: tuple[Decimal, ...] = ()

    def due(self, period: int) -> date | None:
        """The due date of a period: the start's day each month, the month's last day when it has no such day."""
        if self.start is None:
            return None
        return self.start + timedelta(days=self.days) if self.days is not None else add_months(self.start, period)

    def days_of(self, period: int) -> int:
        """Actual days of a period, 30 when no start date is known."""
        if self.days is not None:
            return self.days
        if self.start is None:
            return GRID_DAYS
        return (add_months(self.start, period) - add_months(self.start, period - 1)).days


def level_payment(principal: Decimal, rate: Decimal, terms: int) -> Decimal:
    """The equal instalment (等额本息) of `terms` periods at `rate` a period, to the cent."""
    if not rate:
        return to_cents(principal / terms)
    return to_cents(principal * rate / (1 - (1 + rate) ** -terms))


Step = Callable[[Terms, int, Decimal, int], tuple[Decimal, Decimal]]
"""(terms, period, balance before, days of the period) -> (principal part wished for, interest)."""


def _equal_principal(terms: Terms, _period: int, balance: Decimal, _days: int) -> tuple[Decimal, Decimal]:
    return to_cents(terms.principal / terms.terms), to_cents(balance * terms.monthly_rate)


def _interest_only(terms: Terms, _period: int, balance: Decimal, _days: int) -> tuple[Decimal, Decimal]:
    return ZERO, to_cents(balance * terms.monthly_rate)


def _single_payment(terms: Terms, period: int, balance: Decimal, _days: int) -> tuple[Decimal, Decimal]:
    return ZERO, to_cents(balance * terms.monthly_rate * terms.terms) if period == terms.terms else ZERO


def _flat_fee(terms: Terms, _period: int, _balance: Decimal, _days: int) -> tuple[Decimal, Decimal]:
    return to_cents(terms.principal / terms.terms), ZERO


def _revolving(terms: Terms, _period: int, balance: Decimal, days: int) -> tuple[Decimal, Decimal]:
    return to_cents(balance * terms.minimum_ratio), to_cents(balance * terms.daily_rate * days)


def _daily(terms: Terms, _period: int, balance: Decimal, days: int) -> tuple[Decimal, Decimal]:
    return to_cents(terms.principal / terms.terms), to_cents(balance * terms.daily_rate * days)


_STEPS: dict[RepaymentMethod, Step] = {
    "equal_principal": _equal_principal,
    "interest_only": _interest_only,
    "single_payment": _single_payment,
    "flat_fee": _flat_fee,
    "revolving": _revolving,
    "daily": _daily,
}


def build_schedule(terms: Terms) -> tuple[Line, ...]:
    """All periods in which something is paid; principal parts sum to the principal and the last balance is zero.

    `equal_instalment` fixes its payment once; `flat_fee` adds the fee on the original principal each period; `daily`
    repays equal principal with interest by actual days, or everything after `days`; `revolving` repays the minimum each
    period and the rest in the last.
    """
    step = _level(terms) if terms.method == "equal_instalment" else _STEPS[terms.method]
    flat = to_cents(terms.principal * terms.fee_rate)
    periods = 1 if terms.days is not None else terms.terms
    lines: list[Line] = []
    balance = terms.principal
    for period in range(1, periods + 1):
        days = terms.days_of(period)
        part, interest = step(terms, period, balance, days)
        part = balance if period == periods else max(min(part, balance), ZERO)
        balance -= part
        fees = flat + (terms.extra_fees[period - 1] if terms.extra_fees else ZERO)
        lines.append(Line(period, terms.due(period), part, interest, fees, part + interest + fees, balance, days))
    return tuple(line for line in lines if line.payment or line.period == periods)


def _level(terms: Terms) -> Step:
    payment = level_payment(terms.principal, terms.monthly_rate, terms.terms)

    def step(given: Terms, _period: int, balance: Decimal, _days: int) -> tuple[Decimal, Decimal]:
        interest = to_cents(balance * given.monthly_rate)
        return payment - interest, interest

    return step


def total(lines: Sequence[Line], field: Literal["principal", "interest", "fees", "payment"]) -> Decimal:
    """The sum of one column in yuan."""
    return sum((getattr(line, field) for line in lines), ZERO)

"""Cash flows as the borrower sees them: received positive, paid negative, always `Decimal`.

Four shapes, because four kinds of source give time differently: a regular grid (a schedule), years as exact fractions
(EU examples), unit-periods with an odd fraction (Regulation Z), and calendar dates. No shape rounds time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction


class CashFlowError(Exception):
    """These flows have no rate: give at least one amount received and one amount paid, at different times."""

    code = "cash_flow"


class TooFewFlows(CashFlowError):
    """Fewer than two amounts different from zero; add the payments or the advance that is missing."""


class NoSignChange(CashFlowError):
    """All amounts have one sign; money must move both ways, received positive and paid negative."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One net amount a period from period 0; `per_year` periods make a year (12 for months)."""

    amounts: tuple[Decimal, ...]
    per_year: int = 12


@dataclass(frozen=True, slots=True)
class Timed:
    """(years since the first drawdown, net amount); a fee before the drawdown has a negative time."""

    flows: tuple[tuple[Fraction, Decimal], ...]


@dataclass(frozen=True, slots=True)
class UnitPeriods:
    """(whole unit-periods, fraction of one in [0, 1), net amount) and how many unit-periods make a year."""

    flows: tuple[tuple[int, Fraction, Decimal], ...]
    per_year: Fraction


@dataclass(frozen=True, slots=True)
class Dated:
    """(calendar date, net amount); the earliest date starts the clock."""

    flows: tuple[tuple[date, Decimal], ...]

    @property
    def start(self) -> date:
        """The date of the first flow."""
        return min(day for day, _ in self.flows)


CashFlows = Grid | Timed | UnitPeriods | Dated


def amounts_of(flows: CashFlows) -> list[Decimal]:
    """Every amount in whatever shape, in the order given."""
    if isinstance(flows, Grid):
        return list(flows.amounts)
    return [item[-1] for item in flows.flows]


def net_cost(flows: CashFlows) -> Decimal:
    """Paid less received, in yuan; negative when the borrower pays back less than was received."""
    return -sum(amounts_of(flows), Decimal(0))


def check_two_way(flows: CashFlows) -> None:
    """Raise `TooFewFlows` or `NoSignChange` unless money moves both ways."""
    moving = [amount for amount in amounts_of(flows) if amount]
    if len(moving) < 2:
        raise TooFewFlows(
            f"cash flows: {len(moving)} amounts are not zero; at least one received and one paid are needed"
        )
    if all(amount > 0 for amount in moving) or all(amount < 0 for amount in moving):
        raise NoSignChange(
            "cash flows: all amounts have one sign; received is positive, paid is negative, both are needed"
        )

"""What a rate calculation can answer: one rate, several rates with a choice among them, or none.

A caller that only wants a number reads `percent`; a caller that must be careful matches on the class.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

RateKind = Literal["effective", "nominal", "simple"]
UK_ROOT_RULE = "the root from zero up that is nearest zero, else the negative one nearest zero (MCOB 10.3, CONC App 1)"


@dataclass(frozen=True, slots=True)
class SingleRate:
    """One annual rate. `lower` < `percent` < `upper` is a proved bracket (all equal when exact, as at zero cost)."""

    method: str
    kind: RateKind
    percent: Decimal
    lower: Decimal
    upper: Decimal
    uniqueness: str

    @property
    def negative(self) -> bool:
        """True when less is paid back than was received."""
        return self.percent < 0


@dataclass(frozen=True, slots=True)
class SeveralRates:
    """More than one annual rate solves the equation; `percent` is the one chosen by `rule`, `roots` are all found."""

    method: str
    kind: RateKind
    percent: Decimal
    roots: tuple[Decimal, ...]
    bound: int
    rule: str = UK_ROOT_RULE

    @property
    def negative(self) -> bool:
        """True when the chosen rate is below zero."""
        return self.percent < 0


@dataclass(frozen=True, slots=True)
class NoRate:
    """No annual rate solves the equation; `reason` says what was searched."""

    method: str
    kind: RateKind
    reason: str


RateOutcome = SingleRate | SeveralRates | NoRate


class NoSolution(Exception):
    """These cash flows have no annual rate; check amounts, signs and dates."""

    code = "no_rate"


def percent_of(outcome: RateOutcome) -> Decimal:
    """The rate as a percentage, unrounded; raises `NoSolution` when there is none."""
    if isinstance(outcome, NoRate):
        raise NoSolution(f"{outcome.method}: {outcome.reason}")
    return outcome.percent


def choose_root(roots: tuple[Decimal, ...]) -> Decimal:
    """The United Kingdom's rule for several roots; zero counts as not negative so that zero cost stays zero."""
    allowed = [root for root in roots if root >= 0]
    return min(allowed) if allowed else max(roots)

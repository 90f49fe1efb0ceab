"""Shared by all internal-rate methods: cash flows onto an integer grid, period roots into annual outcomes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from math import lcm

from knowledge.cashflow import CashFlows, Dated, Grid, Timed, UnitPeriods, check_two_way
from knowledge.money import HUNDRED
from knowledge.rates.objective import Objective, Point
from knowledge.rates.outcome import NoRate, RateKind, RateOutcome, SeveralRates, SingleRate, choose_root
from knowledge.rates.solver import PRECISE, find_roots

Clock = Callable[[Dated], Timed]


def timed(flows: CashFlows, clock: Clock) -> Timed | Grid:
    """Any shape as years since the start; dates are turned into years by the method's own `clock`."""
    if isinstance(flows, Dated):
        return clock(flows)
    if isinstance(flows, UnitPeriods):
        return Timed(tuple(((k + f) / flows.per_year, amount) for k, f, amount in flows.flows))
    return flows


def on_grid(flows: Timed | Grid) -> tuple[list[Point], int]:
    """Points with whole exponents and how many grid steps make a year, exactly."""
    if isinstance(flows, Grid):
        return [(k, 0, amount) for k, amount in enumerate(flows.amounts)], flows.per_year
    steps = lcm(12, *(time.denominator for time, _ in flows.flows))
    return [(int(time * steps), 0, amount) for time, amount in flows.flows], steps


def solve_annual(
    points: list[Point], units_per_year: Fraction, method: str, kind: RateKind, annualise: Callable[[Decimal], Decimal]
) -> RateOutcome:
    """Find the period rates of `points` and state them as annual percentages through the rising map `annualise`."""
    found = find_roots(Objective(points), float(units_per_year))
    with localcontext(PRECISE):
        if not found.roots:
            return NoRate(method, kind, "no rate above -100% makes the amounts paid worth the amounts received")
        if len(found.roots) > 1:
            rates = tuple(annualise(root.rate) * HUNDRED for root in found.roots)
            return SeveralRates(method, kind, choose_root(rates), rates, found.bound)
        root = found.roots[0]
        low, mid, high = (annualise(rate) * HUNDRED for rate in (root.lower, root.rate, root.upper))
        return SingleRate(method, kind, mid, low, high, found.uniqueness)


def effective(flows: CashFlows, clock: Clock, method: str) -> RateOutcome:
    """Annual effective rate: (1 + r)^steps - 1."""
    check_two_way(flows)
    points, steps = on_grid(timed(flows, clock))
    return solve_annual(points, Fraction(steps), method, "effective", lambda rate: (1 + rate) ** steps - 1)

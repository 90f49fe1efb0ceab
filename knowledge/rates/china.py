"""China: the PBoC's internal rate annualised by compounding, the literal simple rate, and the nominal monthly IRR x 12.

Source: PBoC announcement [2021] no. 3 as summarised in DOMAIN 1.1 and 1.8; the annex could not be retrieved, so the
formulas follow the published definitions. One loan has three such figures; each outcome names its method.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

from knowledge.cashflow import CashFlows, Dated, Timed, check_two_way
from knowledge.money import HUNDRED
from knowledge.rates.actuarial import effective, on_grid, solve_annual, timed
from knowledge.rates.outcome import NoRate, RateOutcome, SingleRate
from knowledge.rates.solver import PRECISE


def actual_365(flows: Dated) -> Timed:
    """Years as actual days / 365 from the first flow (XIRR)."""
    start = flows.start
    return Timed(tuple((Fraction((day - start).days, 365), amount) for day, amount in flows.flows))


def irr_compound(flows: CashFlows) -> RateOutcome:
    """`pboc-irr-compound`: (1 + monthly IRR)^12 - 1 on a grid, XIRR on dates."""
    return effective(flows, actual_365, "pboc-irr-compound")


def irr_nominal(flows: CashFlows) -> RateOutcome:
    """`cn-irr-nominal`: monthly IRR x 12; flows off the monthly grid give the monthly equivalent of their rate."""
    check_two_way(flows)
    points, steps = on_grid(timed(flows, actual_365))
    per_month = Decimal(steps) / 12

    def annualise(rate: Decimal) -> Decimal:
        return ((1 + rate) ** per_month - 1) * 12 if rate and per_month != 1 else rate * 12

    return solve_annual(points, Fraction(steps), "cn-irr-nominal", "nominal", annualise)


def irr_both(flows: CashFlows) -> tuple[RateOutcome, RateOutcome]:
    """The compound and the nominal rate of the same flows, solved once: (`pboc-irr-compound`, `cn-irr-nominal`).

    For flows with one rate only, as every loan quote has; others go through `irr_compound` and `irr_nominal`.
    """
    nominal = irr_nominal(flows)
    if not isinstance(nominal, SingleRate):
        return irr_compound(flows), nominal
    with localcontext(PRECISE):
        low, mid, high = (
            ((1 + percent / 1200) ** 12 - 1) * HUNDRED for percent in (nominal.lower, nominal.percent, nominal.upper)
        )
    return SingleRate("pboc-irr-compound", "effective", mid, low, high, nominal.uniqueness), nominal


def simple(flows: CashFlows) -> RateOutcome:
    """`pboc-simple` from cash flows alone: total cost / sum(contract balance x years).

    Flows do not say how each payment splits, so: principal in equal parts when every payment covers one (the
    instalment-fee contract, and equal principal); else the cost in equal parts when every payment covers one (interest
    only with a bullet); else principal in proportion to the payments.
    """
    check_two_way(flows)
    years = timed(flows, actual_365)
    points, steps = on_grid(years)
    net: dict[Fraction, Decimal] = {}
    for k, _, amount in points:
        net[Fraction(k, steps)] = net.get(Fraction(k, steps), Decimal(0)) + amount
    ordered = sorted((time, amount) for time, amount in net.items() if amount)
    advanced = sum((a for _, a in ordered if a > 0), Decimal(0))
    paid = [-a for _, a in ordered if a < 0]
    cost = sum(paid, Decimal(0)) - advanced
    with localcontext(PRECISE):
        parts = iter(_principal_parts(paid, advanced, cost))
        moves = [(time, amount if amount > 0 else -next(parts)) for time, amount in ordered]
        return simple_rate(cost, balance_years(moves))


def _principal_parts(paid: Sequence[Decimal], advanced: Decimal, cost: Decimal) -> list[Decimal]:
    share, charge = advanced / len(paid), cost / len(paid)
    if min(paid) >= share:
        return [share] * len(paid)
    if min(paid) >= charge:
        return [payment - charge for payment in paid]
    return [advanced * payment / (advanced + cost) for payment in paid]


def balance_years(moves: Sequence[tuple[Fraction, Decimal]]) -> Decimal:
    """Sum of contract balance x years held; `moves` are changes of the balance in time order."""
    total, balance = Decimal(0), Decimal(0)
    for (time, change), (following, _) in pairwise(moves):
        balance += change
        span = following - time
        total += balance * span.numerator / span.denominator
    return total


def simple_rate(cost: Decimal, occupied: Decimal) -> RateOutcome:
    """Annual simple rate from the total cost and the sum of balance x years (yuan-years)."""
    if occupied <= 0:
        return NoRate("pboc-simple", "simple", "the contract balance is never above zero, so no principal is occupied")
    with localcontext(PRECISE):
        percent = cost / occupied * HUNDRED
    return SingleRate("pboc-simple", "simple", percent, percent, percent, "direct quotient")

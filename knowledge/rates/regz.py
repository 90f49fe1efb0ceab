"""United States: the actuarial method of 12 CFR 1026 Appendix J, nominal annual rate of the unit-period.

Odd days come before the whole periods and carry simple interest (DOMAIN 1.5).
"""

from __future__ import annotations

from fractions import Fraction

from knowledge.cashflow import CashFlows, Dated, Grid, Timed, UnitPeriods, check_two_way
from knowledge.rates.actuarial import solve_annual
from knowledge.rates.daycount import RegZUnit, regz_interval, regz_unit
from knowledge.rates.outcome import RateOutcome

_METHOD = "reg-z-actuarial"


def unit_periods(flows: CashFlows, unit: RegZUnit | None = None) -> UnitPeriods:
    """Any shape in unit-periods; dates choose their own unit unless one is given, years are taken as months."""
    if isinstance(flows, UnitPeriods):
        return flows
    if isinstance(flows, Grid):
        return UnitPeriods(tuple((k, Fraction(0), a) for k, a in enumerate(flows.amounts)), Fraction(flows.per_year))
    if isinstance(flows, Timed):
        placed = [(*divmod(time * 12, 1), amount) for time, amount in flows.flows]
        return UnitPeriods(tuple((int(whole), odd, amount) for whole, odd, amount in placed), Fraction(12))
    return _from_dates(flows, unit)


def _from_dates(flows: Dated, unit: RegZUnit | None) -> UnitPeriods:
    start = flows.start
    used = unit or regz_unit(start, [day for day, _ in flows.flows if day > start])
    return UnitPeriods(tuple((*regz_interval(start, day, used), amount) for day, amount in flows.flows), used.per_year)


def actuarial(flows: CashFlows) -> RateOutcome:
    """`reg-z-actuarial`: unit-period rate x unit-periods per year."""
    check_two_way(flows)
    units = unit_periods(flows)
    per_year = units.per_year
    return solve_annual(
        list(units.flows), per_year, _METHOD, "nominal", lambda rate: rate * per_year.numerator / per_year.denominator
    )

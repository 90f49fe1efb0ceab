"""European Union and United Kingdom: annual percentage rate of charge, effective.

EU: directive 2008/48/EC Annex I and 2014/17/EU Annex I (unchanged in (EU) 2023/2225). UK: MCOB 10.3 and CONC App 1,
the same equation with whole periods counted forwards. Both take the UK's rule when several rates solve it.
"""

from __future__ import annotations

from knowledge.cashflow import CashFlows, Dated, Timed
from knowledge.rates.actuarial import effective
from knowledge.rates.daycount import eu_unit, eu_years, uk_years
from knowledge.rates.outcome import RateOutcome


def _eu_clock(flows: Dated) -> Timed:
    start, unit = flows.start, eu_unit([day for day, _ in flows.flows])
    return Timed(tuple((eu_years(start, day, unit), amount) for day, amount in flows.flows))


def _uk_clock(flows: Dated) -> Timed:
    start, unit = flows.start, eu_unit([day for day, _ in flows.flows])
    return Timed(tuple((uk_years(start, day, unit), amount) for day, amount in flows.flows))


def eu_aprc(flows: CashFlows) -> RateOutcome:
    """`eu-aprc`: effective annual rate, odd days over the year that ends where whole periods begin."""
    return effective(flows, _eu_clock, "eu-aprc")


def uk_apr(flows: CashFlows) -> RateOutcome:
    """`uk-apr`: effective annual rate, odd days at the end."""
    return effective(flows, _uk_clock, "uk-apr")

"""A daily rate as customers hear it (日息万分之五) said as a yearly one, three ways (DOMAIN 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from knowledge.money import HUNDRED
from knowledge.rates.solver import PRECISE


@dataclass(frozen=True, slots=True)
class DailyRateByYear:
    """Percent a year: simple over 365 days, simple over 360 days, compounded over 365 days."""

    simple_365: Decimal
    simple_360: Decimal
    compounded: Decimal


def daily_by_year(daily: Decimal) -> DailyRateByYear:
    """Annual readings of a daily rate given as a fraction (0.0005)."""
    with localcontext(PRECISE):
        return DailyRateByYear(daily * 365 * HUNDRED, daily * 360 * HUNDRED, ((1 + daily) ** 365 - 1) * HUNDRED)

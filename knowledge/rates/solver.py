"""Safeguarded root finding: floats find where to look, `Decimal` at 34 digits decides.

Every root returned comes with two rates between which the present value was seen, in decimal arithmetic, to change
sign. Whether it is the only root is argued, not assumed: one sign change in the flows (Descartes), a balance that never
crosses zero (Soper), or a scan of the whole range, and the result says which.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal, DecimalException, localcontext
from typing import Literal

from knowledge.rates.objective import Objective

Uniqueness = Literal["zero cost", "one sign change", "balance keeps its sign", "scan"]
PRECISE = Context(prec=34)
_HIGHEST = Decimal(10) ** 18
_SCAN_LOWEST, _SCAN_HIGHEST, _SCAN_STEPS = -8.0, 16.0, 2400


@dataclass(frozen=True, slots=True)
class Root:
    """A rate per unit-period and the two rates around it at which the present value has opposite signs.

    `touching` marks a root where the value touches zero without crossing; its bracket then proves nothing.
    """

    rate: Decimal
    lower: Decimal
    upper: Decimal
    touching: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """All roots found, lowest first; empty when none. `bound` is Descartes' upper bound on their number."""

    roots: tuple[Root, ...]
    uniqueness: Uniqueness
    bound: int


def find_roots(objective: Objective, units_per_year: float) -> Found:
    """Every rate per unit-period that makes the present value zero.

    `units_per_year` only scales the range scanned when several roots are possible (about -99.97 % to 10^8 % a year).
    """
    with localcontext(PRECISE):
        changes = objective.sign_changes
        if changes == 1:
            if not objective.at_zero():
                return Found((Root(Decimal(0), Decimal(0), Decimal(0)),), "zero cost", 1)
            root = _newton_root(objective) or _bisected_root(objective)
            return Found((root,) if root else (), "one sign change", 1)
        if not changes and objective.amounts:
            return Found((), "one sign change", 0)
        root = _newton_root(objective) if objective.at_zero() else None
        if root and objective.balance_keeps_sign(root.rate):
            return Found((root,), "balance keeps its sign", changes)
        return Found(_scan(objective, units_per_year), "scan", changes)


def _newton_root(objective: Objective) -> Root | None:
    """Newton from zero in floats, refined and proved in decimals; None when it wanders off."""
    try:
        start = _float_newton(objective)
        return _proved(objective, *start) if start else None
    except (OverflowError, ZeroDivisionError, ValueError, DecimalException):
        return None


def _float_newton(objective: Objective) -> tuple[float, float] | None:
    rate = 0.0
    for _ in range(80):
        value, slope = objective.float_value(rate)
        if not slope:
            return None
        following = rate - value / slope
        if following <= -1.0:
            following = (rate - 1.0) / 2.0
        if abs(following - rate) <= 1e-13 * (abs(rate) + 1e-6):
            return following, slope
        rate = following
    return None


def _proved(objective: Objective, start: float, slope: float) -> Root | None:
    rate, tangent = Decimal(start), Decimal(slope)
    for _ in range(12):
        step = objective.value(rate) / tangent
        rate -= step
        if abs(step) <= Decimal("1e-17") * (abs(rate) + Decimal("1e-6")):
            break
    else:
        return None
    width = Decimal("1e-15") * (abs(rate) + Decimal("1e-6"))
    lower, upper = rate - width, rate + width
    if lower <= -1 or (objective.value(lower) > 0) == (objective.value(upper) > 0):
        return None
    return Root(rate, lower, upper)


def _bisected_root(objective: Objective) -> Root | None:
    """The slow, certain way for one sign change: widen from zero until the sign turns, then halve."""
    below_zero = (objective.at_zero() > 0) == (objective.amounts[0] > 0)
    if below_zero:
        inner, outer = Decimal(0), Decimal("-0.5")
        while not _opposite(objective, inner, outer):
            inner, outer = outer, (outer - 1) / 2
            if outer + 1 < Decimal("1e-18"):
                return None
        return _bisect(objective, outer, inner)
    inner, outer = Decimal(0), Decimal("0.001")
    while not _opposite(objective, inner, outer):
        inner, outer = outer, outer * 4
        if outer > _HIGHEST:
            return None
    return _bisect(objective, inner, outer)


def _opposite(objective: Objective, a: Decimal, b: Decimal) -> bool:
    return (objective.value(a) > 0) != (objective.value(b) > 0)


def _bisect(objective: Objective, lower: Decimal, upper: Decimal) -> Root:
    rising = objective.value(upper) > 0
    for _ in range(160):
        middle = (lower + upper) / 2
        if upper - lower <= Decimal("1e-24") * (abs(middle) + Decimal("1e-6")):
            break
        if (objective.value(middle) > 0) == rising:
            upper = middle
        else:
            lower = middle
    return Root((lower + upper) / 2, lower, upper)


def _scan(objective: Objective, units_per_year: float) -> tuple[Root, ...]:
    """Walk the whole range in equal steps of log(1 + annual rate), keep every sign change and every touching point."""
    width = (_SCAN_HIGHEST - _SCAN_LOWEST) / _SCAN_STEPS
    scale = math.fsum(abs(float(a)) for a in objective.amounts)

    def at(log_rate: float) -> float:
        try:
            return objective.float_value(math.expm1(log_rate / units_per_year))[0]
        except (OverflowError, ZeroDivisionError, ValueError):
            return math.nan

    grid = [_SCAN_LOWEST + (i + 0.5) * width for i in range(_SCAN_STEPS)]
    values = [at(x) for x in grid]
    roots: list[Root] = []
    for i in range(len(grid) - 1):
        if values[i] * values[i + 1] < 0:
            roots += _between(objective, grid[i], grid[i + 1], units_per_year)
        elif i > 0 and _may_touch(values[i - 1], values[i], values[i + 1]):
            roots += _near_touch(objective, at, (grid[i - 1], grid[i + 1]), scale, units_per_year)
    return tuple(sorted(_exact_zero(objective, roots), key=lambda root: root.rate))


def _may_touch(before: float, here: float, after: float) -> bool:
    """Whether the parabola through three values of one sign dips far enough towards zero to look closer."""
    curve = before - 2 * here + after
    if not before * here > 0 or abs(here) > min(abs(before), abs(after)) or not curve:
        return False
    dip = here - (after - before) ** 2 / (8 * curve)
    return dip / here < 0.5


def _rate_at(log_rate: float, units_per_year: float) -> Decimal:
    return Decimal(math.expm1(log_rate / units_per_year))


def _between(objective: Objective, low: float, high: float, units_per_year: float) -> list[Root]:
    lower, upper = _rate_at(low, units_per_year), _rate_at(high, units_per_year)
    return [_bisect(objective, lower, upper)] if _opposite(objective, lower, upper) else []


def _near_touch(
    objective: Objective, at: Callable[[float], float], span: tuple[float, float], scale: float, units_per_year: float
) -> list[Root]:
    """A local minimum of |value|: either two close roots around it, one touching root, or none."""
    low, high = span
    sign = 1.0 if at(low) > 0 else -1.0
    left, right = low, high
    for _ in range(100):
        a, b = left + (right - left) / 3, right - (right - left) / 3
        if sign * at(a) < sign * at(b):
            right = b
        else:
            left = a
    middle = (left + right) / 2
    if sign * at(middle) < -1e-12 * scale:
        return _between(objective, low, middle, units_per_year) + _between(objective, middle, high, units_per_year)
    if abs(at(middle)) <= 1e-12 * scale:
        rate = _rate_at(middle, units_per_year)
        return [Root(rate, _rate_at(low, units_per_year), _rate_at(high, units_per_year), touching=True)]
    return []


def _exact_zero(objective: Objective, roots: list[Root]) -> list[Root]:
    """When received equals paid, zero is a root exactly; it replaces the approximation of itself."""
    if objective.at_zero():
        return roots
    zero = Root(Decimal(0), Decimal(0), Decimal(0))
    return [root for root in roots if abs(root.rate) > Decimal("1e-9")] + [zero]

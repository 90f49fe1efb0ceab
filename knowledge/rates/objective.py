"""Net present value as a function of the rate of one unit-period: sum of a / [(1 + f r)(1 + r)^k].

With every f = 0 this is the actuarial (IRR, EU, PBoC) equation; with f > 0 it is Regulation Z's general equation,
which takes simple interest in the odd fraction of a period. Two evaluations of the same function: a float one with its
slope, used only to find where to look, and a `Decimal` one, on which every claim about a root rests.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

Point = tuple[int, Fraction | int, Decimal]
"""(whole unit-periods, odd fraction or a cheap 0, amount)."""


class Objective:
    """Present value of netted, time-ordered points `(k, f, amount)`; k is shifted so that the first is 0."""

    __slots__ = ("_floats", "_groups", "amounts", "points")

    def __init__(self, points: Iterable[Point]) -> None:
        net: dict[tuple[int, Fraction | int], Decimal] = defaultdict(Decimal)
        for k, f, amount in points:
            net[(k, f or 0)] += amount
        kept = sorted((key, amount) for key, amount in net.items() if amount)
        first = kept[0][0][0] if kept else 0
        self.points: tuple[Point, ...] = tuple((k - first, f, amount) for (k, f), amount in kept)
        self.amounts: tuple[Decimal, ...] = tuple(p[2] for p in self.points)
        self._floats = [(k, float(f), float(a)) for k, f, a in self.points]
        by_fraction: dict[Fraction | int, list[tuple[int, Decimal]]] = defaultdict(list)
        for k, f, amount in self.points:
            by_fraction[f].append((k, amount))
        self._groups = [(_fraction(f), _horner_steps(terms)) for f, terms in by_fraction.items()]

    @property
    def sign_changes(self) -> int:
        """Sign changes in time order: by Descartes' rule the number of rates above -1 is at most this, same parity."""
        signs = [amount > 0 for amount in self.amounts]
        return sum(a != b for a, b in pairwise(signs))

    def at_zero(self) -> Decimal:
        """Received less paid: the exact value at rate zero."""
        return sum(self.amounts, Decimal(0))

    def value(self, rate: Decimal) -> Decimal:
        """Present value at `rate` per unit-period (a fraction above -1), in the current decimal context."""
        q = 1 / (1 + rate)
        powers: dict[int, Decimal] = {1: q}
        total = Decimal(0)
        for odd, steps in self._groups:
            acc = Decimal(0)
            for amount, gap in steps:
                acc = (acc + amount) * _power(q, gap, powers)
            total += acc if odd is None else acc / (1 + odd * rate)
        return total

    def float_value(self, rate: float) -> tuple[float, float]:
        """Present value and its derivative in floats; raises `OverflowError` at extreme rates."""
        growth = math.log1p(rate)
        q = 1.0 / (1.0 + rate)
        value = slope = 0.0
        for k, f, amount in self._floats:
            term = amount * math.exp(-k * growth)
            if f:
                odd = 1.0 + f * rate
                term /= odd
                slope -= term * (k * q + f / odd)
            else:
                slope -= term * k * q
            value += term
        return value, slope

    def balance_keeps_sign(self, rate: Decimal) -> bool:
        """Soper's condition at a root: the discounted running balance never reaches zero before the end.

        Then no other rate above -1 is a root. By summation by parts the value at any other rate is a sum of these
        balances times differences of discount-factor ratios, and the ratios are monotone in (k, f): the relative slope
        of a factor, -(k / (1 + r) + f / (1 + f r)), falls as k or f grows because f / (1 + f r) <= 1 / (1 + r).
        """
        q = 1 / (1 + rate)
        balance, factor, last = Decimal(0), Decimal(1), 0
        positive = self.amounts[0] > 0
        for k, f, amount in self.points[:-1]:
            factor *= q ** (k - last)
            last = k
            odd = _fraction(f)
            balance += amount * factor if odd is None else amount * factor / (1 + odd * rate)
            if (balance > 0) != positive or not balance:
                return False
        return True


def _fraction(f: Fraction | int) -> Decimal | None:
    return Decimal(f.numerator) / Decimal(f.denominator) if f else None


def _horner_steps(terms: list[tuple[int, Decimal]]) -> list[tuple[Decimal, int]]:
    """Amounts from the latest to the earliest, each with its distance to the next earlier one."""
    descending = terms[::-1]
    earlier = [k for k, _ in descending[1:]] + [0]
    return [(amount, k - before) for (k, amount), before in zip(descending, earlier, strict=True)]


def _power(q: Decimal, gap: int, cache: dict[int, Decimal]) -> Decimal:
    try:
        return cache[gap]
    except KeyError:
        cache[gap] = q**gap
        return cache[gap]

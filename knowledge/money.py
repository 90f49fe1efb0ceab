"""Money in yuan as `Decimal`, with one explicit rounding rule: to the cent, half up (四舍五入到分).

No function here accepts a float: a float cannot hold 0.1 yuan, and a cent lost in a schedule is a complaint.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)
HUNDRED = Decimal(100)
PERCENT_PLACES = Decimal("0.000001")


class MixedCurrencies(Exception):
    """Amounts in two currencies cannot be added; convert one of them first or ask in a single currency."""

    code = "mixed_currencies"

    def __init__(self, left: str, right: str) -> None:
        super().__init__(
            f"currency: {left} and {right} cannot be mixed in one calculation; use one currency throughout"
        )
        self.left, self.right = left, right


def to_cents(amount: Decimal) -> Decimal:
    """Round an amount in yuan to the cent, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def percent_6dp(percent: Decimal) -> Decimal:
    """Round a percentage to six decimals, half up (DOMAIN 1.1: keep six, show two)."""
    rounded = percent.quantize(PERCENT_PLACES, ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)


def plain(value: Decimal) -> str:
    """A decimal without exponent and without trailing zeros: 14.40 becomes `14.4`, 1E+2 becomes `100`."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def yuan(amount: Decimal) -> str:
    """An amount as a customer reads it: `1072元`, `945.60元`."""
    cents = to_cents(amount)
    whole = cents == cents.to_integral_value()
    return f"{cents.to_integral_value() if whole else cents}元"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency; adding two currencies raises `MixedCurrencies`."""

    amount: Decimal
    currency: str = "CNY"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MixedCurrencies(self.currency, other.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

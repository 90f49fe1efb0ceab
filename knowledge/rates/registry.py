"""The methods by their ids (DOMAIN 1.8). Adding a jurisdiction is one function and one line here."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from knowledge.cashflow import CashFlows
from knowledge.inputs import InvalidInput
from knowledge.rates import china, europe, regz
from knowledge.rates.outcome import RateOutcome

RateMethod = Callable[[CashFlows], RateOutcome]

METHODS: MappingProxyType[str, RateMethod] = MappingProxyType(
    {
        "pboc-irr-compound": china.irr_compound,
        "pboc-simple": china.simple,
        "cn-irr-nominal": china.irr_nominal,
        "reg-z-actuarial": regz.actuarial,
        "eu-aprc": europe.eu_aprc,
        "uk-apr": europe.uk_apr,
    }
)


def annual_rate(flows: CashFlows, method: str) -> RateOutcome:
    """The annual rate of `flows` by a registered method; raises `InvalidInput` naming the ids for any other."""
    if method not in METHODS:
        raise InvalidInput("method", method, ", ".join(METHODS))
    return METHODS[method](flows)

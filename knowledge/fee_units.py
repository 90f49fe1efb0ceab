"""The units a fee row may have and how each reads in Chinese and in English."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from knowledge.money import HUNDRED, plain

RATE_UNITS = frozenset({"rate_day", "rate_month", "rate_period", "rate_year", "rate_once", "percent"})
WHOLE_UNITS = frozenset({"days", "workdays", "months", "years", "hours", "minutes", "count", "day_of_month"})
MONEY_UNITS = frozenset({"cny", "cny_per_day"})
UNITS = RATE_UNITS | WHOLE_UNITS | MONEY_UNITS | {"text"}

_ZH = MappingProxyType(
    {
        "cny": "{}元",
        "cny_per_day": "每天{}元",
        "days": "{}天",
        "workdays": "{}个工作日",
        "months": "{}个月",
        "years": "{}年",
        "hours": "{}小时",
        "minutes": "{}分钟",
        "count": "{}",
        "day_of_month": "{}号",
    }
)
_EN = MappingProxyType(
    {
        "cny": "CNY {}",
        "cny_per_day": "CNY {} a day",
        "days": "{} days",
        "workdays": "{} working days",
        "months": "{} months",
        "years": "{} years",
        "hours": "{} hours",
        "minutes": "{} minutes",
        "count": "{}",
        "day_of_month": "day {}",
    }
)


def render_value(value: Decimal | str, unit: str, lang: str) -> str:
    """`0.144, rate_year` -> 14.4%; `5, cny` -> 5元 / CNY 5; text comes back unchanged."""
    if isinstance(value, str):
        return value
    if unit in RATE_UNITS:
        return f"{plain(value * HUNDRED)}%"
    text = (_EN if lang == "en" else _ZH)[unit].format(plain(value))
    return text[:-1] if lang == "en" and value == 1 and text.endswith("s") else text

"""Example requests to calculate, one of every kind of answer, and a short way to ask them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from knowledge.calculations import Calculation, calculate
from knowledge.caps import bundled_caps
from knowledge.fees import FeeBook
from knowledge.products import ProductCatalogue, bundled_catalogue, bundled_fees

TODAY = date(2026, 11, 24)
FLAT = {"amount": Decimal(12000), "terms": 12, "rate": Decimal("0.006"), "rate_unit": "period"}
JULY = {"amount": Decimal(5000), "terms": 6, "start": date(2026, 7, 24), "period": 3}


def answer(
    intent: str,
    product: str | None = None,
    *,
    fees: FeeBook | None = None,
    catalogue: ProductCatalogue | None = None,
    **slots: Any,
) -> Calculation:
    return calculate(
        intent,
        product,
        slots,
        fees=fees or bundled_fees(),
        catalogue=catalogue or bundled_catalogue(),
        caps=bundled_caps(),
        today=TODAY,
    )


CASES: dict[str, tuple[str, str | None, Mapping[str, Any]]] = {
    "flat fee": ("fee.apr", None, FLAT),
    "nominal amount": ("fee.apr", None, {k: v for k, v in FLAT.items() if k != "amount"}),
    "daily rate": ("fee.apr", None, {"rate": Decimal("0.0005"), "rate_unit": "day"}),
    "monthly rate": ("fee.rate", None, {"rate": Decimal("0.012"), "rate_unit": "month"}),
    "yearly rate": ("fee.apr", None, {"rate": Decimal("0.24"), "rate_unit": "year"}),
    "all terms of a fee product": ("fee.apr", "yueyuefu", {}),
    "all terms of an interest product": ("fee.apr", "suixinjie", {}),
    "monthly interest": ("fee.calc", None, {**FLAT, "rate_unit": "month"}),
    "monthly fee": ("fee.instalment", None, {**FLAT, "rate_unit": "month"}),
    "daily interest in instalments": ("fee.calc", None, {**FLAT, "rate": Decimal("0.0005"), "rate_unit": "day"}),
    "yearly interest": ("fee.apr", None, {**FLAT, "rate": Decimal("0.12"), "rate_unit": "year"}),
    "days asked as a rate": ("fee.apr", "suixinjie", {"amount": Decimal(5000), "days": 30}),
    "cash loan": ("fee.calc", "suixinjie", {"amount": Decimal(5000), "terms": 6, "start": date(2026, 8, 31)}),
    "daily loan": ("fee.calc", None, {"amount": Decimal(5000), "days": 30}),
    "own rate, other than published": ("fee.instalment", "yueyuefu", {**FLAT, "rate": Decimal("0.007")}),
    "bill in instalments": ("repay.instalment", None, {"amount": Decimal(3000), "terms": 12}),
    "bill, all terms": ("fee.instalment", None, {"amount": Decimal(3000)}),
    "early in period 3": ("repay.early_cost", "suixinjie", JULY),
    "early in period 1": ("repay.early_cost", "suixinjie", {**JULY, "period": 1}),
    "early today": ("repay.early", "yueyuefu", {"amount": Decimal(5000), "terms": 6, "start": date(2026, 9, 20)}),
    "early, remaining only": ("repay.early_cost", "suixinjie", {"remaining": Decimal(10000)}),
    "early, remaining and period": ("repay.early", "suixinjie", {"remaining": Decimal(10000), "period": 2}),
    "early, dearer": ("repay.early", "suixinjie", {**JULY, "terms": 3, "period": None, "on": date(2026, 9, 23)}),
    "early, free by then": ("repay.early", "suixinjie", {"remaining": Decimal(10000), "paid_periods": 3}),
    "early, free period only": ("repay.early_cost", "suixinjie", {"period": 5}),
    "early, fees waived": ("repay.early_cost", "yueyuefu", {"remaining": Decimal(10000)}),
    "early, period only": ("repay.early_cost", "suixinjie", {"paid_periods": 1}),
    "late": ("repay.overdue_cost", "suixinjie", {"amount": Decimal(1000), "days": 10}),
    "late within grace": ("repay.overdue_cost", "yueyuefu", {"amount": Decimal(1000), "days": 2}),
    "late by own rate": (
        "repay.overdue_cost", None,
        {"amount": Decimal("791.24"), "days": 20, "rate": Decimal("0.36"), "rate_unit": "year"},
    ),
    "late by own daily rate": (
        "repay.overdue_cost", None, {"amount": Decimal(500), "days": 7, "rate": Decimal("0.001"), "rate_unit": "day"}
    ),
    "minimum": ("repay.minimum", None, {"amount": Decimal(3000)}),
    "withdrawal": ("pay.withdraw_fee", None, {"amount": Decimal(60000)}),
    "withdrawal, quota used": ("pay.withdraw_fee", "suixinjie", {"amount": Decimal(50), "used": Decimal(10000)}),
    "withdrawal, free": ("pay.withdraw_fee", None, {"amount": Decimal(50)}),
    "withdrawal, free after some": ("pay.withdraw_fee", None, {"amount": Decimal(50), "used": Decimal(100)}),
    "merchant": ("pay.merchant_fee", None, {"amount": Decimal("9999.99")}),
    "abroad": ("pay.cross_border", None, {"amount": Decimal(30000)}),
    "surrender": ("insurance.surrender", "hefu-life", {"amount": Decimal(50000), "year": 5}),
    "surrender, premiums by the year": (
        "insurance.surrender",
        "hefu-life",
        {"amount": Decimal(10000), "yearly": Decimal(10000), "year": 3},
    ),
    "surrender with a gain": ("insurance.surrender", None, {"amount": Decimal(50000), "year": 10}),
    "surrender between years": ("insurance.surrender", None, {"amount": Decimal(50000), "year": 4}),
    "premium of both": ("insurance.premium", None, {"age": 35}),
    "premium of a child": ("insurance.premium", None, {"age": 10}),
    "medical claim": ("insurance.coverage", "anhe-medical", {"amount": Decimal(50000)}),
    "accident claim": ("insurance.coverage", "anhe-accident", {"amount": Decimal(3000)}),
    "claim below the deductible": ("insurance.coverage", "anhe-medical", {"amount": Decimal(3000)}),
    "accident below the deductible": ("insurance.coverage", "anhe-accident", {"amount": Decimal(30)}),
    "buying all": ("wealth.buy_fee", None, {"amount": Decimal(10000)}),
    "buying one": ("wealth.buy_fee", "hexuan-mixed", {"amount": Decimal(10000)}),
    "selling one": ("wealth.redeem_fee", "hexuan-mixed", {"amount": Decimal(10000), "days": 10}),
    "selling all": ("wealth.redeem_fee", None, {"amount": Decimal(10000), "days": 200}),
    "selling by bands": ("wealth.redeem_fee", "herui-bond", {"amount": Decimal(10000)}),
    "selling without a fee": ("wealth.redeem_fee", "hewen-money", {"amount": Decimal(10000)}),
    "holding all": ("wealth.manage_fee", None, {"amount": Decimal(10000), "days": 30}),
    "advice": ("wealth.manage_fee", "hezhi-advisory", {"amount": Decimal(10000)}),
    "ceilings for all": ("fee.cap", None, {"rate": Decimal("0.24"), "rate_unit": "year"}),
    "ceilings of a fee": ("fee.cap", "suixinjie", FLAT),
}  # fmt: skip

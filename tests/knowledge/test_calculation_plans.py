"""What is asked for before a calculation, when the article answers instead, and how bad values are worded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.calculations import Plan, calculate, explain_invalid, invalid_figures, plan
from knowledge.calculations.requirements import CalculationsBroken, bundled_requirements, load_requirements
from knowledge.caps import bundled_caps
from knowledge.inputs import InvalidInput
from knowledge.products import bundled_catalogue, bundled_fees

RATE = {"rate": Decimal("0.006"), "rate_unit": "period"}
TAXONOMY = Path(__file__).parents[2] / "intents" / "taxonomy.yaml"


@pytest.mark.parametrize(
    ("intent", "product", "slots", "expected"),
    [
        ("fee.calc", None, {}, Plan("none", (), ("suixinjie", "yueyuefu"))),
        ("fee.calc", None, {"amount": 5000}, Plan("missing", ("product", "terms"), ("suixinjie", "yueyuefu"))),
        ("fee.calc", "suixinjie", {"amount": 5000}, Plan("missing", ("terms",), ("suixinjie",))),
        ("fee.calc", "suixinjie", {"terms": 6}, Plan("missing", ("amount",), ("suixinjie",))),
        ("fee.calc", None, {"amount": 5000, "days": 30}, Plan("ready", (), ("suixinjie",))),
        ("fee.calc", "yueyuefu", {"amount": 5000, "days": 30}, Plan("missing", ("terms",), ("yueyuefu",))),
        ("fee.calc", None, {"amount": 5000, "terms": 6, **RATE}, Plan("ready")),
        ("fee.calc", "hexuan-mixed", {"amount": 5000, "terms": 6}, Plan("none")),
        ("fee.apr", None, {}, Plan("none", (), ("suixinjie", "yueyuefu"))),
        ("fee.apr", None, RATE, Plan("missing", ("terms",))),
        ("fee.apr", None, {"rate": Decimal("0.006"), "terms": 12}, Plan("missing", ("rate_unit",))),
        ("fee.apr", None, {"rate": Decimal("0.0005"), "rate_unit": "day"}, Plan("ready")),
        ("fee.apr", None, {**RATE, "terms": 12}, Plan("ready")),
        ("fee.instalment", None, {"amount": 3000}, Plan("ready", (), ("yueyuefu",))),
        ("fee.cap", None, {}, Plan("none", (), ("suixinjie", "yueyuefu"))),
        ("fee.cap", None, RATE, Plan("missing", ("terms",))),
        ("repay.early", "suixinjie", {}, Plan("none", (), ("suixinjie", "yueyuefu"))),
        ("repay.early", None, {"remaining": 10000}, Plan("missing", ("product",), ("suixinjie", "yueyuefu"))),
        ("repay.early", "suixinjie", {"remaining": 10000}, Plan("ready", (), ("suixinjie",))),
        (
            "repay.early_cost",
            None,
            {"amount": 5000, "terms": 6, "start": date(2026, 7, 24), "period": 3},
            Plan("missing", ("product",), ("suixinjie", "yueyuefu")),
        ),
        (
            "repay.early_cost",
            "suixinjie",
            {"amount": 5000, "terms": 6, "start": date(2026, 7, 24), "period": 3},
            Plan("ready", (), ("suixinjie",)),
        ),
        ("repay.early_cost", "suixinjie", {"amount": 5000, "terms": 6}, Plan("missing", ("start",), ("suixinjie",))),
        ("repay.early_cost", "suixinjie", {"amount": 5000}, Plan("ready", (), ("suixinjie",))),
        ("repay.early_cost", "suixinjie", {"period": 3}, Plan("ready", (), ("suixinjie",))),
        ("repay.overdue_cost", "suixinjie", {"days": 10}, Plan("missing", ("amount",), ("suixinjie",))),
        ("repay.minimum", None, {"amount": 3000}, Plan("ready", (), ("yueyuefu",))),
        ("repay.minimum", "suixinjie", {"amount": 3000}, Plan("none")),
        ("pay.withdraw_fee", "suixinjie", {"amount": 3000}, Plan("ready", (), ("wallet",))),
        ("insurance.surrender", None, {"amount": 3000}, Plan("missing", ("year",), ("hefu-life",))),
        ("insurance.surrender", "anhe-medical", {"amount": 3000, "year": 1}, Plan("none")),
        ("insurance.premium", None, {"age": 30}, Plan("ready", (), ("anhe-medical", "anhe-accident"))),
        ("insurance.coverage", None, {"amount": 1}, Plan("missing", ("product",), ("anhe-medical", "anhe-accident"))),
        ("wealth.redeem_fee", None, {"amount": 1}, Plan("missing", ("days",))),
        ("wealth.redeem_fee", "hexuan-mixed", {"amount": 1}, Plan("ready", (), ("hexuan-mixed",))),
        ("account.login", None, {"amount": 1}, Plan("none")),
        ("fee.calc", None, {"amount": None, "terms": None}, Plan("none", (), ("suixinjie", "yueyuefu"))),
    ],
)
def test_the_next_question_follows_from_what_is_known(
    intent: str, product: str | None, slots: dict[str, Any], expected: Plan
) -> None:
    assert plan(intent, product, slots) == expected


def test_every_computed_intent_is_in_the_taxonomy_and_every_product_in_the_catalogue() -> None:
    known = {entry["id"] for entry in yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))["intents"]}
    products = {product.id for product in bundled_catalogue()}
    for intent, requirement in bundled_requirements().items():
        assert intent in known
        assert {*requirement.products, *requirement.not_for} <= products
        assert requirement.default is None or requirement.default in requirement.products


def test_giving_what_is_missing_always_leads_to_ready() -> None:
    example: dict[str, Any] = {
        "amount": Decimal(5000), "terms": 6, "rate": Decimal("0.006"), "rate_unit": "period",
        "remaining": Decimal(5000), "start": date(2026, 7, 24), "period": 2, "paid_periods": 1,
        "days": 10, "year": 5, "age": 30,
    }  # fmt: skip
    for intent, requirement in bundled_requirements().items():
        for trigger in requirement.trigger:
            slots = {name: example[name] for name in trigger if name != "product"}
            product = requirement.products[0] if "product" in trigger else None
            for _ in range(6):
                planned = plan(intent, product, slots)
                if planned.status == "ready":
                    break
                assert planned.status == "missing"
                if planned.missing[0] == "product":
                    product = planned.products[0]
                else:
                    slots[planned.missing[0]] = example[planned.missing[0]]
            assert plan(intent, product, slots).status == "ready", (intent, trigger)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("fee.calc: {family: loans, products: [suixinjie], trigger: [[sum]], ways: [{needs: [amount]}]}", "sum"),
        (
            "fee.calc: {family: magic, products: [suixinjie], trigger: [[amount]], ways: [{needs: [amount]}]}",
            "fee.calc, family: Input",
        ),
        ("- fee.calc", "yaml:1: Input should be a valid dictionary"),
        ("fee.calc: {family: loans", "calculations.yaml"),
    ],
)
def test_a_wrong_requirements_file_is_refused_by_name(text: str, field: str, tmp_path: Path) -> None:
    path = tmp_path / "calculations.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalculationsBroken, match=field):
        load_requirements(path)


BAD: list[tuple[str, str | None, dict[str, Any], str, str]] = [
    ("fee.calc", None, {"amount": -5, "terms": 6, **RATE}, "0.01元到10亿元", "CNY 0.01 to CNY 1000000000"),
    ("fee.calc", None, {"amount": Decimal("NaN"), "terms": 6, **RATE}, "0.01元到10亿元", "CNY 0.01"),
    ("fee.calc", None, {"amount": 5000, "terms": 0, **RATE}, "1到600", "from 1 to 600"),
    ("fee.calc", None, {"amount": 5000, "terms": 10000, **RATE}, "1到600", "from 1 to 600"),
    ("fee.calc", None, {"amount": 5000, "terms": 6, **RATE, "rate": Decimal(6)}, "0%到50%", "from 0% to 50%"),
    ("fee.calc", None, {"amount": 5000, "terms": 6, **RATE, "rate": "6"}, "6%，也可能是0.6%", "6% or 0.6%"),
    ("fee.calc", None, {"amount": 5000, "terms": 6, **RATE, "rate_unit": "week"}, "按天、按月", "by day, month"),
    ("fee.calc", "suixinjie", {"amount": 300000, "terms": 6}, "500元到200000元", "CNY 500 to CNY 200000"),
    ("fee.calc", "suixinjie", {"amount": 5000, "terms": 9}, "3、6、12", "3, 6, 12"),
    ("repay.instalment", None, {"amount": 50, "terms": 12}, "100元到50000元", "CNY 100"),
    ("repay.minimum", None, {"amount": 60000}, "0.01元到50000元", "CNY 50000"),
    (
        "repay.early_cost", "suixinjie", {"amount": 5000, "terms": 6, "start": date(2026, 7, 24), "period": 9},
        "1到6", "1 to 6",
    ),
    (
        "repay.early_cost", "suixinjie", {"amount": 5000, "terms": 6, "start": date(2024, 7, 24), "period": 3},
        "2025年1月1日起", "from 1 January 2025 on",
    ),
    (
        "repay.early_cost", "suixinjie", {"amount": 5000, "terms": 3, "start": date(2026, 7, 24)},
        "2026年7月24日到2026年10月24日", "24 July 2026 to 24 October 2026",
    ),
    ("repay.early_cost", "suixinjie", {"amount": 5000, "terms": 3, "start": "2026-02-29"}, "1990年1月1日", "1990"),
    ("repay.overdue_cost", "suixinjie", {"amount": 5, "on": date(2027, 1, 1)}, "2026年11月24日", "24 November 2026"),
    ("insurance.surrender", None, {"amount": 50000, "year": 40}, "1到10", "from 1 to 10"),
    ("insurance.premium", "anhe-accident", {"age": 70}, "18到65", "from 18 to 65"),
    ("wealth.buy_fee", "herui-bond", {"amount": 5}, "10元到10亿元", "CNY 10 "),
    ("pay.withdraw_fee", None, {"amount": 5, "on": date(2020, 1, 1)}, "2026年6月1日起", "from 1 June 2026 on"),
]  # fmt: skip


@pytest.mark.parametrize(("intent", "product", "slots", "zh", "en"), BAD)
def test_a_bad_value_is_refused_and_the_customer_is_told_what_is_accepted(
    intent: str, product: str | None, slots: dict[str, Any], zh: str, en: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        calculate(
            intent, product, slots, fees=bundled_fees(), catalogue=bundled_catalogue(), caps=bundled_caps(),
            today=date(2026, 11, 24),
        )  # fmt: skip
    assert zh in explain_invalid(refused.value, "zh")
    assert en in explain_invalid(refused.value, "en")
    assert "accepted" not in explain_invalid(refused.value, "en")
    if any(char.isdigit() for char in explain_invalid(refused.value, "en")):
        assert invalid_figures(refused.value)


def test_an_unknown_shape_of_error_still_names_the_field() -> None:
    assert explain_invalid(InvalidInput("terms", "x", "something else"), "zh").startswith("期数")
    assert "利率" in explain_invalid(InvalidInput("rate", None, "one of many"), "zh")
    assert explain_invalid(InvalidInput("mystery", "x", "something"), "zh").startswith("这一项")

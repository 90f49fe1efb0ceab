"""Explained answers: their figures, their sources, and that nothing is said without an origin."""

from __future__ import annotations

import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from knowledge.calculations import Figure, calculate, plan
from knowledge.calculations.model import LANGS
from knowledge.calculations.requirements import bundled_requirements
from knowledge.calculations.wording import Wording, bundled_wording
from knowledge.caps import bundled_caps
from knowledge.fees import FeeBook
from knowledge.inputs import InvalidInput
from knowledge.products import EarlySettlement, ProductCatalogue, bundled_catalogue, bundled_fees
from knowledge.schedule import RepaymentMethod
from tests.knowledge.calculation_cases import CASES, FLAT, JULY, TODAY, answer
from tests.knowledge.tracing import said, untraced

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@pytest.mark.parametrize("name", CASES)
def test_every_number_said_has_an_origin(name: str) -> None:
    intent, product, slots = CASES[name]
    found = answer(intent, product, **slots)
    for lang in LANGS:
        assert untraced(said(found, lang), found.figures) == []
        assert found.short[lang]
        assert found.details[lang]
        assert found.suggestions[lang]
    assert all(figure.origin for figure in found.figures)


@pytest.mark.parametrize("name", CASES)
def test_tables_are_rectangular_and_the_voice_never_speaks_of_one(name: str) -> None:
    intent, product, slots = CASES[name]
    found = answer(intent, product, **slots)
    for lang in LANGS:
        for table in found.tables:
            assert {len(row) for row in table.rows[lang]} == {len(table.columns[lang])}
        assert "表" not in found.spoken[lang].replace("表里没有", "")
        assert "see the table" not in found.spoken[lang]


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("late by own")])
def test_every_answer_cites_a_source(name: str) -> None:
    intent, product, slots = CASES[name]
    found = answer(intent, product, **slots)
    assert found.citations
    rows = {figure.origin for figure in found.figures if bundled_fees().history(figure.origin)}
    assert rows <= {citation.row_id for citation in found.citations}


def test_twelve_thousand_in_twelve_at_six_per_mille() -> None:
    found = answer("fee.apr", **FLAT)
    text = said(found, "zh")
    assert {"13.03%", "13.84%", "13.29%", "1072元", "864元", "12864元"} <= set(re.findall(r"[\d.]+(?:%|元)", text))
    assert found.short["zh"].index("13.84%") < found.short["zh"].index("13.03%")
    rates = next(table for table in found.tables if table.id == "rates")
    assert [row[1] for row in rates.rows["zh"]] == ["13.84%", "13.03%", "13.29%"]
    assert ["放在最前面" in row[2] for row in rates.rows["zh"]] == [True, False, False]
    schedule = next(table for table in found.tables if table.id == "schedule")
    assert len(schedule.rows["zh"]) == 12
    assert any("本金每期都在还" in paragraph for paragraph in found.details["zh"])
    assert {"中国人民银行公告〔2021〕第3号"} <= {citation.document for citation in found.citations}
    assert found.spoken["zh"].index("13.84%") < found.spoken["zh"].index("864元")


def test_a_rate_without_an_amount_uses_ten_thousand_yuan_and_says_so() -> None:
    found = answer("fee.apr", rate=Decimal("0.006"), rate_unit="period", terms=12)
    assert "10000元" in found.details["zh"][0]
    assert "举例" in found.details["zh"][0]
    assert Figure(Decimal(10000), "cny", "calculator.nominal_principal") in found.figures
    assert "13.03%" in found.short["zh"]


def test_a_sixty_percent_rate_with_its_unit_is_taken_as_it_is() -> None:
    found = answer("fee.apr", rate=Decimal("0.6"), rate_unit="year")
    assert "60%" in found.short["zh"]


def test_naming_the_published_rate_cites_its_row() -> None:
    found = answer("fee.instalment", "yueyuefu", **FLAT)
    assert "yueyuefu.instalment_fee.12" in {citation.row_id for citation in found.citations}
    assert found.notices


def test_another_rate_than_the_published_one_is_computed_and_compared() -> None:
    found = answer("fee.instalment", "yueyuefu", **{**FLAT, "rate": Decimal("0.007")})
    assert any("公布的标准是0.6%" in paragraph for paragraph in found.details["zh"])
    assert "1008元" in said(found, "zh")


def test_settling_in_the_third_period_follows_the_products_rules() -> None:
    found = answer("repay.early_cost", "suixinjie", **JULY)
    assert "3413.42元" in found.short["zh"]
    assert "不收提前结清费" in found.short["zh"]
    assert any("2026年10月24日" in paragraph for paragraph in found.details["zh"])
    assert {"suixinjie.early_free_from_period", "suixinjie.monthly_rate"} <= {c.row_id for c in found.citations}


def test_a_loan_already_under_way_is_settled_today_when_no_period_is_named() -> None:
    found = answer("repay.early_cost", "suixinjie", amount=Decimal(5000), terms=6, start=date(2026, 8, 10))
    assert any("2026年11月24日" in paragraph for paragraph in found.details["zh"])
    assert "第4期" in found.short["zh"]


def test_ten_thousand_left_costs_a_hundred_before_period_three_and_nothing_after() -> None:
    found = answer("repay.early_cost", "suixinjie", remaining=Decimal(10000))
    assert found.short["zh"] == "第3期之前还清收100元；从第3期起不收。"
    assert (
        answer("repay.early_cost", "suixinjie", remaining=Decimal(10000), period=3)
        .short["zh"]
        .endswith("不收提前结清费。")
    )


@pytest.mark.parametrize(
    ("intent", "product", "slots", "expected"),
    [
        ("repay.overdue_cost", "suixinjie", {"amount": 1000, "days": 10}, "6元"),
        ("repay.overdue_cost", "suixinjie", {"amount": 1000, "on": date(2026, 11, 14)}, "6元"),
        ("repay.overdue_cost", "suixinjie", {"amount": 1000, "days": 3}, "不收罚息"),
        ("repay.minimum", None, {"amount": 3000}, "300元"),
        ("pay.withdraw_fee", None, {"amount": 25000}, "15元"),
        ("pay.withdraw_fee", None, {"amount": 5000, "used": 9980}, "4.98元"),
        ("pay.withdraw_fee", None, {"amount": 50, "used": 10000}, "0.10元"),
        ("pay.merchant_fee", None, {"amount": 10000}, "38元"),
        ("pay.cross_border", None, {"amount": 1000}, "12元"),
        ("insurance.surrender", None, {"amount": 50000, "year": 10}, "56000元"),
        ("insurance.surrender", None, {"amount": 10000, "yearly": 10000, "year": 3}, "21000元"),
        ("insurance.surrender", None, {"amount": 10000, "yearly": 10000, "year": 10}, "56000元"),
        ("insurance.surrender", None, {"amount": 30000, "yearly": 10000, "year": 3}, "21000元"),
        ("insurance.premium", "anhe-medical", {"age": 40}, "468元"),
        ("insurance.premium", "anhe-medical", {"age": 41}, "798元"),
        ("insurance.coverage", "anhe-medical", {"amount": 50000}, "24000元"),
        ("insurance.coverage", "anhe-accident", {"amount": 100000}, "30000元"),
        ("wealth.buy_fee", "hexuan-mixed", {"amount": 10000}, "49.75元"),
        ("wealth.redeem_fee", "herui-bond", {"amount": 10000, "days": 6}, "150元"),
        ("wealth.redeem_fee", "herui-bond", {"amount": 10000, "days": 7}, "100元"),
        ("wealth.manage_fee", "herui-bond", {"amount": 10000}, "40元"),
    ],
)
def test_the_first_line_gives_the_figure(intent: str, product: str | None, slots: Any, expected: str) -> None:
    assert expected in answer(intent, product, **slots).short["zh"]


def test_a_past_date_uses_the_rows_of_that_date() -> None:
    now = answer("wealth.redeem_fee", "hexuan-mixed", amount=Decimal(10000), days=10)
    assert "100元" in now.short["zh"]
    before = answer("pay.withdraw_fee", amount=Decimal(20000), on=date(2026, 6, 1))
    assert "10元" in before.short["zh"]


def test_a_ceiling_is_set_beside_both_bases_and_never_judged() -> None:
    found = answer("fee.cap", rate=Decimal("0.24"), rate_unit="year")
    text = said(found, "zh")
    assert {"24.00%", "26.82%", "21.71%"} <= set(re.findall(r"[\d.]+%", text))
    table = found.tables[0]
    assert len(table.rows["zh"]) == len(bundled_caps().rules)
    assert not re.search("违法|合法|高利贷|无需还", text)
    own = answer("fee.cap", "suixinjie", rate=Decimal("0.24"), rate_unit="year")
    assert {row[0] for row in own.tables[0].rows["zh"]} == {"小额贷款公司"}
    assert len(own.notices) == len(own.tables[0].rows["zh"])


MUTATIONS: list[tuple[str, str, str, str, str | None, dict[str, int], str, str]] = [
    (
        "loans.yaml", "suixinjie.early_fee_rate", "0.02",
        "repay.early_cost", "suixinjie", {"remaining": 10000}, "100元", "200元",
    ),
    (
        "loans.yaml", "yueyuefu.instalment_fee.12", "0.0070",
        "repay.instalment", None, {"amount": 12000, "terms": 12}, "864元", "1008元",
    ),
    (
        "payments.yaml", "wallet.withdraw_fee_rate", "0.002",
        "pay.withdraw_fee", None, {"amount": 25000}, "15元", "30元",
    ),
    (
        "wealth.yaml", "herui-bond.redeem.30", "0.02",
        "wealth.redeem_fee", "herui-bond", {"amount": 10000, "days": 10}, "100元", "200元",
    ),
    (
        "insurance.yaml", "hefu-life.surrender.5", "0.80",
        "insurance.surrender", None, {"amount": 50000, "year": 5}, "46500元", "40000元",
    ),
]  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[mutation[1] for mutation in MUTATIONS])
def test_changing_one_fee_cell_changes_the_figure_and_its_citation(mutation: Any, tmp_path: Path) -> None:
    file, row_id, value, intent, product, slots, before, after = mutation
    shutil.copytree(KNOWLEDGE / "fees", tmp_path / "fees")
    path = tmp_path / "fees" / file
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    cell = next(row for row in rows if row["id"] == row_id and row["valid_to"] is None)
    cell["value"] = value
    cell["source"]["version"] = "2099-01"
    path.write_text(yaml.safe_dump(rows, allow_unicode=True), encoding="utf-8")
    changed = FeeBook.load(tmp_path / "fees")

    old, new = answer(intent, product, **slots), answer(intent, product, fees=changed, **slots)

    assert before in old.short["zh"]
    assert after in new.short["zh"]
    assert before not in new.short["zh"]
    cited = {citation.row_id: citation for citation in new.citations}[row_id]
    original = {citation.row_id: citation for citation in old.citations}[row_id]
    assert cited.version == "2099-01"
    assert cited.value != original.value
    assert untraced(said(new, "zh"), new.figures) == []


def test_a_figure_changed_after_the_calculation_is_not_traced() -> None:
    found = answer("repay.overdue_cost", "suixinjie", amount=Decimal(1000), days=10)
    assert untraced(said(found, "zh").replace("6元", "7元"), found.figures) != []


CONTRACTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "fee at any time": ("suixinjie", {"rule": "fee_on_remaining", "fee_row": "suixinjie.early_fee_rate"}, "25.45元"),
    "later fees due": ("yueyuefu", {"rule": "remaining_fees_due"}, "97.50元要一次付清"),
    "no fee": ("suixinjie", {"rule": "no_fee"}, "提前还清不收费"),
}


@pytest.mark.parametrize("name", CONTRACTS)
@pytest.mark.parametrize("slots", [JULY, {"remaining": Decimal(10000)}, {"period": 2}], ids=["whole", "left", "period"])
def test_another_contract_of_early_repayment_is_explained_by_its_own_rule(name: str, slots: dict[str, Any]) -> None:
    product, rule, expected = CONTRACTS[name]
    found = answer("repay.early_cost", product, catalogue=with_contract(product, rule), **slots)
    assert untraced(said(found, "zh"), found.figures) == []
    assert untraced(said(found, "en"), found.figures) == []
    if slots is JULY:
        assert expected in said(found, "zh")


def with_contract(product: str, rule: dict[str, Any]) -> ProductCatalogue:
    changed = {"early_settlement": EarlySettlement(**rule)}
    return ProductCatalogue(
        p.model_copy(update=changed) if p.id == product else p for p in bundled_catalogue()
    )  # fmt: skip


METHODS: dict[RepaymentMethod, str] = {
    "equal_principal": "第一期还1072元，最后一期还1012元",
    "interest_only": "第一期还72元，最后一期还6072元",
    "single_payment": "到期一次还6432元",
    "revolving": "第一期还672元，最后一期还3585.46元",
}


def with_method(method: RepaymentMethod) -> ProductCatalogue:
    changed = {"method": method}
    return ProductCatalogue(p.model_copy(update=changed) if p.id == "suixinjie" else p for p in bundled_catalogue())


@pytest.mark.parametrize("method", METHODS)
def test_payments_that_differ_are_never_called_equal(method: RepaymentMethod) -> None:
    catalogue = with_method(method)
    found = answer("fee.calc", "suixinjie", catalogue=catalogue, amount=Decimal(6000), terms=6)
    assert METHODS[method] in found.short["zh"]
    assert "每期还" not in found.short["zh"]
    for lang in LANGS:
        assert untraced(said(found, lang), found.figures) == []


def test_every_text_of_the_explanations_is_said_by_some_case(monkeypatch: pytest.MonkeyPatch) -> None:
    used: set[str] = set()
    original = Wording.text
    monkeypatch.setattr(Wording, "text", lambda self, key: used.add(key) or original(self, key))
    for intent, product, slots in CASES.values():
        answer(intent, product, **slots)
    for product, rule, _ in CONTRACTS.values():
        for slots in (JULY, {"remaining": Decimal(10000)}, {"period": 2}):
            answer("repay.early_cost", product, catalogue=with_contract(product, rule), **slots)
    for method in METHODS:
        for intent in ("fee.calc", "fee.apr"):
            answer(intent, "suixinjie", catalogue=with_method(method), amount=Decimal(6000), terms=6)
    assert set(bundled_wording().texts) - used == set()


_AMOUNTS = st.decimals(min_value="0.01", max_value="60000", places=2)
_SLOTS = st.fixed_dictionaries(
    {},
    optional={
        "amount": _AMOUNTS,
        "remaining": _AMOUNTS,
        "used": st.decimals(min_value=0, max_value="20000", places=2),
        "terms": st.sampled_from([1, 3, 6, 9, 12, 24, 36]),
        "rate": st.decimals(min_value="0", max_value="0.05", places=5),
        "rate_unit": st.sampled_from(["day", "month", "period", "year"]),
        "start": st.dates(date(2025, 6, 1), date(2026, 12, 31)),
        "period": st.integers(1, 14),
        "paid_periods": st.integers(0, 12),
        "days": st.integers(0, 800),
        "year": st.integers(1, 12),
        "age": st.integers(0, 99),
        "on": st.dates(date(2025, 6, 1), date(2026, 12, 31)),
    },
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    intent=st.sampled_from(sorted(bundled_requirements())),
    product=st.sampled_from([None, *(product.id for product in bundled_catalogue())]),
    slots=_SLOTS,
)
def test_whatever_is_ready_is_answered_traceably_or_refused_by_field(
    intent: str, product: str | None, slots: dict[str, Any]
) -> None:
    planned = plan(intent, product, slots)
    if planned.status != "ready":
        with pytest.raises(InvalidInput):
            answer(intent, product, **slots)
        return
    try:
        found = answer(intent, product, **slots)
    except InvalidInput as error:
        event(f"refused: {error.field}")
        return
    for lang in LANGS:
        assert untraced(said(found, lang), found.figures) == []
        assert "{" not in said(found, lang)


def test_the_catalogue_passed_in_is_the_one_used(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    only = ProductCatalogue([product for product in catalogue if product.id == "yueyuefu"])
    found = calculate(
        "repay.minimum", None, {"amount": Decimal(100)}, fees=fees, catalogue=only, caps=bundled_caps(), today=TODAY
    )  # fmt: skip
    assert found.products == ("yueyuefu",)

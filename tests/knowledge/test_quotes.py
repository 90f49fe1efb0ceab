"""Whole quotes: the three labelled rates, totals, items, ceilings, sources, and every kind of refused input."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from knowledge.fees import FeeBook, FeeRowMissing
from knowledge.inputs import AmbiguousRate, InvalidInput
from knowledge.money import MixedCurrencies
from knowledge.products import ProductCatalogue, ProductUnknown
from knowledge.quotes import Quote, QuoteRequest, quote
from knowledge.rates.conversion import daily_by_year

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"
TODAY = date(2026, 11, 24)


def rates(found: Quote) -> tuple[str, str, str]:
    triple = found.rates.nominal, found.rates.compound, found.rates.simple
    return tuple(str(round(rate.percent, 4)) for rate in triple)  # type: ignore[return-value]


def test_twelve_thousand_in_twelve_at_six_per_mille() -> None:
    found = quote(QuoteRequest(principal=12000, terms=12, monthly_fee_rate="0.006"))
    assert [str(round(p, 2)) for p in map(Decimal, rates(found))] == ["13.03", "13.84", "13.29"]
    assert found.total_cost == 864
    assert found.total_paid == 12864
    assert [line.payment for line in found.schedule] == [1072] * 12
    assert found.rates.compound.asked_by_law
    assert not found.rates.nominal.asked_by_law
    assert "单利" in found.rates.nominal.label_zh
    assert "单利" in found.rates.simple.label_zh


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (3, ("10.7679", "11.3156", "10.8000")),
        (6, ("12.2394", "12.9498", "12.3429")),
        (9, ("12.7795", "13.5553", "12.9600")),
        (12, ("13.0342", "13.8418", "13.2923")),
        (18, ("13.2313", "14.0639", "13.6421")),
        (24, ("13.2656", "14.1026", "13.8240")),
        (36, ("13.1739", "13.9992", "14.0108")),
    ],
)
def test_a_flat_fee_of_six_per_mille_by_term(terms: int, expected: tuple[str, str, str]) -> None:
    assert rates(quote(QuoteRequest(principal=36000, terms=terms, monthly_fee_rate="千分之六"))) == expected


@pytest.mark.parametrize(
    ("daily", "simple_365", "simple_360", "compounded"),
    [
        ("0.0002", "7.30", "7.20", "7.5723"),
        ("0.0003", "10.95", "10.80", "11.5702"),
        ("0.0005", "18.25", "18.00", "20.0159"),
        ("0.00065", "23.725", "23.40", "26.7660"),
        ("0.001", "36.5", "36.0", "44.0251"),
    ],
)
def test_a_daily_rate_said_by_year(daily: str, simple_365: str, simple_360: str, compounded: str) -> None:
    found = daily_by_year(Decimal(daily))
    assert found.simple_365 == Decimal(simple_365)
    assert found.simple_360 == Decimal(simple_360)
    assert round(found.compounded, 4) == Decimal(compounded)


def test_a_fee_withheld_lowers_what_is_received_and_raises_every_rate() -> None:
    found = quote(QuoteRequest(principal=12000, terms=12, monthly_fee_rate=0, deducted_fee=864))
    assert found.received == 11136
    assert rates(found)[:2] == ("14.0249", "14.9625")
    assert round(found.rates.simple.percent, 4) == round(Decimal(86400) / (Decimal(11136) * 13 / 24), 4)
    assert any(step.name == "received" and step.value == 11136 for step in found.derivation)
    assert "实际到手11136元" in found.disclosure.to_text()


def test_a_fee_paid_separately_counts_in_the_rate_but_not_in_the_cash_received() -> None:
    found = quote(QuoteRequest(principal=12000, terms=12, monthly_fee_rate=0, upfront_fee=864))
    assert found.received == 12000
    assert rates(found)[:2] == ("14.0249", "14.9625")
    assert found.total_paid == 12864


def test_compulsory_insurance_is_part_of_the_cost() -> None:
    plain = quote(QuoteRequest(principal=100000, terms=36, annual_rate="8.4%"))
    insured = quote(
        QuoteRequest(
            principal=100000, terms=36, annual_rate="8.4%",
            extras=[{"kind": "insurance", "amount": "600", "party": "某保险公司"}],
        )
    )  # fmt: skip
    # The last instalment absorbs the cents, so the rate differs from level payments in the fourth decimal at most.
    assert plain.rates.compound.percent == pytest.approx(Decimal("8.731017"), abs=Decimal("0.0002"))
    assert insured.rates.nominal.percent == pytest.approx(Decimal("20.7000"), abs=Decimal("0.0002"))
    assert insured.rates.compound.percent == pytest.approx(Decimal("22.781317"), abs=Decimal("0.0002"))
    premium = next(item for item in insured.items if item.kind == "insurance")
    assert premium.amount == 21600
    assert premium.party == "某保险公司"


def test_the_yearly_shares_of_the_items_add_up_to_the_nominal_rate() -> None:
    found = quote(
        QuoteRequest(
            principal=50000, terms=24, annual_rate="12%", upfront_fee=500, deducted_fee=300,
            extras=[
                {"kind": "guarantee", "amount": "25.5", "party": "乙"},
                {"kind": "membership", "amount": 99, "party": "丙", "timing": "upfront"},
            ],
        )
    )  # fmt: skip
    shares = sum(item.annual_percent for item in found.items)
    assert shares == pytest.approx(found.rates.nominal.percent, abs=Decimal("0.00001"))
    assert sum(item.amount for item in found.items) == found.total_cost


def test_interest_only_has_a_simple_rate_equal_to_its_nominal_one() -> None:
    found = quote(QuoteRequest(principal=100000, terms=12, monthly_rate="1%", method="interest_only"))
    assert rates(found) == ("12.0000", "12.6825", "12.0000")


def test_a_loan_repaid_after_some_days_is_annualised_over_365_days() -> None:
    found = quote(QuoteRequest(principal=10000, days=30, daily_rate="万分之五"))
    assert found.total_cost == 150
    assert round(found.rates.simple.percent, 4) == Decimal("18.2500")
    compound = (Decimal("1.015") ** (Decimal(365) / 30) - 1) * 100
    assert found.rates.compound.percent == pytest.approx(compound, abs=Decimal("1e-6"))


@pytest.mark.parametrize(
    "method", ["equal_instalment", "equal_principal", "interest_only", "single_payment", "daily", "revolving"]
)
def test_every_kind_of_contract_gives_a_quote_with_and_without_a_start_date(method: str) -> None:
    for start in (None, date(2024, 2, 29)):
        found = quote(QuoteRequest(principal=9000, terms=6, monthly_rate="1%", method=method, start=start))
        assert found.total_cost > 0
        assert found.schedule[-1].balance == 0
        assert (found.schedule[-1].due == date(2024, 8, 29)) == (start is not None)


def test_a_product_takes_its_rate_lender_and_ceilings_from_its_rows(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    found = quote(QuoteRequest(principal=12000, terms=12, product="yueyuefu", on=TODAY), fees=fees, catalogue=catalogue)
    assert rates(found) == ("13.0342", "13.8418", "13.2923")
    assert found.sources[0].row_id == "yueyuefu.instalment_fee.12"
    assert found.sources[0].rendered == "0.6%"
    assert {item.party for item in found.disclosure.normal} == {"禾川小额贷款有限公司"}
    assert found.disclosure.default[0].standard == "每天0.075%"
    assert [notice.rule_id for notice in found.caps] == ["micro-loan-24", "micro-loan-4lpr"]


def test_a_past_date_gets_the_rate_of_that_date(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    request = {"principal": 10000, "terms": 12, "product": "suixinjie"}
    now = quote(QuoteRequest(**request, on=TODAY), fees=fees, catalogue=catalogue)
    before = quote(QuoteRequest(**request, on="2025-07-01"), fees=fees, catalogue=catalogue)
    assert round(now.rates.nominal.percent, 1) == Decimal("14.4")
    assert round(before.rates.nominal.percent, 1) == Decimal("15.6")
    with pytest.raises(FeeRowMissing, match=r"suixinjie\.monthly_rate is not defined for 2020-01-01"):
        quote(QuoteRequest(**request, on="2020-01-01"), fees=fees, catalogue=catalogue)


def test_a_product_line_may_be_asked_about_as_revolving_credit(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    request = QuoteRequest(principal=1000, terms=3, product="yueyuefu", method="revolving", on=TODAY)
    found = quote(request, fees=fees, catalogue=catalogue)
    assert [line.principal for line in found.schedule] == [100, 90, 810]
    assert found.sources[0].row_id == "yueyuefu.revolving_daily"


def test_the_customers_own_rate_wins_over_the_products(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    request = QuoteRequest(principal=12000, terms=12, product="yueyuefu", monthly_fee_rate="0.75%", on=TODAY)
    found = quote(request, fees=fees, catalogue=catalogue)
    assert rates(found)[:2] == ("16.2165", "17.4778")
    assert all(ref.row_id != "yueyuefu.instalment_fee.12" for ref in found.sources)


def test_every_figure_in_the_texts_has_an_origin(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    found = quote(QuoteRequest(principal=12000, terms=12, product="yueyuefu", on=TODAY), fees=fees, catalogue=catalogue)
    figures = {(figure.value, figure.unit): figure.origin for figure in found.figures()}
    assert figures[(Decimal("13.84"), "percent")] == "rate.pboc-irr-compound"
    assert figures[(Decimal("0.60"), "percent")] == "yueyuefu.instalment_fee.12"
    assert figures[(Decimal("0.075"), "percent")] == "yueyuefu.late_daily"
    assert (Decimal(1072), "cny") in figures
    assert (Decimal(864), "cny") in figures


def test_a_quote_is_json_with_decimals_as_text() -> None:
    found = quote(QuoteRequest(principal=12000, terms=12, monthly_fee_rate="0.006", start="2026-01-31"))
    data = found.model_dump(mode="json")
    assert data["rates"]["compound"]["percent"] == "13.841785"
    assert data["schedule"][0]["due"] == "2026-02-28"
    assert data["total_cost"] == "864.00"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"principal": -1}, "principal"),
        ({"principal": 0}, "principal"),
        ({"principal": "10000000001"}, "principal"),
        ({"principal": "12.345"}, "principal"),
        ({"principal": "NaN"}, "principal"),
        ({"principal": "1e99999999999999999999"}, "principal"),
        ({"principal": "9" * 5000}, "principal"),
        ({"upfront_fee": 11999, "terms": 1}, "fees"),
        ({"extras": [{"kind": "other", "amount": 12001, "party": "甲"}]}, "extras.amount"),
        ({"principal": float("nan")}, "principal"),
        ({"principal": float("inf")}, "principal"),
        ({"principal": "一万"}, "principal"),
        ({"principal": None}, "principal"),
        ({"principal": True}, "principal"),
        ({"terms": 0}, "terms"),
        ({"terms": 10000}, "terms"),
        ({"terms": "1.5"}, "terms"),
        ({"terms": None}, "terms"),
        ({"monthly_fee_rate": 6}, "monthly_fee_rate"),
        ({"monthly_fee_rate": "0.6"}, "monthly_fee_rate"),
        ({"monthly_fee_rate": "-0.6%"}, "monthly_fee_rate"),
        ({"monthly_fee_rate": "60%"}, "monthly_fee_rate"),
        ({"monthly_fee_rate": "千分之"}, "monthly_fee_rate"),
        ({"monthly_fee_rate": None}, "rate"),
        ({"monthly_rate": "1%"}, "rate"),
        ({"method": "balloon"}, "method"),
        ({"method": "equal_instalment"}, "method"),
        ({"upfront_fee": 12000}, "upfront_fee"),
        ({"deducted_fee": 13000}, "deducted_fee"),
        ({"upfront_fee": -1}, "upfront_fee"),
        ({"start": "2026-02-29"}, "start"),
        ({"start": "1066-10-14"}, "start"),
        ({"start": "tomorrow"}, "start"),
        ({"days": 30}, "days"),
        ({"day_basis": 366}, "day_basis"),
        ({"lender_type": "shark"}, "lender_type"),
        ({"intrest": 1}, "quote.intrest"),
        ({"extras": [{"kind": "insurance", "amount": -5, "party": "甲"}]}, "extras.amount"),
        ({"extras": [{"kind": "tip", "amount": 5, "party": "甲"}]}, "extras.kind"),
        ({"extras": [{"kind": "insurance", "amount": 5}]}, "extras.party"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_field_is_refused_by_name_with_its_accepted_range(fields: dict[str, Any], field: str) -> None:
    request = {"principal": 12000, "terms": 12, "monthly_fee_rate": "0.006", **fields}
    with pytest.raises(InvalidInput) as caught:
        quote(QuoteRequest(**request))
    assert caught.value.field == field
    assert caught.value.accepted


def test_29_february_is_taken_in_a_leap_year() -> None:
    assert QuoteRequest(principal=1, terms=1, monthly_rate=0, start="2028-02-29").start == date(2028, 2, 29)


def test_an_ambiguous_rate_names_both_readings() -> None:
    with pytest.raises(AmbiguousRate, match=r"0\.6 can mean 0\.6% or 60%"):
        QuoteRequest(principal=12000, terms=12, monthly_fee_rate="0.6")
    with pytest.raises(AmbiguousRate, match=r"6 can mean 6% or 0\.6%"):
        QuoteRequest(principal=12000, terms=12, monthly_fee_rate=6)


def test_two_currencies_are_refused() -> None:
    extra = {"kind": "insurance", "amount": 5, "party": "甲", "currency": "USD"}
    with pytest.raises(MixedCurrencies, match="CNY and USD"):
        QuoteRequest(principal=12000, terms=12, monthly_fee_rate="0.006", extras=[extra])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"principal": 100}, "principal"),
        ({"principal": 300000}, "principal"),
        ({"terms": 7}, "terms"),
        ({"product": "hewen-money"}, "product"),
        ({"on": None}, "start"),
        ({"method": "interest_only"}, "method"),
    ],
)
def test_a_products_limits_are_enforced_by_name(
    fields: dict[str, Any], field: str, fees: FeeBook, catalogue: ProductCatalogue
) -> None:
    request = {"principal": 5000, "terms": 6, "product": "suixinjie", "on": TODAY, **fields}
    with pytest.raises(InvalidInput) as caught:
        quote(QuoteRequest(**request), fees=fees, catalogue=catalogue)
    assert caught.value.field == field


def test_an_unknown_product_is_refused_with_the_list(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    with pytest.raises(ProductUnknown, match="suixinjie"):
        quote(QuoteRequest(principal=5000, terms=6, product="jiebei", on=TODAY), fees=fees, catalogue=catalogue)


def test_twins_of_one_percent_are_read_alike() -> None:
    for text in ("0.006", "0.6%", "0.6 %", "6‰", "千分之六", "60bp", "百分之零点六", Decimal("0.006"), 0.006):
        assert QuoteRequest(principal=1, terms=1, monthly_fee_rate=text).monthly_fee_rate == Decimal("0.006"), text


def test_every_number_read_aloud_or_in_the_working_is_among_the_figures(
    fees: FeeBook, catalogue: ProductCatalogue
) -> None:
    for fields in (
        {"principal": 12000, "terms": 12, "product": "yueyuefu"},
        {"principal": "5000.50", "terms": 6, "product": "suixinjie", "upfront_fee": "12.5"},
    ):
        found = quote(QuoteRequest(**fields, on=TODAY), fees=fees, catalogue=catalogue)
        known = {figure.value for figure in found.figures()}
        notices = [notice.text_zh.replace("2027-12-31", "") for notice in found.caps]
        steps = [step.zh.replace("12个月", "").replace("×12", "").replace("乘12", "") for step in found.derivation]
        for text in (found.disclosure.to_text(), *notices, *steps):
            spoken = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", text)}
            assert spoken <= known, text


def test_the_fee_row_is_the_only_source_of_the_figure(tmp_path: Path) -> None:
    text = (KNOWLEDGE / "fees" / "loans.yaml").read_text(encoding="utf-8")
    (tmp_path / "loans.yaml").write_text(text.replace('"0.012"', '"0.013"'), encoding="utf-8")
    changed = FeeBook.load(tmp_path)
    products = ProductCatalogue.load(KNOWLEDGE / "products.yaml", changed)
    request = QuoteRequest(principal=10000, terms=12, product="suixinjie", on=TODAY)
    found = quote(request, fees=changed, catalogue=products)
    assert round(found.rates.nominal.percent, 1) == Decimal("15.6")
    assert found.sources[0].rendered == "1.3%"
    assert found.items[0].standard == "月利率1.3%"

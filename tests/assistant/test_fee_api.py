"""The fee API gives the engine's figures unchanged and names the field of whatever it cannot take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api import fees
from assistant.api.problems import MEDIA_TYPE, install_problem_handlers
from knowledge.quote_models import QuoteRequest
from knowledge.quotes import quote

ON = date(2026, 9, 1)
FLAT = {"principal": 12000, "terms": 12, "monthly_fee_rate": "0.6%"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    install_problem_handlers(app)
    fees.install_fee_problems(app)
    app.include_router(fees.router)
    app.dependency_overrides[fees.today] = lambda: ON
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def ask(client: TestClient, **body: Any) -> dict[str, Any]:
    answered = client.post("/v1/fees/quote", json=body)
    assert answered.status_code == 200, answered.text
    return dict(answered.json())


def refused(client: TestClient, **body: Any) -> dict[str, Any]:
    answered = client.post("/v1/fees/quote", json=body)
    assert answered.status_code == 422, answered.text
    assert answered.headers["content-type"] == MEDIA_TYPE
    found = dict(answered.json())
    assert found["status"] == 422
    assert found["detail"]
    return found


def test_a_quote_carries_the_three_labelled_rates_and_marks_the_one_the_law_asks_for(client: TestClient) -> None:
    rates = ask(client, **FLAT)["rates"]
    shown = {name: Decimal(rate["percent"]).quantize(Decimal("0.01")) for name, rate in rates.items()}
    assert shown == {"compound": Decimal("13.84"), "nominal": Decimal("13.03"), "simple": Decimal("13.29")}
    assert [name for name, rate in rates.items() if rate["asked_by_law"]] == ["compound"]
    assert "单利" in rates["nominal"]["label_zh"]


def test_the_answer_is_the_engines_quote_to_the_last_digit(client: TestClient) -> None:
    answered = ask(client, **FLAT)
    expected = quote(QuoteRequest(**FLAT, on=ON)).model_dump(mode="json")
    assert {name: answered[name] for name in expected} == expected


def test_a_product_quote_has_schedule_disclosure_reference_lines_and_sources(client: TestClient) -> None:
    answered = ask(client, principal="12000", terms=12, product="yueyuefu", start="2026-09-01")
    assert len(answered["schedule"]) == 12
    assert sum(Decimal(line["principal"]) for line in answered["schedule"]) == 12000
    assert answered["disclosure"]["normal"][0]["party"] == "禾川小额贷款有限公司"
    assert {notice["rule_id"] for notice in answered["caps"]} >= {"micro-loan-24"}
    assert answered["sources"][0]["document"] == "禾川月月付服务协议"
    assert "2021" in answered["law_note"]


def test_without_a_date_todays_fee_rows_hold_and_another_date_has_its_own(client: TestClient) -> None:
    now = ask(client, principal=9000, terms=6, product="yueyuefu")
    before = ask(client, principal=9000, terms=6, product="yueyuefu", on="2025-06-30")
    assert now["request"]["on"] == ON.isoformat()
    assert (now["sources"][0]["rendered"], before["sources"][0]["rendered"]) == ("0.65%", "0.7%")


def test_early_settlement_follows_the_products_own_rule(client: TestClient) -> None:
    terms = {"principal": 5000, "terms": 6, "product": "suixinjie", "start": "2026-07-15"}
    charged = ask(client, **terms, settlement={"at_period": 2})["settlement"]
    free = ask(client, **terms, settlement={"at_period": 3})["settlement"]
    assert Decimal(charged["fee"]) == (Decimal(charged["repaid_early"]) / 100).quantize(Decimal("0.01"))
    assert Decimal(free["fee"]) == 0
    assert sum(Decimal(part["amount"]) for part in free["parts"]) == Decimal(free["amount_due"])


def test_early_settlement_of_another_loan_follows_the_rule_given(client: TestClient) -> None:
    due = {
        rule: Decimal(ask(client, **FLAT, settlement={"at_period": 6, "rule": rule})["settlement"]["amount_due"])
        for rule in ("no_fee", "remaining_fees_due")
    }
    assert due["remaining_fees_due"] - due["no_fee"] == 6 * 72


def test_a_rate_written_with_its_unit_is_not_read_twice(client: TestClient) -> None:
    assert ask(client, principal=1000, terms=2, monthly_rate="30%")["request"]["monthly_rate"] == "0.3"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"principal": -5}, "principal"),
        ({"principal": "很多"}, "principal"),
        ({"principal": None}, "principal"),
        ({"principal": "1e999999999"}, "principal"),
        ({"terms": 0}, "terms"),
        ({"terms": 10000}, "terms"),
        ({"terms": 2.5}, "terms"),
        ({"monthly_fee_rate": "-1%"}, "monthly_fee_rate"),
        ({"monthly_fee_rate": None}, "rate"),
        ({"deducted_fee": 12000}, "deducted_fee"),
        ({"upfront_fee": 20000}, "upfront_fee"),
        ({"start": "2026-02-29"}, "start"),
        ({"method": "equal_instalment"}, "method"),
        ({"surprise": 1}, "quote.surprise"),
        ({"extras": [{"kind": "gift", "amount": 1, "party": "x"}]}, "extras.kind"),
        ({"settlement": {"at_period": 13}}, "settlement.at_period"),
        ({"settlement": {"at_period": 3, "on": "2026-10-01"}}, "settlement.at_period"),
        ({"settlement": {"on": "2026-10-01"}}, "start"),
        ({"settlement": {"at_period": 3, "rule": "none"}}, "settlement.rule"),
        ({"settlement": []}, "settlement"),
    ],
)
def test_a_wrong_field_is_named_with_what_it_takes(client: TestClient, change: dict[str, Any], field: str) -> None:
    found = refused(client, **{**FLAT, **change})
    assert (found["code"], found["field"]) == ("invalid_input", field)
    assert found["accepted"]


def test_a_rate_that_can_be_read_in_two_ways_is_asked_back(client: TestClient) -> None:
    found = refused(client, **{**FLAT, "monthly_fee_rate": 0.6})
    assert (found["code"], found["readings"]) == ("ambiguous_rate", ["0.6%", "60%"])


def test_a_product_without_rows_on_that_day_names_the_date(client: TestClient) -> None:
    found = refused(client, principal=9000, terms=6, product="yueyuefu", on="2001-01-01")
    assert (found["code"], found["field"]) == ("fee_row_missing", "on")


def test_an_unknown_product_and_one_that_lends_nothing_are_refused(client: TestClient) -> None:
    assert refused(client, principal=9000, terms=6, product="moon")["code"] == "product_unknown"
    assert refused(client, principal=9000, terms=6, product="wallet")["field"] == "product"


def test_a_number_of_instalments_a_product_does_not_offer_lists_those_it_does(client: TestClient) -> None:
    found = refused(client, principal=9000, terms=5, product="suixinjie")
    assert found["field"] == "terms"
    assert "3, 6, 12" in found["accepted"]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"principal": NaN', b"[" * 5000])
def test_a_body_that_is_no_json_is_a_bad_request(client: TestClient, body: bytes) -> None:
    answered = client.post("/v1/fees/quote", content=body, headers={"Content-Type": "application/json"})
    assert answered.status_code in (400, 422)
    assert answered.json()["code"] in ("malformed_json", "bad_request")


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"null", b'{"principal": NaN, "terms": 3, "annual_rate": "5%"}'])
def test_json_of_another_shape_is_refused_with_a_problem(client: TestClient, body: bytes) -> None:
    answered = client.post("/v1/fees/quote", content=body, headers={"Content-Type": "application/json"})
    assert answered.status_code == 422
    assert answered.json()["code"] in ("invalid_input", "invalid_request")


def test_a_lone_surrogate_in_a_field_is_answered_not_crashed_on(client: TestClient) -> None:
    body = b'{"principal": "\\ud800", "terms": 3, "annual_rate": "5%"}'
    answered = client.post("/v1/fees/quote", content=body, headers={"Content-Type": "application/json"})
    assert answered.status_code == 422
    assert answered.json()["field"] == "principal"


def test_the_loans_on_offer_come_with_limits_instalments_and_sourced_rates(client: TestClient) -> None:
    found = client.get("/v1/fees/loans").json()
    loans = {loan["id"]: loan for loan in found["loans"]}
    assert set(loans) == {"yueyuefu", "suixinjie"}
    assert loans["yueyuefu"]["terms"] == [3, 6, 9, 12, 24]
    assert {rate["terms"]: rate["rate"] for rate in loans["yueyuefu"]["rates"]}[12] == "0.0060"
    assert (loans["suixinjie"]["amount_min"], loans["suixinjie"]["amount_max"]) == ("500", "200000")
    assert loans["suixinjie"]["rates"][0]["source"]["clause"]


def test_every_loan_offered_can_be_quoted_at_its_limits(client: TestClient) -> None:
    for loan in client.get("/v1/fees/loans").json()["loans"]:
        for terms in loan["terms"]:
            answered = ask(client, principal=loan["amount_max"], terms=terms, product=loan["id"])
            assert len(answered["schedule"]) == terms

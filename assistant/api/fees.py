"""Fees over HTTP: what the demonstration loans are, and one exact quote for any terms.

Every figure comes from the fee engine in `knowledge`; this router only adds today's date when none is given, settles
the loan early when asked, and turns a wrong field into a problem detail that names it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Depends, FastAPI
from pydantic import BaseModel, ConfigDict, model_validator

from assistant.api.problems import translate
from knowledge.fees import FeeBook, FeeRow, FeeRowMissing
from knowledge.figures import SourceRef, source_ref
from knowledge.inputs import MAX_AMOUNT, MAX_TERMS, AmbiguousRate, InvalidInput, count_of, date_of, rate_of
from knowledge.money import CENT, MixedCurrencies
from knowledge.offer import offer_of
from knowledge.products import EarlyRule, Product, ProductUnknown, bundled_catalogue, bundled_fees
from knowledge.quote_models import Quote, QuoteRequest
from knowledge.quotes import quote as compute
from knowledge.rates.outcome import NoSolution
from knowledge.schedule import RepaymentMethod
from knowledge.settlement import EarlyQuote, SettlementRule, early_settlement, settle

router = APIRouter(prefix="/v1/fees", tags=["fees"])

_RULES = ("fee_on_remaining", "waive_remaining_fees", "remaining_fees_due", "no_fee")
_EXAMPLES: dict[str, Any] = {
    "own rate": {"value": {"principal": 12000, "terms": 12, "monthly_fee_rate": "0.6%"}},
    "product, settled in period 3": {
        "value": {"principal": 5000, "terms": 6, "product": "suixinjie", "settlement": {"at_period": 3}}
    },
}


class SettlementAsked(BaseModel):
    """When the loan is repaid early: at the due date of a period, or on a date. The rule is the product's own;
    for an own rate it is given here (`no_fee` when left out), with `fee_rate` on the principal repaid early."""

    model_config = ConfigDict(frozen=True)
    at_period: int | None = None
    on: date | None = None
    rule: EarlyRule = "no_fee"
    fee_rate: Decimal = Decimal(0)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> dict[str, Any]:
        accepted = f"an object with {', '.join(cls.model_fields)}"
        if not isinstance(data, dict) or not data.keys() <= cls.model_fields.keys():
            raise InvalidInput("settlement", data, accepted)
        found = {name: value for name, value in data.items() if value is not None}
        if ("at_period" in found) == ("on" in found):
            raise InvalidInput("settlement.at_period", found.get("at_period"), "either the period or the date, one")
        if "at_period" in found:
            found["at_period"] = count_of(found["at_period"], "settlement.at_period", 1, MAX_TERMS)
        if "on" in found:
            found["on"] = date_of(found["on"], "settlement.on")
        if found.get("rule", "no_fee") not in _RULES:
            raise InvalidInput("settlement.rule", found["rule"], ", ".join(_RULES))
        if "fee_rate" in found:
            found["fee_rate"] = rate_of(found["fee_rate"], "settlement.fee_rate", "month")
        return found


class QuoteBody(QuoteRequest):
    """The terms of one loan, and optionally when it is settled early. Rates: 0.006, "0.6%" or "千分之六"."""

    settlement: SettlementAsked | None = None


class QuoteAnswer(Quote):
    """The quote, what the law asks to be shown in words, and the early settlement when one was asked for."""

    law_note: str
    settlement: EarlyQuote | None = None


class LoanRate(BaseModel):
    """The rate of one number of instalments, as a fraction in decimal text, with its source."""

    terms: int
    rate: Decimal
    unit: str
    source: SourceRef


class Loan(BaseModel):
    """A loan on offer: its limits in yuan, its instalments, and the rate of each, on one date."""

    id: str
    name: str
    name_en: str
    lender: str
    method: RepaymentMethod
    terms: tuple[int, ...]
    amount_min: Decimal
    amount_max: Decimal
    rates: tuple[LoanRate, ...]


class Loans(BaseModel):
    """The loans on offer on `on`, and the widest terms a calculation takes."""

    on: date
    loans: tuple[Loan, ...]
    most_amount: Decimal = MAX_AMOUNT
    most_terms: int = MAX_TERMS


def today() -> date:
    """Today in China; a dependency, so that a test can set another day."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


Today = Annotated[date, Depends(today)]


@router.get("/loans")
def loans(on: Today) -> Loans:
    """The loans whose terms can be tried, with limits and rates as the fee rows of today have them."""
    fees = bundled_fees()
    found = (_loan(product, fees, on) for product in bundled_catalogue() if product.rows is not None)
    return Loans(on=on, loans=tuple(loan for loan in found if loan is not None))


@router.post("/quote", responses={422: {"description": "A field is wrong; `field` and `accepted` say which and how"}})
def quote(body: Annotated[QuoteBody, Body(openapi_examples=_EXAMPLES)], on: Today) -> QuoteAnswer:
    """One loan in full: schedule, totals, three labelled rates, disclosure table, reference lines, sources, working."""
    terms = body if body.start or body.on else body.model_copy(update={"on": on})
    answered = compute(terms)
    early = _settled(terms, body.settlement, on) if body.settlement is not None else None
    return QuoteAnswer(**dict(answered), law_note=Quote.law_note_zh, settlement=early)


def _settled(terms: QuoteRequest, asked: SettlementAsked, today: date) -> EarlyQuote:
    if asked.on is not None and terms.start is None:
        raise InvalidInput("start", None, "the date the loan started, needed to settle on a date")
    try:
        if terms.product is not None:
            product = bundled_catalogue()[terms.product]
            start = terms.start or terms.on or today
            return early_settlement(product, terms.principal, terms.terms, start, asked.at_period, asked.on)
        offer = offer_of(terms, None, None)
        return settle(offer.terms, SettlementRule(asked.rule, asked.fee_rate), at_period=asked.at_period, on=asked.on)
    except InvalidInput as error:
        field = {"settle_at_period": "settlement.at_period", "settle_on": "settlement.on"}.get(error.field)
        raise InvalidInput(field or error.field, error.got, error.accepted) from None


def _loan(product: Product, fees: FeeBook, on: date) -> Loan | None:
    named = product.loan_rows()
    rows = [(terms, fees.find(named.rate.format(terms=terms), on)) for terms in product.terms]
    rates = tuple(_rate(terms, row) for terms, row in rows if row is not None)
    if not rates or product.method is None:
        return None
    lowest = fees.find(named.amount_min, on) if named.amount_min else None
    highest = fees.find(named.amount_max, on) if named.amount_max else None
    return Loan(
        id=product.id, name=product.name, name_en=product.name_en, lender=product.lender, method=product.method,
        terms=tuple(rate.terms for rate in rates), rates=rates,
        amount_min=lowest.number if lowest else CENT, amount_max=highest.number if highest else MAX_AMOUNT,
    )  # fmt: skip


def _rate(terms: int, row: FeeRow) -> LoanRate:
    return LoanRate(terms=terms, rate=row.number, unit=row.unit, source=source_ref(row))


def install_fee_problems(app: FastAPI) -> None:
    """Answer the fee engine's refusals with 422, naming the field and what it takes."""
    title = "These terms cannot be calculated"
    dated = "a date on which this product's fee rows hold"
    translate(app, InvalidInput, 422, title, "field", "accepted")
    translate(app, AmbiguousRate, 422, title, "field", "accepted", "readings")
    translate(app, MixedCurrencies, 422, title, field="currency", accepted="one currency throughout")
    translate(app, FeeRowMissing, 422, title, field="on", accepted=dated)
    translate(app, ProductUnknown, 422, title, field="product", accepted="an id listed at /v1/fees/loans")
    translate(app, NoSolution, 422, title, field="rate", accepted="terms whose payments have an annual rate")

"""Loans and instalments: one quote in full, all terms of a product side by side, or a rate said by year."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.calculations.ceilings import note_ceilings
from knowledge.calculations.conversion import converted
from knowledge.calculations.draft import count
from knowledge.calculations.job import Job, needed
from knowledge.calculations.loan_compare import NOMINAL_PRINCIPAL, check_bill, compared
from knowledge.calculations.loan_tables import disclosure_table, rates_table, schedule_table
from knowledge.calculations.loan_words import kind_of, put_quote, working_keys
from knowledge.calculations.model import Calculation
from knowledge.calculations.values import RateUnit
from knowledge.fees import FeeRow
from knowledge.offer import percent_words
from knowledge.products import Product
from knowledge.quote_models import Quote, QuoteRequest
from knowledge.quotes import quote

_FLAT_INTENTS = frozenset({"fee.instalment", "repay.instalment"})
"""Where a monthly rate can only be the fee of an instalment."""
_ROW_UNITS = {"rate_period": "period", "rate_month": "month", "rate_year": "year", "rate_day": "day"}


def loan(job: Job) -> Calculation:
    """The answer to fee.calc, fee.apr, fee.rate, fee.instalment and repay.instalment."""
    values = job.values
    job.draft.cite_law("pboc-2021")
    if values.terms is not None:
        return _one(job)
    if values.days is not None and values.amount is not None:
        return _one(job)
    return converted(job) if values.rate is not None else compared(job)


def rate_field(job: Job) -> str:
    """The field of `QuoteRequest` the customer's rate belongs in; a monthly rate of an instalment is a fee."""
    unit: RateUnit | None = job.values.rate_unit
    if unit == "period" or (unit == "month" and job.intent in _FLAT_INTENTS):
        return "monthly_fee_rate"
    return {"day": "daily_rate", "month": "monthly_rate", "year": "annual_rate"}[needed(unit, "rate_unit", "a unit")]


def quoted(job: Job) -> tuple[Quote, Product | None]:
    """The quote of the customer's terms; the product is None when the customer's own rate governs."""
    values = job.values
    product = _own_product(job)
    published = _published(job, product) if product else None
    own = values.rate is not None and not (published and _same_rate(job, published))
    fields: dict[str, object] = {
        "principal": values.amount or NOMINAL_PRINCIPAL, "terms": values.terms, "days": values.days, "on": job.on,
        "start": values.start,
    }  # fmt: skip
    if values.terms is not None:
        fields.pop("days")
    if own:
        fields[rate_field(job)] = percent_words(needed(values.rate, "rate", "a rate with its unit"))
        if values.rate_unit == "day" and values.terms is not None:
            fields["method"] = "equal_instalment"
        fields["lender_type"] = product.lender_type if product else None
    elif product is not None:
        check_bill(job, product)
        fields["product"] = product.id
    if own and product and published:
        job.draft.put_row("published", published)
        job.draft.name(product=(product.name, product.name_en))
    found = quote(QuoteRequest.model_validate(fields), fees=job.fees, catalogue=job.catalogue, caps=job.caps)
    return found, None if own else product


def _published(job: Job, product: Product) -> FeeRow | None:
    terms = job.values.terms
    if terms is None:
        return None
    return product.rate_row(job.fees, terms, job.on) if terms in product.terms else None


def _same_rate(job: Job, published: FeeRow) -> bool:
    """True when the customer named the product's own rate, so that its row is the source."""
    unit = _ROW_UNITS.get(published.unit)
    same = unit == job.values.rate_unit or (unit == "period" and rate_field(job) == "monthly_fee_rate")
    return same and published.number == job.values.rate


def _one(job: Job) -> Calculation:
    draft = job.draft
    found, product = quoted(job)
    put_quote(job, found, product)
    draft.note(found.figures())
    draft.cite_refs(found.sources)
    draft.cite_law("disclosure-2026")
    kind = kind_of(found)
    short = draft.say(*_short_keys(job, kind))
    details = [draft.say(*keys) for keys in working_keys(found, product is not None)]
    details[:0] = [draft.say(key) for key in _assumptions(job, kind, product)]
    if product is None and _published_known(job):
        details.append(draft.say("loan.published"))
    tables = (rates_table(job, found), schedule_table(job, found), disclosure_table(job, found))
    spoken = draft.say("loan.spoken.rate", f"loan.spoken.{kind}")
    note_ceilings(job, found.caps)
    products = (product.id,) if product else ()
    return draft.finish(job.intent, products, short, details, spoken=spoken, tables=tables, notices=found.caps)


def _assumptions(job: Job, kind: str, product: Product | None) -> Iterator[str]:
    """Keys of what was taken for granted: an example amount, how the customer's own rate was read."""
    values = job.values
    if values.amount is None:
        yield "loan.nominal"
    if product is None and values.rate_unit == "month":
        yield "loan.read_as_fee" if kind == "fee" else "loan.read_as_interest"
    if product is None and values.rate_unit == "day" and values.terms is not None:
        job.draft.put(month_days=count(30, "calculator.day_basis", "days"))
        yield "loan.read_as_daily"


def _short_keys(job: Job, kind: str) -> tuple[str, ...]:
    if job.intent in ("fee.apr", "fee.rate"):
        return ("loan.short.rates", f"loan.short.total.{kind}")
    return (f"loan.short.{kind}", "loan.short.rate")


def _published_known(job: Job) -> bool:
    product = _own_product(job)
    return product is not None and job.values.terms in product.terms


def _own_product(job: Job) -> Product | None:
    """The product named, or the only one there is."""
    name = job.explicit or (job.products[0] if len(job.products) == 1 else None)
    return job.catalogue[name] if name else None

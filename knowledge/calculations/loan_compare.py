"""All terms of one product side by side, for the customer's amount or an example of 10 000 yuan."""

from __future__ import annotations

from decimal import Decimal

from knowledge.calculations.draft import Fact, count, money, percent, row_fact
from knowledge.calculations.job import Job
from knowledge.calculations.model import Calculation, Text
from knowledge.inputs import InvalidInput
from knowledge.money import plain
from knowledge.products import Product
from knowledge.quote_models import Quote, QuoteRequest
from knowledge.quotes import quote

NOMINAL_PRINCIPAL = Decimal(10000)
"""Yuan borrowed in an example when the customer named no amount."""
_BILL_INTENTS = frozenset({"fee.instalment", "repay.instalment"})


def check_bill(job: Job, product: Product) -> None:
    """Raise `InvalidInput` for a bill too small to be paid in instalments."""
    least = job.fees.find(f"{product.id}.instalment_min", job.on)
    most = job.fees.find(f"{product.id}.limit_max", job.on)
    amount = job.values.amount
    if least and most and amount is not None and amount < least.number and job.intent in _BILL_INTENTS:
        span = f"from {plain(least.number)} to {plain(most.number)}"
        raise InvalidInput("amount", str(amount), f"an amount in yuan {span}")


def compared(job: Job) -> Calculation:
    """Every number of instalments the product offers, with what each costs."""
    draft, product, values = job.draft, job.product, job.values
    check_bill(job, product)
    amount = values.amount or NOMINAL_PRINCIPAL
    found = [_quote(job, product, amount, terms) for terms in product.terms]
    for each in found:
        draft.cite_refs(each.sources[:1])
    draft.cite_law("disclosure-2026")
    origin = "request.amount" if values.amount else "calculator.nominal_principal"
    draft.name(product=(product.name, product.name_en))
    draft.put(amount=money(amount, origin), **_range(found))
    same = len({round(each.rates.compound.percent, 1) for each in found}) == 1
    key = "loan.compare.same" if same else "loan.compare.range"
    flat = product.method == "flat_fee"
    details = [draft.say("loan.nominal")] if values.amount is None else []
    details += [draft.say("loan.compare.table"), draft.say("loan.compare.flat" if flat else "loan.compare.interest")]
    details.append(draft.say("loan.law.general", "loan.law.disclosure"))
    rows = [_row(job, each) for each in found]
    table = draft.table("terms", ("terms", "rate", "payment", "total_cost", "nominal", "compound"), rows)
    spoken = draft.say(f"{key}.spoken")
    return draft.finish(job.intent, (product.id,), draft.say(key), details, spoken=spoken, tables=(table,))


def _quote(job: Job, product: Product, amount: Decimal, terms: int) -> Quote:
    request = QuoteRequest(principal=amount, terms=terms, product=product.id, on=job.on, start=job.values.start)
    return quote(request, fees=job.fees, catalogue=job.catalogue, caps=job.caps)


def _range(found: list[Quote]) -> dict[str, Fact]:
    compound = [each.rates.compound.percent for each in found]
    nominal = [each.rates.nominal.percent for each in found]
    return {
        "low": percent(min(compound), "rate.pboc-irr-compound"),
        "high": percent(max(compound), "rate.pboc-irr-compound"),
        "low_nominal": percent(min(nominal), "rate.cn-irr-nominal"),
        "high_nominal": percent(max(nominal), "rate.cn-irr-nominal"),
        "most_terms": count(max(each.request.terms for each in found), "product.terms"),
        "fewest_terms": count(min(each.request.terms for each in found), "product.terms"),
    }


def _row(job: Job, found: Quote) -> list[Text]:
    terms = found.request.terms
    where = f"quote[{terms}]"
    row = job.fees.row(found.sources[0].row_id, job.on)
    facts: list[Fact] = [
        count(terms, f"{where}.terms"),
        row_fact(row),
        money(found.schedule[0].payment, f"{where}.payment"),
        money(found.total_cost, f"{where}.total_cost"),
        percent(found.rates.nominal.percent, f"{where}.nominal"),
        percent(found.rates.compound.percent, f"{where}.compound"),
    ]
    return [job.draft.cell(fact) for fact in facts]

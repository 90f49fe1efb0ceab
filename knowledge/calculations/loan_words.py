"""Which sentences explain a loan quote, and the figures they name."""

from __future__ import annotations

from decimal import Decimal

from knowledge.calculations.draft import Fact, count, money, percent
from knowledge.calculations.job import Job
from knowledge.money import CENT, HUNDRED
from knowledge.products import Product
from knowledge.quote_models import Quote

_RATES = ("monthly_fee_rate", "monthly_rate", "annual_rate", "daily_rate")


def put_quote(job: Job, found: Quote, product: Product | None) -> None:
    """Name every figure of a quote the texts may use."""
    draft, request, rates = job.draft, found.request, found.rates
    steps = {step.name: step.value for step in found.derivation}
    first, last = found.schedule[0], found.schedule[-1]
    origin = "request.amount" if job.values.amount else "calculator.nominal_principal"
    draft.put(
        amount=money(request.principal, origin),
        terms=count(request.terms, "request.terms"),
        rate=_rate_fact(found, product),
        payment=money(first.payment, "schedule[1].payment"),
        first_interest=money(first.interest, "schedule[1].interest"),
        period_fee=money(first.fees, "schedule[1].fees"),
        last_payment=money(last.payment, f"schedule[{last.period}].payment"),
        total_cost=money(found.total_cost, "quote.total_cost"),
        total_paid=money(found.total_paid, "quote.total_paid"),
        compound=percent(rates.compound.percent, "rate.pboc-irr-compound"),
        nominal=percent(rates.nominal.percent, "rate.cn-irr-nominal"),
        simple=percent(rates.simple.percent, "rate.pboc-simple"),
        monthly_irr=percent(steps["monthly_irr"], "step.monthly_irr", 4),
        months=count(12, "calendar.months_a_year"),
    )
    if "naive" in steps:
        draft.put(naive=percent(steps["naive"], "step.naive", None))
    if request.days is not None:
        draft.put(days=count(request.days, "request.days", "days"))
    if product is not None:
        draft.name(product=(product.name, product.name_en))


def _rate_fact(found: Quote, product: Product | None) -> Fact:
    if product is not None:
        ref = found.sources[0]
        value = ref.value if isinstance(ref.value, Decimal) else Decimal(0)
        return Fact(value * HUNDRED, "percent", ref.row_id)
    given = next(rate for name in _RATES if (rate := getattr(found.request, name)) is not None)
    return percent(given * HUNDRED, "request.rate", None)


def kind_of(found: Quote) -> str:
    """Which sentences fit: `daily`, `once`, `fee`, `interest` (equal payments) or `uneven`."""
    if found.request.days is not None:
        return "daily"
    if len(found.schedule) == 1 and found.request.terms > 1:
        return "once"
    if found.method == "flat_fee":
        return "fee"
    payments = [line.payment for line in found.schedule]
    level = found.method == "equal_instalment" or max(payments) - min(payments) <= CENT * found.request.terms
    return "interest" if level else "uneven"


def working_keys(found: Quote, by_product: bool) -> list[tuple[str, ...]]:
    """Keys of the paragraphs: how the yuan come about, why the rates differ, which one is asked for by law."""
    kind = kind_of(found)
    if kind == "daily":
        return [("loan.working.daily",), ("loan.why.daily",), _law()]
    why = ("loan.why.flat", "loan.why.naive") if kind == "fee" else ("loan.why.interest",)
    differ = ("loan.why.monthly", "loan.why.nominal", "loan.why.compound", "loan.why.simple")
    return [_working(found, kind, by_product), why, differ, _law()]


def _working(found: Quote, kind: str, by_product: bool) -> tuple[str, ...]:
    if kind in ("uneven", "once"):
        return (f"loan.working.{kind}",)
    monthly = found.sources[0].unit == "rate_month" if by_product else found.request.monthly_rate is not None
    first = "loan.working.flat" if kind == "fee" else ("loan.working.monthly" if monthly else "loan.working.interest")
    uneven = found.schedule[-1].payment != found.schedule[0].payment
    return (first, "loan.working.last") if uneven else (first,)


def _law() -> tuple[str, ...]:
    return ("loan.law.general", "loan.law.compound", "loan.law.label", "loan.law.disclosure")

"""From the terms of a loan to a complete quote: schedule, totals, three labelled annual rates, disclosure, ceilings.

`quote` reads nothing but its arguments (and the bundled demonstration rows when none are given), so the same request
always gives the same answer.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from knowledge.caps import CapBook, CapNotice, bundled_caps
from knowledge.cashflow import CashFlows, Grid, Timed
from knowledge.charges import late_charge, minimum_payment, revolving_interest
from knowledge.disclosure import NOTHING_ELSE, NOTHING_ELSE_KNOWN, Basis, Disclosure
from knowledge.fees import FeeBook
from knowledge.figures import Figure, source_ref
from knowledge.inputs import InvalidInput
from knowledge.money import ZERO, percent_6dp
from knowledge.offer import Offer, offer_of
from knowledge.products import ProductCatalogue, bundled_catalogue, bundled_fees
from knowledge.quote_items import default_items, normal_items, working
from knowledge.quote_models import ExtraCharge, Quote, QuoteRates, QuoteRequest, RateFigure
from knowledge.rates.china import irr_both, simple_rate
from knowledge.rates.outcome import percent_of
from knowledge.rates.solver import PRECISE
from knowledge.schedule import Line, build_schedule, total
from knowledge.settlement import EarlyQuote, early_settlement

_HIGHEST_PERCENT = Decimal(1000000)

__all__ = [
    "EarlyQuote",
    "ExtraCharge",
    "Figure",
    "Quote",
    "QuoteRequest",
    "early_settlement",
    "late_charge",
    "minimum_payment",
    "quote",
    "revolving_interest",
]


def quote(
    request: QuoteRequest,
    *,
    fees: FeeBook | None = None,
    catalogue: ProductCatalogue | None = None,
    caps: CapBook | None = None,
    headline: Basis = "compound",
) -> Quote:
    """Compute everything about one loan.

    Raises `InvalidInput` for terms that do not fit together or a product's limits, `FeeRowMissing` when a product has
    no rate on the date asked. `headline` chooses which rate the disclosure puts forward; all three are always there.
    """
    if request.product is not None:
        fees, catalogue = fees or bundled_fees(), catalogue or bundled_catalogue()
    offer = offer_of(request, fees, catalogue)
    schedule = build_schedule(offer.terms)
    received = request.principal - request.withheld
    interest, fees_paid = total(schedule, "interest"), total(schedule, "fees")
    cost = interest + fees_paid + request.at_start
    rates = _rates(offer, schedule, cost)
    items = normal_items(offer, schedule, cost, rates.nominal.percent)
    late = default_items(offer)
    disclosure = Disclosure(
        request.principal, received, items, late, rates.compound.percent, rates.nominal.percent, rates.simple.percent,
        cost, headline, NOTHING_ELSE if offer.product else NOTHING_ELSE_KNOWN,
    )  # fmt: skip
    notices: tuple[CapNotice, ...] = ()
    if offer.lender_type and offer.on:
        book = caps or bundled_caps()
        notices = book.notices(offer.lender_type, offer.on, rates.nominal.percent, rates.compound.percent)
    return Quote(
        request=request,
        method=offer.terms.method,
        schedule=schedule,
        received=received,
        total_interest=interest,
        total_fees=fees_paid + request.at_start,
        total_cost=cost,
        total_paid=request.principal - request.withheld + cost,
        rates=rates,
        items=items,
        disclosure=disclosure,
        caps=notices,
        derivation=working(offer, schedule, received, cost, rates),
        sources=tuple(source_ref(row) for row in offer.rows),
    )


def flows_of(offer: Offer, schedule: tuple[Line, ...]) -> CashFlows:
    """What the borrower receives and pays: a monthly grid, or years of actual days for a loan repaid after `days`."""
    request = offer.request
    first = request.principal - request.at_start
    if offer.terms.days is not None:
        return Timed(((Fraction(0), first), (Fraction(offer.terms.days, 365), -schedule[0].payment)))
    amounts = [first] + [ZERO] * schedule[-1].period
    for line in schedule:
        amounts[line.period] -= line.payment
    return Grid(tuple(amounts))


def _rates(offer: Offer, schedule: tuple[Line, ...], cost: Decimal) -> QuoteRates:
    compound, nominal = irr_both(flows_of(offer, schedule))
    if percent_of(compound) > _HIGHEST_PERCENT:
        raise InvalidInput("fees", str(cost), f"a total cost below {_HIGHEST_PERCENT}% a year")
    literal = simple_rate(cost, _occupied(offer, schedule))
    return QuoteRates(
        RateFigure(
            "pboc-irr-compound", "effective", percent_6dp(percent_of(compound)), "年化利率（复利，内部收益率）",
            "annual rate (compound, IRR)", True,
        ),
        RateFigure(
            "cn-irr-nominal", "nominal", percent_6dp(percent_of(nominal)), "年化利率（单利，月内部收益率×12）",
            "annual rate (nominal, monthly IRR x 12)", False,
        ),
        RateFigure(
            "pboc-simple", "simple", percent_6dp(percent_of(literal)), "年化利率（单利，按合同余额）",
            "annual rate (simple, on contract balance)", False,
        ),
    )  # fmt: skip


def _occupied(offer: Offer, schedule: tuple[Line, ...]) -> Decimal:
    """Sum of principal occupied x years; money withheld at the start was never occupied (Civil Code art. 670)."""
    request = offer.request
    with localcontext(PRECISE):
        kept = (request.principal - request.withheld) / request.principal
        if offer.terms.days is not None:
            return request.principal * kept * offer.terms.days / 365
        balance, last, occupied = request.principal, 0, ZERO
        for line in schedule:
            occupied += balance * (line.period - last)
            balance, last = line.balance, line.period
        return occupied * kept / 12

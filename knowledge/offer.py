"""Turns a request into a definite offer: which rate, from where, by which contract kind, lent by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from knowledge.fees import FeeBook, FeeRow
from knowledge.inputs import InvalidInput
from knowledge.money import ZERO, plain, yuan
from knowledge.products import Product, ProductCatalogue, ProductRows
from knowledge.quote_models import QuoteRequest
from knowledge.schedule import RepaymentMethod, Terms

_FIELD_OF_UNIT = {
    "rate_period": "monthly_fee_rate",
    "rate_month": "monthly_rate",
    "rate_year": "annual_rate",
    "rate_day": "daily_rate",
}
_DEFAULT_METHOD: dict[str, RepaymentMethod] = {"monthly_fee_rate": "flat_fee", "daily_rate": "daily"}
_DEFAULT_MINIMUM = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Offer:
    """A request with nothing left open. `rate_field` names which rate governs, `rate` is its value as a fraction."""

    request: QuoteRequest
    terms: Terms
    rate_field: str
    rate: Decimal
    rate_row: FeeRow | None
    product: Product | None
    lender: str
    lender_type: str | None
    on: date | None
    contingent: tuple[FeeRow, ...]
    rows: tuple[FeeRow, ...]


def offer_of(request: QuoteRequest, fees: FeeBook | None, catalogue: ProductCatalogue | None) -> Offer:
    """Resolve a request; raises `InvalidInput`, `ProductUnknown` or `FeeRowMissing`."""
    on = request.on or request.start
    if request.product is None:
        field, rate = _given_rate(request)
        return _offer(request, on, field, rate, None, None, (), ())
    if fees is None or catalogue is None:
        raise InvalidInput("product", request.product, "a product together with its fee rows and catalogue")
    if on is None:
        raise InvalidInput("start", None, "the date the loan starts, or the date its fee rows must hold on")
    product = catalogue[request.product]
    named = product.loan_rows()
    _check_limits(request, named, fees, on, product)
    row = None
    try:
        field, rate = _given_rate(request)
    except InvalidInput:
        row = _rate_row(request, product, fees, on)
        field, rate = _FIELD_OF_UNIT[row.unit], row.number
    contract = product.early_settlement
    later = (named.late_daily, contract.fee_row if contract else None)
    contingent = tuple(found for name in later if name and (found := fees.find(name, on)) and found.number)
    ratio = fees.find(named.minimum_ratio, on) if named.minimum_ratio else None
    rows = (row, *contingent) if row else contingent
    return _offer(request, on, field, rate, row, product, contingent, rows, ratio)


def _given_rate(request: QuoteRequest) -> tuple[str, Decimal]:
    for field in _FIELD_OF_UNIT.values():
        rate = getattr(request, field)
        if rate is not None:
            return field, rate
    raise InvalidInput("rate", None, f"one of {', '.join(_FIELD_OF_UNIT.values())}")


def _rate_row(request: QuoteRequest, product: Product, fees: FeeBook, on: date) -> FeeRow:
    named = product.loan_rows()
    special = {"revolving": named.revolving_daily, "daily": named.daily_rate}.get(request.method or "")
    if special:
        return fees.row(special, on)
    if request.days is not None:
        if not named.daily_rate:
            raise InvalidInput("days", request.days, f"{product.name} is repaid in instalments; give terms")
        return fees.row(named.daily_rate, on)
    if request.method not in (None, product.method):
        raise InvalidInput("method", request.method, f"{product.method} for {product.name}")
    return product.rate_row(fees, request.terms, on)


def _check_limits(request: QuoteRequest, named: ProductRows, fees: FeeBook, on: date, product: Product) -> None:
    lowest = fees.find(named.amount_min, on) if named.amount_min else None
    highest = fees.find(named.amount_max, on) if named.amount_max else None
    least, most = (lowest.number if lowest else ZERO), (highest.number if highest else None)
    if request.principal < least or (most is not None and request.principal > most):
        span = f"from {yuan(least)} " if lowest else ""
        raise InvalidInput("principal", str(request.principal), f"{span}up to {yuan(most or ZERO)} for {product.name}")


def _offer(
    request: QuoteRequest, on: date | None, field: str, rate: Decimal, row: FeeRow | None, product: Product | None,
    contingent: tuple[FeeRow, ...], rows: tuple[FeeRow, ...], ratio: FeeRow | None = None,
) -> Offer:  # fmt: skip
    method = request.method or ("daily" if request.days is not None else None) or _method_for(field, product)
    if (method == "flat_fee") != (field == "monthly_fee_rate"):
        raise InvalidInput("method", method, "flat_fee together with monthly_fee_rate, and only then")
    monthly = _monthly(field, rate, request.day_basis)
    daily = rate if field == "daily_rate" else monthly * 12 / request.day_basis
    fee = monthly if method == "flat_fee" else ZERO
    extra = sum((e.amount for e in request.extras if e.timing == "per_period"), ZERO)
    minimum = request.minimum_ratio or (ratio.number if ratio else _DEFAULT_MINIMUM)
    terms = Terms(
        principal=request.principal,
        terms=request.terms,
        method=method,
        monthly_rate=ZERO if method == "flat_fee" else monthly,
        daily_rate=daily,
        fee_rate=fee,
        start=request.start,
        days=request.days,
        minimum_ratio=minimum,
        extra_fees=(extra,) * request.terms if extra else (),
    )
    return Offer(
        request, terms, field, rate, row, product, request.lender or (product.lender if product else "出借机构"),
        request.lender_type or (product.lender_type if product else None), on,
        contingent, rows,
    )  # fmt: skip


def _method_for(field: str, product: Product | None) -> RepaymentMethod:
    if (
        product is not None
        and product.method is not None
        and (field == "monthly_fee_rate") == (product.method == "flat_fee")
    ):
        return product.method
    return _DEFAULT_METHOD.get(field, "equal_instalment")


def _monthly(field: str, rate: Decimal, day_basis: int) -> Decimal:
    if field == "annual_rate":
        return rate / 12
    return rate * day_basis / 12 if field == "daily_rate" else rate


def percent_words(rate: Decimal) -> str:
    """A fraction as a percentage in words of a bill: 0.006 -> 0.6%."""
    return f"{plain(rate * 100)}%"

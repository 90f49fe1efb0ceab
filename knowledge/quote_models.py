"""The values of a quote: what is asked (`QuoteRequest`) and everything that is answered (`Quote`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from knowledge.caps import CapNotice
from knowledge.disclosure import Disclosure, FeeItem
from knowledge.figures import Figure, SourceRef, both_precisions, row_figures
from knowledge.inputs import MAX_TERMS, InvalidInput, RatePer, amount_of, count_of, date_of, rate_of
from knowledge.money import ZERO, MixedCurrencies, percent_6dp
from knowledge.products import LenderType
from knowledge.schedule import Line, RepaymentMethod

ExtraKind = Literal["insurance", "membership", "guarantee", "other"]
ExtraTiming = Literal["per_period", "upfront", "deducted"]
_METHODS = ("equal_instalment", "equal_principal", "interest_only", "single_payment", "flat_fee", "revolving", "daily")
_LENDERS = ("micro_loan", "consumer_finance", "bank", "bank_co_lending", "private")
_RATES: dict[str, RatePer] = {
    "monthly_fee_rate": "month",
    "monthly_rate": "month",
    "annual_rate": "year",
    "daily_rate": "day",
}


def _one_of(value: Any, field: str, allowed: tuple[Any, ...]) -> Any:
    if value not in allowed:
        raise InvalidInput(field, value, ", ".join(map(str, allowed)))
    return value


def _known(data: Any, fields: dict[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise InvalidInput(where, data, f"an object with {', '.join(fields)}")
    for name in data:
        if name not in fields:
            raise InvalidInput(f"{where}.{name}", data[name], f"only the fields {', '.join(fields)}")
    return {name: value for name, value in data.items() if value is not None}


class ExtraCharge(BaseModel):
    """A charge that comes with the loan: bundled insurance, membership, guarantee. `amount` each time, in yuan."""

    model_config = ConfigDict(frozen=True)
    kind: ExtraKind
    amount: Decimal
    party: str
    timing: ExtraTiming = "per_period"
    name: str = ""
    currency: str = "CNY"

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> dict[str, Any]:
        found = _known(data, cls.model_fields, "extras")
        _one_of(found.get("kind"), "extras.kind", ("insurance", "membership", "guarantee", "other"))
        _one_of(found.get("timing", "per_period"), "extras.timing", ("per_period", "upfront", "deducted"))
        found["amount"] = amount_of(found.get("amount"), "extras.amount", least=ZERO)
        if not isinstance(found.get("party"), str) or not found["party"].strip():
            raise InvalidInput("extras.party", found.get("party"), "the name of who charges it")
        return found


class QuoteRequest(BaseModel):
    """Terms of one loan. Every wrong field raises `InvalidInput` with its name and accepted range.

    Exactly one rate is given (a fraction, or text with a unit), or `product` whose fee rows then give it. `days` is the
    whole term of a daily-interest loan repaid at once. `on` is the date fee rows and ceilings must hold on; the start
    date when it is left out. A `daily_rate` turns into a monthly one over `day_basis` days a year.
    """

    model_config = ConfigDict(frozen=True)
    principal: Decimal
    terms: int = 1
    method: RepaymentMethod | None = None
    monthly_fee_rate: Decimal | None = None
    monthly_rate: Decimal | None = None
    annual_rate: Decimal | None = None
    daily_rate: Decimal | None = None
    upfront_fee: Decimal = ZERO
    deducted_fee: Decimal = ZERO
    extras: tuple[ExtraCharge, ...] = ()
    start: date | None = None
    on: date | None = None
    days: int | None = None
    product: str | None = None
    lender: str | None = None
    lender_type: LenderType | None = None
    day_basis: Literal[360, 365] = 360
    minimum_ratio: Decimal | None = None
    late_daily_rate: Decimal | None = None
    currency: str = "CNY"

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> dict[str, Any]:
        found = _known(data, cls.model_fields, "quote")
        found["principal"] = amount_of(found.get("principal"), "principal")
        if "terms" in found or "days" not in found:
            found["terms"] = count_of(found.get("terms"), "terms", 1, MAX_TERMS)
        if "days" in found:
            found["days"] = count_of(found["days"], "days", 1, 3660)
        for name, per in (*_RATES.items(), ("late_daily_rate", "day")):
            if name in found:
                found[name] = rate_of(found[name], name, per)
        for name in ("upfront_fee", "deducted_fee"):
            if name in found:
                found[name] = amount_of(found[name], name, least=ZERO)
        for name in ("start", "on"):
            if name in found:
                found[name] = date_of(found[name], name)
        if "minimum_ratio" in found:
            found["minimum_ratio"] = amount_of(found["minimum_ratio"], "minimum_ratio", most=Decimal(1))
        cls._check_choices(found)
        return found

    @classmethod
    def _check_choices(cls, found: dict[str, Any]) -> None:
        given = [name for name in _RATES if name in found]
        if len(given) > 1 or (not given and "product" not in found):
            raise InvalidInput("rate", given, f"exactly one of {', '.join(_RATES)}, or a product")
        if "method" in found:
            _one_of(found["method"], "method", _METHODS)
        if "lender_type" in found:
            _one_of(found["lender_type"], "lender_type", _LENDERS)
        if "day_basis" in found:
            _one_of(found["day_basis"], "day_basis", (360, 365))
        if given and "method" in found and (found["method"] == "flat_fee") != (given[0] == "monthly_fee_rate"):
            raise InvalidInput("method", found["method"], "flat_fee together with monthly_fee_rate, and only then")
        if "days" in found and (found.get("method", "daily") != "daily" or "monthly_fee_rate" in found):
            raise InvalidInput("days", found["days"], "only with daily interest; for instalments give terms")

    @model_validator(mode="after")
    def _check_fees(self) -> QuoteRequest:
        for other in self.extras:
            if other.currency != self.currency:
                raise MixedCurrencies(self.currency, other.currency)
            if other.amount > self.principal:
                raise InvalidInput("extras.amount", str(other.amount), f"at most the principal of {self.principal}")
        withheld = self.at_start
        if withheld >= self.principal:
            field = "deducted_fee" if self.deducted_fee >= self.upfront_fee else "upfront_fee"
            raise InvalidInput(field, str(withheld), f"fees at the start below the principal of {self.principal}")
        return self

    @property
    def withheld(self) -> Decimal:
        """Everything taken out of the money before it is handed over (砍头息), in yuan."""
        return self.deducted_fee + sum((e.amount for e in self.extras if e.timing == "deducted"), ZERO)

    @property
    def at_start(self) -> Decimal:
        """Everything withheld or paid at the start, in yuan."""
        return self.withheld + self.upfront_fee + sum((e.amount for e in self.extras if e.timing == "upfront"), ZERO)


@dataclass(frozen=True, slots=True)
class RateFigure:
    """One annual rate with the label it must be shown under; percent to six decimals."""

    method: str
    kind: Literal["effective", "nominal", "simple"]
    percent: Decimal
    label_zh: str
    label_en: str
    asked_by_law: bool


@dataclass(frozen=True, slots=True)
class QuoteRates:
    """The three Chinese readings of one loan's cost."""

    compound: RateFigure
    nominal: RateFigure
    simple: RateFigure


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the working: what it is, how it was got, and the figure. `unit` is cny, percent or count."""

    name: str
    zh: str
    en: str
    value: Decimal
    unit: Literal["cny", "percent", "count"]


class Quote(BaseModel):
    """A complete answer: schedule, totals, three labelled rates, disclosure, ceilings, sources and the working."""

    model_config = ConfigDict(frozen=True)
    law_note_zh: ClassVar[str] = (
        "按中国人民银行公告〔2021〕第3号，应当展示年化利率；按复利（内部收益率）计算的是这里的第一个数。按单利展示时必须注明单利。"
    )
    request: QuoteRequest
    method: RepaymentMethod
    schedule: tuple[Line, ...]
    received: Decimal
    total_interest: Decimal
    total_fees: Decimal
    total_cost: Decimal
    total_paid: Decimal
    rates: QuoteRates
    items: tuple[FeeItem, ...]
    disclosure: Disclosure
    caps: tuple[CapNotice, ...]
    derivation: tuple[Step, ...]
    sources: tuple[SourceRef, ...]

    def figures(self) -> list[Figure]:
        """Every figure in the quote with its origin, for tracing a reply back to it; rates also at two decimals."""
        found = [
            Figure(self.request.principal, "cny", "request.principal"),
            Figure(Decimal(self.request.terms), "count", "request.terms"),
            Figure(self.received, "cny", "quote.received"),
            Figure(self.total_interest, "cny", "quote.total_interest"),
            Figure(self.total_fees, "cny", "quote.total_fees"),
            Figure(self.total_cost, "cny", "quote.total_cost"),
            Figure(self.total_paid, "cny", "quote.total_paid"),
        ]
        found += _rate_figures(self.request)
        for rate in (self.rates.compound, self.rates.nominal, self.rates.simple):
            found += both_precisions(rate.percent, f"rate.{rate.method}")
        for line in self.schedule:
            found += _line_figures(line)
        for item in self.items:
            found.append(Figure(item.amount, "cny", item.origin))
            found += both_precisions(item.annual_percent, f"{item.origin}.annual")
        found += [Figure(step.value, step.unit, f"step.{step.name}") for step in self.derivation]
        found += [Figure(notice.limit_percent, "percent", f"cap.{notice.rule_id}") for notice in self.caps]
        for ref in self.sources:
            found += row_figures(ref.row_id, ref.value, ref.unit)
        return found


def _rate_figures(request: QuoteRequest) -> list[Figure]:
    given = {name: getattr(request, name) for name in _RATES}
    return [
        Figure(percent_6dp(rate * 100), "percent", f"request.{name}")
        for name, rate in given.items()
        if rate is not None
    ]


def _line_figures(line: Line) -> list[Figure]:
    where = f"schedule[{line.period}]"
    found = [
        Figure(getattr(line, name), "cny", f"{where}.{name}")
        for name in ("principal", "interest", "fees", "payment", "balance")
    ]
    found.append(Figure(Decimal(line.period), "count", f"{where}.period"))
    return [*found, Figure(line.due, "date", f"{where}.due")] if line.due else found

"""Repaying a loan before its end under the contract rules in use: a fee on what remains, later fees waived, later fees
still due, or nothing; interest by actual days unless the contract says otherwise (Civil Code art. 677).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.cashflow import Grid
from knowledge.fees import FeeBook, FeeRow
from knowledge.figures import Figure, SourceRef, both_precisions, row_figures, source_ref
from knowledge.inputs import InvalidInput, count_of, date_of
from knowledge.money import ZERO, percent_6dp, to_cents, yuan
from knowledge.offer import offer_of
from knowledge.products import EarlyRule, Product, ProductCatalogue, bundled_fees
from knowledge.quote_models import QuoteRequest
from knowledge.rates.china import irr_both
from knowledge.rates.outcome import percent_of
from knowledge.schedule import Line, Terms, build_schedule


@dataclass(frozen=True, slots=True)
class SettlementRule:
    """A contract's rule. `fee_rate` applies to principal repaid early before period `free_from`; None means always."""

    rule: EarlyRule
    fee_rate: Decimal = ZERO
    free_from: int | None = None
    interest: Literal["actual_days", "full_period"] = "actual_days"
    day_basis: Literal[360, 365] = 360


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the amount due, in yuan."""

    name: str
    name_en: str
    amount: Decimal
    origin: str


class EarlyQuote(BaseModel):
    """What it takes to settle, part by part, and what is saved against carrying on.

    `period` is the running period. Settling on its due date includes its own instalment; settling before includes the
    interest of the days since the last due date. `repaid_early` is the principal not yet due, on which a fee is taken.
    Rates are what the shortened loan costs a year, in percent.
    """

    model_config = ConfigDict(frozen=True)
    period: int
    settled_on: date | None
    amount_due: Decimal
    parts: tuple[Part, ...]
    fee: Decimal
    why_zh: str
    why_en: str
    interest_saved: Decimal
    paid_before: Decimal
    remaining_principal: Decimal
    repaid_early: Decimal
    later_fees: Decimal
    compound_percent: Decimal | None
    nominal_percent: Decimal | None
    sources: tuple[SourceRef, ...]

    def figures(self) -> list[Figure]:
        """Every figure with its origin, for tracing a reply back to it."""
        found = [Figure(part.amount, "cny", part.origin) for part in self.parts]
        found += [
            Figure(Decimal(self.period), "count", "settlement.period"),
            Figure(self.amount_due, "cny", "settlement.amount_due"),
            Figure(self.fee, "cny", "settlement.fee"),
            Figure(self.interest_saved, "cny", "settlement.interest_saved"),
            Figure(self.paid_before, "cny", "settlement.paid_before"),
            Figure(self.remaining_principal, "cny", "settlement.remaining_principal"),
            Figure(self.repaid_early, "cny", "settlement.repaid_early"),
            Figure(self.later_fees, "cny", "settlement.later_fees"),
        ]
        for name, percent in (("compound", self.compound_percent), ("nominal", self.nominal_percent)):
            if percent is not None:
                found += both_precisions(percent, f"settlement.{name}")
        for ref in self.sources:
            found += row_figures(ref.row_id, ref.value, ref.unit)
        return [*found, Figure(self.settled_on, "date", "settlement.settled_on")] if self.settled_on else found


def early_settlement(
    product: Product,
    principal: Decimal,
    terms: int,
    start: date,
    settle_at_period: int | None = None,
    settle_on: date | None = None,
    fees: FeeBook | None = None,
) -> EarlyQuote:
    """Settle a product's loan at the due date of a period, or on a date, by the fee rows of the day it started.

    Raises `InvalidInput` naming the field (amount, terms, period or date outside the loan), `FeeRowMissing`.
    """
    contract = product.early_settlement
    if contract is None:
        raise InvalidInput("product", product.id, "a loan product; this one is not repaid")
    fees = fees or bundled_fees()
    request = QuoteRequest(principal=principal, terms=terms, start=start, product=product.id)
    offer = offer_of(request, fees, ProductCatalogue([product]))
    fee_row = fees.row(contract.fee_row, start) if contract.fee_row else None
    free_row = fees.row(contract.free_from_row, start) if contract.free_from_row else None
    rule = SettlementRule(
        contract.rule,
        fee_row.number if fee_row and fee_row.unit == "rate_once" else ZERO,
        int(free_row.number) if free_row else None,
        contract.interest,
    )
    settled = settle(offer.terms, rule, at_period=settle_at_period, on=settle_on)
    rows: list[FeeRow] = [row for row in (offer.rate_row, fee_row, free_row) if row]
    return settled.model_copy(update={"sources": tuple(source_ref(row) for row in rows)})


def settle(terms: Terms, rule: SettlementRule, *, at_period: int | None = None, on: date | None = None) -> EarlyQuote:
    """Settle any schedule at a period's due date, or on a date (then `terms.start` must be known)."""
    lines = build_schedule(terms)
    period, between = _position(terms, lines, at_period, on)
    line = lines[period - 1]
    before = lines[period - 2].balance if period > 1 else terms.principal
    interest = _running_interest(terms, rule, line, before, on) if between else line.interest
    later = lines[period:]
    later_fees = sum((x.fees for x in later), ZERO)
    still_due = later_fees if rule.rule == "remaining_fees_due" else ZERO
    early = before if between else line.balance
    fee, zh, en = _fee(rule, period, early, later_fees)
    parts = [Part("剩余本金", "remaining principal", before, "settlement.principal")]
    if interest:
        parts.append(Part("本期利息", "interest of this period", interest, "settlement.interest"))
    if line.fees:
        parts.append(Part("本期手续费", "fee of this period", line.fees, "settlement.period_fee"))
    if still_due:
        parts.append(Part("剩余各期手续费", "fees of the remaining periods", still_due, "settlement.remaining_fees"))
    if fee:
        parts.append(Part("提前结清费", "early settlement fee", fee, "settlement.fee"))
    due = sum((part.amount for part in parts), ZERO)
    paid = [x.payment for x in lines[: period - 1]]
    would = sum((x.payment for x in lines[period - 1 :]), ZERO)
    compound, nominal = (None, None) if between else _cost(terms.principal, paid, due)
    return EarlyQuote(
        period=period,
        settled_on=on or line.due,
        amount_due=due,
        parts=tuple(parts),
        fee=fee,
        why_zh=zh,
        why_en=en,
        interest_saved=would - due,
        paid_before=sum(paid, ZERO),
        remaining_principal=before,
        repaid_early=early,
        later_fees=later_fees,
        compound_percent=compound,
        nominal_percent=nominal,
        sources=(),
    )


def _position(terms: Terms, lines: tuple[Line, ...], at_period: int | None, on: date | None) -> tuple[int, bool]:
    """(running period, whether the day lies before its due date)."""
    if (at_period is None) == (on is None):
        raise InvalidInput("settle_at_period", at_period, "either the period or the date of settling, one of them")
    if at_period is not None:
        return count_of(at_period, "settle_at_period", 1, len(lines)), False
    day = date_of(on, "settle_on")
    if terms.start is None or lines[-1].due is None:
        raise InvalidInput("start", None, "the date the loan started, needed to settle on a date")
    if not terms.start <= day <= lines[-1].due:
        raise InvalidInput("settle_on", str(day), f"a date from {terms.start} to {lines[-1].due}")
    for line in lines:
        if line.due is not None and day <= line.due:
            return line.period, day < line.due
    raise InvalidInput("settle_on", str(day), f"a date up to {lines[-1].due}")


def _running_interest(terms: Terms, rule: SettlementRule, line: Line, balance: Decimal, on: date | None) -> Decimal:
    if rule.interest == "full_period" or on is None:
        return line.interest
    last = terms.due(line.period - 1) if line.period > 1 else terms.start
    days = (on - last).days if last else 0
    yearly = terms.daily_rate * rule.day_basis if terms.method in ("daily", "revolving") else terms.monthly_rate * 12
    return to_cents(balance * yearly * days / rule.day_basis)


def _fee(rule: SettlementRule, period: int, early: Decimal, later_fees: Decimal) -> tuple[Decimal, str, str]:
    if rule.rule == "fee_on_remaining":
        if rule.free_from is not None and period >= rule.free_from:
            return ZERO, f"从第{rule.free_from}期起提前结清不收费", f"no fee from period {rule.free_from} on"
        fee = to_cents(early * rule.fee_rate)
        zh = f"提前归还的本金{yuan(early)}，按约定比例收一次提前结清费{yuan(fee)}"
        return fee, zh, "a fee on the principal repaid early, as agreed"
    if rule.rule == "waive_remaining_fees":
        zh = f"剩余各期手续费{yuan(later_fees)}免收，已经收的不退"
        return ZERO, zh, "later fees are waived, fees already charged stay"
    if rule.rule == "remaining_fees_due":
        return ZERO, f"剩余各期手续费{yuan(later_fees)}仍要一次交清", "later fees are still due at once"
    return ZERO, "提前结清不收费", "no fee for settling early"


def _cost(principal: Decimal, paid: list[Decimal], due: Decimal) -> tuple[Decimal, Decimal]:
    compound, nominal = irr_both(Grid((principal, *(-p for p in paid), -due)))
    return percent_6dp(percent_of(compound)), percent_6dp(percent_of(nominal))

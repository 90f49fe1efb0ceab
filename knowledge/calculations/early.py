"""Repaying early: the amount due with its parts, or just the fee rule applied to what is left."""

from __future__ import annotations

from datetime import date

from knowledge.calculations.draft import Fact, count, money, percent
from knowledge.calculations.job import Job, needed
from knowledge.calculations.model import Calculation, Table, Text
from knowledge.fees import FeeRow
from knowledge.inputs import InvalidInput
from knowledge.money import ZERO, to_cents
from knowledge.products import EarlySettlement, Product
from knowledge.settlement import EarlyQuote, early_settlement


def early(job: Job) -> Calculation:
    """The answer to repay.early_cost and repay.early."""
    values, product = job.values, job.product
    contract = product.early_settlement
    if contract is None:
        raise InvalidInput("product", product.id, "suixinjie, yueyuefu")
    job.draft.name(product=(product.name, product.name_en))
    job.draft.cite_law("civil-677")
    whole = values.amount is not None and values.terms is not None and values.start is not None
    return _settled(job, product, contract) if whole else _by_rule(job, product, contract)


def _settled(job: Job, product: Product, contract: EarlySettlement) -> Calculation:
    draft, values = job.draft, job.values
    start = needed(values.start, "start", "the date the loan started")
    terms = needed(values.terms, "terms", "the number of instalments")
    on = None if values.period is not None else (values.on or job.today)
    found = early_settlement(product, job.amount(), terms, start, values.period, on, fees=job.fees)
    _put_settlement(job, found)
    _put_rule(job, contract, start)
    draft.note(found.figures())
    draft.cite_refs(found.sources)
    yearly = found.compound_percent is not None
    short = draft.say("early.short.due", "early.short.fee" if found.fee else "early.short.no_fee")
    details = [draft.say("early.parts", *_part_keys(found)), draft.say(_rule_key(contract, found))]
    if found.interest_saved:
        details.append(draft.say("early.saved" if found.interest_saved > 0 else "early.dearer"))
    if found.settled_on:
        details.append(draft.say("early.past" if found.settled_on < job.today else "early.on"))
    if yearly:
        details.append(draft.say("early.yearly"))
    details.append(draft.say("early.confirm"))
    spoken = draft.say(*(("early.spoken.yearly",) if yearly else ()), "early.spoken.due")
    return draft.finish(job.intent, (product.id,), short, details, spoken=spoken, tables=(_parts_table(job, found),))


def _put_settlement(job: Job, found: EarlyQuote) -> None:
    parts = {part.origin.removeprefix("settlement."): part.amount for part in found.parts}
    for name in ("principal", "interest", "period_fee", "remaining_fees"):
        job.draft.put(**{f"part_{name}": money(parts.get(name, ZERO), f"settlement.{name}")})
    job.draft.put(
        period=count(found.period, "settlement.period"),
        due=money(found.amount_due, "settlement.amount_due"),
        fee=money(found.fee, "settlement.fee"),
        saved=money(abs(found.interest_saved), "settlement.interest_saved"),
        repaid_early=money(found.repaid_early, "settlement.repaid_early"),
        later_fees=money(found.later_fees, "settlement.later_fees"),
    )
    if found.compound_percent is not None and found.nominal_percent is not None:
        job.draft.put(compound=percent(found.compound_percent, "settlement.compound"))
        job.draft.put(nominal=percent(found.nominal_percent, "settlement.nominal"))
    if found.settled_on:
        job.draft.put(date=Fact(found.settled_on, "date", "settlement.settled_on"))


def _part_keys(found: EarlyQuote) -> list[str]:
    return [f"early.part.{part.origin.removeprefix('settlement.')}" for part in found.parts]


def _rule_key(contract: EarlySettlement, found: EarlyQuote) -> str:
    if contract.rule == "fee_on_remaining" and contract.free_from_row is None:
        return "early.rule.always"
    if contract.rule == "fee_on_remaining":
        return "early.rule.charged" if found.fee else "early.rule.free"
    return f"early.rule.{contract.rule}"


def _parts_table(job: Job, found: EarlyQuote) -> Table:
    rows: list[list[Text]] = [
        [{"zh": part.name, "en": part.name_en}, job.draft.cell(money(part.amount, part.origin))] for part in found.parts
    ]
    total = [job.draft.say("cell.total"), job.draft.cell(money(found.amount_due, "settlement.amount_due"))]
    return job.draft.table("parts", ("item", "money"), [*rows, total])


def _put_rule(job: Job, contract: EarlySettlement, on: date) -> tuple[FeeRow | None, int | None]:
    """Name the figures of the contract's rule; the fee row and the first period without a fee, when there are any."""
    fee_row = job.fees.row(contract.fee_row, on) if contract.fee_row else None
    free_row = job.fees.row(contract.free_from_row, on) if contract.free_from_row else None
    if fee_row is not None:
        job.draft.put_row("fee_rate", fee_row)
    if free_row is not None:
        job.draft.put_row("free_from", free_row)
    return fee_row, int(free_row.number) if free_row else None


def _by_rule(job: Job, product: Product, contract: EarlySettlement) -> Calculation:
    """Only the amount left (or only the period) is known: the rule, with its fee in yuan when an amount is known."""
    draft, values = job.draft, job.values
    fee_row, free_from = _put_rule(job, contract, job.on)
    left = values.remaining if values.remaining is not None else values.amount
    if left is not None:
        draft.put(remaining=money(left, "request.remaining"))
    if values.period is not None:
        draft.put(period=count(values.period, "request.period"))
    if contract.rule != "fee_on_remaining" or fee_row is None:
        key = f"early.left.{contract.rule}"
        return _finish_rule(job, product, key, "early.interest.period" if product.method == "flat_fee" else None)
    if left is not None:
        draft.put(fee=money(to_cents(left * fee_row.number), "calculator.early_fee"))
    if free_from is None:
        always = "early.left.always" if left is not None else "early.unknown.always"
        return _finish_rule(job, product, always, "early.interest.days")
    when = "either" if values.period is None else ("free" if values.period >= free_from else "charged")
    known = "left" if left is not None else "unknown"
    return _finish_rule(job, product, f"early.{known}.{when}", "early.interest.days")


def _finish_rule(job: Job, product: Product, key: str, interest: str | None) -> Calculation:
    draft = job.draft
    details = [draft.say(f"{key}.working")]
    if interest:
        details.append(draft.say(interest))
    details.append(draft.say("early.more"))
    return draft.finish(job.intent, (product.id,), draft.say(key), details)

"""Wallet withdrawals, merchant acquiring and payments abroad: one fee from one amount."""

from __future__ import annotations

from collections.abc import Callable

from knowledge.calculations.draft import money
from knowledge.calculations.job import Job
from knowledge.calculations.model import Calculation, Text
from knowledge.money import ZERO
from knowledge.tariffs import rate_charge, withdrawal_fee

_PAYERS = {"wallet": "rate_wallet", "credit": "rate_creditcard", "yueyuefu": "rate_yueyuefu"}


def payment(job: Job) -> Calculation:
    """The answer to pay.withdraw_fee, pay.merchant_fee and pay.cross_border."""
    job.draft.put(amount=money(job.amount(), "request.amount"))
    job.draft.name(product=(job.product.name, job.product.name_en))
    return {"pay.withdraw_fee": _withdrawal, "pay.merchant_fee": _merchant, "pay.cross_border": _abroad}[job.intent](
        job
    )


def _withdrawal(job: Job) -> Calculation:
    draft, amount, product = job.draft, job.amount(), job.product.id
    quota, rate, least = (job.row(f"{product}.{item}") for item in ("free_quota", "withdraw_fee_rate", "min_fee"))
    limit = job.row(f"{product}.withdraw_single_limit")
    used = job.values.used or ZERO
    charge = withdrawal_fee(amount, used, job.fees, job.on, product=product)
    full = withdrawal_fee(amount, quota.number, job.fees, job.on, product=product)
    free = max(quota.number - used, ZERO)
    above = max(amount - free, ZERO)
    for name, row in (("quota", quota), ("rate", rate), ("least", least)):
        draft.put_row(name, row)
    draft.name(party=(rate.party, rate.party))
    draft.put(
        fee=money(charge.amount, "calculator.withdrawal_fee"),
        fee_without_quota=money(full.amount, "calculator.withdrawal_fee.no_quota"),
        used=money(used, "request.used"),
        free=money(free, "calculator.free_quota_left"),
        above=money(above, "calculator.above_quota"),
    )
    said = job.values.used is not None
    working = "withdraw.free"
    if charge.amount:
        working = "withdraw.least" if above * rate.number < least.number else "withdraw.working"
    details = [draft.say("withdraw.used" if said else "withdraw.quota", working)]
    if not said:
        details.append(draft.say("withdraw.without_quota"))
    if amount > limit.number:
        draft.put_row("limit", limit)
        details.append(draft.say("withdraw.limit"))
    details.append(draft.say("withdraw.confirm"))
    key = "withdraw.short.used" if said else "withdraw.short.unused"
    return draft.finish(job.intent, (product,), draft.say(key if charge.amount else f"{key}.free"), details)


def _merchant(job: Job) -> Calculation:
    draft, amount, product = job.draft, job.amount(), job.product.id
    rows: list[list[Text]] = []
    for payer, item in _PAYERS.items():
        row = job.row(f"{product}.{item}")
        fee = rate_charge(row, amount).amount
        draft.put_row(f"rate_{payer}", row)
        draft.put(**{f"fee_{payer}": money(fee, f"calculator.merchant_fee.{payer}")})
        net = money(amount - fee, f"calculator.merchant_net.{payer}")
        facts = (draft.say(f"merchant.rate.{payer}"), draft.say(f"merchant.fee.{payer}"), draft.cell(net))
        rows.append([draft.say(f"payer.{payer}"), *facts])
        draft.name(party=(row.party, row.party))
    instant = job.row(f"{product}.instant_fee_rate")
    draft.put_row("instant_rate", instant)
    draft.put(instant=money(rate_charge(instant, amount).amount, "calculator.instant_fee"))
    table = draft.table("merchant", ("payer", "rate", "fee", "net"), rows)
    short = draft.say("merchant.short.wallet", "merchant.short.credit")
    details = [draft.say("merchant.working"), draft.say("merchant.yueyuefu"), draft.say("merchant.instant")]
    details.append(draft.say("merchant.party"))
    return draft.finish(job.intent, (product,), short, details, tables=(table,))


def _abroad(job: Job) -> Calculation:
    draft, amount, product = job.draft, job.amount(), job.product.id
    rate, limit = job.row(f"{product}.cross_fee_rate"), job.row(f"{product}.cross_single_limit")
    fee = rate_charge(rate, amount).amount
    draft.put_row("rate", rate)
    draft.name(party=(rate.party, rate.party))
    draft.put(
        fee=money(fee, "calculator.cross_border_fee"), total=money(amount + fee, "calculator.cross_border_total")
    )  # fmt: skip
    details = [draft.say("abroad.working"), draft.say("abroad.rate")]
    if amount > limit.number:
        draft.put_row("limit", limit)
        details.insert(0, draft.say("abroad.limit"))
    details.append(draft.say("abroad.party"))
    return draft.finish(job.intent, (product,), draft.say("abroad.short"), details)


_ANSWERS: dict[str, Callable[[Job], Calculation]] = {
    "pay.withdraw_fee": _withdrawal,
    "pay.merchant_fee": _merchant,
    "pay.cross_border": _abroad,
}

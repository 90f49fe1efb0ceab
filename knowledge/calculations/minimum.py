"""The minimum payment of a bill, and what the unpaid rest costs, by example."""

from __future__ import annotations

from datetime import timedelta

from knowledge.calculations.conversion import by_year
from knowledge.calculations.draft import count, money, percent
from knowledge.calculations.job import Job, needed
from knowledge.calculations.model import Calculation
from knowledge.charges import minimum_payment, revolving_interest
from knowledge.inputs import InvalidInput
from knowledge.money import plain

EXAMPLE_DAYS = 30


def minimum(job: Job) -> Calculation:
    """The answer to repay.minimum for a bill amount; `days` replaces the 30 days of the example."""
    draft, product, bill = job.draft, job.product, job.amount()
    named = product.loan_rows()
    ratio = job.row(needed(named.minimum_ratio, "product", "a product with a minimum payment"))
    daily = job.row(needed(named.revolving_daily, "product", "a product with revolving interest"))
    limit = job.fees.find(named.amount_max, job.on) if named.amount_max else None
    if limit is not None and bill > limit.number:
        raise InvalidInput("amount", str(bill), f"an amount in yuan from 0.01 to {plain(limit.number)}")
    least = minimum_payment(bill, ratio.number).amount
    rest = bill - least
    days = job.values.days if job.values.days is not None else EXAMPLE_DAYS
    interest = revolving_interest([(job.today, rest)], [], daily.number, job.today + timedelta(days=days))
    draft.name(product=(product.name, product.name_en), party=(daily.party, daily.party))
    draft.put_row("ratio", ratio)
    draft.put_row("rate", daily)
    draft.put(
        amount=money(bill, "request.amount"),
        least=money(least, "calculator.minimum_payment"),
        rest=money(rest, "calculator.rest_of_bill"),
        days=count(days, "request.days" if job.values.days is not None else "calculator.example_days", "days"),
        interest=money(interest.amount, "calculator.revolving_interest"),
        yearly=percent(by_year(daily.number, "day").nominal, "rate.simple_365"),
        days_a_year=count(365, "calendar.days_a_year", "days"),
    )
    details = [
        draft.say("minimum.working"),
        draft.say("minimum.example"),
        draft.say("minimum.from_booking"),
        draft.say("minimum.yearly"),
        draft.say("minimum.not_late", "minimum.in_full"),
    ]
    spoken = draft.say("minimum.spoken")
    return draft.finish(job.intent, (product.id,), draft.say("minimum.short"), details, spoken=spoken)

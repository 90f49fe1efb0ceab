"""Policies: surrender value by policy year, premium by age, what a claim pays after the deductible."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from knowledge.calculations.draft import count, joined, money
from knowledge.calculations.job import Job, needed
from knowledge.calculations.model import Calculation, Text
from knowledge.fees import FeeRow
from knowledge.inputs import InvalidInput
from knowledge.money import ZERO, to_cents
from knowledge.tariffs import claim_payment, premium, surrender_value


def policy(job: Job) -> Calculation:
    """The answer to insurance.surrender, insurance.premium and insurance.coverage."""
    return _ANSWERS[job.intent](job)


def _surrender(job: Job) -> Calculation:
    draft, product = job.draft, job.product
    year = needed(job.values.year, "year", "a whole number from 1 to 150")
    table = [(bound, row) for bound, row in job.whole_table(f"{product.id}.surrender") if bound is not None]
    if year > table[-1][0]:
        raise InvalidInput("year", year, f"a whole number from 1 to {table[-1][0]}")
    draft.name(product=(product.name, product.name_en))
    draft.put(year=count(year, "request.year", "years"))
    draft.put_row("pay_years", job.row(f"{product.id}.table_pay_years"))
    paid, how = _paid(job, year)
    draft.put_row("cooling_off", job.row(f"{product.id}.cooling_off"))
    draft.put_row("refund_days", job.row("general.surrender_refund_days"))
    draft.cite_law("insurance-47")
    exact = next((row for bound, row in table if bound == year), None)
    short, working = _at_year(job, exact, paid) if exact else _between_years(job, table, year, paid)
    rest = [draft.say("surrender.table"), draft.say("surrender.cooling_off"), draft.say("surrender.refund")]
    return draft.finish(job.intent, (product.id,), short, [*how, working, *rest])


def _paid(job: Job, year: int) -> tuple[Decimal, list[Text]]:
    """Premiums paid so far, and how they come about when the customer said them by the year."""
    draft, amount = job.draft, job.amount()
    if job.values.yearly != amount:
        draft.put(paid=money(amount, "request.amount"))
        return amount, []
    years = min(year, int(job.row(f"{job.product.id}.table_pay_years").number))
    draft.put(
        yearly=money(amount, "request.yearly"),
        years_paid=count(years, "calculator.years_paid", "years"),
        paid=money(amount * years, "calculator.premiums_paid"),
    )
    return amount * years, [draft.say("surrender.paid")]


def _at_year(job: Job, row: FeeRow, paid: Decimal) -> tuple[Text, Text]:
    draft = job.draft
    value = surrender_value(job.product.id, paid, needed(job.values.year, "year", "a year"), job.fees, job.on).amount
    draft.put_row("share", row)
    draft.put(value=money(value, "calculator.surrender_value"))
    draft.put(gap=money(abs(paid - value), "calculator.surrender_gap"))
    gap = "surrender.less" if value < paid else "surrender.more"
    return draft.say("surrender.short", gap), draft.say("surrender.working")


def _between_years(job: Job, table: list[tuple[int, FeeRow]], year: int, paid: Decimal) -> tuple[Text, Text]:
    """A year the table leaves out: the values of the years before and after, without inventing one between."""
    draft = job.draft
    before = max((entry for entry in table if entry[0] < year), key=lambda entry: entry[0])
    after = min((entry for entry in table if entry[0] > year), key=lambda entry: entry[0])
    for name, (bound, row) in (("low", before), ("high", after)):
        draft.put_row(f"{name}_share", row)
        draft.put(**{
            f"{name}_year": count(bound, row.id, "years"),
            f"{name}_value": money(to_cents(paid * row.number), f"calculator.surrender_value.{bound}"),
        })  # fmt: skip
    return draft.say("surrender.between"), draft.say("surrender.between.working")


def _premium(job: Job) -> Calculation:
    draft = job.draft
    age = needed(job.values.age, "age", "a whole number from 0 to 120")
    draft.put(age=count(age, "request.age"))
    sold, lines, unsold = [], [], []
    for product in job.products:
        bounds = _ages(job, product)
        if not bounds[0] <= age <= bounds[1]:
            unsold.append((product, bounds))
            continue
        sold.append(product)
        job.whole_table(f"{product}.premium")
        row = premium(product, age, job.fees, job.on).rows[0]
        draft.put_row("premium", row)
        draft.name(product=(job.catalogue[product].name, job.catalogue[product].name_en))
        lines.append(draft.say("premium.line"))
    if not sold:
        low = min(bounds[0] for _, bounds in unsold)
        high = max(bounds[1] for _, bounds in unsold)
        raise InvalidInput("age", age, f"a whole number from {low} to {high}")
    details = [draft.say("premium.by_age")]
    for product, bounds in unsold:
        draft.name(product=(job.catalogue[product].name, job.catalogue[product].name_en))
        draft.put(low_age=count(bounds[0], f"{product}.min_age"), high_age=count(bounds[1], f"{product}.max_age"))
        details.append(draft.say("premium.not_sold"))
    details.append(draft.say("premium.disclosure"))
    return draft.finish(job.intent, tuple(sold), joined(lines), details)


def _ages(job: Job, product: str) -> tuple[int, int]:
    """Lowest and highest age the policy is sold at, cited."""
    highest = job.row(f"{product}.{'max_age' if job.has(f'{product}.max_age') else 'max_entry_age'}")
    lowest = job.row(f"{product}.min_age") if job.has(f"{product}.min_age") else None
    job.draft.cite(*(row for row in (lowest, highest) if row))
    return int(lowest.number) if lowest else 0, int(highest.number)


def _coverage(job: Job) -> Calculation:
    draft, product, amount = job.draft, job.product, job.amount()
    draft.name(product=(product.name, product.name_en))
    draft.put(amount=money(amount, "request.amount"))
    deductible = job.row(f"{product.id}.deductible")
    draft.put_row("deductible", deductible)
    draft.put(above=money(max(amount - deductible.number, ZERO), "calculator.above_deductible"))
    medical = job.has(f"{product.id}.reimburse_social")
    ratios = {"social": "reimburse_social", "alone": "reimburse_nosocial"} if medical else {"social": "reimburse"}
    limit_item = "limit" if medical else "limit_medical"
    for name, item in ratios.items():
        paid = claim_payment(product.id, amount, job.fees, job.on, ratio_item=item, limit_item=limit_item)
        draft.put(**{f"pays_{name}": money(paid.amount, f"calculator.claim.{name}")})
        draft.put_row(f"ratio_{name}", job.row(f"{product.id}.{item}"))
    draft.put_row("limit", job.row(f"{product.id}.{limit_item}"))
    kind = "medical" if medical else "accident"
    if amount <= deductible.number:
        short, details = draft.say(f"cover.{kind}.below"), [draft.say("cover.deductible")]
    else:
        short = draft.say(f"cover.{kind}.short")
        details = [draft.say("cover.deductible", "cover.above"), draft.say(f"cover.{kind}.working")]
    details += [draft.say(f"cover.{kind}.note"), draft.say("cover.limit"), draft.say("cover.decided")]
    return draft.finish(job.intent, (product.id,), short, details)


_ANSWERS: dict[str, Callable[[Job], Calculation]] = {
    "insurance.surrender": _surrender,
    "insurance.premium": _premium,
    "insurance.coverage": _coverage,
}

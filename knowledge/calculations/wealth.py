"""Funds and advice: buying, selling and yearly fees, for one product or for all of them side by side."""

from __future__ import annotations

from collections.abc import Callable

from knowledge.calculations.draft import Fact, count, joined, literal, money
from knowledge.calculations.job import Job
from knowledge.calculations.model import Calculation, Text
from knowledge.charges import Charge
from knowledge.fees import FeeRow
from knowledge.inputs import MAX_AMOUNT, InvalidInput
from knowledge.money import ZERO, plain
from knowledge.tariffs import redemption_fee, subscription_fee, yearly_charge

EXAMPLE_DAYS = 365
_YEARLY = ("manage", "custody", "sales_service", "fee")


def fund(job: Job) -> Calculation:
    """The answer to wealth.buy_fee, wealth.redeem_fee and wealth.manage_fee."""
    job.draft.put(amount=money(job.amount(), "request.amount"))
    return _ANSWERS[job.intent](job)


def _name(job: Job, product: str) -> Text:
    found = job.catalogue[product]
    job.draft.name(product=(found.name, found.name_en))
    return {"zh": found.name, "en": found.name_en}


def _put_charge(job: Job, charge: Charge, origin: str) -> FeeRow:
    row = charge.rows[0]
    job.draft.put_row("rate", row)
    job.draft.put(fee=money(charge.amount, origin))
    return row


def _buy(job: Job) -> Calculation:
    draft, amount = job.draft, job.amount()
    single = len(job.products) == 1
    lines: list[Text] = []
    rows: list[list[Text]] = []
    for product in job.products:
        least = job.row(f"{product}.min_amount")
        if single and amount < least.number:
            raise InvalidInput("amount", str(amount), f"an amount in yuan from {plain(least.number)} to {MAX_AMOUNT}")
        charge = subscription_fee(product, amount, job.fees, job.on)
        rows.append(_compared(job, product, charge, "subscription_fee"))
        lines.append(draft.say("buy.line" if charge.amount else "buy.line.free"))
        working = draft.say("buy.working" if charge.amount else "buy.none")
    rest = [draft.say("buy.what"), draft.say("fund.risk")]
    if single:
        return draft.finish(job.intent, job.products, lines[0], [working, *rest])
    table = draft.table("buy", ("product", "rate", "fee", "net"), rows)
    return draft.finish(job.intent, job.products, draft.say("buy.all"), rest, spoken=joined(lines), tables=(table,))


def _compared(job: Job, product: str, charge: Charge, name: str) -> list[Text]:
    """Name the figures of one product's charge; returns its row: product, rate, fee, what is left."""
    draft, shown = job.draft, _name(job, product)
    _put_charge(job, charge, f"calculator.{name}.{product}")
    net = money(job.amount() - charge.amount, f"calculator.net_amount.{product}")
    draft.put(net=net)
    return [shown, draft.say("cell.rate"), draft.say("cell.fee"), draft.cell(net)]


def _redeem(job: Job) -> Calculation:
    if job.values.days is None:
        return _bands(job)
    draft, amount, days = job.draft, job.amount(), job.values.days
    draft.put(days=count(days, "request.days", "days"))
    lines: list[Text] = []
    rows: list[list[Text]] = []
    for product in job.products:
        job.whole_table(f"{product}.redeem")
        charge = redemption_fee(product, amount, days, job.fees, job.on)
        rows.append(_compared(job, product, charge, "redemption_fee"))
        free = "" if charge.amount else ".free"
        lines.append(draft.say(f"redeem.short{free}"))
        working = draft.say(f"redeem.working{free}")
    if len(job.products) == 1:
        banded = [draft.say("redeem.what")] if job.whole_table(f"{job.products[0]}.redeem") else []
        return draft.finish(job.intent, job.products, lines[0], [working, *banded])
    table = draft.table("redeem", ("product", "rate", "fee", "net"), rows)
    details = [draft.say("redeem.what")]
    return draft.finish(
        job.intent, job.products, draft.say("redeem.all"), details, spoken=joined(lines), tables=(table,)
    )  # fmt: skip


def _bands(job: Job) -> Calculation:
    """How the fee falls with the days held."""
    draft, amount, product = job.draft, job.amount(), job.products[0]
    _name(job, product)
    bands = job.whole_table(f"{product}.redeem")
    if not bands:
        charge = redemption_fee(product, amount, 0, job.fees, job.on)
        _compared(job, product, charge, "redemption_fee")
        return draft.finish(job.intent, (product,), draft.say("redeem.flat"), [draft.say("redeem.flat.working")])
    rows: list[list[Text]] = []
    low = 0
    for bound, row in bands:
        charge = redemption_fee(product, amount, low, job.fees, job.on)
        _put_charge(job, charge, f"calculator.redemption_fee.{low}")
        draft.put(low=count(low, row.id, "days"), high=count(bound or 0, row.id, "days"))
        key = "redeem.band" if low else "redeem.band.first"
        band = draft.say(key if bound else "redeem.band.last")
        rows.append([band, draft.say("cell.rate"), draft.say("cell.fee")])
        low = bound or low
    table = draft.table("bands", ("held", "rate", "fee"), rows)
    first, last = bands[0][1], bands[-1][1]
    draft.put_row("first_rate", first)
    draft.put_row("last_rate", last)
    draft.put(first_bound=count(bands[0][0] or 0, first.id, "days"), last_bound=count(low, last.id, "days"))
    details = [draft.say("redeem.bands.working"), draft.say("redeem.what")]
    return draft.finish(job.intent, (product,), draft.say("redeem.bands"), details, tables=(table,))


def _yearly(job: Job) -> Calculation:
    draft, amount = job.draft, job.amount()
    days = job.values.days if job.values.days is not None else EXAMPLE_DAYS
    origin = "request.days" if job.values.days is not None else "calculator.example_days"
    draft.put(days=count(days, origin, "days"), days_a_year=count(365, "calendar.days_a_year", "days"))
    lines: list[Text] = []
    rows: list[list[Text]] = []
    for product in job.products:
        name, total = _name(job, product), ZERO
        charged = [row for item in _YEARLY if (row := job.fees.find(f"{product}.{item}", job.on)) and row.number]
        for row in charged:
            charge = yearly_charge(row, amount, days)
            _put_charge(job, charge, f"calculator.{row.id}")
            total += charge.amount
            kind: Text = draft.say(f"yearly.{row.item}")
            rows.append([name, kind, draft.say("cell.rate"), draft.say("cell.fee")])
        sum_fact: Fact = money(total, f"calculator.yearly_fees.{product}")
        draft.put(total=sum_fact)
        rows.append([name, draft.say("cell.total"), literal("-"), draft.cell(sum_fact)])
        lines.append(draft.say("yearly.advice" if product == "hezhi-advisory" else "yearly.short"))
    table = draft.table("yearly", ("product", "item", "rate", "fee"), rows)
    single, advice = len(job.products) == 1, job.products == ("hezhi-advisory",)
    short = lines[0] if single else draft.say("yearly.all")
    details = [draft.say("yearly.working"), draft.say("yearly.advice.note" if advice else "yearly.note")]
    return draft.finish(job.intent, job.products, short, details, spoken=joined(lines), tables=(table,))


_ANSWERS: dict[str, Callable[[Job], Calculation]] = {
    "wealth.buy_fee": _buy,
    "wealth.redeem_fee": _redeem,
    "wealth.manage_fee": _yearly,
}

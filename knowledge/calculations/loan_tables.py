"""The tables of a loan quote: three labelled rates, repayment schedule, disclosure (金规〔2026〕2号)."""

from __future__ import annotations

from knowledge.calculations.draft import count, literal, money, percent
from knowledge.calculations.job import Job
from knowledge.calculations.model import Table, Text
from knowledge.disclosure import FeeItem
from knowledge.fee_units import render_value
from knowledge.fees import FeeRow
from knowledge.quote_models import Quote, RateFigure
from knowledge.schedule import Line

_DASH = literal("-")


def rates_table(job: Job, found: Quote) -> Table:
    """The three annual rates, and which one is put forward."""
    rates = (found.rates.compound, found.rates.nominal, found.rates.simple)
    return job.draft.table("rates", ("basis", "yearly", "asked"), [_rate_row(job, rate) for rate in rates])


def _rate_row(job: Job, rate: RateFigure) -> list[Text]:
    yes = job.draft.say("cell.shown_first" if rate.asked_by_law else "cell.shown_labelled")
    shown = job.draft.cell(percent(rate.percent, f"rate.{rate.method}"))
    return [job.draft.say(f"basis.{rate.method}"), shown, yes]


def schedule_table(job: Job, found: Quote) -> Table:
    """One row a period: due date, payment, its parts, principal left."""
    columns = ("period", "due", "payment", "principal", "interest", "fees", "balance")
    return job.draft.table("schedule", columns, [_line(job, line) for line in found.schedule])


def _line(job: Job, line: Line) -> list[Text]:
    where = f"schedule[{line.period}]"
    due = literal(line.due.isoformat()) if line.due else _DASH
    cells = [job.draft.cell(count(line.period, f"{where}.period")), due]
    for name in ("payment", "principal", "interest", "fees", "balance"):
        cells.append(job.draft.cell(money(getattr(line, name), f"{where}.{name}")))
    return cells


def disclosure_table(job: Job, found: Quote) -> Table:
    """Principal, each item with method, standard, charging party and yearly share, default costs, the closing line."""
    draft, shown = job.draft, found.disclosure
    principal = draft.cell(money(shown.principal, "request.amount"))
    rows = [[draft.say("item.principal"), _DASH, _DASH, _DASH, principal, _DASH]]
    rows += [_normal(job, found, item) for item in shown.normal]
    compound = draft.cell(percent(shown.compound_percent, "rate.pboc-irr-compound"))
    nominal = draft.cell(percent(shown.nominal_percent, "rate.cn-irr-nominal"))
    total = draft.cell(money(shown.total_cost, "quote.total_cost"))
    rows.append([draft.say("item.total"), draft.say("basis.pboc-irr-compound"), _DASH, _DASH, total, compound])
    rows.append([draft.say("item.total"), draft.say("basis.cn-irr-nominal"), _DASH, _DASH, total, nominal])
    rows += [_default(job, item) for item in shown.default]
    closing = "item.nothing_else" if found.request.product else "item.nothing_else_known"
    rows.append([draft.say(closing), _DASH, _DASH, _DASH, _DASH, _DASH])
    return draft.table("disclosure", ("item", "method", "standard", "party", "money", "yearly_share"), rows)


def _normal(job: Job, found: Quote, item: FeeItem) -> list[Text]:
    draft = job.draft
    method = draft.say("method.flat_fee" if item.kind == "instalment_fee" else f"method.{found.method}")
    standard = draft.say(f"standard.{_rate_kind(found)}")
    amount = draft.cell(money(item.amount, item.origin))
    share = draft.cell(percent(item.annual_percent, f"{item.origin}.annual"))
    name: Text = {"zh": item.name, "en": item.name_en}
    return [name, method, standard, literal(item.party), amount, share]


def _rate_kind(found: Quote) -> str:
    if found.request.product:
        return {"rate_period": "monthly_fee_rate", "rate_month": "monthly_rate", "rate_day": "daily_rate"}.get(
            found.sources[0].unit, "annual_rate"
        )
    names = ("monthly_fee_rate", "monthly_rate", "annual_rate", "daily_rate")
    return next(name for name in names if getattr(found.request, name) is not None)


def _default(job: Job, item: FeeItem) -> list[Text]:
    row: FeeRow = job.fees.row(item.origin, job.on)
    daily = row.unit == "rate_day"
    method = job.draft.say("method.overdue_daily" if daily else "method.once_remaining")
    standard: Text = {
        "zh": ("每天" if daily else "") + row.render("zh"),
        "en": render_value(row.value, row.unit, "en") + (" a day" if daily else ""),
    }
    name: Text = {"zh": item.name, "en": item.name_en}
    actual, excluded = job.draft.say("cell.as_it_happens"), job.draft.say("cell.not_counted")
    return [name, method, standard, literal(item.party), actual, excluded]

"""A rate beside the dated ceilings, on both bases. It says which lenders each concerns; it never judges a loan."""

from __future__ import annotations

from typing import get_args

from knowledge.calculations.ceilings import note_ceilings
from knowledge.calculations.conversion import ByYear, put_by_year
from knowledge.calculations.draft import count, percent
from knowledge.calculations.job import Job, needed
from knowledge.calculations.loans import quoted
from knowledge.calculations.model import Calculation, Table, Text
from knowledge.caps import CapNotice
from knowledge.money import HUNDRED
from knowledge.products import LenderType


def ceiling(job: Job) -> Calculation:
    """The answer to fee.cap for a rate per day, month or year, or a fee per period with its number of periods."""
    draft = job.draft
    rates = _rates(job)
    product = job.catalogue[job.explicit] if job.explicit else None
    kinds: tuple[LenderType, ...] = get_args(LenderType)
    if product and product.lender_type:
        kinds = (product.lender_type,)
    notices = _all_notices(job, kinds, rates)
    note_ceilings(job, notices)
    draft.put(nominal=percent(rates.nominal, "rate.nominal"), compound=percent(rates.compound, "rate.compound"))
    details = [draft.say("cap.bases"), draft.say("cap.scope")]
    if job.values.rate_unit == "year":
        draft.put(other=percent(needed(rates.other, "rate", "a yearly rate"), "rate.nominal_of_compound"))
        details.insert(1, draft.say("cap.year_reading"))
    if any(notice.above_nominal or notice.above_compound for notice in notices if notice.stage == "in_force"):
        details.append(draft.say("cap.check"))
    own = job.fees.find(f"{product.id}.annual_rate", job.on) if product else None
    if product and own:
        draft.name(product=(product.name, product.name_en))
        draft.put_row("own", own)
        details.append(draft.say("cap.own_product"))
    details.append(draft.say("cap.no_verdict"))
    tables = (_table(job, notices),)
    short = draft.say("cap.short.one" if product else "cap.short.all")
    products = (product.id,) if product else ()
    known = notices if product else ()
    return draft.finish(
        job.intent, products, short, details, spoken=draft.say("cap.spoken"), tables=tables, notices=known
    )  # fmt: skip


def _rates(job: Job) -> ByYear:
    unit = needed(job.values.rate_unit, "rate_unit", "day, month, period, year")
    rate = needed(job.values.rate, "rate", "a rate with its unit")
    if unit != "period":
        return put_by_year(job.draft, rate, unit)
    found, _ = quoted(job)
    terms = needed(job.values.terms, "terms", "a whole number from 1 to 600")
    job.draft.put(rate=percent(rate * HUNDRED, "request.rate", None), terms=count(terms, "request.terms"))
    return ByYear(found.rates.nominal.percent, found.rates.compound.percent)


def _all_notices(job: Job, kinds: tuple[LenderType, ...], rates: ByYear) -> tuple[CapNotice, ...]:
    found: dict[str, CapNotice] = {}
    for kind in kinds:
        for notice in job.caps.notices(kind, job.on, rates.nominal, rates.compound):
            found.setdefault(notice.rule_id, notice)
    return tuple(found.values())


def _table(job: Job, notices: tuple[CapNotice, ...]) -> Table:
    lenders = {rule.id: rule.lenders for rule in job.caps.rules}
    rows = [_row(job, notice, lenders[notice.rule_id]) for notice in notices]
    columns = ("lender", "line", "limit", "stage", "against_nominal", "against_compound")
    return job.draft.table("caps", columns, rows)


def _row(job: Job, notice: CapNotice, lenders: tuple[str, ...]) -> list[Text]:
    draft = job.draft
    names = [draft.say(f"lender.{kind}") for kind in lenders]
    who: Text = {"zh": "、".join(name["zh"] for name in names), "en": ", ".join(name["en"] for name in names)}
    limit = draft.cell(percent(notice.limit_percent, f"cap.{notice.rule_id}"))
    stage = draft.say(f"stage.{notice.stage}" if notice.official else "stage.unofficial")
    line: Text = {"zh": notice.name, "en": notice.name_en}
    return [who, line, limit, stage, _side(job, notice.above_nominal), _side(job, notice.above_compound)]


def _side(job: Job, above: bool) -> Text:
    return job.draft.say("cell.above" if above else "cell.not_above")

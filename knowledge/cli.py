"""`shouwen fees quote` and `shouwen fees apr`: the fee engine in a terminal.

Wrong input ends with exit code 2 and one line on standard error that names the field and what is accepted; nothing is
printed on standard output in that case.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from knowledge.fees import FeeRowMissing
from knowledge.inputs import InvalidInput
from knowledge.money import MixedCurrencies, yuan
from knowledge.products import ProductUnknown
from knowledge.quote_models import Quote, QuoteRequest
from knowledge.quotes import quote as compute
from knowledge.rates.outcome import SeveralRates
from knowledge.rates.vectors import RateLine, answer_file
from knowledge.yaml_lines import ProblemsFound

app = typer.Typer(name="fees", help="Fees and annualised rates, computed and explained.", no_args_is_help=True)

_EXPECTED = (InvalidInput, MixedCurrencies, FeeRowMissing, ProductUnknown, ProblemsFound)
_RATE_HELP = "as 0.006, 0.6% or 千分之六"


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except _EXPECTED as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None


def _line(answered: RateLine) -> str:
    """One JSON line; the percentage is written digit by digit so that no float stands between solver and reader."""
    name = json.dumps(answered.id, ensure_ascii=False)
    return f'{{"id": {name}, "percent": {answered.percent + 0:.12f}}}'


@app.command()
def apr(
    file: Annotated[Path, typer.Argument(help="JSON list of cash flows in the vectors' format")],
    method: Annotated[str | None, typer.Option(help="Use this method for every vector instead of its own")] = None,
) -> None:
    """Print one JSON line per vector: {"id", "percent"}, the annual rate unrounded."""
    with _refusing():
        answers = answer_file(file, method)
    for answered in answers:
        typer.echo(_line(answered))
        if isinstance(answered.outcome, SeveralRates):
            roots = ", ".join(f"{root:.6f}" for root in answered.outcome.roots)
            typer.echo(f"note: {answered.id} has several rates ({roots}); printed {answered.outcome.rule}", err=True)


@app.command()
def quote(
    principal: Annotated[str, typer.Option(help="Yuan borrowed")],
    terms: Annotated[str | None, typer.Option(help="Number of monthly instalments")] = None,
    monthly_fee_rate: Annotated[
        str | None, typer.Option(help=f"Fee a month on the first principal, {_RATE_HELP}")
    ] = None,
    monthly_rate: Annotated[str | None, typer.Option(help=f"Interest a month on what remains, {_RATE_HELP}")] = None,
    annual_rate: Annotated[str | None, typer.Option(help="Interest a year on what remains, as 0.144 or 14.4%")] = None,
    daily_rate: Annotated[str | None, typer.Option(help="Interest a day, as 0.0005 or 万分之五")] = None,
    method: Annotated[str | None, typer.Option(help="Contract kind, such as equal_principal")] = None,
    product: Annotated[str | None, typer.Option(help="Take the rates from this product's fee rows")] = None,
    upfront_fee: Annotated[str | None, typer.Option(help="Yuan paid separately at the start")] = None,
    deducted_fee: Annotated[str | None, typer.Option(help="Yuan withheld from the money handed over")] = None,
    insurance: Annotated[str | None, typer.Option(help="Yuan of bundled insurance each period")] = None,
    membership: Annotated[str | None, typer.Option(help="Yuan of membership fee each period")] = None,
    guarantee: Annotated[str | None, typer.Option(help="Yuan of guarantee fee each period")] = None,
    days: Annotated[str | None, typer.Option(help="Days until everything is repaid at once (daily interest)")] = None,
    start: Annotated[str | None, typer.Option(help="Start date YYYY-MM-DD")] = None,
    on: Annotated[str | None, typer.Option(help="Date for fee rows and ceilings; today when left out")] = None,
    lender_type: Annotated[str | None, typer.Option(help="micro_loan, consumer_finance, bank, private, ...")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole quote as JSON")] = False,
) -> None:
    """Compute a loan: schedule, total cost, the three annual rates, disclosure table and sources."""
    extras = [
        {"kind": kind, "amount": amount, "party": "合作机构"}
        for kind, amount in (("insurance", insurance), ("membership", membership), ("guarantee", guarantee))
        if amount is not None
    ]
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    fields: dict[str, Any] = {
        "principal": principal, "terms": terms, "monthly_fee_rate": monthly_fee_rate, "monthly_rate": monthly_rate,
        "annual_rate": annual_rate, "daily_rate": daily_rate, "method": method, "product": product,
        "upfront_fee": upfront_fee, "deducted_fee": deducted_fee, "days": days, "start": start,
        "on": on or (None if start else today), "lender_type": lender_type, "extras": extras,
    }  # fmt: skip
    with _refusing():
        answered = compute(QuoteRequest(**fields))
    typer.echo(answered.model_dump_json(indent=2)) if as_json else _show(answered, Console())


def _show(answered: Quote, console: Console) -> None:
    table = Table(title="还款计划")
    for name in ("期", "还款日", "本金", "利息", "费用", "应还", "剩余本金"):
        table.add_column(name, justify="right")
    for line in answered.schedule:
        amounts = (line.principal, line.interest, line.fees, line.payment, line.balance)
        table.add_row(str(line.period), str(line.due or "-"), *(f"{amount:.2f}" for amount in amounts))
    console.print(table)
    console.print(f"全部成本 {yuan(answered.total_cost)}，一共还 {yuan(answered.total_paid)}")
    rates = answered.rates
    for rate in (rates.compound, rates.nominal, rates.simple):
        console.print(f"{rate.percent:.2f}%  {rate.label_zh}{'  ← 应当展示' if rate.asked_by_law else ''}")
    console.print(answered.law_note_zh)
    for step in answered.derivation:
        console.print(f"  {step.zh}: {step.value:f}{ {'cny': '元', 'percent': '%', 'count': ''}[step.unit] }")
    for notice in answered.caps:
        console.print(f"{notice.text_zh}（{notice.name}，{notice.source}）")
    for ref in answered.sources:
        console.print(f"依据 {ref.name} {ref.rendered}：《{ref.document}》{ref.clause}（{ref.version}）")
    console.print(answered.disclosure.closing)

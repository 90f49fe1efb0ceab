"""`shouwen fees quote` and `shouwen fees apr`: the fee engine in a terminal."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Annotated

import typer

from knowledge.inputs import InvalidInput
from knowledge.rates.vectors import RateLine, answer_file

app = typer.Typer(name="fees", help="Fees and annualised rates, computed and explained.", no_args_is_help=True)

_TWELVE_PLACES = Decimal("0.000000000001")


def _line(answered: RateLine) -> str:
    """One JSON line; the percentage is written digit by digit so that no float stands between solver and reader."""
    percent = answered.percent.quantize(_TWELVE_PLACES, ROUND_HALF_EVEN)
    return f'{{"id": {json.dumps(answered.id, ensure_ascii=False)}, "percent": {abs(percent) if not percent else percent:f}}}'


@app.command()
def apr(
    file: Annotated[Path, typer.Argument(help="JSON list of cash flows in the vectors' format")],
    method: Annotated[str | None, typer.Option(help="Use this method for every vector instead of its own")] = None,
) -> None:
    """Print one JSON line per vector: {"id", "percent"}, the annual rate unrounded."""
    try:
        lines = [_line(answered) for answered in answer_file(file, method)]
    except InvalidInput as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    typer.echo("\n".join(lines)) if lines else None

"""`shouwen eval label`: serve the page, show the agreement, export the result."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

label_app = typer.Typer(
    help="Two people label the same questions blind; agreement; adjudication; export.", no_args_is_help=True
)
File = Annotated[
    Path, typer.Argument(help="question file (TSV, CSV, JSON lines, YAML) or plain text, a question a line")
]
_console = Console()
_errors = Console(stderr=True)


@contextmanager
def _refusing() -> Iterator[None]:
    from evals.labelling.session import LabellingRefused
    from evals.questions import QuestionFileError

    try:
        yield
    except (LabellingRefused, QuestionFileError) as error:
        _errors.print(f"[red]shouwen eval label:[/red] {error}", highlight=False)
        raise typer.Exit(2) from None


@label_app.command()
def serve(
    file: File,
    size: Annotated[int, typer.Option(help="questions to draw", min=1)] = 200,
    seed: Annotated[int, typer.Option(help="seed of the draw and of each person's order")] = 7,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", min=1, max=65535)] = 8765,
) -> None:
    """Serve the labelling page; prints one address for each labeller and one for whoever settles differences."""
    import uvicorn

    from evals.labelling.server import labelling_app
    from evals.labelling.session import ROLES, Session

    with _refusing():
        session = Session.open(file, size, seed)
    _console.print(f"{len(session.cases)} questions; labels are kept in {session.directory}")
    for role in ROLES:
        _console.print(f"  {role:<7} http://{host}:{port}/{session.tokens[role]}", highlight=False)
    uvicorn.run(labelling_app(session), host=host, port=port, log_level="warning", access_log=False)


@label_app.command()
def agree(file: File) -> None:
    """Show how well the two labellers agree: share, Cohen's kappa, and what they confuse."""
    from evals.labelling.session import Session

    with _refusing():
        session = Session.open(file)
    found = session.agreement()
    if not found.n or found.share.value is None or found.share.low is None or found.share.high is None:
        _errors.print("[red]shouwen eval label:[/red] nobody has labelled the same question twice yet")
        raise typer.Exit(2)
    interval = f"{found.share.low:.1%} to {found.share.high:.1%}"
    _console.print(f"{found.n} labelled twice: {found.share.value:.1%} equal ({interval}), kappa {found.kappa:.3f}")
    _console.print(f"{len(session.differing())} differ, {len(session.settled())} of {len(session.cases)} settled")
    for one, other, n in found.confused[:15]:
        _console.print(f"  {n} × {one} / {other}", highlight=False)


@label_app.command()
def export(
    file: File,
    out: Annotated[Path, typer.Option(help="evaluation file to write, *.tsv")],
) -> None:
    """Write what is settled as an evaluation file, the human agreement beside it."""
    from evals.labelling.export import export as write
    from evals.labelling.session import Session

    with _refusing():
        count = write(Session.open(file), out)
    _console.print(f"Written: {count} questions to {out}; use it with: shouwen eval --data {out} --out report")

"""`shouwen`: the product in a terminal. Packages above this one add their commands by entry point."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from assistant.settings import Settings

app = typer.Typer(
    name="shouwen",
    help="首问: answers customers' routine questions with sources, hands the rest to people in time.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db_app, name="db")
_errors = Console(stderr=True)


@contextmanager
def refusing() -> Iterator[None]:
    """Turn errors a user can cause into one line on standard error and exit code 2."""
    from assistant.dialogue.state import UnknownEvent
    from assistant.replay import NothingToReplay
    from assistant.screening import MessageRefused
    from assistant.settings import SettingsRefused
    from handoff.errors import HandoffError
    from intents.classifier import ModelDirectoryError
    from intents.encoder.package_file import ModelFileError
    from intents.encoder.source import EncoderRefused
    from intents.inputs import InputRefused
    from intents.training.dataset import DatasetError
    from knowledge.faq import FaqRefused
    from knowledge.yaml_lines import ProblemsFound

    expected = (
        MessageRefused,
        NothingToReplay,
        UnknownEvent,
        SettingsRefused,
        HandoffError,
        ModelDirectoryError,
        ModelFileError,
        EncoderRefused,
        InputRefused,
        DatasetError,
        FaqRefused,
        ProblemsFound,
    )
    try:
        yield
    except expected as error:
        _errors.print(f"[red]shouwen:[/red] {escape(str(error))}", highlight=False)
        raise typer.Exit(2) from None


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="port to listen on", min=1, max=65535)] = 8000,
) -> None:
    """Serve everything: chat, fee page, desk and API, on the settings' database (SQLite by default)."""
    import uvicorn

    from assistant.app import create_app
    from assistant.bootstrap import build_assistant
    from assistant.logs import configure_logging

    with refusing():
        settings = Settings()
        configure_logging(settings.log_level)
        web = create_app(build_assistant(settings))
    console = Console()
    console.print(f"Shouwen is ready: [bold]http://{host}:{port}/[/bold] (chat), /fees, /desk, /docs; stop with Ctrl+C")
    uvicorn.run(web, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=3)


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="the customer's words, such as 提前还款要收手续费吗")],
    as_json: Annotated[bool, typer.Option("--json", help="the object that POST …/messages returns")] = False,
) -> None:
    """Ask one question and print the answer with its sources."""
    with refusing(), _temporary_assistant() as assistant:
        now = datetime.now(UTC)
        turn = assistant.receive(assistant.open(now, channel="terminal").conversation_id, text, "m1", now)
    if as_json:
        print(json.dumps(turn, ensure_ascii=False, indent=1))
    else:
        _show(turn, Console())


@app.command()
def chat() -> None:
    """Talk with the assistant in the terminal; an empty line ends it."""
    console = Console()
    with refusing(), _temporary_assistant() as assistant:
        opened = assistant.open(datetime.now(UTC), channel="terminal")
        console.print("请输入您的问题，空行结束。 (Type your question; an empty line ends.)")
        while line := console.input("[bold]> [/bold]").strip():
            _show(assistant.receive(opened.conversation_id, line, secrets.token_hex(8), datetime.now(UTC)), console)


@app.command()
def classify(
    file: Annotated[Path, typer.Argument(help="a text per line, or JSONL with a field `text`; - for standard input")],
    model: Annotated[Path | None, typer.Option(help="model directory written by `shouwen train`")] = None,
) -> None:
    """Classify texts; prints one JSON object per line."""
    from assistant.bootstrap import load_model
    from intents.classify import classify_lines
    from intents.inputs import read_texts

    with refusing():
        texts = read_texts(file)
        loaded = load_model(Settings(), model)
        for row in classify_lines(texts, loaded):
            print(json.dumps(row, ensure_ascii=False))


@app.command()
def train(
    data: Annotated[
        Path | None, typer.Argument(help="CSV with the columns text,intent; the bundled utterances without")
    ] = None,
    out: Annotated[Path, typer.Option(help="model directory to write")] = Path("model"),
    epochs: Annotated[int | None, typer.Option(help="passes over the sentences", min=1, max=50)] = None,
) -> None:
    """Train the classifier and print figures on sentences held out."""
    from dataclasses import replace

    with refusing():
        try:
            from intents.bundled import bundled_job
            from intents.encoder.source import encoder_source
            from intents.training.dataset import read_csv
            from intents.training.trainer import TrainingJob
            from intents.training.trainer import train as run
        except ModuleNotFoundError as error:
            _errors.print(
                f"[red]shouwen:[/red] training needs {error.name}; install it with: pip install 'shouwen[train]'"
            )
            raise typer.Exit(2) from None
        settings = Settings()
        job = TrainingJob(read_csv(data)) if data else bundled_job()
        job = replace(job, encoder=encoder_source(settings.encoder, settings.cache))
        if epochs:
            job = replace(job, recipe=replace(job.recipe, epochs=epochs))
        figures = run(job, out)
    table = Table("n", "accuracy", "coverage", "error among answered", "95 % upper bound", "calibration error")
    table.add_row(
        str(figures.n),
        f"{figures.accuracy:.1%}",
        f"{figures.coverage:.1%}",
        f"{figures.answered_error:.1%}",
        f"{figures.answered_error_upper:.1%}",
        f"{figures.ece:.3f}",
    )
    Console().print(table)
    Console().print(f"Written to {out}; try: shouwen classify FILE --model {out}")


@app.command()
def replay(conversation: Annotated[str, typer.Argument(help="conversation id")]) -> None:
    """Print every decision of a conversation with its reason."""
    from assistant.bootstrap import prepare_database
    from assistant.replay import replay_lines

    with refusing():
        for line in replay_lines(prepare_database(Settings()), conversation):
            print(line)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the present schema."""
    from assistant.bootstrap import prepare_database

    with refusing():
        settings = Settings()
        engine = prepare_database(settings)
    print(f"{engine.url.render_as_string(hide_password=True)} has the present schema")


@contextmanager
def _temporary_assistant() -> Iterator[Any]:
    """An assistant over a database that is thrown away: terminal questions leave no trace in the firm's."""
    import tempfile

    from assistant.bootstrap import build_assistant

    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/terminal.db")
        assistant = build_assistant(settings)
        try:
            yield assistant
        finally:
            assistant.engine.dispose()


def _show(turn: dict[str, Any], console: Console) -> None:
    reply = turn["reply"]
    console.print(Panel(reply["text"], title=f"{turn['action']} · {turn['intent']} · {turn['probability']:.2f}"))
    for block in reply["blocks"]:
        if block["kind"] == "details":
            for paragraph in block["paragraphs"]:
                console.print(f"  {paragraph}", highlight=False)
        elif block["kind"] in ("table", "disclosure"):
            table = Table(*block["columns"], title=block["title"])
            for row in block["rows"]:
                table.add_row(*map(str, row))
            console.print(table)
        elif block["kind"] == "options":
            console.print("  " + "  ".join(f"[{o['id']}] {o['label']}" for o in block["options"]), markup=False)
    for citation in reply["citations"]:
        source = f"《{citation['document']}》{citation['clause']}（{citation['version']}版）"
        console.print(f"  依据：{source}，{citation['as_of']} 有效", highlight=False, style="dim")


def _knowledge_parts() -> Any:
    """The intent package's encoder and normal form, for the knowledge commands; nothing is loaded before it is used."""
    from assistant.bootstrap import index_encoder, load_knowledge, load_model
    from intents.normalise import canonical
    from intents.taxonomy import taxonomy
    from knowledge.kb_cli import Parts

    settings = Settings()

    def build(directory: Path) -> Any:
        chosen = settings.model_copy(update={"knowledge": directory})
        with refusing():
            return load_knowledge(chosen, load_model(chosen))

    def encoder() -> Any:
        with refusing():
            return index_encoder(load_model(settings))

    return Parts(
        directory=settings.knowledge,
        known_intents=taxonomy().ids,
        encoder=encoder,
        prepare=canonical,
        build=build,
    )


def _prepare_database(url: str) -> None:
    """Bring the database of a command to the present schema, so that `agent add` works before the first `serve`."""
    from assistant.bootstrap import prepare_database

    prepare_database(Settings(database_url=url)).dispose()


def _mount() -> None:
    """Add the commands of the packages: those below by import, those above by entry point."""
    from handoff.cli import agent_app, prepare_with
    from handoff.cli import worker as worker_command
    from knowledge.cli import app as fees_app
    from knowledge.kb_cli import app as kb_app
    from knowledge.kb_cli import serve_with

    serve_with(_knowledge_parts())
    prepare_with(_prepare_database)
    app.add_typer(fees_app, name="fees")
    app.add_typer(kb_app, name="kb")
    app.add_typer(agent_app, name="agent")
    app.command("worker")(worker_command)
    for entry in entry_points(group="shouwen.commands"):
        app.add_typer(entry.load(), name=entry.name)


def main() -> None:
    """The console script."""
    _mount()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    app()

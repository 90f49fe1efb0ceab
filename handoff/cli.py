"""Commands for people who run the desk: `worker` and `agent add`; mounted by the product's command line."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from typing import Annotated

import typer
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import SQLAlchemyError

from handoff.agents import AgentCreate, Role, hash_password, store_agent
from handoff.database import open_engine, write_transaction
from handoff.errors import HandoffError
from handoff.firing import Fired
from handoff.rules import load_rules
from handoff.worker import run_worker

DatabaseOption = Annotated[
    str, typer.Option("--database", envvar="SHOUWEN_DATABASE_URL", help="sqlite:///file.db or postgresql+psycopg://…")
]
DEFAULT_DATABASE = "sqlite:///var/shouwen.db"
agent_app = typer.Typer(help="Accounts of the desk.", no_args_is_help=True)


@agent_app.callback()
def _agent() -> None:
    """Keeps `add` a sub-command."""


@agent_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="sign-in name")],
    role: Annotated[Role, typer.Option(help="what the account may do")] = Role.AGENT,
    display_name: Annotated[str, typer.Option(help="what the customer sees; the name when left out")] = "",
    queue: Annotated[list[str] | None, typer.Option(help="queue to work in; repeat, or leave out for all")] = None,
    skill: Annotated[list[str] | None, typer.Option(help="skill; repeat")] = None,
    language: Annotated[list[str] | None, typer.Option(help="zh or en; repeat")] = None,
    capacity: Annotated[int, typer.Option(min=1, max=50, help="cases held at once")] = 3,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="read the password from standard input")
    ] = False,
    database: DatabaseOption = DEFAULT_DATABASE,
) -> None:
    """Create an account; the password is asked for, or read from standard input."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        new = AgentCreate(
            name=name,
            role=role,
            display_name=display_name,
            password=password,
            capacity=capacity,
            queues=queue or [],
            skills=skill or [],
            languages=language or ["zh"],
        )
        hashed = hash_password(password)
        engine = _open(database)
        with write_transaction(engine) as session:
            stored = store_agent(session, new, hashed, datetime.now(UTC))
    except (HandoffError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{stored.role} {stored.name} added with id {stored.id}")


def worker(
    database: DatabaseOption = DEFAULT_DATABASE,
    policy: Annotated[Path | None, typer.Option(help="policy file instead of the bundled one")] = None,
    holidays: Annotated[Path | None, typer.Option(help="holiday file instead of the bundled one")] = None,
) -> None:
    """Fire deadlines and bring waiting cases to people until stopped; run as many as you like."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        rules = load_rules(policy, holidays)
        engine = _open(database)
    except (HandoffError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    stop = Flag()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run_worker(engine, stop, rules=rules, on_fired=_log)


def prepare_with(upgrade: Callable[[str], None]) -> None:
    """Let the product bring the tables of a database URL up to date before a command uses it."""
    _prepare.append(upgrade)


_prepare: list[Callable[[str], None]] = []


def _open(database: str) -> Engine:
    """Raises ValueError when the database cannot be opened or has no tables."""
    try:
        for upgrade in _prepare:
            upgrade(database)
        engine = open_engine(database)
        found = inspect(engine).has_table("deadline")
    except SQLAlchemyError as error:
        raise ValueError("the database cannot be opened; check its URL, directory and server") from error
    if not found:
        raise ValueError("the database has no tables yet; run `shouwen db upgrade` first")
    return engine


def _log(fired: list[Fired]) -> None:
    for each in fired:
        logging.info("%s %s reached %d %%, %.3f s late", each.stream, each.clock, each.mark, each.late_seconds)

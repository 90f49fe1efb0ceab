"""The commands add accounts and refuse what they cannot do, with the reason and exit code 1."""

from __future__ import annotations

import pytest
import typer
from sqlmodel import SQLModel, select
from typer.testing import CliRunner

from handoff import cli
from handoff.agents import Agent
from handoff.cli import agent_app, worker
from handoff.database import open_engine, session_scope
from handoff.sign_in import sign_in
from tests.handoff.conftest import MONDAY

RUN = CliRunner()


def test_an_account_is_added_and_can_sign_in(database_url: str) -> None:
    options = ["add", "li", "--role", "supervisor", "--queue", "credit", "--password-stdin", "--database", database_url]
    done = RUN.invoke(agent_app, options, input="correct horse\n")
    assert (done.exit_code, "supervisor li added" in done.output) == (0, True)
    engine = open_engine(database_url)
    assert sign_in(engine, "li", "correct horse", MONDAY).agent.queues == ["credit"]
    engine.dispose()


def test_the_password_is_asked_for_twice_without_showing_it(database_url: str) -> None:
    done = RUN.invoke(agent_app, ["add", "li", "--database", database_url], input="correct horse\ncorrect horse\n")
    assert done.exit_code == 0
    assert "correct horse" not in done.output


@pytest.mark.parametrize(
    ("options", "password", "why"),
    [(["add", "li"], "short\n", "fewer than 8"), (["add", "taken"], "correct horse\n", "is taken")],
)
def test_a_refusal_says_why(database_url: str, options: list[str], password: str, why: str) -> None:
    common = ["--password-stdin", "--database", database_url]
    RUN.invoke(agent_app, ["add", "taken", *common], input="correct horse\n")
    done = RUN.invoke(agent_app, [*options, *common], input=password)
    assert (done.exit_code, why in done.output) == (1, True)
    engine = open_engine(database_url)
    with session_scope(engine) as session:
        assert [agent.name for agent in session.exec(select(Agent))] == ["taken"]
    engine.dispose()


def test_a_database_without_tables_is_named_as_the_reason(sqlite_url: str) -> None:
    app = typer.Typer()
    app.command()(worker)
    done = RUN.invoke(app, ["--database", sqlite_url])
    assert (done.exit_code, "db upgrade" in done.output) == (1, True)


def test_a_database_that_cannot_be_opened_is_named_without_a_traceback() -> None:
    options = ["add", "li", "--password-stdin", "--database", "sqlite:////nowhere/x.db"]
    done = RUN.invoke(agent_app, options, input="correct horse")
    assert (done.exit_code, "cannot be opened" in done.output) == (1, True)


def test_the_product_may_prepare_the_database_first(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_prepare", [])
    cli.prepare_with(lambda url: SQLModel.metadata.create_all(open_engine(url)))
    done = RUN.invoke(agent_app, ["add", "li", "--password-stdin", "--database", sqlite_url], input="correct horse\n")
    assert done.exit_code == 0


def test_an_unknown_role_is_refused(database_url: str) -> None:
    done = RUN.invoke(agent_app, ["add", "li", "--role", "king", "--password-stdin", "--database", database_url])
    assert done.exit_code == 2

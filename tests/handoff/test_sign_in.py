"""Signing in: argon2, sessions that expire, lock-out, CSRF, and a disabled account that is out at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from handoff.agents import Agent, AgentCreate, AgentExists, Role, WeakPassword, add_agent
from handoff.database import session_scope, write_transaction
from handoff.owner import disable_agent
from handoff.sign_in import (
    AccountLocked,
    AgentSession,
    CsrfRefused,
    SessionExpired,
    SignedIn,
    SignInRefused,
    check_csrf,
    check_session,
    renew,
    sign_in,
    sign_out,
)
from tests.handoff.conftest import MONDAY

PASSWORD = "correct horse"


@pytest.fixture
def staff(engine: Engine) -> Iterator[Engine]:
    with write_transaction(engine) as session:
        add_agent(session, AgentCreate(name="li", password=PASSWORD), MONDAY)
        add_agent(session, AgentCreate(name="root", password=PASSWORD, role=Role.ADMIN), MONDAY)
    return engine


def who(engine: Engine, signed: SignedIn, now: datetime) -> str:
    with session_scope(engine) as session:
        return check_session(session, signed.token, now)[0].name


def test_the_right_password_opens_a_session_and_only_hashes_are_stored(staff: Engine) -> None:
    signed = sign_in(staff, "li", PASSWORD, MONDAY)
    assert who(staff, signed, MONDAY) == "li"
    with session_scope(staff) as session:
        stored = session.exec(select(AgentSession)).one()
        agent = session.exec(select(Agent).where(Agent.name == "li")).one()
    assert signed.token not in str(stored)
    assert agent.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize(("name", "password"), [("li", "wrong horse"), ("nobody", PASSWORD), ("li", "")])
def test_a_wrong_name_and_a_wrong_password_are_refused_alike(staff: Engine, name: str, password: str) -> None:
    with pytest.raises(SignInRefused, match="name or password is wrong"):
        sign_in(staff, name, password, MONDAY)


def test_five_failures_lock_the_account_for_a_while(staff: Engine) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in(staff, "li", "wrong horse", MONDAY)
    with pytest.raises(AccountLocked):
        sign_in(staff, "li", PASSWORD, MONDAY + timedelta(minutes=14))
    assert sign_in(staff, "li", PASSWORD, MONDAY + timedelta(minutes=15)).agent.name == "li"


def test_a_success_forgets_earlier_failures(staff: Engine) -> None:
    for _ in range(2):
        for _ in range(4):
            with pytest.raises(SignInRefused):
                sign_in(staff, "li", "wrong horse", MONDAY)
        sign_in(staff, "li", PASSWORD, MONDAY)


def test_a_session_ends_when_idle_at_its_limit_and_at_sign_out(staff: Engine) -> None:
    signed = sign_in(staff, "li", PASSWORD, MONDAY)
    with pytest.raises(SessionExpired):
        who(staff, signed, MONDAY + timedelta(minutes=30))
    for minutes in range(20, 600, 20):
        with write_transaction(staff) as session:
            renew(session, signed.token, MONDAY + timedelta(minutes=minutes))
    with pytest.raises(SessionExpired):
        who(staff, signed, MONDAY + timedelta(hours=10))
    again = sign_in(staff, "li", PASSWORD, MONDAY)
    with write_transaction(staff) as session:
        sign_out(session, again.token, MONDAY)
    with pytest.raises(SessionExpired, match="sign in again"):
        who(staff, again, MONDAY)


def test_a_guessed_token_opens_nothing(staff: Engine) -> None:
    signed = sign_in(staff, "li", PASSWORD, MONDAY)
    with session_scope(staff) as session, pytest.raises(SessionExpired):
        check_session(session, signed.token[:-1] + "_", MONDAY)


def test_disabling_an_account_ends_its_sessions_at_once(staff: Engine) -> None:
    signed = sign_in(staff, "li", PASSWORD, MONDAY)
    root = sign_in(staff, "root", PASSWORD, MONDAY).agent
    with write_transaction(staff) as session:
        disable_agent(session, signed.agent.key, by=root.key, now=MONDAY)
    with pytest.raises(SessionExpired):
        who(staff, signed, MONDAY)
    with pytest.raises(SignInRefused):
        sign_in(staff, "li", PASSWORD, MONDAY)


@pytest.mark.parametrize("forged", [None, "", "guess"])
def test_a_forged_csrf_token_is_refused(staff: Engine, forged: str | None) -> None:
    signed = sign_in(staff, "li", PASSWORD, MONDAY)
    with session_scope(staff) as session:
        _, found = check_session(session, signed.token, MONDAY)
    check_csrf(found, signed.csrf)
    with pytest.raises(CsrfRefused):
        check_csrf(found, forged)


def test_a_taken_name_and_a_short_password_are_refused(staff: Engine) -> None:
    with pytest.raises(AgentExists), write_transaction(staff) as session:
        add_agent(session, AgentCreate(name="li", password=PASSWORD), MONDAY)
    with pytest.raises(WeakPassword), write_transaction(staff) as session:
        add_agent(session, AgentCreate(name="new", password="short"), MONDAY)

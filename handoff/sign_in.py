"""Signing in to the desk: argon2 passwords, lock-out after failures, sessions that expire, CSRF tokens.

Only the hash of a session token is stored, and an unknown name costs as much time as a wrong password.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from pwdlib import PasswordHash
from sqlalchemy import Column, Engine, update
from sqlmodel import Field, Session, SQLModel, col, select

from handoff.agents import Agent
from handoff.database import UtcDateTime, session_scope, write_transaction
from handoff.errors import HandoffError

SESSION_HOURS = 10
IDLE_MINUTES = 30
MAX_FAILURES = 5
LOCK_MINUTES = 15


class SignInRefused(HandoffError):
    """Name or password is wrong: try again."""

    code = "sign_in_refused"


class AccountLocked(SignInRefused):
    """Too many failures: wait until the lock ends."""

    code = "account_locked"


class SessionExpired(HandoffError):
    """The session has ended: sign in again."""

    code = "session_expired"


class CsrfRefused(HandoffError):
    """The request did not come from the desk page: reload it and try again."""

    code = "csrf_refused"


class AgentSession(SQLModel, table=True):
    """One signed-in browser."""

    __tablename__ = "agent_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    idle_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


@dataclass(frozen=True)
class SignedIn:
    """A new session: the token goes into the cookie, the CSRF token into the page."""

    agent: Agent
    token: str
    csrf: str
    expires_at: datetime


def sign_in(engine: Engine, name: str, password: str, now: datetime) -> SignedIn:
    """Check a password outside any transaction, then open a session. Raises SignInRefused, AccountLocked."""
    with session_scope(engine) as session:
        agent = session.exec(select(Agent).where(Agent.name == name)).first()
    right = PasswordHash.recommended().verify(password, agent.password_hash if agent else _decoy_hash())
    refusal: SignInRefused | None = None
    with write_transaction(engine) as session:
        stored = session.get(Agent, agent.id) if agent else None
        if stored is not None and stored.locked_until is not None and stored.locked_until > now:
            refusal = AccountLocked("too many failures; wait a quarter of an hour and try again")
        elif stored is None or not right or not stored.enabled:
            if stored is not None:
                _count_failure(session, stored, now)
            refusal = SignInRefused("name or password is wrong; try again")
        else:
            return _open_session(session, stored, now)
    raise refusal


def check_session(session: Session, token: str, now: datetime) -> tuple[Agent, AgentSession]:
    """Who a session token belongs to. Raises SessionExpired, also when the account was disabled."""
    found = session.get(AgentSession, _hash(token))
    if found is None or found.revoked_at is not None or min(found.expires_at, found.idle_at) <= now:
        raise SessionExpired("the session has ended; sign in again")
    agent = session.get(Agent, found.agent_id)
    if agent is None or not agent.enabled:
        raise SessionExpired("the account is disabled; ask an administrator")
    return agent, found


def check_csrf(found: AgentSession, presented: str | None) -> None:
    """Raise CsrfRefused unless the page's token came with the request."""
    if not presented or not hmac.compare_digest(found.csrf, presented):
        raise CsrfRefused("the request did not come from the desk page; reload it and try again")


def renew(session: Session, token: str, now: datetime) -> None:
    """Push the idle end of a session on; the desk does so with every sign of life. Raises SessionExpired."""
    _, found = check_session(session, token, now)
    found.idle_at = now + timedelta(minutes=IDLE_MINUTES)
    session.add(found)


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End one session; an unknown token changes nothing."""
    found = session.get(AgentSession, _hash(token))
    if found is not None and found.revoked_at is None:
        found.revoked_at = now
        session.add(found)


def revoke_all(session: Session, agent_id: int, now: datetime) -> None:
    """End every session of an account."""
    open_ones = (col(AgentSession.agent_id) == agent_id, col(AgentSession.revoked_at).is_(None))
    session.exec(update(AgentSession).where(*open_ones).values(revoked_at=now))


def _open_session(session: Session, agent: Agent, now: datetime) -> SignedIn:
    agent.failed_logins, agent.locked_until = 0, None
    session.add(agent)
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    expires = now + timedelta(hours=SESSION_HOURS)
    idle = now + timedelta(minutes=IDLE_MINUTES)
    session.add(
        AgentSession(
            token_hash=_hash(token), agent_id=agent.key, csrf=csrf, created_at=now, idle_at=idle, expires_at=expires
        )
    )
    session.flush()
    return SignedIn(agent, token, csrf, expires)


def _count_failure(session: Session, agent: Agent, now: datetime) -> None:
    agent.failed_logins += 1
    if agent.failed_logins >= MAX_FAILURES:
        agent.failed_logins = 0
        agent.locked_until = now + timedelta(minutes=LOCK_MINUTES)
    session.add(agent)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


@lru_cache(maxsize=1)
def _decoy_hash() -> str:
    return PasswordHash.recommended().hash(secrets.token_hex(16))

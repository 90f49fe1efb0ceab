"""Who of the staff is asking: the session cookie with its CSRF token, or a bearer token for programs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import Cookie, Depends, Header, Request
from sqlmodel import Session

from assistant.api.deps import Product, ProductDep
from assistant.api.problems import ApiProblem
from handoff.agents import LEADING, SERVING, Agent, Role
from handoff.database import DatabaseBusy, run_write, session_scope
from handoff.errors import NotAllowed
from handoff.sign_in import IDLE_MINUTES, AgentSession, check_csrf, check_session, renew

COOKIE: Final = "shouwen_desk"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_RENEW_AFTER: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Staff:
    """The person behind a request, with the session it came with."""

    agent: Agent
    session: AgentSession
    token: str


def passive_staff(
    request: Request,
    held: ProductDep,
    authorization: Annotated[str | None, Header(max_length=4096)] = None,
    shouwen_desk: Annotated[str | None, Cookie(max_length=200)] = None,
    x_csrf_token: Annotated[str | None, Header(max_length=200)] = None,
) -> Staff:
    """Whoever is signed in, without counting as a sign of life. Raises 401 problems, SessionExpired, CsrfRefused."""
    bearer = _bearer(authorization)
    token = bearer or shouwen_desk
    if not token:
        raise ApiProblem(401, "unauthorised", "Sign in first", "sign in with POST /v1/agent/session")
    with session_scope(held.assistant.engine) as session:
        agent, found = check_session(session, token, held.clock.now())
    if bearer is None and request.method not in _SAFE:
        check_csrf(found, x_csrf_token)
    held.limit(f"staff:{agent.key}", held.assistant.settings.requests_per_minute)
    return Staff(agent, found, token)


PassiveStaff = Annotated[Staff, Depends(passive_staff)]


def active_staff(staff: PassiveStaff, held: ProductDep) -> Staff:
    """Whoever is signed in; the request keeps the session from idling out."""
    keep_alive(held, staff)
    return staff


AnyStaff = Annotated[Staff, Depends(active_staff)]


def keep_alive(held: Product, staff: Staff) -> None:
    """Move the idle end of the session on, at most once a minute; a busy database may leave it for the next time."""
    now = held.clock.now()
    if staff.session.idle_at - now > timedelta(minutes=IDLE_MINUTES) - _RENEW_AFTER:
        return

    def move(session: Session) -> None:
        renew(session, staff.token, now)

    with suppress(DatabaseBusy):
        run_write(held.assistant.engine, move)


def _only(roles: tuple[Role, ...], refusal: str) -> Callable[[Staff], Staff]:
    allowed = {str(role) for role in roles}

    def check(staff: AnyStaff) -> Staff:
        if staff.agent.role not in allowed:
            raise NotAllowed(refusal)
        return staff

    return check


Serving = Annotated[Staff, Depends(_only(SERVING, "cases are handled by agents and supervisors; ask one"))]
Leading = Annotated[Staff, Depends(_only(LEADING, "this is for supervisors; ask one"))]
Inspecting = Annotated[
    Staff, Depends(_only((Role.INSPECTOR, *LEADING), "inspections are seen by inspectors and supervisors; ask one"))
]
Administering = Annotated[Staff, Depends(_only((Role.ADMIN,), "accounts are kept by administrators; ask one"))]


def may(agent: Agent) -> list[str]:
    """The parts of the desk an account may open."""
    parts: dict[str, Any] = {
        "cases": SERVING,
        "board": LEADING,
        "inspections": (Role.INSPECTOR, *LEADING),
        "accounts": (Role.ADMIN,),
    }
    return [name for name, roles in parts.items() if agent.role in {str(role) for role in roles}]


def _bearer(authorization: str | None) -> str | None:
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None

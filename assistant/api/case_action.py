"""What every route that does something to a case shares: the body, the check of what the page shows, the answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from assistant.api.deps import Product
from assistant.api.staff import Staff
from assistant.desk import actions, sight
from assistant.desk.view import case_view
from handoff.database import run_write, session_scope
from handoff.rules import Rules

CaseId = Annotated[str, Path(max_length=60)]
AgentId = Annotated[int, Field(ge=1, le=2**31 - 1)]
Words = Annotated[str, Field(min_length=1, max_length=10_000)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Act = Callable[[Session, datetime, Rules], object]


class Action(BaseModel):
    """`version` is the version the page shows; when the case has changed since, nothing is done."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int | None, Field(ge=0, le=2**31 - 1)] = None


def act_on(held: Product, staff: Staff, case_id: str, body: Action, act: Act) -> dict[str, Any]:
    """Run one action on a case in sight, in one transaction, and show the case after it."""

    def run(session: Session) -> None:
        sight.seen_case(session, staff.agent, case_id)
        actions.check_version(session, case_id, body.version)
        act(session, held.clock.now(), held.assistant.rules)

    run_write(held.assistant.engine, run)
    with session_scope(held.assistant.engine) as session:
        return case_view(session, staff.agent, case_id, held.clock.now(), held.assistant.rules)


def screened(held: Product, text: str) -> str:
    """What staff wrote, bounded and masked. Raises `MessageTooLong`."""
    return actions.written(text, held.assistant.settings.max_message)

"""Routes to see cases: the list, one case in full, one masked value."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session

from assistant.api.case_action import Action, CaseId, Name
from assistant.api.deps import ProductDep
from assistant.api.staff import Serving
from assistant.desk import actions, items, sight
from assistant.desk.view import case_view
from handoff import desk
from handoff.case import State
from handoff.database import run_write, session_scope
from handoff.events import last_id

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class Revealed(Action):
    """The masked field to show."""

    field: Name


@router.get("")
def list_cases(
    staff: Serving,
    held: ProductDep,
    queue: Annotated[str | None, Query(max_length=40)] = None,
    state: Annotated[list[State] | None, Query(max_length=10)] = None,
    mine: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """Cases in sight, in the order in which they should be served."""
    with session_scope(held.assistant.engine) as session:
        place = last_id(session)
        found, following = items.page(
            session, staff.agent, held.assistant.rules, queue, state or (), mine, limit, cursor
        )
    return {"items": found, "next_cursor": following, "last_event_id": place, "now": held.clock.now()}


@router.get("/{case_id}")
def read_case(case_id: CaseId, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """One case in full."""
    with session_scope(held.assistant.engine) as session:
        sight.seen_case(session, staff.agent, case_id)
        return case_view(session, staff.agent, case_id, held.clock.now(), held.assistant.rules)


@router.post("/{case_id}/reveal")
def reveal(case_id: CaseId, body: Revealed, staff: Serving, held: ProductDep) -> dict[str, str]:
    """Show one masked value; that it was shown, and to whom, is recorded."""

    def act(session: Session) -> str:
        sight.seen_case(session, staff.agent, case_id)
        actions.check_version(session, case_id, body.version)
        return desk.reveal(
            session, held.vault, case_id, body.field, staff.agent.key, held.clock.now(), held.assistant.rules
        )

    return {"field": body.field, "value": run_write(held.assistant.engine, act)}

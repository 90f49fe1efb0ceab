"""What the desk reads: the cases somebody may see, in the order of the queue, and one case with its running clocks.

Agents see the queues they work in and what they hold, own or are offered; leads and inspectors see all. A case out of
sight is reported as not found, so that guessing ids tells nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from handoff import events
from handoff.agents import LEADING, Agent, Role, get_agent
from handoff.case import Case, State, fold
from handoff.case_record import CasePublic, CaseRecord
from handoff.clock import Run, runs
from handoff.errors import NotFound
from handoff.events import Event
from handoff.rules import Rules, bundled_rules

SEES_ALL = (*LEADING, Role.INSPECTOR)


class ClockPublic(BaseModel):
    """A clock as a page counts it down: seconds of working time left at `at`; once breached, minus those since then.

    `due_at` is None while the clock is paused. A page that counts from `at` and `remaining_seconds` by its own elapsed
    time is right whatever its own clock says.
    """

    clock: str
    name: str
    basis: str
    at: datetime
    started_at: datetime
    due_at: datetime | None
    remaining_seconds: float
    paused: bool
    breached: bool
    estimated: bool


@dataclass(frozen=True)
class CaseView:
    """One case with everything its desk page shows."""

    case: Case
    packet: dict[str, Any]
    clocks: list[ClockPublic]
    events: list[Event]


def clock_public(run: Run, now: datetime) -> ClockPublic:
    """A run as it stands at `now`."""
    due = run.due_at
    breached = due is not None and due < (run.stopped_at or now)
    if run.limit.days is not None or (breached and due is not None):
        remaining = (due - now).total_seconds() if due else 0.0
    else:
        remaining = run.limit.working_seconds - run.elapsed(now)
    return ClockPublic(
        clock=run.clock,
        name=run.rule.name,
        basis=run.rule.basis,
        at=now,
        started_at=run.started_at,
        due_at=due,
        remaining_seconds=remaining,
        paused=run.paused,
        breached=breached,
        estimated=run.estimated,
    )


def running_clocks(found: Sequence[Run], now: datetime) -> list[ClockPublic]:
    """The running clocks that matter to people, the nearest first, paused ones last."""
    clocks = [clock_public(run, now) for run in found if run.running and run.rule.basis != "timer"]
    return sorted(clocks, key=lambda each: (each.due_at is None, each.due_at or each.started_at))


def list_cases(
    session: Session,
    viewer_id: int,
    queue: str | None = None,
    states: Sequence[State] = (),
    limit: int = 200,
) -> list[CasePublic]:
    """The cases a person may see, first in order first; without `states` those not closed. Raises AgentDisabled."""
    viewer = get_agent(session, viewer_id)
    state = col(CaseRecord.state)
    wanted = state.in_([str(each) for each in states]) if states else state != State.CLOSED
    query = select(CaseRecord).where(wanted, *_in_sight(viewer)).execution_options(populate_existing=True)
    if queue is not None:
        query = query.where(CaseRecord.queue == queue)
    rows = session.exec(query.order_by(col(CaseRecord.priority_at), col(CaseRecord.id)).limit(limit))
    return [CasePublic.model_validate(row, from_attributes=True) for row in rows]


def view_case(session: Session, case_id: str, viewer_id: int, now: datetime, rules: Rules | None = None) -> CaseView:
    """One case with its packet, running clocks and events. Raises NotFound also for a case out of sight."""
    rules = rules or bundled_rules()
    viewer = get_agent(session, viewer_id)
    visible = select(CaseRecord).where(CaseRecord.id == case_id, *_in_sight(viewer))
    record = session.exec(visible.execution_options(populate_existing=True)).first()
    if record is None:
        raise NotFound("there is no such case; check the id")
    facts = events.read(session, events.case_stream(case_id))
    policy = rules.policies.version(record.policy_version)
    found = runs(facts, policy, rules.calendars(policy))
    return CaseView(fold(case_id, facts), record.packet, running_clocks(found, now), facts)


def _in_sight(viewer: Agent) -> list[ColumnElement[bool]]:
    if viewer.role in {str(role) for role in SEES_ALL} or not viewer.queues:
        return []
    mine = [col(column) == viewer.key for column in (CaseRecord.holder, CaseRecord.owner, CaseRecord.offered_to)]
    return [or_(col(CaseRecord.queue).in_(viewer.queues), *mine)]

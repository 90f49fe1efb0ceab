"""The escalation ladder: who is told when a clock runs out, rung after rung, until somebody acknowledges.

A climb is a count of the ladder's first rungs on the stream; a unique index keeps every rung of a climb from being
taken twice, and the fold knows which rung comes next, so none is skipped.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from handoff.agents import Role, get_agent, with_roles
from handoff.casefile import CaseFile, StreamFile, open_file
from handoff.clock import Run
from handoff.database import UtcDateTime
from handoff.errors import HandoffError, NotAllowed
from handoff.events import BigId, Json
from handoff.policy import Recipient
from handoff.presence import duty_officers
from handoff.rules import Rules


class NothingToAcknowledge(HandoffError):
    """No rung of that ladder waits for an acknowledgement: it was acknowledged or has ended."""

    code = "nothing_to_acknowledge"


class Escalation(SQLModel, table=True):
    """One rung taken."""

    __table_args__ = (UniqueConstraint("stream", "ladder", "climb", "rung", name="uq_escalation_rung"),)

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    stream: str = Field(max_length=120)
    ladder: str = Field(max_length=40)
    climb: int
    rung: int
    trigger: str = Field(max_length=60)
    recipients: list[int] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    acknowledged_by: int | None = Field(default=None, foreign_key="agent.id")
    acknowledged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


def start(file: StreamFile, ladder_id: str, trigger: str) -> None:
    """Take the first rung, unless the ladder is being climbed already."""
    if _timer(file, ladder_id) is None:
        _take(file, ladder_id, _climbs(file, ladder_id) + 1, 1, trigger)


def next_rung(file: StreamFile, ladder_id: str) -> None:
    """Nobody acknowledged in time: take the rung above, or record that the ladder is exhausted."""
    last = next(fact.payload for fact in reversed(file.facts) if _is_rung(fact.kind, fact.payload, ladder_id))
    rungs = file.policy.ladder(ladder_id).rungs
    if last["rung"] < len(rungs):
        _take(file, ladder_id, last["climb"], last["rung"] + 1, last["trigger"])
    else:
        file.add("escalation_exhausted", ladder=ladder_id, climb=last["climb"], trigger=last["trigger"])


def acknowledge(
    session: Session, case_id: str, ladder_id: str, agent_id: int, now: datetime, rules: Rules | None = None
) -> None:
    """A recipient or a lead takes note, which stops the climb. Raises NothingToAcknowledge, NotAllowed."""
    agent = get_agent(session, agent_id)
    file = open_file(session, case_id, now, rules)
    acknowledge_in(file, ladder_id, agent_id, agent.leads)
    file.save()


def acknowledge_in(file: StreamFile, ladder_id: str, agent_id: int, leads: bool) -> None:
    """Acknowledge the ladder's waiting rung in an open file."""
    if _timer(file, ladder_id) is None:
        raise NothingToAcknowledge(f"nothing of ladder {ladder_id} waits; it was acknowledged or has ended")
    row = file.session.exec(
        select(Escalation)
        .where(Escalation.stream == file.stream, Escalation.ladder == ladder_id)
        .order_by(col(Escalation.climb).desc(), col(Escalation.rung).desc())
    ).first()
    assert row is not None
    if agent_id not in row.recipients and not leads:
        raise NotAllowed("only those who were told, or a supervisor, can acknowledge; ask one of them")
    row.acknowledged_by, row.acknowledged_at = agent_id, file.now
    file.session.add(row)
    file.add("acknowledged", ladder=ladder_id, climb=row.climb, rung=row.rung, by=agent_id)


def recipients(file: StreamFile, roles: tuple[Recipient, ...]) -> list[int]:
    """The accounts behind the recipients of a rung, each once; never nobody while an administrator exists."""
    found: dict[int, None] = {}
    for role in roles:
        found.update(dict.fromkeys(_behind(file, role)))
    return list(found) or [agent.key for agent in with_roles(file.session, Role.ADMIN)]


def _take(file: StreamFile, ladder_id: str, climb: int, rung: int, trigger: str) -> None:
    told = recipients(file, file.policy.ladder(ladder_id).rungs[rung - 1].to)
    file.session.add(
        Escalation(
            stream=file.stream, ladder=ladder_id, climb=climb, rung=rung, trigger=trigger, recipients=told, at=file.now
        )
    )
    file.add("escalated", ladder=ladder_id, climb=climb, rung=rung, trigger=trigger, recipients=told)


def _behind(file: StreamFile, role: Recipient) -> list[int]:
    session, case = file.session, file.case if isinstance(file, CaseFile) else None
    if role == "holder":
        return [case.holder] if case and case.holder else []
    if role == "owner":
        return [case.owner] if case and case.owner else []
    if role == "duty_officer":
        return duty_officers(session, file.now)
    if role == "supervisors":
        found = with_roles(session, Role.SUPERVISOR)
        return [agent.key for agent in found if case is None or agent.covers(case.queue)]
    return [agent.key for agent in with_roles(session, Role.INSPECTOR if role == "inspectors" else Role.ADMIN)]


def _timer(file: StreamFile, ladder_id: str) -> Run | None:
    """The running acknowledge timer of a ladder; an exhausted ladder keeps its last timer running."""
    return next((run for run in file.runs() if run.rule.of_ladder == ladder_id and run.running), None)


def _climbs(file: StreamFile, ladder_id: str) -> int:
    return sum(_is_rung(fact.kind, fact.payload, ladder_id) and fact.payload["rung"] == 1 for fact in file.facts)


def _is_rung(kind: str, payload: dict[str, Any], ladder_id: str) -> bool:
    return kind == "escalated" and payload["ladder"] == ladder_id

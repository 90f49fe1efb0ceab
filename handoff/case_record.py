"""The row of a case: a copy of the fold of its events, for lists and for the database's own invariants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Update, bindparam, text, update
from sqlmodel import Field, Session, SQLModel, select

from handoff.case import Case
from handoff.database import UtcDateTime
from handoff.errors import HandoffError, NotFound
from handoff.events import Json


class CaseChanged(HandoffError):
    """Somebody changed the case in the meantime: read it again and repeat the action."""

    code = "case_changed"


class CaseBase(SQLModel):
    """What the desk lists of a case."""

    id: str = Field(max_length=40, primary_key=True)
    state: str = Field(max_length=20)
    version: int
    conversation_id: str = Field(max_length=80, index=True)
    customer_id: str | None = Field(default=None, max_length=80, index=True)
    channel: str = Field(max_length=40)
    language: str = Field(max_length=16)
    group: str = Field(max_length=40)
    severity: int
    reason: str = Field(max_length=200)
    queue: str = Field(max_length=40)
    policy_version: str = Field(max_length=40)
    holder: int | None = Field(default=None, foreign_key="agent.id", index=True)
    owner: int | None = Field(default=None, foreign_key="agent.id", index=True)
    offered_to: int | None = Field(default=None, foreign_key="agent.id")
    fence: int
    episode: int
    transfers: int
    complaint_state: str | None = Field(default=None, max_length=30)


class CasePublic(CaseBase):
    """A case as the desk receives it; instants are aware."""

    opened_at: datetime
    changed_at: datetime
    waiting_since: datetime | None
    packet: dict[str, Any]


class CaseRecord(CaseBase, table=True):
    """A case; at most one that is not closed per conversation."""

    __tablename__ = "case_record"
    __table_args__ = (
        Index(
            "uq_case_open_conversation",
            "conversation_id",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_case_state_priority", "state", "priority_at"),
        CheckConstraint("severity BETWEEN 1 AND 3", name="ck_case_severity"),
        CheckConstraint(
            "(state IN ('claimed', 'waiting', 'paused')) = (holder IS NOT NULL)", name="ck_case_held_by_somebody"
        ),
        CheckConstraint("holder IS NULL OR owner IS NOT NULL", name="ck_case_has_owner"),
    )

    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    waiting_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    priority_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    packet: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))


def columns_of(case: Case, ageing_minutes: int) -> dict[str, Any]:
    """The column values of a folded case, the packet apart."""
    waiting = case.waiting_since or case.opened_at
    assert waiting is not None
    return {
        **{name: getattr(case, name) for name in CaseBase.model_fields if name not in {"state", "complaint_state"}},
        "state": str(case.state),
        "complaint_state": str(case.complaint.state) if case.complaint.state else None,
        "opened_at": case.opened_at,
        "changed_at": case.changed_at,
        "waiting_since": case.waiting_since if case.waits_for_person else None,
        "priority_at": waiting - timedelta(minutes=ageing_minutes * case.severity),
    }


def insert(session: Session, case: Case, ageing_minutes: int, packet: dict[str, Any]) -> None:
    """Store a new case."""
    session.add(CaseRecord(**columns_of(case, ageing_minutes), packet=packet))
    session.flush()


@dataclass(frozen=True)
class Swap:
    """A case to be written over the version it was read at."""

    case: Case
    ageing_minutes: int
    expected_version: int


def swap_all(session: Session, swaps: Sequence[Swap]) -> None:
    """Compare and swap: write each case only over the version it was read at. Raises CaseChanged."""
    if not swaps:
        return
    parameters = []
    for swap in swaps:
        values = columns_of(swap.case, swap.ageing_minutes)
        keys = {"key": swap.case.id, "expected": swap.expected_version}
        parameters.append({f"new_{name}": value for name, value in values.items()} | keys)
    done = session.connection().execute(_swap_statement(tuple(values)), parameters)
    if done.rowcount != len(swaps):
        raise CaseChanged("the case was changed in the meantime; read it again and repeat the action")


@cache
def _swap_statement(names: tuple[str, ...]) -> Update:
    table = CaseRecord.__table__  # type: ignore[attr-defined]
    unchanged = (table.c.id == bindparam("key"), table.c.version == bindparam("expected"))
    return update(table).where(*unchanged).values({name: bindparam(f"new_{name}") for name in names})


def get_record(session: Session, case_id: str) -> CaseRecord:
    """The row as it is now in the database. Raises NotFound."""
    record = session.get(CaseRecord, case_id, populate_existing=True)
    if record is None:
        raise NotFound("there is no such case; check the id")
    return record


def open_in_conversation(session: Session, conversation_id: str) -> str | None:
    """The id of the conversation's case that is not closed, if there is one."""
    query = select(CaseRecord.id).where(CaseRecord.conversation_id == conversation_id, CaseRecord.state != "closed")
    return session.exec(query).first()

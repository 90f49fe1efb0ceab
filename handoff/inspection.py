"""Quality inspection (质检): one per low rating, blind to who the agent was until it is scored, some reviewed twice.

An inspection has its own stream `inspection:<id>` and clock. A share of them, chosen by their id, is reviewed by two
inspectors; where the two disagree a third, or a supervisor, adjudicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from handoff import escalation, events
from handoff.agents import LEADING, Role, get_agent
from handoff.casefile import StreamFile
from handoff.clock import Fact
from handoff.database import UtcDateTime, become_writer
from handoff.errors import HandoffError, NotAllowed, NotFound
from handoff.events import Json
from handoff.policy import InspectionPolicy
from handoff.rules import Rules, bundled_rules

HIDDEN = frozenset({"agent", "by", "was", "holder", "owner", "to_agent", "to", "approver"})
VERDICT = ("root_cause", "process_step", "responsible")


class ReviewRefused(HandoffError):
    """The review is incomplete, or was given already; the message says what is missing."""

    code = "review_refused"


class InspectionState(StrEnum):
    """Where an inspection stands."""

    OPEN = "open"
    DISPUTED = "disputed"
    SCORED = "scored"


class Inspection(SQLModel, table=True):
    """The inspection of one rated episode."""

    __table_args__ = (
        UniqueConstraint("rating_id", name="uq_inspection_rating"),
        Index("ix_inspection_state", "state", "opened_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rating_id: int = Field(foreign_key="rating.id")
    case_id: str | None = Field(default=None, foreign_key="case_record.id", max_length=40)
    conversation_id: str = Field(max_length=80)
    episode: int
    state: str = Field(default=InspectionState.OPEN, max_length=12)
    double: bool = False
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    scored_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))

    @property
    def stream(self) -> str:
        return f"inspection:{self.id}"


class Review(SQLModel, table=True):
    """One inspector's answers; an adjudication is a review with `final`."""

    __table_args__ = (UniqueConstraint("inspection_id", "inspector_id", name="uq_review_inspector"),)

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id")
    inspector_id: int = Field(foreign_key="agent.id")
    answers: dict[str, bool] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    root_cause: str
    process_step: str
    responsible: str
    comment: str = ""
    final: bool = False
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class ReviewCreate(SQLModel):
    """What an inspector hands in: an answer for each checklist item and the trace of the problem (问题溯源)."""

    answers: dict[str, bool]
    root_cause: str
    process_step: str
    responsible: str
    comment: str = ""


def open_inspection(
    session: Session,
    rating_id: int,
    case_id: str | None,
    conversation_id: str,
    episode: int,
    now: datetime,
    rules: Rules,
) -> Inspection:
    """Open the one inspection of a rating; asking again returns the same."""
    existing = session.exec(select(Inspection).where(Inspection.rating_id == rating_id)).first()
    if existing is not None:
        return existing
    policy = rules.policies.at(now)
    share = policy.inspection.double_review_share
    row = Inspection(
        rating_id=rating_id,
        case_id=case_id,
        conversation_id=conversation_id,
        episode=episode,
        double=_sampled(f"{conversation_id}/{case_id}/{episode}", float(share)),
        opened_at=now,
    )
    session.add(row)
    session.flush()
    file = StreamFile(session, row.stream, [], now, rules)
    file.add(
        "inspection_opened",
        policy_version=policy.version,
        rating_id=rating_id,
        case_id=case_id,
        conversation_id=conversation_id,
        episode=episode,
        double=row.double,
    )
    file.save()
    return row


def review(
    session: Session,
    inspection_id: int,
    inspector_id: int,
    given: ReviewCreate,
    now: datetime,
    rules: Rules | None = None,
) -> Inspection:
    """Hand in a review; the last one needed scores the inspection, or shows a disagreement to be adjudicated.

    Raises NotAllowed for anybody but an inspector, ReviewRefused for an incomplete or second review.
    """
    become_writer(session)
    row = get_inspection(session, inspection_id)
    if get_agent(session, inspector_id).role != Role.INSPECTOR:
        raise NotAllowed("reviews are given by inspectors; ask one")
    reviews = _reviews(session, inspection_id)
    if row.state != InspectionState.OPEN or inspector_id in {each.inspector_id for each in reviews}:
        raise ReviewRefused("this inspection takes no more reviews from you; take the next one")
    file = _file(session, row, now, rules)
    _check(given, file.policy.inspection)
    mine = _store(session, row, inspector_id, given, file.now, final=False)
    file.add("reviewed", inspector=inspector_id)
    together = [*reviews, mine]
    if len(together) == (2 if row.double else 1):
        if all(_same(together[0], each) for each in together):
            _score(file, row, mine)
        else:
            row.state = InspectionState.DISPUTED
            file.add("review_disputed", inspectors=[each.inspector_id for each in together])
    session.add(row)
    file.save()
    return row


def adjudicate(
    session: Session, inspection_id: int, judge_id: int, given: ReviewCreate, now: datetime, rules: Rules | None = None
) -> Inspection:
    """Settle two reviews that disagree; the judge is a supervisor, or an inspector who gave neither."""
    become_writer(session)
    row = get_inspection(session, inspection_id)
    judge = get_agent(session, judge_id)
    if judge.role not in {str(role) for role in (*LEADING, Role.INSPECTOR)}:
        raise NotAllowed("a supervisor or another inspector adjudicates; ask one")
    if row.state != InspectionState.DISPUTED:
        raise ReviewRefused("there is no disagreement to settle here; take the next one")
    if judge_id in {each.inspector_id for each in _reviews(session, inspection_id)}:
        raise ReviewRefused("you gave one of the two reviews; somebody else must settle it")
    file = _file(session, row, now, rules)
    _check(given, file.policy.inspection)
    final = _store(session, row, judge_id, given, file.now, final=True)
    file.add("adjudicated", by=judge_id)
    _score(file, row, final)
    session.add(row)
    file.save()
    return row


def acknowledge(
    session: Session, inspection_id: int, ladder_id: str, agent_id: int, now: datetime, rules: Rules | None = None
) -> None:
    """Take note of an inspection that is late, which stops the climb. Raises NothingToAcknowledge, NotAllowed."""
    become_writer(session)
    agent = get_agent(session, agent_id)
    file = _file(session, get_inspection(session, inspection_id), now, rules)
    escalation.acknowledge_in(file, ladder_id, agent_id, agent.leads)
    file.save()


def evidence(session: Session, inspection_id: int, viewer_id: int) -> list[dict[str, Any]]:
    """The case's events for the inspector, without who the agents were until the viewer has scored it.

    Only inspectors and leads may look. Agents appear as 坐席A, 坐席B in order of appearance.
    """
    row = get_inspection(session, inspection_id)
    if get_agent(session, viewer_id).role not in {str(role) for role in (*LEADING, Role.INSPECTOR)}:
        raise NotAllowed("inspections are seen by inspectors and supervisors; ask one")
    stream = events.case_stream(row.case_id) if row.case_id else events.conversation_stream(row.conversation_id)
    facts = events.read(session, stream)
    scored = row.state == InspectionState.SCORED
    scored = scored or viewer_id in {each.inspector_id for each in _reviews(session, inspection_id)}
    names: dict[Any, str] = {}
    return [_shown(fact, names, blind=not scored) for fact in facts]


def get_inspection(session: Session, inspection_id: int) -> Inspection:
    """The inspection. Raises NotFound."""
    row = session.get(Inspection, inspection_id, populate_existing=True)
    if row is None:
        raise NotFound(f"there is no inspection {inspection_id}; check the id")
    return row


def waiting_for(session: Session, inspector_id: int) -> list[Inspection]:
    """Open inspections the inspector has not reviewed, oldest first."""
    done = select(Review.inspection_id).where(Review.inspector_id == inspector_id)
    query = select(Inspection).where(Inspection.state == InspectionState.OPEN, col(Inspection.id).not_in(done))
    return list(session.exec(query.order_by(col(Inspection.opened_at))))


def _file(session: Session, row: Inspection, now: datetime, rules: Rules | None) -> StreamFile:
    return StreamFile(session, row.stream, events.read(session, row.stream), now, rules or bundled_rules())


def _reviews(session: Session, inspection_id: int) -> list[Review]:
    query = select(Review).where(Review.inspection_id == inspection_id).order_by(col(Review.id))
    return list(session.exec(query))


def _store(session: Session, row: Inspection, who: int, given: ReviewCreate, now: datetime, final: bool) -> Review:
    stored = Review(inspection_id=row.id or 0, inspector_id=who, at=now, final=final, **given.model_dump())
    session.add(stored)
    session.flush()
    return stored


def _score(file: StreamFile, row: Inspection, by: Review) -> None:
    row.state, row.scored_at = InspectionState.SCORED, file.now
    row.result = {name: getattr(by, name) for name in (*VERDICT, "answers", "comment")}
    file.add("inspection_scored", **row.result)


def _same(one: Review, other: Review) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in VERDICT)


def _check(given: ReviewCreate, policy: InspectionPolicy) -> None:
    for name, known in zip(VERDICT, (policy.root_causes, policy.process_steps, policy.responsible), strict=True):
        if getattr(given, name) not in known:
            raise ReviewRefused(f"{name} must be one of: {', '.join(known)}")
    if set(given.answers) != {item.id for item in policy.checklist}:
        raise ReviewRefused(f"answer every item: {', '.join(item.id for item in policy.checklist)}")


def _sampled(key: str, share: float) -> bool:
    """A fixed share of inspections, the same on every replica and at every replay."""
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big") / 2**64 < share


def _shown(fact: Fact, names: dict[Any, str], blind: bool) -> dict[str, Any]:
    payload = {key: value for key, value in fact.payload.items() if key != "packet"}
    if blind:
        payload = _without_names(payload, names)
    return {"kind": fact.kind, "at": fact.at, "payload": payload}


def _without_names(payload: Mapping[str, Any], names: dict[Any, str]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, value in payload.items():
        if key == "recipients":
            continue
        if key in HIDDEN and value is not None:
            shown[key] = names.setdefault(value, f"坐席{chr(ord('A') + len(names) % 26)}")
        else:
            shown[key] = value
    return shown

"""Inspections as inspectors see them: the queue, one in full and blind until scored, and who has taken which.

Until the viewer has scored it, an inspection shows 坐席A and 坐席B, in the events' fields and in the words alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from assistant.desk.items import queue_brief, read_cursor, write_cursor
from assistant.desk.people import brief, ids_in, names
from handoff import events
from handoff.agents import Agent, Role
from handoff.case_record import CaseRecord
from handoff.casefile import StreamFile
from handoff.deadlines import Deadline
from handoff.escalation import acknowledge_in
from handoff.events import Event
from handoff.inspection import Inspection, InspectionState, Review, ReviewRefused, evidence, get_inspection
from handoff.packet import Packet
from handoff.promotion import EvaluationCase
from handoff.rating import Rating
from handoff.rules import Rules

TAKEN_FOR = timedelta(hours=1)
_SPOKEN = {"customer_replied": "customer", "replied": "agent"}
_HIDDEN_NAME = "坐席"


def page(
    session: Session,
    viewer: Agent,
    now: datetime,
    rules: Rules,
    states: Sequence[InspectionState] = (),
    limit: int = 50,
    cursor: str | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page, oldest first. Without states: what is not scored, and of it what waits for the inspector."""
    wanted = states or (InspectionState.OPEN, InspectionState.DISPUTED)
    query = select(Inspection).where(col(Inspection.state).in_(wanted))
    if not states and viewer.role == Role.INSPECTOR:
        done = select(Review.inspection_id).where(Review.inspector_id == viewer.key)
        query = query.where(col(Inspection.id).not_in(done))
    if cursor is not None:
        at, key = read_cursor(cursor)
        number = int(key) if key.isdigit() else 0
        place = col(Inspection.opened_at)
        query = query.where(or_(place > at, and_(place == at, col(Inspection.id) > number)))
    order = (col(Inspection.opened_at), col(Inspection.id))
    rows = list(session.exec(query.order_by(*order).limit(limit + 1)))
    following = write_cursor(rows[limit - 1].opened_at, rows[limit - 1].id) if len(rows) > limit else None
    return [item(session, viewer, row, now, rules) for row in rows[:limit]], following


def item(session: Session, viewer: Agent, row: Inspection, now: datetime, rules: Rules) -> dict[str, Any]:
    """One inspection as the list shows it."""
    rating = session.get(Rating, row.rating_id)
    record = session.get(CaseRecord, row.case_id) if row.case_id else None
    reviews = _reviews(session, row)
    holders = _taken(session, row, reviews, now)
    clock = session.exec(select(Deadline).where(Deadline.stream == row.stream, Deadline.clock == "inspection")).first()
    taker = holders[0] if holders else None
    mine = any(each.inspector_id == viewer.key for each in reviews)
    return {
        **{name: getattr(row, name) for name in ("id", "state", "episode", "double", "opened_at", "scored_at")},
        "due_at": clock.due_at if clock else None,
        "breached": bool(clock and clock.breached_at),
        "rating": rating and {"score": rating.score, "comment": rating.comment, "at": rating.at},
        "case_id": row.case_id,
        "severity": record.severity if record else None,
        "queue": record and queue_brief(rules.policies.version(record.policy_version), record.queue),
        "reviews": len(reviews),
        "reviewed_by_me": mine,
        "taken_by": brief(taker, names(session, [taker])),
        "permitted": _permitted(session, viewer, row, mine, reviews, holders),
    }


def inspection_view(session: Session, viewer: Agent, inspection_id: int, now: datetime, rules: Rules) -> dict[str, Any]:
    """One inspection in full. Raises NotFound, NotAllowed."""
    row = get_inspection(session, inspection_id)
    reviews = _reviews(session, row)
    blind = row.state != InspectionState.SCORED and viewer.key not in {each.inspector_id for each in reviews}
    judging = row.state == InspectionState.DISPUTED
    facts = events.read(session, events.case_stream(row.case_id)) if row.case_id else []
    hidden = _names_in(session, facts) if blind else []
    known = names(session, [each.inspector_id for each in reviews])
    shown = evidence(session, inspection_id, viewer.key)
    promoted = session.exec(select(EvaluationCase.id).where(EvaluationCase.inspection_id == inspection_id)).first()
    return {
        **item(session, viewer, row, now, rules),
        "blind": blind,
        "transcript": _without(_transcript(facts) or _conversation(session, row), hidden),
        "evidence": [{**each, "payload": _without(each["payload"], hidden)} for each in shown],
        "reviews_given": [_review(each, known) for each in reviews] if judging or not blind else [],
        "result": row.result or None,
        "evaluation_case": promoted,
        "now": now,
    }


def take(session: Session, inspection_id: int, inspector: Agent, now: datetime, rules: Rules) -> None:
    """Reserve an inspection for an hour, so that two do not work on the same. Raises ReviewRefused."""
    row = get_inspection(session, inspection_id)
    reviews = _reviews(session, row)
    if inspector.role != Role.INSPECTOR or row.state != InspectionState.OPEN or _gave(reviews, inspector):
        raise ReviewRefused("this inspection is not open to you; take the next one")
    others = [each for each in _taken(session, row, reviews, now) if each != inspector.key]
    if len(reviews) + len(others) >= _needed(row):
        raise ReviewRefused("a colleague is working on this inspection; take the next one")
    file = StreamFile(session, row.stream, events.read(session, row.stream), now, rules)
    file.add("taken", inspector=inspector.key)
    file.save()


def acknowledge(session: Session, inspection_id: int, agent: Agent, now: datetime, rules: Rules) -> None:
    """Take note of a late inspection. Raises NothingToAcknowledge, NotAllowed."""
    row = get_inspection(session, inspection_id)
    file = StreamFile(session, row.stream, events.read(session, row.stream), now, rules)
    acknowledge_in(file, "inspection", agent.key, agent.leads)
    file.save()


def _needed(row: Inspection) -> int:
    return 2 if row.double else 1


def _gave(reviews: Sequence[Review], agent: Agent) -> bool:
    return agent.key in {each.inspector_id for each in reviews}


def _reviews(session: Session, row: Inspection) -> list[Review]:
    return list(session.exec(select(Review).where(Review.inspection_id == row.id).order_by(col(Review.id))))


def _taken(session: Session, row: Inspection, reviews: Sequence[Review], now: datetime) -> list[int]:
    """Inspectors who took it within the last hour and have not reviewed it, the last first."""
    recent = select(Event).where(Event.stream == row.stream, Event.kind == "taken", Event.at > now - TAKEN_FOR)
    done = {each.inspector_id for each in reviews}
    takers = [event.payload["inspector"] for event in session.exec(recent.order_by(col(Event.seq).desc()))]
    return list(dict.fromkeys(each for each in takers if each not in done))


def _permitted(
    session: Session, viewer: Agent, row: Inspection, mine: bool, reviews: Sequence[Review], holders: Sequence[int]
) -> list[str]:
    inspects = viewer.role == Role.INSPECTOR and row.state == InspectionState.OPEN and not mine
    others = [each for each in holders if each != viewer.key]
    promoted = session.exec(select(EvaluationCase.id).where(EvaluationCase.inspection_id == row.id)).first()
    open_to = {
        "take": inspects and viewer.key not in holders and len(reviews) + len(others) < _needed(row),
        "review": inspects,
        "adjudicate": row.state == InspectionState.DISPUTED and not mine,
        "promote": row.state == InspectionState.SCORED and row.case_id is not None and promoted is None,
    }
    return [name for name, allowed in open_to.items() if allowed]


def _review(row: Review, known: Mapping[int, str]) -> dict[str, Any]:
    plain = ("answers", "root_cause", "process_step", "responsible", "comment", "final", "at")
    return {"inspector": brief(row.inspector_id, known), **{name: getattr(row, name) for name in plain}}


def _transcript(facts: Sequence[Event]) -> list[dict[str, Any]]:
    """What was said before and after the hand-over, by role."""
    if not facts:
        return []
    packet = Packet.model_validate(facts[0].payload.get("packet") or {})
    before = [{"author": line.author, "text": line.text, "at": line.at} for line in packet.transcript]
    return before + [
        {"author": _SPOKEN[fact.kind], "text": fact.payload["text"], "at": fact.at}
        for fact in facts
        if fact.kind in _SPOKEN
    ]


def _conversation(session: Session, row: Inspection) -> list[dict[str, Any]]:
    """What the bot and the customer said, for a rating of the bot's own service."""
    said = events.read(session, events.conversation_stream(row.conversation_id))
    found = []
    for event in said:
        if event.kind == "customer_message":
            found.append({"author": "customer", "text": event.payload["text"], "at": event.at})
        elif event.kind == "bot_reply":
            found.append({"author": "bot", "text": event.payload["reply"]["text"], "at": event.at})
    return found


def _names_in(session: Session, facts: Sequence[Event]) -> list[str]:
    """Display names of everybody in the events, longest first, as they may stand in what was written."""
    found = names(session, {each for fact in facts for each in ids_in(fact.payload)}).values()
    return sorted({name for name in found if len(name) > 1}, key=len, reverse=True)


def _without(value: Any, hidden: Sequence[str]) -> Any:
    """The same data with every hidden name replaced in its words."""
    if isinstance(value, str):
        for name in hidden:
            value = _standing(name).sub(_HIDDEN_NAME, value)
        return value
    if isinstance(value, Mapping):
        return {key: _without(each, hidden) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without(each, hidden) for each in value]
    return value


def _standing(name: str) -> re.Pattern[str]:
    """Where a name stands in a text; one in Latin letters only as a word of its own: "li" is not in "client"."""
    before, after = (r"\b" if edge.isascii() and edge.isalnum() else "" for edge in (name[0], name[-1]))
    return re.compile(before + re.escape(name) + after, re.ASCII)

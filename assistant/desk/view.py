"""One case in full, for the person who works on it: packet, transcript, clocks, history and what may be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from assistant.desk.items import items
from assistant.desk.lines import line_of
from assistant.desk.people import actor_of, brief, ids_in, names
from assistant.desk.permitted import complaint_moves, packet_of, permitted
from handoff import events
from handoff.agents import Agent
from handoff.case import State
from handoff.case_record import get_record
from handoff.casefile import CaseFile
from handoff.clock import Fact, Run
from handoff.deadlines import Deadline, Firing
from handoff.escalation import Escalation
from handoff.events import Event
from handoff.rating import Rating
from handoff.routing import WAITING, CallbackSlot, position
from handoff.rules import Rules
from intents.taxonomy import taxonomy

_LINES = 500
_HISTORY = 500


def case_view(session: Session, agent: Agent, case_id: str, now: datetime, rules: Rules) -> dict[str, Any]:
    """The case as `agent`, who may see it, sees it. Raises NotFound."""
    record = get_record(session, case_id)
    facts = events.read(session, events.case_stream(case_id))
    file = CaseFile(session, case_id, facts, now, rules)
    rungs = _rungs(session, file)
    spoken = _ids(file.facts) | {each for rung in rungs for each in rung.recipients}
    known = names(session, [*spoken, *(rung.acknowledged_by for rung in rungs), record.holder, record.owner])
    waiting = [rung for rung in rungs if _waits(file, rung)]
    slot = session.get(CallbackSlot, case_id)
    [item] = items(session, agent, rules, [record])
    return {
        **item,
        "now": now,
        "last_event_id": events.last_id(session),
        "position": position(session, record) if record.state in {str(state) for state in WAITING} else None,
        "fence": record.fence,
        "pause_reason": file.case.pause_reason,
        "close_confirmed": file.case.close_confirmed,
        "policy_version": file.policy.version,
        "clocks": _clocks(session, file, now),
        "packet": _packet(file),
        "transcript": _transcript(session, file.case.conversation_id),
        "notes": [_note(fact, known) for fact in facts if fact.kind == "note_added"],
        "history": [history_of(fact, known) for fact in facts[-_HISTORY:]],
        "complaint": _complaint(file, agent),
        "escalations": [_escalation(rung, rung in waiting, known) for rung in rungs],
        "callback_at": slot.starts_at if slot and file.case.state != State.CLOSED else None,
        "ratings": _ratings(session, case_id),
        "people": {str(key): name for key, name in known.items()},
        "permitted": permitted(file, agent, waiting),
    }


def history_of(event: Event, known: Mapping[int, str]) -> dict[str, Any]:
    """An event of a case as the desk shows it; the packet is shown once, not with the opening."""
    payload = {key: value for key, value in event.payload.items() if key != "packet"}
    actor = brief(actor_of(event.kind, event.payload), known)
    return {
        "id": event.id,
        "seq": event.seq,
        "kind": event.kind,
        "at": event.at,
        "actor": actor,
        "payload": payload,
    }


def _ids(facts: Sequence[Fact]) -> set[int]:
    return {each for fact in facts for each in ids_in(fact.payload)}


def _clocks(session: Session, file: CaseFile, now: datetime) -> list[dict[str, Any]]:
    rows = {(row.clock, row.run): row for row in session.exec(select(Deadline).where(Deadline.stream == file.stream))}
    fired: dict[int, dict[int, datetime]] = {}
    ids = [row.id for row in rows.values()]
    for firing in session.exec(select(Firing).where(col(Firing.deadline_id).in_(ids))) if ids else ():
        fired.setdefault(firing.deadline_id, {})[firing.mark] = firing.fired_at
    found = []
    for run in file.runs():
        if run.rule.basis != "timer":
            row = rows.get((run.clock, run.number))
            found.append(_clock(run, row, fired.get(row.id or 0, {}) if row else {}, now))
    return found


def _clock(run: Run, row: Deadline | None, fired: Mapping[int, datetime], now: datetime) -> dict[str, Any]:
    marks = [{"percent": mark, "at": run.mark_at(mark), "fired_at": fired.get(mark)} for mark in run.rule.marks]
    due = run.due_at
    ran_out = due if run.running and due is not None and due <= now else None
    limit = run.limit
    return {
        "clock": run.clock,
        "name": run.rule.name,
        "basis": run.rule.basis,
        "run": run.number,
        "started_at": run.started_at,
        "due_at": due,
        "marks": marks,
        "paused": run.paused,
        "running": run.running,
        "outcome": run.outcome,
        "breached_at": row.breached_at if row and row.breached_at else ran_out,
        "stopped_at": run.stopped_at,
        "estimated": run.estimated,
        "elapsed_seconds": round(run.elapsed(now), 3),
        "limit": {"seconds": limit.working_seconds or None, "days": limit.days, "calendar": limit.calendar},
        "pauses": [{"reason": rest.reason, "start": rest.start, "end": rest.end} for rest in run.pauses],
    }


def _packet(file: CaseFile) -> dict[str, Any]:
    packet = packet_of(file)
    shown = packet.model_dump(mode="json")
    known = taxonomy()
    for guess in shown["intents"]:
        guess["name"] = known[guess["intent"]].zh if guess["intent"] in known.ids else guess["intent"]
    shown["personal"] = [
        {"field": each.field, "masked": each.masked, "kept": each.reference is not None} for each in packet.personal
    ]
    return shown


def _transcript(session: Session, conversation_id: str) -> list[dict[str, Any]]:
    said = (line_of(event) for event in events.read(session, events.conversation_stream(conversation_id)))
    return [line for line in said if line is not None][-_LINES:]


def _note(event: Event, known: Mapping[int, str]) -> dict[str, Any]:
    return {"id": event.id, "by": brief(event.payload["by"], known), "text": event.payload["text"], "at": event.at}


def _complaint(file: CaseFile, agent: Agent) -> dict[str, Any] | None:
    complaint = file.case.complaint
    if complaint.state is None:
        return None
    return {
        "state": str(complaint.state),
        "grade": complaint.grade,
        "extended": complaint.extended,
        "open": complaint.open,
        "moves": complaint_moves(file.case, agent),
    }


def _rungs(session: Session, file: CaseFile) -> list[Escalation]:
    query = select(Escalation).where(Escalation.stream == file.stream).order_by(col(Escalation.id))
    return list(session.exec(query))


def _waits(file: CaseFile, rung: Escalation) -> bool:
    """Whether the rung is the one a running acknowledge timer is for."""
    running = [run for run in file.runs() if run.running and run.rule.of_ladder == rung.ladder]
    last = next((fact.payload for fact in reversed(file.facts) if _climbed(fact, rung.ladder)), None)
    at_top = last is not None and (last["climb"], last["rung"]) == (rung.climb, rung.rung)
    return bool(running) and at_top


def _climbed(fact: Fact, ladder: str) -> bool:
    return fact.kind == "escalated" and fact.payload["ladder"] == ladder


def _escalation(rung: Escalation, waits: bool, known: Mapping[int, str]) -> dict[str, Any]:
    plain = ("ladder", "climb", "rung", "trigger", "at", "acknowledged_at")
    return {
        **{name: getattr(rung, name) for name in plain},
        "recipients": [brief(each, known) for each in rung.recipients],
        "acknowledged_by": brief(rung.acknowledged_by, known),
        "waits": waits,
    }


def _ratings(session: Session, case_id: str) -> list[dict[str, Any]]:
    query = select(Rating).where(Rating.case_id == case_id).order_by(col(Rating.episode))
    plain = ("episode", "score", "comment", "at")
    return [{name: getattr(each, name) for name in plain} for each in session.exec(query)]

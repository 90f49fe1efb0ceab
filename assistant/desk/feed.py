"""The live feed of one member of staff: what happened after a place in the log, as far as this person may see it.

A feed is read from the log and nothing else, so a page that comes back misses nothing on any replica. Every read
checks the session again: a feed ends with the session it belongs to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from assistant.desk import sight
from assistant.desk.items import items
from assistant.desk.lines import SPOKEN, line_of
from assistant.desk.people import brief, ids_in, names
from assistant.desk.view import history_of
from handoff.agents import Agent, Role
from handoff.case_record import CaseRecord
from handoff.database import session_scope
from handoff.events import Event, last_id, read_all
from handoff.rules import Rules
from handoff.sign_in import SessionExpired, check_session
from handoff.worker import SteadyClock

BATCH = 200
MOST_MISSED = 5_000
_PARTING = frozenset(
    {"transferred", "released", "severity_raised", "offer_declined", "offer_expired", "owner_changed", "claimed"}
)
_OF_INSPECTION = frozenset({"clock", "mark", "ladder", "rung", "double"})


@dataclass(frozen=True)
class Message:
    """One server-sent event; without `id` it does not move the reader's place in the log."""

    kind: str
    data: dict[str, Any]
    id: int | None = None


@dataclass(frozen=True)
class Batch:
    """What one read gave: messages, the place reached, whether more waits, whether the feed is over."""

    messages: list[Message]
    last: int
    more: bool = False
    over: bool = False
    events: list[Event] = field(default_factory=list)


class Feed:
    """The feed of the session behind `token`."""

    def __init__(self, engine: Engine, rules: Rules, clock: SteadyClock, token: str) -> None:
        self._engine, self._rules, self._clock, self._token = engine, rules, clock, token

    def place(self) -> int:
        """The end of the log now."""
        with session_scope(self._engine) as session:
            return last_id(session)

    def read(self, after: int) -> Batch:
        """Everything this person may see after `after`, up to a batch."""
        with session_scope(self._engine) as session:
            try:
                agent, _ = check_session(session, self._token, self._clock.now())
            except SessionExpired as ended:
                gone = {"kind": "session_ended", "code": ended.code, "detail": str(ended)}
                return Batch([Message("session_ended", gone)], after, over=True)
            newest = last_id(session)
            if not after <= newest <= after + MOST_MISSED:
                return Batch([Message("reset", {"kind": "reset", "last_event_id": newest}, newest)], newest)
            rows = read_all(session, after, _streams(agent), BATCH)
            more = len(rows) == BATCH
            reached = [row.id for row in rows if row.id is not None]
            last = max(reached) if more else max([newest, *reached])
            return Batch(self._messages(session, agent, rows), last, more, events=rows)

    def _messages(self, session: Session, agent: Agent, rows: Sequence[Event]) -> list[Message]:
        by_case, by_conversation = _cases(session, rows)
        seen = [row for row in by_case.values() if sight.may_see(agent, row)]
        shown = {item["id"]: item for item in items(session, agent, self._rules, seen)}
        known = names(session, [each for row in rows for each in ids_in(row.payload)])
        found = []
        for row in rows:
            noun, _, key = row.stream.partition(":")
            if noun == "case":
                found.append(_of_case(row, by_case.get(key), shown, known))
            elif noun == "conversation":
                found.append(_of_conversation(row, by_conversation.get(key, []), shown, known))
            else:
                found.append(_of_inspection(row, key))
        return [message for message in found if message is not None]


def _streams(agent: Agent) -> tuple[str, ...]:
    if agent.role == Role.INSPECTOR:
        return ("inspection:",)
    return ("case:", "conversation:", "inspection:") if agent.leads else ("case:", "conversation:")


def _cases(session: Session, rows: Sequence[Event]) -> tuple[dict[str, CaseRecord], dict[str, list[CaseRecord]]]:
    """The cases of these events, by their id and by their conversation, newest first."""
    keys: dict[str, set[str]] = {"case": set(), "conversation": set()}
    for row in rows:
        noun, _, key = row.stream.partition(":")
        keys.setdefault(noun, set()).add(key)
    if not keys["case"] and not keys["conversation"]:
        return {}, {}
    wanted = col(CaseRecord.id).in_(keys["case"]) | col(CaseRecord.conversation_id).in_(keys["conversation"])
    found = session.exec(select(CaseRecord).where(wanted).order_by(col(CaseRecord.opened_at).desc())).all()
    by_conversation: dict[str, list[CaseRecord]] = {}
    for record in found:
        by_conversation.setdefault(record.conversation_id, []).append(record)
    return {record.id: record for record in found}, by_conversation


def _of_case(
    row: Event, record: CaseRecord | None, shown: Mapping[str, dict[str, Any]], known: Mapping[int, str]
) -> Message | None:
    if record is None:
        return None
    if record.id not in shown:
        gone = {"id": row.id, "kind": "case_gone", "case_id": record.id}
        return Message("case_gone", gone, row.id) if row.kind in _PARTING else None
    data = {
        **history_of(row, known),
        "source": "case",
        "case_id": record.id,
        "conversation_id": record.conversation_id,
        "line": None,
        "case": shown[record.id],
    }
    return Message(row.kind, data, row.id)


def _of_conversation(
    row: Event, records: Sequence[CaseRecord], shown: Mapping[str, dict[str, Any]], known: Mapping[int, str]
) -> Message | None:
    """What was said in the conversation of a case in sight; how the bot decided stays out of it."""
    record = next((each for each in records if each.id in shown), None)
    if record is None or row.kind not in {*SPOKEN, "rated"}:
        return None
    line = line_of(row)
    data = {
        "id": row.id,
        "kind": row.kind,
        "source": "conversation",
        "at": row.at,
        "case_id": record.id,
        "conversation_id": record.conversation_id,
        "actor": brief(None, known),
        "payload": {} if line else row.payload,
        "line": line,
        "case": shown[record.id],
    }
    return Message(row.kind, data, row.id)


def _of_inspection(row: Event, key: str) -> Message | None:
    """That something happened to an inspection, never who the people in it are."""
    if not key.isdigit():
        return None
    told = {name: value for name, value in row.payload.items() if name in _OF_INSPECTION}
    data = {
        "id": row.id,
        "kind": row.kind,
        "source": "inspection",
        "at": row.at,
        "case_id": None,
        "conversation_id": None,
        "actor": None,
        "payload": {"inspection_id": int(key), **told},
        "line": None,
        "case": None,
    }
    return Message(row.kind, data, row.id)

"""Cases as a list shows them, page by page, in the order in which they should be served."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from assistant.desk import sight
from assistant.desk.people import brief, names
from handoff.agents import Agent
from handoff.board import nearest_clocks
from handoff.case import ENDED, State
from handoff.case_record import CaseRecord
from handoff.errors import HandoffError
from handoff.policy import Policy
from handoff.rules import Rules
from intents.taxonomy import taxonomy

_PLAIN = (
    *("id", "state", "version", "severity", "group", "reason", "channel", "language", "conversation_id", "customer_id"),
    *("episode", "transfers", "complaint_state", "opened_at", "changed_at", "waiting_since"),
)
_SHORT = {"person-asked": "客户要求人工", "unsolved": "客户说没有解决", "number_guard": "回答里的数字无法核对"}


class CursorRefused(HandoffError):
    """The cursor is not one of this list: begin without it."""

    code = "cursor_refused"


def page(
    session: Session,
    agent: Agent,
    rules: Rules,
    queue: str | None = None,
    states: Sequence[State] = (),
    mine: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the cases in sight and the cursor of the next. Raises CursorRefused."""
    query = select(CaseRecord).where(sight.in_sight(agent))
    query = query.where(col(CaseRecord.state).in_(states)) if states else query.where(CaseRecord.state != State.CLOSED)
    if queue is not None:
        query = query.where(CaseRecord.queue == queue)
    if mine:
        query = query.where(sight.mine(agent))
    place, key = col(CaseRecord.priority_at), col(CaseRecord.id)
    newest_first = bool(states) and set(states) <= ENDED
    if newest_first:
        place = col(CaseRecord.changed_at)
    if cursor is not None:
        at, last = read_cursor(cursor)
        beyond = place < at if newest_first else place > at
        further = key < last if newest_first else key > last
        query = query.where(or_(beyond, and_(place == at, further)))
    order = (place.desc(), key.desc()) if newest_first else (place, key)
    rows = list(session.exec(query.order_by(*order).limit(limit + 1)))
    shown = rows[:limit]
    following = None
    if len(rows) > limit:
        following = write_cursor(shown[-1].changed_at if newest_first else shown[-1].priority_at, shown[-1].id)
    return items(session, agent, rules, shown), following


def items(session: Session, agent: Agent, rules: Rules, rows: Sequence[CaseRecord]) -> list[dict[str, Any]]:
    """The rows as CaseItems, with names and the clock that ends first."""
    nearest = nearest_clocks(session, [row.id for row in rows])
    known = names(session, [each for row in rows for each in (row.holder, row.owner, row.offered_to)])
    found = []
    for row in rows:
        policy = rules.policies.version(row.policy_version)
        clock = nearest.get(row.id)
        found.append(
            {
                **{name: getattr(row, name) for name in _PLAIN},
                "severity_name": policy.severities.get(row.severity, str(row.severity)),
                "reason_name": reason_name(row.reason, row.packet),
                "queue": queue_brief(policy, row.queue),
                "holder": brief(row.holder, known),
                "owner": brief(row.owner, known),
                "offered_to": brief(row.offered_to, known),
                "mine": _mine(agent, row),
                "summary": row.packet.get("summary", []),
                "sentiment": row.packet.get("sentiment", "calm"),
                "device_mode": row.packet.get("device_mode", "standard"),
                "nearest": clock
                and {
                    "clock": clock.clock,
                    "name": policy.clock(clock.clock).name,
                    "due_at": clock.due_at,
                    "breached": clock.breached,
                    "mark": clock.mark,
                },
            }
        )
    return found


def queue_brief(policy: Policy, queue: str) -> dict[str, str]:
    """Id and name of a queue; a queue no longer in the policy is named by its id."""
    name = next((each.name for each in policy.queues if each.id == queue), queue)
    return {"id": queue, "name": name}


def reason_name(reason: str, packet: dict[str, Any]) -> str:
    """A hand-over's reason in words: the intent's name, or why the rule handed over."""
    if reason in taxonomy().ids:
        return taxonomy()[reason].zh
    if reason in _SHORT:
        return _SHORT[reason]
    return str(packet.get("reason") or reason)


def write_cursor(at: datetime, key: object) -> str:
    """An opaque place in a list."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{key}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """The place a cursor stands for. Raises CursorRefused."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, separator, key = text.partition("|")
        moment = datetime.fromisoformat(at)
    except (ValueError, binascii.Error):
        raise CursorRefused("the cursor is not one of this list; begin without it") from None
    if not separator or moment.tzinfo is None:
        raise CursorRefused("the cursor is not one of this list; begin without it")
    return moment, key


def _mine(agent: Agent, row: CaseRecord) -> list[str]:
    ties = {"holder": row.holder, "owner": row.owner, "offered": row.offered_to}
    return [name for name, who in ties.items() if who == agent.key]

"""What happens when a deadline is reached: the case is read again, the mark recorded once, and the clock's action done.

A row that is due is only a hint. The clock is folded again from the events; when the mark has not been reached after
all, nothing fires and the row is rewritten. Of several marks reached during a downtime only the highest is told,
the lower ones are recorded as superseded: a warning is too late to matter once the next mark has passed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from handoff import deadlines, ending, escalation, events, routing
from handoff.case import State
from handoff.casefile import CaseFile, StreamFile, save_all
from handoff.clock import Fact, Run
from handoff.database import become_writer
from handoff.deadlines import Deadline, Firing
from handoff.rules import Rules, bundled_rules

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fired:
    """A mark that fired: which, when it was reached, how late it was noticed."""

    stream: str
    clock: str
    mark: int
    due_at: datetime
    late_seconds: float


def fire_due(session: Session, now: datetime, rules: Rules | None = None, limit: int = 50) -> list[Fired]:
    """Claim and fire up to `limit` due deadlines inside one write transaction; the rest waits for the next call."""
    become_writer(session)
    rules = rules or bundled_rules()
    rows = deadlines.due(session, now, limit)
    try:
        with session.begin_nested():
            fired = _fire_rows(session, rows, now, rules)
    except Exception:
        logger.exception("a batch of deadlines could not be fired; trying its streams one by one")
        fired = _fire_one_by_one(session, {row.stream for row in rows}, now, rules)
    if any(each.clock == "offer" for each in fired):
        routing.route(session, now, rules)
    return fired


def _fire_one_by_one(session: Session, streams: set[str], now: datetime, rules: Rules) -> list[Fired]:
    """One unreadable stream must not keep the others from firing; it is tried again in a minute."""
    fired: list[Fired] = []
    for stream in sorted(streams):
        try:
            with session.begin_nested():
                fired += _fire_rows(session, deadlines.due_in(session, stream, now), now, rules)
        except Exception:
            logger.exception("deadlines of %s could not be fired; trying again in a minute", stream)
            deadlines.postpone(session, stream, now + timedelta(minutes=1))
    return fired


def _fire_rows(session: Session, rows: Sequence[Deadline], now: datetime, rules: Rules) -> list[Fired]:
    marks = deadlines.fired_marks(session, rows)
    facts = events.read_many(session, {row.stream for row in rows})
    files = {stream: _open(session, stream, facts.get(stream, []), now, rules) for stream in facts}
    fired: list[Fired] = []
    for row in rows:
        file = files.get(row.stream)
        fired += _fire(file, row, marks.get(row.id or 0, frozenset())) if file else _drop(row)
    session.flush()
    save_all(session, list(files.values()))
    return fired


def _open(session: Session, stream: str, facts: Sequence[Fact], now: datetime, rules: Rules) -> StreamFile:
    noun, _, key = stream.partition(":")
    if noun == "case":
        return CaseFile(session, key, facts, now, rules)
    return StreamFile(session, stream, facts, now, rules)


def _drop(row: Deadline) -> list[Fired]:
    """A row without a run in the fold: settle it."""
    row.outcome, row.fire_at, row.next_mark = "cancelled", None, None
    return []


def _fire(file: StreamFile, row: Deadline, fired: frozenset[int]) -> list[Fired]:
    run = next((run for run in file.runs() if (run.clock, run.number) == (row.clock, row.run)), None)
    if run is None:
        return _drop(row)
    if run.outcome in {"met", "cancelled"} or (run.outcome and run.rule.basis == "timer"):
        return []
    marks = deadlines.reached_marks(run, fired, file.now)
    if not marks:
        return []
    firing = deadlines.record_firing(file.session, row, marks, file.now)
    if run.rule.basis == "timer":
        _act(file, run)
    else:
        _alert(file, run, firing)
    return [Fired(file.stream, run.clock, firing.mark, firing.due_at, firing.late_seconds)]


def _alert(file: StreamFile, run: Run, firing: Firing) -> None:
    breached = firing.mark == 100
    file.add(
        "deadline_breached" if breached else "deadline_warned",
        clock=run.clock,
        run=run.number,
        mark=firing.mark,
        due_at=firing.due_at.isoformat(),
        late_seconds=round(firing.late_seconds, 3),
        basis=run.rule.basis,
    )
    if breached and run.rule.ladder and run.running:
        escalation.start(file, run.rule.ladder, run.clock)


def _act(file: StreamFile, run: Run) -> None:
    """Do what the end of a timer means. The timer runs, so the case is in the state the timer belongs to."""
    if run.rule.of_ladder is not None:
        escalation.next_rung(file, run.rule.of_ladder)
    elif isinstance(file, CaseFile):
        _act_on_case(file, run.rule.action)


def _act_on_case(file: CaseFile, action: str) -> None:
    case = file.case
    if action == "expire_offer":
        file.add("offer_expired", agent=case.offered_to)
    elif action == "resume":
        file.add("resumed", by=None)
    elif action == "resolve_silent":
        file.add("resolved", agent=case.holder, by=None, summary="客户未再回复")
    elif action == "close" and case.state == State.RESOLVED:
        if case.complaint.open or not case.close_confirmed:
            escalation.start(file, "confirmation", "silence")
        else:
            ending.close_in(file, by=None, how="silence")

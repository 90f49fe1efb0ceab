"""The desk's own figures over a window, each a plain formula over the rows and events, and their CSV export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from statistics import fmean, quantiles
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from handoff import events
from handoff.agents import Agent
from handoff.case_record import CaseRecord
from handoff.deadlines import Deadline
from handoff.events import Event
from handoff.owner import orphan_seconds
from handoff.rating import Rating

SECOND_CONTACT_DAYS = 7
SATISFIED_FROM = 4
CASE_COLUMNS = (
    *("id", "state", "severity", "group", "reason", "queue", "channel", "language", "holder", "owner"),
    *("episode", "transfers", "complaint_state", "opened_at", "changed_at"),
)


@dataclass(frozen=True)
class ClockNumbers:
    """Runs of one clock that started in the window; `met_share` is of those decided, None when none is."""

    clock: str
    met: int
    breached: int
    running: int
    cancelled: int

    @property
    def met_share(self) -> float | None:
        decided = self.met + self.breached
        return self.met / decided if decided else None


@dataclass(frozen=True)
class Numbers:
    """Figures of one window; a share or mean over nothing is None. Times are in seconds."""

    since: datetime
    until: datetime
    conversations: int
    cases: int
    human_share: float | None
    time_to_person_median: float | None
    time_to_person_p90: float | None
    time_to_reply_median: float | None
    time_to_reply_p90: float | None
    breaches: int
    transfers_per_case: float | None
    reopen_rate: float | None
    second_contact_rate: float | None
    ratings: int
    satisfaction: float | None
    mean_score: float | None
    nps: float | None
    orphan_seconds: float
    clocks: tuple[ClockNumbers, ...]


def numbers(session: Session, since: datetime, until: datetime) -> Numbers:
    """All figures of what began from `since` (included) to `until` (not included)."""
    records = _cases(session, since, until)
    facts = events.read_many(session, [events.case_stream(record.id) for record in records])
    conversations = _conversations(session, since, until)
    ratings = list(session.exec(select(Rating).where(Rating.at >= since, Rating.at < until)))
    recommend = [rating.recommend for rating in ratings if rating.recommend is not None]
    to_person = _waits(facts.values(), "claimed")
    to_reply = _waits(facts.values(), "replied")
    clocks = _clocks(session, since, until)
    ended = [record for record in records if any(fact.kind == "resolved" for fact in facts[_stream(record)])]
    with_case = {record.conversation_id for record in records}
    disabled = dict(_disabled(session))
    return Numbers(
        since=since,
        until=until,
        conversations=len(conversations | with_case),
        cases=len(records),
        human_share=_share(len(with_case), len(conversations | with_case)),
        time_to_person_median=_percentile(to_person, 50),
        time_to_person_p90=_percentile(to_person, 90),
        time_to_reply_median=_percentile(to_reply, 50),
        time_to_reply_p90=_percentile(to_reply, 90),
        breaches=sum(clock.breached for clock in clocks),
        transfers_per_case=fmean(record.transfers for record in records) if records else None,
        reopen_rate=_share(sum(record.episode > 1 for record in ended), len(ended)),
        second_contact_rate=_share(sum(_came_back(session, record, facts) for record in ended), len(ended)),
        ratings=len(ratings),
        satisfaction=_share(sum(rating.score >= SATISFIED_FROM for rating in ratings), len(ratings)),
        mean_score=fmean(rating.score for rating in ratings) if ratings else None,
        nps=net_promoter_score(recommend),
        orphan_seconds=sum(orphan_seconds(each, disabled, until) for each in facts.values()),
        clocks=clocks,
    )


def net_promoter_score(answers: Sequence[int]) -> float | None:
    """Share of 9 and 10 minus share of 0 to 6, times 100 (Reichheld 2003); None without answers."""
    if not answers:
        return None
    return 100 * (sum(answer >= 9 for answer in answers) - sum(answer <= 6 for answer in answers)) / len(answers)


def numbers_csv(found: Numbers) -> str:
    """`name,value` lines, then a line for each clock."""
    rows: list[Sequence[Any]] = [("name", "value")]
    rows += [(field.name, getattr(found, field.name)) for field in fields(found) if field.name != "clocks"]
    for clock in found.clocks:
        for name in ("met", "breached", "running", "cancelled", "met_share"):
            rows.append((f"clock.{clock.clock}.{name}", getattr(clock, name)))
    return _csv(rows)


def cases_csv(session: Session, since: datetime, until: datetime) -> str:
    """A line for each case opened in the window, without any customer's words."""
    rows: list[Sequence[Any]] = [CASE_COLUMNS]
    rows += [[getattr(record, name) for name in CASE_COLUMNS] for record in _cases(session, since, until)]
    return _csv(rows)


def _cases(session: Session, since: datetime, until: datetime) -> list[CaseRecord]:
    query = select(CaseRecord).where(CaseRecord.opened_at >= since, CaseRecord.opened_at < until)
    return list(session.exec(query.order_by(col(CaseRecord.opened_at), col(CaseRecord.id))))


def _stream(record: CaseRecord) -> str:
    return events.case_stream(record.id)


def _conversations(session: Session, since: datetime, until: datetime) -> set[str]:
    prefix = events.conversation_stream("")
    query = select(Event.stream).where(Event.seq == 1, Event.at >= since, Event.at < until)
    return {stream.removeprefix(prefix) for stream in session.exec(query.where(col(Event.stream).startswith(prefix)))}


def _waits(streams: Iterable[Sequence[Event]], kind: str) -> list[float]:
    """Seconds from the opening to the first event of a kind."""
    firsts = ((facts[0].at, next((fact.at for fact in facts if fact.kind == kind), None)) for facts in streams)
    return [(first - opened).total_seconds() for opened, first in firsts if first is not None]


def _clocks(session: Session, since: datetime, until: datetime) -> tuple[ClockNumbers, ...]:
    window = (Deadline.basis != "timer", Deadline.started_at >= since, Deadline.started_at < until)
    breached = col(Deadline.breached_at).is_not(None)
    query = select(Deadline.clock, Deadline.outcome, breached, func.count()).where(*window)
    counts: dict[str, dict[str, int]] = {}
    for clock, outcome, late, count in session.exec(
        query.group_by(col(Deadline.clock), col(Deadline.outcome), breached)
    ):
        name = "breached" if late and outcome != "cancelled" else outcome or "running"
        of_clock = counts.setdefault(clock, dict.fromkeys(("met", "breached", "running", "cancelled"), 0))
        of_clock[name] += count
    return tuple(ClockNumbers(clock, **of_clock) for clock, of_clock in sorted(counts.items()))


def _came_back(session: Session, record: CaseRecord, facts: dict[str, list[Event]]) -> bool:
    """True when the same matter or customer needed a person again within a week of the first end."""
    end = next(fact.at for fact in facts[_stream(record)] if fact.kind == "resolved")
    until = end + timedelta(days=SECOND_CONTACT_DAYS)
    if any(fact.kind == "reopened" and fact.at <= until for fact in facts[_stream(record)]):
        return True
    same = [col(CaseRecord.conversation_id) == record.conversation_id]
    if record.customer_id is not None:
        same.append(col(CaseRecord.customer_id) == record.customer_id)
    later = (CaseRecord.id != record.id, CaseRecord.opened_at >= end, CaseRecord.opened_at <= until)
    return session.exec(select(CaseRecord.id).where(or_(*same), *later).limit(1)).first() is not None


def _disabled(session: Session) -> list[tuple[int, datetime]]:
    query = select(Agent).where(col(Agent.enabled).is_(False), col(Agent.disabled_at).is_not(None))
    return [(agent.key, agent.disabled_at) for agent in session.exec(query) if agent.disabled_at]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percentile(values: Sequence[float], percent: int) -> float | None:
    if len(values) < 2:
        return values[0] if values else None
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in tuple("=+-@\t\r") else text

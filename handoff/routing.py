"""Brings waiting cases to people: the order of a queue, offers that time out, and what to say when nobody is there.

Order: a case's place is the instant it began to wait, moved earlier by `ageing_minutes` for each level of severity.
So the oldest within a severity comes first, and a light case that has waited long enough goes before a fresh grave one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, Column, and_, func, or_
from sqlmodel import Field, Session, SQLModel, col, select

from handoff import escalation
from handoff.agents import SERVING, get_agent
from handoff.case import Case, State
from handoff.case_record import CaseRecord
from handoff.casefile import CaseFile, open_file
from handoff.database import UtcDateTime
from handoff.errors import HandoffError, NotAllowed
from handoff.policy import Policy, Queue
from handoff.presence import Available, available, next_shift
from handoff.rules import Rules, bundled_rules

OFFERABLE = (State.QUEUED, State.TRANSFERRED, State.REOPENED)
WAITING = (*OFFERABLE, State.OFFERED)


class OfferGone(HandoffError):
    """The offer has ended: the case went to somebody else or back to the queue."""

    code = "offer_gone"


class CallbackSlot(SQLModel, table=True):
    """A promise to call a customer back within a slot."""

    __tablename__ = "callback_slot"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ck_callback_order"),)

    case_id: str = Field(primary_key=True, foreign_key="case_record.id", max_length=40)
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Expectation:
    """What a waiting customer is told: cases ahead, and when nobody is on shift, when work starts and the slot."""

    ahead: int
    opens_at: datetime | None = None
    slot_at: datetime | None = None


def position(session: Session, record: CaseRecord) -> int:
    """Place of a waiting case in its queue, the first being 1."""
    return 1 + _ahead(session, record.queue, record.priority_at, record.id)


def expect(file: CaseFile, queue: Queue) -> Expectation:
    """Look ahead for a case about to wait in `queue`; severity 3 never hears that nobody is there."""
    case, policy = file.case, file.policy
    place = file.now - timedelta(minutes=policy.routing.ageing_minutes * case.severity)
    ahead = _ahead(file.session, queue.id, place, case.id)
    people = [each for each in available(file.session, file.now, policy) if _fits(each, case, queue)]
    calendar = file.rules.calendars(policy)[queue.hours]
    opens = calendar.next_open(file.now)
    if people or case.severity == 3 or opens <= file.now:
        return Expectation(ahead)
    shift = next_shift(file.session, queue.id, file.now)
    opens = min(opens, shift) if shift else opens
    return Expectation(ahead, opens, free_slot(file, queue, opens))


def free_slot(file: CaseFile, queue: Queue, earliest: datetime) -> datetime:
    """Start of the first call-back slot from `earliest` on, in the queue's hours, that is not full."""
    setting = file.policy.routing.callback
    calendar = file.rules.calendars(file.policy)[queue.hours]
    slot = calendar.next_open(earliest)
    while _booked(file.session, slot) >= setting.per_slot:
        slot = calendar.next_open(calendar.add(slot, setting.minutes * 60))
    return slot


def book_slot(file: CaseFile, starts_at: datetime) -> None:
    """Keep a slot for the case, instead of the one it had."""
    row = file.session.get(CallbackSlot, file.case.id)
    ends_at = starts_at + timedelta(minutes=file.policy.routing.callback.minutes)
    if row is None:
        row = CallbackSlot(case_id=file.case.id, starts_at=starts_at, ends_at=ends_at)
    row.starts_at, row.ends_at = starts_at, ends_at
    file.session.add(row)


def route(session: Session, now: datetime, rules: Rules | None = None, limit: int = 20) -> list[Case]:
    """Offer waiting cases, first in order first, to people with room; returns the cases offered."""
    rules = rules or bundled_rules()
    policy = rules.policies.at(now)
    people = [each for each in available(session, now, policy) if each.free > 0]
    offered_now: list[Case] = []
    room = {each.agent.key: each.free - _offers_out(session, each.agent.key) for each in people}
    for case_id in _waiting(session, people, policy, limit) if any(left > 0 for left in room.values()) else []:
        file = open_file(session, case_id, now, rules)
        chosen = choose(file.case, people, room, file.policy, file.now)
        if chosen is not None:
            offer(file, chosen.agent.key)
            file.save()
            room[chosen.agent.key] -= 1
            offered_now.append(file.case)
    return offered_now


def could_offer(session: Session, now: datetime, rules: Rules) -> bool:
    """True when a waiting case and somebody with room for it are there; reads only."""
    policy = rules.policies.at(now)
    people = [each for each in available(session, now, policy) if each.free > 0]
    return bool(people and _waiting(session, people, policy, limit=1))


def choose(
    case: Case, people: Sequence[Available], room: dict[int, int], policy: Policy, now: datetime
) -> Available | None:
    """The person for a case: whom it is meant for, the owner, agents before leads, the least loaded, idle longest."""
    resting = now - timedelta(seconds=policy.routing.offer_rest_seconds)
    passed = {agent for agent, at in case.passed if at > resting}
    queue = policy.queue(case.queue)
    fitting = [
        each
        for each in people
        if room.get(each.agent.key, 0) > 0 and each.agent.key not in passed and _fits(each, case, queue)
    ]
    if not fitting:
        return None

    def order(each: Available) -> tuple[bool, bool, bool, int, float, int]:
        idle = each.last_claim.timestamp() if each.last_claim else 0.0
        agent = each.agent
        return agent.key != case.meant_for, agent.key != case.owner, agent.leads, each.load, idle, agent.key

    return min(fitting, key=order)


def offer(file: CaseFile, agent_id: int) -> None:
    """Offer an open file's case to an agent; the offer's clock brings it back."""
    file.add("offered", agent=agent_id)


def decline(session: Session, case_id: str, agent_id: int, now: datetime, rules: Rules | None = None) -> Case:
    """An agent lets an offer go; the next one is asked at once. Raises OfferGone."""
    get_agent(session, agent_id)
    file = open_file(session, case_id, now, rules)
    if file.case.offered_to != agent_id:
        raise OfferGone("the case is no longer offered to you; take another")
    file.add("offer_declined", agent=agent_id)
    file.save()
    route(session, now, rules)
    return file.case


def call_duty(file: CaseFile) -> None:
    """A grave case that nobody on shift can take: tell the duty officer, at any hour."""
    case, now = file.case, file.now
    queue = file.policy.queue(case.queue)
    people = [each for each in available(file.session, now, file.policy) if _fits(each, case, queue)]
    if case.severity == 3 and case.waits_for_person and not people:
        escalation.start(file, "duty", "nobody_on_shift")


def check_may_take(session: Session, agent_id: int, case: Case) -> None:
    """Raise NotAllowed unless the agent serves customers and works in the case's queue, or was asked by name."""
    agent = get_agent(session, agent_id)
    if agent.role not in [str(role) for role in SERVING]:
        raise NotAllowed(f"an {agent.role} does not take cases; ask an agent")
    if not agent.covers(case.queue) and not agent.leads and agent_id not in {case.owner, case.meant_for}:
        raise NotAllowed(f"you do not work in queue {case.queue}; ask a supervisor to transfer the case to you")


def _fits(person: Available, case: Case | CaseRecord, queue: Queue) -> bool:
    agent = person.agent
    if agent.key == case.owner:
        return True
    speaks = case.language.split("-")[0] in agent.languages
    return agent.covers(queue.id) and speaks and queue.skills <= set(agent.skills)


def _waiting(session: Session, people: Sequence[Available], policy: Policy, limit: int) -> list[str]:
    """The first waiting cases that somebody present could take; those nobody fits do not hold the others up."""
    query = select(CaseRecord).where(col(CaseRecord.state).in_([str(state) for state in OFFERABLE]))
    in_order = query.order_by(col(CaseRecord.priority_at), col(CaseRecord.id)).execution_options(populate_existing=True)
    if all(each.agent.queues for each in people):
        queues = {queue for each in people for queue in each.agent.queues}
        owned = col(CaseRecord.owner).in_([each.agent.key for each in people])
        in_order = in_order.where(or_(col(CaseRecord.queue).in_(queues), owned))
    found: list[str] = []
    for record in session.exec(in_order.execution_options(yield_per=100)):
        if any(_fits(each, record, policy.queue(record.queue)) for each in people):
            found.append(record.id)
        if len(found) == limit:
            break
    return found


def _ahead(session: Session, queue: str, place: datetime, case_id: str) -> int:
    before = or_(
        col(CaseRecord.priority_at) < place, and_(col(CaseRecord.priority_at) == place, col(CaseRecord.id) < case_id)
    )
    waiting = col(CaseRecord.state).in_([str(state) for state in WAITING])
    return session.exec(
        select(func.count()).select_from(CaseRecord).where(waiting, CaseRecord.queue == queue, before)
    ).one()


def _booked(session: Session, slot: datetime) -> int:
    return session.exec(select(func.count()).select_from(CallbackSlot).where(CallbackSlot.starts_at == slot)).one()


def _offers_out(session: Session, agent_id: int) -> int:
    return session.exec(select(func.count()).select_from(CaseRecord).where(CaseRecord.offered_to == agent_id)).one()

"""Kills the product's processes with SIGKILL at random moments and then counts what is left.

A client process works through numbered operations (open, claim, reply, customer message, reply, resolve, rate) and says
on a pipe which one is committed; after a kill the next client starts with the first unconfirmed one, as any client that
got no answer would. A worker process fires deadlines on a policy whose limits are a second or so. Both are killed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from threading import Event as Flag
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from handoff import desk, events
from handoff.agents import AgentCreate, store_agent
from handoff.calendar import load_days
from handoff.case import CaseClosed, TransitionRefused, fold
from handoff.case_record import CaseRecord, columns_of
from handoff.clock import runs
from handoff.database import open_engine, run_write, session_scope, write_transaction
from handoff.deadlines import Deadline, Firing
from handoff.inspection import Inspection
from handoff.policy_file import parse_policies
from handoff.receipts import load_receipts
from handoff.rules import Rules
from handoff.worker import run_once, run_worker

STEPS = 7
FORK = multiprocessing.get_context("fork")
FAST = (
    ("1: {minutes: 5, calendar: always}", "1: {seconds: 1, calendar: always}"),
    ("1: {minutes: 15, calendar: staffed}", "1: {seconds: 1, calendar: always}"),
    ("{rung: 1, to: [holder, owner, supervisors], within: {minutes: 2,", "{rung: 1, to: [owner], within: {seconds: 1,"),
)


@dataclass(frozen=True)
class Outcome:
    """What a run did: kills, operations confirmed, firings counted."""

    kills: int
    operations: int
    cases: int
    firings: int


def fast_rules() -> Rules:
    """The bundled rules with limits of about a second."""
    text = resources.files("handoff").joinpath("policy.yaml").read_text("utf-8")
    for old, new in FAST:
        assert old in text
        text = text.replace(old, new)
    return Rules(parse_policies(text), load_days(), load_receipts())


def torment(url: str, kills: int, seed: int = 7) -> Outcome:
    """Run client and worker, kill one of them `kills` times, finish the work, and check everything."""
    chance = random.Random(seed)
    rules = fast_rules()
    engine = open_engine(url)
    with write_transaction(engine) as session:
        agent = store_agent(session, AgentCreate(name="li", password="unused here"), "unused", datetime.now(UTC))
    engine.dispose()
    read, write = os.pipe()
    os.set_blocking(read, False)
    confirmed = -1
    client: Any = None
    worker: Any = None
    pace = _pace(url, rules, agent.key)
    for _ in range(kills):
        if worker is None or not worker.is_alive():
            worker = _start(_work, url, rules)
        if client is None or not client.is_alive():
            client = _start(_act, url, rules, agent.key, confirmed + 1, None, write)
        time.sleep(chance.uniform(0.02, 2 * pace))
        victim = chance.choice((client, client, worker))
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        if victim is client:
            confirmed = _confirmed(read, confirmed)
    for process in (client, worker):
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join()
    confirmed = _confirmed(read, confirmed)
    last = (confirmed // STEPS + 1) * STEPS - 1
    _finish(url, rules, agent.key, confirmed + 1, last)
    os.close(read)
    os.close(write)
    return Outcome(kills, last + 1, (last + 1) // STEPS, _check(url, rules, last))


def _pace(url: str, rules: Rules, agent: int) -> float:
    """Seconds a fresh client needs for one conversation here and now, so that kills fall into every part of it."""
    began = time.monotonic()
    process = _start(_act, url, rules, agent, -STEPS, -1, None)
    process.join()
    return time.monotonic() - began


def _start(target: Any, *args: Any) -> Any:
    process = FORK.Process(target=target, args=args, daemon=True)
    process.start()
    return process


def _work(url: str, rules: Rules) -> None:
    run_worker(open_engine(url), Flag(), rules=rules)


def _act(url: str, rules: Rules, agent: int, first: int, last: int | None, pipe: int | None) -> None:
    engine = open_engine(url)
    number = first
    while last is None or number <= last:
        operate(engine, rules, agent, number)
        if pipe is not None:
            os.write(pipe, b"%d\n" % number)
        number += 1


def operate(engine: Engine, rules: Rules, agent: int, number: int) -> None:
    """One operation, safe to repeat."""
    conversation, step = f"k{number // STEPS}", number % STEPS  # the pace-maker's conversation is k-1
    now = datetime.now(UTC)

    def act(session: Any) -> None:
        if step == 0:
            events_of = events.read(session, events.conversation_stream(conversation))
            if not any(event.kind == "message" for event in events_of):
                events.append(session, events.conversation_stream(conversation), "message", {"n": number}, now)
            request = desk.OpenCase(conversation_id=conversation, group="fee", reason="service.human")
            desk.open_case(session, request, now, rules)
            return
        case_id = session.exec(select(CaseRecord.id).where(CaseRecord.conversation_id == conversation)).one()
        if step == 1:
            desk.claim(session, case_id, agent, now, rules)
        elif step in (2, 4):
            desk.reply(session, case_id, agent, "在的", now, message_id=f"a{number}", rules=rules)
        elif step == 3:
            desk.customer_message(session, conversation, "好的", f"c{number}", now, rules)
        elif step == 5:
            with contextlib.suppress(desk.NotHolder, TransitionRefused, CaseClosed):  # repeated after a lost answer
                desk.resolve(session, case_id, agent, "已解答", now, rules)
        else:
            desk.rate(session, conversation, desk.RatingCreate(score=1 + number % 5), now, rules)

    run_write(engine, act)


def _confirmed(pipe: int, before: int) -> int:
    text = b""
    with contextlib.suppress(BlockingIOError):
        while part := os.read(pipe, 65536):
            text += part
    return max([before, *(int(line) for line in text.split())])


def _finish(url: str, rules: Rules, agent: int, first: int, last: int) -> None:
    """Complete the last conversation without kills, then fire all that is due, far ahead in time."""
    _act(url, rules, agent, first, last, None)
    engine = open_engine(url)
    later = datetime.now(UTC) + timedelta(days=3)
    while run_once(engine, later, rules):
        pass
    engine.dispose()


def _check(url: str, rules: Rules, last: int) -> int:
    engine = open_engine(url)
    with session_scope(engine) as session:
        records = list(session.exec(select(CaseRecord)))
        assert len(records) == (last + 1) // STEPS + 1, "a case was lost or doubled"
        for record in records:
            facts = events.read(session, events.case_stream(record.id))
            told = events.read(session, events.conversation_stream(record.conversation_id))
            _check_case(record, facts, told, rules)
            _check_deadlines(session, record, facts, rules)
        rated_low = sum(number % 5 < 3 for number in range(-STEPS, last + 1) if number % STEPS == 6)
        assert len(list(session.exec(select(Inspection)))) == rated_low, "an inspection was lost or doubled"
        count = len(list(session.exec(select(Firing.id))))
    engine.dispose()
    return count


def _check_case(record: CaseRecord, facts: list[Any], told: list[Any], rules: Rules) -> None:
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1)), "the case's events have a gap"
    assert [fact.seq for fact in told] == list(range(1, len(told) + 1)), "the conversation's events have a gap"
    base = int(record.conversation_id[1:]) * STEPS
    sent = Counter(fact.payload["message_id"] for fact in facts if fact.kind in {"replied", "customer_replied"})
    assert sent == Counter([f"a{base + 2}", f"c{base + 3}", f"a{base + 4}"]), "a message was lost or doubled"
    seen = Counter(event.payload["message_id"] for event in told if event.kind == "agent_message")
    assert seen == Counter([f"a{base + 2}", f"a{base + 4}"]), "the customer missed a reply or saw it twice"
    kinds = Counter(fact.kind for fact in facts)
    assert [kinds[kind] for kind in ("opened", "queued", "claimed", "resolved", "rated")] == [1] * 5
    assert sum(event.kind == "message" for event in told) == 1
    receipts = Counter(event.payload["transition"] for event in told if event.kind == "receipt")
    assert all(receipts[kind] == kinds[kind] for kind in ("queued", "claimed", "resolved", "closed"))
    ageing = rules.policies.versions[0].routing.ageing_minutes
    folded = columns_of(fold(record.id, facts), ageing)
    assert {name: getattr(record, name) for name in folded} == folded, "the row is not the fold of the events"


def _check_deadlines(session: Any, record: CaseRecord, facts: list[Any], rules: Rules) -> None:
    policy = rules.policies.versions[0]
    rows = {(r.clock, r.run): r for r in session.exec(select(Deadline).where(Deadline.stream == f"case:{record.id}"))}
    folded = {(run.clock, run.number): run for run in runs(facts, policy, rules.calendars(policy))}
    assert set(rows) == set(folded), "a deadline was lost or invented"
    breaches = Counter((f.payload["clock"], f.payload["run"]) for f in facts if f.kind == "deadline_breached")
    for key, run in folded.items():
        row = rows[key]
        assert (row.due_at, row.outcome) == (run.due_at, run.outcome), "a deadline differs from its fold"
        if run.rule.basis == "timer":
            continue
        fired = list(session.exec(select(Firing).where(Firing.deadline_id == row.id)))
        assert len(fired) == len({each.mark for each in fired}), "a mark fired twice"
        assert (100 in {each.mark for each in fired}) == (run.outcome == "breached"), "a breach was lost or invented"
        assert breaches[key] == (run.outcome == "breached"), "a breach was told other than once"


def main() -> None:
    """`python -m tests.handoff.crash URL KILLS` on a database with tables."""
    import sys

    print(torment(sys.argv[1], int(sys.argv[2])))


if __name__ == "__main__":
    main()

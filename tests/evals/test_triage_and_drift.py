"""The improvement loop on a real event log: what went wrong is grouped by its fix, and unusual weeks are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from assistant.bootstrap import prepare_database
from assistant.settings import Settings
from evals import drift
from evals.triage import Finding, findings, groups
from handoff.database import write_transaction
from handoff.events import Entry, append_many, conversation_stream

MONDAY = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = prepare_database(Settings(database_url=f"sqlite:///{tmp_path / 'log.db'}"))
    yield made
    made.dispose()


def turn(rule: str, intent: str = "repay.early", action: str = "answer", p: float = 0.9, **more: Any) -> dict[str, Any]:
    base = {"rule": rule, "intent": intent, "action": action, "probability": p, "threshold": 0.5, "untied": []}
    return {**base, "articles": [{"id": "a", "score": 1.0}], "grounds": [], **more}


def talk(engine: Engine, name: str, *said: tuple[str, dict[str, Any]], rated: int | None = None) -> None:
    entries = []
    for text, decision in said:
        entries.append(Entry(conversation_stream(name), "customer_message", {"text": text}, MONDAY))
        entries.append(Entry(conversation_stream(name), "turn", decision, MONDAY))
    if rated is not None:
        entries.append(Entry(conversation_stream(name), "rated", {"score": rated}, MONDAY))
    with write_transaction(engine) as session:
        append_many(session, entries)


def of(engine: Engine, name: str) -> list[tuple[str, str]]:
    return [(f.fix, f.about) for f in findings(engine) if f.conversation == name]


def test_each_kind_of_trouble_is_put_under_what_would_fix_it(engine: Engine) -> None:
    unsure = turn("ambiguous", "repay.how", "clarify", 0.3)
    talk(engine, "corrected", ("咋还", unsure), ("提前还款", turn("choice-answer", "repay.early")))
    talk(engine, "lost", ("啊这", unsure), ("嗯？", turn("not-understood-again", "service.chitchat", "handoff", 0.2)))
    talk(engine, "no-article", ("能用在火星吗", turn("no-knowledge", "credit.usage", "handoff")))
    talk(engine, "unsolved", ("怎么提前还", turn("answer")), ("没解决", turn("unsolved", action="handoff")))
    talk(
        engine,
        "stuck",
        ("算利息", turn("collect", "fee.calc", "collect")),
        ("嗯", turn("no-progress", "fee.calc", "handoff")),
    )
    talk(engine, "guarded", ("利息", turn("compute", "fee.calc", "handoff", untied=[{"figure": "9元"}])))
    assert of(engine, "corrected") == [("utterance missing", "repay.early")]
    assert of(engine, "lost") == [("utterance missing", "repay.how")]
    assert of(engine, "no-article") == [("article missing", "credit.usage")]
    assert of(engine, "unsolved") == [("rule wrong", "answer for repay.early")]
    assert of(engine, "stuck") == [("rule wrong", "asking for a value of fee.calc")]
    assert of(engine, "guarded") == [("rule wrong", "figures of fee.calc")]


def test_a_low_rating_blames_the_last_thing_the_bot_did_and_a_good_one_nobody(engine: Engine) -> None:
    talk(engine, "low", ("a", turn("answer")), ("b", turn("not-understood", "fee.rate", "clarify", 0.2)), rated=2)
    talk(engine, "sourceless", ("c", turn("answer", "fee.cap", articles=[])), rated=3)
    talk(engine, "good", ("d", turn("answer")), rated=4)
    assert of(engine, "low") == [("utterance missing", "fee.rate")]
    assert of(engine, "sourceless") == [("article missing", "fee.cap")]
    assert of(engine, "good") == []


def test_groups_count_and_quote_the_most_frequent_first() -> None:
    found = [Finding("rule wrong", "x", "rated 1", "c1", "甲")]
    found += [
        Finding("utterance missing", "y", sign, "c2", text) for sign, text in (("s", "乙"), ("t", "乙"), ("s", "丙"))
    ]
    first, second = groups(found)
    assert (first.about, first.count, first.signs, first.examples) == ("y", 3, (("s", 2), ("t", 1)), ("乙", "丙"))
    assert second.fix == "rule wrong"


def weeks(*shares: tuple[int, int], n: int = 400) -> dict[Any, drift.Shares]:
    """One week for each (abstentions, fraud turns) among `n`."""
    decided = []
    for number, (unsure, fraud) in enumerate(shares):
        at = MONDAY + timedelta(weeks=number, hours=5)
        for i in range(n):
            intent = "critical.fraud" if i < fraud else "repay.early"
            decided.append((at, turn("answer", intent, p=0.1 if i < unsure else 0.9)))
    return drift.weeks_of(decided)


def test_quiet_weeks_raise_no_alert_and_a_wave_of_fraud_does() -> None:
    counted = weeks((40, 4), (44, 2), (38, 5), (41, 3), (45, 4), (40, 60), (120, 4))
    reference, later = drift.split_reference(counted)
    assert reference.n == 1600
    found = drift.alerts(reference, later)
    assert [(a.week.isoformat(), a.name) for a in found] == [
        ("2026-10-12", "critical.fraud"),
        ("2026-10-12", "repay.early"),
        ("2026-10-19", "abstention"),
    ]
    assert "more than the reference's" in str(found[0])
    assert "less than the reference's" in str(found[1])


def test_a_tiny_week_does_not_cry_wolf() -> None:
    counted = {**weeks((40, 4), (40, 4)), **dict([list(weeks(*[(0, 0)] * 2, (2, 1), n=4).items())[-1]])}
    reference, later = drift.split_reference(counted, 2)
    assert drift.alerts(reference, later) == []


def test_the_week_begins_on_monday_in_the_firms_zone() -> None:
    sunday_night = datetime(2026, 9, 6, 15, 59, tzinfo=UTC)  # 23:59 in Beijing
    found = drift.weeks_of([(sunday_night, turn("answer")), (sunday_night + timedelta(minutes=1), turn("answer"))])
    assert [day.isoformat() for day in found] == ["2026-08-31", "2026-09-07"]


def test_a_reference_is_kept_and_read_back_and_a_short_log_is_refused(tmp_path: Path) -> None:
    counted = weeks((40, 4), (40, 4))
    kept = drift.first_weeks(counted)
    file = tmp_path / "reference.json"
    file.write_text(drift.reference_text(kept), "utf-8")
    assert drift.read_reference(file) == drift.Shares(kept.n, dict(kept.counts))
    with pytest.raises(drift.ReferenceRefused, match="2 weeks"):
        drift.split_reference(counted)
    with pytest.raises(drift.ReferenceRefused, match="no turn"):
        drift.first_weeks({})
    file.write_text("{}")
    with pytest.raises(drift.ReferenceRefused, match="not a reference"):
        drift.read_reference(file)


def test_weeks_are_counted_from_a_database(engine: Engine) -> None:
    talk(engine, "a", ("x", turn("answer")), ("y", turn("ambiguous", p=0.2, action="clarify")))
    talk(engine, "b", ("z", turn("critical", "critical.fraud", "handoff")))
    ((day, shares),) = drift.weekly(engine).items()
    assert (day.isoformat(), shares.n) == ("2026-09-07", 3)
    assert (shares.share(drift.ABSTENTION), shares.share(drift.PERSON)) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    drawn = drift.plot(shares, {day: shares}, [])
    assert drawn.summary == "No alert in 1 weeks."

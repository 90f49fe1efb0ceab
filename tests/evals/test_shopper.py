"""Mystery shoppers find what is wrong over HTTP, and reach their goals with the shipped model on a real process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.app import create_app
from assistant.bootstrap import prepare_database
from assistant.service import Assistant
from assistant.settings import Settings
from evals.shopper.persona import Goal, Persona, bundled_personas
from evals.shopper.visit import visit
from evals.subject import Subject
from intents.classifier import BUNDLED
from intents.taxonomy import taxonomy


@pytest.fixture(scope="module")
def client(subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(database_url=f"sqlite:///{tmp_path_factory.mktemp('shop') / 'shop.db'}")
    assistant = Assistant(prepare_database(settings), subject.brain, settings)
    with TestClient(create_app(assistant)) as opened:
        yield opened
    assistant.engine.dispose()


def persona(**changes: object) -> Persona:
    base = {"id": "p", "who": "客户", "openings": ["转人工"], "goal": {"ends": "handoff"}}
    return Persona.model_validate({**base, **changes})


def test_a_wish_for_a_person_is_met_with_case_clocks_receipt_and_a_silent_bot(client: TestClient) -> None:
    found = visit(client, persona(), seed=1)
    assert found.problems == ()


def test_a_goal_that_is_missed_is_named(client: TestClient) -> None:
    found = visit(client, persona(goal={"ends": "answer", "intent": "fee.rate"}), seed=1)
    assert found.problems == ("wanted answer fee.rate, got handoff service.human (person-asked)",) or (
        len(found.problems) == 1 and found.problems[0].startswith("wanted answer fee.rate, got handoff")
    )


def test_a_case_less_grave_or_without_the_wanted_clock_is_named(client: TestClient) -> None:
    goal = Goal(ends="handoff", severity=3, clock="complaint_legal")
    found = visit(client, persona().model_copy(update={"goal": goal}), seed=1)
    assert [problem.split(",")[0] for problem in found.problems] == [
        "severity 1",
        "clock complaint_legal is not running",
    ]


def test_a_danger_is_taken_at_once_as_a_major_case(client: TestClient) -> None:
    cheated = persona(openings=["我被骗了，钱转给骗子了"], goal={"ends": "handoff", "severity": 3})
    found = visit(client, cheated, seed=1)
    assert found.problems == ()
    assert len(found.said) == 1


def test_visits_repeat_with_their_seed(client: TestClient) -> None:
    aunt = next(p for p in bundled_personas() if p.noise)
    assert visit(client, aunt, 5).trace == visit(client, aunt, 5).trace


def test_patience_ends_a_visit_that_goes_nowhere(client: TestClient) -> None:
    vague = persona(openings=["嗯"], goal={"ends": "answer", "intent": "fee.apr"}, patience=2)
    found = visit(client, vague, seed=1)
    assert len(found.said) <= 2
    assert found.problems


def test_the_bundled_personas_want_possible_things() -> None:
    people = bundled_personas()
    assert len({p.id for p in people}) == len(people) >= 10
    assert {p.goal.ends for p in people} == {"answer", "handoff", "decline"}
    assert all(p.goal.intent is None or p.goal.intent in taxonomy() for p in people)


@pytest.mark.slow
@pytest.mark.skipif(not (BUNDLED / "model.json").is_file(), reason="no model is shipped")
def test_shoppers_on_a_real_server_process_come_out_the_same_twice(tmp_path: Path) -> None:
    from evals.suites.shopper import visits

    first, second = visits(Settings(), 7), visits(Settings(), 7)
    assert [v.trace for v in first] == [v.trace for v in second]
    assert sum(v.ok for v in first) >= 0.8 * len(first), [(v.persona, v.problems) for v in first if not v.ok]
    assert not list(tmp_path.iterdir())

"""The state is a pure fold: replay equals live, and an unknown future event is refused."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.dialogue.state import State, UnknownEvent, fold
from intents.language import Language

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Happened:
    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    at: datetime = NOW


def turn(**effects: Any) -> Happened:
    return Happened("turn", {"rule": "answer", "effects": effects})


def test_folding_step_by_step_equals_folding_at_once() -> None:
    events = [
        Happened("opened", {"channel": "web", "locale": "zh-Hant", "mode": "senior"}),
        Happened("customer_message", {"text": "提前还款"}),
        turn(topic="repay.early", question={"kind": "collect", "intent": "repay.early", "slot": "product"}),
        turn(
            topic="repay.early", product="suixinjie", known={"amount": {"value": "10000", "words": "一万", "turn": 1}}
        ),
    ]
    state = State()
    for event in events:
        state = state.evolve(event)
    assert state == fold(events)
    assert state.language is Language.ZH_HANT
    assert state.product == "suixinjie"
    assert state.known["amount"].words == "一万"
    assert state.question is None


def test_a_person_is_in_charge_from_the_receipt_of_the_hand_over_to_that_of_its_end() -> None:
    queued = Happened("receipt", {"case_id": "c-1", "state": "queued"})
    resolved = Happened("receipt", {"case_id": "c-1", "state": "resolved"})
    assert fold([queued]).person
    ended = fold([queued, resolved])
    assert not ended.person
    assert ended.case_id == "c-1"


def test_risk_never_falls() -> None:
    assert fold([turn(risk=3), turn(risk=0)]).risk == 3


def test_an_event_of_a_newer_version_is_refused_loudly() -> None:
    with pytest.raises(UnknownEvent, match="hologram_shown"):
        fold([Happened("hologram_shown")])

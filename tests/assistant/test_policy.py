"""The decision table: every promise of the product holds for every combination of facts that can arise."""

import random
from itertools import product

import pytest

from assistant.dialogue.moves import MOVES
from assistant.policy import Action, TableBroken, decision_table

TABLE = decision_table()
FACTS = sorted(TABLE.facts)
SAMPLES = 20_000


def random_facts(generator: random.Random) -> frozenset[str]:
    return frozenset(f for f in FACTS if generator.random() < generator.choice((0.05, 0.2, 0.5)))


def samples() -> list[frozenset[str]]:
    generator = random.Random(20261124)
    pairs = [frozenset(pair) for pair in product(FACTS, FACTS)]
    return pairs + [random_facts(generator) for _ in range(SAMPLES)]


def test_a_critical_signal_goes_to_a_person_whatever_else_holds() -> None:
    for facts in samples():
        assert TABLE.decide(facts | {"critical"}).action is Action.HANDOFF


def test_asking_for_a_person_reaches_one_in_one_step_whatever_else_holds() -> None:
    for facts in samples():
        assert TABLE.decide(facts | {"wants_person"}).action is Action.HANDOFF


def test_while_a_person_is_in_charge_the_bot_only_passes_messages_on() -> None:
    for facts in samples():
        assert TABLE.decide(facts | {"person_in_charge"}).move == "relay"


def test_two_failed_turns_in_a_row_lead_to_a_person() -> None:
    for facts in samples():
        decided = TABLE.decide((facts | {"failed_before"}) - {"blank"})
        assert decided.move != "clarify"


def test_the_same_question_is_asked_at_most_twice() -> None:
    for facts in samples():
        understood = {"fills", "chooses", "other_topic", "sure", "corrects", "accepts", "several", "follow_up"}
        stuck = (facts - understood - {"cannot_say", "cancels", "rejects", "missing"}) | {
            "question_open",
            "collecting",
            "asked_twice",
        }
        assert TABLE.decide(stuck).move not in ("collect", "clarify", "disambiguate")


def test_a_choice_that_fails_is_not_asked_again() -> None:
    for facts in samples():
        lost = (facts | {"question_open", "choosing"}) - {"chooses", "blank"}
        assert TABLE.decide(lost).move != "clarify"


def test_every_rule_can_decide_something() -> None:
    """No row is dead: its own facts alone reach it, or a row before it says the same thing more urgently."""
    for rule in TABLE.rules:
        assert TABLE.decide(rule.when) is rule or rule.id in {"no-knowledge"}, rule.id
    assert TABLE.decide(frozenset({"sure"})).id == "no-knowledge"


def test_every_move_of_the_table_can_be_carried_out() -> None:
    assert TABLE.moves.keys() - {"next_request"} == MOVES.keys()  # that one reads the waiting request first


def test_a_reason_is_given_for_every_refusal_and_hand_over_in_both_languages() -> None:
    for rule in TABLE.rules:
        assert len(rule.why_zh) >= 5
        assert len(rule.why_en) >= 10


def test_unknown_facts_are_refused() -> None:
    with pytest.raises(TableBroken, match="no_such_fact"):
        TABLE.decide(frozenset({"no_such_fact"}))

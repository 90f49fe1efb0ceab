"""The bundled taxonomy holds together: ids, groups, risks, who answers, and the neighbours it names."""

from __future__ import annotations

import re

import pytest

from intents.taxonomy import CHITCHAT, CRITICAL, HUMAN, OUT_OF_SCOPE, Automation, taxonomy

INTENTS = 101
NEIGHBOUR = re.compile(r"(?:→|或 )([a-z_]+\.[a-z_]+(?!\*|[a-z_]))")


def test_there_are_as_many_intents_as_the_project_promises_and_none_twice() -> None:
    assert len(taxonomy().ids) == len(set(taxonomy().ids)) == INTENTS


def test_every_intent_belongs_to_a_declared_group_and_no_group_is_empty() -> None:
    assert {intent.group for intent in taxonomy().intents} == set(taxonomy().groups)


def test_every_critical_intent_is_major_and_goes_to_a_person_at_once() -> None:
    critical = [intent for intent in taxonomy().intents if intent.critical]
    assert len(critical) == sum(i.startswith(CRITICAL) for i in taxonomy().ids) == 10
    assert all(intent.risk == 3 and intent.auto is Automation.HUMAN for intent in critical)


def test_no_other_intent_is_major() -> None:
    assert all(intent.risk in (1, 2) for intent in taxonomy().intents if not intent.critical)


def test_the_named_intents_exist_and_an_unknown_one_does_not() -> None:
    assert all(intent in taxonomy() for intent in (OUT_OF_SCOPE, HUMAN, CHITCHAT))
    assert "fee.nonsense" not in taxonomy()
    with pytest.raises(KeyError):
        taxonomy()["fee.nonsense"]


def test_every_intent_has_names_in_both_languages_and_a_scope() -> None:
    assert all(intent.zh and intent.en.isascii() and intent.scope for intent in taxonomy().intents)


def test_every_neighbour_an_intent_excludes_is_an_intent() -> None:
    named = {(i.id, other) for i in taxonomy().intents for other in NEIGHBOUR.findall(i.excludes)}
    assert len(named) > 50
    assert [pair for pair in named if pair[1] not in taxonomy() and not pair[1].endswith("_")] == []


def test_the_taxonomy_is_read_once() -> None:
    assert taxonomy() is taxonomy()

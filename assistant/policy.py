"""The decision table: facts about a message and its conversation → what to do, for which stated reason.

The table is `decisions.yaml`, written for a compliance officer: the first row whose facts all hold decides. `decide`
is a pure function, so every decision can be replayed and explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources

import yaml


class Action(StrEnum):
    """What a turn does, as the public interface names it."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    COLLECT = "collect"
    HANDOFF = "handoff"
    DECLINE = "decline"


class TableBroken(ValueError):
    """decisions.yaml has an unknown fact, action or move, or no row for everything else."""


@dataclass(frozen=True)
class Rule:
    """A row: when all of `when` hold and none of `unless`, do `move` and report `action`."""

    id: str
    when: frozenset[str]
    unless: frozenset[str]
    move: str
    action: Action
    why_zh: str
    why_en: str

    def matches(self, facts: frozenset[str]) -> bool:
        """Whether the row decides for these facts."""
        return self.when <= facts and not self.unless & facts


@dataclass(frozen=True)
class Table:
    """The rows in order, and the vocabulary of facts and moves."""

    facts: Mapping[str, str]
    moves: Mapping[str, Action]
    rules: tuple[Rule, ...]

    def decide(self, facts: frozenset[str]) -> Rule:
        """The first row that matches; the last one always does. Raises `TableBroken` for facts not in the table."""
        if unknown := facts - self.facts.keys():
            raise TableBroken(f"facts not in decisions.yaml: {', '.join(sorted(unknown))}")
        return next(rule for rule in self.rules if rule.matches(facts))


@lru_cache(maxsize=1)
def decision_table() -> Table:
    """The bundled table, checked. Raises `TableBroken`."""
    raw = yaml.safe_load(resources.files("assistant").joinpath("decisions.yaml").read_text("utf-8"))
    moves = {name: Action(action) for name, action in raw["moves"].items()}
    rules = tuple(
        Rule(
            id=row["id"],
            when=frozenset(row.get("when", ())),
            unless=frozenset(row.get("unless", ())),
            move=row["then"],
            action=moves[row["then"]],
            why_zh=row["why"],
            why_en=row["why_en"],
        )
        for row in raw["rules"]
    )
    for rule in rules:
        if unknown := (rule.when | rule.unless) - raw["facts"].keys():
            raise TableBroken(f"row {rule.id} uses unknown facts: {', '.join(sorted(unknown))}")
    if rules[-1].when or rules[-1].unless:
        raise TableBroken("the last row must hold for everything")
    return Table(raw["facts"], moves, rules)

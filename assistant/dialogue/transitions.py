"""The situations of a conversation and the ways from one to another: the map that coverage is measured against.

`transitions.yaml` lists them all for a reader; a test walks every reachable state and proves the list exact.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import yaml

from assistant.dialogue.state import State
from assistant.policy import Action

Transition = tuple[str, str, str]
_ASKING = {"clarify": "choosing", "collect": "collecting", "confirm": "confirming"}


def situation(state: State) -> str:
    """Where a conversation stands, in one word of `transitions.yaml`."""
    if state.person:
        return "person"
    if state.closed:
        return "closed"
    if state.question:
        return _ASKING[state.question.kind]
    if state.case_id:
        return "after_person"
    return "open" if state.turns else "new"


def transition(before: State, action: Action, after: State) -> Transition:
    """One turn on the map."""
    return situation(before), str(action), situation(after)


@lru_cache(maxsize=1)
def known_transitions() -> tuple[Transition, ...]:
    """Every transition of `transitions.yaml`."""
    raw = yaml.safe_load(resources.files("assistant").joinpath("dialogue/transitions.yaml").read_text("utf-8"))
    return tuple(
        (before, action, after)
        for before, actions in raw["transitions"].items()
        for action, afters in actions.items()
        for after in afters
    )

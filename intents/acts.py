"""Reads conversational moves (thanks, yes, why, never mind …) from short messages by reviewed patterns."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from importlib import resources

import yaml

_EDGES = " ,，。.!！?？~、…"


class Act(StrEnum):
    """What a short message does in a conversation."""

    THANKS = "thanks"
    GOODBYE = "goodbye"
    YES = "yes"
    NO = "no"
    NONE_OF_THESE = "none_of_these"
    WHY = "why"
    REPEAT = "repeat"
    MORE = "more"
    ACKNOWLEDGED = "acknowledged"
    GREETING = "greeting"
    CANCEL = "cancel"
    UNSOLVED = "unsolved"
    CANNOT_SAY = "cannot_say"
    ELLIPTICAL = "elliptical"
    ASPECT = "aspect"
    REFERS_BACK = "refers_back"


HANGS_ON = frozenset({Act.ELLIPTICAL, Act.ASPECT})
_HINTS = HANGS_ON | {Act.REFERS_BACK}


@lru_cache(maxsize=1)
def _patterns() -> dict[Act, tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]]]:
    raw = yaml.safe_load(resources.files("intents").joinpath("acts.yaml").read_text("utf-8"))
    return {
        Act(name): (
            tuple(re.compile(rf"^(?:{p})$") for p in kinds.get("whole", ())),
            tuple(re.compile(p) for p in kinds.get("anywhere", ())),
        )
        for name, kinds in raw.items()
    }


def read_acts(text: str) -> frozenset[Act]:
    """Acts of a normalised message; several may hold, none usually does."""
    bare = text.strip(_EDGES)
    return frozenset(
        act for act, (whole, inside) in _patterns().items() if any(p.search(bare) for p in (*whole, *inside))
    )


def only_an_act(text: str) -> bool:
    """The whole normalised message is one reviewed move (算了, 谢谢, 再说一遍), so that it says nothing of its own."""
    bare = text.strip(_EDGES)
    return any(
        pattern.search(bare) for act, (whole, _) in _patterns().items() if act not in _HINTS for pattern in whole
    )

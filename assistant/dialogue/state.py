"""Where a conversation stands: a pure fold over its events, the same live, on replay and after a restart.

Unknown event kinds are refused loudly: a state folded without them would be a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from intents.language import Language

Mode = Literal["standard", "senior", "voice"]
QuestionKind = Literal["clarify", "collect", "confirm"]

TURN, MESSAGE, REPLY = "turn", "customer_message", "bot_reply"
ASIDES = frozenset({"explain", "repeat", "more", "small_talk", "ask_again"})
"""Moves that talk about the conversation itself: the reason to be explained stays that of the turn before."""
_SILENT = frozenset({MESSAGE, REPLY, "agent_message", "rating", "rated", "typing", "inspection_opened", "call_back"})
_PERSON_GONE = frozenset({"resolved", "closed"})


class UnknownEvent(ValueError):
    """The log holds an event kind this version does not know; upgrade Shouwen before opening this conversation."""

    code = "unknown_event"


class Fact(Protocol):
    """What the fold reads of an event."""

    kind: str
    payload: dict[str, Any]
    at: datetime


@dataclass(frozen=True)
class Option:
    """One choice offered: choosing it says `text`, meaning `value` (an intent, or a slot's value).

    `sets` are the values it gives when they are not just `value` for the slot asked: (slot, value as text).
    """

    id: str
    label: str
    text: str
    value: str
    sets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Question:
    """What the bot asked last and is waiting for. `slot` is empty when it asks what was meant.

    `words` are the customer's words that the question is about (an unclear or an old value), `about` the message that
    led to the question.
    """

    kind: QuestionKind
    intent: str
    slot: str = ""
    options: tuple[Option, ...] = ()
    attempts: int = 1
    words: str = ""
    about: str = ""


@dataclass(frozen=True)
class Known:
    """A collected value with its provenance: the customer's words, the turn, and what it was said of.

    `value` is JSON-ready text; `used` is the last turn whose answer rested on it.
    """

    value: str
    words: str
    turn: int
    intent: str = ""
    product: str | None = None
    used: int = -1


@dataclass(frozen=True)
class Waiting:
    """A request of an earlier message still to be answered, and the turn it was made in."""

    text: str
    intent: str
    probability: float
    turn: int = 0


@dataclass(frozen=True)
class State:
    """A conversation between two messages.

    `answer` names the answer given last (see `reading.answer_key`), `same` how often it was given in a row.
    """

    turns: int = 0
    language: Language = Language.ZH_HANS
    mode: Mode = "standard"
    channel: str = "web"
    product: str | None = None
    known: Mapping[str, Known] = field(default_factory=dict)
    question: Question | None = None
    topic: str | None = None
    articles: tuple[str, ...] = ()
    reason: str = ""
    answer: str = ""
    same: int = 0
    waiting: tuple[Waiting, ...] = ()
    failed: int = 0
    risk: int = 0
    case_id: str | None = None
    person: bool = False
    closed: bool = False
    last_at: datetime | None = None

    def evolve(self, event: Fact) -> State:
        """The state after one more event. Raises `UnknownEvent`."""
        moved = replace(self, last_at=event.at)
        if event.kind == "opened":
            return _opened(moved, event.payload)
        if event.kind == TURN:
            return _turned(moved, event.payload)
        if event.kind == "receipt":
            return _handled(moved, event.payload)
        if event.kind == "mode_changed":
            return replace(moved, mode=event.payload.get("mode", self.mode))
        if event.kind == "ended":
            return replace(moved, closed=True, question=None)
        if event.kind in _SILENT:
            return moved
        raise UnknownEvent(f"event kind {event.kind!r} is unknown to this version of Shouwen")


def fold(events: Iterable[Fact]) -> State:
    """The state after all events, oldest first."""
    state = State()
    for event in events:
        state = state.evolve(event)
    return state


def _opened(state: State, payload: dict[str, Any]) -> State:
    return replace(
        state,
        language=Language(payload.get("locale") or state.language),
        mode=payload.get("mode") or state.mode,
        channel=payload.get("channel") or state.channel,
    )


def _handled(state: State, payload: dict[str, Any]) -> State:
    """A receipt: a person has the conversation until the case has ended, and everything asked so far."""
    gone = payload.get("state") in _PERSON_GONE
    return replace(
        state, case_id=payload.get("case_id"), person=not gone, question=None, failed=0, waiting=(), answer="", same=0
    )


def _turned(state: State, payload: dict[str, Any]) -> State:
    effects = payload["effects"]
    question = effects.get("question")
    answer = effects.get("answer")
    return replace(
        state,
        turns=state.turns + 1,
        closed=False,
        language=Language(effects.get("language", state.language)),
        product=effects.get("product", state.product),
        known={name: Known(**value) for name, value in effects.get("known", _plain(state.known)).items()},
        question=_question(question) if question else None,
        topic=effects.get("topic", state.topic),
        articles=tuple(effects.get("articles", state.articles)),
        reason=state.reason if payload.get("move") in ASIDES else payload.get("rule", ""),
        answer=state.answer if answer is None else answer,
        same=state.same if answer is None else (state.same + 1 if answer and answer == state.answer else 0),
        waiting=tuple(Waiting(**item) for item in effects.get("waiting", ())),
        failed=effects.get("failed", 0),
        risk=max(state.risk, int(effects.get("risk", 0))),
    )


def _question(raw: dict[str, Any]) -> Question:
    return Question(**{**raw, "options": tuple(_option(option) for option in raw.get("options", ()))})


def _option(raw: dict[str, Any]) -> Option:
    return Option(**{**raw, "sets": tuple((name, value) for name, value in raw.get("sets", ()))})


def _plain(known: Mapping[str, Known]) -> dict[str, dict[str, Any]]:
    return {name: asdict(k) for name, k in known.items()}

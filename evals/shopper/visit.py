"""One visit of one persona: what it says, what it gets, and everything that was not as it must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from evals.shopper.persona import Persona
from intents.normalise import normalise
from intents.slots import figures, same_figure
from intents.taxonomy import taxonomy

Turn = Mapping[str, Any]
_HELP = {"zh-Hans": "转人工", "zh-Hant": "轉人工", "en": "human please"}
_NONE = {"zh-Hans": "都不是", "zh-Hant": "都不是", "en": "None of these"}


@dataclass(frozen=True)
class Visit:
    """A finished visit. `trace` is what must be the same whenever it is repeated with the same seed."""

    persona: str
    said: tuple[str, ...]
    trace: tuple[tuple[Any, ...], ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the goal was reached and nothing was wrong on the way."""
        return not self.problems


@dataclass
class _Conversation:
    """The HTTP side: opens, says, looks."""

    client: httpx.Client
    id: str
    token: str
    sent: int = 0

    @classmethod
    def open(cls, client: httpx.Client, persona: Persona) -> _Conversation:
        body = {"channel": "web", "locale": persona.locale, "mode": persona.mode}
        opened = _checked(client.post("/v1/conversations", json=body))
        return cls(client, opened["conversation_id"], opened["token"])

    def say(self, text: str, message_id: str | None = None) -> Turn:
        self.sent += message_id is None
        body = {"text": text, "client_message_id": message_id or f"m{self.sent}"}
        path = f"/v1/conversations/{self.id}/messages"
        return _checked(self.client.post(path, json=body, headers=self._headers))

    def look(self) -> dict[str, Any]:
        return _checked(self.client.get(f"/v1/conversations/{self.id}", headers=self._headers))

    def rate(self, score: int) -> int:
        path = f"/v1/conversations/{self.id}/rating"
        return self.client.post(path, json={"score": score}, headers=self._headers).status_code

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def visit(client: httpx.Client, persona: Persona, seed: int) -> Visit:
    """Play the persona until its goal, its patience, or a person is reached; then check what it got."""
    held = _Conversation.open(client, persona)
    openings = persona.openings_of(seed)
    details = list(persona.details)
    said, turns = [openings.pop(0)], []
    problems: list[str] = []
    while True:
        turn = held.say(said[-1])
        turns.append(turn)
        satisfied = _reached(persona, turn) and not _missing_figures(persona, turn)
        if turn["action"] == "handoff" or satisfied or len(turns) >= persona.patience:
            break
        said.append(_next_words(persona, turn, openings, details))
    problems += _same_answer_again(held, said[-1], turns[-1])
    problems += _ending(persona, turns[-1], held)
    trace = tuple(_trace(text, turn) for text, turn in zip(said, turns, strict=True))
    return Visit(persona.id, tuple(said), trace, tuple(problems))


def _reached(persona: Persona, turn: Turn) -> bool:
    if turn["action"] != persona.goal.ends:
        return False
    return persona.goal.intent is None or turn["intent"] == persona.goal.intent


def _missing_figures(persona: Persona, turn: Turn) -> list[str]:
    """The figures the persona came for that the reply does not state, whatever their wording."""
    found = figures(_all_text(turn["reply"]))
    stated = {w: all(any(same_figure(c, other) for other in found) for c in figures(w)) for w in persona.goal.figures}
    return [wanted for wanted, there in stated.items() if not there]


def _next_words(persona: Persona, turn: Turn, openings: list[str], details: list[str]) -> str:
    """A chosen option, an answer to the question, more details, another way to say it, or a call for help."""
    options = [o for block in turn["reply"]["blocks"] if block["kind"] == "options" for o in block["options"]]
    if turn["action"] == "clarify" and options:
        wanted = _goal_names(persona)
        chosen = next((o["text"] for o in options if o["text"] in wanted), None)
        return chosen or _NONE[persona.locale]
    if turn["action"] == "collect" and (reply := persona.answer_to(turn["reply"]["text"])):
        return reply
    if turn["action"] == "answer" and turn["intent"] == persona.goal.intent and details:
        return details.pop(0)
    return openings.pop(0) if openings else _HELP[persona.locale]


def _goal_names(persona: Persona) -> set[str]:
    if persona.goal.intent is None:
        return set()
    from intents.language import to_traditional

    intent = taxonomy()[persona.goal.intent]
    return {intent.zh, to_traditional(intent.zh), intent.en[:1].upper() + intent.en[1:]}


def _same_answer_again(held: _Conversation, text: str, turn: Turn) -> Iterator[str]:
    """The same message id must give the same turn, as a phone that lost its connection would see it."""
    if held.say(text, f"m{held.sent}") != turn:
        yield "the same client_message_id gave another turn"


def _ending(persona: Persona, turn: Turn, held: _Conversation) -> Iterator[str]:
    goal = persona.goal
    if not _reached(persona, turn):
        yield f"wanted {goal.ends} {goal.intent or ''}, got {turn['action']} {turn['intent']} ({turn['why']['rule']})"
        return
    if goal.ends == "handoff":
        yield from _case(persona, turn, held)
        return
    cited = {normalise(citation["document"]) for citation in turn["reply"]["citations"]}  # whatever the script
    if goal.ends == "answer" and not cited:
        yield "an answer without a source"
    for document in goal.cites:
        if normalise(document) not in cited:
            yield f"{document} is not cited, only {', '.join(sorted(cited)) or 'nothing'}"
    for wanted in _missing_figures(persona, turn):
        yield f"{wanted} is not in the reply"
    if held.look()["state"] != "open":
        yield "the conversation is not open after an answer"
    if held.rate(5) != httpx.codes.CREATED:
        yield "the rating was refused"


def _case(persona: Persona, turn: Turn, held: _Conversation) -> Iterator[str]:
    """A hand-over must have a case, running clocks, a receipt, and a silent bot."""
    handed = turn["handoff"]
    if not handed or not handed["case_id"]:
        yield "handed over without a case"
        return
    if handed["severity"] < persona.goal.severity:
        yield f"severity {handed['severity']}, at least {persona.goal.severity} wanted"
    clocks = {clock["name"]: clock["due_at"] for clock in handed["clocks"]}
    if "first_response" not in clocks or not all(_aware(due) for due in clocks.values()):
        yield f"clocks are not running: {clocks}"
    if persona.goal.clock and persona.goal.clock not in clocks:
        yield f"clock {persona.goal.clock} is not running, only {', '.join(clocks)}"
    seen = held.look()
    receipts = [event for event in seen["events"] if event["kind"] == "receipt"]
    if not receipts or not all(event.get("text") for event in receipts):
        yield "no receipt was written for the customer"
    if seen["state"] != "with_person":
        yield f"the conversation is {seen['state']}, not with a person"
    more = held.say("还在吗")
    if more["why"]["rule"] != "person-in-charge" or more["handoff"]["case_id"] != handed["case_id"]:
        yield "the bot spoke although a person has the conversation"


def _aware(due: str | None) -> bool:
    return due is not None and datetime.fromisoformat(due).tzinfo is not None


def _all_text(reply: Mapping[str, Any]) -> str:
    return "\n".join([reply["text"], *_texts(reply["blocks"])])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _trace(text: str, turn: Turn) -> tuple[Any, ...]:
    """Everything that must repeat; receipts name hours of the real clock and are left out."""
    words = "" if turn["action"] == "handoff" else turn["reply"]["text"]
    cited = tuple((c["document"], c["clause"], c["version"]) for c in turn["reply"]["citations"])
    severity = turn["handoff"]["severity"] if turn["handoff"] else 0
    decided = (turn["action"], turn["intent"], turn["probability"], turn["why"]["rule"], turn["risk"]["level"])
    return (text, *decided, severity, words, cited)


def _checked(answer: httpx.Response) -> dict[str, Any]:
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    return body

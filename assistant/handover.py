"""Makes the hand-over packet: what the person who takes over sees of the conversation so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assistant.dialogue.answers import article_reply
from assistant.dialogue.state import MESSAGE, REPLY, TURN, State
from assistant.turn import Taken
from assistant.wording import lang_of
from handoff.desk import OpenCase
from handoff.events import Event
from handoff.packet import DeviceMode, Evidence, Figure, IntentGuess, Line, Packet, Sentiment, Suggestion
from intents.language import Language

_MAX_LINES = 60
_DEVICE: dict[str, DeviceMode] = {"senior": "senior", "voice": "voice"}


def request_person(
    conversation_id: str,
    customer_id: str | None,
    taken: Taken,
    state: State,
    past: Sequence[Event],
    now: datetime,
) -> OpenCase:
    """The case request of a turn that hands over."""
    assert taken.handoff is not None
    language = taken.language if taken.language is not Language.OTHER else Language.ZH_HANS
    return OpenCase(
        conversation_id=conversation_id,
        customer_id=customer_id,
        channel=state.channel,
        language=str(language),
        group=taken.handoff.group,
        severity=taken.handoff.severity,
        reason=taken.handoff.reason,
        complaint=taken.handoff.complaint,
        packet=_packet(taken, state, past, now),
    )


def _packet(taken: Taken, state: State, past: Sequence[Event], now: datetime) -> Packet:
    turns = [event for event in past if event.kind == TURN]
    why = taken.rule.why_zh
    return Packet(
        reason=why,
        transcript=_transcript(past, taken, now),
        evidence=tuple(Evidence(signal=s.intent or s.name, words=s.evidence) for s in taken.understanding.risk.signals),
        intents=tuple(
            [IntentGuess(intent=t.payload["intent"], probability=t.payload["probability"], at=t.at) for t in turns[-9:]]
            + [IntentGuess(intent=taken.reading.intent, probability=taken.reading.probability, at=now)]
        ),
        slots=_slots(taken),
        figures=_quoted(turns),
        tried=tuple(f"{t.payload['rule']}: {t.payload['intent']}" for t in turns[-6:]),
        sentiment=_sentiment(taken),
        device_mode=_DEVICE.get(state.mode, "standard"),
        suggestions=_suggestions(taken, state, now),
    )


def _transcript(past: Sequence[Event], taken: Taken, now: datetime) -> tuple[Line, ...]:
    lines = []
    for event in past:
        if event.kind == MESSAGE:
            lines.append(Line(author="customer", text=event.payload["text"], at=event.at))
        elif event.kind == REPLY:
            lines.append(Line(author="bot", text=event.payload["reply"]["text"], at=event.at))
        elif event.kind == "agent_message":
            lines.append(Line(author="agent", text=event.payload["text"], at=event.at))
    lines.append(Line(author="customer", text=taken.understanding.text, at=now))
    return tuple(lines[-_MAX_LINES:])


def _slots(taken: Taken) -> dict[str, Any]:
    slots: dict[str, Any] = {name: known.words for name, known in taken.reading.known.items()}
    if taken.reading.product:
        slots["product"] = taken.reading.product
    return slots


def _quoted(turns: Sequence[Event]) -> tuple[Figure, ...]:
    found = {}
    for turn in turns:
        for ground in turn.payload.get("grounds", ()):
            key = (ground["value"], ground["origin"])
            found[key] = Figure(label=ground["unit"], value=ground["value"], source=ground["origin"])
    return tuple(found.values())[-12:]


def _sentiment(taken: Taken) -> Sentiment:
    signals = taken.understanding.risk.signals
    if any(s.intent == "critical.self_harm" for s in signals):
        return "desperate"
    if any(s.name == "anger" for s in signals):
        return "angry"
    return "worried" if any(s.severity == 3 for s in signals) else "calm"


def _suggestions(taken: Taken, state: State, now: datetime) -> tuple[Suggestion, ...]:
    """Replies from knowledge the agent may send, each with its clause."""
    found = []
    for passage in taken.passages[:3]:
        reply, _ = article_reply(
            (passage,), taken.reading.intent, state, now.date(), lang_of(taken.language), first_aid=True
        )
        clause = reply.citations[0] if reply.citations else None
        citation = f"{clause.document} {clause.clause} ({clause.version})" if clause else ""
        found.append(Suggestion(text=reply.text, citation=citation))
    return tuple(found)

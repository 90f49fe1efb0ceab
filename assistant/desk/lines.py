"""The conversation as the desk shows it: one masked line for everything said to or by the customer."""

from __future__ import annotations

from typing import Any

from assistant.dialogue.state import MESSAGE, REPLY
from handoff.events import Event

SPOKEN = frozenset({MESSAGE, REPLY, "agent_message", "receipt"})
_AUTHORS = {MESSAGE: "customer", REPLY: "bot", "agent_message": "agent", "receipt": "receipt"}


def line_of(event: Event) -> dict[str, Any] | None:
    """An event of a conversation as a line; None when nothing was said."""
    if event.kind not in SPOKEN:
        return None
    payload = event.payload
    text = payload["reply"]["text"] if event.kind == REPLY else payload["text"]
    return {
        "id": event.id,
        "seq": event.seq,
        "author": _AUTHORS[event.kind],
        "text": text,
        "at": event.at,
        "message_id": payload.get("message_id") or payload.get("client_message_id"),
        "agent": payload.get("agent"),
        "transition": payload.get("transition"),
    }

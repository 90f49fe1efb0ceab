"""Routes of the customer's conversation: open, say, ask for a person, rate, watch."""

from __future__ import annotations

from time import perf_counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse

from assistant.api.deps import OwnConversation, ProductDep, limited
from assistant.api.stream import stream_events
from assistant.dialogue.state import TURN, State
from handoff.events import Event

router = APIRouter(prefix="/v1/conversations", tags=["conversations"], dependencies=[Depends(limited)])

_HIDDEN = frozenset({TURN, "inspection_opened"})
_KEPT = frozenset({"customer_id"})


class ConversationCreate(BaseModel):
    """A new conversation. `customer_token` is the host app's signed token; without it the customer is anonymous."""

    model_config = ConfigDict(extra="forbid")

    channel: Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_-]*$")] = "web"
    locale: Literal["zh-Hans", "zh-Hant", "en"] | None = None
    mode: Literal["standard", "senior", "voice"] = "standard"
    customer_token: Annotated[str | None, Field(max_length=4096)] = None


class ConversationOpened(BaseModel):
    """Keep the token: it alone opens the conversation, and it is shown once."""

    conversation_id: str
    token: str


class MessageCreate(BaseModel):
    """What the customer says. Send the same `client_message_id` again to get the same turn."""

    model_config = ConfigDict(extra="forbid")

    text: str
    client_message_id: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._:-]+$")]


class RatingGiven(BaseModel):
    """A rating from 1 to 5 with an optional comment."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str | None, Field(max_length=1000)] = None


class ModeChange(BaseModel):
    """Switch between the standard and the senior page."""

    model_config = ConfigDict(extra="forbid")

    mode: Literal["standard", "senior"]


@router.post("", status_code=201, response_model=ConversationOpened)
def open_conversation(body: ConversationCreate, held: ProductDep) -> Any:
    """Open a conversation, anonymous or for the customer the host app vouches for."""
    customer = held.tokens.subject(body.customer_token) if body.customer_token else None
    opened = held.assistant.open(held.clock.now(), body.channel, body.locale, body.mode, customer)
    return ConversationOpened(conversation_id=opened.conversation_id, token=opened.token)


@router.get("/{conversation_id}")
def resume(conversation: OwnConversation, held: ProductDep) -> dict[str, Any]:
    """A conversation as the page shows it after coming back: its state and everything said."""
    events = held.assistant.events(conversation.id)
    state = held.assistant.state(conversation.id)
    return {
        "conversation_id": conversation.id,
        "mode": state.mode,
        "locale": str(state.language),
        "state": _phase(state),
        "events": [shown for event in events if (shown := public_event(event)) is not None],
    }


@router.post("/{conversation_id}/messages")
def say(conversation: OwnConversation, body: MessageCreate, held: ProductDep) -> dict[str, Any]:
    """Take a message and return the turn: action, reply with citations, risk, hand-over."""
    held.limit(f"conversation:{conversation.id}", held.assistant.settings.messages_per_minute)
    begun = perf_counter()
    turn = held.assistant.receive(conversation.id, body.text, body.client_message_id, held.clock.now())
    held.meters.observe_turn(turn["action"], perf_counter() - begun)
    return turn


@router.post("/{conversation_id}/handoff")
def ask_for_person(conversation: OwnConversation, held: ProductDep) -> dict[str, Any]:
    """Ask for a person in one step; asked again, it returns the same case."""
    held.limit(f"conversation:{conversation.id}", held.assistant.settings.messages_per_minute)
    turn = held.assistant.ask_person(conversation.id, held.clock.now())
    return {**turn["handoff"], "turn_id": turn["turn_id"], "text": turn["reply"]["text"]}


@router.post("/{conversation_id}/rating", status_code=201)
def rate(conversation: OwnConversation, body: RatingGiven, held: ProductDep) -> dict[str, Any]:
    """Rate the service just received; below 4 a quality inspection is opened."""
    return held.assistant.rate(conversation.id, body.score, body.comment, held.clock.now())


@router.put("/{conversation_id}/mode", status_code=204)
def change_mode(conversation: OwnConversation, body: ModeChange, held: ProductDep) -> None:
    """Switch between the standard and the senior page."""
    held.assistant.set_mode(conversation.id, body.mode, held.clock.now())


@router.get("/{conversation_id}/events")
def watch(
    conversation: OwnConversation,
    held: ProductDep,
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**53)] = None,
) -> EventSourceResponse:
    """Everything said, as server-sent events, from `Last-Event-ID` (or `after`) on."""
    hub = request.app.state.hub
    start = last_event_id if last_event_id is not None else after

    def read_after(seq: int) -> list[Event]:
        return held.assistant.events(conversation.id, seq)

    return stream_events(hub, read_after, start, public_event, lambda event: event.seq)


def public_event(event: Event) -> dict[str, Any] | None:
    """An event as the customer may see it; None for what is not theirs to see."""
    if event.kind in _HIDDEN:
        return None
    payload = {key: value for key, value in event.payload.items() if key not in _KEPT}
    return {"id": event.seq, "seq": event.seq, "kind": event.kind, "at": event.at.isoformat(), **payload}


def _phase(state: State) -> str:
    if state.closed:
        return "ended"
    return "with_person" if state.person else "open"

"""Replays a conversation: folds its events again and prints every decision with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine

from assistant.dialogue.state import MESSAGE, REPLY, TURN, State
from assistant.policy import decision_table
from handoff.database import session_scope
from handoff.events import conversation_stream, read


class NothingToReplay(LookupError):
    """This database holds no such conversation; check the id and SHOUWEN_DATABASE_URL."""

    code = "nothing_to_replay"

    def __init__(self, conversation_id: str) -> None:
        super().__init__(
            f"this database holds no conversation {conversation_id!r}; check the id and SHOUWEN_DATABASE_URL"
        )


def replay_lines(engine: Engine, conversation_id: str) -> Iterator[str]:
    """One line an event, decisions with rule, reason, intent, probability and the state they led to.

    Raises `NothingToReplay`; `UnknownEvent` when the log was written by a newer version.
    """
    with session_scope(engine) as session:
        events = read(session, conversation_stream(conversation_id))
    if not events:
        raise NothingToReplay(conversation_id)
    reasons = {rule.id: rule.why_en for rule in decision_table().rules}
    state = State()
    for event in events:
        state = state.evolve(event)
        payload = event.payload
        head = f"{event.seq:>4} {event.at:%Y-%m-%d %H:%M:%S}"
        if event.kind == MESSAGE:
            yield f"{head} customer: {payload['text']}"
        elif event.kind == TURN:
            yield (
                f"{head} decided:  {payload['action']} by rule {payload['rule']}: {reasons.get(payload['rule'], '')} "
                f"[{payload['intent']} p={payload['probability']:.2f} threshold={payload['threshold']:.2f}]"
            )
            yield f"{'':>24} state:    {_short(state)}"
        elif event.kind == REPLY:
            yield f"{head} reply:    {payload['reply']['text']}"
        else:
            yield f"{head} {event.kind}: {payload.get('text') or payload.get('transition') or ''}".removesuffix(": ")


def _short(state: State) -> str:
    question = f"{state.question.kind} {state.question.slot or state.question.intent}" if state.question else "none"
    known = ", ".join(f"{name}={k.value}" for name, k in state.known.items()) or "none"
    return (
        f"topic={state.topic} product={state.product} question={question} known={known} failed={state.failed} "
        f"waiting={len(state.waiting)} risk={state.risk} person={state.person}"
    )

"""The requests still to be answered: those put aside in this message, and older ones until they are answered or old."""

from __future__ import annotations

from dataclasses import replace

from assistant.dialogue.draft import Draft, Turn
from assistant.dialogue.state import Waiting
from assistant.reply import Suggestion
from assistant.wording import say

MOST = 3
OLDEST = 6
_ENDS = frozenset({"drop", "close", "handoff", "relay", "reopen"})
_ANSWERS = frozenset({"answer", "compute"})


def queued(turn: Turn, draft: Draft) -> tuple[Waiting, ...]:
    """What waits after this turn, the oldest first, each matter once."""
    if turn.rule.move in _ENDS:
        return ()
    state = turn.state
    answered = turn.reading.intent if turn.rule.move in _ANSWERS else ""
    fresh = [w for w in state.waiting if state.turns - w.turn <= OLDEST and w.intent != answered]
    found: dict[tuple[str, str], Waiting] = {}
    for waiting in (*fresh, *_put_aside(turn), *_superseded(turn, draft)):
        found.setdefault((waiting.intent, waiting.text), waiting)
    return tuple(found.values())[:MOST]


def _put_aside(turn: Turn) -> list[Waiting]:
    """The other requests of this message, and the other options of 都要."""
    reading, now = turn.reading, turn.state.turns
    waiting = [
        Waiting(request.text, request.intent, request.probability, now)
        for request in turn.understanding.requests
        if request.intent != reading.intent
    ]
    question = turn.state.question
    if question and reading.chosen_too:
        clarifies = question.kind == "clarify"
        waiting += [
            Waiting(option.text, option.value if clarifies else question.intent, 1.0, now)
            for option in reading.chosen_too
        ]
    return waiting


def _superseded(turn: Turn, draft: Draft) -> list[Waiting]:
    """The matter whose open question gave way to a question about another one."""
    before, after = turn.state.question, draft.question
    if not (before and after and before.about and before.kind != "clarify" and turn.reading.other_topic):
        return []
    if after.intent == before.intent:
        return []
    return [Waiting(before.about, before.intent, 1.0, turn.state.turns)]


def with_queue(turn: Turn, draft: Draft) -> Draft:
    """The draft remembering what waits; an answer also names the next of it."""
    waiting = queued(turn, draft)
    draft = replace(draft, waiting=waiting)
    if not waiting or turn.rule.move not in _ANSWERS or draft.question:
        return draft
    text = waiting[0].text
    line = say("queued_next", turn.lang, text=text)
    extra = Suggestion(label=text[:20], text=text)
    reply = draft.reply.model_copy(
        update={"text": f"{draft.reply.text}\n{line}", "suggestions": (extra, *draft.reply.suggestions)[:4]}
    )
    return replace(draft, reply=reply)

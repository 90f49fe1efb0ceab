"""Moves that ask: which meaning, which value, is it still so; and the same question again."""

from __future__ import annotations

from dataclasses import replace

from assistant.dialogue.draft import Draft, Turn
from assistant.dialogue.questions import put, still_so, which_meaning, which_reading, which_value
from assistant.dialogue.state import Question
from assistant.reply import Grounds, Reply
from assistant.wording import say
from knowledge.calculations import explain_invalid, invalid_figures, invalid_slot


def clarify(turn: Turn) -> Draft:
    """Ask for the meaning, with the likeliest ones as buttons, or openly when none is likely."""
    failed, state = turn.state.failed + 1, turn.state
    if turn.reading.rivals and not turn.understanding.blank:
        question = which_meaning(turn.reading.rivals, turn.lang, turn.understanding.text)
        return _asked(turn, question, state.topic, failed)
    key = "clarify_blank" if turn.understanding.blank else "clarify_open"
    return Draft(Reply(text=say(key, turn.lang)), topic=state.topic, failed=failed, question=state.question)


def collect(turn: Turn) -> Draft:
    """Ask for the first value that is missing."""
    reading, before = turn.reading, turn.state.question
    slot = reading.plan.missing[0] if reading.plan.missing else (before.slot if before else "amount")
    if before and before.kind == "collect" and (before.slot, before.intent) == (slot, reading.intent):
        return ask_again(turn)
    question = which_value(slot, reading.intent, reading.plan.products, turn.base.catalogue, turn.lang, _about(turn))
    refused = before is not None and before.kind == "confirm" and not reading.plan.missing
    draft = _asked(turn, question, reading.intent, 0 if refused and reading.rejected else _failed(turn))
    return replace(draft, dropped=(slot,)) if refused else draft


def confirm(turn: Turn) -> Draft:
    """Ask whether an old value still holds."""
    name = turn.reading.stale[0]
    words = turn.reading.known[name].words
    question = still_so(name, words, turn.reading.intent, _about(turn))
    return _asked(turn, question, turn.reading.intent, _failed(turn))


def disambiguate(turn: Turn) -> Draft:
    """Ask which reading of a value is meant."""
    unclear, before = turn.reading.unclear, turn.state.question
    assert unclear is not None  # the row demands `value_unclear`
    asked = before.slot if before else ""
    question = which_reading(unclear, turn.reading.intent, asked, turn.lang, _about(turn))
    again = before is not None and before.kind == "collect" and before.slot == question.slot
    attempts = before.attempts + 1 if before and again else 1
    return _asked(turn, replace(question, attempts=attempts), turn.reading.intent, _failed(turn))


def revalue(turn: Turn) -> Draft:
    """Say which value cannot be and what can, and ask for it."""
    error = turn.work.refused
    assert error is not None  # the row demands `impossible`
    slot = invalid_slot(error)
    question = which_value(slot, turn.reading.intent, (), turn.base.catalogue, turn.lang, _about(turn))
    reply = Reply(text=explain_invalid(error, turn.lang))
    grounds = tuple(Grounds(f.value, f.unit, str(f.value), f.origin) for f in invalid_figures(error))
    failed = turn.state.failed + 1
    return Draft(reply, grounds, question, turn.reading.intent, failed=failed, dropped=(slot, *_with_it(slot)))


def ask_again(turn: Turn) -> Draft:
    """Put the open question once more, counted, so that it is never put a third time."""
    question = turn.state.question
    if question is None:
        return Draft(Reply(text=say("clarify_open", turn.lang)), topic=turn.state.topic, failed=turn.state.failed + 1)
    again = replace(question, attempts=question.attempts + 1)
    return _asked(turn, again, question.intent or turn.state.topic, turn.state.failed + 1)


def _failed(turn: Turn) -> int:
    """How many turns in a row got no further: none when this one learnt something or nothing was open before."""
    learnt = turn.state.question is None or turn.reading.fills or turn.reading.choice is not None
    return 0 if learnt else turn.state.failed + 1


def _asked(turn: Turn, question: Question, topic: str | None, failed: int) -> Draft:
    reply, grounds = put(question, turn.lang)
    return Draft(reply, grounds, question=question, topic=topic, failed=failed)


def _about(turn: Turn) -> str:
    """The message that led to a question: that of the question before when this one continues it."""
    before = turn.state.question
    if before and before.about and before.kind != "clarify" and not turn.reading.other_topic:
        return before.about
    return turn.understanding.text


def _with_it(slot: str) -> tuple[str, ...]:
    return ("rate_unit",) if slot == "rate" else ()

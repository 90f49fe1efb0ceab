"""Carries out a decision: one function a move, each giving a `Draft` (what to say and what to remember).

Moves never decide and never store. Anything they say that contains a figure brings the grounds of that figure along,
and the guard checks them against the finished text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from assistant.dialogue.answers import article_reply, calculation_reply, explanation_reply
from assistant.dialogue.asking import ask_again, clarify, collect, confirm, disambiguate, revalue
from assistant.dialogue.draft import Draft, Turn
from assistant.dialogue.handing import hand_over, relay, reopen
from assistant.dialogue.questions import put
from assistant.dialogue.queue import with_queue
from assistant.dialogue.recall import last_answer, last_articles, last_calculation
from assistant.reply import Reply
from assistant.wording import say
from intents.acts import Act


def perform(turn: Turn) -> Draft:
    """Carry out the move of the rule that decided, and keep the requests that wait."""
    return with_queue(turn, MOVES[turn.rule.move](turn))


def _answer(turn: Turn) -> Draft:
    reading, passages = turn.reading, turn.work.passages
    reply, grounds = article_reply(passages, reading.intent, turn.state, turn.today, turn.lang)
    articles = tuple(p.article.id for p in passages[:1])
    return _after_answer(turn, Draft(reply, grounds, topic=reading.intent, articles=articles, answer=turn.answer))


def _compute(turn: Turn) -> Draft:
    made = turn.work.made
    assert made is not None  # the row demands `figure`
    reply, grounds = calculation_reply(made, turn.state, turn.today, turn.lang)
    return _after_answer(turn, Draft(reply, grounds, topic=turn.reading.intent, articles=(), answer=turn.answer))


def _after_answer(turn: Turn, draft: Draft) -> Draft:
    """Offer a person when the same was said before; return to the question that was put aside."""
    if turn.answer and turn.answer == turn.state.answer:
        text = f"{draft.reply.text}\n{say('offer_person', turn.lang)}"
        draft = replace(draft, reply=draft.reply.model_copy(update={"text": text}), failed=turn.state.failed + 1)
    question = turn.state.question
    if not question or question.kind == "clarify" or not turn.reading.other_topic:
        return draft
    asked, grounds = put(replace(question, attempts=1), turn.lang)
    text = f"{draft.reply.text}\n{say('back_to_question', turn.lang, question=asked.text)}"
    reply = draft.reply.model_copy(update={"text": text, "blocks": (*draft.reply.blocks, *asked.blocks)})
    return replace(draft, reply=reply, grounds=(*draft.grounds, *grounds), question=question)


def _explain(turn: Turn) -> Draft:
    made = last_calculation(turn.state, turn.base, turn.today)
    articles = last_articles(turn.state, turn.base, turn.today)
    reply, grounds = explanation_reply(turn.state, made, articles, turn.today, turn.lang)
    return replace(_aside(turn, reply), grounds=grounds)


def _repeat(turn: Turn) -> Draft:
    return _recalled(turn, full=False)


def _more(turn: Turn) -> Draft:
    return _recalled(turn, full=True)


def _recalled(turn: Turn, full: bool) -> Draft:
    found = last_answer(turn.state, turn.base, turn.today, turn.lang, full)
    if found is None:
        return _aside(turn, Reply(text=say("nothing_to_repeat", turn.lang)))
    return replace(_aside(turn, found[0]), grounds=found[1])


def _small_talk(turn: Turn) -> Draft:
    acts = turn.understanding.acts
    if Act.THANKS in acts:
        key = "thanks"
    elif acts & {Act.YES, Act.NO, Act.ACKNOWLEDGED}:
        key = "acknowledged"
    else:
        key = "greeting_senior" if turn.state.mode == "senior" else "greeting"
    return _aside(turn, Reply(text=say(key, turn.lang)))


def _aside(turn: Turn, reply: Reply) -> Draft:
    """A turn about the conversation itself: nothing that was open is lost, and nothing counts as settled."""
    state = turn.state
    return Draft(reply, topic=state.topic, question=state.question, failed=state.failed)


def _close(turn: Turn) -> Draft:
    return Draft(Reply(text=say("goodbye", turn.lang)), answer="", close=True)


def _drop(turn: Turn) -> Draft:
    state = turn.state
    key = "dropped" if state.question or state.waiting else "acknowledged"
    return Draft(Reply(text=say(key, turn.lang)), topic=state.topic, failed=state.failed)


def _decline(turn: Turn) -> Draft:
    state = turn.state
    reply = Reply(text=say("decline", turn.lang))
    return Draft(reply, topic=state.topic, question=state.question, failed=state.failed + 1)


MOVES: Mapping[str, Callable[[Turn], Draft]] = {
    "relay": relay,
    "handoff": hand_over,
    "reopen": reopen,
    "answer": _answer,
    "compute": _compute,
    "explain": _explain,
    "repeat": _repeat,
    "more": _more,
    "small_talk": _small_talk,
    "close": _close,
    "drop": _drop,
    "clarify": clarify,
    "collect": collect,
    "confirm": confirm,
    "disambiguate": disambiguate,
    "revalue": revalue,
    "ask_again": ask_again,
    "decline": _decline,
}

"""Carries out a decision: one function a move, each giving a `Draft` (what to say and what to remember).

Moves never decide and never store. Anything they say that contains a figure brings the grounds of that figure along,
and the guard checks them against the finished text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from assistant.dialogue.answers import article_reply, calculation_reply, explanation_reply
from assistant.dialogue.questions import ask_choice, ask_confirmation, ask_slot, ask_unclear
from assistant.dialogue.reading import Reading
from assistant.dialogue.state import Question, State, Waiting
from assistant.policy import Rule
from assistant.reply import Grounds, Reply, Suggestion
from assistant.wording import Lang, lang_of, say
from intents.language import Language
from intents.taxonomy import taxonomy
from intents.understanding import Understanding
from knowledge.base import KnowledgeBase, Passage
from knowledge.calculations import explain_invalid
from knowledge.inputs import InvalidInput


@dataclass(frozen=True)
class HandOff:
    """A request for a person: why, how grave, and for which group of people."""

    reason: str
    severity: int
    group: str
    complaint: bool = False


@dataclass(frozen=True)
class Draft:
    """The outcome of a move, before the guard."""

    reply: Reply
    grounds: tuple[Grounds, ...] = ()
    question: Question | None = None
    topic: str | None = None
    articles: tuple[str, ...] | None = None
    waiting: tuple[Waiting, ...] = ()
    failed: int = 0
    handoff: HandOff | None = None
    close: bool = False


@dataclass(frozen=True)
class Turn:
    """Everything a move may look at."""

    understanding: Understanding
    reading: Reading
    state: State
    rule: Rule
    base: KnowledgeBase
    passages: tuple[Passage, ...]
    today: date
    language: Language
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def lang(self) -> Lang:
        """The language texts are taken in."""
        return lang_of(self.language)


def perform(turn: Turn) -> Draft:
    """Carry out the move of the rule that decided."""
    return _MOVES[turn.rule.move](turn)


def _answer(turn: Turn) -> Draft:
    reading = turn.reading
    reply, grounds = article_reply(turn.passages, reading, turn.state, turn.today, turn.lang)
    draft = Draft(reply, grounds, topic=reading.intent, articles=tuple(p.article.id for p in turn.passages[:1]))
    return _after_answer(turn, draft)


def _compute(turn: Turn) -> Draft:
    reading = turn.reading
    try:
        reply, grounds = calculation_reply(turn.base, reading, turn.state, turn.today, turn.lang)
    except InvalidInput as error:
        words = explain_invalid(error, turn.lang)
        return Draft(Reply(text=words), topic=reading.intent, failed=turn.state.failed + 1)
    return _after_answer(turn, Draft(reply, grounds, topic=reading.intent, articles=()))


def _after_answer(turn: Turn, draft: Draft) -> Draft:
    """Name the request still waiting, or return to the question that was put aside."""
    others = [r for r in turn.understanding.requests if r.intent != turn.reading.intent]
    waiting = tuple(Waiting(r.text, r.intent, r.probability) for r in others[:3]) or turn.state.waiting[:3]
    if waiting and others:
        line = say("queued_next", turn.lang, text=waiting[0].text)
        extra = Suggestion(label=waiting[0].text[:20], text=waiting[0].text)
        reply = draft.reply.model_copy(
            update={"text": f"{draft.reply.text}\n{line}", "suggestions": (extra, *draft.reply.suggestions)[:4]}
        )
        return replace(draft, reply=reply, waiting=waiting)
    question = turn.state.question
    if question and turn.reading.other_topic and question.kind != "clarify":
        asked = ask_slot(question.slot, question.intent, turn.base, turn.reading, turn.lang)
        text = f"{draft.reply.text}\n{say('back_to_question', turn.lang, question=asked.reply.text)}"
        return replace(draft, reply=draft.reply.model_copy(update={"text": text}), question=question)
    return draft


def _next_request(turn: Turn) -> Draft:
    """Answer the oldest request that was put aside; `assistant.turn` has already read it in place of the message."""
    draft = _compute(turn) if turn.reading.plan.status == "ready" else _answer(turn)
    return replace(draft, waiting=turn.state.waiting[1:])


def _explain(turn: Turn) -> Draft:
    reply = explanation_reply(turn.state, turn.base, turn.today, turn.lang)
    return Draft(reply, _grounds_of_articles(turn), topic=turn.state.topic)


def _repeat(turn: Turn) -> Draft:
    return _last_answer(turn, full=False)


def _more(turn: Turn) -> Draft:
    return _last_answer(turn, full=True)


def _last_answer(turn: Turn, full: bool) -> Draft:
    if not turn.state.articles or turn.state.articles[0] not in turn.base.articles:
        return Draft(Reply(text=say("nothing_to_repeat", turn.lang)), topic=turn.state.topic)
    passage = turn.base.render(turn.base.articles[turn.state.articles[0]], turn.today, turn.lang)
    reply, grounds = article_reply((passage,), turn.reading, turn.state, turn.today, turn.lang, full=full)
    return Draft(reply, grounds, topic=turn.state.topic, question=turn.state.question)


def _grounds_of_articles(turn: Turn) -> tuple[Grounds, ...]:
    found: list[Grounds] = []
    for article_id in turn.state.articles:
        if article_id in turn.base.articles:
            passage = turn.base.render(turn.base.articles[article_id], turn.today, turn.lang)
            found += article_reply((passage,), turn.reading, turn.state, turn.today, turn.lang)[1]
    return tuple(found)


def _small_talk(turn: Turn) -> Draft:
    key = "thanks" if "thanks" in turn.understanding.acts else "greeting"
    if key == "greeting" and turn.state.mode == "senior":
        key = "greeting_senior"
    return Draft(Reply(text=say(key, turn.lang)), topic=turn.state.topic, question=turn.state.question)


def _close(turn: Turn) -> Draft:
    return Draft(Reply(text=say("goodbye", turn.lang)), close=True)


def _drop(turn: Turn) -> Draft:
    return Draft(Reply(text=say("dropped", turn.lang)), topic=turn.state.topic)


def _clarify(turn: Turn) -> Draft:
    failed = turn.state.failed + 1
    if turn.reading.rivals and turn.rule.id != "blank":
        asked = ask_choice(turn.reading.rivals, turn.lang)
        return Draft(asked.reply, question=asked.question, topic=turn.state.topic, failed=failed)
    key = "clarify_blank" if turn.understanding.blank else "clarify_open"
    return Draft(Reply(text=say(key, turn.lang)), topic=turn.state.topic, failed=failed, question=turn.state.question)


def _collect(turn: Turn) -> Draft:
    reading, before = turn.reading, turn.state.question
    slot = reading.plan.missing[0] if reading.plan.missing else (before.slot if before else "amount")
    again = before is not None and before.slot == slot and before.kind == "collect"
    asked = ask_slot(
        slot, reading.intent, turn.base, reading, turn.lang, attempts=before.attempts + 1 if again and before else 1
    )
    return Draft(asked.reply, question=asked.question, topic=reading.intent, failed=1 if again else 0)


def _confirm(turn: Turn) -> Draft:
    name = turn.reading.stale[0]
    asked = ask_confirmation(name, turn.reading.known[name].words, turn.reading.intent, turn.lang)
    return Draft(asked.reply, question=asked.question, topic=turn.reading.intent)


def _disambiguate(turn: Turn) -> Draft:
    unclear = turn.reading.unclear
    assert unclear is not None  # the row demands `value_unclear`
    before = turn.state.question
    asked = ask_unclear(unclear, turn.reading.intent, turn.lang, attempts=before.attempts + 1 if before else 1)
    grounds = tuple(Grounds(unclear.text, "text", unclear.text, "customer") for _ in range(1))
    return Draft(asked.reply, grounds, question=asked.question, topic=turn.reading.intent)


def _decline(turn: Turn) -> Draft:
    return Draft(Reply(text=say("decline", turn.lang)), topic=turn.state.topic, question=turn.state.question)


def _handoff(turn: Turn) -> Draft:
    understanding, rule = turn.understanding, turn.rule
    critical = next((s.intent for s in understanding.risk.signals if s.severity == 3 and s.intent), None)
    intent = critical or turn.reading.intent
    described = taxonomy()[intent]
    serious = rule.id in ("critical", "grave", "human-only", "assist", "choice-assist")
    severity = max(understanding.risk.level, described.risk if serious else 1, 1)
    text = say("handoff_other_language", turn.lang) if rule.id == "language" else ""
    if critical and (found := turn.base.find(understanding.text, turn.today, intent=critical, lang=turn.lang, k=1)):
        reply, grounds = article_reply(tuple(found), turn.reading, turn.state, turn.today, turn.lang, first_aid=True)
    else:
        reply, grounds = Reply(text=text), ()
    request = HandOff(
        reason=critical or (intent if serious else rule.id),
        severity=min(3, severity),
        group=described.group,
        complaint=intent == "service.complaint",
    )
    return Draft(reply, grounds, topic=intent if serious else turn.state.topic, handoff=request)


def _relay(turn: Turn) -> Draft:
    severity = 3 if turn.understanding.risk.level >= 3 else 1
    critical = next((s.intent for s in turn.understanding.risk.signals if s.severity == 3 and s.intent), None)
    request = HandOff(critical or "relay", severity, taxonomy()[turn.reading.intent].group)
    return Draft(Reply(text=say("relayed", turn.lang)), topic=turn.state.topic, handoff=request)


def _reopen(turn: Turn) -> Draft:
    request = HandOff("unsolved", 1, taxonomy()[turn.reading.intent].group)
    return Draft(Reply(text=""), topic=turn.state.topic, handoff=request)


_MOVES: Mapping[str, Callable[[Turn], Draft]] = {
    "relay": _relay,
    "handoff": _handoff,
    "reopen": _reopen,
    "answer": _answer,
    "compute": _compute,
    "explain": _explain,
    "repeat": _repeat,
    "more": _more,
    "small_talk": _small_talk,
    "close": _close,
    "drop": _drop,
    "next_request": _next_request,
    "clarify": _clarify,
    "collect": _collect,
    "confirm": _confirm,
    "disambiguate": _disambiguate,
    "decline": _decline,
}

"""One turn: understand → decide → act → guard. Pure given the knowledge base and the model; nothing is stored here.

`Brain.take` reads a screened message against a state and returns a finished `Taken`: the reply, the rule that
decided, and the effects on the state. Recording is `assistant.service`'s, in one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from assistant import guard
from assistant.dialogue.draft import Draft, HandOff, Turn
from assistant.dialogue.facts import Means, facts_of
from assistant.dialogue.moves import perform
from assistant.dialogue.reading import Reading, answer_key, expecting, read
from assistant.dialogue.slots import as_text
from assistant.dialogue.state import Known, State
from assistant.dialogue.work import work_on
from assistant.policy import Action, Rule, decision_table
from assistant.reply import Grounds, Reply
from assistant.wording import in_script, lang_of, say
from intents.language import Language
from intents.slots import other_firms_products
from intents.taxonomy import taxonomy
from intents.understanding import IntentModel, Understanding, understand
from knowledge.base import KnowledgeBase, Passage

_DROPS = re.compile(
    r"\s*(?:那|还是|哦|嗯)?(?:算了|算啦|不问这个了|不说这个了|先不说这个|换个问题|never ?mind|forget it)"
    r"(?:吧|了)?[,，。.!！;； ]+",
    re.IGNORECASE,
)
_JOINTS = " ,，。.!！?？;；、\n"
_SHORTEST_REQUEST = 4


@dataclass(frozen=True)
class Taken:
    """A finished turn, ready to be recorded."""

    understanding: Understanding
    reading: Reading
    rule: Rule
    facts: tuple[str, ...]
    action: Action
    reply: Reply
    grounds: tuple[Grounds, ...]
    handoff: HandOff | None
    effects: Mapping[str, Any]
    passages: tuple[Passage, ...]
    language: Language
    close: bool
    untied: tuple[guard.Untied, ...] = ()


class Brain:
    """Model and knowledge joined; one instance serves a process."""

    def __init__(self, model: IntentModel, base: KnowledgeBase) -> None:
        self.model = model
        self.base = base

    def take(self, text: str, state: State, today: date, *, said: tuple[str, ...] = (), contacts: int = 0) -> Taken:
        """Take one masked message. `said` are the customer's earlier messages (grounds for figures);
        `contacts` how often the customer has been handed over before."""
        asked, state = set_aside(text, state)
        understanding = self._understand(asked, state, today, contacts)
        understanding = replace(self._first_request(understanding, state, today), text=text)
        return self._decide(understanding, state, today, (*said, text))

    def _understand(self, text: str, state: State, today: date, contacts: int = 0) -> Understanding:
        return understand(
            text,
            self.model,
            today,
            expecting=expecting(state),
            previous=state.language,
            topic=_topic_words(state),
            repeated_contacts=contacts,
        )

    def _first_request(self, whole: Understanding, state: State, today: date) -> Understanding:
        """A message of several requests read as its first one, with the danger and the requests of the whole."""
        if len(whole.requests) < 2:
            return whole
        first, second = whole.requests[:2]
        head = whole.text[: whole.text.index(second.text)].rstrip(_JOINTS)
        understood = self._understand(head, state, today)
        if understood.abstain or understood.intent == second.intent:
            rest = [pair for pair in understood.ranking if pair[0] != first.intent]
            ranking = ((first.intent, first.probability), *rest)[: len(understood.ranking)]
            understood = replace(understood, ranking=ranking, abstain=False)
        return replace(understood, risk=whole.risk, requests=whole.requests, acts=whole.acts, language=whole.language)

    def _decide(self, understanding: Understanding, state: State, today: date, said: tuple[str, ...]) -> Taken:
        reading = read(understanding, state)
        language = state.language if understanding.language is Language.OTHER else understanding.language
        work = work_on(self.base, reading, today, lang_of(language))
        computed = work.made is not None
        key = answer_key(reading, work.passages, computed)
        means = Means(bool(work.passages), computed, work.refused is not None, key)
        facts = facts_of(understanding, reading, state, means)
        rule = decision_table().decide(facts)
        if rule.move == "next_request":
            return self._next(understanding, state, today, said, rule)
        turn = Turn(understanding, reading, state, rule, self.base, work, today, language)
        return self._finish(turn, perform(turn), facts, said)

    def _next(
        self, understanding: Understanding, state: State, today: date, said: tuple[str, ...], rule: Rule
    ) -> Taken:
        """The customer said yes to the request put aside: take it as the message."""
        first = state.waiting[0]
        rest = replace(state, waiting=state.waiting[1:])
        taken = self._decide(self._understand(first.text, rest, today), rest, today, (*said, first.text))
        return replace(taken, facts=(*taken.facts, f"via {rule.id}"), understanding=understanding)

    def _finish(self, turn: Turn, draft: Draft, facts: frozenset[str], said: tuple[str, ...]) -> Taken:
        draft = _naming_whose(draft, turn)
        untied = guard.untied_figures(draft.reply, draft.grounds, said)
        action = turn.rule.action
        if untied:
            draft = _stopped(turn)
            action = Action.HANDOFF
        reply = Reply.model_validate(in_script(draft.reply.model_dump(mode="json"), turn.language))
        return Taken(
            understanding=turn.understanding,
            reading=turn.reading,
            rule=turn.rule,
            facts=tuple(sorted(facts)),
            action=action,
            reply=reply,
            grounds=draft.grounds,
            handoff=draft.handoff,
            effects=_effects(turn, draft),
            passages=turn.work.passages,
            language=turn.language,
            close=draft.close,
            untied=untied,
        )


def _naming_whose(draft: Draft, turn: Turn) -> Draft:
    """Whose rules an answer gives when the customer named another firm's product."""
    named = other_firms_products(turn.understanding.text) if turn.rule.move in ("answer", "compute") else ()
    if not named:
        return draft
    note = say("other_firm", turn.lang, names="、".join(named))
    return replace(draft, reply=draft.reply.model_copy(update={"text": f"{note}\n{draft.reply.text}"}))


def _topic_words(state: State) -> str | None:
    """The last topic as words that a short follow-up can be joined to."""
    if not state.topic:
        return None
    topic = taxonomy()[state.topic]
    return f"{topic.en} " if state.language is Language.EN else topic.zh


def set_aside(text: str, state: State) -> tuple[str, State]:
    """「算了，我还是想分期」: the new request, and the state without the question it drops."""
    found = _DROPS.match(text)
    if not found or len(text) - found.end() < _SHORTEST_REQUEST:
        return text, state
    return text[found.end() :], replace(state, question=None)


def _stopped(turn: Turn) -> Draft:
    """What happens instead of a reply whose figures cannot be traced."""
    group = taxonomy()[turn.reading.intent].group
    return Draft(
        Reply(text=say("guarded", turn.lang)), handoff=HandOff("number_guard", 2, group), topic=turn.state.topic
    )


def _effects(turn: Turn, draft: Draft) -> dict[str, Any]:
    """The change of state a turn makes, as JSON-ready data."""
    reading, state = turn.reading, turn.state
    return {
        "language": str(turn.language),
        "product": None if draft.close else reading.product,
        "known": {name: asdict(k) for name, k in _kept(turn, draft).items()},
        "question": asdict(draft.question) if draft.question else None,
        "topic": draft.topic,
        "articles": list(state.articles if draft.articles is None else draft.articles),
        "answer": draft.answer,
        "waiting": [asdict(w) for w in draft.waiting],
        "failed": draft.failed,
        "risk": turn.understanding.risk.level,
    }


def _kept(turn: Turn, draft: Draft) -> dict[str, Known]:
    """The values to remember: none after a matter is dropped; those an answer rests on as used now."""
    if draft.close or turn.rule.move == "drop":
        return {}
    known = {name: k for name, k in turn.reading.known.items() if name not in draft.dropped}
    if turn.work.made and draft.answer:
        used = turn.reading.values
        return {n: replace(k, used=turn.state.turns) if n in used else k for n, k in known.items()}
    return known


def why(taken: Taken) -> dict[str, Any]:
    """Everything a reviewer needs to see why a turn went as it did; stored with the turn."""
    understanding = taken.understanding
    return {
        "rule": taken.rule.id,
        "move": taken.rule.move,
        "facts": list(taken.facts),
        "intent": taken.reading.intent,
        "probability": round(taken.reading.probability, 6),
        "threshold": round(understanding.threshold, 6),
        "ranking": [[intent, round(p, 6)] for intent, p in understanding.ranking],
        "language": str(understanding.language),
        "signals": [asdict(signal) for signal in understanding.risk.signals],
        "product": taken.reading.product,
        "slots": {name: as_text(value) for name, value in taken.reading.values.items()},
        "requests": [request.intent for request in understanding.requests],
        "articles": [{"id": p.article.id, "score": round(p.score, 4)} for p in taken.passages],
        "grounds": [{"value": g.rendered, "unit": g.unit, "origin": g.origin} for g in taken.grounds],
        "untied": [asdict(u) for u in taken.untied],
    }

"""One turn: understand → decide → act → guard. Pure given the knowledge base and the model; nothing is stored here.

`Brain.take` reads a screened message against a state and returns a finished `Taken`: the reply, the rule that
decided, and the effects on the state. Recording is `assistant.service`'s, in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from assistant import guard
from assistant.dialogue.facts import facts_of
from assistant.dialogue.moves import Draft, HandOff, Turn, perform
from assistant.dialogue.reading import Reading, expecting, read
from assistant.dialogue.slots import as_text
from assistant.dialogue.state import State
from assistant.policy import Action, Rule, decision_table
from assistant.reply import Grounds, Reply
from assistant.wording import in_script, lang_of, say
from intents.language import Language
from intents.taxonomy import HUMAN, OUT_OF_SCOPE, taxonomy
from intents.understanding import IntentModel, Understanding, understand
from knowledge.base import KnowledgeBase, Passage


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
        understanding = understand(
            text,
            self.model,
            today,
            expecting=expecting(state),
            previous=state.language,
            topic=taxonomy()[state.topic].zh if state.topic else None,
            repeated_contacts=contacts,
        )
        reading = read(understanding, state)
        return self._decide(understanding, reading, state, today, (*said, text))

    def _decide(
        self, understanding: Understanding, reading: Reading, state: State, today: date, said: tuple[str, ...]
    ) -> Taken:
        language = state.language if understanding.language is Language.OTHER else understanding.language
        passages = self._passages(understanding, reading, today, language)
        answerable = bool(passages)
        facts = facts_of(understanding, reading, state, answerable)
        rule = decision_table().decide(facts)
        if rule.move == "next_request":
            return self._next(understanding, state, today, said, rule)
        turn = Turn(understanding, reading, state, rule, self.base, tuple(passages), today, language)
        return self._finish(turn, perform(turn), facts, said)

    def _next(
        self, understanding: Understanding, state: State, today: date, said: tuple[str, ...], rule: Rule
    ) -> Taken:
        """The customer said yes to the request put aside: take it as the message."""
        first = state.waiting[0]
        rest = replace(state, waiting=state.waiting[1:])
        again = understand(first.text, self.model, today, previous=state.language)
        taken = self._decide(again, read(again, rest), rest, today, (*said, first.text))
        return replace(taken, facts=(*taken.facts, f"via {rule.id}"), understanding=understanding)

    def _passages(
        self, understanding: Understanding, reading: Reading, today: date, language: Language
    ) -> list[Passage]:
        if understanding.blank or reading.intent in (OUT_OF_SCOPE, HUMAN):
            return []
        wanted = {"intent": reading.intent, "lang": lang_of(language)}
        own = self.base.find(reading.question_text, today, product=reading.product, **wanted)
        return own or self.base.find(reading.question_text, today, **wanted)

    def _finish(self, turn: Turn, draft: Draft, facts: frozenset[str], said: tuple[str, ...]) -> Taken:
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
            passages=turn.passages,
            language=turn.language,
            close=draft.close,
            untied=untied,
        )


def _stopped(turn: Turn) -> Draft:
    """What happens instead of a reply whose figures cannot be traced."""
    group = taxonomy()[turn.reading.intent].group
    return Draft(
        Reply(text=say("guarded", turn.lang)), handoff=HandOff("number_guard", 2, group), topic=turn.state.topic
    )


def _effects(turn: Turn, draft: Draft) -> dict[str, Any]:
    """The change of state a turn makes, as JSON-ready data."""
    reading, state = turn.reading, turn.state
    known = {name: asdict(k) for name, k in reading.known.items()}
    if turn.rule.move in ("drop", "close"):
        known = {}
    if turn.rule.id == "confirm-no" and state.question:
        known.pop(state.question.slot, None)
    return {
        "language": str(turn.language),
        "product": None if turn.rule.move == "close" else reading.product,
        "known": known,
        "question": asdict(draft.question) if draft.question else None,
        "topic": draft.topic,
        "articles": list(state.articles if draft.articles is None else draft.articles),
        "waiting": [asdict(w) for w in draft.waiting],
        "failed": draft.failed,
        "risk": turn.understanding.risk.level,
    }


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
        "articles": [{"id": p.article.id, "score": round(p.score, 4)} for p in taken.passages],
        "grounds": [{"value": g.rendered, "unit": g.unit, "origin": g.origin} for g in taken.grounds],
        "untied": [asdict(u) for u in taken.untied],
    }

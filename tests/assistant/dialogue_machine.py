"""Walks the dialogue: every message class in every state that can be reached, through the real turn.

Only the classifier is scripted (a sentence stands for its class); reading, facts, table, moves, knowledge, guard and
the fold are the product's. States that differ in nothing the decisions look at are visited once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from assistant import guard
from assistant.dialogue import choices, work
from assistant.dialogue.reading import expecting
from assistant.dialogue.slots import Value
from assistant.dialogue.state import Question, State
from assistant.turn import Brain, Taken
from intents.classifier import Prediction
from intents.taxonomy import OUT_OF_SCOPE, taxonomy
from intents.understanding import Understanding
from knowledge.base import KnowledgeBase
from knowledge.calculations import Calculation

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
BEFORE_ANY_DOCUMENT = date(2019, 1, 1)
CHAT = "service.chitchat"


@dataclass(frozen=True)
class Said:
    """A message class: the sentence, what the classifier makes of it, and of it as a follow-up."""

    name: str
    text: str
    intent: str = ""
    probability: float = 0.95
    follows: str = ""
    on: date = TODAY


MESSAGES = (
    Said("critical", "我的卡被盗刷了", "critical.unauthorised"),
    Said("wants_person", "人工", "service.human"),
    Said("zero", "0"),
    Said("blank", "   "),
    Said("not_understood", "呃那什么来着"),
    Said("answerable", "还款日是几号", "repay.date"),
    Said("another", "提现多久到账", "pay.withdraw_time"),
    Said("figure", "随心借借一万分12期利息多少", "fee.calc"),
    Said("missing", "借一万利息多少", "fee.calc"),
    Said("which_product", "我想提前还款", "repay.early"),
    Said("other_sum", "逾期5天罚息要多少", "repay.overdue_cost"),
    Said("impossible", "随心借借一万分7期利息多少", "fee.calc"),
    Said("value_unclear", "随心借借一万分12期利率6利息多少", "fee.calc"),
    Said("ambiguous", "提前还那个事情怎么说"),
    Said("ambiguous_sum", "随心借还剩一万，提前还那个事情怎么说"),
    Said("vague", "怎么用不了了", "credit.pay_failed"),
    Said("chooses", "第一个"),
    Said("chooses_last", "最后一个"),
    Said("chooses_all", "都要"),
    Said("none_of_these", "都不是"),
    Said("no", "不是", CHAT),
    Said("yes", "好的", CHAT),
    Said("fills_product", "随心借", "credit.product_info", follows="repay.early"),
    Said("fills_other_product", "月月付", "credit.product_info", follows="repay.early"),
    Said("fills_amount", "一万二", follows="fee.calc"),
    Said("fills_terms", "12期", follows="fee.calc"),
    Said("unfitting_product", "禾稳宝"),
    Said("cannot_say", "不知道"),
    Said("follow_up", "那手续费呢", "fee.instalment", follows="repay.early_cost"),
    Said("corrects", "不是一万，是一万二"),
    Said("takes_back", "不要12期"),
    Said("cancels", "算了", CHAT),
    Said("cancels_for_another", "算了，还款日是几号", "repay.date"),
    Said("thanks", "谢谢", CHAT),
    Said("greets", "你好", CHAT),
    Said("chats", "今天好开心呀", CHAT),
    Said("goodbye", "再见", CHAT),
    Said("why", "为什么", CHAT),
    Said("repeat", "再说一遍", CHAT),
    Said("more", "详细说说", CHAT),
    Said("unsolved", "没解决"),
    Said("other_language", "Bonjour, je voudrais rembourser mon prêt avant la date prévue"),
    Said("several", "还款日是几号？另外提现多久到账？", "repay.date"),
    Said("several_missing", "我想提前还款。另外提现多久到账？", "repay.early"),
    Said("several_figure", "随心借借一万分12期利息多少？另外提现多久到账？", "fee.calc"),
    Said("out_of_scope", "今天天气怎么样", OUT_OF_SCOPE),
    Said("assist", "为什么我申请没通过", "credit.declined"),
    Said("human_only", "失业了还不上想协商", "repay.hardship"),
    Said("grave", "六万块的账单日是几号", "repay.date"),
    Said("no_documents", "验证码收不到", "account.verify_code", on=BEFORE_ANY_DOCUMENT),
)
BY_NAME = {said.name: said for said in MESSAGES}
_EARLY = (("repay.early", 0.3), ("repay.early_cost", 0.28))
_AMBIGUOUS = {said.text: _EARLY for said in MESSAGES if said.name.startswith("ambiguous")}
THRESHOLD = 0.5


class Script:
    """The classifier of the walk. Unknown sentences are unsure; a follow-up ends with its own message."""

    threshold = THRESHOLD

    def __init__(self) -> None:
        self._own = {said.text: said for said in MESSAGES}
        self._topics = {intent.zh for intent in taxonomy().intents}

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        return [Prediction(self._ranking(text), self.threshold) for text in texts]

    def _ranking(self, text: str) -> tuple[tuple[str, float], ...]:
        first: dict[str, float] = dict(_AMBIGUOUS.get(text, ()))
        bare = text.strip("。？?!！ ")
        said = self._own.get(text) or next((s for s in MESSAGES if s.text.strip("。？?!！ ") == bare), None)
        if said and said.intent:
            first = {said.intent: said.probability}
        elif not first and (followed := self._followed(text)):
            first = {followed: 0.9}
        left = (1 - sum(first.values())) / len(taxonomy().ids)
        rest = {intent: left for intent in taxonomy().ids if intent not in first}
        return tuple(sorted({**first, **rest}.items(), key=lambda pair: -pair[1]))

    def _followed(self, text: str) -> str:
        for topic in self._topics:
            tail = text.removeprefix(topic)
            if tail != text and tail:
                found = next((s.follows for s in MESSAGES if s.follows and s.text.rstrip("呢").endswith(tail)), "")
                if found:
                    return found
        return ""


class QuickBrain(Brain):
    """The product's brain, each pure reading and search done once: the walk repeats them thousands of times."""

    def __init__(self, base: KnowledgeBase) -> None:
        super().__init__(Script(), base)
        self._understood: dict[tuple[Any, ...], Understanding] = {}
        self.base.find = cache(base.find)  # type: ignore[method-assign]

    def _understand(self, text: str, state: State, today: date, contacts: int = 0) -> Understanding:
        key = (text, expecting(state), state.language, state.topic, today, contacts)
        if key not in self._understood:
            self._understood[key] = super()._understand(text, state, today, contacts)
        return self._understood[key]


def remembering(patch: pytest.MonkeyPatch) -> None:
    """Pure functions of the turn are worked out once for equal arguments while the walk lasts."""
    patch.setattr(guard, "figures", cache(guard.figures))
    patch.setattr(choices, "normalise", cache(choices.normalise))
    patch.setattr(work, "calculate", _calculated_once())


def _calculated_once() -> Callable[..., Calculation]:
    calculate, made = work.calculate, {}

    def once(intent: str, product: str | None, values: Mapping[str, Value], **rest: Any) -> Calculation:
        key = (intent, product, tuple(sorted(values.items())), rest["today"])
        if key not in made:
            made[key] = calculate(intent, product, values, **rest)
        return made[key]

    return once


@dataclass(frozen=True)
class Happened:
    kind: str
    payload: dict[str, Any]
    at: datetime = NOW


@dataclass(frozen=True)
class Step:
    """One turn of the walk."""

    before: State
    said: Said
    taken: Taken
    after: State

    @property
    def rules(self) -> tuple[str, ...]:
        """The rule that decided, with the one that led to a waiting request."""
        via = tuple(fact.removeprefix("via ") for fact in self.taken.facts if fact.startswith("via "))
        return (*via, self.taken.rule.id)


def take(brain: Brain, state: State, said: Said) -> Step:
    """One message through the real turn, its effects folded as after a restart: out of JSON."""
    earlier = (*(waiting.text for waiting in state.waiting), *(known.words for known in state.known.values()))
    taken = brain.take(said.text, state, said.on, said=earlier)
    effects = json.loads(json.dumps(dict(taken.effects)))
    payload = {"rule": taken.rule.id, "move": taken.rule.move, "effects": effects}
    after = state.evolve(Happened("customer_message", {"text": said.text})).evolve(Happened("turn", payload))
    if taken.handoff:
        after = after.evolve(Happened("receipt", {"case_id": "c-1", "state": "queued"}))
    if taken.close:
        after = after.evolve(Happened("ended", {}))
    return Step(state, said, taken, after)


def ended(state: State) -> State:
    """The case of the conversation is resolved, and the customer is told."""
    return state.evolve(Happened("receipt", {"case_id": "c-1", "state": "resolved"}))


def signature(state: State) -> tuple[object, ...]:
    """What of a state tells it apart on the walk; counters are cut where they stop to matter."""
    question = state.question
    return (
        _asked(question, state) if question else None,
        min(state.failed, 2),
        min(state.same, 1),
        bool(state.waiting),
        state.person,
        state.case_id is not None,
        state.closed,
        bool(state.turns),
        state.product,
        "amount" in state.known,
        state.topic is None,
    )


def _asked(question: Question, state: State) -> tuple[object, ...]:
    """The open question; for one about the meaning also what is offered, and whether a value was said with it."""
    asked = (question.kind, question.slot, min(question.attempts, 2))
    if question.kind != "clarify":
        return asked
    return *asked, question.options[-1].value, any(known.turn == state.turns - 1 for known in state.known.values())


@dataclass
class Walk:
    """All reachable states by signature, and all steps between them."""

    states: dict[tuple[object, ...], State] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def idle(self) -> Iterator[State]:
        """States in which the bot speaks."""
        return (state for state in self.states.values() if not state.person)

    def with_person(self) -> Iterator[State]:
        """States in which a person has the conversation."""
        return (state for state in self.states.values() if state.person)


def walk(brain: Brain, messages: Sequence[Said]) -> Walk:
    """Breadth first from a new conversation, ending the case wherever a person has it."""
    found, waiting = Walk(), [State()]
    found.states[signature(State())] = State()
    while waiting:
        state = waiting.pop(0)
        reached = [ended(state)] if state.person else []
        for said in messages:
            step = take(brain, state, said)
            found.steps.append(step)
            reached.append(step.after)
        for after in reached:
            if signature(after) not in found.states:
                found.states[signature(after)] = after
                waiting.append(after)
    return found

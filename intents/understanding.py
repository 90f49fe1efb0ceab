"""What one message means and how dangerous it is: the package's one answer, an `Understanding`.

Understanding never fails on bad text: what cannot be read is blank, of another language, or under the threshold, and
says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from intents.acts import HANGS_ON, Act, only_an_act, read_acts
from intents.classifier import Prediction
from intents.language import Language, detect
from intents.normalise import normalise
from intents.risk import Risk, assess
from intents.slots import Slots, read_slots
from intents.taxonomy import CRITICAL, OUT_OF_SCOPE

RANKED = 5
_BREAK = re.compile(r"[。！？!?；;\n]+|[,，、 ](?=(?:还有|另外|顺便|再问|以及|然后|and |also ))")
_LEADING = re.compile(r"^(?:还有|另外|顺便问一下|顺便|再问一下|再问|以及|然后|and|also)[,，:： ]*")
_FOLLOW_UP = re.compile(r"^(?:那么|那个|那|what about|how about|and)[,， ]*|(?:呢|咧)?[?？。!！]*$")
_FILLER = re.compile(
    r"[\s,，。.!！?？、~]|就|那个?|如果|要是|换成|改成|分|是|我|的|了|吧|呢|啊|呀|大概|差不多|还剩|还|剩|想|要"
)
_HARDLY_A_WORD = 1
_POSSIBLE = 0.005
_SURE_PART = 0.5
_SHORT = 16
_SHORT_ENGLISH = 40
_SHORTEST_PART = 4


class IntentModel(Protocol):
    """What understanding needs of a classifier."""

    @property
    def threshold(self) -> float: ...

    def predict(self, texts: Sequence[str]) -> list[Prediction]: ...


@dataclass(frozen=True)
class Request:
    """One of several requests in a message."""

    text: str
    intent: str
    probability: float


@dataclass(frozen=True)
class Understanding:
    """A message understood. `ranking` holds the five likeliest intents with calibrated probabilities;
    `in_context` the ranking of the message read as a follow-up of the last topic (empty without one)."""

    text: str
    normalised: str
    language: Language
    ranking: tuple[tuple[str, float], ...]
    abstain: bool
    threshold: float
    slots: Slots
    risk: Risk
    acts: frozenset[Act]
    requests: tuple[Request, ...]
    in_context: tuple[tuple[str, float], ...] = ()

    @property
    def blank(self) -> bool:
        """Nothing readable was said (empty, emoji only, marks only)."""
        return not re.search(r"\w", self.normalised)

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.ranking[0][0]

    @property
    def probability(self) -> float:
        """Its calibrated probability."""
        return self.ranking[0][1]


def understand(
    text: str,
    model: IntentModel,
    today: date,
    *,
    expecting: str | None = None,
    previous: Language = Language.ZH_HANS,
    topic: str | None = None,
    repeated_contacts: int = 0,
) -> Understanding:
    """Understand one masked message.

    `expecting` names the slot just asked for, `previous` the language so far, `topic` the last topic in words: a short
    message is also read as a follow-up of it (那手续费呢 after 提前还款).
    """
    normalised = normalise(text)
    parts = _parts(text)
    whole, *in_parts = model.predict([text, *parts])
    acts = read_acts(normalised)
    short = len(normalised) <= (_SHORT_ENGLISH if normalised.isascii() else _SHORT)
    hangs_on = topic and short and (whole.abstain or acts & HANGS_ON)
    in_context = _read_in_context(f"{topic}{_FOLLOW_UP.sub('', normalised)}", whole, model) if hangs_on else ()
    slots = read_slots(normalised, today, expecting)
    says_something = not only_an_act(normalised) and words_beside_values(normalised, slots) > _HARDLY_A_WORD
    critical = {i: p for i, p in whole.ranking if says_something and i.startswith(CRITICAL)}
    for part in in_parts:
        critical = {label: max(p, dict(part.ranking)[label]) for label, p in critical.items()}
    amounts = tuple(slot.value for slot in slots.amounts if slot.value is not None)
    risk = assess(normalised, critical, amounts=amounts, repeated_contacts=repeated_contacts)
    return Understanding(
        text=text,
        normalised=normalised,
        language=detect(text, previous),
        ranking=whole.ranking[:RANKED],
        abstain=whole.abstain,
        threshold=model.threshold,
        slots=slots,
        risk=risk,
        acts=acts,
        requests=_requests(parts, in_parts),
        in_context=in_context[:RANKED],
    )


def _read_in_context(joined: str, alone: Prediction, model: IntentModel) -> tuple[tuple[str, float], ...]:
    """What a short message means as a continuation: the reading of topic and message joined, weighed by the message's
    own reading, so that 多久到账 after a question on withdrawal fees is about the time and not about the fees."""
    own = dict(alone.ranking)
    found = model.predict([joined])[0].ranking
    weighed = [(intent, p * own[intent] ** 0.5) for intent, p in found if p >= _POSSIBLE] or list(found)
    total = sum(p for _, p in weighed) or 1.0
    return tuple(sorted(((intent, p / total) for intent, p in weighed), key=lambda pair: -pair[1]))


def words_beside_values(normalised: str, slots: Slots) -> int:
    """Characters of a normalised message beside the values and products it names, fillers not counted."""
    values = (*slots.amounts, *slots.terms, *slots.rates, *slots.dates, *slots.periods, *slots.corrections)
    named = (*slots.products, *values)
    left = [c for place, c in enumerate(normalised) if not any(s.start <= place < s.end for s in named)]
    return len(_FILLER.sub("", "".join(left)))


def _parts(text: str) -> list[str]:
    """Sentences of a message of several, at most six; a message of one sentence has none."""
    found = [_LEADING.sub("", part.strip()) for part in _BREAK.split(text)]
    found = [part for part in found if len(part) >= _SHORTEST_PART]
    return found[:6] if len(found) > 1 else []


def _requests(parts: Sequence[str], predictions: Sequence[Prediction]) -> tuple[Request, ...]:
    """Distinct sure intents of the sentences, in order; empty when there are not at least two."""
    found: dict[str, Request] = {}
    for part, prediction in zip(parts, predictions, strict=True):
        group = prediction.intent.split(".", 1)[0]
        if prediction.probability >= max(_SURE_PART, prediction.threshold) and (
            group != "service" and prediction.intent != OUT_OF_SCOPE
        ):
            found.setdefault(prediction.intent, Request(part, prediction.intent, prediction.probability))
    return tuple(found.values()) if len(found) > 1 else ()

"""What is dangerous or difficult about a message, and in which words it shows (DOMAIN.md 4.2).

Every `critical.*` intent is raised by the classifier OR by the phrase floor: either alone is enough, because a missed
danger costs more than a needless hand-over. Signals of complexity (anger, repeated contact, several requests, amounts,
a wish for a person, age, vulnerability) help to decide how soon a person comes. Each signal names its evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from intents.risk_phrases import RiskPhrases, risk_phrases
from intents.taxonomy import CRITICAL, taxonomy

Source = Literal["phrase", "classifier", "rule"]

WANTS_PERSON, ANGER, REPEATED_CONTACT = "wants_person", "anger", "repeated_contact"
SEVERAL_REQUESTS, AMOUNT, ELDERLY, VULNERABLE = "several_requests", "amount", "elderly", "vulnerable"
MANY_CONTACTS = 3
_RAGE = "rage"
_MANY_REQUESTS = 3
_SHORTEST_REQUEST = 3
_SENTENCE_END = re.compile(r"[?？!！。;；\n]+")


class ProbabilityError(ValueError):
    """A probability is not a number in [0, 1]; pass the classifier's calibrated probabilities."""


@dataclass(frozen=True)
class RiskSignal:
    """One reason for care. `severity` as in the taxonomy; `evidence` in the customer's words, or as `p=0.83`."""

    name: str
    intent: str | None
    severity: int
    evidence: str
    source: Source


@dataclass(frozen=True)
class Risk:
    """All signals of a message, the gravest first; `level` is the gravest severity, 0 without any."""

    level: int
    signals: tuple[RiskSignal, ...]

    @property
    def critical(self) -> tuple[str, ...]:
        """The critical intents raised, without repetition, the gravest evidence first."""
        return tuple(dict.fromkeys(signal.intent for signal in self.signals if signal.intent))

    def has(self, name: str) -> bool:
        """Whether a signal of this name is present."""
        return any(signal.name == name for signal in self.signals)


def assess(
    text: str,
    critical_probabilities: Mapping[str, float],
    *,
    amounts: Sequence[Decimal] = (),
    repeated_contacts: int = 0,
) -> Risk:
    """Read the risk of one message.

    `critical_probabilities` maps intents to calibrated probabilities (others than critical ones are ignored);
    `amounts` are the sums in the message in yuan; `repeated_contacts` counts earlier contacts on the same matter.
    Raises `ProbabilityError`.
    """
    phrases = risk_phrases()
    found = phrases.search(text)
    signals = [
        *_by_phrase(found, phrases),
        *_by_classifier(critical_probabilities, phrases.thresholds),
        *_anger(found),
        *_repeated(found, repeated_contacts, phrases.repeated_contacts),
        *_several(text, phrases),
        *_amounts(amounts, phrases.amount_limit),
    ]
    signals.sort(key=lambda signal: -signal.severity)
    return Risk(max((signal.severity for signal in signals), default=0), tuple(signals))


def _by_phrase(found: Mapping[str, str], phrases: RiskPhrases) -> list[RiskSignal]:
    ruled = {ANGER, _RAGE, REPEATED_CONTACT}
    return [
        RiskSignal(
            name.removeprefix(CRITICAL),
            name if name.startswith(CRITICAL) else None,
            phrases.signals[name].severity,
            evidence,
            "phrase",
        )
        for name, evidence in found.items()
        if name not in ruled
    ]


def _by_classifier(probabilities: Mapping[str, float], thresholds: Mapping[str, float]) -> list[RiskSignal]:
    """Every critical intent likely enough alone; the likeliest one when only all together are likely enough."""
    critical = {intent: p for intent, p in probabilities.items() if intent.startswith(CRITICAL)}
    for intent, p in critical.items():
        if not 0 <= p <= 1:
            raise ProbabilityError(f"{intent} has probability {p}; pass the classifier's calibrated probabilities")
    raised = {intent: p for intent, p in critical.items() if p >= thresholds["critical_single"]}
    total = sum(critical.values())
    if not raised and critical and total >= thresholds["critical_sum"]:
        raised = {max(critical, key=critical.__getitem__): total}
    return [
        RiskSignal(intent.removeprefix(CRITICAL), intent, taxonomy()[intent].risk, f"p={p:.2f}", "classifier")
        for intent, p in sorted(raised.items(), key=lambda item: -item[1])
    ]


def _anger(found: Mapping[str, str]) -> list[RiskSignal]:
    if _RAGE in found:
        return [RiskSignal(ANGER, None, 2, found[_RAGE], "phrase")]
    return [RiskSignal(ANGER, None, 1, found[ANGER], "phrase")] if ANGER in found else []


def _repeated(found: Mapping[str, str], contacts: int, limit: int) -> list[RiskSignal]:
    signals = []
    if REPEATED_CONTACT in found:
        signals.append(RiskSignal(REPEATED_CONTACT, None, 1, found[REPEATED_CONTACT], "phrase"))
    if contacts >= limit:
        severity = 2 if contacts >= MANY_CONTACTS else 1
        signals.append(RiskSignal(REPEATED_CONTACT, None, severity, f"contacts={contacts}", "rule"))
    return signals


def _several(text: str, phrases: RiskPhrases) -> list[RiskSignal]:
    """Three requests, or two that the customer joins or asks as questions of their own."""
    asked = [part.strip() for part in _SENTENCE_END.split(text) if len(part.strip()) >= _SHORTEST_REQUEST]
    requests = [part for part in asked if phrases.request.search(part.lower())]
    joined = any(phrases.connective.search(part.lower()) for part in asked)
    if len(requests) >= _MANY_REQUESTS or (len(requests) == _MANY_REQUESTS - 1 and joined):
        return [RiskSignal(SEVERAL_REQUESTS, None, 1, " / ".join(requests[:_MANY_REQUESTS]), "rule")]
    return []


def _amounts(amounts: Sequence[Decimal], limit: Decimal) -> list[RiskSignal]:
    largest = max(amounts, default=Decimal(0))
    return [RiskSignal(AMOUNT, None, 2, f"{largest:f}", "rule")] if largest > limit else []

"""The hand-over packet: all a person needs to go on without asking again, made once and kept with the case.

Everything in it is masked. What was masked can be shown to a person whose role allows it, and each such reveal is an
event on the case (see `reveal`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from handoff.agents import LEADING, Role, get_agent
from handoff.casefile import open_file
from handoff.errors import HandoffError, NotAllowed
from handoff.rules import Rules

Author = Literal["customer", "bot", "agent"]
Sentiment = Literal["calm", "worried", "angry", "desperate"]
DeviceMode = Literal["standard", "senior", "voice", "screen_reader"]
SUMMARY_LINES = 3
LINE_LENGTH = 60
_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")


class NotKept(HandoffError):
    """The value was masked and not kept: ask the customer."""

    code = "not_kept"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Frozen):
    """One message of the masked transcript."""

    author: Author
    text: str
    at: datetime


class Evidence(_Frozen):
    """Why the case is dangerous: the signal, the words that show it, and how sure the reader was (0 to 1)."""

    signal: str
    words: str = ""
    score: float | None = None


class IntentGuess(_Frozen):
    """What one message was taken to mean."""

    intent: str
    probability: float
    at: datetime | None = None


class Figure(_Frozen):
    """A figure already quoted to the customer, with what it rests on."""

    label: str
    value: str
    source: str


class Suggestion(_Frozen):
    """A reply the agent may send, with the clause it rests on."""

    text: str
    citation: str = ""


class PersonalDatum(_Frozen):
    """A masked value and the reference under which the vault may have kept it."""

    field: str
    masked: str
    reference: str | None = None


class Packet(_Frozen):
    """What the assistant hands over. `summary` and `first_line` are filled by `complete` when left empty."""

    reason: str = ""
    transcript: tuple[Line, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    intents: tuple[IntentGuess, ...] = ()
    slots: dict[str, Any] = {}
    figures: tuple[Figure, ...] = ()
    tried: tuple[str, ...] = ()
    sentiment: Sentiment = "calm"
    device_mode: DeviceMode = "standard"
    suggestions: tuple[Suggestion, ...] = ()
    personal: tuple[PersonalDatum, ...] = ()
    summary: tuple[str, ...] = ()
    first_line: str = ""


class Vault(Protocol):
    """Opens what was masked; the firm brings its own. Raises NotKept."""

    def open(self, reference: str) -> str: ...


def complete(packet: Packet) -> Packet:
    """The packet with its summary and first line filled in."""
    return packet.model_copy(
        update={
            "summary": packet.summary or summarise(packet),
            "first_line": packet.first_line or _first_line(packet),
        }
    )


def summarise(packet: Packet, lines: int = SUMMARY_LINES) -> tuple[str, ...]:
    """Up to `lines` of the customer's own sentences, in order: those that say most of what the whole says.

    A sentence scores by how much of the conversation's character pairs it covers (centrality), more when it carries
    figures or words of the risk evidence. Nothing is rephrased, so nothing can be invented.
    """
    sentences = _customer_sentences(packet.transcript)
    whole = Counter(pair for sentence in sentences for pair in _pairs(sentence))
    words = [each.words for each in packet.evidence if each.words]
    scored = [(_score(sentence, whole, words), -place) for place, sentence in enumerate(sentences)]
    best = sorted(sorted(range(len(sentences)), key=lambda place: scored[place], reverse=True)[:lines])
    return tuple(_short(sentences[place]) for place in best)


def reveal(
    session: Session,
    vault: Vault,
    case_id: str,
    field: str,
    agent_id: int,
    now: datetime,
    rules: Rules | None = None,
) -> str:
    """Show one masked value to the holder, the owner or a lead, and record who saw what, when.

    Raises NotAllowed, NotKept.
    """
    agent = get_agent(session, agent_id)
    file = open_file(session, case_id, now, rules)
    allowed = agent.role in LEADING or (agent.role == Role.AGENT and agent_id in {file.case.holder, file.case.owner})
    if not allowed:
        raise NotAllowed("only the holder, the owner and supervisors may see personal data; ask one of them")
    packet = Packet.model_validate(file.facts[0].payload.get("packet") or {})
    datum = next((each for each in packet.personal if each.field == field), None)
    if datum is None or datum.reference is None:
        raise NotKept(f"{field} was masked and not kept; ask the customer")
    value = vault.open(datum.reference)
    file.add("revealed", by=agent_id, role=agent.role, field=field)
    file.save()
    return value


def _customer_sentences(transcript: Sequence[Line]) -> list[str]:
    found: dict[str, None] = {}
    for line in transcript:
        if line.author == "customer":
            found.update(dict.fromkeys(part.strip() for part in _SENTENCE.findall(line.text) if part.strip()))
    return list(found)


def _pairs(sentence: str) -> set[str]:
    return {sentence[place : place + 2] for place in range(len(sentence) - 1)}


def _score(sentence: str, whole: Counter[str], words: Sequence[str]) -> float:
    pairs = _pairs(sentence)
    centrality = sum(whole[pair] for pair in pairs) / (len(pairs) + 6)
    figures = 1.0 if re.search(r"[0-9〇零一二三四五六七八九十百千万]+\s*(元|块|万|%|％|天|号|期)", sentence) else 0.0
    risk = 2.0 if any(word in sentence for word in words) else 0.0
    return centrality + figures + risk


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= LINE_LENGTH else sentence[: LINE_LENGTH - 1] + "…"


def _first_line(packet: Packet) -> str:
    """The agent's first words: what we know, so that the customer need not say it again."""
    if packet.suggestions:
        return packet.suggestions[0].text
    told = packet.summary or summarise(packet, lines=1)
    about = f"您说的“{told[0].rstrip('。！？!?；;')}”" if told else "您的问题"
    calm = "请先别着急，" if packet.sentiment != "calm" or packet.evidence else ""
    return f"您好，{calm}{about}我已经看到了，现在由我来处理。"

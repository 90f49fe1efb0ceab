"""What to fix next, from what went wrong in service: the review queue of the improvement loop (PDCA).

Reads the event log of a database: low ratings, hand-overs after failed turns, meanings the customer had to correct, and
questions without an article. Each is put under what would fix it: an utterance, an article, or a rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Engine

from assistant.dialogue.state import MESSAGE, TURN
from handoff.database import session_scope
from handoff.events import Event, read_all

Fix = Literal["utterance missing", "article missing", "rule wrong"]
FIXES: tuple[Fix, ...] = ("utterance missing", "article missing", "rule wrong")
LOW_RATING = 4
EXAMPLES = 3
_PAGE = 2000
_NOT_UNDERSTOOD = frozenset({"not-understood-again", "choosing-lost", "choice-rejected"})
_STUCK = frozenset({"no-progress", "confirm-again"})
_CHOSEN = ("choice-made", "choice-missing", "choice-assist", "choice-answer")


@dataclass(frozen=True)
class Finding:
    """One thing that went wrong: what would fix it, where to look, and the customer's (masked) words."""

    fix: Fix
    about: str
    sign: str
    conversation: str
    text: str


@dataclass(frozen=True)
class Group:
    """Findings with the same fix and the same place to look."""

    fix: Fix
    about: str
    count: int
    signs: tuple[tuple[str, int], ...]
    examples: tuple[str, ...]


@dataclass(frozen=True)
class _Turn:
    text: str
    decision: dict[str, Any]


def findings(engine: Engine) -> list[Finding]:
    """Everything that went wrong in the database's conversations, in the order of the log."""
    streams: dict[str, list[Event]] = defaultdict(list)
    for event in conversation_events(engine):
        streams[event.stream].append(event)
    return [found for stream, events in streams.items() for found in _of_conversation(stream, events)]


def conversation_events(engine: Engine) -> Iterator[Event]:
    """Every event of every conversation, in commit order, read in pages."""
    after = 0
    with session_scope(engine) as session:
        while page := read_all(session, after, ("conversation:",), _PAGE):
            yield from page
            after = page[-1].id or after


def groups(found: Iterable[Finding]) -> list[Group]:
    """Findings by fix and place, the most frequent first."""
    gathered: dict[tuple[Fix, str], list[Finding]] = defaultdict(list)
    for finding in found:
        gathered[(finding.fix, finding.about)].append(finding)
    result = []
    for (fix, about), members in gathered.items():
        signs: dict[str, int] = defaultdict(int)
        for member in members:
            signs[member.sign] += 1
        texts = tuple(dict.fromkeys(member.text for member in members))[:EXAMPLES]
        ordered = tuple(sorted(signs.items(), key=lambda pair: (-pair[1], pair[0])))
        result.append(Group(fix, about, len(members), ordered, texts))
    return sorted(result, key=lambda group: (-group.count, FIXES.index(group.fix), group.about))


def _of_conversation(stream: str, events: Sequence[Event]) -> Iterator[Finding]:
    conversation = stream.partition(":")[2]
    turns: list[_Turn] = []
    text = ""
    for event in events:
        if event.kind == MESSAGE:
            text = str(event.payload.get("text", ""))
        elif event.kind == TURN:
            turns.append(_Turn(text, event.payload))
            yield from _of_turn(conversation, turns)
        elif event.kind == "rated" and int(event.payload.get("score", 5)) < LOW_RATING:
            yield from _of_rating(conversation, turns, int(event.payload["score"]))


def _of_turn(conversation: str, turns: Sequence[_Turn]) -> Iterator[Finding]:
    """`turns` ends with the one just taken."""
    now = turns[-1].decision
    rule, before = str(now.get("rule", "")), turns[-2] if len(turns) > 1 else None
    if rule in _CHOSEN and before and now["intent"] != before.decision["intent"]:
        yield Finding(
            "utterance missing", now["intent"], "meaning corrected by the customer", conversation, before.text
        )
    elif rule in _NOT_UNDERSTOOD:
        asked = before or turns[-1]
        yield Finding("utterance missing", asked.decision["intent"], f"handed over: {rule}", conversation, asked.text)
    elif rule in _STUCK:
        yield Finding(
            "rule wrong", f"asking for a value of {now['intent']}", f"handed over: {rule}", conversation, turns[-1].text
        )
    elif rule == "no-knowledge":
        yield Finding("article missing", now["intent"], "handed over: no-knowledge", conversation, turns[-1].text)
    elif rule.startswith("unsolved") and before:
        yield _blame(conversation, before, f"handed over: {rule}")
    if now.get("untied"):
        yield Finding(
            "rule wrong", f"figures of {now['intent']}", "stopped by the number guard", conversation, turns[-1].text
        )


def _of_rating(conversation: str, turns: Sequence[_Turn], score: int) -> Iterator[Finding]:
    """A low rating speaks of the last answer the bot gave itself."""
    answered = [turn for turn in turns if turn.decision.get("action") in ("answer", "clarify", "decline", "collect")]
    if answered:
        yield _blame(conversation, answered[-1], f"rated {score}")


def _blame(conversation: str, turn: _Turn, sign: str) -> Finding:
    """An unsure turn lacks utterances; a sure one whose passage was weak lacks an article; else its rule was wrong."""
    decision = turn.decision
    if float(decision["probability"]) < float(decision["threshold"]) or decision["action"] in ("clarify", "decline"):
        return Finding("utterance missing", decision["intent"], sign, conversation, turn.text)
    if decision["action"] == "answer" and not decision.get("articles") and not decision.get("grounds"):
        return Finding("article missing", decision["intent"], sign, conversation, turn.text)
    return Finding("rule wrong", f"{decision['rule']} for {decision['intent']}", sign, conversation, turn.text)

"""Moves that bring a person in: hand over, pass a message on, open an ended matter again."""

from __future__ import annotations

from assistant.dialogue.answers import article_reply
from assistant.dialogue.draft import Draft, HandOff, Turn
from assistant.reply import Grounds, Reply
from assistant.wording import say
from intents.taxonomy import taxonomy

_OF_THE_MATTER = frozenset({"critical", "grave", "human-only", "assist", "choice-assist"})
"""Rules that hand over because of what the matter is; the others because the bot got no further."""


def hand_over(turn: Turn) -> Draft:
    """Ask for a person; for a danger with the first steps while the person is on the way."""
    understanding, rule = turn.understanding, turn.rule
    critical = _danger(turn)
    intent = critical or turn.reading.intent
    described = taxonomy()[intent]
    serious = rule.id in _OF_THE_MATTER
    severity = max(understanding.risk.level, described.risk if serious else 1, 1)
    reply, grounds = _first_aid(turn, critical)
    request = HandOff(
        reason=critical or (intent if serious else rule.id),
        severity=min(3, severity),
        group=described.group,
        complaint=intent == "service.complaint",
    )
    return Draft(reply, grounds, topic=intent if serious else turn.state.topic, handoff=request)


def relay(turn: Turn) -> Draft:
    """Pass the message on to the person who has the conversation."""
    critical = _danger(turn)
    severity = 3 if turn.understanding.risk.level >= 3 else 1
    request = HandOff(critical or "relay", severity, taxonomy()[turn.reading.intent].group)
    return Draft(Reply(text=say("relayed", turn.lang)), topic=turn.state.topic, handoff=request)


def reopen(turn: Turn) -> Draft:
    """Open the ended matter again."""
    request = HandOff("unsolved", 1, taxonomy()[turn.reading.intent].group)
    return Draft(Reply(text=""), topic=turn.state.topic, handoff=request)


def _danger(turn: Turn) -> str | None:
    """The danger to name: the likeliest meaning when it is one of those raised, else the first raised."""
    raised = [s.intent for s in turn.understanding.risk.signals if s.severity == 3 and s.intent]
    likeliest = turn.understanding.intent
    return likeliest if likeliest in raised else next(iter(raised), None)


def _first_aid(turn: Turn, critical: str | None) -> tuple[Reply, tuple[Grounds, ...]]:
    if critical:
        found = turn.base.find(turn.understanding.text, turn.today, intent=critical, lang=turn.lang, k=1)
        if found:
            return article_reply(tuple(found), critical, turn.state, turn.today, turn.lang, first_aid=True)
    text = say("handoff_other_language", turn.lang) if turn.rule.id == "language" else ""
    return Reply(text=text), ()

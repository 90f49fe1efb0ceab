"""The assistant with its database: conversations are opened, messages taken, people asked for, ratings given.

A turn is thought out first and recorded in one transaction: message, decision, hand-over, reply and the stored answer
appear together or not at all. When another message came in between, the turn is thought out again; the same message
sent twice gets the stored turn. So a crash at any point loses nothing and doubles nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, select

from assistant.dialogue.state import MESSAGE, REPLY, TURN, State, fold
from assistant.handover import request_person
from assistant.screening import Screened, mask, screen
from assistant.settings import Settings
from assistant.storage import Conversation, TurnRecord
from assistant.turn import Brain, Taken, why
from handoff import desk
from handoff.database import DatabaseBusy, session_scope, write_transaction
from handoff.events import Event, append, conversation_stream, read
from handoff.rules import Rules, bundled_rules
from intents.language import Language

_ATTEMPTS = 4
_KEY_LENGTH = 80
PERSON_BUTTON = "人工"


class ConversationMissing(LookupError):
    """No such conversation, or the token is not its token; open a new one with POST /v1/conversations."""

    code = "conversation_missing"

    def __init__(self) -> None:
        super().__init__("there is no conversation with this id and token; open a new one")


class ConversationExpired(RuntimeError):
    """The conversation is too old to go on; open a new one."""

    code = "conversation_expired"


class MessageIdReused(ValueError):
    """The client_message_id was used for another text; give every message its own id."""

    code = "message_id_reused"


@dataclass(frozen=True)
class Opened:
    """A new conversation and the token that alone opens it."""

    conversation_id: str
    token: str


class Assistant:
    """Everything the channels need, over one engine. Thread-safe."""

    def __init__(self, engine: Engine, brain: Brain, settings: Settings, rules: Rules | None = None) -> None:
        self.engine = engine
        self.brain = brain
        self.settings = settings
        self.rules = rules or bundled_rules()
        self._zone = ZoneInfo(settings.timezone)

    def today(self, now: datetime) -> date:
        """The firm's business day of an instant."""
        return now.astimezone(self._zone).date()

    def open(
        self,
        now: datetime,
        channel: str = "web",
        locale: str | None = None,
        mode: str = "standard",
        customer_id: str | None = None,
    ) -> Opened:
        """Open a conversation; the token is returned once and only its hash is kept."""
        token = secrets.token_urlsafe(32)
        row = Conversation(
            id=f"v-{secrets.token_urlsafe(12)}",
            token_hash=_hash(token),
            channel=channel,
            locale=locale or str(Language.ZH_HANS),
            mode=mode,
            customer_id=customer_id,
            opened_at=now,
            last_at=now,
        )
        with write_transaction(self.engine) as session:
            session.add(row)
            payload = {"channel": channel, "locale": row.locale, "mode": mode, "customer_id": customer_id}
            append(session, conversation_stream(row.id), "opened", payload, now)
        return Opened(row.id, token)

    def authorise(self, session: Session, conversation_id: str, token: str) -> Conversation:
        """The conversation, when the token is its token. Raises `ConversationMissing`."""
        row = session.get(Conversation, conversation_id)
        expected = row.token_hash if row else _hash("")
        if not hmac.compare_digest(expected, _hash(token)) or row is None:
            raise ConversationMissing
        return row

    def check_token(self, conversation_id: str, token: str) -> Conversation:
        """`authorise` in a session of its own."""
        with session_scope(self.engine) as session:
            return self.authorise(session, conversation_id, token)

    def receive(self, conversation_id: str, text: str, client_message_id: str, now: datetime) -> dict[str, Any]:
        """Take one message and return the turn's public object.

        Raises `MessageTooLong`, `ConversationMissing`, `ConversationExpired`, `MessageIdReused`, `DatabaseBusy`.
        """
        screened = screen(text, self.settings.max_message)
        for attempt in range(_ATTEMPTS):
            with session_scope(self.engine) as session:
                if stored := self._stored(session, conversation_id, client_message_id, screened):
                    return stored
                past = read(session, conversation_stream(conversation_id))
            taken = self._think(screened, past, now)
            try:
                with write_transaction(self.engine) as session:
                    if stored := self._stored(session, conversation_id, client_message_id, screened):
                        return stored
                    seen = read(session, conversation_stream(conversation_id))
                    if len(seen) != len(past):
                        if attempt < _ATTEMPTS - 1:
                            continue
                        taken, past = self._think(screened, seen, now), seen
                    return self._record(session, conversation_id, client_message_id, screened, taken, past, now)
            except DatabaseBusy:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise DatabaseBusy("the conversation is busy; send the message again")

    def ask_person(self, conversation_id: str, now: datetime) -> dict[str, Any]:
        """The one-step way to a person: the same as saying 人工. Pressed again, it gives the same case."""
        with session_scope(self.engine) as session:
            count = len(read(session, conversation_stream(conversation_id)))
        return self.receive(conversation_id, PERSON_BUTTON, f"person-{count}-{secrets.token_hex(4)}", now)

    def rate(self, conversation_id: str, score: int, comment: str | None, now: datetime) -> dict[str, Any]:
        """Rate the last service of the conversation. Raises `RatingRefused`."""
        given = desk.RatingCreate(score=score, comment=mask(comment).text if comment else None)
        with write_transaction(self.engine) as session:
            rating = desk.rate(session, conversation_id, given, now, self.rules)
            return {"score": rating.score, "case_id": rating.case_id, "inspected": rating.score < 4}

    def set_mode(self, conversation_id: str, mode: str, now: datetime) -> None:
        """Switch between the standard and the senior page."""
        with write_transaction(self.engine) as session:
            append(session, conversation_stream(conversation_id), "mode_changed", {"mode": mode}, now)

    def events(self, conversation_id: str, after_seq: int = 0) -> list[Event]:
        """Events of a conversation after `after_seq`."""
        with session_scope(self.engine) as session:
            return read(session, conversation_stream(conversation_id), after_seq)

    def state(self, conversation_id: str) -> State:
        """The state of a conversation now."""
        return fold(self.events(conversation_id))

    def _stored(
        self, session: Session, conversation_id: str, client_message_id: str, screened: Screened
    ) -> dict[str, Any] | None:
        query = select(TurnRecord).where(
            TurnRecord.conversation_id == conversation_id, TurnRecord.client_message_id == client_message_id
        )
        row = session.exec(query).first()
        if row is None:
            return None
        if row.text_hash != _hash(screened.text):
            raise MessageIdReused(f"client_message_id {client_message_id[:_KEY_LENGTH]} was used for another message")
        return row.response

    def _think(self, screened: Screened, past: list[Event], now: datetime) -> Taken:
        if not past:
            raise ConversationMissing
        state = fold(past)
        moment = max(now, past[-1].at)
        if state.last_at and moment - state.last_at > timedelta(days=self.settings.conversation_days):
            raise ConversationExpired(
                f"this conversation was idle for more than {self.settings.conversation_days} days; open a new one"
            )
        said = tuple(event.payload["text"] for event in past if event.kind == MESSAGE)
        contacts = len({event.payload.get("case_id") for event in past if event.kind == "receipt"})
        return self.brain.take(screened.text, state, self.today(moment), said=said, contacts=contacts)

    def _record(
        self,
        session: Session,
        conversation_id: str,
        client_message_id: str,
        screened: Screened,
        taken: Taken,
        past: list[Event],
        now: datetime,
    ) -> dict[str, Any]:
        row = session.get(Conversation, conversation_id)
        if row is None:
            raise ConversationMissing
        now = max(now, past[-1].at)
        turn_id = f"t-{secrets.token_urlsafe(12)}"
        stream = conversation_stream(conversation_id)
        message = {"text": screened.text, "client_message_id": client_message_id, "turn_id": turn_id}
        append(session, stream, MESSAGE, message, now)
        decision = {"turn_id": turn_id, "action": str(taken.action), **why(taken), "effects": dict(taken.effects)}
        append(session, stream, TURN, decision, now)
        reply = taken.reply.model_dump(mode="json")
        if taken.reply.text and taken.rule.move != "relay":
            append(session, stream, REPLY, {"turn_id": turn_id, "action": str(taken.action), "reply": reply}, now)
        handed = self._hand_over(session, row, taken, past, turn_id, now) if taken.handoff else None
        if taken.close:
            append(session, stream, "ended", {"turn_id": turn_id}, now)
        row.last_at = now
        session.add(row)
        response = _public(turn_id, taken, reply, handed)
        session.add(
            TurnRecord(
                id=turn_id,
                conversation_id=conversation_id,
                client_message_id=client_message_id,
                text_hash=_hash(screened.text),
                response=response,
                at=now,
            )
        )
        return response

    def _hand_over(
        self, session: Session, row: Conversation, taken: Taken, past: list[Event], turn_id: str, now: datetime
    ) -> dict[str, Any]:
        """Open the case, or add to the open one, and tell what the customer should see of it."""
        before = len(read(session, conversation_stream(row.id)))
        state = fold(past)
        request = request_person(row.id, row.customer_id, taken, state, past, now)
        if taken.rule.move == "relay":
            desk.customer_message(session, row.id, taken.understanding.text, turn_id, now, self.rules)
        if taken.rule.move == "reopen" and state.case_id:
            with suppress(desk.TooOldToReopen, desk.ComplaintOpen):  # then a new case is opened below
                desk.reopen(session, state.case_id, "unsolved", now, rules=self.rules)
        opened = desk.open_case(session, request, now, self.rules)
        new = read(session, conversation_stream(row.id), before)
        return {
            "case_id": opened.case.id,
            "queue": opened.queue_name,
            "position": opened.position,
            "severity": opened.case.severity,
            "clocks": [{"name": run.clock, "due_at": _iso(run.due_at)} for run in opened.clocks],
            "expected_at": _iso(opened.expected_at),
            "callback_at": _iso(opened.callback_at),
            "receipts": [event.payload["text"] for event in new if event.kind == "receipt"],
        }


def _public(turn_id: str, taken: Taken, reply: dict[str, Any], handed: dict[str, Any] | None) -> dict[str, Any]:
    if handed and handed["receipts"]:
        lines = [reply["text"]] if reply["text"] and taken.rule.move != "relay" else []
        reply = {**reply, "text": "\n".join([*lines, *handed["receipts"]])}
    return {
        "turn_id": turn_id,
        "action": str(taken.action),
        "intent": taken.reading.intent,
        "probability": round(taken.reading.probability, 6),
        "language": str(taken.understanding.language),
        "reply": reply,
        "risk": {
            "level": taken.understanding.risk.level,
            "signals": [
                {"name": s.name, "intent": s.intent, "severity": s.severity, "evidence": s.evidence, "source": s.source}
                for s in taken.understanding.risk.signals
            ],
        },
        "handoff": {key: value for key, value in handed.items() if key != "receipts"} if handed else None,
        "why": {"rule": taken.rule.id, "reason": taken.rule.why_zh},
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

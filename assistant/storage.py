"""Tables of the conversations; everything said and decided is in the event log of `handoff.events`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from handoff.database import UtcDateTime
from handoff.events import Json


class ConversationBase(SQLModel):
    """What is known of a conversation from its beginning."""

    channel: str = Field(default="web", max_length=40)
    locale: str = Field(default="zh-Hans", max_length=16)
    mode: str = Field(default="standard", max_length=16)


class Conversation(ConversationBase, table=True):
    """One customer's conversation; the token itself is never stored."""

    id: str = Field(primary_key=True, max_length=40)
    token_hash: str = Field(sa_column=Column(String(64), nullable=False))
    customer_id: str | None = Field(default=None, max_length=80, index=True)
    opened_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    last_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))


class TurnRecord(SQLModel, table=True):
    """The answer given to one message, so that the same message sent again gets the same turn."""

    __tablename__ = "turn_record"
    __table_args__ = (UniqueConstraint("conversation_id", "client_message_id", name="uq_turn_message"),)

    id: str = Field(primary_key=True, max_length=40)
    conversation_id: str = Field(foreign_key="conversation.id", index=True, max_length=40)
    client_message_id: str = Field(max_length=80)
    text_hash: str = Field(max_length=64)
    response: dict[str, Any] = Field(sa_column=Column(Json, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

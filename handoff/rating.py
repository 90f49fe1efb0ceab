"""What the customer thought of an episode: 1 to 5, once; below the policy's bar it opens exactly one inspection."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from handoff import events
from handoff.case import ENDED
from handoff.case_record import CaseRecord
from handoff.casefile import open_file
from handoff.database import UtcDateTime, become_writer
from handoff.errors import HandoffError
from handoff.inspection import open_inspection
from handoff.rules import Rules, bundled_rules


class RatingRefused(HandoffError):
    """The rating cannot be taken: give 1 to 5 (and 0 to 10 for recommending), once, after the service has ended."""

    code = "rating_refused"


class RatingCreate(SQLModel):
    """A rating; `recommend` is the 0 to 10 answer of the net promoter score."""

    score: int
    recommend: int | None = None
    comment: str | None = Field(default=None, max_length=2000)


class Rating(SQLModel, table=True):
    """A rating of one episode of a case, or of the bot's own service when there was no case."""

    __table_args__ = (
        UniqueConstraint("subject", "episode", name="uq_rating_episode"),
        CheckConstraint("score BETWEEN 1 AND 5", name="ck_rating_score"),
        CheckConstraint("recommend IS NULL OR recommend BETWEEN 0 AND 10", name="ck_rating_recommend"),
    )

    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(max_length=120, description="stream of the case, or of the conversation without one")
    episode: int
    conversation_id: str = Field(max_length=80, index=True)
    case_id: str | None = Field(default=None, foreign_key="case_record.id", max_length=40)
    score: int
    recommend: int | None = None
    comment: str | None = None
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))

    @property
    def key(self) -> int:
        """The id of a stored rating."""
        assert self.id is not None
        return self.id


def rate(
    session: Session, conversation_id: str, given: RatingCreate, now: datetime, rules: Rules | None = None
) -> Rating:
    """Rate the conversation's last case, or the bot when there was none. The same rating again is returned as stored.

    Raises RatingRefused while a person is still on the case, for a second, different rating, or outside 1 to 5.
    """
    become_writer(session)
    rules = rules or bundled_rules()
    if not 1 <= given.score <= 5 or (given.recommend is not None and not 0 <= given.recommend <= 10):
        raise RatingRefused("give a score from 1 to 5, and from 0 to 10 for recommending us")
    record = _last_case(session, conversation_id)
    if record is not None and record.state not in {str(state) for state in ENDED}:
        raise RatingRefused("the service has not ended; rate it when it has")
    subject = events.case_stream(record.id) if record else events.conversation_stream(conversation_id)
    episode = record.episode if record else 1
    existing = session.exec(select(Rating).where(Rating.subject == subject, Rating.episode == episode)).first()
    if existing is not None:
        if existing.score == given.score:
            return existing
        raise RatingRefused("this service is rated already; a reopened case can be rated again")
    rating = Rating(
        subject=subject,
        episode=episode,
        conversation_id=conversation_id,
        case_id=record.id if record else None,
        at=now,
        **given.model_dump(),
    )
    session.add(rating)
    session.flush()
    _record(session, rating, now, rules)
    return rating


def _last_case(session: Session, conversation_id: str) -> CaseRecord | None:
    query = select(CaseRecord).where(CaseRecord.conversation_id == conversation_id)
    newest = query.order_by(col(CaseRecord.opened_at).desc(), col(CaseRecord.id)).limit(1)
    return session.exec(newest.execution_options(populate_existing=True)).first()


def _record(session: Session, rating: Rating, now: datetime, rules: Rules) -> None:
    payload: dict[str, Any] = {"rating_id": rating.key, "episode": rating.episode, "score": rating.score}
    payload |= {"recommend": rating.recommend, "comment": rating.comment}
    if rating.case_id is not None:
        file = open_file(session, rating.case_id, now, rules)
        file.add("rated", **payload)
        file.save()
    stream = events.conversation_stream(rating.conversation_id)
    events.append(session, stream, "rated", payload | {"case_id": rating.case_id}, now)
    if rating.score < rules.policies.at(now).inspection.rating_below:
        open_inspection(session, rating.key, rating.case_id, rating.conversation_id, rating.episode, now, rules)

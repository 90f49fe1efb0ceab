"""What the service policy says: severities, calendars, clocks, ladders, queues, routing, inspection.

Frozen values only; `policy_file` reads and checks them, `clock` and `routing` apply them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from handoff.errors import HandoffError

ALWAYS = "always"
GROUPS = ("credit", "repay", "fee", "pay", "account", "insurance", "wealth", "service", "critical", "other")
SEVERITIES = (1, 2, 3)
Basis = Literal["internal", "kpi", "legal", "timer"]
GradedBy = Literal["severity", "complaint_grade", "pause_reason", "rung", "nothing"]
Recipient = Literal["holder", "owner", "supervisors", "duty_officer", "inspectors", "admins"]
Action = Literal["alert", "expire_offer", "resume", "resolve_silent", "close", "next_rung"]
Key = Annotated[str, BeforeValidator(str)]
MINUTES_A_DAY = 24 * 60


class PolicyUnknown(HandoffError):
    """No policy of that version, or none valid on that day: add it to the policy file."""

    code = "policy_unknown"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Frozen):
    """Part of a day, in minutes from midnight; the end is exclusive and may be 1440."""

    start: int
    end: int

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        start, _, end = value.partition("-")
        return {"start": _minutes(start), "end": _minutes(end)}


class Hours(_Frozen):
    """Working intervals of a workday (make-up days included), a plain weekend day and a public holiday."""

    workday: tuple[Interval, ...]
    weekend: tuple[Interval, ...] = ()
    holiday: tuple[Interval, ...] = ()


class Limit(_Frozen):
    """A length of time: working seconds, minutes or hours of a calendar, or whole calendar days."""

    seconds: int | None = Field(default=None, gt=0)
    minutes: int | None = Field(default=None, gt=0)
    hours: int | None = Field(default=None, gt=0)
    days: int | None = Field(default=None, gt=0)
    calendar: str = ALWAYS

    @model_validator(mode="after")
    def _one_unit(self) -> Limit:
        if sum(part is not None for part in (self.seconds, self.minutes, self.hours, self.days)) != 1:
            raise ValueError("give exactly one of seconds, minutes, hours, days")
        return self

    @property
    def working_seconds(self) -> int:
        """Length in seconds of the calendar; 0 when the limit is in calendar days."""
        return (self.seconds or 0) + 60 * (self.minutes or 0) + 3600 * (self.hours or 0)


class ClockRule(_Frozen):
    """When a clock starts, stops, is called off or rests, and what it allows."""

    id: str
    name: str
    basis: Basis
    by: GradedBy = "nothing"
    needs: frozenset[str] = frozenset()
    starts: frozenset[str]
    stops: frozenset[str]
    cancels: frozenset[str] = frozenset()
    pauses: frozenset[str] = frozenset()
    limits: dict[Key, Limit]
    marks: tuple[int, ...] = (50, 80, 100)
    ladder: str | None = None
    action: Action = "alert"
    of_ladder: str | None = None

    def limit(self, grade: str) -> Limit:
        """The limit of a grade; `any` serves all, and an unknown grade gets the shortest, never none."""
        if grade in self.limits:
            return self.limits[grade]
        if "any" in self.limits:
            return self.limits["any"]
        return min(self.limits.values(), key=lambda each: (each.days or 0) * 86_400 + each.working_seconds)


class Rung(_Frozen):
    """Who is told, and how long they have to acknowledge."""

    rung: int
    to: tuple[Recipient, ...] = Field(min_length=1)
    within: Limit


class Ladder(_Frozen):
    """Rungs climbed one after the other until somebody acknowledges or an ending event comes."""

    id: str
    ends: frozenset[str]
    rungs: tuple[Rung, ...] = Field(min_length=1)

    @cached_property
    def timer(self) -> ClockRule:
        """The acknowledge timer as a clock: every `escalated` starts it afresh with the limit of its rung."""
        return ClockRule(
            id=f"ladder.{self.id}",
            name=f"升级确认 {self.id}",
            basis="timer",
            by="rung",
            starts=frozenset({"escalated"}),
            stops=frozenset({"acknowledged"}),
            cancels=self.ends,
            limits={str(each.rung): each.within for each in self.rungs},
            marks=(100,),
            action="next_rung",
            of_ladder=self.id,
        )


class Serves(_Frozen):
    """Groups and severities that come to a queue."""

    groups: tuple[str, ...]
    severities: tuple[int, ...]


class Queue(_Frozen):
    """A queue with its opening hours and the skills an agent must have."""

    id: str
    name: str
    names: dict[str, str] = {}
    hours: str
    skills: frozenset[str] = frozenset()
    serves: tuple[Serves, ...]

    def called(self, language: str) -> str:
        """Its name as a customer of that language reads it; `names` holds those that differ from `name`."""
        return self.names.get(language, self.name)


class Callback(_Frozen):
    """Length of a call-back slot in minutes, and how many calls fit in one."""

    minutes: int = Field(gt=0)
    per_slot: int = Field(gt=0)


class Routing(_Frozen):
    """Weights and waits of routing."""

    ageing_minutes: int = Field(gt=0)
    presence_seconds: int = Field(gt=0)
    offer_rest_seconds: int = Field(ge=0)
    callback: Callback


class CheckItem(_Frozen):
    """One question the inspector answers."""

    id: str
    text: str


class InspectionPolicy(_Frozen):
    """When a rating opens an inspection, how many are reviewed twice, and what is asked (问题溯源)."""

    rating_below: int
    double_review_share: Decimal = Field(ge=0, le=1)
    agreement_target: Decimal
    root_causes: tuple[str, ...]
    process_steps: tuple[str, ...]
    responsible: tuple[str, ...]
    checklist: tuple[CheckItem, ...]


class Policy(_Frozen):
    """One version of the whole policy, valid from a day to a day (both included)."""

    version: str
    valid_from: date
    valid_to: date | None = None
    zone: str
    calendars: dict[str, Hours]
    severities: dict[int, str]
    pause_reasons: dict[str, str]
    clocks: tuple[ClockRule, ...]
    ladders: tuple[Ladder, ...]
    queues: tuple[Queue, ...]
    routing: Routing
    reopen_days: int = Field(gt=0)
    inspection: InspectionPolicy

    @property
    def rules(self) -> tuple[ClockRule, ...]:
        """All clocks, the acknowledge timers of the ladders included."""
        return (*self.clocks, *(ladder.timer for ladder in self.ladders))

    @cached_property
    def hearing(self) -> dict[str, tuple[ClockRule, ...]]:
        """The clocks that an event kind starts, stops or calls off; kinds no clock hears are absent.

        Kept after first use, so make changed policies with the constructor, not with `model_copy`.
        """
        heard: dict[str, tuple[ClockRule, ...]] = {}
        for rule in self.rules:
            for kind in rule.starts | rule.stops | rule.cancels:
                heard[kind] = (*heard.get(kind, ()), rule)
        return heard

    def clock(self, clock_id: str) -> ClockRule:
        """The rule of a clock. Raises PolicyUnknown."""
        return _named(self.rules, clock_id, "clock")

    def ladder(self, ladder_id: str) -> Ladder:
        """The ladder of that id. Raises PolicyUnknown."""
        return _named(self.ladders, ladder_id, "ladder")

    def queue(self, queue_id: str) -> Queue:
        """The queue of that id. Raises PolicyUnknown."""
        return _named(self.queues, queue_id, "queue")

    def queue_for(self, group: str, severity: int) -> Queue:
        """The one queue that serves a group at a severity; an unknown group is served as `other`."""
        known = group if group in GROUPS else "other"
        for queue in self.queues:
            for part in queue.serves:
                if known in part.groups and severity in part.severities:
                    return queue
        raise PolicyUnknown(f"no queue serves {group} at severity {severity}; add it to the policy")


@dataclass(frozen=True)
class Policies:
    """All versions, oldest first, without gap or overlap."""

    versions: tuple[Policy, ...]

    def version(self, name: str) -> Policy:
        """The policy a case was opened under. Raises PolicyUnknown."""
        for policy in self.versions:
            if policy.version == name:
                return policy
        raise PolicyUnknown(f"policy version {name} is not in the file; keep old versions while cases refer to them")

    def at(self, now: datetime) -> Policy:
        """The policy valid on the local day of `now`; before the first version the first one holds."""
        for policy in reversed(self.versions):
            if policy.valid_from <= now.astimezone(ZoneInfo(policy.zone)).date():
                return policy
        return self.versions[0]


N = TypeVar("N", ClockRule, Ladder, Queue)


def _named(rows: tuple[N, ...], name: str, kind: str) -> N:
    for row in rows:
        if row.id == name:
            return row
    raise PolicyUnknown(f"the policy has no {kind} {name}; known: {', '.join(row.id for row in rows)}")


def _minutes(text: str) -> int:
    text = text.strip()
    if text == "24:00":
        return MINUTES_A_DAY
    moment = time.fromisoformat(text)
    return moment.hour * 60 + moment.minute

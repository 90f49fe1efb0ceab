"""One case opened for one action: it takes facts, and saves events, row, receipts and deadlines together.

Every action of the desk is: open the file, check, `add` what happened, `save`. Nothing else writes a case, so the row
can never disagree with the events, and the customer's receipt can never be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from handoff import case_record, deadlines, events
from handoff.agents import Agent
from handoff.case import Case, fold
from handoff.clock import Fact, Run, matters, runs
from handoff.database import as_utc, become_writer
from handoff.policy import Policy
from handoff.rules import Rules, bundled_rules


class StreamFile:
    """A stream with clocks, opened inside a write transaction; `now` never runs behind the stream's last event."""

    def __init__(self, session: Session, stream: str, facts: Sequence[Fact], now: datetime, rules: Rules) -> None:
        self.session = session
        self.stream = stream
        self.facts: list[Fact] = list(facts)
        self.now = max([as_utc(now), *(fact.at for fact in self.facts[-1:])])
        self.rules = rules
        self.version_read = len(self.facts)
        self._pending: list[events.Entry] = []
        self._runs: list[Run] | None = None
        self._policy: Policy | None = None

    @property
    def policy(self) -> Policy:
        """The policy the stream was opened under."""
        if self._policy is None:
            names = [str(fact.payload["policy_version"]) for fact in self.facts[:1]]
            names += [str(fact.payload["version"]) for fact in self.facts if fact.kind == "policy_changed"]
            self._policy = self.rules.policies.version(names[-1])
        return self._policy

    @property
    def severity(self) -> int:
        return 1

    def runs(self) -> list[Run]:
        """All clocks as they stand with everything added so far."""
        if self._runs is None:
            self._runs = runs(self.facts, self.policy, self.rules.calendars(self.policy))
        return self._runs

    def add(self, kind: str, **payload: Any) -> None:
        """Take a fact; it is stored by `save`."""
        self._take(events.Entry(self.stream, kind, payload, self.now))

    def save(self) -> None:
        """Append the events, write the row and rewrite the deadlines."""
        save_all(self.session, [self])

    def _take(self, entry: events.Entry) -> None:
        self._pending.append(entry)
        self.facts.append(entry)
        if entry.kind == "policy_changed":
            self._policy = None
        if self._runs is not None and matters(entry.kind, self.policy):
            self._runs = None

    def pending(self) -> list[events.Entry]:
        """What is still to be appended, and from now on is not."""
        entries, self._pending = self._pending, []
        return entries

    def saved(self) -> case_record.Swap | None:
        """What is left to write after the events, which is nothing for a bare stream; the file counts as saved."""
        self.version_read = len(self.facts)
        return None


class CaseFile(StreamFile):
    """The file of a case."""

    def __init__(self, session: Session, case_id: str, facts: Sequence[Fact], now: datetime, rules: Rules) -> None:
        super().__init__(session, events.case_stream(case_id), facts, now, rules)
        self.case: Case = fold(case_id, facts)

    @property
    def severity(self) -> int:
        return self.case.severity

    def add(self, kind: str, **payload: Any) -> None:
        """Take a fact and its receipt. Raises TransitionRefused, CaseClosed, ComplaintMoveRefused."""
        entry = events.Entry(self.stream, kind, payload, self.now)
        before, self.case = self.case, self.case.evolve(entry)
        self._take(entry)
        if kind != "customer_replied" or before.state != self.case.state:
            self._receipt(kind, payload)

    def tell(self, kind: str, **payload: Any) -> None:
        """Append something to the customer's conversation, such as the agent's own words."""
        stream = events.conversation_stream(self.case.conversation_id)
        self._pending.append(events.Entry(stream, kind, {"case_id": self.case.id, **payload}, self.now))

    def local(self, moment: datetime) -> str:
        """A moment as the customer reads it, in the policy's zone."""
        return moment.astimezone(ZoneInfo(self.policy.zone)).strftime("%m-%d %H:%M")

    def _receipt(self, kind: str, payload: dict[str, Any]) -> None:
        if kind == "queued":
            off_shift = ["off_shift"] if payload.get("expected_at") else []
            next_up = [] if payload.get("ahead") else ["next"]
            variants = [*off_shift, *([self.case.reason, "major"] if self.case.severity == 3 else []), *next_up]
        else:
            variants = [self.case.reason] if self.case.severity == 3 else []
        text = self.rules.receipts.render(kind, self.case.language, self._fields(kind, payload), variants)
        if text is not None:
            self.tell("receipt", transition=kind, state=str(self.case.state), text=text)

    def _fields(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        policy = self.policy
        fields: dict[str, Any] = {"ahead": payload.get("ahead", 0), "decision": payload.get("decision", "")}
        fields["reason"] = payload.get("reason", "")
        if kind == "paused":
            fields["reason"] = policy.pause_reasons.get(payload["reason"], payload["reason"])
        if self.case.queue:
            fields["queue"] = policy.queue(self.case.queue).called(self.case.language)
        if payload.get("agent") is not None:
            fields["agent"] = self.agent_name(payload["agent"])
        for name, key in (("opens", "expected_at"), ("slot", "slot_at")):
            if payload.get(key):
                fields[name] = self.local(datetime.fromisoformat(payload[key]))
        fields["hours"] = _allowed(policy, "complaint_response", "hours")
        fields["days"] = _allowed(policy, "complaint_recheck", "days")
        return fields

    def agent_name(self, agent_id: int) -> str:
        """What the customer sees of an agent."""
        agent = self.session.get(Agent, agent_id)
        return agent.display_name if agent else "客服"

    def saved(self) -> case_record.Swap | None:
        """Insert a new row; for one that was read, the swap of its version."""
        before, ageing = self.version_read, self.policy.routing.ageing_minutes
        super().saved()
        if before == 0:
            packet = self.facts[0].payload.get("packet") or {}
            case_record.insert(self.session, self.case, ageing, packet)
            return None
        return case_record.Swap(self.case, ageing, before) if len(self.facts) != before else None


def save_all(session: Session, files: Sequence[StreamFile]) -> None:
    """Save several files at the cost of little more than one. Raises CaseChanged."""
    events.append_many(session, [entry for file in files for entry in file.pending()])
    case_record.swap_all(session, [swap for file in files if (swap := file.saved())])
    deadlines.refresh(session, [deadlines.Clocks(file.stream, file.runs(), file.severity) for file in files])


def open_file(session: Session, case_id: str, now: datetime, rules: Rules | None = None) -> CaseFile:
    """Open the file of an existing case inside a write transaction. Raises NotFound."""
    become_writer(session)
    case_record.get_record(session, case_id)
    facts = events.read(session, events.case_stream(case_id))
    return CaseFile(session, case_id, facts, now, rules or bundled_rules())


def _allowed(policy: Policy, clock: str, unit: str) -> str:
    """A limit that receipts quote, such as the hours of the first answer to a complaint; empty when not set."""
    limits = [rule.limit("any") for rule in policy.clocks if rule.id == clock]
    return str(getattr(limits[0], unit) or "") if limits else ""

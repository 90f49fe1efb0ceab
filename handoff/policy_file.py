"""Reads a policy file and refuses one with a gap, an overlap or a loose end, naming the line and the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import ValidationError

from handoff.errors import HandoffError
from handoff.policy import ALWAYS, GROUPS, SEVERITIES, Interval, Policies, Policy

Path_ = tuple[str | int, ...]
TIMER_ACTIONS = {"expire_offer", "resume", "resolve_silent", "close"}


class PolicyRefused(HandoffError):
    """The policy file cannot be used; the message gives the line and the reason: correct it and load again."""

    code = "policy_refused"

    def __init__(self, source: str, line: int, reason: str) -> None:
        super().__init__(f"{source}, line {line}: {reason}")
        self.line = line
        self.reason = reason


def load_policies(path: Path | None = None) -> Policies:
    """Read every version in `path`, by default the bundled policy. Raises PolicyRefused."""
    text = path.read_text("utf-8") if path else resources.files("handoff").joinpath("policy.yaml").read_text("utf-8")
    return parse_policies(text, path.name if path else "policy.yaml")


def parse_policies(text: str, source: str = "policy.yaml") -> Policies:
    """Parse and check the text of a policy file. Raises PolicyRefused."""
    try:
        nodes = [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
        values = [value for value in yaml.safe_load_all(text) if value is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PolicyRefused(source, mark.line + 1 if mark else 1, f"not readable as YAML: {error}") from error
    if not nodes:
        raise PolicyRefused(source, 1, "the file is empty; write at least one policy version")
    checked = [_Document(source, node, value).policy() for node, value in zip(nodes, values, strict=True)]
    order = sorted(range(len(checked)), key=lambda index: checked[index].valid_from)
    versions = [checked[index] for index in order]
    _check_succession(source, versions, [nodes[index].start_mark.line + 1 for index in order])
    return Policies(tuple(versions))


def _check_succession(source: str, versions: list[Policy], lines: list[int]) -> None:
    for before, after, line in zip(versions, versions[1:], lines[1:], strict=False):
        if before.version == after.version:
            raise PolicyRefused(source, line, f"version {after.version} appears twice; give each version its own name")
        if before.valid_to is None or before.valid_to >= after.valid_from:
            end = before.valid_to or "an open end"
            reason = f"overlap: version {before.version} runs to {end} but {after.version} begins {after.valid_from}"
            raise PolicyRefused(source, line, reason)
        if before.valid_to + timedelta(days=1) != after.valid_from:
            reason = f"gap: nothing is valid between {before.valid_to} and {after.valid_from}"
            raise PolicyRefused(source, line, reason)
    last = versions[-1]
    if last.valid_to is not None:
        raise PolicyRefused(source, lines[-1], f"gap: nothing is valid after {last.valid_to}; leave it empty")


class _Document:
    """One version being checked, with the line of each of its parts."""

    def __init__(self, source: str, node: yaml.Node, value: Any) -> None:
        self.source = source
        self.value = value
        self.lines: dict[Path_, int] = dict(_lines(node, ()))

    def policy(self) -> Policy:
        if not isinstance(self.value, Mapping):
            raise self._refused((), "a policy version is a mapping of settings")
        try:
            policy = Policy.model_validate(self.value)
        except ValidationError as error:
            first = error.errors()[0]
            raise self._refused(tuple(first["loc"]), f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
        for check in (_zone, _days, _hours, _severities, _clocks, _pauses, _ladders, _queues, _choices):
            for where, reason in check(policy):
                raise self._refused(where, reason)
        return policy

    def _refused(self, where: Path_, reason: str) -> PolicyRefused:
        for length in range(len(where), -1, -1):
            if where[:length] in self.lines:
                return PolicyRefused(self.source, self.lines[where[:length]], reason)
        return PolicyRefused(self.source, 1, reason)


Findings = Iterator[tuple[Path_, str]]


def _lines(node: yaml.Node, path: Path_) -> Iterator[tuple[Path_, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name: str | int = int(key.value) if key.value.isdigit() else key.value
            yield from _lines(value, (*path, name))
            yield (*path, name), key.start_mark.line + 1
            yield (*path, key.value), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _lines(value, (*path, index))


def _zone(policy: Policy) -> Findings:
    try:
        ZoneInfo(policy.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield ("zone",), f"{policy.zone} is not a time zone; use an IANA name such as Asia/Shanghai"


def _days(policy: Policy) -> Findings:
    if policy.valid_to is not None and policy.valid_to < policy.valid_from:
        yield ("valid_to",), f"valid_to {policy.valid_to} is before valid_from {policy.valid_from}"


def _hours(policy: Policy) -> Findings:
    for name, hours in policy.calendars.items():
        if name == ALWAYS:
            yield ("calendars", name), "the name always is taken by the round-the-clock calendar"
        if not hours.workday:
            yield ("calendars", name, "workday"), f"gap: calendar {name} has no working hours on a workday"
        for kind in ("workday", "weekend", "holiday"):
            yield from _intervals(("calendars", name, kind), getattr(hours, kind))


def _intervals(where: Path_, intervals: tuple[Interval, ...]) -> Findings:
    end = 0
    for index, interval in enumerate(intervals):
        if interval.start >= interval.end:
            yield (*where, index), "an interval must end after it starts"
        if interval.start < end:
            yield (*where, index), "overlap: this interval starts before the one above ends"
        end = interval.end


def _severities(policy: Policy) -> Findings:
    if sorted(policy.severities) != list(SEVERITIES):
        yield ("severities",), f"gap: severities 1, 2 and 3 must all be named, found {sorted(policy.severities)}"


def _clocks(policy: Policy) -> Findings:
    grades = {
        "severity": {str(severity) for severity in SEVERITIES},
        "complaint_grade": {"simple", "complex", "extended"},
        "pause_reason": set(policy.pause_reasons),
        "nothing": {"any"},
    }
    yield from _unique("clocks", [rule.id for rule in policy.clocks])
    for index, rule in enumerate(policy.clocks):
        where: Path_ = ("clocks", index)
        wanted = grades.get(rule.by, set())
        if missing := wanted - set(rule.limits):
            yield (*where, "limits"), f"gap: clock {rule.id} has no limit for {', '.join(sorted(missing))}"
        if extra := set(rule.limits) - wanted:
            yield (*where, "limits"), f"clock {rule.id} has limits nobody asks for: {', '.join(sorted(extra))}"
        for grade, limit in rule.limits.items():
            if limit.days is None and limit.calendar not in {ALWAYS, *policy.calendars}:
                yield (*where, "limits", grade), f"calendar {limit.calendar} is not defined"
            if limit.days is not None and rule.pauses:
                yield (*where, "pauses"), f"clock {rule.id} counts calendar days and so cannot be paused"
        if list(rule.marks) != sorted(set(rule.marks)) or not rule.marks or rule.marks[-1] != 100 or rule.marks[0] <= 0:
            yield (*where, "marks"), "marks are percentages in rising order that end at 100"
        if rule.ladder and rule.ladder not in {ladder.id for ladder in policy.ladders}:
            yield (*where, "ladder"), f"ladder {rule.ladder} is not defined"
        if overlap := rule.starts & (rule.stops | rule.cancels):
            yield (*where, "starts"), f"overlap: {', '.join(sorted(overlap))} both starts and ends clock {rule.id}"


def _pauses(policy: Policy) -> Findings:
    if "waiting_customer" not in policy.pause_reasons:
        yield ("pause_reasons",), "gap: the reason waiting_customer must be named"
    for index, rule in enumerate(policy.clocks):
        if unknown := rule.pauses - set(policy.pause_reasons):
            yield ("clocks", index, "pauses"), f"unknown pause reason {', '.join(sorted(unknown))}"


def _ladders(policy: Policy) -> Findings:
    yield from _unique("ladders", [ladder.id for ladder in policy.ladders])
    for needed in ("confirmation", "duty"):
        if needed not in {ladder.id for ladder in policy.ladders}:
            yield ("ladders",), f"gap: the ladder {needed} is missing"
    for index, ladder in enumerate(policy.ladders):
        for place, rung in enumerate(ladder.rungs):
            where: Path_ = ("ladders", index, "rungs", place)
            if rung.rung > place + 1:
                yield where, f"gap: rung {place + 1} of ladder {ladder.id} is missing"
            if rung.rung < place + 1:
                yield where, f"overlap: rung {rung.rung} of ladder {ladder.id} appears twice"
            if rung.within.days is None and rung.within.calendar not in {ALWAYS, *policy.calendars}:
                yield where, f"calendar {rung.within.calendar} is not defined"


def _queues(policy: Policy) -> Findings:
    yield from _unique("queues", [queue.id for queue in policy.queues])
    served: dict[tuple[str, int], str] = {}
    for index, queue in enumerate(policy.queues):
        if queue.hours not in {ALWAYS, *policy.calendars}:
            yield ("queues", index, "hours"), f"calendar {queue.hours} is not defined"
        for place, part in enumerate(queue.serves):
            where: Path_ = ("queues", index, "serves", place)
            for group, severity in ((group, severity) for group in part.groups for severity in part.severities):
                if group not in GROUPS or severity not in SEVERITIES:
                    yield where, f"{group} at severity {severity} does not exist"
                if (group, severity) in served:
                    other = served[group, severity]
                    yield where, f"overlap: {group} at severity {severity} is also served by queue {other}"
                served[group, severity] = queue.id
    for group, severity in ((group, severity) for group in GROUPS for severity in SEVERITIES):
        if (group, severity) not in served:
            yield ("queues",), f"gap: no queue serves {group} at severity {severity}"


def _choices(policy: Policy) -> Findings:
    for name in ("root_causes", "process_steps", "responsible", "checklist"):
        if not getattr(policy.inspection, name):
            yield ("inspection", name), f"gap: {name} is empty"


def _unique(section: str, names: list[str]) -> Findings:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield (section, index), f"overlap: {name} is defined twice"

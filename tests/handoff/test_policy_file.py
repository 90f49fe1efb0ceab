# ruff: noqa: E501  the table of faults reads best one fault a line
"""A policy file with a gap, an overlap or a loose end is refused with the line and the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources

import pytest

from handoff.policy import GROUPS, SEVERITIES, PolicyUnknown
from handoff.policy_file import PolicyRefused, load_policies, parse_policies

TEXT = resources.files("handoff").joinpath("policy.yaml").read_text("utf-8")


def changed(old: str, new: str) -> str:
    assert old in TEXT, f"the bundled policy no longer contains {old!r}"
    return TEXT.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_bundled_policy_serves_every_group_and_severity_by_one_queue() -> None:
    policy = load_policies().versions[0]
    served = {(group, severity): policy.queue_for(group, severity).id for group in GROUPS for severity in SEVERITIES}
    assert {served[group, 3] for group in GROUPS} == {"urgent"}
    assert policy.queue_for("never heard of", 1).id == policy.queue_for("other", 1).id


def test_the_bundled_policy_carries_the_figures_of_the_source_report() -> None:
    policy = load_policies().versions[0]
    seconds = {key: limit.working_seconds for key, limit in policy.clock("disposal").limits.items()}
    assert seconds == {"1": 300, "2": 1800, "3": 7200}
    assert policy.clock("first_response").limits["3"].working_seconds == 60
    assert policy.clock("complaint_response").limit("any").hours == 48
    assert policy.clock("complaint_target").limit("any").hours == 24
    assert policy.clock("complaint_close").limit("any").days == 7
    assert {key: limit.days for key, limit in policy.clock("complaint_legal").limits.items()} == {
        "simple": 15,
        "complex": 30,
        "extended": 60,
    }


@pytest.mark.parametrize(
    ("old", "new", "at", "reason"),
    [
        ('weekend: ["09:00-21:00"]', 'weekend: ["09:00-13:00", "12:00-21:00"]', "weekend: [", "overlap: this interval"),
        ('weekend: ["09:00-21:00"]', 'weekend: ["21:00-09:00"]', "weekend: [", "end after it starts"),
        ('workday: ["08:00-22:00"]', "workday: []", "workday: []", "gap: calendar staffed"),
        ('workday: ["08:00-22:00"]', 'workday: ["8 to 10"]', "workday: [", "Invalid isoformat"),
        ("  3: Ⅲ 重大\n", "", "severities:", "gap: severities 1, 2 and 3"),
        ("      2: {minutes: 30, calendar: always}\n", "", "      1: {minutes: 5, calendar: always}", "gap: clock disposal"),
        ("{minutes: 30, calendar: always}", "{minutes: 30, hours: 1}", "      2: {minutes: 30, hours", "exactly one of"),
        ("{minutes: 30, calendar: always}", "{minutes: 30, calendar: lunch}", "      2: {minutes: 30, calendar: l", "lunch"),
        ("{days: 7}", "{days: -7}", "limits: {any: {days: -7", "greater than 0"),
        ("ladder: inspection\n", "ladder: nowhere\n", "ladder: nowhere", "ladder nowhere is not defined"),
        ("{rung: 2, to: [supervisors, duty_officer], within: {minutes: 5", "{rung: 3, to: [admins], within: {minutes: 5",
         "{rung: 3, to: [admins], within: {minutes: 5", "gap: rung 2 of ladder response"),
        ("{rung: 2, to: [supervisors, duty_officer], within: {minutes: 5", "{rung: 1, to: [admins], within: {minutes: 5",
         "{rung: 1, to: [admins], within: {minutes: 5", "overlap: rung 1 of ladder response"),
        ("[{groups: [insurance], severities: [1, 2]}]", "[{groups: [insurance], severities: [1]}]", "queues:",
         "gap: no queue serves insurance at severity 2"),
        ("[{groups: [wealth], severities: [1, 2]}]", "[{groups: [wealth, fee], severities: [1, 2]}]",
         "    serves: [{groups: [wealth, fee]", "overlap: fee at severity 1 is also served by queue credit"),
        ("valid_to:\n", "valid_to: 2026-06-30\n", 'version: "2026-01"', "gap: nothing is valid after 2026-06-30"),
        ("pauses: [waiting_customer, bank", "pauses: [holiday, bank", "    pauses: [holiday", "unknown pause reason holiday"),
        ("zone: Asia/Shanghai", "zone: Asia/Nowhere", "zone:", "not a time zone"),
        ("reopen_days: 30", "reopen_weeks: 4", 'version: "2026-01"', "reopen_days: Field required"),
        ("marks: [100]", "marks: [100, 50]", "    marks: [100, 50]", "rising order"),
        ("starts: [opened, reopened]", "starts: [opened, resolved]", "    starts: [opened, resolved]", "overlap: resolved"),
    ],
)  # fmt: skip
def test_a_faulty_policy_is_refused_with_line_and_reason(old: str, new: str, at: str, reason: str) -> None:
    text = changed(old, new)
    with pytest.raises(PolicyRefused) as refused:
        parse_policies(text, "mine.yaml")
    expected = line_of(text, at)
    assert reason in str(refused.value)
    assert str(refused.value).startswith("mine.yaml, line ")
    assert abs(refused.value.line - expected) <= 1, f"line {refused.value.line}, expected {expected}"


def two_versions(first_end: str, second_start: str) -> str:
    first = changed("valid_to:\n", f"valid_to: {first_end}\n")
    second = changed('version: "2026-01"', 'version: "2026-09"').replace("2026-01-01", second_start, 1)
    return f"{first}\n---\n{second}"


def test_versions_that_follow_each_other_are_taken_and_found_by_day() -> None:
    policies = parse_policies(two_versions("2026-08-31", "2026-09-01"))
    assert policies.at(datetime(2026, 8, 31, 15, 59, tzinfo=UTC)).version == "2026-01"
    assert policies.at(datetime(2026, 8, 31, 16, 0, tzinfo=UTC)).version == "2026-09"  # midnight in Shanghai
    assert policies.version("2026-01").valid_from.year == 2026
    with pytest.raises(PolicyUnknown):
        policies.version("2019-01")


@pytest.mark.parametrize(
    ("end", "start", "reason"),
    [("2026-08-30", "2026-09-01", "gap"), ("2026-09-01", "2026-09-01", "overlap"), ("", "2026-09-01", "open end")],
)
def test_versions_with_a_gap_or_an_overlap_are_refused(end: str, start: str, reason: str) -> None:
    text = two_versions(end, start)
    with pytest.raises(PolicyRefused, match=reason) as refused:
        parse_policies(text)
    assert refused.value.line > TEXT.count("\n")


@pytest.mark.parametrize("text", ["", "- a list", "version: [", "just words"])
def test_what_is_not_a_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyRefused, match="line 1"):
        parse_policies(text)

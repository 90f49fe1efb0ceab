"""Figures over HTTP: Prometheus, the supervisor's board and the CSV files, counted by hand beside them."""

from __future__ import annotations

import csv
import io

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.assistant.conftest import Customer, Office


def scraped(office: Office) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample of `/metrics`, read by the client library's own parser."""
    answer = office.customer().client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def worked(office: Office) -> tuple[Customer, str]:
    """A day at the desk: one case met, resolved and rated 2; one case still waiting and late; one chat with the bot."""
    rated, waiting, chatting = office.customer(), office.customer(), office.customer()
    chatting.say("你好")
    case_id = rated.handed_over()
    li = office.seat("li")
    office.later(seconds=30)
    li.act(case_id, "claim")
    li.act(case_id, "reply", text="您好", message_id="r1")
    li.act(case_id, "resolve", summary="已处理")
    assert rated.rate(2).status_code == 201
    late = waiting.handed_over()
    office.later(seconds=90)
    office.work()
    return waiting, late


def test_metrics_of_an_idle_desk_are_readable_without_signing_in_and_say_nothing_untrue(office: Office) -> None:
    found = scraped(office)
    assert found["shouwen_deadlines_overdue_seconds", ()] == 0
    assert not any(name.startswith(("shouwen_cases", "shouwen_turns_total")) for name, _ in found)
    assert ("shouwen_day_human_share", ()) not in found  # a share of nothing is unknown


def test_metrics_count_what_happened_at_the_desk(office: Office) -> None:
    worked(office)
    found = scraped(office)
    assert found["shouwen_cases", (("queue", "urgent"), ("severity", "3"), ("state", "resolved"))] == 1
    assert found["shouwen_cases", (("queue", "urgent"), ("severity", "3"), ("state", "queued"))] == 1
    assert found["shouwen_clock_runs", (("clock", "first_response"), ("outcome", "met"))] == 1
    assert found["shouwen_clock_runs", (("clock", "first_response"), ("outcome", "breached"))] == 1
    assert found["shouwen_ratings", (("score", "2"),)] == 1
    assert found["shouwen_inspections", (("state", "open"),)] == 1
    assert found["shouwen_day_time_to_person_seconds", (("quantile", "0.5"),)] == 30
    assert found["shouwen_day_clock_met_share", (("clock", "first_response"),)] == 0.5
    assert found["shouwen_day_breaches", ()] == 1
    assert found["shouwen_day_satisfaction", ()] == 0
    assert found["shouwen_event_log_last_id", ()] > 10


def test_the_human_share_is_of_all_conversations(office: Office) -> None:
    worked(office)
    assert scraped(office)["shouwen_day_human_share", ()] == pytest.approx(2 / 3)


def test_every_turn_is_counted_by_its_action_with_its_duration(office: Office) -> None:
    customer = office.customer()
    actions = [customer.say(text)["action"] for text in ("你好", "转人工", "还在吗")]
    found = scraped(office)
    for action in set(actions):
        label = (("action", action),)
        assert found["shouwen_turns_total", label] == actions.count(action)
        assert found["shouwen_turn_seconds_count", label] == actions.count(action)
        assert found["shouwen_turn_seconds_sum", label] > 0


def test_a_worker_that_does_not_work_shows_as_overdue_deadlines(office: Office) -> None:
    office.customer().handed_over()
    office.later(minutes=10)
    overdue = scraped(office)["shouwen_deadlines_overdue_seconds", ()]
    assert overdue == pytest.approx(10 * 60 - 30, abs=1)
    office.work()
    assert scraped(office)["shouwen_deadlines_overdue_seconds", ()] == 0


def test_the_board_shows_what_is_open_late_and_held_with_the_last_24_hours(office: Office) -> None:
    waiting, late = worked(office)
    chief = office.seat("chief")
    found = chief.get("/v1/board").json()
    assert (found["open"], found["by_state"]) == (2, {"queued": 1, "resolved": 1})
    assert found["breached"] == 1
    urgent = next(queue for queue in found["queues"] if queue["id"] == "urgent")
    assert (urgent["open"], urgent["waiting"], urgent["breached"]) == (2, 1, 1)
    assert [item["id"] for item in found["breaching"]] == [late]
    assert found["breaching"][0]["conversation_id"] == waiting.id
    assert len(found["hours"]) == 24
    assert [sum(hour[kind] for hour in found["hours"]) for kind in ("opened", "resolved", "deadline_breached")] == [
        2,
        1,
        1,
    ]
    assert found["hours"][-1]["resolved"] == 1
    assert {each["name"] for each in found["agents"]} == {"李敏", "王强", "赵付", "陈主管", "管理员"}


def test_the_numbers_of_a_window_are_the_same_as_json_and_as_csv(office: Office) -> None:
    worked(office)
    chief = office.seat("chief")
    found = chief.get("/v1/board/numbers").json()
    assert (found["cases"], found["conversations"], found["breaches"], found["ratings"]) == (2, 3, 1, 1)
    assert found["time_to_person_median"] == 30
    first = next(each for each in found["clocks"] if each["clock"] == "first_response")
    assert (first["name"], first["met"], first["breached"]) == ("首次人工响应", 1, 1)
    answer = chief.get("/v1/board/numbers.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = dict(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.text.startswith("\ufeff")
    assert rows["cases"] == "2"
    assert float(rows["human_share"]) == found["human_share"]
    assert rows["clock.first_response.met_share"] == "0.5"


def test_the_list_of_cases_as_csv_has_a_line_a_case_and_no_customers_words(office: Office) -> None:
    _, late = worked(office)
    answer = office.seat("chief").get("/v1/board/cases.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 2
    assert late in {row["id"] for row in rows}
    assert "骗" not in answer.text


@pytest.mark.parametrize(
    "window",
    [
        {"since": "2026-03-02T10:00:00+08:00", "until": "2026-03-01T10:00:00+08:00"},
        {"since": "2026-03-02T10:00:00+08:00", "until": "2026-03-02T10:00:00+08:00"},
        {"since": "2025-01-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"},
    ],
)
def test_a_window_that_is_empty_or_longer_than_a_quarter_is_refused(office: Office, window: dict[str, str]) -> None:
    for name in ("numbers", "numbers.csv", "cases.csv"):
        answer = office.seat("chief").get(f"/v1/board/{name}", **window)
        assert (answer.status_code, answer.json()["code"]) == (422, "window_refused")
    without_zone = {name: moment[:19] for name, moment in window.items()}
    assert office.seat("chief").get("/v1/board/numbers", **without_zone).json()["code"] == "invalid_request"


def test_a_window_before_anything_happened_measures_nothing_and_says_so(office: Office) -> None:
    worked(office)
    window = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
    found = office.seat("chief").get("/v1/board/numbers", **window).json()
    assert (found["cases"], found["human_share"], found["satisfaction"], found["clocks"]) == (0, None, None, [])

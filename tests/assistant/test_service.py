"""Messages as they really arrive: twice, all at once, late, after a crash, while the database is locked.

Everything here runs on a SQLite file as `shouwen serve` does; only power cuts are left out.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from assistant.dialogue.state import MESSAGE, REPLY, TURN, UnknownEvent, fold
from assistant.service import Assistant, ConversationExpired
from assistant.settings import Settings
from assistant.storage import TurnRecord
from assistant.turn import Brain
from handoff.case_record import CaseRecord
from handoff.database import DatabaseBusy, open_engine, session_scope, write_transaction
from handoff.events import append, conversation_stream

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FEE, CODE, STOLEN = "提现手续费多少", "收不到验证码怎么办", "我的卡被盗刷了"
LONG = 500


class Killed(BaseException):
    """The process ends here; nothing after this line runs."""


def _impatient(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("PRAGMA busy_timeout=20")


@pytest.fixture
def database(tmp_path: Path, migrated: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "shouwen.db"))


@pytest.fixture
def engine(database: Path) -> Iterator[Engine]:
    opened = open_engine(f"sqlite:///{database}")
    event.listen(opened, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    yield opened
    opened.dispose()


@pytest.fixture
def assistant(engine: Engine, brain: Brain) -> Assistant:
    return Assistant(engine, brain, Settings())


@pytest.fixture
def conversation(assistant: Assistant) -> str:
    return assistant.open(NOW).conversation_id


def kinds(assistant: Assistant, conversation_id: str) -> list[str]:
    return [each.kind for each in assistant.events(conversation_id)]


def by_turn(assistant: Assistant, conversation_id: str) -> list[tuple[str, str]]:
    """Each event of the customer's turns with the turn it belongs to, in the order of the log."""
    return [(each.kind, each.payload["turn_id"]) for each in assistant.events(conversation_id) if each.kind != "opened"]


@contextmanager
def killed(moment: str) -> Iterator[None]:
    """The process dies before or after the commit of a turn (`before_commit`, `after_commit`)."""
    recording = False

    def notice(session: Session, *_: object) -> None:
        nonlocal recording
        recording = recording or any(isinstance(row, TurnRecord) for row in session.new)

    def die(session: Session) -> None:
        notice(session)
        if recording:
            raise Killed

    event.listen(Session, "before_flush", notice)
    event.listen(Session, moment, die)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        event.remove(Session, moment, die)
        event.remove(Session, "before_flush", notice)


def test_one_message_sent_by_many_threads_at_once_is_one_turn(assistant: Assistant, conversation: str) -> None:
    with ThreadPoolExecutor(6) as pool:
        turns = list(pool.map(lambda _: assistant.receive(conversation, FEE, "m1", NOW), range(6)))
    assert turns == [turns[0]] * 6
    assert kinds(assistant, conversation) == ["opened", MESSAGE, TURN, REPLY]


def test_two_tabs_writing_at_once_each_get_their_own_turn_and_no_turn_is_torn(
    assistant: Assistant, conversation: str
) -> None:
    texts = {"left": FEE, "right": CODE}

    def tab(name: str) -> list[dict[str, Any]]:
        return [assistant.receive(conversation, texts[name], f"{name}-{i}", NOW) for i in range(2)]

    with ThreadPoolExecutor(2) as pool:
        left, right = pool.map(tab, texts)
    in_order = by_turn(assistant, conversation)
    turns = list(dict.fromkeys(turn for _, turn in in_order))
    assert {turn["turn_id"] for turn in (*left, *right)} == set(turns)
    assert [turn for _, turn in in_order] == sorted((turn for _, turn in in_order), key=turns.index)
    for tab_turns in (left, right):
        first, second = (turns.index(turn["turn_id"]) for turn in tab_turns)
        assert first < second
    said = {
        each.payload["turn_id"]: each.payload["text"] for each in assistant.events(conversation) if each.kind == MESSAGE
    }
    assert [said[turn["turn_id"]] for turn in (*left, *right)] == [FEE, FEE, CODE, CODE]


def test_each_turn_is_decided_on_all_turns_before_it(assistant: Assistant, conversation: str) -> None:
    """Sent at once, the messages are still one conversation: every decision saw the state the log says it had."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: assistant.receive(conversation, CODE, f"m{i}", NOW), range(4)))
    events = assistant.events(conversation)
    handed = [each.payload["action"] for each in events if each.kind == TURN]
    assert handed[:2] == ["answer", "answer"]
    assert handed[2:] == ["handoff", "handoff"]  # the third time the same is said, a person comes
    assert fold(events).turns == 4


def test_conversations_in_parallel_are_not_crossed(assistant: Assistant) -> None:
    ids = [assistant.open(NOW).conversation_id for _ in range(6)]
    texts = [FEE, CODE] * 3

    def whole(place: int) -> None:
        for i in range(2):
            assistant.receive(ids[place], texts[place], f"m{i}", NOW)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(whole, range(6)))
    for conversation_id, text in zip(ids, texts, strict=True):
        events = assistant.events(conversation_id)
        assert [each.payload["text"] for each in events if each.kind == MESSAGE] == [text, text]
        assert [each.seq for each in events] == list(range(1, len(events) + 1))


def test_after_goodbye_a_message_opens_the_conversation_again(assistant: Assistant, conversation: str) -> None:
    assistant.receive(conversation, "再见", "m1", NOW)
    assert assistant.state(conversation).closed
    turn = assistant.receive(conversation, FEE, "m2", NOW)
    assert turn["action"] == "answer"
    assert not assistant.state(conversation).closed


def test_a_message_during_a_hand_over_is_kept_once_for_the_same_case_and_not_answered(
    assistant: Assistant, conversation: str, engine: Engine
) -> None:
    case_id = assistant.receive(conversation, STOLEN, "m1", NOW)["handoff"]["case_id"]
    first, again = (assistant.receive(conversation, FEE, "m2", NOW) for _ in range(2))
    assert first == again
    assert (first["action"], first["handoff"]["case_id"]) == ("handoff", case_id)
    events = assistant.events(conversation)
    assert [each.payload["text"] for each in events if each.kind == MESSAGE] == [STOLEN, FEE]
    assert REPLY not in [each.kind for each in events if each.payload.get("turn_id") == first["turn_id"]]
    with session_scope(engine) as session:
        assert len(session.exec(select(CaseRecord)).all()) == 1


def test_a_clock_set_back_neither_reorders_nor_expires_the_conversation(
    assistant: Assistant, conversation: str
) -> None:
    assistant.receive(conversation, FEE, "m1", NOW)
    assistant.receive(conversation, CODE, "m2", NOW - timedelta(days=90))
    moments = [each.at for each in assistant.events(conversation)]
    assert moments == sorted(moments)
    assert assistant.receive(conversation, "谢谢", "m3", NOW + timedelta(minutes=1))["action"] == "answer"


def test_a_conversation_idle_for_longer_than_it_is_kept_does_not_go_on(assistant: Assistant, conversation: str) -> None:
    kept = timedelta(days=assistant.settings.conversation_days)
    assert assistant.receive(conversation, FEE, "m1", NOW + kept)["action"] == "answer"
    with pytest.raises(ConversationExpired):
        assistant.receive(conversation, FEE, "m2", NOW + kept + kept + timedelta(seconds=1))
    assert assistant.receive(conversation, FEE, "m1", NOW + 3 * kept)["action"] == "answer"  # the stored turn remains


def test_an_event_of_a_newer_version_stops_the_conversation_and_nothing_is_written(
    assistant: Assistant, conversation: str, engine: Engine
) -> None:
    with write_transaction(engine) as session:
        append(session, conversation_stream(conversation), "hologram_shown", {}, NOW)
    with pytest.raises(UnknownEvent, match="hologram_shown"):
        assistant.receive(conversation, FEE, "m1", NOW)
    assert kinds(assistant, conversation) == ["opened", "hologram_shown"]


def test_while_the_database_is_locked_a_message_is_refused_whole_and_taken_when_sent_again(
    assistant: Assistant, conversation: str, engine: Engine, database: Path
) -> None:
    event.listen(engine, "connect", _impatient)
    engine.dispose()
    other = open_engine(f"sqlite:///{database}")
    with write_transaction(other), pytest.raises(DatabaseBusy):
        assistant.receive(conversation, FEE, "m1", NOW)
    other.dispose()
    assert kinds(assistant, conversation) == ["opened"]
    assistant.receive(conversation, FEE, "m1", NOW)
    assert kinds(assistant, conversation) == ["opened", MESSAGE, TURN, REPLY]


@pytest.mark.parametrize("text", [FEE, STOLEN])
def test_killed_after_deciding_nothing_is_left_and_the_retry_is_the_first_turn(
    assistant: Assistant, conversation: str, engine: Engine, text: str
) -> None:
    with killed("before_commit"):
        assistant.receive(conversation, text, "m1", NOW)
    assert kinds(assistant, conversation) == ["opened"]
    turn = assistant.receive(conversation, text, "m1", NOW)
    assert kinds(assistant, conversation).count(TURN) == 1
    with session_scope(engine) as session:
        cases = session.exec(select(CaseRecord)).all()
    assert len(cases) == (1 if turn["handoff"] else 0)


@pytest.mark.parametrize("text", [FEE, STOLEN])
def test_killed_after_recording_the_retry_gets_the_turn_that_was_recorded(
    assistant: Assistant, conversation: str, engine: Engine, brain: Brain, text: str
) -> None:
    with killed("after_commit"):
        assistant.receive(conversation, text, "m1", NOW)
    left = kinds(assistant, conversation)
    restarted = Assistant(engine, brain, Settings())
    turn = restarted.receive(conversation, text, "m1", NOW)
    assert kinds(assistant, conversation) == left
    assert turn["turn_id"] == next(
        each.payload["turn_id"] for each in assistant.events(conversation) if each.kind == TURN
    )


def test_after_a_restart_the_conversation_goes_on_where_it_stood(
    assistant: Assistant, conversation: str, engine: Engine, brain: Brain
) -> None:
    asked = assistant.receive(conversation, "我想提前还款", "m1", NOW)
    assert asked["action"] == "collect"
    engine.dispose()
    restarted = Assistant(engine, brain, Settings())
    turn = restarted.receive(conversation, "随心借", "m2", NOW)
    assert turn["action"] == "answer"
    assert restarted.state(conversation).product == "suixinjie"


@pytest.mark.slow
def test_a_conversation_of_five_hundred_turns_loses_and_forgets_nothing(
    assistant: Assistant, conversation: str
) -> None:
    said: Callable[[int], str] = lambda i: (FEE, CODE)[i % 2]  # noqa: E731
    for i in range(LONG):
        turn = assistant.receive(conversation, said(i), f"m{i}", NOW + timedelta(seconds=i))
        assert turn["action"] == "answer", i
    events = assistant.events(conversation)
    assert [each.payload["text"] for each in events if each.kind == MESSAGE] == [said(i) for i in range(LONG)]
    assert fold(events).turns == LONG
    assert assistant.receive(conversation, "人工", "person", NOW + timedelta(hours=1))["action"] == "handoff"

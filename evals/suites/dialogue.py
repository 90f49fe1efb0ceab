"""Does a whole conversation go as it should? Every scenario, on the recorded product with its events and cases."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from assistant.bootstrap import prepare_database
from assistant.dialogue.state import State
from assistant.dialogue.transitions import Transition, known_transitions, transition
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.turn import Brain, Taken
from evals.context import Context
from evals.metrics import proportion
from evals.outcome import Item, Measure, SuiteResult, Table
from evals.scenario import SCENARIOS, Scenario, read_scenarios
from evals.scenario_checks import differences
from evals.scenario_desk import end_case
from evals.subject import Subject

SUITE = "dialogue"
OF = "scenarios"
_ZONE = ZoneInfo("Asia/Shanghai")
_PACE = timedelta(seconds=30)


class _Watched(Brain):
    """The product's own brain, remembering the last turn it took."""

    last: Taken | None = None

    def take(self, text: str, state: State, today: date, *, said: tuple[str, ...] = (), contacts: int = 0) -> Taken:
        self.last = super().take(text, state, today, said=said, contacts=contacts)
        return self.last


@dataclass(frozen=True)
class Played:
    """One turn of a scenario: what was said, where it led, and every difference from what was expected."""

    number: int
    say: str
    taken: Taken
    way: Transition
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """A product over a database of its own, and its watched brain."""

    assistant: Assistant
    brain: _Watched
    today: date


def run(context: Context) -> SuiteResult:
    """Play every scenario; without any the suite measures nothing."""
    scenarios = read_scenarios() if SCENARIOS.is_dir() else ()
    items: list[Item] = []
    turns = right = 0
    ways: dict[Transition, list[str]] = {}
    with stage(context.subject) as held:
        for scenario in scenarios:
            context.progress(f"dialogue: {scenario.id}")
            played = play(scenario, held)
            turns, right = turns + len(played), right + sum(not turn.wrong for turn in played)
            items.append(_item(scenario, played))
            for turn in played:
                ways.setdefault(turn.way, []).append(scenario.id)
    covered = sum(way in ways for way in known_transitions())
    measures = (
        Measure.from_estimate("scenarios_passed", proportion(sum(i.ok for i in items), len(items)), OF),
        Measure.from_estimate("turns_as_expected", proportion(right, turns), OF),
        Measure.from_estimate("transitions_exercised", proportion(covered, len(known_transitions())), OF),
    )
    rows = tuple((item.text, item.note) for item in items if not item.ok)
    table = Table("Scenarios that went otherwise", ("scenario", "first differences"), rows)
    return SuiteResult(SUITE, measures, (table, coverage(ways)), items=tuple(items))


def coverage(ways: Mapping[Transition, Sequence[str]]) -> Table:
    """How often each transition of `transitions.yaml` was taken, those never taken first, and a scenario that did."""
    in_order = sorted(known_transitions(), key=lambda way: (way in ways, way))
    rows = tuple((*way, len(ways.get(way, ())), next(iter(ways.get(way, ())), "")) for way in in_order)
    return Table("Transitions exercised", ("from", "turn", "to", "turns", "for example in"), rows)


@contextmanager
def stage(subject: Subject) -> Iterator[Stage]:
    """The product over a temporary database."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{Path(folder) / 'scenarios.db'}")
        brain = _Watched(subject.model, subject.base)
        assistant = Assistant(prepare_database(settings), brain, settings)
        try:
            yield Stage(assistant, brain, subject.today)
        finally:
            assistant.engine.dispose()


def play(scenario: Scenario, held: Stage) -> list[Played]:
    """Take every turn in order and compare it; later turns are played even when earlier ones differ."""
    now = scenario.at or datetime.combine(held.today, time(10), _ZONE)
    opened = held.assistant.open(now, channel="web", locale=scenario.locale, mode=scenario.mode)
    played = []
    for number, turn in enumerate(scenario.turns, 1):
        now += max(_PACE, timedelta(minutes=turn.after_minutes))
        if turn.case_ended:
            end_case(held.assistant, opened.conversation_id, now)
        before = held.assistant.state(opened.conversation_id)
        held.assistant.receive(opened.conversation_id, turn.say, f"m{number}", now)
        taken = held.brain.last
        assert taken is not None  # receive always takes a turn
        state = held.assistant.state(opened.conversation_id)
        way = transition(before, taken.action, state)
        played.append(Played(number, turn.say, taken, way, tuple(differences(turn.expect, taken, state))))
    return played


def _item(scenario: Scenario, played: list[Played]) -> Item:
    wrong = [f"turn {turn.number} 「{turn.say}」 {difference}" for turn in played for difference in turn.wrong]
    path = " → ".join(f"{turn.taken.action}/{turn.taken.rule.id}" for turn in played)
    expected = " → ".join(str(turn.expect.action or "any") for turn in scenario.turns)
    return Item(f"dialogue:{scenario.id}", OF, scenario.id, expected, path, not wrong, "; ".join(wrong[:4]))

"""Is a person reached when one should be, and not when not? Both sides of the ledger in one table.

The mark of 15 % for the human share counts for little alone: a bot that keeps the complex cases reaches it too.
Beside it stands what became of the complex cases. Intents that a person answers with the bot's draft (`assist`) count
as human.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assistant.policy import Action
from assistant.turn import Taken
from evals.context import Context, QuestionSet, item_id
from evals.metrics import proportion
from evals.outcome import Cell, Item, Measure, SuiteResult, Table
from evals.questions import Question
from intents.taxonomy import Automation, taxonomy

SUITE = "handover"
MARK = 0.15
_PEOPLE = (Automation.HUMAN, Automation.ASSIST)


def run(context: Context) -> SuiteResult:
    """Take the first turn with every question of every set."""
    measures: list[Measure] = []
    tables: list[Table] = []
    items: list[Item] = []
    for chosen in context.sets:
        taken = [(q, context.taken(q.text)) for q in chosen.questions]
        measures += _measures(chosen, taken)
        tables += [_ledger(chosen, taken), _rules(chosen, taken)]
        items += _items(chosen, taken)
    return SuiteResult(
        SUITE,
        tuple(measures),
        tuple(tables),
        items=tuple(items),
        notes=(f"The mark for the human share is {MARK:.0%}.",),
    )


def needs_person(question: Question) -> bool:
    """Whether the taxonomy gives the matter to a person (alone or with the bot's draft)."""
    return taxonomy()[question.intent].auto in _PEOPLE


def reached(taken: Taken) -> bool:
    """Whether the turn handed over."""
    return taken.action is Action.HANDOFF


def risk_says_so(taken: Taken) -> bool:
    """Whether the product saw a reason in the message itself: a danger, a grave signal, or a wish for a person."""
    return taken.understanding.risk.level >= 2 or taken.understanding.risk.has("wants_person")


def _measures(chosen: QuestionSet, taken: Sequence[tuple[Question, Taken]]) -> list[Measure]:
    of = chosen.name
    people = [t for q, t in taken if needs_person(q)]
    routine = [t for q, t in taken if not needs_person(q)]
    grave = [t for q, t in taken if taxonomy()[q.intent].risk == 3]
    complex_ = [t for q, t in taken if needs_person(q) and taxonomy()[q.intent].risk >= 2]
    kept = sum(t.action is Action.ANSWER for t in complex_)
    shares = {
        "human_share": proportion(sum(reached(t) for _, t in taken), len(taken)),
        "needed_share": proportion(len(people), len(taken)),
        "reached": proportion(sum(reached(t) for t in people), len(people)),
        "reached_major": proportion(sum(reached(t) for t in grave), len(grave)),
        "complex_reached": proportion(sum(reached(t) for t in complex_), len(complex_)),
        "complex_answered_by_bot": proportion(kept, len(complex_)),
        "needless": proportion(sum(reached(t) for t in routine), len(routine)),
        "needless_without_risk": proportion(sum(reached(t) and not risk_says_so(t) for t in routine), len(routine)),
        "routine_answered": proportion(sum(t.action in (Action.ANSWER, Action.COLLECT) for t in routine), len(routine)),
    }
    return [Measure.from_estimate(name, share, of) for name, share in shares.items()]


def _ledger(chosen: QuestionSet, taken: Sequence[tuple[Question, Taken]]) -> Table:
    """What happened, by who should have answered."""
    rows: list[tuple[Cell, ...]] = []
    for auto in Automation:
        actions = Counter(t.action for q, t in taken if taxonomy()[q.intent].auto is auto)
        n = sum(actions.values())
        if n:
            rows.append((str(auto), n, *(actions[action] / n for action in Action)))
    columns = ("meant for", "n", *(f"{action} %" for action in Action))
    return Table(f"Who answered: {chosen.name}", columns, tuple(rows))


def _rules(chosen: QuestionSet, taken: Sequence[tuple[Question, Taken]]) -> Table:
    """Which rows of the decision table decided, and how often they handed over what was routine."""
    decided = Counter(t.rule.id for _, t in taken)
    needless = Counter(t.rule.id for q, t in taken if reached(t) and not needs_person(q))
    rows = tuple((rule, n, needless[rule]) for rule, n in decided.most_common())
    return Table(f"Rules that decided: {chosen.name}", ("rule", "turns", "needless hand-overs"), rows)


def _items(chosen: QuestionSet, taken: Sequence[tuple[Question, Taken]]) -> list[Item]:
    found = []
    for question, turn in taken:
        needed, got = needs_person(question), reached(turn)
        if needed or got:
            ok = got if needed else risk_says_so(turn)
            expected = f"person ({question.intent})" if needed else f"no person ({question.intent})"
            note = f"rule {turn.rule.id}, understood {turn.reading.intent}"
            id = item_id(chosen.name, question.text)
            found.append(Item(id, chosen.name, question.text, expected, str(turn.action), ok, note))
    return found

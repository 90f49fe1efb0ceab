"""Does it understand what is asked? Top-1 accuracy, macro-F1, groups, the operating point, and what confusions cost.

The headline, `accuracy_at_operating_point`, counts an abstention as wrong: a customer asked again was not helped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evals.context import Context, QuestionSet, item_id
from evals.metrics import by_group, macro_f1, proportion
from evals.outcome import Item, Measure, Plot, Series, SuiteResult, Table
from evals.questions import Question
from intents.classifier import Prediction
from intents.taxonomy import Automation, taxonomy

SUITE = "intents"
SHOWN_CONFUSIONS = 25
_MISSED_DANGER, _KEPT_FROM_PERSON, _PLAIN = 10, 3, 1


def run(context: Context) -> SuiteResult:
    """Judge every question of every set."""
    measures: list[Measure] = []
    tables: list[Table] = []
    plots: list[Plot] = []
    items: list[Item] = []
    for chosen in context.sets:
        predictions = context.predictions(chosen.questions)
        measures += _headline(chosen, predictions) + _groups(chosen, predictions)
        tables += [_group_table(chosen, predictions), confusion_table(chosen, predictions)]
        plots.append(_group_plot(chosen, predictions))
        items += [_item(chosen.name, q, p) for q, p in zip(chosen.questions, predictions, strict=True)]
    return SuiteResult(SUITE, tuple(measures), tuple(tables), tuple(plots), tuple(items))


def _headline(chosen: QuestionSet, predictions: Sequence[Prediction]) -> list[Measure]:
    pairs = list(zip(chosen.questions, predictions, strict=True))
    n, name = len(pairs), chosen.name
    right = sum(q.intent == p.intent for q, p in pairs)
    answered = [(q, p) for q, p in pairs if not p.abstain]
    answered_right = sum(q.intent == p.intent for q, p in answered)
    found = [
        Measure.from_estimate("accuracy", proportion(right, n), name),
        Measure.from_estimate("accuracy_defensible", proportion(sum(q.accepts(p.intent) for q, p in pairs), n), name),
        Measure.from_estimate(
            "accuracy_top3", proportion(sum(q.intent in dict(p.ranking[:3]) for q, p in pairs), n), name
        ),
        Measure("macro_f1", macro_f1([q.intent for q, _ in pairs], [p.intent for _, p in pairs]), n, name),
        Measure.from_estimate("accuracy_at_operating_point", proportion(answered_right, n), name),
        Measure.from_estimate("coverage", proportion(len(answered), n), name),
        Measure.from_estimate("accuracy_answered", proportion(answered_right, len(answered)), name),
    ]
    if chosen.ceiling is not None:
        found.append(Measure("human_agreement", chosen.ceiling, n, name))
    return found


def _groups(chosen: QuestionSet, predictions: Sequence[Prediction]) -> list[Measure]:
    correct = [q.intent == p.intent for q, p in zip(chosen.questions, predictions, strict=True)]
    found = by_group([q.group for q in chosen.questions], correct)
    return [Measure.from_estimate("accuracy", e, chosen.name, group) for group, e in found.items()]


def _group_table(chosen: QuestionSet, predictions: Sequence[Prediction]) -> Table:
    by_name: dict[str, list[tuple[Question, Prediction]]] = {}
    for question, prediction in zip(chosen.questions, predictions, strict=True):
        by_name.setdefault(question.group, []).append((question, prediction))
    rows = []
    for group, pairs in sorted(by_name.items()):
        right = proportion(sum(q.intent == p.intent for q, p in pairs), len(pairs))
        held = sum(p.abstain for _, p in pairs) / len(pairs)
        rows.append((group, len(pairs), right.value, right.low, right.high, held))
    columns = ("group", "n", "accuracy %", "low %", "high %", "abstained %")
    return Table(f"Accuracy by group: {chosen.name}", columns, tuple(rows))


def _group_plot(chosen: QuestionSet, predictions: Sequence[Prediction]) -> Plot:
    table = _group_table(chosen, predictions)
    value = [float(str(row[2])) for row in table.rows]
    names = tuple(str(row[0]) for row in table.rows)
    series = Series(
        "accuracy",
        names,
        tuple(value),
        tuple(float(str(row[3])) for row in table.rows),
        tuple(float(str(row[4])) for row in table.rows),
    )
    worst = names[value.index(min(value))] if value else "none"
    return Plot(
        f"groups-{chosen.name}",
        f"Top-1 accuracy by group: {chosen.name}",
        "bar",
        "group",
        "accuracy",
        (series,),
        f"The weakest group is {worst} with {min(value, default=0):.1%}; bars show 95 % Wilson intervals.",
    )


def confusion_cost(expected: str, predicted: str) -> int:
    """What one such mistake costs: 10 for a danger not seen, 3 for a matter of people answered by the bot, else 1."""
    asked, said = taxonomy()[expected], taxonomy()[predicted]
    people = (Automation.HUMAN, Automation.ASSIST)
    if asked.critical and not said.critical:
        return _MISSED_DANGER
    return _KEPT_FROM_PERSON if asked.auto in people and said.auto not in people else _PLAIN


def confusion_table(chosen: QuestionSet, predictions: Sequence[Prediction]) -> Table:
    """The pairs that cost most: count times the cost of one, with an example."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], str] = {}
    for question, prediction in zip(chosen.questions, predictions, strict=True):
        if question.intent != prediction.intent:
            pair = (question.intent, prediction.intent)
            counts[pair] += 1
            examples.setdefault(pair, question.text)
    ordered = sorted(counts, key=lambda pair: (-counts[pair] * confusion_cost(*pair), pair))[:SHOWN_CONFUSIONS]
    rows = tuple((*pair, counts[pair], counts[pair] * confusion_cost(*pair), examples[pair]) for pair in ordered)
    title = f"Confusions that cost most: {chosen.name}"
    return Table(title, ("meant", "understood", "count", "cost", "example"), rows)


def _item(of: str, question: Question, prediction: Prediction) -> Item:
    note = f"p={prediction.probability:.2f}{' abstains' if prediction.abstain else ''}"
    if question.accepts(prediction.intent) and question.intent != prediction.intent:
        note += ", defensible"
    right = question.intent == prediction.intent
    return Item(item_id(of, question.text), of, question.text, question.intent, prediction.intent, right, note)

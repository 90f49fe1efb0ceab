"""Are the figures right, and does a wrong one stay in the house? Published rates, and seeded errors for the guard.

Wrong figures are planted into real replies: a digit changed, a power of ten, another unit. A planted figure that
happens to have grounds, or that equals the old one, is not counted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from assistant.guard import untied_figures
from assistant.turn import Taken
from evals.context import Context, item_id
from evals.metrics import proportion
from evals.outcome import Item, Measure, SuiteResult
from evals.rate_cases import rate_cases
from intents.slots import figures, same_figure
from knowledge.rates import annual_rate, percent_of

SUITE = "figures"
OF = "own"
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNITS = (("%", "‰"), ("元", "万元"), ("个工作日", "个月"), ("天", "个月"), ("个月", "年"), ("分钟", "小时"))
FEWEST_REPLIES = 20


@dataclass(frozen=True)
class Planted:
    """A reply's text with one wrong figure in it, and how it was made."""

    text: str
    how: str


def run(context: Context) -> SuiteResult:
    """Recompute the published rates, then try to smuggle wrong figures past the guard."""
    rates = _rates()
    replies = [taken for q in context.own.questions if figures((taken := context.taken(q.text)).reply.text)]
    planted = [(taken, wrong) for taken in replies for wrong in plant(taken, context.seed)]
    caught = [_caught(taken, wrong) for taken, wrong in planted]
    items = [
        Item(item_id(OF, wrong.text), OF, wrong.text, "stopped", "sent", False, f"{wrong.how}: {taken.reply.text}")
        for (taken, wrong), found in zip(planted, caught, strict=True)
        if not found
    ]
    stopped = [taken for q in context.own.questions if (taken := context.taken(q.text)).untied]
    items += [
        Item(item_id("guard", t.understanding.text), OF, t.understanding.text, "sent", "stopped", False, str(t.untied))
        for t in stopped
    ]
    measures = [
        Measure.from_estimate("rates_reproduced", proportion(sum(i.ok for i in rates), len(rates)), "published"),
        Measure.from_estimate("guard_catches", proportion(sum(caught), len(caught)), OF),
        Measure.from_estimate("guard_stops_own_replies", proportion(len(stopped), len(context.own.questions)), OF),
        Measure("replies_with_figures", float(len(replies)), len(context.own.questions), OF, unit="count"),
    ]
    return SuiteResult(SUITE, tuple(measures), items=(*rates, *items))


def _rates() -> list[Item]:
    found = []
    for case in rate_cases():
        computed = percent_of(annual_rate(case.flows, case.method))
        ok = case.accepts(computed)
        got = f"{computed:.6f}"
        found.append(Item(f"rate:{case.id}", "published", case.id, f"{case.percent} %", got, ok, case.source))
    return found


def plant(taken: Taken, seed: int) -> Iterator[Planted]:
    """Wrong versions of a reply's text, one for each way that changes its meaning."""
    text = taken.reply.text
    rng = random.Random(int.from_bytes(sha256(f"{seed}|{text}".encode()).digest()[:8], "big"))
    numbers = list(_NUMBER.finditer(text))
    if not numbers:
        return
    chosen = rng.choice(numbers)
    for how, new in (("digit changed", _other_digit(chosen.group(), rng)), ("ten times as much", chosen.group() + "0")):
        yield from _if_wrong(taken, text[: chosen.start()] + new + text[chosen.end() :], how)
    for unit, other in _UNITS:
        if match := re.search(rf"(?<=\d){re.escape(unit)}", text):
            yield from _if_wrong(taken, text[: match.start()] + other + text[match.end() :], f"{unit} became {other}")
            return


def _other_digit(number: str, rng: random.Random) -> str:
    place = rng.choice([i for i, c in enumerate(number) if c.isdigit()])
    digit = rng.choice([d for d in "123456789" if d != number[place]])
    return number[:place] + digit + number[place + 1 :]


def _if_wrong(taken: Taken, text: str, how: str) -> Iterator[Planted]:
    """The planted text, unless all its figures are still said by the reply's grounds, own text or the customer."""
    said = [*figures(taken.understanding.text), *figures(taken.reply.text)]
    said += [f for ground in taken.grounds for f in figures(ground.rendered)]
    if any(not any(same_figure(f, other) for other in said) for f in figures(text)):
        yield Planted(text, how)


def _caught(taken: Taken, wrong: Planted) -> bool:
    reply = taken.reply.model_copy(update={"text": wrong.text})
    return bool(untied_figures(reply, taken.grounds, (taken.understanding.text,)))

"""Does the product keep its word over HTTP? Mystery shoppers on a real server process, twice, with the same outcome."""

from __future__ import annotations

import httpx

from assistant.settings import Settings
from evals.context import Context
from evals.metrics import proportion
from evals.outcome import Item, Measure, SuiteResult
from evals.shopper.persona import bundled_personas
from evals.shopper.server import running_server
from evals.shopper.visit import Visit, visit

SUITE = "shopper"
OF = "personas"
_TIMEOUT = 60.0


def run(context: Context) -> SuiteResult:
    """Send every persona; a second time on a fresh server unless the run is quick."""
    settings = context.subject.settings
    if settings is None:
        unknown = (Measure("goals_reached", None, 0, OF), Measure("same_twice", None, 0, OF))
        return SuiteResult(SUITE, unknown, notes=("Not measured: a server needs a product built from settings.",))
    context.progress("shopper: first round")
    first = visits(settings, context.seed)
    measures = [Measure.from_estimate("goals_reached", proportion(sum(v.ok for v in first), len(first)), OF)]
    same = Measure("same_twice", None, 0, OF)
    if not context.quick:
        context.progress("shopper: second round")
        second = {v.persona: v.trace for v in visits(settings, context.seed)}
        equal = sum(second[v.persona] == v.trace for v in first)
        same = Measure.from_estimate("same_twice", proportion(equal, len(first)), OF)
    return SuiteResult(SUITE, (*measures, same), items=tuple(map(_item, first)))


def visits(settings: Settings, seed: int) -> list[Visit]:
    """One round of all personas on a fresh server."""
    with running_server(settings) as address, httpx.Client(base_url=address, timeout=_TIMEOUT) as client:
        return [visit(client, persona, seed) for persona in bundled_personas()]


def _item(found: Visit) -> Item:
    path = " → ".join(f"{step[0]} [{step[1]}]" for step in found.trace)
    return Item(
        f"shopper:{found.persona}",
        OF,
        path,
        "goal",
        "goal" if found.ok else "missed",
        found.ok,
        "; ".join(found.problems),
    )

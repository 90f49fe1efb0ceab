"""Compares what a turn did with what a scenario expects of it; each difference is one plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assistant.dialogue.state import State
from assistant.reply import spoken_parts
from assistant.turn import Taken
from evals.scenario import Expected, HandOffExpected
from intents.normalise import normalise
from intents.slots import figures, same_figure


def differences(expected: Expected, taken: Taken, state: State) -> list[str]:
    """Everything that is not as expected; `state` is the conversation after the turn was recorded."""
    return [
        *_decision(expected, taken),
        *_question(expected, state),
        *_content(expected, taken),
        *_risk(expected, taken),
        *_hand_over(expected.handoff, taken),
        *_state(expected, state),
    ]


def _differs(name: str, wanted: Any, got: Any) -> Iterator[str]:
    if wanted is not None and wanted != got:
        yield f"{name}: expected {wanted}, got {got}"


def _decision(expected: Expected, taken: Taken) -> Iterator[str]:
    yield from _differs("action", expected.action and str(expected.action), str(taken.action))
    yield from _differs("rule", expected.rule, taken.rule.id)
    yield from _differs("move", expected.move, taken.rule.move)
    yield from _differs("intent", expected.intent, taken.reading.intent)
    yield from _differs("product", expected.product, taken.reading.product)
    yield from _differs("language", expected.language, str(taken.understanding.language))


def _question(expected: Expected, state: State) -> Iterator[str]:
    question = state.question
    yield from _differs("question", expected.question, question.kind if question else "none")
    yield from _differs("slot", expected.slot, question.slot if question else None)
    offered = tuple(option.value for option in question.options) if question else ()
    if isinstance(expected.options, int) and len(offered) < expected.options:
        yield f"options: expected at least {expected.options}, got {len(offered)}"
    if isinstance(expected.options, tuple) and (missing := set(expected.options) - set(offered)):
        yield f"options: {', '.join(sorted(missing))} not among {', '.join(offered) or 'none'}"


def _content(expected: Expected, taken: Taken) -> Iterator[str]:
    cited = {normalise(citation.document) for citation in taken.reply.citations}  # a traditional reply converts names
    if missing := [document for document in expected.cites if normalise(document) not in cited]:
        yield f"cites: {', '.join(missing)} not among {', '.join(sorted(cited)) or 'none'}"
    said = [figure for part in spoken_parts(taken.reply) for figure in figures(part)]
    for wanted in expected.figures:
        claims = figures(wanted)
        if not claims:
            yield f"figures: {wanted!r} holds no figure; write it with its unit, such as 100元"
        elif not all(any(same_figure(claim, other) for other in said) for claim in claims):
            yield f"figures: {wanted} not among {', '.join(f.text for f in said) or 'none'}"
    if expected.no_figures and said:
        yield f"no_figures: the reply holds {', '.join(f.text for f in said)}"


def _risk(expected: Expected, taken: Taken) -> Iterator[str]:
    risk = taken.understanding.risk
    yield from _differs("risk_level", expected.risk_level, risk.level)
    named = {signal.name for signal in risk.signals} | {signal.intent for signal in risk.signals if signal.intent}
    if missing := set(expected.signals) - named:
        yield f"signals: {', '.join(sorted(missing))} not among {', '.join(sorted(named)) or 'none'}"


def _hand_over(wanted: bool | HandOffExpected | None, taken: Taken) -> Iterator[str]:
    got = taken.handoff
    if wanted is None:
        return
    if isinstance(wanted, bool):
        yield from _differs("handoff", wanted, got is not None)
        return
    if got is None:
        yield "handoff: expected a person, got none"
        return
    for name in ("reason", "severity", "group", "complaint"):
        yield from _differs(f"handoff {name}", getattr(wanted, name), getattr(got, name))


def _state(expected: Expected, state: State) -> Iterator[str]:
    yield from _differs("waiting", expected.waiting, len(state.waiting))
    yield from _differs("person", expected.person, state.person)
    yield from _differs("failed", expected.failed, state.failed)
    for name, wanted in expected.state.items():
        if name == "known":
            if not wanted and state.known:
                yield f"state known: expected nothing, got {', '.join(state.known)}"
            for slot, value in wanted.items():
                yield from _known(slot, value, state)
        elif name.startswith("known."):
            yield from _known(name.removeprefix("known."), wanted, state)
        else:
            got = getattr(state, name)
            shown = got if isinstance(got, bool | int) or got is None else str(got)
            if shown != wanted:
                yield f"state {name}: expected {wanted}, got {shown}"


def _known(slot: str, wanted: Any, state: State) -> Iterator[str]:
    """A remembered value; null says that it must not be remembered."""
    got = state.known[slot].value if slot in state.known else None
    if got != (None if wanted is None else str(wanted)):
        yield f"state known.{slot}: expected {wanted}, got {got}"

"""Routes of quality inspection: the queue, taking, reviewing, adjudicating, agreement, and promotion to a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlmodel import Session

from assistant.api.deps import Product, ProductDep
from assistant.api.staff import Inspecting, Staff
from assistant.desk import inspections
from assistant.policy import Action as TurnAction
from assistant.screening import mask
from handoff.agreement import inspectors_agree
from handoff.database import run_write, session_scope
from handoff.inspection import InspectionState, ReviewCreate, adjudicate, review
from handoff.promotion import evaluation_cases, promote
from intents.taxonomy import taxonomy

router = APIRouter(prefix="/v1/inspections", tags=["inspections"])

InspectionId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Choice = Annotated[str, Field(min_length=1, max_length=60)]


class ReviewGiven(BaseModel):
    """An answer for each item of the checklist, and where the problem came from (问题溯源)."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[dict[Choice, bool], Field(max_length=50)]
    root_cause: Choice
    process_step: Choice
    responsible: Choice
    comment: Annotated[str, Field(max_length=2000)] = ""


class Expected(BaseModel):
    """What the product should have done: at least one of the three."""

    model_config = ConfigDict(extra="forbid")

    intent: Choice | None = None
    action: TurnAction | None = None
    severity: Annotated[int | None, Field(ge=1, le=3)] = None

    @field_validator("intent")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in taxonomy().ids:
            raise ValueError("name an intent of the taxonomy")
        return value


class Promoted(BaseModel):
    """What is expected of the promoted conversation."""

    model_config = ConfigDict(extra="forbid")

    expected: Expected


Act = Callable[[Session, datetime], object]


@router.get("")
def list_inspections(
    staff: Inspecting,
    held: ProductDep,
    state: Annotated[list[InspectionState] | None, Query(max_length=3)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """Inspections, oldest first; without `state` what waits for the one who asks."""
    now, rules = held.clock.now(), held.assistant.rules
    with session_scope(held.assistant.engine) as session:
        found, following = inspections.page(session, staff.agent, now, rules, state or (), limit, cursor)
    return {"items": found, "next_cursor": following, "now": now}


@router.get("/agreement")
def agreement(staff: Inspecting, held: ProductDep) -> dict[str, Any]:  # noqa: ARG001
    """How far inspectors agree beyond chance on what was reviewed twice."""
    target = held.assistant.rules.policies.at(held.clock.now()).inspection.agreement_target
    with session_scope(held.assistant.engine) as session:
        found = inspectors_agree(session)
    verdicts = {
        name: {"pairs": each.pairs, "observed": each.observed, "kappa": each.kappa} for name, each in found.items()
    }
    return {"target": float(target), "verdicts": verdicts}


@router.get("/evaluation-cases")
def list_evaluation_cases(staff: Inspecting, held: ProductDep) -> dict[str, Any]:  # noqa: ARG001
    """Every conversation that became a test."""
    plain = ("id", "inspection_id", "transcript", "expected", "at")
    with session_scope(held.assistant.engine) as session:
        return {"items": [{name: getattr(each, name) for name in plain} for each in evaluation_cases(session)]}


@router.get("/{inspection_id}")
def read_inspection(inspection_id: InspectionId, staff: Inspecting, held: ProductDep) -> dict[str, Any]:
    """One inspection in full, blind until the viewer has scored it."""
    with session_scope(held.assistant.engine) as session:
        return inspections.inspection_view(session, staff.agent, inspection_id, held.clock.now(), held.assistant.rules)


@router.post("/{inspection_id}/take")
def take(inspection_id: InspectionId, staff: Inspecting, held: ProductDep) -> dict[str, Any]:
    """Reserve an inspection for an hour."""
    rules = held.assistant.rules
    return _act(held, staff, inspection_id, lambda s, now: inspections.take(s, inspection_id, staff.agent, now, rules))


@router.post("/{inspection_id}/review")
def give_review(inspection_id: InspectionId, body: ReviewGiven, staff: Inspecting, held: ProductDep) -> dict[str, Any]:
    """Hand in the first or the second review."""
    given, key, rules = _given(body), staff.agent.key, held.assistant.rules
    return _act(held, staff, inspection_id, lambda s, now: review(s, inspection_id, key, given, now, rules))


@router.post("/{inspection_id}/adjudicate")
def settle(inspection_id: InspectionId, body: ReviewGiven, staff: Inspecting, held: ProductDep) -> dict[str, Any]:
    """Settle two reviews that disagree."""
    given, key, rules = _given(body), staff.agent.key, held.assistant.rules
    return _act(held, staff, inspection_id, lambda s, now: adjudicate(s, inspection_id, key, given, now, rules))


@router.post("/{inspection_id}/promote")
def make_evaluation_case(
    inspection_id: InspectionId, body: Promoted, staff: Inspecting, held: ProductDep
) -> dict[str, Any]:
    """Keep the masked conversation as a test."""
    expected = body.expected.model_dump(mode="json", exclude_none=True)
    return _act(held, staff, inspection_id, lambda s, now: promote(s, inspection_id, staff.agent.key, expected, now))


@router.post("/{inspection_id}/acknowledge")
def acknowledge(inspection_id: InspectionId, staff: Inspecting, held: ProductDep) -> dict[str, Any]:
    """Take note of a late inspection."""
    rules = held.assistant.rules
    return _act(
        held, staff, inspection_id, lambda s, now: inspections.acknowledge(s, inspection_id, staff.agent, now, rules)
    )


def _act(held: Product, staff: Staff, inspection_id: int, act: Act) -> dict[str, Any]:
    run_write(held.assistant.engine, lambda session: act(session, held.clock.now()))
    with session_scope(held.assistant.engine) as session:
        return inspections.inspection_view(session, staff.agent, inspection_id, held.clock.now(), held.assistant.rules)


def _given(body: ReviewGiven) -> ReviewCreate:
    return ReviewCreate(**{**body.model_dump(), "comment": mask(body.comment).text})

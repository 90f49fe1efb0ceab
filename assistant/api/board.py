"""Routes of the supervisor's board and of the desk's figures, as JSON and as CSV."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime

from assistant.api.deps import ProductDep
from assistant.api.problems import ApiProblem
from assistant.api.staff import Leading
from assistant.desk.figures import WINDOW, board_view, numbers_view
from handoff.database import session_scope
from handoff.numbers import cases_csv, numbers, numbers_csv

router = APIRouter(prefix="/v1/board", tags=["board"])
_LONGEST = timedelta(days=92)
_MARK = "\ufeff"  # without it spreadsheets do not read UTF-8


def window(
    held: ProductDep,
    since: Annotated[AwareDatetime | None, Query()] = None,
    until: Annotated[AwareDatetime | None, Query()] = None,
) -> tuple[datetime, datetime]:
    """The window asked for, by default the last 24 hours. Raises a 422 problem for one that is empty or too long."""
    end = until or held.clock.now()
    start = since or end - WINDOW
    if not timedelta(0) < end - start <= _LONGEST:
        raise ApiProblem(
            422, "window_refused", "The window is not possible", f"since before until, at most {_LONGEST.days} days"
        )
    return start, end


Window = Annotated[tuple[datetime, datetime], Depends(window)]


@router.get("")
def show_board(staff: Leading, held: ProductDep) -> dict[str, Any]:
    """What is open, what is late, who has what, and the last 24 hours."""
    with session_scope(held.assistant.engine) as session:
        return board_view(session, staff.agent, held.clock.now(), held.assistant.rules)


@router.get("/numbers")
def show_numbers(staff: Leading, held: ProductDep, asked: Window) -> dict[str, Any]:  # noqa: ARG001
    """Every figure of the window."""
    policy = held.assistant.rules.policies.at(held.clock.now())
    with session_scope(held.assistant.engine) as session:
        return numbers_view(numbers(session, *asked), policy)


@router.get("/numbers.csv")
def download_numbers(staff: Leading, held: ProductDep, asked: Window) -> Response:  # noqa: ARG001
    """Every figure of the window, a line each."""
    with session_scope(held.assistant.engine) as session:
        return _attachment(numbers_csv(numbers(session, *asked)), "numbers.csv")


@router.get("/cases.csv")
def download_cases(staff: Leading, held: ProductDep, asked: Window) -> Response:  # noqa: ARG001
    """Every case opened in the window, without any customer's words."""
    with session_scope(held.assistant.engine) as session:
        return _attachment(cases_csv(session, *asked), "cases.csv")


def _attachment(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(_MARK + text, media_type="text/csv; charset=utf-8", headers=headers)

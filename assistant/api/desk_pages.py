"""The staff's pages: the desk at `/desk`, the supervisor's board and the inspector's page.

The files hold no data; everything a person may see comes from the staff API, which checks the session and the role.
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from assistant.api.pages import PAGES, SECURITY_HEADERS

router = APIRouter(include_in_schema=False)


@router.api_route("/desk", methods=["GET", "HEAD"])
def desk() -> Response:
    """Queue, conversation and hand-over packet."""
    return _page("desk.html")


@router.api_route("/desk/board", methods=["GET", "HEAD"])
def board() -> Response:
    """The supervisor's board."""
    return _page("board.html")


@router.api_route("/desk/inspect", methods=["GET", "HEAD"])
def inspect() -> Response:
    """The inspector's page."""
    return _page("inspect.html")


def _page(name: str) -> Response:
    return FileResponse(PAGES / name, media_type="text/html; charset=utf-8", headers=SECURITY_HEADERS)

"""The customer's pages: the chat at `/`, the fee page at `/fees`, and their styles and scripts under `/static`.

Pages are plain files. A strict content security policy goes with every answer: nothing inline, nothing from elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

PAGES: Final = Path(__file__).parent.parent / "pages"
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-cache",
}
_PUBLIC: Final = ("css/", "js/", "img/")
_files = StaticFiles(directory=PAGES, check_dir=False)

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
def chat() -> Response:
    """The chat page."""
    return _page("chat.html")


@router.api_route("/fees", methods=["GET", "HEAD"])
def fees() -> Response:
    """The fee page: try terms, see the cost."""
    return _page("fees.html")


@router.api_route("/static/{path:path}", methods=["GET", "HEAD"])
async def static(path: str, request: Request) -> Response:
    """A style, script or image, revalidated by its ETag on each visit; anything else is not found."""
    if not path.startswith(_PUBLIC):
        raise HTTPException(404)
    answer = await _files.get_response(path, request.scope)
    answer.headers.update(SECURITY_HEADERS)
    return answer


def _page(name: str) -> Response:
    return FileResponse(PAGES / name, media_type="text/html; charset=utf-8", headers=SECURITY_HEADERS)

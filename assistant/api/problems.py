"""Errors over HTTP: every one becomes an RFC 9457 problem detail with a stable `code` that says what to do next.

`problem` builds one, `ApiProblem` raises one, `translate` ties a typed exception of the packages below to a status,
and `install_problem_handlers` covers what the framework itself refuses (validation, 404, 405, 413, a crash).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"
_LONGEST_TEXT = 500
_log = structlog.get_logger(__name__)

_BY_STATUS: dict[int, tuple[str, str, str]] = {
    400: ("bad_request", "The request cannot be read", "Send a well-formed JSON body in UTF-8."),
    401: ("unauthorised", "Sign in first", "Send a valid token as `Authorization: Bearer ...`."),
    403: ("forbidden", "Not allowed", "This token does not give access to what was asked."),
    404: ("not_found", "Nothing is here", "Check the address; the paths are listed at /docs."),
    405: ("method_not_allowed", "This address takes another method", "Use one of the methods in the Allow header."),
    406: ("not_acceptable", "No such representation", "Ask for application/json."),
    409: ("conflict", "The state has changed", "Read the current state and try again."),
    410: ("gone", "This has expired", "Start a new conversation."),
    413: ("payload_too_large", "The request is too large", "Send less at once."),
    415: ("unsupported_media_type", "Wrong content type", "Send application/json."),
    429: ("too_many_requests", "Too many requests", "Wait for the seconds in Retry-After, then go on."),
    503: ("unavailable", "Not available at the moment", "Try again shortly."),
}


class ApiProblem(Exception):
    """A refusal decided in a route; becomes a problem detail with its status, code and extra members."""

    def __init__(
        self, status: int, code: str, title: str, detail: str, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.headers, self.extra = headers, extra


def _speakable(value: Any) -> Any:
    """Text that UTF-8 can carry (no lone surrogates) and of bounded length, wherever it is nested."""
    if isinstance(value, str):
        safe = value.encode("utf-8", "replace").decode("utf-8")
        return safe if len(safe) <= _LONGEST_TEXT else f"{safe[:_LONGEST_TEXT]}..."
    if isinstance(value, Mapping):
        return {str(key): _speakable(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [_speakable(item) for item in value]
    return value


def problem(
    status: int, code: str, title: str, detail: str, headers: Mapping[str, str] | None = None, **extra: Any
) -> JSONResponse:
    """One problem detail. `code` is stable and for programs, `title` and `detail` are for people."""
    body = {"type": f"urn:shouwen:problem:{code}", "title": title, "status": status, "detail": detail, "code": code}
    return JSONResponse(
        _speakable({**body, **extra}), status, headers=dict(headers) if headers else None, media_type=MEDIA_TYPE
    )


def translate(app: FastAPI, error: type[Exception], status: int, title: str, *members: str, **fixed: str) -> None:
    """Answer `error` with `status` and its own `code`; attributes named in `members` and the `fixed` ones go along.

    Raises `TypeError` at start-up for an exception class without a `code`.
    """
    if not isinstance(getattr(error, "code", None), str):
        raise TypeError(f"{error.__name__} has no code; give the class one before it is shown over HTTP")

    def answer(_request: Request, raised: Exception) -> Response:
        shown: dict[str, Any] = {name: getattr(raised, name) for name in members if hasattr(raised, name)}
        return problem(status, raised.code, title, str(raised), **{**fixed, **shown})  # type: ignore[attr-defined]

    app.add_exception_handler(error, answer)


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error the framework raises a problem detail too."""
    app.add_exception_handler(ApiProblem, _decided)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(Exception, _crash)


def _decided(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiProblem)
    return problem(error.status, error.code, error.title, error.detail, error.headers, **error.extra)


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, title, advice = _BY_STATUS.get(error.status_code, ("http_error", "The request failed", "Try again."))
    return problem(error.status_code, code, title, advice, error.headers)


def _validation(_request: Request, error: Exception) -> Response:
    """What the caller sent is not repeated: it may hold personal data."""
    assert isinstance(error, RequestValidationError)
    items = error.errors()
    found: list[dict[str, Any]] = [{"field": _field(item["loc"]), "accepted": str(item["msg"])} for item in items]
    if any(item["type"] == "json_invalid" for item in items):
        return problem(400, "malformed_json", "The body is not JSON", "Send a well-formed JSON body in UTF-8.")
    first = found[0] if found else {"field": "body", "accepted": "a body as described at /docs"}
    detail = f"{first['field']}: {first['accepted']}"
    return problem(422, "invalid_request", "A field is not as described", detail, **first, errors=found[:20])


def _field(loc: Sequence[Any]) -> str:
    inner = [str(part) for part in loc[1:]] if loc and loc[0] in ("body", "query", "path", "header") else list(loc)
    return ".".join(map(str, inner)) or "body"


def _crash(request: Request, error: Exception) -> Response:
    _log.error("request_failed", method=request.method, path=request.url.path, error=type(error).__name__)
    return problem(500, "internal_error", "Something went wrong on our side", "Nothing was lost; please try again.")

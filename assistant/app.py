"""The web application: routes, errors, limits and the background threads of one process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api import (
    accounts,
    agents,
    board,
    case_course,
    case_ending,
    case_work,
    cases,
    conversations,
    desk_pages,
    fees,
    health,
    inspections,
    metrics,
    pages,
)
from assistant.api.deps import Product
from assistant.api.problems import install_problem_handlers, problem, translate
from assistant.api.refusals import install_refusals
from assistant.api.stream import EventHub
from assistant.customer_token import CustomerTokenRefused
from assistant.dialogue.state import UnknownEvent
from assistant.screening import MessageTooLong
from assistant.service import Assistant, ConversationExpired, ConversationMissing, MessageIdReused
from handoff.database import DatabaseBusy
from handoff.desk import RatingRefused
from handoff.worker import run_worker

MAX_BODY = 64 * 1024
_CASES = (cases, case_work, case_ending, case_course)
_NOUNS = (conversations, fees, agents, accounts, *_CASES, inspections, board, metrics, health, pages, desk_pages)


def create_app(assistant: Assistant, *, worker: bool = True, product: Product | None = None) -> FastAPI:
    """The application over an assistant; `worker` also fires deadlines in this process."""
    held = product or Product.of(assistant)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        app.state.hub = EventHub(assistant.engine)
        app.state.hub.start(asyncio.get_running_loop())
        thread = threading.Thread(
            target=run_worker, args=(assistant.engine, stop, held.clock, assistant.rules), name="deadlines", daemon=True
        )
        if worker:
            thread.start()
        yield
        stop.set()
        app.state.hub.stop()
        if worker:
            thread.join(timeout=5)

    app = FastAPI(
        title="Shouwen",
        version="0.1.0",
        summary="Service desk for Chinese internet finance",
        lifespan=lifespan,
    )
    app.state.product = held
    app.add_middleware(BodyLimit)
    _install_errors(app)
    for noun in _NOUNS:
        app.include_router(noun.router)
    return app


def _install_errors(app: FastAPI) -> None:
    install_problem_handlers(app)
    install_refusals(app)
    fees.install_fee_problems(app)
    translate(app, MessageTooLong, 413, "The message is too long")
    translate(app, ConversationMissing, 404, "No such conversation")
    translate(app, ConversationExpired, 410, "The conversation has expired")
    translate(app, MessageIdReused, 409, "The message id was used before")
    translate(app, CustomerTokenRefused, 401, "The customer token is not valid")
    translate(app, RatingRefused, 409, "The rating cannot be taken")
    translate(app, UnknownEvent, 500, "The conversation was written by a newer version")
    for error in (DatabaseBusy, OperationalError):
        app.add_exception_handler(error, _busy)


def _busy(_request: Request, _error: Exception) -> Response:
    return problem(
        503,
        "database_busy",
        "The database is busy",
        "nothing was lost; send the same request again in a moment",
        headers={"Retry-After": "1"},
    )


class BodyLimit:
    """Refuses bodies over 64 KiB before they are read into memory, announced or streamed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > MAX_BODY:
            await self._refuse(scope, receive, send)
            return
        body, more = b"", True
        while more and len(body) <= MAX_BODY:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            await self._refuse(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem(413, "payload_too_large", "The request is too large", f"send at most {MAX_BODY} bytes")
        await answer(scope, receive, send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receive channel that gives the body already read, then whatever comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again

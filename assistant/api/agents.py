"""Routes of the person at the desk: signing in and out, who I am, presence, capacity, the live feed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from assistant.api.deps import Product, ProductDep, limited
from assistant.api.staff import COOKIE, AnyStaff, PassiveStaff, Serving, keep_alive, may
from assistant.api.stream import EventHub
from assistant.desk.feed import Batch, Feed
from assistant.desk.people import loads, person, shift_of
from handoff import sign_in
from handoff.agents import get_agent
from handoff.complaint import GRADES
from handoff.database import run_write, session_scope
from handoff.presence import Presence, Status, heartbeat, set_presence
from handoff.routing import route

router = APIRouter(prefix="/v1/agent", tags=["desk"])
_SIGN_INS_PER_MINUTE = 20
_HEARTBEAT = 15
_CHECK_SECONDS = 30.0


class SignIn(BaseModel):
    """Name and password; `program` returns a bearer token instead of setting a cookie."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=60)]
    password: Annotated[str, Field(max_length=200)]
    kind: Literal["browser", "program"] = "browser"


class Heartbeat(BaseModel):
    """A sign of life from the desk page; `active` when somebody touched it since the last one."""

    model_config = ConfigDict(extra="forbid")

    status: Status | None = None
    active: bool = False


class Capacity(BaseModel):
    """Cases held at once."""

    model_config = ConfigDict(extra="forbid")

    capacity: Annotated[int, Field(ge=1, le=50)]


@router.post("/session", status_code=201, dependencies=[Depends(limited)])
def open_session(body: SignIn, held: ProductDep, request: Request, response: Response) -> dict[str, Any]:
    """Sign in."""
    host = request.client.host if request.client else "unknown"
    held.limit(f"sign-in:{host}", _SIGN_INS_PER_MINUTE)
    signed = sign_in.sign_in(held.assistant.engine, body.name, body.password, held.clock.now())
    browser = body.kind == "browser"
    if browser:
        secure = request.url.scheme == "https" or held.assistant.settings.environment == "production"
        response.set_cookie(COOKIE, signed.token, httponly=True, samesite="strict", secure=secure, path="/")
    response.headers["Cache-Control"] = "no-store"
    return {
        "agent": person(signed.agent),
        "csrf": signed.csrf,
        "expires_at": signed.expires_at,
        "token": None if browser else signed.token,
    }


@router.delete("/session", status_code=204)
def end_session(staff: PassiveStaff, held: ProductDep, response: Response) -> None:
    """Sign out; the agent goes offline."""
    now = held.clock.now()

    def leave(session: Session) -> None:
        set_presence(session, staff.agent.key, Status.OFFLINE, now)
        sign_in.sign_out(session, staff.token, now)

    run_write(held.assistant.engine, leave)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.get("/me")
def me(staff: AnyStaff, held: ProductDep, response: Response) -> dict[str, Any]:
    """Who is signed in, with the CSRF token for the page."""
    now, key = held.clock.now(), staff.agent.key
    response.headers["Cache-Control"] = "no-store"
    with session_scope(held.assistant.engine) as session:
        presence = session.get(Presence, key)
        return {
            "agent": person(staff.agent),
            "csrf": staff.session.csrf,
            "expires_at": staff.session.expires_at,
            "idle_at": staff.session.idle_at,
            "now": now,
            "presence": _presence(presence),
            "shift": shift_of(session, key, now),
            "load": loads(session).get(key, 0),
            "may": may(staff.agent),
        }


@router.post("/presence")
def say_presence(body: Heartbeat, staff: PassiveStaff, held: ProductDep) -> dict[str, Any]:
    """The heartbeat of the desk page, and going online, away or offline; coming online may bring an offer at once."""
    now, key = held.clock.now(), staff.agent.key
    if body.active:
        keep_alive(held, staff)

    def say(session: Session) -> None:
        if body.status is None:
            heartbeat(session, key, now)
        else:
            set_presence(session, key, body.status, now)
        if body.status == Status.ONLINE:
            route(session, now, held.assistant.rules)

    run_write(held.assistant.engine, say)
    with session_scope(held.assistant.engine) as session:
        _, found = sign_in.check_session(session, staff.token, now)
        return {"presence": _presence(session.get(Presence, key)), "idle_at": found.idle_at, "now": now}


@router.put("/capacity")
def change_capacity(body: Capacity, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Say how many cases I take at once."""

    def change(session: Session) -> dict[str, Any]:
        agent = get_agent(session, staff.agent.key)
        agent.capacity = body.capacity
        session.add(agent)
        session.flush()
        return person(agent)

    return run_write(held.assistant.engine, change)


@router.get("/policy")
def policy(staff: AnyStaff, held: ProductDep) -> dict[str, Any]:  # noqa: ARG001  signing in is the condition
    """Names and choices for the forms, from the policy in force."""
    found = held.assistant.rules.policies.at(held.clock.now())
    clocks = [each for each in found.clocks if each.basis != "timer"]
    inspected = found.inspection
    return {
        "version": found.version,
        "zone": found.zone,
        "reopen_days": found.reopen_days,
        "queues": [{"id": each.id, "name": each.name} for each in found.queues],
        "severities": [{"id": key, "name": name} for key, name in sorted(found.severities.items())],
        "pause_reasons": [{"id": key, "name": name} for key, name in found.pause_reasons.items()],
        "clocks": [{"id": each.id, "name": each.name, "basis": each.basis} for each in clocks],
        "ladders": [{"id": each.id, "rungs": len(each.rungs)} for each in found.ladders],
        "complaint_grades": list(GRADES),
        "inspection": {
            "checklist": [{"id": item.id, "text": item.text} for item in inspected.checklist],
            "root_causes": list(inspected.root_causes),
            "process_steps": list(inspected.process_steps),
            "responsible": list(inspected.responsible),
            "rating_below": inspected.rating_below,
            "agreement_target": float(inspected.agreement_target),
        },
    }


@router.get("/events")
async def watch(
    staff: PassiveStaff,
    held: ProductDep,
    request: Request,
    after: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    last_event_id: Annotated[int | None, Header(ge=0, le=2**53)] = None,
) -> EventSourceResponse:
    """Everything that happens in my sight, as server-sent events, from `Last-Event-ID` (or `after`, or now) on."""
    feed = Feed(held.assistant.engine, held.assistant.rules, held.clock, staff.token)
    start = last_event_id if last_event_id is not None else after
    if start is None:
        start = await run_in_threadpool(feed.place)
    answer = _follow(request.app.state.hub, feed, start, held)
    return EventSourceResponse(answer, ping=_HEARTBEAT, headers={"Cache-Control": "no-store"})


async def _follow(hub: EventHub, feed: Feed, start: int, held: Product) -> AsyncIterator[ServerSentEvent]:
    """The feed, woken by the log, and at least twice a minute so that a session that ends ends its stream."""
    last, flag, live = start, hub.subscribe(), False
    try:
        while not hub.stopping:
            flag.clear()
            batch = await run_in_threadpool(feed.read, last)
            for message in batch.messages:
                text = json.dumps(jsonable_encoder(message.data), ensure_ascii=False)
                yield ServerSentEvent(data=text, event=message.kind, id=str(message.id) if message.id else None)
            if live:
                _observe(batch, held)
            if batch.over:
                return
            last, live = batch.last, not batch.more
            if live:
                await _woken(flag)
    finally:
        hub.unsubscribe(flag)


def _observe(batch: Batch, held: Product) -> None:
    """Lag of what came while the desk was listening; what was caught up on is not lag."""
    now = held.clock.now()
    for event in batch.events:
        held.meters.observe_event((now - event.at).total_seconds())


async def _woken(flag: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(flag.wait(), _CHECK_SECONDS)
    except TimeoutError:
        return


def _presence(row: Presence | None) -> dict[str, Any] | None:
    return None if row is None else {"status": row.status, "since": row.since, "seen_at": row.seen_at}

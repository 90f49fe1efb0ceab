"""A small in-memory stand-in for the conversation API, for the pages' tests only: it speaks the same contract.

It answers by a few fixed keywords, keeps events in order, repeats a turn for a repeated client_message_id, and lets a
test push events and refuse requests.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from assistant.api.problems import problem

CITATION = {
    "article": "repay-early", "title": "提前还款", "document": "禾川随心借服务协议", "clause": "5.2",
    "version": "2026-08", "valid_from": "2026-01-01", "as_of": "2026-09-01",
}  # fmt: skip
DISCLOSURE = {
    "kind": "disclosure",
    "title": "综合融资成本明示表",
    "columns": ["项目", "计收方式", "标准", "收取方", "金额", "折合年化"],
    "rows": [
        ["分期手续费", "按原始本金每期收取", "每期费率0.6%，每期72元", "禾川小额贷款有限公司", "864元", "13.03%"],
        ["按您给的条件计算，签约前请对照合同。", "-", "-", "-", "-", "-"],
    ],
    "statement": "除本表列明的项目外，不收取其他与本次贷款有关的费用。",
}
SCHEDULE = {
    "kind": "table",
    "title": "还款计划",
    "columns": ["期数", "还款日", "应还"],
    "rows": [[str(period), "-", "1072元"] for period in range(1, 13)],
}
OPTIONS = {
    "kind": "options",
    "options": [
        {"id": "a", "label": "额度用不了", "text": "额度用不了"},
        {"id": "b", "label": "登录不了", "text": "登录不了"},
    ],
}


@dataclass
class Conversation:
    """One conversation's events and the turns already given."""

    token: str
    opened: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    turns: dict[str, dict[str, Any]] = field(default_factory=dict)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    state: str = "open"


class ConversationDouble:
    """The stand-in's memory; `refusals` holds statuses for the next POSTs, first come first refused."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.refusals: list[int] = []
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.resumed_from: list[str | None] = []
        self.loop: asyncio.AbstractEventLoop | None = None
        self.changed: asyncio.Event = asyncio.Event()
        self.streams_open = True
        self.callback_at: str | None = None
        self.router = APIRouter()
        self._routes()

    @property
    def last(self) -> Conversation:
        return list(self.conversations.values())[-1]

    def reset(self) -> None:
        self.conversations.clear()
        self.refusals.clear()
        self.posts.clear()
        self.resumed_from.clear()
        self.streams_open = True
        self.callback_at = None

    def push(self, kind: str, **payload: Any) -> None:
        """Add an event from outside the server's thread, as the desk would."""
        assert self.loop is not None
        asyncio.run_coroutine_threadsafe(self._push(self.last, kind, payload), self.loop).result(60)

    def set_streams(self, open_: bool) -> None:
        """Close every live stream and refuse new ones, or allow them again."""
        assert self.loop is not None
        self.streams_open = open_
        self.loop.call_soon_threadsafe(self._wake)

    async def _push(self, conversation: Conversation, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        seq = len(conversation.events) + 1
        event = {"id": seq, "seq": seq, "kind": kind, "at": datetime.now(UTC).isoformat(), **payload}
        conversation.events.append(event)
        self._wake()
        return event

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def _turn(self, conversation: Conversation, text: str, client_id: str) -> dict[str, Any]:
        if client_id in conversation.turns:
            return conversation.turns[client_id]
        turn_id = f"t-{secrets.token_hex(4)}"
        message = {"text": text, "client_message_id": client_id, "turn_id": turn_id}
        await self._push(conversation, "customer_message", message)
        action, reply = _reply(text)
        handoff: dict[str, Any] | None = None
        if action == "handoff":
            expected = "2026-09-01T10:30:00+08:00"
            handoff = {"case_id": "c1", "queue": "费用", "position": 2, "clocks": [], "expected_at": expected}
            handoff["callback_at"] = self.callback_at
            conversation.state = "with_person"
        await self._push(conversation, "bot_reply", {"turn_id": turn_id, "reply": reply, "action": action})
        if handoff:
            receipt = {"text": "已为您转人工，您前面还有1位。", "transition": "queued", "state": "queued"}
            await self._push(conversation, "receipt", receipt)
        answer = {
            "turn_id": turn_id, "action": action, "intent": "x", "probability": 0.9, "language": "zh-Hans",
            "reply": reply, "risk": {"level": 0, "signals": []}, "handoff": handoff,
        }  # fmt: skip
        conversation.turns[client_id] = answer
        return answer

    def _find(self, conversation_id: str, request: Request) -> Conversation | None:
        found = self.conversations.get(conversation_id)
        return found if found and request.headers.get("Authorization") == f"Bearer {found.token}" else None

    def _routes(self) -> None:
        router, missing = self.router, lambda: problem(404, "conversation_missing", "Not found", "Open a new one.")

        @router.post("/v1/conversations")
        async def begin(request: Request) -> Response:
            body = await request.json()
            found = Conversation(secrets.token_hex(8), body)
            conversation_id = f"v-{secrets.token_hex(4)}"
            self.conversations[conversation_id] = found
            return JSONResponse({"conversation_id": conversation_id, "token": found.token}, 201)

        @router.get("/v1/conversations/{conversation_id}")
        async def read(conversation_id: str, request: Request) -> Response:
            found = self._find(conversation_id, request)
            if not found:
                return missing()
            body = {"conversation_id": conversation_id, "mode": "standard", "locale": "zh-Hans", "state": found.state}
            return JSONResponse({**body, "events": found.events})

        @router.post("/v1/conversations/{conversation_id}/messages")
        async def message(conversation_id: str, request: Request) -> Response:
            body = await request.json()
            self.posts.append(("messages", body))
            if self.refusals:
                later = {"Retry-After": "3600"}  # so that only the customer tries again
                return problem(self.refusals.pop(0), "unavailable", "Refused by the test", "Try again.", later)
            found = self._find(conversation_id, request)
            if not found:
                return missing()
            return JSONResponse(await self._turn(found, body["text"], body["client_message_id"]))

        @router.post("/v1/conversations/{conversation_id}/handoff")
        async def handoff(conversation_id: str, request: Request) -> Response:
            self.posts.append(("handoff", {}))
            found = self._find(conversation_id, request)
            if not found:
                return missing()
            answer = await self._turn(found, "人工", f"person-{len(found.events)}")
            return JSONResponse({**answer["handoff"], "turn_id": answer["turn_id"], "text": answer["reply"]["text"]})

        @router.post("/v1/conversations/{conversation_id}/rating")
        async def rating(conversation_id: str, request: Request) -> Response:
            found = self._find(conversation_id, request)
            if not found:
                return missing()
            found.ratings.append(await request.json())
            await self._push(found, "rated", {"score": found.ratings[-1]["score"], "case_id": "c1"})
            return JSONResponse({"score": found.ratings[-1]["score"]}, 201)

        @router.put("/v1/conversations/{conversation_id}/mode")
        async def mode(conversation_id: str, request: Request) -> Response:
            self.posts.append(("mode", await request.json()))
            return Response(status_code=204) if self._find(conversation_id, request) else missing()

        @router.get("/v1/conversations/{conversation_id}/events")
        async def events(conversation_id: str, request: Request) -> Response:
            found = self._find(conversation_id, request)
            if not found:
                return missing()
            if not self.streams_open:
                return problem(503, "unavailable", "Streams are off", "Try again.")
            self.resumed_from.append(request.headers.get("Last-Event-ID"))
            start = int(request.headers.get("Last-Event-ID") or 0)
            return StreamingResponse(self._stream(found, start), media_type="text/event-stream")

    async def _stream(self, conversation: Conversation, sent: int) -> AsyncIterator[str]:
        yield ": hello\n\n"
        while self.streams_open:
            for event in conversation.events[sent:]:
                sent = event["seq"]
                yield f"id: {event['id']}\nevent: {event['kind']}\ndata: {json.dumps(event)}\n\n"
            if sent == len(conversation.events):
                await self.changed.wait()


def _reply(text: str) -> tuple[str, dict[str, Any]]:
    blank: dict[str, Any] = {"text": "", "blocks": [], "citations": [], "suggestions": []}
    if text in ("人工", "0") or "冒充" in text:
        return "handoff", {**blank, "text": "这件事由人工来办。先别再转钱，也别把验证码告诉别人。"}
    if "用不了" in text and "额度" not in text:
        return "clarify", {**blank, "text": "您想问的是哪一个？", "blocks": [OPTIONS]}
    if "年化" in text:
        words = "实际年化13.84%（复利），一共多付864元。"
        more = ["每期还1072元，一共12期。", "本金每期都在还，手续费却按原来的本金收。"]
        detail = {"kind": "details", "paragraphs": more}
        return "answer", {**blank, "text": words, "blocks": [detail, SCHEDULE, DISCLOSURE], "citations": [CITATION]}
    if "提前" in text:
        next_steps = [{"label": "怎么算的", "text": "为什么"}, {"label": "怎么操作", "text": "提前还款怎么操作"}]
        said = "前两期提前结清，收剩余本金的1%；从第3期起不收。"
        return "answer", {**blank, "text": said, "citations": [CITATION], "suggestions": next_steps}
    return "answer", {**blank, "text": f"收到：{text}"}

"""The labelling page: a small local server; each person has an address of their own and sees only their own work."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import resources
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from evals.labelling.session import Label, LabellingRefused, Role, Session
from intents.taxonomy import taxonomy

Token = Annotated[str, InPath(max_length=64)]


class LabelGiven(BaseModel):
    """A label for one question."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(max_length=64)]
    intent: Annotated[str, Field(max_length=80)]
    also: Annotated[str, Field(max_length=80)] = ""


def labelling_app(session: Session) -> FastAPI:
    """The application over one job."""
    app = FastAPI(title="Shouwen labelling", docs_url=None, redoc_url=None, openapi_url=None)

    def role(token: str) -> Role:
        found = session.role_of(token)
        if found is None:
            raise HTTPException(404, "no such address; use the one that was printed for you")
        return found

    @app.get("/{token}", response_class=HTMLResponse)
    def page(token: Token) -> str:
        role(token)
        return resources.files("evals.labelling").joinpath("page.html").read_text("utf-8")

    @app.get("/{token}/work")
    def work(token: Token) -> dict[str, Any]:
        return _work(session, role(token))

    @app.get("/{token}/intents")
    def intents(token: Token) -> list[dict[str, str]]:
        role(token)
        return [{"id": i.id, "zh": i.zh, "en": i.en, "scope": i.scope, "not": i.excludes} for i in taxonomy().intents]

    @app.post("/{token}/labels", status_code=201)
    def label(token: Token, given: LabelGiven) -> dict[str, Any]:
        who = role(token)
        try:
            session.add(Label(who, given.key, given.intent, given.also if who == "judge" else ""), datetime.now(UTC))
        except LabellingRefused as error:
            raise HTTPException(409, str(error)) from error
        return _work(session, who)

    return app


def _work(session: Session, role: Role) -> dict[str, Any]:
    """What this person sees: cases with their own labels; the judge also both labels of what differs."""
    if role == "judge":
        if not session.both_done():
            done = {who: len(session.labels(who)) for who in ("first", "second")}
            return {"role": role, "waiting": True, "cases": [], "done": done, "total": len(session.cases)}
        first, second = session.labels("first"), session.labels("second")
        given = session.labels(role)
        cases = [
            {
                "key": c.key,
                "text": c.text,
                "mine": given[c.key].intent if c.key in given else None,
                "offered": sorted({first[c.key].intent, second[c.key].intent}),
            }
            for c in session.differing()
        ]
        return {"role": role, "waiting": False, "cases": cases}
    mine = session.labels(role)
    cases = [
        {"key": c.key, "text": c.text, "mine": mine[c.key].intent if c.key in mine else None, "offered": []}
        for c in session.order(role)
    ]
    return {"role": role, "waiting": False, "cases": cases}

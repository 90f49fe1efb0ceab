"""Liveness and readiness for load balancers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from assistant.api.deps import ProductDep
from assistant.api.problems import ApiProblem
from assistant.schema import is_current

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(held: ProductDep) -> dict[str, Any]:
    """Database, schema, model and knowledge are there."""
    try:
        with held.assistant.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        current = is_current(held.assistant.engine)
    except SQLAlchemyError as error:
        raise ApiProblem(503, "database_unavailable", "The database does not answer", type(error).__name__) from error
    if not current:
        raise ApiProblem(503, "schema_outdated", "The schema is not current", "run: shouwen db upgrade")
    base = held.assistant.brain.base
    return {"status": "ready", "articles": len(base.articles), "knowledge": base.stamp[:12]}

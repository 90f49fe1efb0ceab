"""`GET /metrics` for Prometheus: the process's counters and the desk's figures."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from assistant.api.deps import ProductDep

router = APIRouter(tags=["metrics"])


@router.get("/metrics")
def metrics(held: ProductDep) -> Response:
    """Text in the Prometheus format."""
    text = generate_latest(held.meters.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

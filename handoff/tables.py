"""Imports every module that declares a table, so that `SQLModel.metadata` is complete for migrations."""

from handoff import (
    agents,
    case_record,
    deadlines,
    escalation,
    events,
    inspection,
    presence,
    promotion,
    rating,
    routing,
    sign_in,
)

__all__ = [
    "agents",
    "case_record",
    "deadlines",
    "escalation",
    "events",
    "inspection",
    "presence",
    "promotion",
    "rating",
    "routing",
    "sign_in",
]

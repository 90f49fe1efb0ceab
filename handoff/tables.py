"""Imports every module that declares a table, so that `SQLModel.metadata` is complete for migrations."""

from handoff import events

__all__ = ["events"]

"""The desk in one place: everything people do with a case, one function per action, each one transaction.

A caller runs an action inside `write_transaction`: it validates, appends the events to the case's stream and the
receipt to the customer's, swaps the row by version, and rewrites the deadlines, together or not at all.
"""

from handoff.ending import (
    ComplaintOpen,
    TooOldToReopen,
    close,
    confirm_close,
    reopen,
    resolve,
    withdraw,
)
from handoff.escalation import NothingToAcknowledge, acknowledge
from handoff.handling import (
    AlreadyClaimed,
    IncompleteAction,
    NotHolder,
    add_note,
    change_policy,
    claim,
    customer_message,
    move_complaint,
    pause,
    reply,
    resume,
    transfer,
    wait_for_customer,
)
from handoff.listing import CaseView, ClockPublic, list_cases, running_clocks, view_case
from handoff.opening import OpenCase, Opened, book_callback, open_case, raise_severity
from handoff.owner import OwnerMustConfirm, change_owner, disable_agent
from handoff.packet import reveal
from handoff.rating import RatingCreate, RatingRefused, rate
from handoff.routing import OfferGone, decline, route

__all__ = [
    "AlreadyClaimed",
    "CaseView",
    "ClockPublic",
    "ComplaintOpen",
    "IncompleteAction",
    "NotHolder",
    "NothingToAcknowledge",
    "OfferGone",
    "OpenCase",
    "Opened",
    "OwnerMustConfirm",
    "RatingCreate",
    "RatingRefused",
    "TooOldToReopen",
    "acknowledge",
    "add_note",
    "book_callback",
    "change_owner",
    "change_policy",
    "claim",
    "close",
    "confirm_close",
    "customer_message",
    "decline",
    "disable_agent",
    "list_cases",
    "move_complaint",
    "open_case",
    "pause",
    "raise_severity",
    "rate",
    "reopen",
    "reply",
    "resolve",
    "resume",
    "reveal",
    "route",
    "running_clocks",
    "transfer",
    "view_case",
    "wait_for_customer",
    "withdraw",
]

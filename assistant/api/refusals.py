"""Which status each refusal of the desk is answered with; a refusal not named here is a conflict (409)."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI

from assistant.api.problems import translate
from assistant.desk.items import CursorRefused
from handoff.agents import AgentDisabled, WeakPassword
from handoff.errors import HandoffError, NotAllowed, NotFound
from handoff.handling import IncompleteAction, NotHolder
from handoff.policy import PolicyUnknown
from handoff.presence import ShiftRefused
from handoff.sign_in import AccountLocked, CsrfRefused, SessionExpired, SignInRefused

STATUSES: Final[tuple[tuple[type[HandoffError], int, str], ...]] = (
    (HandoffError, 409, "The desk refused this"),
    (NotFound, 404, "Nothing is here"),
    (NotAllowed, 403, "Not allowed"),
    (NotHolder, 409, "Somebody else holds the case"),
    (AgentDisabled, 409, "The account is disabled"),
    (SignInRefused, 401, "Signing in was refused"),
    (AccountLocked, 401, "The account is locked"),
    (SessionExpired, 401, "The session has ended"),
    (CsrfRefused, 403, "The request did not come from the desk page"),
    (IncompleteAction, 422, "Something is missing"),
    (WeakPassword, 422, "The password is too short"),
    (ShiftRefused, 422, "The shift is not possible"),
    (PolicyUnknown, 422, "The policy does not know this"),
    (CursorRefused, 422, "The cursor is not valid"),
)


def install_refusals(app: FastAPI) -> None:
    """Answer every HandoffError with a problem detail; the nearest class in the table decides."""
    for error, status, title in STATUSES:
        translate(app, error, status, title)

"""What the desk's HTTP edge adds to an action: nothing is sent twice, nothing is done to a case that has moved on."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from sqlmodel import Session

from assistant.screening import mask, screen
from assistant.service import MessageIdReused
from handoff import desk
from handoff.agents import Agent
from handoff.case import CaseClosed, State, TransitionRefused
from handoff.case_record import CaseChanged, get_record
from handoff.complaint import ComplaintState
from handoff.errors import NotAllowed
from handoff.events import case_stream, read
from handoff.packet import NotKept
from handoff.rules import Rules

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class NothingKept:
    """The vault of an installation that keeps no masked value: everything must be asked of the customer again."""

    def open(self, reference: str) -> str:
        """Never opens anything. Raises NotKept."""
        raise NotKept(f"{reference} was masked and not kept; ask the customer")


def written(text: str, limit: int) -> str:
    """What staff wrote, bounded, without invisible characters, masked, and otherwise letter for letter.

    Where personal data shows only after normalising, the normalised text is kept. Raises `MessageTooLong`.
    """
    normalised = screen(text, limit)
    visible = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in _INVISIBLE)
    masked = mask(visible.strip())
    return normalised.text if len(normalised.personal) > len(masked.personal) else masked.text


def check_version(session: Session, case_id: str, shown: int | None) -> None:
    """Raise CaseChanged when the case is not as the page shows it."""
    if shown is not None and get_record(session, case_id).version != shown:
        raise CaseChanged("the case was changed in the meantime; read it again and repeat the action")


def check_resolved(session: Session, case_id: str) -> None:
    """A person closes what was resolved; what still waits is closed only by the customer withdrawing it."""
    if get_record(session, case_id).state not in {State.RESOLVED, State.CLOSED}:
        raise TransitionRefused("only a resolved case is closed; resolve it first")


def already_sent(session: Session, case_id: str, message_id: str, text: str) -> bool:
    """Whether a reply of this id went out. Raises MessageIdReused when it said something else."""
    for event in read(session, case_stream(case_id)):
        if event.kind == "replied" and event.payload.get("message_id") == message_id:
            if event.payload["text"] != text:
                raise MessageIdReused(f"message_id {message_id} was used for another text; give each its own")
            return True
    return False


def already_noted(session: Session, case_id: str, agent_id: int, text: str) -> bool:
    """Whether the account's last note on the case says the same."""
    notes = [event.payload for event in read(session, case_stream(case_id)) if event.kind == "note_added"]
    last = next((note for note in reversed(notes) if note["by"] == agent_id), None)
    return last is not None and last["text"] == text


def move_complaint(
    session: Session,
    case_id: str,
    agent: Agent,
    to: ComplaintState,
    details: dict[str, Any],
    asked_by: int | None,
    now: datetime,
    rules: Rules,
) -> None:
    """Move a complaint; of an extension the account is the approver and `asked_by`, or the handler, the one asking.

    Raises NotAllowed, ComplaintMoveRefused, CaseClosed for a new complaint about a closed case.
    """
    by = agent.key
    if to == ComplaintState.RECEIVED and get_record(session, case_id).state == State.CLOSED:
        raise CaseClosed("the case is closed; reopen it, then register the complaint")
    if to == ComplaintState.EXTENSION_APPROVED:
        if not agent.leads:
            raise NotAllowed("an extension is approved by a supervisor; ask one")
        record = get_record(session, case_id)
        by = asked_by or record.holder or record.owner or agent.key
        details = {**details, "approver": agent.key}
    desk.move_complaint(session, case_id, by, to, now, rules, **details)

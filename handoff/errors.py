"""The root of every refusal a caller can cause; `code` is the stable code of the problem detail."""

from __future__ import annotations


class HandoffError(Exception):
    """The request was refused; the message says what to do next."""

    code = "handoff_refused"


class NotFound(HandoffError):
    """No such case, agent or inspection: check the id."""

    code = "not_found"


class NotAllowed(HandoffError):
    """This person may not do that: ask someone whose role allows it."""

    code = "not_allowed"

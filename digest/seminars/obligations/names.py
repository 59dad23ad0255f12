"""How what the animators are told of meetings and of the contract is named."""

import hashlib

from core.reference import Reference

MEETING = "obligations.meeting"
CONTRACT = "obligations.contract"
"""The kinds of deliveries: about a meeting, about the contract."""

ROOM = "obligations"

ALL = Reference(ROOM, "period", "all")
"""What the button that shows every obligation is about."""


def report_code(seminar: int) -> str:
    """Return what the report of a committee is noted under."""
    return f"seminar:{seminar}/report"


def meeting_slot(seminar: int, notice: str, day: str) -> str:
    """Return the slot of a notice about a meeting on a day: moved to another, it is said anew."""
    return f"seminar:{seminar}/{notice}/{day}"


def contract_slot(code: str, period: str, telling: str) -> str:
    """Return the slot of what is said once of an obligation in a period."""
    return f"obligation:{code}/{period}/{telling}"


def period_reference(code: str, period: str) -> Reference:
    """Return the reference of an obligation in a period: short enough for a button, any code."""
    digest = hashlib.sha256(f"{code}/{period}".encode()).hexdigest()
    return Reference(ROOM, "period", digest[:12])


def done_reference(identity: int) -> Reference:
    """Return the reference of something that an animator noted as done."""
    return Reference(ROOM, "done", str(identity))

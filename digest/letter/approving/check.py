"""The examination of who approves, for `relais check`."""

from collections.abc import Sequence

from core.email_address import masked, normalise
from core.errors import InputError
from core.room import Check, Finding
from core.settings import Settings

SUBJECT = "approvals"


def approvals_check(settings: Settings) -> Check:
    """Return the examination of the addresses that are asked for the approval of editions."""

    async def run() -> Sequence[Finding]:
        return [_address(typed, settings) for typed in settings.digest.approvers]

    return Check(SUBJECT, run)


def _address(typed: str, settings: Settings) -> Finding:
    try:
        address = normalise(typed)
    except InputError:
        hint = "mend it in digest.approvers: until then, nobody is asked there"
        place = settings.digest.approvers.index(typed) + 1
        return Finding(SUBJECT, ok=False, what=f"approver {place} has no valid address", hint=hint)
    return Finding(SUBJECT, ok=True, what=f"{masked(address)} is asked by mail")

"""How the « bon à diffuser » names its things: parties, links, deliveries, slots."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.email_address import normalise
from core.errors import InputError, TokenError
from core.pages import page_url
from core.parts import Parts
from core.reference import Party
from digest.letter.approving.rules import LIFE

ASKED = "letter.approval_asked"
TEST = "letter.test"

APPROVAL = "letter.approval"
"""The purpose of the token of an approver's page."""

KEY_LENGTH = 24
MARK_LENGTH = 16
"""How much of the hash of its contents a link holds: enough beside the version, and short."""

APPROVAL_URL = "approval_url"


@dataclass(frozen=True)
class Approving:
    """What an approver's link says: which contents, of which version, and who decides.

    Read from a link, `content_hash` is the beginning of one.
    """

    number: int
    version: int
    content_hash: str
    key: str


def approvers(parts: Parts) -> dict[str, str]:
    """Return the addresses of who approves by mail, by their keys; wrong ones are left out."""
    found = {}
    for typed in parts.settings.digest.approvers:
        try:
            address = normalise(typed)
        except InputError:  # `relais check` says it
            continue
        found[key_of(address)] = address
    return found


def key_of(address: str) -> str:
    """Return what stands for an address in rows and links: a part of its SHA-256."""
    return hashlib.sha256(address.encode()).hexdigest()[:KEY_LENGTH]


def approver_party(key: str) -> Party:
    """Return an approver by mail as a party."""
    return Party("approver", key)


def party_of(parts: Parts, actor: Party, email: str | None) -> Party:
    """Return who decides, in chat: an approver by mail who is also on chat is one person."""
    key = key_of(email.lower()) if email else ""
    return approver_party(key) if key in approvers(parts) else actor


def asked_slot(number: int, version: int) -> str:
    """Return the slot that makes each approver be asked once for a version."""
    return f"approval:{number}/v{version}"


def approval_url(parts: Parts, approving: Approving) -> str:
    """Return the signed page where one approver decides about one version."""
    mark = approving.content_hash[:MARK_LENGTH]
    value = [approving.number, approving.version, mark, approving.key]
    return page_url(parts, f"/lettres/bon-a-diffuser/{parts.tokens.sign(APPROVAL, value)}")


def read_approval(parts: Parts, token: str) -> Approving:
    """Read what `approval_url` signed. Raises TokenError."""
    value: Sequence[Any] = parts.tokens.read(APPROVAL, token, LIFE)
    match value:
        case [int(number), int(version), str(content_hash), str(key)]:
            return Approving(number, version, content_hash, key)
    raise TokenError("the link is not one of ours")  # pragma: no cover  # signed by us only

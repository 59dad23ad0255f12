"""How the network's room names its things: references, parties, deliveries."""

from core.chat import Button, Text
from core.people.roles import Role
from core.reference import Party, Reference

SOLICITATION = "network.solicitation"
REPLY = "network.reply"
PROPOSAL = "network.proposal"
OUTCOME = "network.outcome"
CLARIFICATION = "network.clarification"
DOCUMENT = "network.document"
REMOVAL = "network.removal"

ROLES = frozenset(Role)
"""Whoever holds one is a member of the network."""


def named(kind: str, identity: int | str) -> Reference:
    """Return how the house names something of this room."""
    return Reference("network", kind, str(identity))


def person(identity: int) -> Party:
    """Return a person as somebody to whom things are sent."""
    return Party("person", str(identity))


def button(label: Text, action: str, kind: str, identity: int | str, version: int = 0) -> Button:
    """Return a button of this room: `network.ACTION` on `network:KIND:IDENTITY`."""
    return Button(label, f"network.{action}", named(kind, identity), version)

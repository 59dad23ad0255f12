"""What becomes of a send, and what to do when nobody knows: values that rules may use."""

import enum
from dataclasses import dataclass


class Channel(enum.StrEnum):
    """By which gateway a delivery leaves."""

    CHAT = "chat"
    MAIL = "mail"


class Policy(enum.StrEnum):
    """What to do with a delivery of which nobody knows whether it arrived."""

    HOLD = "hold"
    RESEND = "resend"


@dataclass(frozen=True)
class Sent:
    """The peer accepted it. `external_id` is how the peer names it."""

    external_id: str


@dataclass(frozen=True)
class Refused:
    """The peer said no for good (an SMTP 5xx, a bot that was blocked)."""

    reason: str


@dataclass(frozen=True)
class Later:
    """It surely did not leave, and trying again can help; `after` in seconds if the peer said."""

    reason: str
    after: float | None = None


@dataclass(frozen=True)
class Unknown:
    """It may have left: cut or timed out during or after transmission."""

    reason: str


Outcome = Sent | Refused | Later | Unknown

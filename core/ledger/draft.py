"""What rooms hand to the ledger: drafts of things to send, and the kinds they belong to."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.outcomes import Channel, Later, Outcome, Policy, Refused, Sent, Unknown
from core.reference import Party, Reference

__all__ = [
    "Address",
    "Channel",
    "ChatAddress",
    "Content",
    "DeliveryKind",
    "Draft",
    "Later",
    "MailAddress",
    "Outcome",
    "Parcel",
    "Policy",
    "Prepare",
    "PrepareMany",
    "Ready",
    "Refused",
    "Sent",
    "Settled",
    "Skip",
    "Unknown",
    "nothing_more",
]


@dataclass(frozen=True)
class Content:
    """What is sent, stored once for all its recipients.

    `body` is the gateway's own format (prebuilt mail bytes with placeholders, or an encoded
    chat post); only the gateway of its channel reads it.
    """

    channel: Channel
    body: bytes

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of channel and body, in hexadecimal: the content's identity."""
        return hashlib.sha256(self.channel.encode() + b"\0" + self.body).hexdigest()


@dataclass(frozen=True)
class Draft:
    """Something to be sent to one party.

    `kind`, `slot` and `recipient` make it unique for ever; `stream` keeps order with the other
    deliveries of the same stream; `values` fill the content's placeholders. What is `bulk` lets
    everything else pass: an edition must not delay a confirmation.
    """

    kind: str
    slot: str
    recipient: Party
    content: Content
    cause: Reference
    due_at: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    stream: str | None = None
    bulk: bool = False


@dataclass(frozen=True)
class Parcel:
    """A delivery as its kind and its gateway see it.

    `attempt` is the number of this send, the first being 1; `resent` says that an earlier one
    may have arrived.
    """

    id: int
    kind: str
    slot: str
    recipient: Party
    cause: Reference
    channel: Channel
    body: bytes
    values: Mapping[str, str]
    stream: str | None
    attempt: int
    resent: bool
    deferrals: int = 0
    bulk: bool = False


@dataclass(frozen=True)
class MailAddress:
    """Where a mail goes."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class ChatAddress:
    """Where a chat post goes: a chat, and a topic of it."""

    chat_id: int
    thread_id: int | None = None


Address = MailAddress | ChatAddress


@dataclass(frozen=True)
class Ready:
    """The recheck before sending agrees: send to this address.

    `values` are added to the delivery's own: what must not be stored, such as a name.
    """

    address: Address
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Skip:
    """The recheck before sending refuses, and says why (`unsubscribed`, `cancelled`…)."""

    reason: str


Prepare = Callable[[AsyncSession, Parcel, datetime], Awaitable[Ready | Skip]]
PrepareMany = Callable[
    [AsyncSession, Sequence[Parcel], datetime], Awaitable[Sequence[Ready | Skip]]
]
Settled = Callable[[AsyncSession, Parcel, Sent | Refused | Skip, datetime], Awaitable[None]]


async def nothing_more(
    _session: AsyncSession, _parcel: Parcel, _outcome: Sent | Refused | Skip, _now: datetime
) -> None:
    """Do nothing once settled: what most kinds want."""


@dataclass(frozen=True)
class DeliveryKind:
    """How deliveries of one kind behave.

    `prepare` is asked right before each send, in a reading session: is the cause still valid,
    and where does it go? `prepare_many`, for what is sent by thousands, answers for several at
    once, in their order, as `prepare` would for each. `settled` runs in the transaction that
    settles the row; `only_refusals` says that it does nothing once something was sent.
    """

    name: str
    policy: Policy
    prepare: Prepare
    settled: Settled = nothing_more
    prepare_many: PrepareMany | None = None
    only_refusals: bool = False

    @property
    def express(self) -> bool:
        """Whether a sent one asks for nothing more: many may then be written at once."""
        return self.only_refusals or self.settled is nothing_more

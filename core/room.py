"""What a room exposes; the wiring mounts it on the adapters."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import BaseRoute

from core.chat import Action, Command, Form, Handler, ReplyRoute, Text
from core.contributions import Contribution
from core.ledger.draft import DeliveryKind
from core.ledger.work import PrepareView
from core.reference import Party


@dataclass(frozen=True)
class Tick:
    """Work that the clock brings. `run` looks for what is due at `now` and does it.

    `next_due` says when there will be something to do (None: nothing planned), so that the
    sandbox can step from due instant to due instant. `every` is how often to look, in seconds.
    `loop` says which loop of `relais serve --only` runs it.
    """

    name: str
    run: Callable[[datetime], Awaitable[None]]
    next_due: Callable[[AsyncSession], Awaitable[datetime | None]]
    every: float = 15.0
    loop: Literal["tick", "poll"] = "tick"


class ContributionSource(Protocol):
    """What a room offers to the next edition for a period."""

    async def __call__(
        self, session: AsyncSession, since: datetime, until: datetime
    ) -> Sequence[Contribution]:
        """Return what happened, or will, between two instants."""
        ...


@dataclass(frozen=True)
class Kept:
    """Something that stays after an erasure: how much of what, and on what ground."""

    what: Text
    ground: Text


async def nothing_kept(_session: AsyncSession, _party: Party) -> Sequence[Kept]:
    """Keep nothing: what a room does that says nothing else."""
    return ()


@dataclass(frozen=True)
class PersonalData:
    """What a room holds about somebody: how to show it and how to let it go.

    `keeps` says what would stay after `erase`, and why. Both ends get any party: a person, a
    subscriber…; what they do not know, they leave.
    """

    export: Callable[[AsyncSession, Party], Awaitable[Mapping[str, Any]]]
    erase: Callable[[AsyncSession, Party], Awaitable[None]]
    keeps: Callable[[AsyncSession, Party], Awaitable[Sequence[Kept]]] = nothing_kept


Reachability = Callable[[AsyncSession, int, bool, datetime], Awaitable[None]]
"""Told in the transaction that notes it: a person (by id) has blocked the bot (True) or is back."""


@dataclass(frozen=True)
class Finding:
    """One line of `relais check`: in operators' English, with what to do when not ok."""

    subject: str
    ok: bool
    what: str
    hint: str = ""


@dataclass(frozen=True)
class Check:
    """An examination that `relais check` runs."""

    name: str
    run: Callable[[], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True)
class Room:
    """Everything that a room offers to the house. `fallback` takes private text nobody claims.

    `links` takes what an animator says in their group that begins with a web address, unless it
    is about something: an answer, or in a topic of ours. `views` says, by the first words of a
    view's key, where it is shown.
    """

    name: str
    commands: tuple[Command, ...] = ()
    actions: tuple[Action, ...] = ()
    replies: tuple[ReplyRoute, ...] = ()
    forms: tuple[Form, ...] = ()
    fallback: Handler | None = None
    links: Handler | None = None
    pages: tuple[BaseRoute, ...] = ()
    ticks: tuple[Tick, ...] = ()
    deliveries: tuple[DeliveryKind, ...] = ()
    views: Mapping[str, PrepareView] = field(default_factory=dict)
    contributions: ContributionSource | None = None
    personal_data: PersonalData | None = None
    reachability: Reachability | None = None
    checks: tuple[Check, ...] = ()

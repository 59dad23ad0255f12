"""What one run of a dispatcher works with."""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.db import Database
from core.ledger.draft import Address, Channel, DeliveryKind
from core.ledger.gateway import Gateway
from core.settings import LedgerSettings

PrepareView = Callable[[AsyncSession, str], Awaitable[Address | None]]
"""Where the view of a key is shown; None while there is nowhere to show it."""


@dataclass(frozen=True)
class Work:
    """The parts that a worker uses, and its name, which no other worker ever had.

    `clock` says what is due; `real_clock` drives leases, heartbeats and retries.
    """

    database: Database
    gateways: Mapping[Channel, Gateway]
    kinds: Mapping[str, DeliveryKind]
    prepare_view: Mapping[str, PrepareView]
    clock: Clock
    real_clock: Clock
    settings: LedgerSettings
    random: random.Random
    worker: str

    @property
    def lease(self) -> timedelta:
        """How long a claim holds unless it is renewed."""
        return timedelta(seconds=self.settings.lease)

    def after(self, seconds: float) -> datetime:
        """Return the instant that many seconds from now, in real time."""
        return self.real_clock.now() + timedelta(seconds=seconds)

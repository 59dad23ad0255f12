"""One channel of a dispatcher: what is claimed and not started, and what is under way."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from core.ledger.draft import Channel, Parcel
from core.ledger.express import Express, put
from core.ledger.gateway import Gateway


class Lane:
    """A channel, its plain queue, and its express way where there is one.

    `enough` is how many claimed parcels keep it busy while others are claimed; `more` says that
    the last claim left some behind, `looked_at` when it was last looked for what is urgent.
    """

    def __init__(self, channel: Channel, gateway: Gateway, batch: int) -> None:
        self.channel = channel
        self.gateway = gateway
        self.enough = max(2 * gateway.connections, batch // 2)
        self.queue: deque[Parcel] = deque()
        self.active: dict[asyncio.Task[None], Parcel] = {}
        self.event = asyncio.Event()
        self.express: Express | None = None
        self.looked_at = 0.0
        self.more = False

    @property
    def room(self) -> int:
        """How many sends may begin now."""
        flying = self.express.flying if self.express else 0
        return self.gateway.connections - len(self.active) - flying

    @property
    def waiting(self) -> int:
        """How many parcels are claimed and not started."""
        return len(self.queue) + (self.express.claimed if self.express else 0)

    @property
    def held(self) -> list[int]:
        """The ids of what this lane has claimed."""
        express = self.express.held if self.express else ()
        return [parcel.id for parcel in (*self.queue, *self.active.values(), *express)]

    @property
    def only_bulk(self) -> bool:
        """Whether all that waits is bulk: something else, once posted, is to pass before it."""
        heads = [self.queue[0]] if self.queue else []
        heads += self.express.first if self.express else []
        return bool(heads) and all(parcel.bulk for parcel in heads)

    def room_by_express(self) -> int:
        """Return how many sends may begin by express: what waits in the queue passes before.

        Not when it is bulk and what waits here is not.
        """
        if not self.queue or self.express is None:
            return self.room
        return self.room if self.queue[0].bulk and not self.express.next_is_bulk else 0

    def landed(self) -> None:
        """Wake the dispatcher when a send of the express way has ended, if it has work then."""
        if self.queue or self.waiting < self.enough:
            self.event.set()

    def refuse(self, parcels: Sequence[Parcel]) -> None:
        """Send the plain way what the express way will not have."""
        self.queue.extendleft(reversed(parcels))
        self.event.set()

    def take(self, parcels: Iterable[Parcel]) -> None:
        """Put what was claimed where it goes; what is bulk waits behind what is not."""
        by_express: list[Parcel] = []
        for parcel in parcels:
            if self.express and self.express.takes(parcel):
                by_express.append(parcel)
            else:
                put(self.queue, parcel)
        if self.express:
            if by_express:
                self.express.take(by_express)
            self.express.wake()

"""A gateway whose peer follows a script."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.ledger.draft import Address, Channel, Outcome, Parcel, Sent

Scripted = Outcome | Exception
"""What the peer answers, or what goes wrong inside the gateway."""

Script = Mapping[str, Sequence[Scripted]]
"""By recipient's id or slot, what its successive sends meet."""


@dataclass(frozen=True)
class Shown:
    """One call to `show`."""

    body: bytes
    address: Address
    shown_as: str | None


@dataclass
class ScriptedGateway:
    """Accepts everything, except what its script says.

    `script` maps a recipient's id (or a slot) to the outcomes of its successive sends; when it
    is exhausted, or says nothing, the send succeeds. `views` is the script of `show`. While
    `closed` is set, sends wait until `open` is called; `most` is the largest number that ran at
    once; `started` are the parcels whose sending began, `sent` those that were accepted.
    """

    channel: Channel = Channel.MAIL
    connections: int = 4
    script: Script = field(default_factory=dict)
    views: Sequence[Scripted] = ()
    on_send: Callable[[Parcel], None] = lambda _parcel: None

    def __post_init__(self) -> None:
        self.started: list[tuple[Parcel, Address]] = []
        self.sent: list[Parcel] = []
        self.shown: list[Shown] = []
        self.running = 0
        self.most = 0
        self._gate = asyncio.Event()
        self._gate.set()
        self._left = {key: list(outcomes) for key, outcomes in self.script.items()}
        self._views_left = list(self.views)

    def shut(self) -> None:
        """Let sends begin, but not end, until `open`."""
        self._gate.clear()

    def open(self) -> None:
        """Let sends end."""
        self._gate.set()

    async def send(self, parcel: Parcel, address: Address) -> Outcome:
        """Answer as scripted."""
        self.started.append((parcel, address))
        self.on_send(parcel)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(0)
            await self._gate.wait()
        finally:
            self.running -= 1
        outcome = self._next(parcel)
        if isinstance(outcome, Sent):
            self.sent.append(parcel)
        return outcome

    async def show(self, body: bytes, address: Address, shown_as: str | None) -> Outcome:
        """Show as scripted; by default the view keeps its name."""
        await self._gate.wait()
        self.shown.append(Shown(body, address, shown_as))
        if self._views_left:
            return _give(self._views_left.pop(0))
        return Sent(shown_as or f"view-{len(self.shown)}")

    async def close(self) -> None:
        """Have nothing to close."""

    @property
    def order(self) -> list[str]:
        """The slots whose sending began, in order."""
        return [parcel.slot for parcel, _ in self.started]

    def _next(self, parcel: Parcel) -> Outcome:
        for key in (parcel.slot, parcel.recipient.id):
            if self._left.get(key):
                return _give(self._left[key].pop(0))
        return Sent(f"{parcel.recipient.id}/{parcel.slot}")


def _give(scripted: Scripted) -> Outcome:
    if isinstance(scripted, Exception):
        raise scripted
    return scripted

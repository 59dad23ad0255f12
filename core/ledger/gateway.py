"""The port through which deliveries leave; `core.mail` and `bot` provide the real ones."""

from typing import Protocol

from core.ledger.draft import Address, Channel, Outcome, Parcel


class Gateway(Protocol):
    """One channel's way out.

    `send` makes one API call or one SMTP transaction. It never raises for what a peer does:
    it says in its outcome what is known. `connections` bounds how many sends run at once.
    """

    channel: Channel
    connections: int

    async def send(self, parcel: Parcel, address: Address) -> Outcome:
        """Send one parcel and say what became of it."""
        ...

    async def show(self, body: bytes, address: Address, shown_as: str | None) -> Outcome:
        """Bring a view to its wanted state, editing `shown_as` when it is there already."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...

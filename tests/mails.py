"""Deliveries of mail as the ledger hands them to their gateway."""

from typing import Any

from core.ledger.draft import Channel, Parcel
from core.reference import Party, Reference


def make_parcel(number: int = 1, **changes: Any) -> Parcel:
    given: dict[str, Any] = {
        "id": number,
        "kind": "edition",
        "slot": "edition:12",
        "recipient": Party("subscriber", str(number)),
        "cause": Reference("digest", "edition", "12"),
        "channel": Channel.MAIL,
        "body": b"",
        "values": {},
        "stream": None,
        "attempt": 1,
        "resent": False,
    }
    return Parcel(**{**given, **changes})

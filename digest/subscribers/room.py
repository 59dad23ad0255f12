"""Subscribers as a room: what it offers to the house."""

from core.parts import Parts
from core.room import Room
from digest.subscribers import retention
from digest.subscribers.alerts import MailReaders
from digest.subscribers.deliveries import delivery_kinds
from digest.subscribers.leaving import LeavingPages
from digest.subscribers.my_data import Holders, MyDataPages
from digest.subscribers.pages import SubscriptionPages
from digest.subscribers.personal import personal_data
from digest.subscribers.preferences import PreferencePages


def build(parts: Parts, holders: Holders | None = None, readers: MailReaders | None = None) -> Room:
    """Return the room.

    `holders` is asked, once every room is built, what each holds about somebody; `readers` are
    those whom alerts reach by mail.
    """
    return Room(
        name="subscribers",
        pages=(
            *SubscriptionPages(parts).routes(),
            *PreferencePages(parts).routes(),
            *MyDataPages(parts, holders).routes(),
            *LeavingPages(parts).routes(),
        ),
        ticks=((readers or MailReaders(parts)).tick(), retention.tick(parts)),
        deliveries=delivery_kinds(parts),
        personal_data=personal_data(parts.clock),
    )

"""What a subscription may do: addresses, requests, confirmations. Decisions only."""

import enum
import ipaddress
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

SOON = timedelta(minutes=10)
LATER = timedelta(days=1)
FREE_REQUESTS = 3
"""Beyond so many requests, mails to one address are a day apart: forms must not harass."""


class State(enum.StrEnum):
    """The life of a subscription."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class Event(enum.StrEnum):
    """What a line of proof says."""

    SUBSCRIBE = "subscribe"
    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    CHOOSE = "choose"


class Answer(enum.StrEnum):
    """What a request for the letter is answered with, by mail only: the page never tells."""

    CONFIRMATION = "confirmation"
    ALREADY = "already"
    NOTHING = "nothing"


def answer_to(state: State, requests: int, requested_at: datetime | None, now: datetime) -> Answer:
    """Decide which mail answers a request; too soon after the last one, none."""
    wait = SOON if requests < FREE_REQUESTS else LATER
    if requested_at is not None and now - requested_at < wait:
        return Answer.NOTHING
    return Answer.ALREADY if state is State.CONFIRMED else Answer.CONFIRMATION


class Confirmation(enum.StrEnum):
    """What following a confirmation link means."""

    DONE = "done"
    ALREADY = "already"
    ASK_AGAIN = "ask_again"


def confirmation_of(state: State) -> Confirmation:
    """Decide what a confirmation link does. One from before an unsubscription does nothing."""
    return {
        State.PENDING: Confirmation.DONE,
        State.CONFIRMED: Confirmation.ALREADY,
        State.UNSUBSCRIBED: Confirmation.ASK_AGAIN,
    }[state]


@dataclass(frozen=True)
class Choices:
    """What a subscriber wants beside the letter: alerts, of some themes (none: of all)."""

    alerts: bool = False
    themes: tuple[str, ...] = ()

    def wants(self, themes: Collection[str]) -> bool:
        """Say whether an alert about `themes` is wanted."""
        return self.alerts and (not self.themes or not set(self.themes).isdisjoint(themes))


def read_choices(alerts: str, ticked: Iterable[str], known: Iterable[str]) -> Choices:
    """Return what was ticked, in the order of the `known` themes; others are nobody's."""
    if not alerts:
        return Choices()
    wanted = set(ticked)
    return Choices(alerts=True, themes=tuple(code for code in known if code in wanted))


def truncated(address: str) -> str:
    """Return the network of an IP address (/24, or /48 in IPv6): enough for a proof.

    Anything else than an address becomes nothing.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    prefix = 24 if parsed.version == 4 else 48  # noqa: PLR2004  # IPv4
    return str(ipaddress.ip_network((parsed, prefix), strict=False))

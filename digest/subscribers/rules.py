"""What a subscription may do: addresses, requests, confirmations, endings. Decisions only."""

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
    """The life of a subscription; SUPPRESSED waits until its address can be written to again."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"


class Basis(enum.StrEnum):
    """The legal ground of a subscription (GDPR, article 6: 1.a, 1.e)."""

    CONSENT = "consent"
    PUBLIC_INTEREST = "public_interest"


class Event(enum.StrEnum):
    """What a line of proof says. An objection is of who was subscribed without having asked."""

    SUBSCRIBE = "subscribe"
    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    CHOOSE = "choose"
    ADD = "add"
    INFORM = "inform"
    OBJECT = "object"
    RESUME = "resume"


class Reason(enum.StrEnum):
    """Why an address is not written to."""

    BOUNCED = "bounced"
    OBJECTED = "objected"
    OPERATOR = "operator"
    COMPLAINED = "complained"


def stronger(first: Reason, second: Reason) -> Reason:
    """Return the reason that weighs more: a complaint outlives an address in error."""
    order = list(Reason)
    return max(first, second, key=order.index)


def suspends(reason: Reason) -> bool:
    """Say whether a subscription only waits, and goes on once the reason is gone."""
    return reason in {Reason.BOUNCED, Reason.OPERATOR}


def may_ask_again(reason: Reason | None) -> bool:
    """Say whether the form may write to an address: an objection never blocks a later consent.

    Nor does an error, which may be mended; a complaint does, until an operator lifts it.
    """
    return reason in {None, Reason.BOUNCED, Reason.OBJECTED}


class Answer(enum.StrEnum):
    """What a request for the letter is answered with, by mail only: the page never tells."""

    CONFIRMATION = "confirmation"
    ALREADY = "already"
    NOTHING = "nothing"


def may_write(
    requests: int, requested_at: datetime | None, now: datetime, reason: Reason | None = None
) -> bool:
    """Say whether a form may have a mail sent to an address now: forms must not harass."""
    if not may_ask_again(reason):
        return False
    wait = SOON if requests < FREE_REQUESTS and reason is not Reason.BOUNCED else LATER
    return requested_at is None or now - requested_at >= wait


def answer_to(
    state: State,
    requests: int,
    requested_at: datetime | None,
    now: datetime,
    reason: Reason | None = None,
) -> Answer:
    """Decide which mail answers a request; too soon after the last one, none.

    `reason` is why the address is suppressed, if it is.
    """
    if not may_write(requests, requested_at, now, reason):
        return Answer.NOTHING
    return Answer.ALREADY if state is State.CONFIRMED else Answer.CONFIRMATION


class Confirmation(enum.StrEnum):
    """What following a confirmation link means."""

    DONE = "done"
    ALREADY = "already"
    ASK_AGAIN = "ask_again"


def confirmation_of(state: State, reason: Reason | None = None) -> Confirmation:
    """Decide what a confirmation link does. One from before an unsubscription does nothing."""
    if not may_ask_again(reason):
        return Confirmation.ASK_AGAIN
    return {
        State.PENDING: Confirmation.DONE,
        State.SUPPRESSED: Confirmation.DONE,
        State.CONFIRMED: Confirmation.ALREADY,
        State.UNSUBSCRIBED: Confirmation.ASK_AGAIN,
    }[state]


def ending(basis: Basis) -> Event:
    """Return what leaving is: taking a consent back, or objecting to what was never asked for."""
    return Event.OBJECT if basis is Basis.PUBLIC_INTEREST else Event.UNSUBSCRIBE


def left_for_good(
    state: State, confirmed_at: datetime | None, unsubscribed_at: datetime | None
) -> bool:
    """Say whether somebody left and has not confirmed since, whoever asks again in their name."""
    if state not in {State.UNSUBSCRIBED, State.PENDING} or unsubscribed_at is None:
        return state is State.UNSUBSCRIBED
    return confirmed_at is None or confirmed_at <= unsubscribed_at


class Verdict(enum.StrEnum):
    """What becomes of an address that an operator adds."""

    ADDED = "added"
    ALREADY = "already"
    LEFT = "left"
    OBJECTED = "objected"
    SUPPRESSED = "suppressed"


def verdict_of(state: State | None, reason: Reason | None) -> Verdict:
    """Decide whether an operator may add an address: never who left, objected, or is in error.

    `state` is that of its subscription, if it ever had one, and UNSUBSCRIBED for who left for good;
    a request that was never confirmed prevents nothing.
    """
    if reason is Reason.OBJECTED:
        return Verdict.OBJECTED
    if reason is not None:
        return Verdict.SUPPRESSED
    if state is State.UNSUBSCRIBED:
        return Verdict.LEFT
    return Verdict.ADDED if state in {None, State.PENDING} else Verdict.ALREADY


HARD = "hard"
SOFT = "soft"
REFUSED_BY_POLICY = "5.7."
"""Enhanced codes (RFC 3463 §3.8) that speak of the sender, not of the address."""


def weighed(severity: str, status: str) -> str:
    """Return how much an error weighs: a server that refuses us all says nothing of one address."""
    return SOFT if status.startswith(REFUSED_BY_POLICY) else severity


def suppresses(severity: str, soft_so_far: int, soft_bounces: int) -> bool:
    """Say whether an error makes an address one that is not written to; this one is counted."""
    return severity == HARD or soft_so_far >= soft_bounces


@dataclass(frozen=True)
class Choices:
    """What a subscriber wants: alerts or not, of some themes (none: of all).

    Unless `whole`, the letter too is narrowed to the sections of these themes.
    """

    alerts: bool = False
    themes: tuple[str, ...] = ()
    whole: bool = True

    def wants(self, themes: Collection[str]) -> bool:
        """Say whether an alert about `themes` is wanted."""
        return self.alerts and (not self.themes or not set(self.themes).isdisjoint(themes))


def read_choices(
    alerts: str, ticked: Iterable[str], known: Iterable[str], narrowed: str = ""
) -> Choices:
    """Return what was ticked, in the order of the `known` themes; others are nobody's.

    Without a theme there is nothing to narrow the letter to.
    """
    wanted = set(ticked)
    themes = tuple(code for code in known if code in wanted)
    return Choices(bool(alerts), themes, whole=not (narrowed and themes))


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

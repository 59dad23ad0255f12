"""Strangers who ask to come in: what is sent, believed and shown, decided on plain values."""

import enum
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.email_address import normalise
from core.errors import InputError

TRIES = 5
"""How many wrong codes are heard before another must be sent."""

A_DAY = 3
"""How many codes a day may be asked by one account, and sent to one address."""

LONGEST_NAME = 40
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class State(enum.StrEnum):
    """The life of an access request; `dropped`: replaced, worn out, or no longer needed."""

    SENT = "sent"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    BARRED = "barred"
    DROPPED = "dropped"


class Standing(enum.StrEnum):
    """Where a stranger stands at the door."""

    NEW = "new"
    CODE_SENT = "code_sent"
    WAITING = "waiting"
    BARRED = "barred"


class Hearing(enum.StrEnum):
    """What a typed code is worth."""

    RIGHT = "right"
    WRONG = "wrong"
    WORN_OUT = "worn_out"
    EXPIRED = "expired"
    GONE = "gone"


@dataclass(frozen=True)
class Asked:
    """A request as decisions see it."""

    state: State
    tries: int
    expires_at: datetime


@dataclass(frozen=True)
class Sendings:
    """How many codes were sent: in a day for the account and to the address, in an hour in all."""

    to_account: int
    to_address: int
    in_all: int


def standing(requests: Iterable[Asked], now: datetime) -> Standing:
    """Say where somebody stands, from all their requests."""
    known = list(requests)
    if any(one.state is State.BARRED for one in known):
        return Standing.BARRED
    if any(one.state is State.CONFIRMED for one in known):
        return Standing.WAITING
    if any(_heard(one, now) for one in known):
        return Standing.CODE_SENT
    return Standing.NEW


def may_send(sendings: Sendings, an_hour: int) -> bool:
    """Say whether one more code may be sent; `an_hour` is the most for everybody together."""
    own = sendings.to_account < A_DAY and sendings.to_address < A_DAY
    return own and sendings.in_all < an_hour


def hear(asked: Asked, *, right: bool, now: datetime) -> Hearing:
    """Say what a code is worth for a request; a right one that comes too late is worth nothing."""
    if asked.state is not State.SENT:
        return Hearing.GONE
    if asked.tries >= TRIES:
        return Hearing.WORN_OUT
    if now >= asked.expires_at:
        return Hearing.EXPIRED
    if right:
        return Hearing.RIGHT
    return Hearing.WORN_OUT if asked.tries + 1 >= TRIES else Hearing.WRONG


def code_of(secret: str, salt: str, account: str, email: str) -> str:
    """Return the six digits of a request: nobody finds them without the service's secret.

    They hold for one account and one address: nothing of them needs to be stored.
    """
    message = f"relais.access_code\0{salt}\0{account}\0{email}"
    digest = hmac.digest(secret.encode(), message.encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def same_code(one: str, other: str) -> bool:
    """Compare in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def parse_code(text: str, _now: datetime) -> str:
    """Read six digits, spaces put aside. Raises InputError: `code_shape`."""
    digits = "".join(text.split())
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise InputError("code_shape")
    return digits


def parse_email(text: str, _now: datetime) -> str:
    """Read an address as it is stored. Raises InputError: `email_` and what `normalise` says."""
    try:
        return normalise(text)
    except InputError as error:
        raise InputError(f"email_{error.what}") from error


def shown_name(name: str) -> str:
    """Return what may be repeated of a name that a stranger chose: letters, nothing to follow.

    A mail of ours goes to an address that they chose too: it must carry no message of theirs.
    """
    kept = "".join(
        character if unicodedata.category(character)[0] in "LM" or character in "-’'" else " "
        for character in name
    )
    return " ".join(kept.split())[:LONGEST_NAME].strip()


def _heard(asked: Asked, now: datetime) -> bool:
    return asked.state is State.SENT and asked.tries < TRIES and now < asked.expires_at

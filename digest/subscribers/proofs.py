"""The proof of each subscription: what happened, under which words, from where."""

import hashlib
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text
from core.parts import Parts
from digest.subscribers.models import Consent, Subscriber
from digest.subscribers.rules import Basis, Event

FORM = "form"
MAIL = "mail"
LINK = "link"
ONE_CLICK = "one_click"
PREFERENCES = "preferences"
FRESH_LINK = "fresh_link"
OPERATOR = "operator"
DIRECTORY = "directory"


def wording(parts: Parts, language: str, basis: str = Basis.CONSENT) -> str:
    """Return the sentence under which somebody subscribes, or is: it is kept with the proof."""
    block = "informed" if basis == Basis.PUBLIC_INTEREST else "wording"
    return parts.renderer.plain(Text("web/consent.txt", block), language)


def version_of(words: str) -> str:
    """Return the version of a sentence: the beginning of its SHA-256, in hexadecimal."""
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def prove(
    session: AsyncSession,
    parts: Parts,
    subscriber: Subscriber,
    event: Event,
    *,
    origin: str,
    network: str,
    now: datetime,
    basis: Basis | None = None,
) -> None:
    """Add a line of proof, on a ground: unless told otherwise, that of the subscription now.

    `network` is the truncated address that it came from, empty when there is none.
    """
    ground = basis or Basis(subscriber.basis)
    words = wording(parts, subscriber.language, ground)
    session.add(
        Consent(
            subscriber_id=subscriber.id,
            event=event,
            basis=ground.value,
            origin=origin,
            wording=words,
            wording_version=version_of(words),
            network=network,
            at=now,
        )
    )

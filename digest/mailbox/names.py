"""How the mailbox names its things: references, kinds of deliveries, slots."""

from datetime import date

from core.reference import Reference

NOTICE = "mailbox.notice"
PROPOSAL = "mailbox.proposal"
UNSUBSCRIBED = "mailbox.unsubscribed"

REPLACE = "mailbox.replace"
IGNORE = "mailbox.ignore"

TEMPLATE = "chat/mailbox.html"


def mail_reference(identity: int) -> Reference:
    """Return the reference of a received mail."""
    return Reference("mailbox", "mail", str(identity))


def notices_reference() -> Reference:
    """Return the reference of the mailbox itself, as the cause of what is told of it."""
    return Reference("mailbox", "mailbox", "all")


def daily_slot(what: str, day: date) -> str:
    """Return the slot of what is told once a day at most."""
    return f"{what}:{day:%Y-%m-%d}"


def monthly_slot(what: str, day: date) -> str:
    """Return the slot of what is told once a month at most."""
    return f"{what}:{day:%Y-%m}"

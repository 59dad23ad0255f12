"""What people answer with their calendar program: the mailbox reads it, the meetings take it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class CalendarReply:
    """An answer to an invitation (RFC 5546 §3.2.3), as a mail brought it.

    `email` is where the mail claims to come from, `attendee` whom it answers for: lower case,
    neither is proof. `answer` is in lower case: `accepted`, `declined`, `tentative`… `sequence` and
    `stamp` (when it was given) are None when the program left them out.
    """

    uid: str
    email: str
    attendee: str
    answer: str
    sequence: int | None
    stamp: datetime | None


class CalendarReplies(Protocol):
    """Who takes such answers: the meetings."""

    async def take(self, session: AsyncSession, reply: CalendarReply, now: datetime) -> str:
        """Do what an answer says; return what was done, for logs. Nothing here commits."""
        ...


class NoMeetings:
    """Where no meeting is planned: every answer is about somebody else's."""

    async def take(self, session: AsyncSession, reply: CalendarReply, now: datetime) -> str:  # noqa: ARG002  # the protocol's names
        """Do nothing."""
        return "unknown"


NO_MEETINGS = NoMeetings()

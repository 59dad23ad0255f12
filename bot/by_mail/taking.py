"""Taking what humans write by mail."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.questions import MailQuestion


class TakingMail:
    """The hotline's side of the mailbox."""

    async def take(self, session: AsyncSession, mail: MailQuestion, now: datetime) -> str:
        """Open a question, or add to the one that the mail answers."""
        raise NotImplementedError

    async def undelivered(self, session: AsyncSession, message_id: str, now: datetime) -> bool:
        """Tell the topic of a question that a mail about it came back."""
        raise NotImplementedError

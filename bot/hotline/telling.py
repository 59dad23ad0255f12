"""What an agent is told of their question, by the ledger: taken, waiting, closed, reopened."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail import mails as by_mail
from bot.by_mail.mails import Mails
from bot.hotline.models import Question
from bot.hotline.posts import reference, text
from core.chat import Button, Keyboard, Text
from core.ledger.draft import Draft
from core.ledger.store import post
from core.people.models import Person
from core.posts import render_post
from core.reference import Party, Reference
from core.render import Renderer

CLOSED = "hotline.closed"
REOPENED = "hotline.reopened"
WAITING = "hotline.waiting"
TAKEN = "hotline.taken"
TRANSFERRED = "hotline.transferred"
UNDECIDED = "hotline.undecided"

BY_MAIL = {CLOSED: by_mail.CLOSED, REOPENED: by_mail.REOPENED, WAITING: by_mail.WAITING}
"""What whoever asked by mail is told too, and as which kind of delivery."""


def rating_row(question: Question) -> tuple[Button, ...]:
    """Return the two buttons that say whether an answer helped."""
    return tuple(
        Button(text(label), "hotline.rate", pair(question.id, rating), question.version)
        for label, rating in (("rate_yes_button", 2), ("rate_no_button", 1))
    )


def reopen_button(question: Question) -> Button:
    """Return the button that reopens a question."""
    return Button(text("reopen_button"), "hotline.reopen", reference(question.id), question.version)


def pair(number: int, value: int) -> Reference:
    """Return what a button about a question carries when it also says which value."""
    return Reference("hotline", "pair", f"{number}-{value}")


class Telling:
    """Posts what the asker of a question must know, in their language, in the order it happened.

    Each is called in the transaction that changed the question, once its state is what it is
    to be. Who has been erased is told nothing; who asked by mail is told by `mails` what matters to
    them. `reopen_days` is how long what is closed may be reopened.
    """

    def __init__(self, renderer: Renderer, reopen_days: int, mails: Mails | None = None) -> None:
        self._renderer = renderer
        self._reopen_days = reopen_days
        self._mails = mails

    async def closed(self, session: AsyncSession, question: Question, now: datetime) -> None:
        """Say that the team has closed it; ask whether that helped; offer to reopen it."""
        until = now + timedelta(days=self._reopen_days)
        words = text("told_closed", number=question.id, until=until)
        keyboard = (rating_row(question), (reopen_button(question),))
        await self.tell(session, question, CLOSED, words, now, keyboard=keyboard)

    async def reopened(self, session: AsyncSession, question: Question, now: datetime) -> None:
        """Say that the team has reopened it."""
        words = text("told_reopened", number=question.id)
        await self.tell(session, question, REOPENED, words, now)

    async def waiting(self, session: AsyncSession, question: Question, now: datetime) -> None:
        """Say that the team waits for what they have to say."""
        words = text("told_waiting", number=question.id)
        await self.tell(session, question, WAITING, words, now)

    async def taken(
        self, session: AsyncSession, question: Question, animator_name: str, now: datetime
    ) -> None:
        """Say who has taken it in charge."""
        words = text("told_taken", number=question.id, name=animator_name)
        await self.tell(session, question, TAKEN, words, now)

    async def transferred(self, session: AsyncSession, question: Question, now: datetime) -> None:
        """Say to its new asker that it was a colleague's, who has left; not who that was."""
        words = text("told_transferred", number=question.id, extract=question.text)
        await self.tell(session, question, TRANSFERRED, words, now)

    async def tell(
        self,
        session: AsyncSession,
        question: Question,
        kind: str,
        words: Text,
        now: datetime,
        *,
        keyboard: Keyboard = (),
    ) -> None:
        """Post words about a question to its asker, once for each version of it."""
        asker = await session.get(Person, question.asker_id) if question.asker_id else None
        if asker is None:
            if self._mails is not None and kind in BY_MAIL:
                await self._mails.told(session, question, BY_MAIL[kind], now)
            return
        person = Party("person", str(asker.id))
        said = render_post(self._renderer, words, keyboard, asker.language)
        slot = f"question:{question.id}/version:{question.version}"
        draft = Draft(
            kind, slot, person, said.content(), reference(question.id), now, stream=str(person)
        )
        await post(session, [draft], now)

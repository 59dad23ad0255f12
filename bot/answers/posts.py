"""What the knowledge base hands to the ledger, and how it behaves there."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.cards import expert_keyboard, review_keyboard, settled_keyboard
from bot.answers.decide import State
from bot.answers.models import Answer
from bot.answers.words import reference, text
from core.chat import Keyboard, Text, command_button
from core.ledger.draft import (
    ChatAddress,
    DeliveryKind,
    Draft,
    Parcel,
    Policy,
    Ready,
    Skip,
)
from core.parts import Parts
from core.people.reaching import private_chat
from core.posts import render_post
from core.reference import ANIMATORS, Party, Reference

REVIEW = "answers.review"
EXPERT = "answers.expert"
JUDGED = "answers.judged"
DUE = "answers.due"
BASE = Reference("answers", "base", "1")


class Posts:
    """Writes drafts of deliveries, in the language of the animators.

    Their recipient is the answer itself, so that what they hold can be let go of with it.
    """

    def __init__(self, parts: Parts) -> None:
        self._renderer = parts.renderer
        self._language = parts.settings.network.language
        telegram = parts.settings.telegram
        self._group = ChatAddress(telegram.group_id, telegram.board_thread_id)

    def review(self, row: Answer, theme: str, author: str, now: datetime) -> Draft:
        """Ask the animators to validate a draft as it stands."""
        words = text("review", draft=row, theme=theme, author=author)
        slot = f"answer:{row.id}/version:{row.version}"
        return self._draft(REVIEW, slot, row, words, review_keyboard(row), now)

    def expert(self, row: Answer, person_id: int, theme: str, name: str, now: datetime) -> Draft:
        """Ask somebody outside the team, privately; `name` is who asks."""
        words = text("expert", draft=row, theme=theme, name=name)
        slot = f"answer:{row.id}/version:{row.version}/person:{person_id}"
        draft = self._draft(EXPERT, slot, row, words, expert_keyboard(row), now)
        values = {**draft.values, "person": str(person_id)}
        return Draft(**{**vars(draft), "values": values, "stream": f"person:{person_id}"})

    def judged(self, row: Answer, words: Text, now: datetime) -> Draft:
        """Tell the animators what became of a draft; `row` as it stood when it was judged."""
        slot = f"answer:{row.id}/version:{row.version}/judged"
        return self._draft(JUDGED, slot, row, words, (), now)

    def due(self, row: Answer, theme: str, now: datetime) -> Draft:
        """Propose an answer for review, once for each review date."""
        words = text("review_due", answer=row, theme=theme)
        slot = f"answer:{row.id}/review:{row.review_on}"
        return self._draft(DUE, slot, row, words, settled_keyboard(row), now)

    def many_due(self, count: int, last: date, first: int, now: datetime) -> Draft:
        """Say that many answers are due at once; `last` and `first` (an id) tell this time."""
        words = text("many_due", count=count)
        keyboard = ((command_button(text("menu_answers"), "reponses"),),)
        post = render_post(self._renderer, words, keyboard, self._language)
        slot = f"base/review:{last}/{first}"
        return Draft(DUE, slot, ANIMATORS, post.content(), BASE, now)

    def _draft(  # noqa: PLR0917  # what a delivery is made of
        self, kind: str, slot: str, row: Answer, words: Text, keyboard: Keyboard, now: datetime
    ) -> Draft:
        post = render_post(self._renderer, words, keyboard, self._language)
        recipient = Party("answer", str(row.id))
        values = {"version": str(row.version)}
        return Draft(kind, slot, recipient, post.content(), reference(row.id), now, values)

    def kinds(self) -> tuple[DeliveryKind, ...]:
        """Return every kind: all are sent again when nobody knows whether they arrived."""
        return (
            DeliveryKind(REVIEW, Policy.RESEND, self._to_review),
            DeliveryKind(EXPERT, Policy.RESEND, self._to_expert),
            DeliveryKind(JUDGED, Policy.RESEND, self._to_group),
            DeliveryKind(DUE, Policy.RESEND, self._to_reviewers),
        )

    async def _to_group(
        self, _session: AsyncSession, _parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        return Ready(self._group) if self._group.chat_id else Skip("no_group")

    async def _to_review(
        self, session: AsyncSession, parcel: Parcel, now: datetime
    ) -> Ready | Skip:
        if not await _stands(session, parcel, State.IN_REVIEW):
            return Skip("changed")
        return await self._to_group(session, parcel, now)

    async def _to_reviewers(
        self, session: AsyncSession, parcel: Parcel, now: datetime
    ) -> Ready | Skip:
        if parcel.cause != BASE and not await _stands(session, parcel, State.VALIDATED):
            return Skip("changed")
        return await self._to_group(session, parcel, now)

    async def _to_expert(
        self, session: AsyncSession, parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        if not await _stands(session, parcel, State.IN_REVIEW):
            return Skip("changed")
        return await private_chat(session, int(parcel.values["person"]))


async def _stands(session: AsyncSession, parcel: Parcel, state: State) -> bool:
    """Say whether an answer is what it was when this was written."""
    row = await session.get(Answer, parcel.cause.number)
    return (
        row is not None and row.state == state and str(row.version) == parcel.values.get("version")
    )

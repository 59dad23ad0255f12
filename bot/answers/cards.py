"""What the animators are shown of an answer, with the buttons that its state allows."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import store
from bot.answers.decide import LONGEST_ANSWER, UNDER_WAY, State, is_overdue, length
from bot.answers.models import Answer
from bot.answers.naming import Naming, words_of
from bot.answers.words import reference, text
from core.chat import Button, Keyboard, Redraw, Reply, Response, Text, Toast, Turn
from core.people.models import Person
from core.reference import Reference

_EDITS = (
    ("edit_question", "edit_answer"),
    ("edit_sources", "stories"),
    ("edit_variants", "themes"),
    ("edit_stated", "edit_review"),
)


class Cards:
    """Shows answers to animators."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming

    async def reply(self, turn: Turn, row: Answer) -> Reply:
        """Return the card of an answer, as a new message."""
        return Reply(*await self.face(turn, row))

    async def redraw(self, turn: Turn, row: Answer) -> Redraw:
        """Return the card of an answer, in the place of the pressed message."""
        return Redraw(*await self.face(turn, row))

    async def face(self, turn: Turn, row: Answer) -> tuple[Text, Keyboard]:
        """Return the card of an answer and its buttons."""
        if row.state in UNDER_WAY:
            return await self._draft(turn.session, row)
        return public(row, turn), settled_keyboard(row)

    async def open(
        self, turn: Turn, subject: Reference, version: int, states: Collection[State]
    ) -> Answer | Sequence[Response]:
        """Return the answer that a button is about, held; or what to say when it is stale."""
        row = await store.answer(turn.session, subject.number)
        if row is None:
            return [Toast(text("unknown_answer"), alert=True)]
        if row.version != version or row.state not in states:
            return [Toast(text("stale"), alert=True), await self.redraw(turn, row)]
        return row

    async def _draft(self, session: AsyncSession, row: Answer) -> tuple[Text, Keyboard]:
        names = await self._naming.names(session, row.question_id)
        variants = await store.variants(session, row.id)
        flagged = self._naming.flagged(words_of(row, variants), names)
        author = await session.get(Person, row.drafted_by) if row.drafted_by else None
        size = length(row.question, row.answer, row.sources)
        words = text(
            "draft",
            draft=row,
            question=self._naming.marked(row.question, names),
            answer=self._naming.marked(row.answer, names),
            sources=self._naming.marked(row.sources, names),
            variants=[self._naming.marked(each, names) for each in variants],
            flagged=flagged,
            theme=await store.theme_name(session, row.theme_id),
            author=author.name if author else "",
            size=size,
            most=LONGEST_ANSWER,
        )
        if row.state == State.DRAFT:
            return words, _draft_keyboard(row, flagged=bool(flagged))
        return words, review_keyboard(row)


def public(row: Answer, turn: Turn) -> Text:
    """Return an answer as agents read it."""
    return text("answer", answer=row, overdue=is_overdue(row.review_on, turn.now))


def button(row: Answer, action: str) -> Button:
    """Return a button about an answer as it stands; its label's block is named after it."""
    return Button(text(f"{action}_button"), f"answers.{action}", reference(row.id), row.version)


def discard_keyboard(row: Answer) -> Keyboard:
    """Return how to remove a draft, and how not to."""
    return ((button(row, "discarded"), button(row, "draft")),)


def _draft_keyboard(row: Answer, *, flagged: bool) -> Keyboard:
    edits = tuple(tuple(button(row, action) for action in line) for line in _EDITS)
    replace = ((button(row, "replace"),),) if flagged else ()
    return (*replace, *edits, (button(row, "submit"),), (button(row, "discard"),))


def review_keyboard(row: Answer) -> Keyboard:
    """Return what can be done of an answer in review."""
    return (
        (button(row, "validate"), button(row, "refuse")),
        (button(row, "experts"),),
        (button(row, "resume"),),
    )


def expert_keyboard(row: Answer) -> Keyboard:
    """Return what an expert can do of an answer in review."""
    return ((button(row, "validate"), button(row, "refuse")),)


def settled_keyboard(row: Answer) -> Keyboard:
    """Return what animators can do of an answer that was validated once."""
    if row.state == State.WITHDRAWN:
        return ((button(row, "revise"), button(row, "history")),)
    return (
        (button(row, "still_right"), button(row, "revise")),
        (button(row, "withdraw"), button(row, "history")),
    )

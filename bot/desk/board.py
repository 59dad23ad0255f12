"""The pinned board of the animators' group: what is open, the oldest unanswered first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail.threads import Writer, writer
from bot.desk.decide import fitting, topic_link
from bot.desk.words import text
from bot.hotline.decide import State
from bot.hotline.models import Question
from core.chat import Post
from core.db import Database
from core.ledger import views
from core.ledger.draft import Address, ChatAddress
from core.people.models import Person, Territory, Theme
from core.reference import ANIMATORS
from core.render import Renderer

KEY = "desk.board"

ROOM = 3600
"""UTF-16 code units kept for the lines, of the 4096 that a message holds."""

MOST_LINES = 100


@dataclass(frozen=True)
class Line:
    """A question on the board; who asks a discreet one has no name here.

    `by_mail` says that the name is only what a mail claims.
    """

    number: int
    territory: str
    theme: str
    name: str
    waiting: bool
    since: datetime | None
    taken_by: str
    thread_id: int | None
    by_mail: bool = False


class Board:
    """Shows the board. `group_id` is the animators' group, `thread_id` its topic, if any."""

    def __init__(
        self,
        database: Database,
        renderer: Renderer,
        language: str,
        group_id: int,
        thread_id: int | None,
    ) -> None:
        self._database = database
        self._renderer = renderer
        self._language = language
        self._group_id = group_id
        self._thread_id = thread_id

    async def run(self, now: datetime) -> None:
        """Show the board anew when anything on it has changed."""
        if not self._group_id:
            return
        async with self._database.read() as session:
            said = await self._said(session)
            shown = await views.wanted(session, KEY)
        if shown is not None and _less_last_line(Post.decode(shown).text) == said:
            return
        updated = self._renderer.chat(text("board_updated", now=now), self._language)
        post = Post("text", f"{said}\n\n{updated}", pinned=True)
        async with self._database.write() as session:
            await views.show(session, KEY, ANIMATORS, post.content())

    async def address(self, _session: AsyncSession, _key: str) -> Address | None:
        """Return where the board is shown."""
        return ChatAddress(self._group_id, self._thread_id) if self._group_id else None

    async def _said(self, session: AsyncSession) -> str:
        counts = await _counts(session)
        rows = await _lines(session)
        lines = [self._line(row) for row in rows]
        shown = fitting(lines, ROOM)
        words = text(
            "board",
            lines=[Markup(line) for line in lines[:shown]],  # noqa: S704  # escaped by its block
            left=counts[State.OPEN] + counts[State.WAITING] - shown,
            unanswered=counts[State.OPEN],
            waiting=counts[State.WAITING],
            answered=counts[State.ANSWERED],
        )
        return self._renderer.chat(words, self._language)

    def _line(self, line: Line) -> str:
        words = text(
            "board_line",
            link=topic_link(self._group_id, line.thread_id),
            number=line.number,
            territory=line.territory,
            theme=line.theme,
            name=line.name,
            waiting=line.waiting,
            since=line.since,
            taken_by=line.taken_by,
            by_mail=line.by_mail,
        )
        return self._renderer.chat(words, self._language)


async def _counts(session: AsyncSession) -> Counter[State]:
    rows = await session.execute(select(Question.state, func.count()).group_by(Question.state))
    return Counter({State(state): count for state, count in rows})


async def _lines(session: AsyncSession) -> Sequence[Line]:
    """Return what is open, the longest unanswered first, then what waits for agents."""
    rows = await session.execute(
        select(Question, Territory.name, Theme.name)
        .outerjoin(Territory, Territory.id == Question.territory_id)
        .outerjoin(Theme, Theme.id == Question.theme_id)
        .where(Question.state.in_((State.OPEN.value, State.WAITING.value)))
        .order_by(
            Question.state != State.OPEN.value,
            func.coalesce(Question.awaiting_since, Question.opened_at),
            Question.id,
        )
        .limit(MOST_LINES)
    )
    found = rows.all()
    ids = {each for row in found for each in (row[0].asker_id, row[0].taken_by)}
    people = await session.scalars(select(Person).where(Person.id.in_(ids - {None})))
    names: dict[int | None, str] = {person.id: person.name for person in people}
    writers = {row[0].id: await writer(session, row[0]) for row in found}
    return [
        Line(
            number=question.id,
            territory=territory or "",
            theme=theme or "",
            name=""
            if question.discreet
            else _name(names.get(question.asker_id), writers, question),
            waiting=question.state == State.WAITING,
            since=question.awaiting_since,
            taken_by=names.get(question.taken_by, ""),
            thread_id=question.thread_id,
            by_mail=writers[question.id] is not None,
        )
        for question, territory, theme in found
    ]


def _name(person: str | None, writers: Mapping[int, Writer | None], question: Question) -> str:
    written = writers[question.id]
    return person or (written.shown if written else "")


def _less_last_line(said: str) -> str:
    """Return the board without the line that says when it was updated."""
    return said.rpartition("\n\n")[0]

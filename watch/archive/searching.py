"""`/chercher`: what animators look up in the archive, in chat."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Field,
    Form,
    Keyboard,
    Reply,
    Response,
    Text,
    Turn,
)
from core.errors import InputError
from core.people.roles import Role
from core.reference import Reference
from watch.archive.published import theme_names
from watch.archive.rules import read_query
from watch.archive.search import StorySearch, sources_of
from watch.models import Story
from watch.reading.titles import shorten

TEMPLATE = "chat/archive.html"
CARD = "watch.card"
"""The desk's own action, which shows a piece of news with all that can be done with it."""

MOST_FOUND = 10
MOST_TITLE = 120
LONGEST = 300
_IN_A_ROW = 5
_ARCHIVE = Reference("archive", "search", "1")


class Searching:
    """Answers animators who look something up."""

    def __init__(self, search: StorySearch) -> None:
        self._search = search

    def commands(self) -> tuple[Command, ...]:
        """Return the command."""
        return (Command("chercher", self.look, Role.ANIMATOR, menu=Text(TEMPLATE, "menu")),)

    def actions(self) -> tuple[Action, ...]:
        """Return the button that asks for other words."""
        return (Action("archive.search", self.again, Role.ANIMATOR),)

    def forms(self) -> tuple[Form, ...]:
        """Return the form that asks for words."""
        words = Field("words", Text(TEMPLATE, "ask"), parse_words)
        return (Form("archive.search", (words,), self.asked, Role.ANIMATOR),)

    async def look(self, turn: Turn) -> Sequence[Response]:
        """Look up what follows the command, or ask what to look for."""
        line = turn.incoming.argument.strip()[:LONGEST]
        return await self._found(turn.session, line) if line else [Ask("archive.search")]

    async def again(self, _turn: Turn, _subject: Reference, _seen: int) -> Sequence[Response]:
        """Ask what to look for."""
        return [Ask("archive.search")]

    async def asked(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Look up what was given."""
        return await self._found(turn.session, values["words"])

    async def _found(self, session: AsyncSession, line: str) -> Sequence[Response]:
        wanted = read_query(line, await theme_names(session))
        found = await self._search.find(session, wanted, MOST_FOUND + 1)
        more = (Button(Text(TEMPLATE, "again_button"), "archive.search", _ARCHIVE),)
        if not found:
            return [Reply(Text(TEMPLATE, "nothing", {"query": line}), (more,))]
        shown = found[:MOST_FOUND]
        sources = await sources_of(session, [story.id for story in shown])
        values = {
            "query": line,
            "found": [_line(story, sources[story.id]) for story in shown],
            "more": len(found) > MOST_FOUND,
        }
        return [Reply(Text(TEMPLATE, "found", values), (*_numbers(shown), more))]


def parse_words(text: str, _now: datetime) -> str:
    """Return what to look for. Raises InputError with the block that says what is wrong."""
    line = " ".join(text.split())
    if not line:
        raise InputError("empty")
    if len(line) > LONGEST:
        raise InputError("too_long")
    return line


def _numbers(stories: Sequence[Story]) -> Keyboard:
    buttons = [
        Button(
            Text(TEMPLATE, "number_button", {"number": number}),
            CARD,
            Reference("watch", "story", str(story.id)),
            story.version,
        )
        for number, story in enumerate(stories, start=1)
    ]
    return tuple(
        tuple(buttons[start : start + _IN_A_ROW]) for start in range(0, len(buttons), _IN_A_ROW)
    )


def _line(story: Story, sources: Sequence[str]) -> Mapping[str, Any]:
    return {
        "title": shorten(story.title, MOST_TITLE),
        "link": story.link,
        "sources": sources,
        "day": story.first_seen_at,
        "state": story.state,
    }

"""The public pages of the watch: what was kept, by theme, as pages and as Atom feeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import atom
from core.addresses import ROW
from core.chat import Text
from core.pages import page
from core.parts import Parts
from watch.alerts.interests import closings_of
from watch.archive.published import PublishedStory, kept_ids, published, theme_names
from watch.models import Story

ON_A_PAGE = 20
IN_A_FEED = 50
TEMPLATE = "web/watch_texts.html"


@dataclass(frozen=True)
class Theme:
    """A theme as it is asked for; both empty for all of them."""

    code: str = ""
    name: str = ""

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/veille/themes/{self.code}" if self.code else "/veille"


class WatchPages:
    """Answers whoever reads the watch on the web."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        return (
            Route("/veille", self.list),
            Route("/veille/atom.xml", self.feed),
            Route("/veille/themes/{theme}", self.list),
            Route("/veille/themes/{theme}/atom.xml", self.feed),
            Route(f"/veille/actualites/{{number:{ROW}}}", self.show),
        )

    async def list(self, request: Request) -> Response:
        """List what was kept, a page at a time. Raises HTTPException(404) for no such theme."""
        asked = request.query_params.get("page", "1")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1  # noqa: PLR2004  # a longer one is no page
        now = self._parts.clock.now()
        async with self._parts.database.read() as session:
            theme = await self._theme(session, request)
            ids = await kept_ids(session, theme.code)
            first = max(number - 1, 0) * ON_A_PAGE
            stories = await published(session, ids[first : first + ON_A_PAGE], now)
            names = await theme_names(session)
        if not stories and number > 1:
            raise HTTPException(404)
        values = {
            "stories": stories,
            "theme": theme,
            "themes": [Theme(code, name) for code, name in names.items()],
            "number": number,
            "last": max(1, -(-len(ids) // ON_A_PAGE)),
        }
        return page(self._parts, "web/watch.html", values)

    async def show(self, request: Request) -> Response:
        """Show a kept piece of news. Raises HTTPException(404) when it is not, or not any more."""
        now = self._parts.clock.now()
        async with self._parts.database.read() as session:
            found = await published(session, [request.path_params["number"]], now)
            story = await session.get(Story, found[0].id) if found else None
        if story is None:
            raise HTTPException(404)
        still_open = bool(closings_of(story, now))
        values = {"story": found[0], "open": still_open, "typed": "", "problem": ""}
        return page(self._parts, "web/watch_story.html", values)

    async def feed(self, request: Request) -> Response:
        """Give what was kept as Atom. Raises HTTPException(404) for no such theme."""
        now = self._parts.clock.now()
        async with self._parts.database.read() as session:
            theme = await self._theme(session, request)
            ids = await kept_ids(session, theme.code)
            stories = await published(session, ids[:IN_A_FEED], now)
        return atom.respond(request, self._feed(theme, stories))

    @staticmethod
    async def _theme(session: AsyncSession, request: Request) -> Theme:
        code = request.path_params.get("theme", "")
        names = await theme_names(session)
        if code and code not in names:
            raise HTTPException(404)
        return Theme(code, names.get(code, ""))

    def _feed(self, theme: Theme, stories: Sequence[PublishedStory]) -> atom.Feed:
        settings = self._parts.settings
        base = settings.service.public_url.rstrip("/")
        language = settings.network.language
        title = Text(TEMPLATE, "feed_title", {"theme": theme.name})
        return atom.Feed(
            url=f"{base}{theme.path}/atom.xml",
            page=f"{base}{theme.path}",
            title=self._parts.renderer.plain(title, language),
            author=settings.network.name,
            language=language,
            updated=_latest(stories),
            entries=tuple(self._entry(base, story) for story in stories),
        )

    def _entry(self, base: str, story: PublishedStory) -> atom.Entry:
        own = f"{base}/veille/actualites/{story.id}"
        words = Text(TEMPLATE, "feed_summary", {"note": story.note, "summary": story.summary})
        return atom.Entry(
            id=own,
            link=story.link or own,
            title=story.title,
            published=story.kept_at,
            updated=story.kept_at,
            summary=self._parts.renderer.plain(words, self._parts.settings.network.language),
            source=", ".join(told.name for told in story.sources),
            categories=story.themes,
        )


_NEVER = datetime.fromisoformat("2020-01-01T00:00:00+00:00")


def _latest(stories: Sequence[PublishedStory]) -> datetime:
    return max((story.kept_at for story in stories), default=_NEVER)

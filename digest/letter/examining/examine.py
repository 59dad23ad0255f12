"""The tick that examines the edition at work, once for each of its versions."""

import asyncio
import email.policy
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import format_datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from core.http import Fetcher
from core.mail.compose import UNSUBSCRIBE_URL
from core.mail.fill import fill
from core.pages import page_url
from core.parts import Parts
from core.room import Tick
from digest.letter import editions, rendering
from digest.letter.decide import Contents, State
from digest.letter.desk.reviews import keep_in_step
from digest.letter.examining.links import problems_of_links
from digest.letter.examining.results import Examination, Problem, judged, read_examination
from digest.letter.examining.rules import (
    Mail,
    headings,
    links_of,
    problems_of_contents,
    problems_of_mail,
)
from digest.letter.models import Edition

log = structlog.get_logger()


class Examining:
    """Examines what was rendered of an edition, and tries its links by `fetcher`."""

    def __init__(self, parts: Parts, fetcher: Fetcher) -> None:
        self._parts = parts
        self._fetcher = fetcher

    def tick(self) -> Tick:
        """Return the tick that looks for an edition to examine."""
        return Tick("letter.examine", self.run, self._next_due, every=5.0)

    async def run(self, now: datetime) -> None:
        """Examine the version that is under review, unless it was; no transaction meanwhile."""
        async with self._parts.database.read() as session:
            edition = await _waiting(session)
            if edition is None:
                return
            number, version = edition.number, edition.version
            contents = editions.contents_of(edition)
        found = judged(version, await self._problems(number, contents, now))
        async with self._parts.database.write() as session:
            row = await editions.by_number(session, number, lock=True)
            if row is None or row.version != version:
                return  # changed meanwhile: that version is examined at the next turn
            row.examined = found.to_json()
            await keep_in_step(session, self._parts, row)
        _tell(number, found)

    async def _problems(self, number: int, contents: Contents, now: datetime) -> list[Problem]:
        links = links_of(contents, page_url(self._parts, "/"))
        timeout = self._parts.settings.digest.link_timeout
        rendered = await asyncio.to_thread(problems_of_rendered, self._parts, number, contents, now)
        return [
            *problems_of_contents(contents, now),
            *rendered,
            *await problems_of_links(self._fetcher, links, timeout),
        ]

    async def _next_due(self, session: AsyncSession) -> datetime | None:
        edition = await _waiting(session)
        return edition.created_at if edition else None


def problems_of_rendered(
    parts: Parts, number: int, contents: Contents, now: datetime
) -> tuple[Problem, ...]:
    """Return what is wrong with the mail and the page of an edition, as they would be at `now`."""
    page = rendering.article(parts, number, contents, now)
    return *problems_of_mail(mail_of(parts, number, contents, now)), *headings(page)


def mail_of(parts: Parts, number: int, contents: Contents, now: datetime) -> Mail:
    """Return the mail of an edition as a reader would get it."""
    own = {name: page_url(parts, f"/{name}") for name in rendering.OWN_LINKS}
    envelope = {"To": "reader@example.org", "Date": format_datetime(now), "Message-ID": "<1@here>"}
    body = fill(rendering.mail(parts, number, contents, now).body, {**envelope, **own})
    message = message_from_bytes(body, EmailMessage, policy=email.policy.default)
    notice = parts.renderer.notice(now)
    return Mail(
        html=_part(message, "html"),
        text=_part(message, "plain"),
        unsubscribe_url=own[UNSUBSCRIBE_URL],
        sentences=notice.sentences,
        emblem=notice.emblem_id if notice.european else "",
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())


async def _waiting(session: AsyncSession) -> Edition | None:
    """Return the edition that is under review and whose version was not examined."""
    edition = await editions.current(session)
    if edition is None or edition.state != State.IN_REVIEW:
        return None
    return edition if read_examination(edition) is None else None


def _tell(number: int, found: Examination) -> None:
    log.info(
        "letter.examined",
        edition=number,
        version=found.version,
        blocking=sorted({problem.code for problem in found.blocking}),
        warnings=sorted({problem.code for problem in found.warnings}),
    )

"""Minutes on the web: a reader's own page, where a draft is answered; what was published."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.addresses import ROW
from core.clock import PARIS
from core.errors import ExpiredTokenError, TokenError
from core.files import kept
from core.pages import PRIVATE, bad_link, page, typed
from core.parts import Parts
from core.reference import Party
from digest.seminars import store as seminars
from digest.seminars.contacts import contact_of
from digest.seminars.decide import State as MeetingState
from digest.seminars.minutes import names, observing, rendering, store
from digest.seminars.minutes.decide import LONGEST_OBSERVATION, Refusal, State
from digest.seminars.minutes.models import Minutes, MinutesVersion
from digest.seminars.models import Seminar

log = structlog.get_logger()

PAGE = "web/minutes.html"
BAD_LINK = "web/minutes_bad_link.html"
PDF = "application/pdf"
LASTING = {"Cache-Control": "public, max-age=300"}


@dataclass(frozen=True)
class Found:
    """What a page is about."""

    seminar: Seminar
    minutes: Minutes
    version: MinutesVersion
    party: str = ""
    path: str = ""


class MinutesPages:
    """Answers those whom minutes were sent to, animators who preview them, and the public."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._printing = asyncio.Lock()

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages."""
        mine = "/rencontres/compte-rendu/{token}"
        preview = "/rencontres/compte-rendu/apercu/{token}"
        public = f"/rencontres/{{number:{ROW}}}/compte-rendu"
        return (
            Route(preview, self.preview, methods=["GET"]),
            Route(f"{preview}/pdf", self.preview_pdf, methods=["GET"]),
            Route(f"{preview}/fichier", self.preview_file, methods=["GET"]),
            Route(mine, self.show, methods=["GET"]),
            Route(mine, self.observe, methods=["POST"]),
            Route(f"{mine}/pdf", self.own_pdf, methods=["GET"]),
            Route(f"{mine}/fichier", self.own_file, methods=["GET"]),
            Route(public, self.published, methods=["GET"]),
            Route(f"{public}.pdf", self.published_pdf, methods=["GET"]),
            Route(f"{public}/fichier", self.published_file, methods=["GET"]),
        )

    # --- One reader's page ---

    async def show(self, request: Request) -> Response:
        """Show what was sent last, and the form as long as observations are taken."""
        try:
            async with self._parts.database.read() as session:
                found = await self._own(session, request)
                return await self._reading(session, found)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "minutes", error)

    async def observe(self, request: Request) -> Response:
        """Take an observation; the page then shows it with the others."""
        now = self._parts.clock.now()
        given = await typed(request, "text")
        try:
            async with self._parts.database.write() as session:
                found = await self._own(session, request, lock=True)
                refusal = await observing.observe(
                    session, self._parts, found.seminar, found.minutes, found.party,
                    given["text"], now,
                )  # fmt: skip
                log.info(
                    "minutes.observed",
                    minutes=found.minutes.id,
                    refusal=refusal.value if refusal else None,
                )
                return await self._reading(session, found, refusal, given["text"])
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "minutes", error)

    async def own_pdf(self, request: Request) -> Response:
        """Give what was typed, as PDF."""
        return await self._own_kept(request, "pdf")

    async def own_file(self, request: Request) -> Response:
        """Give the file that was sent."""
        return await self._own_kept(request, "hash")

    async def _own_kept(self, request: Request, which: str) -> Response:
        try:
            async with self._parts.database.read() as session:
                found = await self._own(session, request)
                return await self._file(session, found, which, PRIVATE)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "minutes", error)

    async def _own(self, session: AsyncSession, request: Request, *, lock: bool = False) -> Found:
        """Return what a link leads to. Raises ExpiredTokenError when there is no such reader."""
        token = request.path_params["token"]
        identity, party = names.read_token(self._parts, token)
        minutes = await store.by_id(session, identity, lock=lock)
        version = await store.last_version(session, identity)
        if minutes is None or version is None:
            raise ExpiredTokenError("no such minutes")
        if await contact_of(session, Party.parse(party)) is None:
            raise ExpiredTokenError("erased")
        seminar = await session.get_one(Seminar, minutes.seminar_id)
        return Found(seminar, minutes, version, party, f"/rencontres/compte-rendu/{token}")

    async def _reading(
        self,
        session: AsyncSession,
        found: Found,
        refusal: Refusal | None = None,
        typed_text: str = "",
    ) -> Response:
        now = self._parts.clock.now()
        until = found.version.observations_until
        given = await store.observations(session, found.minutes.id, found.party)
        values = {
            **rendering.shown(self._parts, found.seminar, rendering.of_version(found.version)),
            "mode": "own",
            "has_pdf": found.version.pdf is not None,
            "path": found.path,
            "open": found.minutes.state == State.PROJET and until is not None and now <= until,
            "given": [
                {"text": each.text, "at": each.at, "outcome": each.outcome or ""} for each in given
            ],
            "said": typed_text if refusal else "",
            "problem": refusal.value if refusal else "",
            "longest": LONGEST_OBSERVATION,
        }
        status = 400 if refusal else 200
        return page(self._parts, PAGE, values, status=status, headers=PRIVATE)

    # --- The animators' preview ---

    async def preview(self, request: Request) -> Response:
        """Show what is written, as it would leave."""
        try:
            async with self._parts.database.read() as session:
                seminar, written, _ = await self._previewed(session, request)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "preview", error)
        values = {
            **rendering.shown(self._parts, seminar, written),
            **_reading_only("preview", has_pdf=written.typed, path=request.url.path),
        }
        return page(self._parts, PAGE, values, headers=PRIVATE)

    async def preview_pdf(self, request: Request) -> Response:
        """Typeset what is written, as it would leave. Raises HTTPException(404) without typst."""
        try:
            async with self._parts.database.read() as session:
                seminar, written, _ = await self._previewed(session, request)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "preview", error)
        async with self._printing:
            now = self._parts.clock.now()
            made = await asyncio.to_thread(rendering.pdf, self._parts, seminar, written, now)
        if made is None or not written.typed:
            raise HTTPException(404)
        return _document(made, PDF, f"{_stem(seminar)}.pdf", PRIVATE)

    async def preview_file(self, request: Request) -> Response:
        """Give the file that would leave."""
        try:
            async with self._parts.database.read() as session:
                _, _, minutes = await self._previewed(session, request)
                return await self._kept(session, minutes.hash, minutes.name, PRIVATE)
        except TokenError as error:
            return bad_link(self._parts, BAD_LINK, "preview", error)

    async def _previewed(
        self, session: AsyncSession, request: Request
    ) -> tuple[Seminar, rendering.Written, Minutes]:
        token = request.path_params["token"]
        identity = self._parts.tokens.read(names.PREVIEW, token, names.PREVIEW_LIFE)
        minutes = await store.by_id(session, int(identity))
        if minutes is None:
            raise ExpiredTokenError("no such minutes")
        seminar = await session.get_one(Seminar, minutes.seminar_id)
        counts = await store.counts(session, seminar.id)
        return seminar, rendering.of_minutes(minutes, counts), minutes

    # --- What was published ---

    async def published(self, request: Request) -> Response:
        """Show final minutes. Raises HTTPException(404) unless they are published."""
        async with self._parts.database.read() as session:
            found = await self._public(session, request)
        written = rendering.of_version(found.version)
        path = names.public_path(found.seminar.id)
        values = {
            **rendering.shown(self._parts, found.seminar, written),
            **_reading_only("public", has_pdf=found.version.pdf is not None, path=path),
        }
        return page(self._parts, PAGE, values, headers=LASTING)

    async def published_pdf(self, request: Request) -> Response:
        """Give published minutes as PDF."""
        async with self._parts.database.read() as session:
            return await self._file(session, await self._public(session, request), "pdf", LASTING)

    async def published_file(self, request: Request) -> Response:
        """Give the file of published minutes."""
        async with self._parts.database.read() as session:
            return await self._file(session, await self._public(session, request), "hash", LASTING)

    async def _public(self, session: AsyncSession, request: Request) -> Found:
        seminar = await seminars.by_id(session, request.path_params["number"])
        if seminar is None or seminar.state != MeetingState.PUBLISHED:
            raise HTTPException(404)
        minutes = await store.of(session, seminar.id)
        if minutes is None or minutes.published_at is None:
            raise HTTPException(404)
        version = await store.last_version(session, minutes.id, State.FINAL)
        if version is None:  # pragma: no cover  # published only once final
            raise HTTPException(404)
        return Found(seminar, minutes, version)

    async def _file(
        self, session: AsyncSession, found: Found, which: str, headers: Mapping[str, str]
    ) -> Response:
        if which == "pdf":
            name = f"{_stem(found.seminar)}.pdf"
            return await self._kept(session, found.version.pdf, name, headers)
        return await self._kept(session, found.version.hash, found.version.name, headers)

    async def _kept(
        self, session: AsyncSession, key: str | None, name: str, headers: Mapping[str, str]
    ) -> Response:
        blob = await kept(session, key) if key else None
        if blob is None:
            raise HTTPException(404)
        return _document(blob.data, blob.media_type, name, headers)


def _reading_only(mode: str, *, has_pdf: bool, path: str) -> Mapping[str, Any]:
    """Return the values of a page without a form."""
    return {
        "mode": mode, "has_pdf": has_pdf, "path": path, "open": False, "given": [],
        "said": "", "problem": "", "longest": LONGEST_OBSERVATION,
    }  # fmt: skip


def _stem(seminar: Seminar) -> str:
    """Name a file by its meeting, without anybody's words: they may be anything."""
    day = seminar.starts_at.astimezone(PARIS).date()
    return f"compte-rendu-{seminar.id}-{day.isoformat()}"


def _document(data: bytes, media_type: str, name: str, headers: Mapping[str, str]) -> Response:
    """Give a file: a PDF opens in the browser, others are saved (RFC 6266, RFC 8187)."""
    how = "inline" if media_type == PDF else "attachment"
    disposition = f"{how}; filename*=UTF-8''{quote(name)}"
    return Response(
        data, media_type=media_type, headers={**headers, "Content-Disposition": disposition}
    )

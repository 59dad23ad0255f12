"""Everything that proves a meeting, found in the tables: pieces to write, and what is missing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text
from core.clock import PARIS
from core.files import kept
from core.funding.emblem import emblem_svg
from core.funding.rules import EMBLEM_HEIGHT
from core.parts import Parts
from core.printing import prints
from digest.seminars import documents, rendering, store
from digest.seminars.attendance import sheet
from digest.seminars.attendance.models import Attendance, Feedback
from digest.seminars.attendance.opinions import LEAST
from digest.seminars.attendance.store import noted_by_half_day, sheet_rows
from digest.seminars.decide import Kind
from digest.seminars.evidence.decide import (
    Facts,
    HalfDayHeld,
    extension_of,
    missing,
    numbered,
    pack_name,
)
from digest.seminars.evidence.invitation import Invited, invited
from digest.seminars.evidence.pieces import Gathered, Piece, words
from digest.seminars.evidence.tables import REMOTE, Tables
from digest.seminars.half_days import Half, in_file_names
from digest.seminars.minutes import rendering as minutes_rendering
from digest.seminars.minutes import store as minutes_store
from digest.seminars.minutes.decide import State
from digest.seminars.minutes.models import MinutesVersion
from digest.seminars.models import Document, HalfDay, Seminar

SCAN: documents.Kind = "scan"
OTHER: tuple[documents.Kind, ...] = ("slides", "other")

Load = Callable[[], Awaitable[bytes | None]]


async def gather(session: AsyncSession, parts: Parts, seminar: Seminar) -> Gathered:
    """Return the evidence of a meeting; nothing of it is made nor read yet."""
    return await _Gathering(session, parts, seminar).all()


class _Gathering:
    """Gathers one meeting's evidence."""

    def __init__(self, session: AsyncSession, parts: Parts, seminar: Seminar) -> None:
        self._session = session
        self._parts = parts
        self._seminar = seminar
        self._language = parts.settings.network.language
        self._tables = Tables(parts, seminar)

    async def all(self) -> Gathered:
        session, seminar = self._session, self._seminar
        rows = await store.half_days(session, seminar.id)
        noted = await noted_by_half_day(session, seminar.id)
        scans = await documents.of(session, seminar.id, SCAN)
        halves = [_held(row, scans, noted.get(row.id, 0)) for row in rows]
        found = await invited(session, self._parts, seminar)
        versions = await self._versions()
        pieces = [
            *self._invitation(found),
            *self._programme(),
            *self._sheets(rows, halves),
            *self._scans(scans, rows, halves),
            *await self._people(),
            *self._minutes(versions),
            *self._register(),
            *await self._feedback(),
            *await self._documents(),
            *self._funding(),
        ]
        facts = Facts(
            half_days=halves,
            invited=found is not None,
            programme=bool(seminar.programme.strip() or seminar.programme_hash),
            loose_scans=sum(scan.half_day_id is None for scan in scans),
            projet=any(each.what == State.PROJET for each in versions),
            final=any(each.what == State.FINAL for each in versions),
        )
        by_id = {row.id: row for row in rows}
        lacking_words = [
            words(
                f"missing_{each.what}",
                half_day=by_id.get(each.half_day or 0),
                kind=seminar.kind,
            )
            for each in missing(facts)
        ]
        day = seminar.starts_at.astimezone(PARIS).date()
        name = pack_name(Kind(seminar.kind), seminar.id, day)
        heading = {
            **rendering.shown(self._parts, seminar),
            "funding": self._parts.renderer.notice(seminar.starts_at),
        }
        return Gathered(name, heading, tuple(pieces), tuple(lacking_words))

    async def _versions(self) -> Sequence[MinutesVersion]:
        found = await minutes_store.of(self._session, self._seminar.id)
        return await minutes_store.versions(self._session, found.id) if found else []

    def _invitation(self, found: Invited | None) -> list[Piece]:
        if found is None:
            return []
        what = words("invitation_rebuilt" if found.rebuilt else "invitation")
        return [
            Piece("1-invitation/invitation.txt", what, found.at, _given(found.text.encode())),
            Piece("1-invitation/invitation.html", what, found.at, _given(found.html.encode())),
        ]

    def _programme(self) -> list[Piece]:
        seminar, pieces = self._seminar, []
        made_at = seminar.updated_at or seminar.created_at
        if seminar.programme.strip():
            data = f"{seminar.programme.strip()}\n".encode()
            pieces.append(
                Piece("2-programme/programme.txt", words("programme"), made_at, _given(data))
            )
        if seminar.programme_hash:
            ending = extension_of("", seminar.programme_name)
            path = f"2-programme/programme-diffuse.{ending}"
            load = self._kept(seminar.programme_hash)
            pieces.append(Piece(path, words("programme_file"), made_at, load))
        return pieces

    def _sheets(self, rows: Sequence[HalfDay], halves: Sequence[HalfDayHeld]) -> list[Piece]:
        """Give a sheet for each half-day: PDF where typst is installed, else a page to print."""
        printed = prints()
        ending = "pdf" if printed else "html"
        return [
            Piece(
                f"3-emargement/feuille-{in_file_names(half.day, half.half)}.{ending}",
                words("sheet", half_day=row),
                None,
                self._sheet(row, printed=printed),
            )
            for row, half in zip(rows, halves, strict=True)
        ]

    def _sheet(self, half_day: HalfDay, *, printed: bool) -> Load:
        async def load() -> bytes | None:
            async with self._parts.database.read() as session:
                rows = await sheet_rows(session, self._parts, self._seminar, half_day)
            given = (self._parts, self._seminar, half_day, rows, half_day.ends_at)
            if printed:
                return await asyncio.to_thread(sheet.sheet_pdf, *given)
            return sheet.sheet_html(*given).encode()

        return load

    def _scans(
        self, scans: Sequence[Document], rows: Sequence[HalfDay], halves: Sequence[HalfDayHeld]
    ) -> list[Piece]:
        by_id = {row.id: row for row in rows}
        names = {half.id: in_file_names(half.day, half.half) for half in halves}
        stems = [
            (
                f"4-feuilles-signees/{names.get(scan.half_day_id or 0, 'toute-la-rencontre')}",
                extension_of(scan.media_type, scan.name),
            )
            for scan in scans
        ]
        return [
            Piece(
                path,
                words("scan", half_day=by_id.get(scan.half_day_id or 0)),
                scan.added_at,
                self._kept(scan.hash),
            )
            for path, scan in zip(numbered(stems), scans, strict=True)
        ]

    async def _people(self) -> list[Piece]:
        path = "5-presence/inscrits-et-presents.csv"
        pieces = [Piece(path, words("people"), None, self._tables.people)]
        connected = await self._session.scalar(
            select(Attendance.id)
            .where(
                Attendance.seminar_id == self._seminar.id,
                Attendance.source == REMOTE,
                Attendance.present,
            )
            .limit(1)
        )
        if connected is not None:
            path = "5-presence/visioconference.csv"
            pieces.append(Piece(path, words("remote"), None, self._tables.remote))
        return pieces

    def _minutes(self, versions: Sequence[MinutesVersion]) -> list[Piece]:
        pieces, drafts, rectified = [], 0, 0
        replaced = any(version.counts.get("reason") for version in versions)
        for version in versions:
            again = bool(version.counts.get("reason"))
            drafts += version.what == State.PROJET
            rectified += again
            stem = f"projet-{drafts}" if version.what == State.PROJET else "definitif"
            stem = f"{stem}-rectifie-{rectified}" if again else stem
            what = words(
                "minutes", what=version.what, number=drafts, kind=self._seminar.kind,
                rectified_at=version.sent_at if again else None, replaced=replaced,
            )  # fmt: skip
            if version.hash:
                path = f"6-compte-rendu/{stem}-document.{extension_of('', version.name)}"
                pieces.append(Piece(path, what, version.sent_at, self._kept(version.hash)))
            if version.pdf:
                path = f"6-compte-rendu/{stem}.pdf"
                pieces.append(Piece(path, what, version.sent_at, self._kept(version.pdf)))
            elif version.text or version.decisions:
                path = f"6-compte-rendu/{stem}.html"
                pieces.append(Piece(path, what, version.sent_at, self._page(version)))
        return pieces

    def _page(self, version: MinutesVersion) -> Load:
        written = minutes_rendering.of_version(version)
        values = minutes_rendering.shown(self._parts, self._seminar, written)
        html = self._parts.renderer.page("print/minutes.html", values, self._language)
        return _given(html.encode())

    def _register(self) -> list[Piece]:
        path = "7-envois/registre-des-envois.csv"
        return [Piece(path, words("register"), None, self._tables.register)]

    async def _feedback(self) -> list[Piece]:
        mine = Feedback.seminar_id == self._seminar.id
        count, last = (
            await self._session.execute(
                select(func.count(), func.max(Feedback.given_on)).where(mine)
            )
        ).one()
        if count < LEAST:
            return []
        path = "8-avis/synthese-des-avis.html"
        return [Piece(path, words("feedback", count=count), last, self._opinions)]

    async def _opinions(self) -> bytes | None:
        async with self._parts.database.read() as session:
            rows = await session.scalars(
                select(Feedback)
                .where(Feedback.seminar_id == self._seminar.id)
                .order_by(Feedback.useful, Feedback.wanted, Feedback.id)
            )
            given = rows.all()
        ratings = [{"rating": n, "count": sum(g.rating == n for g in given)} for n in (4, 3, 2, 1)]
        values: dict[str, Any] = {
            **rendering.shown(self._parts, self._seminar),
            "funding": self._parts.renderer.notice(self._seminar.starts_at),
            "count": len(given),
            "ratings": ratings,
            "useful": [each.useful for each in given if each.useful.strip()],
            "wanted": [each.wanted for each in given if each.wanted.strip()],
        }
        template = "print/evidence_feedback.html"
        return self._parts.renderer.page(template, values, self._language).encode()

    async def _documents(self) -> list[Piece]:
        found = await documents.of(self._session, self._seminar.id, *OTHER)
        stems = [
            (f"9-documents/{'diaporama' if each.kind == 'slides' else 'document'}",
             extension_of(each.media_type, each.name))
            for each in found
        ]  # fmt: skip
        return [
            Piece(path, words("document", kind=each.kind), each.added_at, self._kept(each.hash))
            for path, each in zip(numbered(stems), found, strict=True)
        ]

    def _funding(self) -> list[Piece]:
        notice = self._parts.renderer.notice(self._seminar.starts_at)
        folder = "10-financement"
        sentences = "".join(f"{sentence}\n" for sentence in notice.sentences).encode()
        pieces = [
            Piece(f"{folder}/mention.txt", words("notice"), None, _given(sentences)),
        ]
        if notice.european:
            emblem = emblem_svg(EMBLEM_HEIGHT).encode()
            pieces.append(Piece(f"{folder}/embleme.svg", words("emblem"), None, _given(emblem)))
        pieces += [
            Piece(f"{folder}/logo-{number}.png", words("logo", says=logo.words), None,
                  _given(logo.data))
            for number, logo in enumerate(notice.logos, start=1)
        ]  # fmt: skip
        return pieces

    def _kept(self, key: str) -> Load:
        async def load() -> bytes | None:
            async with self._parts.database.read() as session:
                blob = await kept(session, key)
            return blob.data if blob else None

        return load


def _given(data: bytes) -> Load:
    async def load() -> bytes | None:
        return data

    return load


def _held(row: HalfDay, scans: Sequence[Document], noted: int) -> HalfDayHeld:
    mine = sum(scan.half_day_id == row.id for scan in scans)
    return HalfDayHeld(row.id, row.day, Half(row.half), mine, noted)


def said(parts: Parts, text: Text) -> str:
    """Return words of the evidence in the network's language."""
    return parts.renderer.plain(text, parts.settings.network.language)

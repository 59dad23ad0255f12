"""Files sent in chat: the signed sheet, page after page, and the list of who was connected."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import (
    TOO_BIG,
    Action,
    Ask,
    Button,
    Field,
    File,
    Form,
    Redraw,
    Reply,
    ReplyRoute,
    Response,
    Toast,
    Turn,
)
from core.parts import Parts
from core.people.roles import Role
from core.reference import Reference
from digest.seminars import names as seminars
from digest.seminars import store
from digest.seminars.attendance import names, remote
from digest.seminars.attendance.desk import half_day_of
from digest.seminars.attendance.models import AwaitedFile, Connection
from digest.seminars.attendance.rules import nearest
from digest.seminars.attendance.screens import act
from digest.seminars.attendance.store import candidates
from digest.seminars.attendance.words import words
from digest.seminars.decide import State
from digest.seminars.desk import actor_of
from digest.seminars.models import Seminar

SCANS = frozenset({"image/jpeg", "image/png", "application/pdf"})
MOST_SHOWN = 3
DONE = "done"


class Receiving:
    """Takes files in chat, and what is decided of who was connected."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("attendance.scan", self.scan, Role.ANIMATOR),
            Action("attendance.remote", self.remote, Role.ANIMATOR),
            Action("attendance.unmatched", self.unmatched, Role.ANIMATOR),
            Action("attendance.same", self.same, Role.ANIMATOR),
            Action("attendance.new", self.new, Role.ANIMATOR),
            Action("attendance.ignore", self.ignore, Role.ANIMATOR),
        )

    def replies(self) -> tuple[ReplyRoute, ...]:
        """Return what takes more pages, as replies to what was said of the first ones."""
        return (ReplyRoute("attendance", "half_day", self.more, Role.ANIMATOR),)

    def forms(self) -> tuple[Form, ...]:
        """Return the forms that ask for files."""
        done = ((Button(words("done_button"), DONE),),)
        pages = (
            Field("pages", words("scan_question"), _words, takes_files=True),
            Field("more", words("more_question"), _words, done, takes_files=True),
        )
        file = (Field("list", words("list_question"), _words, takes_files=True),)
        return (
            Form(names.SCAN_FORM, pages, self.take_scan, Role.ANIMATOR),
            Form(names.REMOTE_FORM, file, self.take_list, Role.ANIMATOR),
        )

    async def scan(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Ask for the signed sheet of a half-day."""
        if await half_day_of(turn, reference.number) is None:
            return [Toast(words("gone"), alert=True)]
        return [Ask(names.SCAN_FORM, {"half_day": reference.number})]

    async def take_scan(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Have the pages fetched, or say what cannot be taken."""
        given = [*values["pages"]["files"], *values["more"]["files"]]
        return await self._take(turn, int(values["half_day"]), [File(**each) for each in given])

    async def more(self, turn: Turn) -> Sequence[Response]:
        """Take more pages of a half-day's sheet, sent as a reply."""
        about = turn.incoming.about
        if about is None:
            return []
        return await self._take(turn, about.number, turn.incoming.files)

    async def remote(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Ask for the list of who was connected."""
        seminar = await _published(turn, reference.number)
        if seminar is None:
            return [Toast(words("gone"), alert=True)]
        if turn.now < seminar.starts_at:
            return [Toast(words("too_early"), alert=True)]
        return [Ask(names.REMOTE_FORM, {"seminar": seminar.id})]

    async def take_list(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Have the list fetched, or say what cannot be taken."""
        seminar = await _published(turn, int(values["seminar"]))
        if seminar is None:
            return [Reply(words("gone"))]
        files = [File(**each) for each in values["list"]["files"]]
        if len(files) != 1 or files[0].kind != "document":
            return [Reply(words("list_wanted")), Ask(names.REMOTE_FORM, {"seminar": seminar.id})]
        if files[0].size > TOO_BIG:
            return [Reply(words("file_large"))]
        await _await_files(turn, seminar.id, 0, "remote", files)
        return [Reply(words("list_received"))]

    async def unmatched(
        self, turn: Turn, reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Show somebody connected whom nobody knows, with who they could be."""
        seminar = await _published(turn, reference.number)
        if seminar is None:
            return [Toast(words("gone"), alert=True)]
        return [await self._next(turn, seminar)]

    async def same(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Say that somebody connected is one of those expected."""
        place = names.place_of(reference)
        found = await self._waiting(turn, place.number)
        if found is None:
            return [Toast(words("decided"), alert=True)]
        connection, seminar = found
        everybody = await self._everybody(turn, seminar)
        wanted = [row for row in everybody if names.mark(row.identity) == place.who]
        if wanted:
            await remote.decide(
                turn.session, self._parts, seminar, connection, wanted[0].identity,
                turn.now, actor_of(turn),
            )  # fmt: skip
        return [await self._next(turn, seminar)]

    async def new(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Say that somebody connected came unannounced."""
        found = await self._waiting(turn, reference.number)
        if found is None:
            return [Toast(words("decided"), alert=True)]
        connection, seminar = found
        await remote.decide(
            turn.session, self._parts, seminar, connection, None, turn.now, actor_of(turn)
        )
        return [await self._next(turn, seminar)]

    async def ignore(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Say that a connection is nobody's to count: a room's screen, a second device."""
        found = await self._waiting(turn, reference.number)
        if found is None:
            return [Toast(words("decided"), alert=True)]
        connection, seminar = found
        connection.ignored_at = turn.now
        return [await self._next(turn, seminar)]

    async def _take(self, turn: Turn, half_day: int, files: Sequence[File]) -> Sequence[Response]:
        found = await half_day_of(turn, half_day)
        if found is None:
            return [Reply(words("gone"))]
        again = Ask(names.SCAN_FORM, {"half_day": half_day})
        if not files:
            return [Reply(words("scan_wanted")), again]
        taken = [each for each in files if _is_scan(each) and each.size <= TOO_BIG]
        await _await_files(turn, found[0].id, half_day, "scan", taken)
        said = words(
            "scan_received",
            count=len(taken),
            large=sum(each.size > TOO_BIG for each in files),
            other=sum(not _is_scan(each) for each in files),
            half_day=found[1],
        )
        return [Reply(said, about=names.half_day_reference(half_day))]

    async def _waiting(self, turn: Turn, identity: int) -> tuple[Connection, Seminar] | None:
        connection = await turn.session.get(Connection, identity, with_for_update=True)
        if connection is None or connection.identity or connection.ignored_at:
            return None
        seminar = await _published(turn, connection.seminar_id)
        return None if seminar is None else (connection, seminar)

    async def _everybody(self, turn: Turn, seminar: Seminar) -> Sequence[Any]:
        half_days = await store.half_days(turn.session, seminar.id)
        return await candidates(turn.session, self._parts, seminar, half_days[0])

    async def _next(self, turn: Turn, seminar: Seminar) -> Redraw:
        await turn.session.flush()
        waiting = await remote.unmatched(turn.session, seminar.id)
        back = (act("back_button", "back", seminars.seminar_reference(seminar.id)),)
        if not waiting:
            return Redraw(words("all_matched"), (back,))
        one = waiting[0]
        rows = nearest(one.name, await self._everybody(turn, seminar), MOST_SHOWN)
        reference = Reference("attendance", "connection", str(one.id))
        keyboard = (
            *(
                (act("same_button", "same", names.place_reference(one.id, 0, row.identity),
                     row=row),)
                for row in rows
            ),
            (act("new_button", "new", reference), act("ignore_button", "ignore", reference)),
            back,
        )  # fmt: skip
        longest = max(one.minutes.values(), default=0)
        said = words("unmatched", name=one.name, minutes=longest, count=len(waiting))
        return Redraw(said, keyboard)


async def _published(turn: Turn, identity: int) -> Seminar | None:
    seminar = await store.by_id(turn.session, identity)
    return seminar if seminar is not None and seminar.state == State.PUBLISHED else None


def _is_scan(file: File) -> bool:
    return file.kind == "photo" or (file.kind == "document" and file.mime_type in SCANS)


def _words(text: str, _now: object) -> str:
    return text.strip()


async def _await_files(
    turn: Turn, seminar: int, half_day: int, kind: str, files: Sequence[File]
) -> None:
    """Have files fetched by the clock; the same file sent twice is fetched once."""
    for file in files:
        values = {
            "seminar_id": seminar,
            "half_day_id": half_day,
            "kind": kind,
            "file_id": file.file_id,
            "unique_id": file.unique_id,
            "name": file.name,
            "media_type": "image/jpeg" if file.kind == "photo" else file.mime_type,
            "asked_at": turn.now,
            "asked_by": str(actor_of(turn)),
            "in_group": not turn.incoming.place.private,
        }
        insert = _insert(turn.session)
        await turn.session.execute(insert(AwaitedFile).values(values).on_conflict_do_nothing())


def _insert(session: AsyncSession) -> Any:
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert

"""The letter as a room: what it offers to the house."""

from datetime import datetime

import structlog

from core.acts import SYSTEM
from core.files import NO_FILES, FileSource
from core.funding.check import funding_check
from core.funding.pages import logo_routes
from core.parts import Parts
from core.room import Room, Tick
from digest.letter import editions, sending
from digest.letter.archive.pages import ArchivePages
from digest.letter.deliveries import delivery_kinds
from digest.letter.desk import Desk
from digest.letter.editions import Contributors

log = structlog.get_logger()


def build(parts: Parts, contributors: Contributors, files: FileSource = NO_FILES) -> Room:
    """Return the letter's room; `contributors` gives what the rooms offer, once all are built.

    `files` gives the bytes of the pictures that are sent in chat.
    """
    del files  # pictures come with the desk
    desk = Desk(parts, contributors)
    return Room(
        name="letter",
        commands=desk.commands(),
        actions=desk.actions(),
        forms=desk.forms(),
        pages=(*ArchivePages(parts).routes(), *logo_routes(parts.settings.funding)),
        checks=(funding_check(parts.settings, parts.clock),),
        ticks=(_compose_tick(parts, contributors), _send_tick(parts)),
        deliveries=delivery_kinds(parts),
    )


def _compose_tick(parts: Parts, contributors: Contributors) -> Tick:
    async def run(now: datetime) -> None:
        async with parts.database.read() as session:
            due = await editions.due_at(session, parts)
        if due is None or due > now:
            return
        async with parts.database.write() as session:
            await editions.alone_composing(session)
            due = await editions.due_at(session, parts)  # another process may have been quicker
            if due is None or due > now:
                return
            edition = await editions.compose_edition(session, parts, contributors, now, SYSTEM)
            number = edition.number if edition else None
        log.info("letter.composed", edition=number)

    return Tick("letter.compose", run, lambda session: editions.due_at(session, parts), every=60.0)


def _send_tick(parts: Parts) -> Tick:
    async def run(now: datetime) -> None:
        await sending.send(parts, now)

    return Tick("letter.send", run, sending.next_due, every=2.0)

"""One edition to many: `python -m bench.send`.

The letter's own path: approved in chat, rows written in chunks, the dispatcher, the mail gateway,
each mail with its own unsubscription link, to an SMTP server in another process. Beside it, a bare
aiosmtplib loop over the same bytes built beforehand, with as many connections and no database.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiosmtplib
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.common import figures, postfix, report
from bench.common.arguments import Options, Size, options
from bench.common.databases import Engines, engines
from bench.common.machine import disk_ms, peak_mb
from core import logs
from core.chat import Incoming, Place, Sender, Turn
from core.clock import SystemClock
from core.contributions import Contribution
from core.ledger import store
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel
from core.ledger.models import Message
from core.ledger.rules import State
from core.mail.fill import fill
from core.mail.gateway import MailGateway
from core.parts import Parts
from core.people.roles import Role
from core.reference import Reference
from core.room import ContributionSource, Room
from core.sections import Section
from core.settings import DatabaseSettings, MailSettings, Settings
from digest.letter import editions, names
from digest.letter.examining.results import Examination
from digest.letter.room import build
from digest.subscribers.models import Subscriber
from digest.subscribers.names import unsubscription_url
from relais import schema
from relais.wiring import make_parts

SIZE = Size("recipients", 2_000, 300)
CONNECTIONS = 4
ITEMS = 24
LOOK = 0.1
"""Seconds between two looks at the rows: rare, for each takes time from the sending."""
ANIMATOR = Sender("1", "Jeanne Roux", person_id=1, roles=frozenset({Role.ANIMATOR}))


@dataclass
class Measured:
    """What each round gave, in seconds; `mails` are the bytes that the bare loop repeats."""

    own: list[float] = field(default_factory=list)
    compose: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    source: list[float] = field(default_factory=list)
    mails: Sequence[tuple[str, bytes]] = ()
    peak: float = 0.0
    disk: float = 0.0


async def main(asked: Options) -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as name:
        folder = Path(name)
        logs.configure("json", folder / "log")
        with engines(folder, postgres=asked.postgres) as made, report.progress() as progress:
            measured = Measured(disk=disk_ms(folder))
            task = progress.add_task("bench.send", total=asked.rounds)
            for number in range(asked.rounds):
                await _round(made, measured, asked.count, bare_first=number % 2 == 1)
                progress.advance(task)
    _show(asked, measured, made.name)


async def _round(made: Engines, measured: Measured, count: int, *, bare_first: bool) -> None:
    """Measure each way once, in an order that changes; the first round begins with ours."""
    if bare_first:
        measured.bare.append(await _bare(measured.mails))
    await _own(made, measured, count)
    if not bare_first:
        measured.bare.append(await _bare(measured.mails))
    size = len(measured.mails[0][1])
    async with postfix.sink() as sink:
        seconds = await postfix.source(sink.port, count=count, size=size, connections=CONNECTIONS)
    if seconds is not None:
        measured.source.append(seconds)


async def _own(made: Engines, measured: Measured, count: int) -> None:
    """Send an edition as Relais does, from the tick that finds it approved to the last row."""
    async with postfix.sink() as sink, _approved(made, sink.port, count) as (parts, room):
        async with _dispatching(parts, room):
            before = time.perf_counter()
            (tick,) = [tick for tick in room.ticks if tick.name == "letter.send"]
            await tick.run(parts.clock.now())
            measured.compose.append(time.perf_counter() - before)
            await _settled(parts, count)
            measured.own.append(time.perf_counter() - before)
        taken = await sink.taken()
        if taken not in (None, count):
            raise AssertionError(f"{taken} mails arrived instead of {count}")
        measured.peak = measured.peak or peak_mb()
        measured.mails = measured.mails or await _mails(parts)


@asynccontextmanager
async def _approved(made: Engines, port: int, count: int) -> AsyncIterator[tuple[Parts, Room]]:
    """Give a letter whose next edition was approved, and its confirmed subscribers."""
    async with made.empty() as url:
        settings = Settings(
            database=DatabaseSettings(url=url),
            mail=MailSettings(port=port, connections=CONNECTIONS, per_second=0),
        )
        parts = make_parts(settings, SystemClock())
        try:
            await schema.migrate(parts.database)
            room = build(parts, lambda: [_offer()])
            await _subscribe(parts, count)
            await _press(parts, room, "letter.compose", Reference("letter", "edition", "next"), 0)
            await _examine(parts)
            await _press(parts, room, "letter.approve", names.edition_reference(1), 1)
            yield parts, room
        finally:
            await parts.database.close()


async def _examine(parts: Parts) -> None:
    """Play the part of the examination, which would look for links on the web."""
    async with parts.database.write() as session:
        edition = await editions.by_number(session, 1, lock=True)
        assert edition is not None  # it was composed right before
        edition.examined = Examination(edition.version).to_json()


@asynccontextmanager
async def _dispatching(parts: Parts, room: Room) -> AsyncIterator[None]:
    gateway = MailGateway(parts.settings.mail, parts.clock)
    dispatcher = Dispatcher(
        parts.database,
        {Channel.MAIL: gateway},
        {kind.name: kind for kind in room.deliveries},
        parts.clock,
        SystemClock(),
        parts.settings.ledger,
        random.Random(1),  # noqa: S311  # it only spreads retries
        "bench",
    )
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running
        await gateway.close()


async def _settled(parts: Parts, count: int) -> None:
    """Wait until every row is sent. Raises AssertionError when one ends otherwise."""
    while True:
        async with parts.database.read() as session:
            states = await store.counts(session, names.EDITION, names.edition_slot(1))
        if states[State.SENT] == count:
            return
        assert not states[State.FAILED] + states[State.SKIPPED] + states[State.UNCERTAIN], states
        await asyncio.sleep(LOOK)


async def _bare(mails: Sequence[tuple[str, bytes]]) -> float:
    """Send the same bytes by aiosmtplib alone; return the seconds it took."""
    waiting = iter(mails)
    async with postfix.sink() as sink:
        before = time.perf_counter()
        await asyncio.gather(*(_bare_connection(sink.port, waiting) for _ in range(CONNECTIONS)))
        return time.perf_counter() - before


async def _bare_connection(port: int, waiting: Iterator[tuple[str, bytes]]) -> None:
    async with aiosmtplib.SMTP(
        hostname="127.0.0.1", port=port, use_tls=False, start_tls=False
    ) as client:
        for recipient, mail in waiting:
            await client.sendmail(MailSettings().sender, [recipient], mail)


async def _mails(parts: Parts) -> Sequence[tuple[str, bytes]]:
    """Return every recipient with the bytes of their mail, as the gateway would write them."""
    async with parts.database.read() as session:
        (body,) = await session.scalars(select(Message.body).where(Message.channel == "mail"))
        subscribers = (await session.execute(select(Subscriber.id, Subscriber.email))).all()
    return [
        (
            email or "",
            fill(
                body,
                {
                    "To": email or "",
                    "Date": "Mon, 23 Nov 2026 08:00:00 +0000",
                    "Message-ID": f"<{identity}@relais.example>",
                    "unsubscribe_url": unsubscription_url(parts, identity),
                },
            ),
        )
        for identity, email in subscribers
    ]


async def _subscribe(parts: Parts, count: int) -> None:
    now = parts.clock.now()
    rows = [
        {
            "email": f"abonne{number}@territoire{number % 40}.example",
            "state": "confirmed",
            "created_at": now,
            "confirmed_at": now,
        }
        for number in range(count)
    ]
    async with parts.database.write() as session:
        await session.execute(insert(Subscriber), rows)


async def _press(parts: Parts, room: Room, name: str, reference: Reference, version: int) -> None:
    """Press a button as an animator does."""
    (action,) = [action for action in room.actions if action.name == name]
    now = parts.clock.now()
    incoming = Incoming(1, "press", Place(-100, private=False), 1, now)
    async with parts.database.write() as session:
        await action.handler(Turn(session, incoming, ANIMATOR, now), reference, version)


def _offer() -> ContributionSource:
    async def offer(
        session: AsyncSession,  # noqa: ARG001  # the protocol's names
        since: datetime,  # noqa: ARG001
        until: datetime,  # noqa: ARG001
    ) -> Sequence[Contribution]:
        return [_story(number) for number in range(ITEMS)]

    return offer


def _story(number: int) -> Contribution:
    return Contribution(
        reference=Reference("watch", "story", str(number)),
        section=Section.LEGAL,
        title=f"Décret n° 2026-{number} relatif à l’installation dans les territoires ruraux",
        summary="Le texte entre en vigueur au 1er janvier ; les communes en sont informées. " * 3,
        url=f"https://example.org/textes/{number}",
        source="Journal officiel",
        note="À lire avant le prochain conseil communautaire.",
    )


def _show(asked: Options, measured: Measured, engine: str) -> None:
    count = asked.count
    own, bare = figures.rate(count, measured.own), figures.rate(count, measured.bare)
    compose = figures.median(measured.compose)
    vs_bare = figures.speed(measured.own, measured.bare)
    source = figures.rate(count, measured.source) if measured.source else None
    vs_source = figures.speed(measured.own, measured.source) if measured.source else None
    sink = "Postfix's smtp-sink" if postfix.tool("smtp-sink") else "a sink of ours"
    size = len(measured.mails[0][1]) / 1000
    rows = [
        ("Relais, whole path", f"{own:.0f}/s", figures.spread(measured.own)),
        ("  of which rows written", f"{compose:.2f} s", "the tick that finds the edition approved"),
        ("  most memory", f"{measured.peak:.0f} MB", "the whole process, first round"),
        (
            "  one commit to this disk",
            f"{measured.disk:.1f} ms",
            "two for each mail (start, settle)",
        ),
        ("bare aiosmtplib", f"{bare:.0f}/s", figures.spread(measured.bare)),
        ("Relais / bare aiosmtplib", f"{vs_bare:.2f}", "the reference: 1.00"),
        ("smtp-source", f"{source:.0f}/s" if source else "-", "" if source else "not installed"),
        ("Relais / smtp-source", f"{vs_source:.2f}" if vs_source else "-", ""),
    ]
    title = (
        f"{count} mails of {size:.0f} kB by {CONNECTIONS} connections to {sink}, {engine}, "
        f"median of {asked.rounds}"
    )
    report.show(
        "send",
        title,
        rows,
        {
            "per_s": figures.rounded(own),
            "vs_bare": figures.rounded(vs_bare),
            "vs_smtp_source": None if vs_source is None else figures.rounded(vs_source),
            "peak_mb": figures.rounded(measured.peak),
            "recipients": count,
            "compose_s": figures.rounded(compose),
            "bare_per_s": figures.rounded(bare),
            "disk_ms": figures.rounded(measured.disk),
            "engine": engine,
            "rounds": asked.rounds,
        },
    )


if __name__ == "__main__":
    asyncio.run(main(options("send", "One edition to many, beside a bare SMTP loop.", SIZE)))

"""One edition to many: `python -m bench.send`.

The letter's own path: an edition approved, its rows written in chunks, the dispatcher, the mail
gateway, each mail with links and a Message-ID of its own, to an SMTP server in another process.
Beside it, a bare aiosmtplib loop over bytes built beforehand, with as many connections and no
database, and Postfix's `smtp-source`. Those who send are processes of their own, one or several
(`--processes`): what they take is counted there.
"""

import asyncio
import itertools
import json
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiosmtplib
from sqlalchemy import String, exists, insert, select

from bench.common import figures, postfix, report
from bench.common.arguments import Options, Size, options
from bench.common.databases import Engines, engines
from bench.common.editions import an_edition
from bench.common.machine import disk_ms
from bench.common.peers import Peer, peer
from bench.common.sender import SECRET, parts_for
from core import logs
from core.ledger import store
from core.ledger.models import Delivery, Message
from core.ledger.rules import UNSETTLED, State
from core.mail.fill import fill, identity
from core.parts import Parts
from core.settings import MailSettings
from digest.letter import names
from digest.subscribers.models import Subscriber
from relais import schema

SIZE = Size("recipients", 2_000, 300, long=20_000)
CONNECTIONS = 8
PREBUILT = 1_000
"""How many mails the bare loop has in memory: it takes them again and again."""

LOOK = 0.1
"""Seconds between two looks at the rows: rare, for each takes time from the sending."""

CHUNK = 10_000


@dataclass
class Sent:
    """What one sending took: seconds, of which the rows, and what its processes took."""

    seconds: float
    compose: float
    cpu_ms: float
    peak_mb: float


@dataclass
class Measured:
    """What each round gave; `one` is by one process, beside `own` by several."""

    own: list[Sent] = field(default_factory=list)
    one: list[Sent] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    bare_cpu_ms: list[float] = field(default_factory=list)
    source: list[float] = field(default_factory=list)
    mails: Sequence[tuple[str, bytes]] = ()
    disk: float = 0.0
    arrived: Counter[str] | None = None


async def main(asked: Options) -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="relais-bench-") as name:
        folder = Path(name)
        logs.configure("json", folder / "log")
        with engines(folder, postgres=asked.postgres) as made, report.progress() as progress:
            measured = Measured(disk=disk_ms(folder))
            task = progress.add_task("bench.send", total=asked.rounds)
            for number in range(asked.rounds):
                await _round(made, measured, asked, bare_first=number % 2 == 1)
                progress.advance(task)
            if asked.processes > 1:
                measured.arrived = await _counted(made, asked, folder / "arrived")
    _show(asked, measured, made.name)


async def _round(made: Engines, measured: Measured, asked: Options, *, bare_first: bool) -> None:
    """Measure each way once, in an order that changes; the first round begins with ours."""
    count = asked.count
    if bare_first:
        await _bare(measured, count)
    async with postfix.sink() as sink:
        measured.own.append(await _own(made, measured, sink.port, count, asked.processes))
        if (taken := await sink.taken()) not in {None, count}:
            raise AssertionError(f"{taken} mails arrived instead of {count}")
    if not bare_first:
        await _bare(measured, count)
    if asked.processes > 1:
        async with postfix.sink() as sink:
            measured.one.append(await _own(made, measured, sink.port, count, 1))
    size = len(measured.mails[0][1])
    async with postfix.sink() as sink:
        seconds = await postfix.source(sink.port, count=count, size=size, connections=CONNECTIONS)
    if seconds is not None:
        measured.source.append(seconds)


async def _own(made: Engines, measured: Measured, port: int, count: int, processes: int) -> Sent:
    """Send an edition as Relais does, from the tick that finds it approved to the last row."""
    async with _approved(made, port, count) as (parts, url), AsyncExitStack() as stack:
        arguments = (url, str(port), str(CONNECTIONS))
        senders = [
            await stack.enter_async_context(peer("bench.common.sender", *arguments))
            for _ in range(processes)
        ]
        before = time.perf_counter()
        for sender in senders:
            await sender.ask("start")
        compose = float(await senders[0].ask("compose"))
        await _settled(parts, count)
        seconds = time.perf_counter() - before
        took = [await _figures(sender) for sender in senders]
        measured.mails = measured.mails or await _mails(parts)
    cpu_ms = sum(each["cpu_s"] for each in took) * 1000 / count
    return Sent(seconds, compose, cpu_ms, max(each["peak_mb"] for each in took))


async def _counted(made: Engines, asked: Options, file: Path) -> Counter[str]:
    """Send once more to a server that remembers; return how often each Message-ID arrived.

    Raises AssertionError when they are not those of the ledger's rows.
    """
    async with peer("bench.common.remembering_sink", str(file)) as sink:
        await _own(made, Measured(mails=[("", b"")]), sink.port, asked.count, asked.processes)
    arrived = _remembered(file)
    sender, slot = MailSettings().sender, names.edition_slot(1)
    known = {
        identity(names.EDITION, slot, f"subscriber:{number}", sender, SECRET)
        for number in range(1, asked.count + 1)
    }
    if set(arrived) != known:
        raise AssertionError(f"{len(set(arrived) ^ known)} mails are missing, or nobody's")
    return arrived


def _remembered(file: Path) -> Counter[str]:
    return Counter(file.read_text(encoding="ascii").split())


async def _figures(sender: Peer) -> Mapping[str, float]:
    found: Mapping[str, float] = json.loads(await sender.ask("figures"))
    return found


@asynccontextmanager
async def _approved(made: Engines, port: int, count: int) -> AsyncIterator[tuple[Parts, str]]:
    """Give a letter whose edition was approved, and its confirmed subscribers."""
    async with made.empty() as url:
        parts = parts_for(url, port, CONNECTIONS)
        try:
            await schema.migrate(parts.database)
            await _subscribe(parts, count)
            await an_edition(parts)
            yield parts, url
        finally:
            await parts.database.close()


async def _settled(parts: Parts, count: int) -> None:
    """Wait until every row is sent. Raises AssertionError when one ends otherwise."""
    kind, slot = names.EDITION, names.edition_slot(1)
    waiting = exists().where(Delivery.state.in_([str(state) for state in UNSETTLED]))
    while True:
        async with parts.database.read() as session:
            if not await session.scalar(select(waiting.where(Delivery.kind == kind))):
                states = await store.counts(session, kind, slot)
                assert states == {State.SENT: count}, states
                return
        await asyncio.sleep(LOOK)


async def _bare(measured: Measured, count: int) -> None:
    """Send the same bytes by aiosmtplib alone."""
    waiting = itertools.islice(itertools.cycle(measured.mails), count)
    async with postfix.sink() as sink:
        before, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(_bare_connection(sink.port, waiting) for _ in range(CONNECTIONS)))
        measured.bare.append(time.perf_counter() - before)
        measured.bare_cpu_ms.append((time.process_time() - cpu) * 1000 / count)


async def _bare_connection(port: int, waiting: Iterator[tuple[str, bytes]]) -> None:
    async with aiosmtplib.SMTP(
        hostname="127.0.0.1", port=port, use_tls=False, start_tls=False
    ) as client:
        for recipient, mail in waiting:
            await client.sendmail(MailSettings().sender, [recipient], mail)


async def _mails(parts: Parts) -> Sequence[tuple[str, bytes]]:
    """Return recipients with the bytes of their mail, as the gateway would write them."""
    rows = (
        select(Subscriber.email, Message.body, Delivery.values, Delivery.external_id)
        .join(Delivery, Delivery.recipient == "subscriber:" + Subscriber.id.cast(String))
        .join(Message, Message.hash == Delivery.message_hash)
        .where(Delivery.kind == names.EDITION)
        .limit(PREBUILT)
    )
    date = "Mon, 23 Nov 2026 08:00:00 +0000"
    async with parts.database.read() as session:
        found = (await session.execute(rows)).all()
    return [
        (email, fill(body, {**values, "To": email, "Date": date, "Message-ID": name}))
        for email, body, values, name in found
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
    for start in range(0, count, CHUNK):
        async with parts.database.write() as session:
            await session.execute(insert(Subscriber), rows[start : start + CHUNK])


def _show(asked: Options, measured: Measured, engine: str) -> None:
    count = asked.count
    seconds = [each.seconds for each in measured.own]
    own, bare = figures.rate(count, seconds), figures.rate(count, measured.bare)
    values = {
        "per_s": own,
        "vs_bare": figures.speed(seconds, measured.bare),
        "vs_smtp_source": figures.speed(seconds, measured.source) if measured.source else None,
        "peak_mb": max(each.peak_mb for each in measured.own),
        "cpu_ms": figures.median([each.cpu_ms for each in measured.own]),
        "bare_cpu_ms": figures.median(measured.bare_cpu_ms),
        "compose_s": figures.median([each.compose for each in measured.own]),
        "bare_per_s": bare,
        "smtp_source_per_s": figures.rate(count, measured.source) if measured.source else None,
        "disk_ms": measured.disk,
    }
    said: dict[str, report.Value] = {
        name: None if value is None else figures.rounded(value) for name, value in values.items()
    }
    said |= {"recipients": count, "connections": CONNECTIONS, "processes": asked.processes}
    said |= {"engine": engine, "rounds": asked.rounds}
    said |= _beside_one(measured)
    sink = "Postfix's smtp-sink" if postfix.tool("smtp-sink") else "a sink of ours"
    title = (
        f"{count} mails of {len(measured.mails[0][1]) / 1000:.0f} kB by {asked.processes} "
        f"process(es), {CONNECTIONS} connections each, to {sink}, {engine}, "
        f"median of {asked.rounds}"
    )
    report.show("send", title, _rows(measured, said, seconds), said)


def _beside_one(measured: Measured) -> dict[str, report.Value]:
    """Return what several processes took beside one, and what shows that each mail left once."""
    if not measured.one or measured.arrived is None:
        return {}
    one = figures.median([each.cpu_ms for each in measured.one])
    pairs = zip(measured.own, measured.one, strict=True)
    return {
        "cpu_ms_one": figures.rounded(one),
        "cpu_vs_one": figures.rounded(figures.median([a.cpu_ms / b.cpu_ms for a, b in pairs])),
        "speed_vs_one": figures.rounded(
            figures.speed(
                [each.seconds for each in measured.own], [each.seconds for each in measured.one]
            )
        ),
        "arrived": sum(measured.arrived.values()),
        "distinct": len(measured.arrived),
        "once": set(measured.arrived.values()) == {1},
    }


def _rows(
    measured: Measured, said: Mapping[str, report.Value], seconds: Sequence[float]
) -> list[report.Row]:
    source = measured.source
    rows: list[report.Row] = [
        ("Relais, whole path", f"{said['per_s']}/s", figures.spread(seconds)),
        ("  of which rows written", f"{said['compose_s']} s", "the tick that finds it approved"),
        ("  processor", f"{said['cpu_ms']} ms a mail", "all of its processes, rows included"),
        ("  most memory", f"{said['peak_mb']} MB", "the largest process"),
        ("  one commit to this disk", f"{said['disk_ms']} ms", "shared by some mails"),
        ("bare aiosmtplib", f"{said['bare_per_s']}/s", figures.spread(measured.bare)),
        ("  processor", f"{said['bare_cpu_ms']} ms a mail", ""),
        ("Relais / bare aiosmtplib", f"{said['vs_bare']}", "the reference: 1.00; wanted: 0.8"),
        ("smtp-source", f"{said['smtp_source_per_s']}/s", "" if source else "not installed"),
        ("Relais / smtp-source", f"{said['vs_smtp_source']}", ""),
    ]
    if "cpu_vs_one" in said:
        once = f"{said['arrived']} arrived, {said['distinct']} Message-IDs"
        rows += [
            ("processor / one process", f"{said['cpu_vs_one']}", "wanted: at most 1.15"),
            ("speed / one process", f"{said['speed_vs_one']}", ""),
            ("each mail once", f"{said['once']}", once),
        ]
    return rows


if __name__ == "__main__":
    what = "One edition to many, beside a bare SMTP loop."
    asyncio.run(main(options("send", what, SIZE, processes=True)))

"""The rules of a good guest, one by one, against a server of this machine."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.db import Database
from core.http import Fetcher
from core.ledger.models import Delivery
from core.settings import Settings, WatchSettings
from tests.newsstand import Page, Watch, item, rss, watching
from tests.parts import make_parts
from watch.models import Source
from watch.reading.parsing import Parser
from watch.room import build, sync_sources

HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    clock.set(NIGHT)
    async with watching(database, clock, parser, "journal") as watch:
        watch.stand.pages["journal"] = Page(rss(item(1)))
        yield watch


def answer(watch: Watch, headers: Mapping[str, str], *items: str, status: int = 200) -> None:
    """Let the server answer so from now on."""
    body = rss(*(items or (item(1),)))
    watch.stand.pages["journal"] = Page(body, status=status, headers=headers)


async def wait(watch: Watch) -> timedelta:
    """Read, and return how long the source is then left alone."""
    await watch.poll()
    next_check_at = (await watch.source("journal")).next_check_at
    assert next_check_at is not None
    return next_check_at - watch.clock.now()


def last_headers(watch: Watch) -> Mapping[str, str]:
    return watch.stand.asked("journal")[-1].headers


async def test_requests_are_conditional_with_the_validators_exactly_as_received(
    watch: Watch,
) -> None:
    odd = {"etag": "W/'not quite \"an etag", "last-modified": "lundi 2 novembre"}
    answer(watch, odd)
    await watch.poll()
    await watch.poll_again()
    asked = last_headers(watch)
    assert asked["if-none-match"] == odd["etag"]
    assert asked["if-modified-since"] == odd["last-modified"]


async def test_validators_are_updated_by_a_304_too(watch: Watch) -> None:
    answer(watch, {"etag": '"1"', "last-modified": "Mon, 02 Nov 2026 08:00:00 GMT"})
    await watch.poll()
    answer(watch, {"etag": '"1"', "last-modified": "Tue, 03 Nov 2026 08:00:00 GMT"})
    await watch.poll_again()
    source = await watch.source("journal")
    assert (source.etag, source.last_modified) == ('"1"', "Tue, 03 Nov 2026 08:00:00 GMT")


async def test_validators_that_the_server_drops_are_dropped(watch: Watch) -> None:
    answer(watch, {"etag": '"1"', "last-modified": "Mon, 02 Nov 2026 08:00:00 GMT"})
    await watch.poll()
    answer(watch, {}, item(2))
    await watch.poll_again()
    await watch.poll_again()
    assert "if-none-match" not in last_headers(watch)
    assert "if-modified-since" not in last_headers(watch)


async def test_max_age_is_honoured(watch: Watch) -> None:
    answer(watch, {"cache-control": "public, max-age=18000"})
    assert 5 * HOUR <= await wait(watch) <= 5.5 * HOUR


async def test_expires_is_honoured(watch: Watch) -> None:
    expires = datetime.now(UTC) + 3 * HOUR  # compared with the server's own date
    answer(watch, {"expires": format_datetime(expires, usegmt=True)})
    assert 2.9 * HOUR <= await wait(watch) <= 3.3 * HOUR


async def test_ttl_is_honoured(watch: Watch) -> None:
    watch.stand.pages["journal"].body = rss("<ttl>240</ttl>", item(1))
    assert 4 * HOUR <= await wait(watch) <= 4.4 * HOUR


async def test_skip_hours_are_honoured(watch: Watch) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in (9, 10, 11, 12))
    watch.stand.pages["journal"].body = rss(f"<skipHours>{hours}</skipHours>", item(1))
    await watch.poll()
    next_check_at = (await watch.source("journal")).next_check_at
    assert next_check_at is not None
    assert next_check_at.hour == 13


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_honoured(watch: Watch, status: int) -> None:
    answer(watch, {"retry-after": "36000"}, status=status)
    assert await wait(watch) == 10 * HOUR


async def test_nobody_is_asked_more_than_once_an_hour(watch: Watch, database: Database) -> None:
    async with database.write() as session:
        await session.execute(update(Source).values(every=60.0))
    answer(watch, {"cache-control": "max-age=0"})
    assert await wait(watch) >= HOUR


async def test_readings_are_spread_by_chance(watch: Watch) -> None:
    waits = set()
    for _ in range(4):
        waits.add(await wait(watch))
        watch.clock.set(watch.clock.now() + 2 * HOUR)
    assert len(waits) > 1
    assert all(HOUR <= each <= 1.1 * HOUR for each in waits)


async def test_two_sources_of_one_host_are_asked_with_a_pause(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with watching(database, clock, parser, "one", "two", "three") as watch:
        for name in ("one", "two", "three"):
            watch.stand.pages[name] = Page(rss(item(1)))
        polite = WatchSettings(allow_private_addresses=True, host_spacing=0.2)
        loop = asyncio.get_running_loop()
        async with Fetcher(polite) as fetcher:
            parts = make_parts(database, clock, Settings(watch=polite))
            before = loop.time()
            await build(parts, fetcher, parser).ticks[0].run(clock.now())
            spent = loop.time() - before
        assert len(watch.stand.requests) == 3
        assert spent >= 0.4


@pytest.mark.parametrize("status", [301, 308])
async def test_a_permanent_move_is_remembered(watch: Watch, status: int) -> None:
    watch.stand.pages["new"] = Page(rss(item(1)))
    answer(watch, {"location": "/new"}, status=status)
    await watch.poll()
    await watch.poll_again()
    assert [len(watch.stand.asked(name)) for name in ("journal", "new")] == [1, 2]


@pytest.mark.parametrize("status", [302, 307])
async def test_a_passing_move_is_not_remembered(watch: Watch, status: int) -> None:
    watch.stand.pages["new"] = Page(rss(item(1)))
    answer(watch, {"location": "/new"}, status=status)
    await watch.poll()
    await watch.poll_again()
    assert [len(watch.stand.asked(name)) for name in ("journal", "new")] == [2, 2]


async def test_410_stops_for_good(watch: Watch) -> None:
    answer(watch, {}, status=410)
    await watch.poll()
    watch.clock.set(watch.clock.now() + 400 * 24 * HOUR)
    await watch.poll()
    assert len(watch.stand.asked("journal")) == 1


async def test_errors_back_off_and_nothing_is_ever_given_up(watch: Watch) -> None:
    answer(watch, {}, status=500)
    waits = []
    for _ in range(30):
        waits.append(await wait(watch))
        watch.clock.set(watch.clock.now() + waits[-1])
    assert waits[0] <= 1.1 * HOUR
    assert waits[3] >= 8 * HOUR
    assert 24 * HOUR <= waits[-1] <= 26.4 * HOUR, "still once a day, after a month of errors"
    assert len(watch.stand.asked("journal")) == 30


async def test_a_body_is_cut_while_it_comes(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with watching(database, clock, parser, "journal") as watch:
        watch.stand.pages["journal"] = Page(b"<rss>" + b"x" * 200_000)
        small = WatchSettings(allow_private_addresses=True, max_bytes=100_000)
        async with Fetcher(small) as fetcher:
            parts = make_parts(database, clock, Settings(watch=small))
            await build(parts, fetcher, parser).ticks[0].run(clock.now())
        source = await watch.source("journal")
        assert source.last_error == "the document has over 100,000 bytes"


async def test_private_addresses_are_never_asked(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with watching(database, clock, parser, "journal") as watch:
        careful = WatchSettings()
        async with Fetcher(careful) as fetcher:
            parts = make_parts(database, clock, Settings(watch=careful))
            await build(parts, fetcher, parser).ticks[0].run(clock.now())
        assert watch.stand.requests == []
        source = await watch.source("journal")
        assert source.last_error == "127.0.0.1 is on a private network"


async def test_we_say_who_we_are(watch: Watch) -> None:
    await watch.poll()
    assert last_headers(watch)["user-agent"] == "Relais/0.1 (+https://example.org/veille)"


async def test_a_restart_starts_no_burst(watch: Watch, database: Database) -> None:
    await watch.poll()
    settings = watch.parts.settings
    async with database.write() as session:
        await sync_sources(session, settings, watch.clock.now())
    async with Fetcher(settings.watch) as fetcher, database.read() as session:
        parser = Parser(workers=1, timeout=30)
        await build(watch.parts, fetcher, parser).ticks[0].run(watch.clock.now())
        await parser.close()
        assert len(watch.stand.asked("journal")) == 1
        assert len((await session.scalars(select(Delivery.id))).all()) == 1

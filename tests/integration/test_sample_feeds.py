"""The sample feeds: what the watch will find, and how they are served."""

import calendar
import io
import itertools
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest

from core.clock import PARIS, FixedClock
from core.errors import InputError
from core.settings import SourceSettings
from relais.sandbox.feeds import FEEDS, FOLDER, Source, application, feed_bytes, sources
from relais.sandbox.playground import source_settings
from watch.reading.read_document import read_document
from watch.reading.records import Document, Item, Recipe
from watch.stories.decide import THRESHOLD, likeness
from watch.stories.signature import sign
from watch.understanding.places import is_outside
from watch.understanding.records import Understanding, deadline
from watch.understanding.understand import understand

RSS, ATOM, MALFORMED, JSON, CALLS, TRAININGS = FEEDS
BURST = 24


def parse(body: bytes, content_type: str) -> Any:
    return feedparser.parse(io.BytesIO(body), response_headers={"content-type": content_type})


def test_every_file_is_served_and_every_feed_is_there() -> None:
    served = {path.name for path in FOLDER.iterdir() if path.is_file() and path.suffix != ".py"}
    assert served == set(FEEDS)


@pytest.mark.parametrize(("name", "version", "count"), [(RSS, "rss20", 9), (ATOM, "atom10", 6)])
def test_the_good_feeds_are_well_made_and_recent(
    name: str, version: str, count: int, clock: FixedClock
) -> None:
    parsed = parse(*feed_bytes(name, clock.now()))
    assert not parsed.bozo
    assert parsed.version == version
    assert "exemple" in parsed.feed.title
    assert len(parsed.entries) == count
    for entry in parsed.entries:
        age = clock.now().timestamp() - _timestamp(entry.published_parsed)
        assert 0 <= age < 15 * 86400
        assert entry.id
        assert ".example/" in entry.link


def _timestamp(parts: Any) -> float:
    return float(calendar.timegm(parts))


def test_the_bad_feed_is_bad_and_can_still_be_read(clock: FixedClock) -> None:
    body, content_type = feed_bytes(MALFORMED, clock.now())
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert b'encoding="UTF-8"' in body
    parsed = parse(body, content_type)
    assert parsed.bozo
    assert "Une micro-crèche «\u00a0hors les murs\u00a0» ouvre au cœur du Pays d’Orsanne" in [
        entry.title for entry in parsed.entries
    ]
    assert any(not entry.get("link") for entry in parsed.entries)
    assert sum("published" in entry for entry in parsed.entries) < len(parsed.entries)


@pytest.mark.parametrize("name", FEEDS)
def test_no_token_is_left(name: str, clock: FixedClock) -> None:
    assert b"{{" not in feed_bytes(name, clock.now())[0]


def test_entries_keep_their_dates_and_new_ones_come_as_days_pass(clock: FixedClock) -> None:
    first = clock.now()
    before = parse(*feed_bytes(RSS, first, first)).entries
    after = parse(*feed_bytes(RSS, first + timedelta(days=2), first)).entries
    assert [entry.id for entry in after] == ["EX0109", *(entry.id for entry in before)]
    assert [entry.published for entry in after[1:]] == [entry.published for entry in before]


def read(name: str, now: datetime, first: datetime, before: str | None = None) -> Document:
    """Return what the watch makes of a sample as it is at `now`."""
    (source,) = (each for each in sources() if each.path.endswith(name))
    body, content_type = feed_bytes(name, now, first)
    recipe = Recipe.of(source.kind, dict(source.selectors), before)
    return read_document(body, f"http://x.example/{name}", {"content-type": content_type}, recipe)


def understood(item: Item, now: datetime) -> Understanding:
    return understand(item.title, item.summary, (), now)


def test_the_same_decree_is_announced_by_three_sources_and_a_call_by_two(clock: FixedClock) -> None:
    now = clock.now()
    told = [
        (name, item.title, sign(item, understood(item, now)))
        for name in FEEDS
        for item in read(name, now, now).items
    ]
    same = [
        {one[:2], other[:2]}
        for one, other in itertools.combinations(told, 2)
        if likeness(one[2], other[2]) >= THRESHOLD
    ]
    decree = [pair for pair in same if all("vacance" in title for _, title in pair)]
    call = [pair for pair in same if all("Accueillir" in title for _, title in pair)]
    assert {name for pair in decree for name, _ in pair} == {RSS, ATOM, JSON}
    assert {name for pair in call for name, _ in pair} == {JSON, CALLS}
    assert len(same) == len(decree) + len(call)


def test_calls_close_when_their_words_say(clock: FixedClock) -> None:
    now = clock.now()
    closing = {
        item.title: (at - now).days if (at := deadline(understood(item, now).dates, now)) else None
        for name in (ATOM, CALLS)
        for item in read(name, now, now).items
    }
    assert closing["Appel à projets « Accueillir en Massif central »"] == 10
    assert closing["Fonds « Derniers commerces » : relèves successives"] == 20
    assert closing["Appui en ingénierie aux petites communes"] is None
    tenders = (days for title, days in closing.items() if "tiers-lieux" in title)
    assert list(tenders) == [40]


def test_days_are_written_as_french_does(clock: FixedClock) -> None:
    eve = datetime(2026, 11, 22, 9, tzinfo=PARIS)
    clock.set(eve - timedelta(days=1))
    texts = [item.summary for item in read(CALLS, clock.now(), clock.now()).items]
    assert any("jusqu’au 1er décembre 2026 à 16 h" in text for text in texts)


def test_one_call_is_of_other_places_than_the_source_is_followed_for(clock: FixedClock) -> None:
    now = clock.now()
    (source,) = (each for each in sources() if each.path.endswith(CALLS))
    outside = [
        item.title
        for item in read(CALLS, now, now).items
        if is_outside(understood(item, now).places, source.regions)
    ]
    assert outside == ["Appel à projets « Ports de pêche et littoral » en Bretagne"]


def test_a_source_brings_a_burst_after_some_days(clock: FixedClock) -> None:
    first = clock.now()
    before, after = (len(read(JSON, first + timedelta(days=n), first).items) for n in (4, 5))
    assert after - before == BURST


def test_the_page_of_trainings_changes_when_days_pass(clock: FixedClock) -> None:
    first = clock.now()
    start = read(TRAININGS, first, first)
    assert start.items == ()
    assert start.page_text is not None
    (came,) = read(TRAININGS, first + timedelta(days=1), first, start.page_text).items
    assert came.summary.startswith("+ « Parler de la vacance des logements")
    (both,) = read(TRAININGS, first + timedelta(days=3), first, start.page_text).items
    assert "+ Report de la formation" in both.summary
    assert "\u2212 « Lire un plan de financement européen »" in both.summary


def visitor(clock: FixedClock, own: Path | None = None) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=application(clock, own))
    return httpx.AsyncClient(transport=transport, base_url="http://sandbox.example")


@pytest.mark.parametrize("name", FEEDS)
async def test_an_unchanged_feed_is_not_sent_again(name: str, clock: FixedClock) -> None:
    async with visitor(clock) as client:
        full = await client.get(f"/feeds/{name}")
        assert (full.status_code, full.headers["content-type"]) == (200, FEEDS[name])
        clock.set(clock.now() + timedelta(hours=5))
        for header, validator in (
            ("If-None-Match", "etag"),
            ("If-Modified-Since", "last-modified"),
        ):
            again = await client.get(f"/feeds/{name}", headers={header: full.headers[validator]})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == full.headers["etag"]


async def test_a_new_entry_changes_the_validators(clock: FixedClock) -> None:
    async with visitor(clock) as client:
        full = await client.get(f"/feeds/{ATOM}")
        clock.set(clock.now() + timedelta(days=4))
        validators = {
            "If-None-Match": full.headers["etag"],
            "If-Modified-Since": full.headers["last-modified"],
        }
        again = await client.get(f"/feeds/{ATOM}", headers=validators)
        assert again.status_code == 200
        assert len(parse(again.content, FEEDS[ATOM]).entries) == 7
        by_date = {"If-Modified-Since": full.headers["last-modified"]}
        assert (await client.get(f"/feeds/{ATOM}", headers=by_date)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": "hier"}, 200),
        ({"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}, 200),
    ],
)
async def test_other_validators(clock: FixedClock, headers: dict[str, str], status: int) -> None:
    async with visitor(clock) as client:
        assert (await client.get(f"/feeds/{RSS}", headers=headers)).status_code == status


async def test_an_unknown_feed_is_not_found(clock: FixedClock) -> None:
    async with visitor(clock) as client:
        for name in ("nothing.xml", "__init__.py", "..%2Fsample.py"):
            assert (await client.get(f"/feeds/{name}")).status_code == 404
    with pytest.raises(KeyError):
        feed_bytes("nothing.xml", clock.now())


async def test_every_source_answers_and_has_a_section_of_its_own(clock: FixedClock) -> None:
    async with visitor(clock) as client:
        assert [(await client.get(source.path)).status_code for source in sources()] == [200] * 6
    assert len({source.section for source in sources()}) == 6


@pytest.mark.parametrize("source", sources())
def test_every_source_can_be_configured(source: Source) -> None:
    settings = source_settings(source, "http://127.0.0.1:8767")
    assert isinstance(settings, SourceSettings)
    assert settings.url == f"http://127.0.0.1:8767{source.path}"
    assert settings.kind == source.kind


async def test_a_file_of_ones_own_is_served_as_it_is(clock: FixedClock, tmp_path: Path) -> None:
    own = tmp_path / "mine.xml"
    own.write_bytes(b"\xff not even xml {{ISO:1}}")
    async with visitor(clock, own) as client:
        (source,) = sources(own)
        served = await client.get(source.path)
        assert (served.content, served.headers["content-type"]) == (own.read_bytes(), "text/xml")


@pytest.mark.parametrize("name", ["nothing.xml", "."])
def test_a_file_that_cannot_be_read_is_told_at_once(
    clock: FixedClock, tmp_path: Path, name: str
) -> None:
    with pytest.raises(InputError) as caught:
        application(clock, tmp_path / name)
    assert "https://" in caught.value.hint

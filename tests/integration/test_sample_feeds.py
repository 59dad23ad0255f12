"""The sample feeds: what the watch will find, and how they are served."""

import calendar
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest

from core.clock import FixedClock
from core.errors import InputError
from relais.sandbox.feeds import FEEDS, FOLDER, application, feed_bytes, sources

RSS, ATOM, MALFORMED = FEEDS


def parse(body: bytes, content_type: str) -> Any:
    return feedparser.parse(io.BytesIO(body), response_headers={"content-type": content_type})


def test_every_file_is_served_and_every_feed_is_there() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.suffix in {".xml", ".atom"}} == set(
        FEEDS
    )


@pytest.mark.parametrize(("name", "version", "count"), [(RSS, "rss20", 7), (ATOM, "atom10", 6)])
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
        assert [(await client.get(source.path)).status_code for source in sources()] == [200] * 3
    assert len({source.section for source in sources()}) == 3


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

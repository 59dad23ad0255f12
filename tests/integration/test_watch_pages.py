"""What anybody reads of the watch: kept news on the web, and as Atom."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import httpx
import pytest
from starlette.applications import Starlette

from core.clock import FixedClock
from core.db import Database
from core.people.models import Theme
from core.settings import Settings
from tests.parts import make_parts
from watch.archive.room import build
from watch.models import Entry, Source, Story

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def story(number: int, **values: Any) -> Story:
    """Return a kept story; the greater its number, the later it was kept."""
    kept = {
        "title": f"Actualité {number}",
        "link": f"https://a.example.org/{number}",
        "section": "veille-juridique",
        "state": "kept",
        "first_seen_at": NOON,
        "decided_at": NOON + timedelta(minutes=number),
    }
    return Story(id=number, title_key="", **(kept | values))


def entry(number: int, source_id: int, summary: str = "") -> Entry:
    return Entry(
        source_id=source_id,
        story_id=number,
        identity=f"{number}-{source_id}",
        hash="",
        title="",
        link=f"https://{source_id}.example.org/{number}",
        published_at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
        summary=summary,
        author="",
        first_seen_at=NOON,
    )


@pytest.fixture
async def stories(database: Database) -> None:
    decree = {
        "text": "décret n° 2026-12",
        "url": "https://www.legifrance.gouv.fr/x",
        "kind": "decree",
        "words": "",
    }
    async with database.write() as session:
        session.add(Theme(code="habitat", name="Habitat et centres-bourgs"))
        session.add(Theme(code="sante", name="Santé et services au public"))
        free = Source(id=1, name="Journal libre", url="https://1.example.org", reproducible=True)
        closed = Source(id=2, name="Gazette", url="https://2.example.org")
        for source in (free, closed):
            source.section, source.every = "veille-juridique", 3600.0
            session.add(source)
        await session.flush()
        session.add(
            story(
                1,
                title="Un décret sur les logements vacants",
                themes=["habitat"],
                references=[decree],
                note="Utile aux communes de montagne.",
            )
        )
        session.add(
            story(
                2,
                title="Appel <b>à projets</b> & santé",
                themes=["sante", "inconnu"],
                deadline=NOON + timedelta(days=30),
            )
        )
        session.add(story(3, title="Écartée", state="dropped"))
        session.add(story(4, title="En attente", state="waiting", decided_at=None))
        await session.flush()
        session.add(entry(1, 2, "Résumé protégé"))
        session.add(entry(1, 1, "Résumé libre"))
        session.add(entry(2, 2, "Résumé de la gazette"))


@asynccontextmanager
async def reading(database: Database, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    """Give a visitor of the pages."""
    clock.set(NOON)
    parts = make_parts(database, clock, Settings())
    transport = httpx.ASGITransport(Starlette(routes=list(build(parts).pages)))
    async with httpx.AsyncClient(transport=transport, base_url="http://relais.test") as visitor:
        yield visitor


def order(text: str, *words: str) -> Sequence[str]:
    """Return `words` as they come in a text."""
    return sorted(words, key=text.index)


@pytest.mark.usefixtures("stories")
async def test_what_was_kept_is_listed_the_latest_first(
    database: Database, clock: FixedClock
) -> None:
    async with reading(database, clock) as visitor:
        page = (await visitor.get("/veille")).text
    first, second = "Appel &lt;b&gt;à projets&lt;/b&gt; &amp; santé", "logements vacants"
    assert order(page, second, first) == [first, second]
    assert "Utile aux communes de montagne." in page
    assert "Date limite\u00a0: mercredi 23 décembre 2026 à 12\u00a0h" in page
    assert 'href="https://www.legifrance.gouv.fr/x"' in page
    for hidden in ("Écartée", "En attente"):
        assert hidden not in page


@pytest.mark.usefixtures("stories")
async def test_a_summary_is_shown_only_when_its_source_may_be_reproduced(
    database: Database, clock: FixedClock
) -> None:
    async with reading(database, clock) as visitor:
        pages = [(await visitor.get(f"/veille/actualites/{number}")).text for number in (1, 2)]
        feed = (await visitor.get("/veille/atom.xml")).text
    for text in (pages[0], feed):
        assert "Résumé libre" in text
        assert "Résumé protégé" not in text
    assert "Résumé de la gazette" not in pages[1] + feed


@pytest.mark.usefixtures("stories")
async def test_each_theme_has_its_page_and_its_feed(database: Database, clock: FixedClock) -> None:
    async with reading(database, clock) as visitor:
        page = (await visitor.get("/veille/themes/habitat")).text
        feed = feedparser.parse((await visitor.get("/veille/themes/habitat/atom.xml")).content)
        assert (await visitor.get("/veille/themes/inconnu")).status_code == 404
        assert (await visitor.get("/veille/themes/inconnu/atom.xml")).status_code == 404
    assert "Veille\u00a0: Habitat et centres-bourgs" in page
    assert "santé</a></h2>" not in page
    assert [each.title for each in feed.entries] == ["Un décret sur les logements vacants"]
    assert feed.feed.title == "Veille – Réseau de test – Habitat et centres-bourgs"


@pytest.mark.usefixtures("stories")
async def test_the_feed_is_well_formed_and_says_it_once(
    database: Database, clock: FixedClock
) -> None:
    async with reading(database, clock) as visitor:
        answer = await visitor.get("/veille/atom.xml")
        again = await visitor.get(
            "/veille/atom.xml", headers={"If-None-Match": answer.headers["etag"]}
        )
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert (again.status_code, again.content) == (304, b"")
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo
    call, decree = parsed.entries
    assert "<title>Appel &lt;b&gt;à projets&lt;/b&gt; &amp; santé</title>" in answer.text
    assert call.link == "https://a.example.org/2"
    assert decree.id == "http://127.0.0.1:8080/veille/actualites/1"
    assert decree.link == "https://a.example.org/1"
    assert decree.summary.startswith("Notre lecture\u00a0: Utile aux communes de montagne.")
    assert decree.source.title == "Gazette, Journal libre"
    assert [tag.label for tag in decree.tags] == ["Habitat et centres-bourgs"]


@pytest.mark.usefixtures("stories")
async def test_what_is_not_kept_has_no_page(database: Database, clock: FixedClock) -> None:
    async with reading(database, clock) as visitor:
        for path in ("actualites/3", "actualites/4", "actualites/99", "?page=2"):
            assert (await visitor.get(f"/veille/{path}".replace("/?", "?"))).status_code == 404
        assert (await visitor.get("/veille?page=zéro")).status_code == 200


async def test_many_news_come_a_page_at_a_time(database: Database, clock: FixedClock) -> None:
    async with database.write() as session:
        session.add_all(story(number) for number in range(1, 46))
    async with reading(database, clock) as visitor:
        pages = [(await visitor.get(f"/veille?page={number}")).text for number in (1, 2, 3)]
        assert (await visitor.get("/veille?page=4")).status_code == 404
    assert [text.count("<h2>") for text in pages] == [20, 20, 5]
    assert "Page 2 sur 3" in pages[1]
    assert "Actualités plus récentes" in pages[1]
    assert "Actualités plus anciennes" not in pages[2]


async def test_an_empty_watch_says_so(database: Database, clock: FixedClock) -> None:
    async with reading(database, clock) as visitor:
        assert "Aucune actualité n’est encore publiée ici." in (await visitor.get("/veille")).text
        assert feedparser.parse((await visitor.get("/veille/atom.xml")).content).entries == []

"""Sources that are no RSS: JSON, pages by selectors, pages that change; on both databases."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import update

from core.clock import FixedClock
from core.db import Database
from tests.newsstand import Page, Watch, watching
from watch.models import Source
from watch.reading.parsing import Parser

CHALLENGE = "<html><head><title>Just a moment...</title></head><body>example.org</body></html>"


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    async with watching(database, clock, parser, "aides") as watch:
        yield watch


async def become(watch: Watch, kind: str, **selectors: str) -> None:
    values: dict[str, Any] = {"kind": kind, "selectors": selectors}
    async with watch.parts.database.write() as session:
        await session.execute(update(Source).values(**values))


def serve(watch: Watch, body: str) -> None:
    watch.stand.pages["aides"] = Page(body, headers={"content-type": "text/html; charset=utf-8"})


def page(*lines: str) -> str:
    words = "".join(f"<p>{line}</p>" for line in lines)
    return f"<html><head><title>Les aides</title></head><body><main>{words}</main></body></html>"


async def test_a_json_feed_is_watched(watch: Watch) -> None:
    item = {"id": "1", "title": "Une aide à l’installation", "url": "https://a.fr/1"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Aides", "items": [item]}
    serve(watch, json.dumps(feed))
    await watch.poll()
    await watch.poll_again()
    assert [(story.title, story.link) for story in await watch.stories()] == [
        ("Une aide à l’installation", "https://a.fr/1")
    ]


async def test_the_items_of_a_page_are_watched(watch: Watch) -> None:
    await become(watch, "page", items="p")
    serve(watch, page("<a href='/1'>Une aide à l’installation</a>"))
    await watch.poll()
    serve(
        watch,
        page(
            "<a href='/2'>Un appel pour les cafés</a>", "<a href='/1'>Une aide à l’installation</a>"
        ),
    )
    await watch.poll_again()
    assert [story.title for story in await watch.stories()] == [
        "Une aide à l’installation",
        "Un appel pour les cafés",
    ]


async def test_a_selector_that_finds_nothing_any_more_is_an_error_of_the_source(
    watch: Watch,
) -> None:
    await become(watch, "page", items="li.aide")
    serve(watch, page("Refonte du site"))
    await watch.poll()
    error = (await watch.source("aides")).last_error
    assert error == "the selector for items finds nothing in the page: li.aide"


async def test_each_change_of_a_page_is_told_once_with_its_difference(watch: Watch) -> None:
    await become(watch, "change")
    serve(watch, page("Aide de 3 000 €", "Visites : 12"))
    await watch.poll()
    assert (await watch.source("aides")).page_text == "Aide de 3 000 €"
    serve(watch, page("Aide de 3 000 €", "Visites : 13"))
    await watch.poll_again()
    assert await watch.stories() == []
    serve(watch, page("Aide de 5 000 €", "Visites : 14"))
    await watch.poll_again()
    await watch.poll_again()
    serve(watch, page("Aide de 6 000 €", "Visites : 15"))
    await watch.poll_again()
    first, second = await watch.stories()
    assert first.title == second.title == "Les aides"
    assert first.link != second.link
    assert (await watch.source("aides")).page_text == "Aide de 6 000 €"
    told = "\n".join(post.text for post in await watch.posts())
    assert "+ Aide de 5 000 €" in told
    assert "\u2212 Aide de 3 000 €" in told
    assert "+ Aide de 6 000 €" in told


@pytest.mark.parametrize("kind", ["feed", "page", "change"])
async def test_a_challenge_is_an_error_and_leaves_what_was_known(watch: Watch, kind: str) -> None:
    await become(watch, kind, **({"items": "body"} if kind == "page" else {}))
    async with watch.parts.database.write() as session:
        await session.execute(update(Source).values(page_text="Aide de 3 000 €"))
    serve(watch, CHALLENGE)
    await watch.poll()
    source = await watch.source("aides")
    assert source.last_error == "the site answered with a bot challenge (it asks for a human)"
    assert source.errors == 1
    assert source.next_check_at is not None
    assert source.page_text == "Aide de 3 000 €"
    assert await watch.stories() == []

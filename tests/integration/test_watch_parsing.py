"""Parsing in workers that can be killed."""

import asyncio
import gzip
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from core.themes.rules import ThemeWords
from watch.reading.parsing import Parser
from watch.reading.records import DocumentError, Item, Recipe, Selectors

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "https://example.org/rss.xml"
FEED = b"<rss version='2.0'><channel><title>t</title><item><title>Un</title></item></channel></rss>"
SLOW = b"<rss version='2.0'><channel><title>t</title>" + b"<item><title>a</title></item>" * 200_000


@pytest.fixture
async def parser() -> AsyncIterator[Parser]:
    async with Parser(workers=1, timeout=20) as parser:
        yield parser


async def test_a_feed_is_read_elsewhere(parser: Parser) -> None:
    document = await parser.parse(FEED, URL, {})
    assert [item.title for item in document.items] == ["Un"]


async def test_an_error_comes_back_with_its_hint(parser: Parser) -> None:
    with pytest.raises(DocumentError) as caught:
        await parser.parse(b"<html></html>", URL, {})
    assert caught.value.what == "a web page came instead of a feed"
    assert caught.value.hint == "look in that page for the address of its feed"
    assert not caught.value.permanent


async def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    async with Parser(workers=1, timeout=1.5) as parser:
        with pytest.raises(DocumentError) as caught:
            await parser.parse(SLOW, URL, {})
        assert caught.value.what == "reading the document took over 1.5 s"
    async with Parser(workers=1, timeout=20) as parser:
        assert (await parser.parse(FEED, URL, {})).items


async def test_a_worker_that_dies_costs_one_error(parser: Parser) -> None:
    await parser.parse(FEED, URL, {})
    reading = asyncio.create_task(parser.parse(SLOW, URL, {}))
    await asyncio.sleep(0.3)
    for child in multiprocessing.active_children():
        os.kill(child.pid or 0, signal.SIGKILL)
    with pytest.raises(DocumentError) as caught:
        await reading
    assert caught.value.what == "reading the document killed the reader"
    assert (await parser.parse(FEED, URL, {})).items


@pytest.mark.parametrize(
    "hostile",
    [
        b"<!DOCTYPE l [<!ENTITY a '"
        + b"lol" * 100
        + b"'>"
        + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 20))
        + b"]><rss version='2.0'><channel><item><title>&a19;</title></item></channel></rss>",
        b"<rss version='2.0'><channel><item><title>a</title>" + b"<!--" * 100_000,
        b"<rss version='2.0'><channel>" + b"<item>" * 20_000,
        b"<rss version='2.0'><channel><item><title>" + b"<![CDATA[" * 2_000,
        b"<rss " + b"".join(b"a%d='x' " % n for n in range(50_000)),
        b"<rss version='2.0'><channel><item><title>" + b"mot " * 3_000_000,
        b"<rss version='2.0'><channel><item><title>a</title>" + b"<![CDATA[a]]>" * 200_000,
        b"<rss version='2.0'><channel><item><title>a</title>" + b"<![CDATA[" * 500_000,
        b"<rss version='2.0'><channel><item><title>a</title><description>" + b"<" * 200_000,
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>"
        + b"<div>" * 20_000,
        b"[" * 100_000,
        b'{"version":"https://jsonfeed.org/version/1.1","items":' + b'[{"a":' * 100_000,
        b"\x1f\x8b\x08" + b"\0" * 1_000_000,
        gzip.compress(bytes(100_000_000)),
        b"<html>" + b"<div>" * 300_000,
        b"<pre>" * 1_000_000,
    ],
    ids=[
        *("entities", "comments", "nesting", "unclosed texts", "attributes", "title", "texts"),
        *("unclosed chain", "brackets", "xhtml", "json", "json feed", "no gzip", "gzip bomb"),
        *("page", "pre"),
    ],
)
async def test_hostile_documents_cost_at_most_an_error(parser: Parser, hostile: bytes) -> None:
    try:
        document = await parser.parse(hostile, URL, {})
    except DocumentError as error:
        assert error.hint  # noqa: PT017  # both ends are good ones
    else:
        assert len(str(document)) < 1_000_000
    assert (await parser.parse(FEED, URL, {})).items


@pytest.mark.parametrize("kind", ["page", "change"])
@pytest.mark.parametrize(
    "hostile",
    [
        b"<div class='i'>" * 300_000,
        b"<p class='i'>x" * 300_000,
        b"<p " + b"".join(b"a%d='x' " % n for n in range(200_000)) + b"><p class='i'>x",
        b"<!--" * 1_000_000,
        b"<script>" * 500_000,
        b"<title>" + b"mot " * 3_000_000,
        b"<p class='i'>" + b"mot " * 3_000_000,
        b"<table class='i'>" * 20_000 + b"x",
        b"<form><b><i><a href=x class='i'>" * 50_000,
        b"<select class='i'>" + b"<option>x" * 300_000,
        b"<p class='i'>&" + b"amp;amp;" * 500_000,
        b"<div class='i'>" * 5_000 + b"<a href='/x'>x</a>" * 20_000,
    ],
    ids=[
        *("nesting", "items", "attributes", "comments", "scripts", "title", "text", "tables"),
        *("crossed", "options", "references", "nested items"),
    ],
)
async def test_hostile_pages_cost_at_most_an_error(
    parser: Parser, hostile: bytes, kind: str
) -> None:
    recipe = Recipe(kind, Selectors(items=".i" if kind == "page" else ""), "Avant")
    try:
        document = await parser.parse(b"<html><body>" + hostile, URL, {}, recipe)
    except DocumentError as error:
        assert error.hint  # noqa: PT017  # both ends are good ones
    else:
        assert len(str(document)) < 1_000_000
    assert (await parser.parse(FEED, URL, {})).items


async def test_items_are_understood_elsewhere(parser: Parser) -> None:
    themes = [ThemeWords("enfance", ("crèche",)), ThemeWords("sante", ("médecin",))]
    titles = ["Une crèche ouvre", "Rien"] * 150 + ["Les médecins"]
    items = [Item(guid="", link="", title=title) for title in titles]
    found = await parser.understand(items, themes, NOW)
    assert len(found) == 301
    codes = [each.theme_codes for each in found]
    assert [*codes[:2], codes[-1]] == [("enfance",), (), ("sante",)]
    assert found[0].themes[0].words == ("crèche",)
    assert await parser.understand([], themes, NOW) == []

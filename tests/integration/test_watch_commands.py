"""`relais watch …` as operators run it, on documents and databases of their own."""

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import select

from core.db import Database
from core.errors import FetchError, InputError, RelaisError
from core.people.models import Theme
from core.settings import Settings
from relais import watch_search, watch_sources
from relais.watch_search import Asked as LookedFor
from relais.watch_sources import Asked
from relais.watching import themes_at_hand
from tests.newsstand import Newsstand, Page, item, newsstand, rss
from watch.models import Source, Story

RELAIS = [sys.executable, "-c", "from relais.cli import main; main()", "watch"]
CALL = """<rss version='2.0'><channel><title>Préfecture</title><item>
<guid>1</guid><title>Logement vacant : appel à projets</title><link>https://p.example.org/1</link>
<description>R&D rural</description><pubDate>mar., 03 nov. 2026</pubDate></item></channel></rss>"""
PAGE = """<!DOCTYPE html><html><head><title>Préfecture</title>{head}</head><body><h1>Actualités</h1>
<ul><li class="actu"><a href="/1">Ouverture de la permanence</a> <time>3 novembre 2026</time></li>
<li class="actu"><a href="/2">Fermeture du guichet</a> <time>4 novembre 2026</time></li></ul>
</body></html>"""
LINK = '<link rel="alternate" type="application/rss+xml" title="{title}" href="/{name}">'


def run(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # ourselves
        [*RELAIS, *arguments], cwd=folder, input=given, capture_output=True, check=False, timeout=60
    )


def tried(folder: Path, *arguments: str, given: bytes = b"") -> list[dict[str, Any]]:
    done = run(folder, "try", *arguments, "--json", given=given)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_a_document_is_tried_in_a_bare_folder_and_nothing_is_stored(tmp_path: Path) -> None:
    done = run(tmp_path, "try", "-", "--json", given=CALL.encode("latin-1"))
    [entry] = json.loads(done.stdout)
    assert "Préfecture" not in entry["title"]
    assert entry["title"] == "Logement vacant : appel à projets"
    assert entry["published"] == "2026-11-03T00:00:00+01:00"
    assert entry["summary"] == "R&D rural"
    assert entry["why"]["habitat"] == ["Logement vacant"]
    assert "Logement vacant : appel à projets".encode() in done.stdout, "French is not escaped"
    assert b"themes of the sample network" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_same_document_gives_the_same_identities(tmp_path: Path) -> None:
    file = tmp_path / "flux.xml"
    file.write_text(rss(*(item(number) for number in range(30))), encoding="utf-8")
    first = [entry["id"] for entry in tried(tmp_path, str(file))]
    assert first == [entry["id"] for entry in tried(tmp_path, str(file))]
    assert len(set(first)) == 30


def test_an_empty_feed_is_no_entry_and_no_error(tmp_path: Path) -> None:
    assert tried(tmp_path, "-", given=rss().encode()) == []


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (["-"], b""),
        (["-"], b"bonjour"),
        (["-"], PAGE.encode()),
        (["nowhere.xml"], b""),
        (["https://user:secret@a.example.org/"], b""),
        (["http://127.0.0.1:9/flux"], b""),
        (["-", "--link", "a"], b""),
        (["-", "--before", "x.html"], b""),
    ],
)
def test_what_cannot_be_read_is_two_lines(
    tmp_path: Path, arguments: Sequence[str], given: bytes
) -> None:
    done = run(tmp_path, "try", *arguments, "--json", given=given)
    assert done.returncode == 1
    assert done.stdout == b""
    what, hint = done.stderr.decode().splitlines()
    assert what.startswith("relais: ")
    assert hint.startswith("        ")
    assert hint.strip()


def test_a_page_is_read_by_selectors(tmp_path: Path) -> None:
    selectors = ["--items", "li.actu", "--title", "a", "--link", "a", "--date", "time"]
    page = PAGE.format(head="").encode()
    entries = tried(tmp_path, "-", *selectors, "--base", "https://p.example.org/actus", given=page)
    assert [(entry["title"], entry["url"], entry["published"][:10]) for entry in entries] == [
        ("Ouverture de la permanence", "https://p.example.org/1", "2026-11-03"),
        ("Fermeture du guichet", "https://p.example.org/2", "2026-11-04"),
    ]


def test_without_json_it_is_said_in_words(tmp_path: Path) -> None:
    done = run(tmp_path, "try", "-", given=CALL.encode("latin-1"))
    said = done.stdout.decode()
    assert "1. Logement vacant : appel à projets" in said
    assert "mended: it is not utf-8" in said
    assert "next check" in said
    assert "\x1b" not in said


# --- on the web, and on a database ------------------------------------------------------------


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def said(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "database": {"url": database_url},
            "service": {"data_folder": tmp_path},
            "watch": {"allow_private_addresses": True, "host_spacing": 0},
        }
    )


@pytest.fixture(autouse=True)
def _no_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fixture's database has its tables already, without Alembic's mark."""

    async def nothing(_database: Database) -> None:
        return None

    monkeypatch.setattr("relais.schema.migrate", nothing)


def asked(url: str, **given: Any) -> Asked:
    usual: dict[str, Any] = {
        "name": "",
        "kind": "feed",
        "selectors": {},
        "section": "vie-institutionnelle",
        "themes": [],
        "regions": [],
        "every": 3600.0,
        "owner": "",
        "reproducible": False,
        "first": False,
        "unread": False,
    }
    return Asked(url, **{**usual, **given})


def nobody(feeds: Sequence[str]) -> int:
    raise InputError("several", hint="; ".join(feeds))


async def rows(database: Database) -> list[Source]:
    async with database.read() as session:
        return list(await session.scalars(select(Source).order_by(Source.id)))


def stocked(stand: Newsstand) -> str:
    stand.pages["flux"] = Page(rss(item(1), item(2)))
    stand.pages["page"] = Page(PAGE.format(head=LINK.format(title="Flux", name="flux")))
    both = LINK.format(title="Un", name="gone") + LINK.format(title="Deux", name="flux")
    stand.pages["both"] = Page(PAGE.format(head=both))
    stand.pages["gone"] = Page(b"", status=404)
    return stand.url


async def test_a_feed_is_watched_and_called_by_its_title(
    settings: Settings, database: Database, console: Console
) -> None:
    async with newsstand() as stand:
        url = stocked(stand)
        await watch_sources.add_source(settings, asked(f"{url}/flux", every=7200), nobody, console)
        with pytest.raises(RelaisError, match="is watched already, as Flux"):
            await watch_sources.add_source(settings, asked(f"{url}/flux"), nobody, console)
    [source] = await rows(database)
    assert (source.name, source.origin, source.section) == (
        "Flux",
        "command",
        "vie-institutionnelle",
    )
    assert (source.enabled, source.every) == (True, 7200)
    assert source.next_check_at is not None
    assert f"Flux is watched ({url}/flux, 2 items)" in said(console)


async def test_of_a_page_its_feed_is_watched(
    settings: Settings, database: Database, console: Console
) -> None:
    async with newsstand() as stand:
        url = stocked(stand)
        await watch_sources.add_source(settings, asked(f"{url}/page"), nobody, console)
    assert [source.url for source in await rows(database)] == [f"{url}/flux"]


async def test_of_several_feeds_one_is_chosen(
    settings: Settings, database: Database, console: Console
) -> None:
    async with newsstand() as stand:
        url = stocked(stand)
        with pytest.raises(InputError) as caught:
            await watch_sources.add_source(settings, asked(f"{url}/both"), nobody, console)
        assert caught.value.hint == f"{url}/gone  Un; {url}/flux  Deux"
        with pytest.raises(RelaisError, match=r"the page names the feed .*/gone, but .* 404"):
            await watch_sources.add_source(
                settings, asked(f"{url}/both", first=True), nobody, console
            )
        await watch_sources.add_source(settings, asked(f"{url}/both"), lambda _: 1, console)
    assert [source.url for source in await rows(database)] == [f"{url}/flux"]


async def test_what_names_nothing_known_is_refused(
    settings: Settings, database: Database, console: Console
) -> None:
    async with database.write() as session:
        session.add(Theme(code="habitat", name="Habitat"))
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"themes": ["habitot"]}, "no theme has the code habitot", "did you mean habitat?"),
        ({"owner": "jeanne"}, "nobody in the directory", "people.csv"),
        ({"every": 0, "unread": True}, "give a number of seconds", "--help"),
    ]
    for given, what, hint in wrong:
        with pytest.raises(InputError, match=what) as caught:
            await watch_sources.add_source(
                settings, asked("https://a.fr", **given), nobody, console
            )
        assert hint in caught.value.hint
    with pytest.raises(FetchError):
        await watch_sources.add_source(settings, asked("http://127.0.0.1:9/"), nobody, console)
    assert await rows(database) == []


async def test_a_source_is_paused_resumed_removed_and_comes_back(
    settings: Settings, database: Database, console: Console
) -> None:
    new = asked("https://a.example.org/flux", name="Préfecture", unread=True)
    await watch_sources.add_source(settings, new, nobody, console)
    await watch_sources.change_source(settings, "préfecture", "pause", console)
    assert [(row.enabled, row.next_check_at) for row in await rows(database)] == [(False, None)]
    await watch_sources.change_source(settings, "https://a.example.org/flux", "resume", console)
    assert [row.enabled for row in await rows(database)] == [True]
    await watch_sources.change_source(settings, "Préfecture", "remove", console)
    with pytest.raises(InputError, match="no source is called Préfecture"):
        await watch_sources.change_source(settings, "Préfecture", "pause", console)
    await watch_sources.add_source(settings, new, nobody, console)
    [row] = await rows(database)
    assert (row.enabled, row.origin, row.name) == (True, "command", "Préfecture")
    assert said(console).splitlines() == [
        "Préfecture is watched (https://a.example.org/flux, not read yet)",
        "Préfecture: paused",
        "Préfecture: resumed",
        "Préfecture: removed",
        "Préfecture is watched (https://a.example.org/flux, not read yet)",
    ]


async def test_a_source_of_the_configuration_is_changed_there(
    settings: Settings, database: Database, console: Console
) -> None:
    async with database.write() as session:
        session.add(Source(name="Vie publique", url="https://v.fr", section="agenda", every=3600.0))
    with pytest.raises(InputError) as caught:
        await watch_sources.change_source(settings, "Vie publique", "remove", console)
    assert caught.value.what == "Vie publique is listed by the configuration"
    assert "[[watch.sources]]" in caught.value.hint


async def test_the_list_says_how_sources_are(
    settings: Settings, database: Database, console: Console
) -> None:
    new = asked("https://a.example.org/flux", name="Préfecture", unread=True)
    await watch_sources.add_source(settings, new, nobody, console)
    async with database.write() as session:
        row = (await session.scalars(select(Source))).one()
        row.errors, row.last_error, row.failing_since = (
            3,
            "the site answered 500",
            row.next_check_at,
        )
    await watch_sources.list_sources(settings, console)
    assert "Préfecture  [feed, command]  failing since 20" in said(console)
    assert "    3 errors in a row: the site answered 500" in said(console)


async def test_a_list_goes_out_and_comes_back(
    settings: Settings, database: Database, console: Console, tmp_path: Path
) -> None:
    selectors = {"items": "li", "link": "a"}
    page = asked(
        "https://p.fr", name="P", kind="page", selectors=selectors, every=7200.0, unread=True
    )
    feed = asked("https://f.fr", name="F", section="agenda", reproducible=True, unread=True)
    for each in (page, feed):
        await watch_sources.add_source(settings, each, nobody, console)
    file = tmp_path / "sources.opml"
    assert await watch_sources.export_opml(settings, file, console) == 0
    before = {row.url: described(row) for row in await rows(database)}
    for name in ("P", "F"):
        await watch_sources.change_source(settings, name, "remove", console)
    assert await watch_sources.import_opml(settings, file, console, dry_run=True) == 0
    assert {row.origin for row in await rows(database)} == {"removed"}
    believed = watch_sources.import_opml(settings, file, console, dry_run=False, reproducible=True)
    assert await believed == 0
    assert {row.url: described(row) for row in await rows(database)} == before
    assert {row.origin for row in await rows(database)} == {"opml"}
    await watch_sources.import_opml(settings, file, console, dry_run=False)
    assert "sources.opml: 0 added, 2 watched already, 0 left out" in said(console)


def described(row: Source) -> tuple[Any, ...]:
    columns = ("name", "kind", "selectors", "section", "themes", "every", "reproducible", "enabled")
    return tuple(getattr(row, column) for column in columns)


async def test_a_stranger_s_list_does_not_say_whose_summaries_may_be_shown(
    settings: Settings, database: Database, console: Console, tmp_path: Path
) -> None:
    free = asked("https://f.fr", name="F", reproducible=True, unread=True)
    await watch_sources.add_source(settings, free, nobody, console)
    file = tmp_path / "sources.opml"
    await watch_sources.export_opml(settings, file, console)
    await watch_sources.change_source(settings, "F", "remove", console)
    await watch_sources.import_opml(settings, file, console, dry_run=False)
    assert [row.reproducible for row in await rows(database)] == [False]


async def kept_news(database: Database) -> None:
    """Store a kept piece of news about housing, and one that was dropped."""
    async with database.write() as session:
        session.add(Theme(code="habitat", name="Habitat"))
        for title, state in (("Logement vacant : une taxe", "kept"), ("Un logement", "dropped")):
            session.add(
                Story(
                    title=title,
                    title_key=title,
                    link="https://a.example.org/1",
                    section="veille-juridique",
                    themes=["habitat"] if state == "kept" else [],
                    state=state,
                    first_seen_at=datetime(2026, 11, 2, 8, tzinfo=UTC),
                )
            )


def looked_for(words: str = "", themes: tuple[str, ...] = (), **others: str) -> LookedFor:
    dates = {"since": "", "until": "", **others}
    return LookedFor(words, themes, dates["since"], dates["until"], "")


async def test_news_are_looked_up_by_words_themes_and_dates(
    settings: Settings, database: Database, console: Console
) -> None:
    await kept_news(database)

    async def found(asked: LookedFor) -> int:
        return await watch_search.search(settings, asked, 20, console, as_json=False)

    assert await found(looked_for("logements")) == 0
    assert "1. Logement vacant : une taxe\n   2026-11-02 · kept · habitat" in said(console)
    assert "2. Un logement" in said(console)
    assert await found(looked_for("logement", ("habitat",), since="2026-11")) == 0
    assert await found(looked_for("logement", until="2025")) == 1
    assert "Nothing was found" in said(console)
    for wrong in (looked_for(themes=("x",)), looked_for(since="hier")):
        with pytest.raises(InputError):
            await found(wrong)


async def test_what_was_found_is_given_as_json(
    settings: Settings,
    database: Database,
    console: Console,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await kept_news(database)
    await watch_search.search(settings, looked_for("taxe"), 20, console, as_json=True)
    [entry] = json.loads(capsys.readouterr().out)
    assert (entry["title"], entry["state"]) == ("Logement vacant : une taxe", "kept")
    assert entry["seen"] == "2026-11-02T09:00:00+01:00"


async def test_a_bad_outline_is_left_out_and_the_rest_goes_in(
    settings: Settings, database: Database, console: Console, tmp_path: Path
) -> None:
    file = tmp_path / "x.opml"
    file.write_text(
        "<opml version='2.0'><body><outline text='Mal' xmlUrl='javascript:x'/>"
        "<outline text='Bien' xmlUrl='https://b.fr/rss'/></body></opml>",
        encoding="utf-8",
    )
    assert await watch_sources.import_opml(settings, file, console, dry_run=False) == 1
    assert [row.name for row in await rows(database)] == ["Bien"]
    assert "  Mal: 'javascript:x' is not an address" in said(console)


async def test_the_themes_are_those_of_the_database_when_it_has_some(
    settings: Settings, database: Database
) -> None:
    found, origin = await themes_at_hand(settings)
    assert (len(found), origin) == (8, "themes of the sample network (no database has any)")
    async with database.write() as session:
        session.add(Theme(code="x", name="X", words=["logement"]))
    found, origin = await themes_at_hand(settings)
    assert ([theme.code for theme in found], origin) == (
        ["x"],
        "1 themes of the configured database",
    )
    away = Settings.model_validate({"database": {"url": "postgresql+psycopg://127.0.0.1:9/x"}})
    found, origin = await themes_at_hand(away)
    assert len(found) == 8
    assert "the database cannot be read" in origin

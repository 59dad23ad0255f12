"""An edition composed in the whole house: what the watch, the hotline and the seminars offer."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.answers.models import Answer
from core.clock import FixedClock
from core.contributions import record_publications
from core.db import Database
from core.http import Fetcher
from core.reference import Reference
from core.settings import WatchSettings
from digest.letter import editions
from digest.letter.examining import read_examination
from digest.letter.examining.examine import Examining, mail_of
from digest.letter.models import Edition
from digest.seminars.models import Seminar
from tests.whole import GROUP, JEANNE, Whole, open_whole
from watch.models import Entry, Source, Story

SLOT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 12, 2, 23, 0, tzinfo=UTC)
"""A day in Paris whose hour nobody gave."""

ANSWERS = httpx.MockTransport(lambda _request: httpx.Response(200))


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    return await open_whole(database, clock)


def dated(**dates: datetime) -> list[dict[str, Any]]:
    return [{"kind": kind, "at": at.isoformat(), "words": "…"} for kind, at in dates.items()]


async def kept(house: Whole, title: str, section: str, **values: Any) -> int:
    """Put a story in the watch, as it stands once an animator has kept it."""
    now = house.clock.now()
    async with house.database.write() as session:
        source = await session.scalar(select(Source))
        if source is None:
            source = Source(name="Journal officiel", url="https://jo.test", section="x", every=1.0)
            session.add(source)
        given = {
            "title": title, "title_key": title, "link": f"https://jo.test/{len(title)}",
            "section": section, "state": "kept", "first_seen_at": now, "decided_at": now,
        }  # fmt: skip
        story = Story(**{**given, **values})
        session.add(story)
        await session.flush()
        session.add(
            Entry(
                source_id=source.id, story_id=story.id, identity=title, hash="x", title=title,
                link=story.link, summary="", author="", first_seen_at=now,
            )
        )  # fmt: skip
        return story.id


async def answered(house: Whole, question: str) -> None:
    now = house.clock.now()
    async with house.database.write() as session:
        session.add(
            Answer(
                code=question, question=question, answer="Oui, par convention.", theme_id=1,
                stated_on=date(2026, 11, 20), validated_at=now, created_at=now, updated_at=now,
            )
        )  # fmt: skip


async def announced(house: Whole, title: str, starts_at: datetime) -> None:
    async with house.database.write() as session:
        session.add(
            Seminar(
                kind="seminar", title=title, starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=3), place="Ambert", programme="",
                state="published", version=1, created_at=house.clock.now(),
            )
        )  # fmt: skip


async def tick(house: Whole, name: str) -> None:
    [found] = [each for room in house.rooms for each in room.ticks if each.name == name]
    await found.run(house.clock.now())


async def composed(house: Whole) -> Edition:
    """Let the slot come, and return the edition that made itself."""
    await tick(house, "letter.compose")
    house.clock.set(max(SLOT, house.clock.now()))
    await tick(house, "letter.compose")
    await house.send()
    async with house.database.read() as session:
        found = await editions.current(session)
    assert found is not None
    return found


def said(edition: Edition) -> list[tuple[str, str]]:
    items = editions.contents_of(edition).items
    return [(item.section.value, item.title.replace("\u00a0", " ")) for item in items]


async def fill_the_house(house: Whole) -> None:
    await announced(house, "Séminaire d’hiver", SLOT + 20 * DAY)
    await announced(house, "Comité proche", SLOT + 3 * DAY)
    await announced(house, "Séance passée", SLOT - DAY)
    await answered(house, "Peut-on aider un artisan ?")
    await kept(house, "Appel lointain", "appels-a-projets", dates=dated(closing=SLOT + 30 * DAY))
    await kept(house, "Appel proche", "appels-a-projets", dates=dated(closing=SLOT + 5 * DAY))
    await kept(house, "Appel clos", "appels-a-projets", dates=dated(closing=SLOT - DAY))
    await kept(house, "Appel permanent", "appels-a-projets")
    await kept(house, "Formation tardive", "formations", dates=dated(training=SLOT + 40 * DAY))
    await kept(house, "Formation prochaine", "formations", dates=dated(training=MIDNIGHT))
    await kept(house, "Formation finie", "formations", dates=dated(training=SLOT - 2 * DAY))
    await kept(
        house, "Loi de finances", "veille-juridique", note="À lire avant le vote du budget.",
        references=[
            {"kind": "law", "text": "loi n° 2025-127", "url": "https://law.test/1", "words": "loi"}
        ],
        dates=dated(closing=SLOT - DAY), themes=["habitat"],
    )  # fmt: skip


async def test_an_edition_is_made_of_what_every_room_offers_in_the_order_of_sections(
    house: Whole,
) -> None:
    await fill_the_house(house)
    edition = await composed(house)
    assert said(edition) == [
        ("veille-juridique", "Loi de finances"),
        ("appels-a-projets", "Appel proche"),
        ("appels-a-projets", "Appel lointain"),
        ("appels-a-projets", "Appel permanent"),
        ("formations", "Formation prochaine"),
        ("formations", "Formation tardive"),
        ("question-du-mois", "Peut-on aider un artisan ?"),
        ("agenda", "Séminaire : Comité proche"),
        ("agenda", "Séminaire : Séminaire d’hiver"),
    ]
    items = {item.title: item for item in editions.contents_of(edition).items}
    law = items["Loi de finances"]
    assert law.references == (("loi n° 2025-127", "https://law.test/1"),)
    assert (law.source, law.note) == ("Journal officiel", "À lire avant le vote du budget.")
    assert law.themes == ("habitat",)
    assert items["Appel proche"].deadline == SLOT + 5 * DAY
    assert items["Appel proche"].more_url.endswith("/veille/actualites/2")
    assert items["Formation prochaine"].starts_at == MIDNIGHT
    assert items["Peut-on aider un artisan ?"].themes == ("habitat",)


async def test_the_mail_shows_it_all_and_is_found_sound(house: Whole) -> None:
    await fill_the_house(house)
    edition = await composed(house)
    now = house.clock.now()
    mail = mail_of(house.parts, edition.number, editions.contents_of(edition), now)
    for part in (mail.html, mail.text):
        for words in (
            "loi n°\u00a02025-127",
            "Notre lecture",
            "Date limite",
            "Oui, par convention",
        ):
            assert words in part.replace("&#160;", "\u00a0").replace("&nbsp;", "\u00a0"), words
    assert 'href="https://law.test/1"' in mail.html
    assert "Jeudi 3 décembre 2026\n" in mail.text.replace("\r", "")
    assert "à 0" not in mail.text.replace("\u00a0", " ")
    async with Fetcher(WatchSettings(host_spacing=0), transport=ANSWERS) as fetcher:
        await Examining(house.parts, fetcher).run(now)
    async with house.database.read() as session:
        found = read_examination(await session.get_one(Edition, edition.number))
    assert found is not None
    assert found.blocking == ()
    assert [each.code for each in found.warnings] == []


async def test_what_appeared_does_not_come_back_and_what_comes_later_does(house: Whole) -> None:
    await fill_the_house(house)
    first = await composed(house)
    async with house.database.write() as session:
        row = await session.get_one(Edition, first.number)
        row.state, row.sending_at, row.sent_at = "sent", SLOT, SLOT
        references = [Reference.parse(item.reference) for item in editions.contents_of(first).items]
        edition = Reference("letter", "edition", str(first.number))
        await record_publications(session, edition, references, SLOT)
    house.clock.set(SLOT + 13 * DAY)
    await answered(house, "Que devient la ZRR ?")
    await kept(house, "Décret du jour", "veille-juridique")
    house.clock.set(SLOT + 14 * DAY)
    second = await composed(house)
    assert second.number == 2
    assert said(second) == [
        ("veille-juridique", "Décret du jour"),
        ("question-du-mois", "Que devient la ZRR ?"),
    ]


async def test_a_missed_slot_is_asked_about_in_the_animators_group_and_composed_from_there(
    house: Whole,
) -> None:
    await tick(house, "letter.compose")
    await answered(house, "Peut-on aider un artisan ?")
    house.clock.set(SLOT + 2 * DAY)
    await tick(house, "letter.compose")
    await house.send()
    assert "Elle devait l’être le mardi 24 novembre 2026 à 9 h 00" in house.chat(GROUP)
    await house.press(JEANNE, "Attendre la prochaine", chat=GROUP)
    assert "La prochaine lettre sera composée le mardi 8 décembre 2026" in house.chat(GROUP)
    async with house.database.read() as session:
        assert await editions.current(session) is None

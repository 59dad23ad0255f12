"""The archive: its list, its search, each edition's page with what corrected it, the feed."""

import re

import pytest
from lxml import etree

from core.clock import FixedClock
from core.db import Database
from core.sections import Section
from digest.letter.decide import Item, State
from digest.letter.models import Correction
from tests.editions import left
from tests.letter import LetterHouse, settings_for_letters

ATOM = "{http://www.w3.org/2005/Atom}"
CRECHES = Item("watch:story:1", Section.LEGAL, "Un décret sur les crèches", "Ce qui change.")
LOI = Item("watch:story:2", Section.LEGAL, "La loi montagne", source="Journal officiel")


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def page(house: LetterHouse, path: str, status: int = 200, **headers: str) -> str:
    async with house.visitor() as visitor:
        response = await visitor.get(path, headers=headers)
    assert response.status_code == status
    return response.text.replace("\u00a0", " ")


async def test_the_editions_are_listed_newest_first_as_long_as_they_left(
    house: LetterHouse,
) -> None:
    await left(house.parts, 1, CRECHES)
    await left(house.parts, 2, LOI)
    await left(house.parts, 3, LOI, state=State.IN_REVIEW, sending_at=None)
    text = await page(house, "/lettres")
    assert text.index("La lettre de test n° 2") < text.index("La lettre de test n° 1")
    assert "n° 3" not in text
    assert 'href="/lettres/atom.xml"' in text


async def test_a_long_archive_has_several_pages(house: LetterHouse) -> None:
    for number in range(1, 27):
        await left(house.parts, number, CRECHES)
    first, second = await page(house, "/lettres"), await page(house, "/lettres?page=2")
    assert "La lettre de test n° 26" in first
    assert "Page 1 sur 2" in first
    assert "La lettre de test n° 2<" not in first
    assert "La lettre de test n° 2<" in second
    await page(house, "/lettres?page=3", 404)
    assert "Page 1 sur 2" in await page(house, "/lettres?page=-1")


async def test_words_lead_to_the_very_item_that_holds_them(house: LetterHouse) -> None:
    await left(house.parts, 1, CRECHES, LOI)
    text = await page(house, "/lettres?q=montagnes")
    assert "1 sujet parle de « montagnes »." in text
    found = re.search(r'href="/lettres/1#([^"]+)"', text)
    assert found
    assert "crèches" not in text
    assert f'id="{found[1]}"' in await page(house, "/lettres/1")


async def test_what_is_looked_up_is_shown_as_text(house: LetterHouse) -> None:
    text = await page(house, "/lettres?q=%3Cscript%3E")
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "Aucun sujet ne contient tous les mots" in text


async def test_an_edition_leads_to_its_neighbours_that_left(house: LetterHouse) -> None:
    for number in (1, 2, 4):
        await left(house.parts, number, CRECHES)
    await left(house.parts, 3, LOI, state=State.CANCELLED, sending_at=None)
    text = await page(house, "/lettres/2")
    assert 'rel="prev" href="/lettres/1"' in text
    assert 'rel="next" href="/lettres/4"' in text
    await page(house, "/lettres/3", 404)


async def test_a_correction_is_told_at_the_top_and_shown_with_its_edition(
    house: LetterHouse,
) -> None:
    await left(house.parts, 1, CRECHES)
    now = house.clock.now()
    sent = {"edition": 1, "state": State.SENT, "created_at": now, "words": "…"}
    async with house.database.write() as session:
        session.add(Correction(**sent, rank=1, article="<p>Lire 2027.</p>", sending_at=now))
        session.add(Correction(**sent, rank=2, article="<p>Encore secret.</p>"))
    text = await page(house, "/lettres/1")
    assert "Cette lettre a fait l’objet d’un rectificatif." in text
    assert text.index("<h1>") < text.index("<p>Lire 2027.</p>")
    assert "Encore secret" not in text


async def test_an_item_can_be_passed_on_as_text_with_where_it_comes_from(
    house: LetterHouse,
) -> None:
    await left(house.parts, 1, CRECHES, LOI)
    found = re.findall(
        r'href="https://relais.test(/lettres/1/a-transmettre/[^"]+)"',
        await page(house, "/lettres/1"),
    )
    text = await page(house, found[1])
    assert "La loi montagne" in text
    assert "Source : Journal officiel" in text
    assert "https://relais.test/lettres/1" in text
    assert 'href="mailto:?subject=La%20loi%20montagne&amp;body=' in text
    assert "crèches" not in text
    await page(house, "/lettres/1/a-transmettre/other", 404)
    await page(house, found[1].replace("/1/", "/2/"), 404)


async def test_an_edition_can_be_printed_on_two_pages(house: LetterHouse) -> None:
    pytest.importorskip("typst", reason="no typst: pip install 'relais[print]'")
    await left(house.parts, 1, CRECHES, LOI)
    assert 'href="/lettres/1/lettre.pdf"' in await page(house, "/lettres/1")
    async with house.visitor() as visitor:
        first, again = [await visitor.get("/lettres/1/lettre.pdf") for _ in range(2)]
    assert first.headers["content-type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert again.content == first.content
    await page(house, "/lettres/2/lettre.pdf", 404)


async def test_the_feed_tells_each_edition_and_is_not_sent_twice(house: LetterHouse) -> None:
    await left(house.parts, 1, CRECHES)
    await left(house.parts, 2, LOI)
    async with house.visitor() as visitor:
        response = await visitor.get("/lettres/atom.xml")
        again = await visitor.get(
            "/lettres/atom.xml", headers={"If-None-Match": response.headers["ETag"]}
        )
    root = etree.fromstring(response.content)
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        "https://relais.test/lettres/2",
        "https://relais.test/lettres/1",
    ]
    assert "La loi montagne" in str(entries[0].findtext(f"{ATOM}summary"))
    assert (again.status_code, again.content) == (304, b"")

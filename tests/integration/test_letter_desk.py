"""An edition prepared in chat: every room is mounted, presses go through the real routing."""

import datetime as dt
import email
import email.policy
import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from core.acts import SYSTEM, Act
from core.clock import FixedClock
from core.contributions import Contribution
from core.db import Database
from core.errors import FileError
from core.http import Fetcher
from core.reference import Reference
from core.sections import Section
from core.settings import WatchSettings
from digest.letter import editions
from digest.letter.decide import Item
from digest.letter.examining.examine import Examining
from digest.letter.examining.results import Examination, Problem
from digest.letter.models import Approval, Edition
from tests.pictures import EXIF, jpeg
from tests.whole import CLAIRE, GROUP, HELENE, JEANNE, Whole, open_whole

LATER, EARLIER = "Suivants \u203a", "\u2039 Précédents"
PHOTO = jpeg(1280, 960, EXIF)


class Camera:
    """What was sent in chat."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"photo-1": PHOTO, "broken": b"nothing"}
        self.away = 0

    async def fetch(self, file_id: str) -> bytes:
        if self.away:
            self.away -= 1
            raise FileError("the chat does not answer")
        if file_id not in self.files:
            raise FileError("no such file", permanent=True)
        return self.files[file_id]


@pytest.fixture
def camera() -> Camera:
    return Camera()


@pytest.fixture
async def house(database: Database, clock: FixedClock, camera: Camera) -> Whole:
    house = await open_whole(database, clock, camera)
    await compose(house)
    return house


def story(number: int, section: Section = Section.LEGAL) -> Contribution:
    return Contribution(
        reference=Reference("watch", "story", str(number)),
        section=section,
        title=f"Nouvelle {number}",
        summary="Ce qui change pour les communes.",
        url=f"https://example.org/{number}",
        source="Journal officiel",
    )


STORIES = (story(1), story(2), story(3), story(4, Section.CALLS))


async def compose(house: Whole, *stories: Contribution) -> None:
    async def offer(
        session: AsyncSession,  # noqa: ARG001  # the protocol's names
        since: dt.datetime,  # noqa: ARG001
        until: dt.datetime,  # noqa: ARG001
    ) -> Sequence[Contribution]:
        return stories or STORIES

    async with house.database.write() as session:
        now = house.clock.now()
        await editions.compose_edition(session, house.parts, lambda: [offer], now, SYSTEM)
    await house.send()


async def edition(house: Whole) -> Edition:
    async with house.database.read() as session:
        return await session.get_one(Edition, 1)


async def examined(house: Whole, *blocking: Problem, warnings: tuple[Problem, ...] = ()) -> None:
    async with house.database.write() as session:
        row = await session.get_one(Edition, 1)
        row.examined = Examination(row.version, blocking, warnings).to_json()


async def titles(house: Whole) -> list[str]:
    return [item["title"] for item in (await edition(house)).items]


def here(house: Whole) -> str:
    """Return what the group's last message about the letter shows."""
    return [text for place, text in house.shown.items() if place.startswith(f"{GROUP}:")][-1]


async def press(house: Whole, *labels: str, who: int = JEANNE) -> str:
    """Press buttons one after the other, and return what the last answer says."""
    said = ""
    for label in labels:
        said = " ".join(answer.text for answer in await house.press(who, label, chat=GROUP))
    return said.replace("\u00a0", " ")


async def send_file(house: Whole, **file: Any) -> None:
    message = house._message(JEANNE, GROUP, None, "Jeanne")
    await house.handle({"message": {**message, **file}})


def photo(file_id: str, size: int = 50_000) -> Mapping[str, Any]:
    part = {"file_id": file_id, "file_unique_id": f"u{file_id}", "width": 1280, "height": 960}
    return {"photo": [{**part, "file_size": size}]}


def visitor(house: Whole) -> httpx.AsyncClient:
    routes = [page for room in house.rooms for page in room.pages]
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=routes), client=("203.0.113.7", 1)),
        base_url="http://127.0.0.1:8080",
    )


def attached(raw: bytes) -> bytes:
    """Return the bytes of the first picture that a mail carries."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    [*found] = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    return b"".join(bytes(part.get_payload(decode=True)) for part in found)


async def test_the_draft_is_one_message_with_few_buttons(house: Whole) -> None:
    await house.say(JEANNE, "/lettre", chat=GROUP)
    shown = here(house)
    assert "Lettre n° 1, à relire" in shown
    assert "4 sujets, version 1." in shown
    assert re.search(r"1\. Nouvelle 1\n2\. Nouvelle 2\n3\. Nouvelle 3\n", shown)
    assert "4. Nouvelle 4" in shown
    before = len(house.shown)
    await press(house, "Sujets", "2")
    assert here(house).startswith("<b>2. Nouvelle 2</b>")
    assert "Veille juridique" in here(house)
    assert len(house.shown) == before, "one message, redrawn"
    assert all(len(rows) <= 8 for rows in house.buttons.values())
    await press(house, "↩ Retour", "↩ Retour")
    assert "à relire" in here(house)


async def test_items_are_moved_and_the_message_follows_them(house: Whole) -> None:
    await press(house, "Sujets", "1", "Descendre")
    assert await titles(house) == ["Nouvelle 2", "Nouvelle 1", "Nouvelle 3", "Nouvelle 4"]
    assert here(house).startswith("<b>2. Nouvelle 1</b>")
    await press(house, "Descendre")
    assert "Descendre" not in {b.label for row in last_buttons(house) for b in row}
    await press(house, "En premier")
    assert await titles(house) == ["Nouvelle 1", "Nouvelle 2", "Nouvelle 3", "Nouvelle 4"]
    await press(house, "Descendre", "Monter")
    assert (await titles(house))[0] == "Nouvelle 1"
    await press(house, "Changer de rubrique", "À la une")
    found = await edition(house)
    assert found.items[0]["section"] == "a-la-une"
    assert found.version == 7
    async with house.database.read() as session:
        acts = list(await session.scalars(select(Act.verb).where(Act.actor == "person:42")))
    assert acts == ["letter.item_moved"] * 6


def last_buttons(house: Whole) -> Sequence[Sequence[Any]]:
    return [rows for place, rows in house.buttons.items() if place.startswith(f"{GROUP}:")][-1]


async def test_an_item_is_dropped_remembered_and_brought_back(house: Whole) -> None:
    said = await press(house, "Sujets", "2", "Écarter de cette lettre")
    assert "Sujet écarté" in said
    assert await titles(house) == ["Nouvelle 1", "Nouvelle 3", "Nouvelle 4"]
    await house.say(JEANNE, "/lettre", chat=GROUP)
    assert "1 sujet écarté, qui peut revenir." in here(house)
    await press(house, "Sujets", "Sujets écartés", "1")
    assert await titles(house) == ["Nouvelle 1", "Nouvelle 3", "Nouvelle 2", "Nouvelle 4"]
    assert (await edition(house)).dropped == []


async def test_composing_again_keeps_out_what_was_dropped_and_keeps_what_was_written(
    house: Whole,
) -> None:
    await press(house, "Sujets", "2", "Écarter de cette lettre")
    async with house.database.write() as session:
        row = await session.get_one(Edition, 1)

        async def offer(
            session: AsyncSession,  # noqa: ARG001  # the protocol's names
            since: dt.datetime,  # noqa: ARG001
            until: dt.datetime,  # noqa: ARG001
        ) -> Sequence[Contribution]:
            return [*STORIES, story(9)]

        now = house.clock.now()
        await editions.recompose(session, house.parts, lambda: [offer], row, now)
    assert await titles(house) == ["Nouvelle 1", "Nouvelle 3", "Nouvelle 9", "Nouvelle 4"]
    await house.say(JEANNE, "/lettre", chat=GROUP)
    await press(house, "Recomposer")
    assert "les sujets ajoutés à la main" in here(house)
    assert "Sont perdus" in here(house)


async def test_words_are_edited_and_never_over_those_of_somebody_else(house: Whole) -> None:
    await press(house, "Sujets", "1", "Titre")
    await house.say(JEANNE, "Un titre plus clair", chat=GROUP)
    assert here(house).startswith("<b>1. Un titre plus clair</b>")
    await press(house, "Notre lecture")
    await house.say(JEANNE, "À lire avant le conseil.", chat=GROUP)
    assert "Notre lecture :</b> À lire avant le conseil." in here(house)
    await press(house, "Texte", "Laisser vide")
    assert (await edition(house)).items[0]["summary"] == ""
    await press(house, "Titre")
    await house.say(HELENE, "/lettre", chat=GROUP)
    await press(house, "Sujets", "1", "Titre", who=HELENE)
    await house.say(HELENE, "Le titre d’Hélène", chat=GROUP)
    await house.say(JEANNE, "Le titre de Jeanne", chat=GROUP)
    assert "Ce texte a changé entre-temps" in here(house)
    assert "Le titre de Jeanne" in here(house)
    assert (await titles(house))[0] == "Le titre d’Hélène"


async def test_an_item_is_written_by_hand(house: Whole) -> None:
    await press(house, "Ajouter un sujet", "Agenda du réseau")
    await house.say(JEANNE, "Visite d’un tiers-lieu", chat=GROUP)
    await house.say(JEANNE, "Une journée sur place.", chat=GROUP)
    await house.say(JEANNE, "tiers-lieu", chat=GROUP)
    assert any("Cette adresse n’est pas complète" in text for text in house.shown.values())
    await house.say(JEANNE, "https://example.org/visite", chat=GROUP)
    await house.say(JEANNE, "4 février", chat=GROUP)
    assert any("Cette date n’a pas été comprise" in text for text in house.shown.values())
    await house.say(JEANNE, "04/02/2027 9h30", chat=GROUP)
    assert here(house).startswith("<b>5. Visite d’un tiers-lieu</b>")
    assert "Jeudi 4 février 2027 à 9 h 30" in here(house)
    [added] = [i for i in (await edition(house)).items if i["reference"].startswith("letter:free:")]
    assert added["url"] == "https://example.org/visite"


async def test_opening_words_are_several_paragraphs(house: Whole) -> None:
    await press(house, "Mot d’ouverture", "Écrire le mot")
    await house.say(JEANNE, "Chères et chers collègues,\n\nBonne lecture.", chat=GROUP)
    assert (await edition(house)).editorial == "Chères et chers collègues,\n\nBonne lecture."
    assert "Bonne lecture." in here(house)
    await press(house, "↩ Retour")
    assert "avec un mot d’ouverture" in here(house)
    await press(house, "Mot d’ouverture", "Enlever le mot")
    assert (await edition(house)).editorial == ""
    assert "Aucun mot d’ouverture" in here(house)


async def test_a_picture_is_described_fetched_cleaned_and_seen_by_the_preview_only(
    house: Whole, camera: Camera
) -> None:
    await press(house, "Mot d’ouverture", "Ajouter une image")
    await house.say(JEANNE, "La voici", chat=GROUP)
    assert any("ne peut pas afficher ce fichier" in text for text in house.shown.values())
    await send_file(house, **photo("photo-1", 3_000_000))
    assert any("elle pèse plus de 1 Mo" in text for text in house.shown.values())
    await send_file(house, **photo("photo-1"))
    assert "Que montre cette image ?" in here(house)
    await house.say(JEANNE, "a" * 251, chat=GROUP)
    assert any("Ce texte est trop long" in text for text in house.shown.values())
    await house.say(JEANNE, "L’école de Saint-Alban, volets ouverts.", chat=GROUP)
    assert "Image reçue" in here(house)
    assert (await edition(house)).picture is None
    await examined(house)
    await house.say(JEANNE, "/lettre", chat=GROUP)
    assert "Une image est en cours d’ajout" in here(house)
    assert "Une image est en cours d’ajout" in await press(house, "Donner le bon à diffuser")
    camera.away = 1
    await house.tick("letter.picture")
    assert (await edition(house)).picture is None
    await house.tick("letter.picture")
    found = await edition(house)
    assert found.picture is not None
    assert found.picture_words == "L’école de Saint-Alban, volets ouverts."
    assert "L’image est dans la lettre n° 1" in here(house)
    await press(house, "Ouvrir la lettre", "M’envoyer un essai")
    assert PHOTO[-8:] in attached(house.mails[-1]), "the test is what subscribers will get"
    preview = last_buttons(house)[0][0].url
    async with visitor(house) as web:
        assert (await web.get(f"/lettres/images/{found.picture}")).status_code == 404
        page = (await web.get(preview)).text
        address = re.search(r'src="([^"]*/lettres/images/[^"]+)"', page)
        assert address is not None
        shown = await web.get(address[1].replace("&amp;", "&"))
        assert shown.status_code == 200
        assert shown.headers["content-type"] == "image/jpeg"
        assert b"GPS" not in shown.content
        assert (await web.get(f"/lettres/images/{found.picture}.png")).status_code == 404
        await press(house, "Mot d’ouverture", "Enlever l’image")
        assert (await web.get(address[1].replace("&amp;", "&"))).status_code == 404
    assert (await edition(house)).picture is None


async def test_a_picture_that_cannot_be_had_or_read_says_why(house: Whole) -> None:
    for file_id, why in (("broken", "ce n’est ni un PNG, ni un JPEG"), ("gone", "récupérée")):
        await house.say(JEANNE, "/lettre", chat=GROUP)
        await press(house, "Mot d’ouverture", "Ajouter une image")
        await send_file(house, **photo(file_id), caption="Une école, en guise de légende.")
        await house.tick("letter.picture")
        assert why in here(house)
    found = await edition(house)
    assert (found.picture, found.picture_asked, found.version) == (None, None, 1)


async def test_a_test_goes_to_the_animator_alone_marked_with_harmless_links(house: Whole) -> None:
    said = await press(house, "M’envoyer un essai")
    assert "à vous seul(e)" in said
    [raw] = house.mails
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert "jeanne@reseau.example" in mail["To"]
    assert mail["Subject"].startswith("Essai")
    assert "/lettres/essai" in mail["List-Unsubscribe"]
    assert "/desabonnement/" not in raw.decode()
    async with visitor(house) as web:
        page = await web.get("/lettres/essai")
        assert "ne désabonne personne" in page.text
        assert (await web.post("/lettres/essai")).status_code == 200
    await press(house, "M’envoyer un essai")
    assert len(house.mails) == 2, "as often as asked"


async def test_the_links_of_a_test_and_of_a_preview_lead_somewhere_before_it_leaves(
    house: Whole,
) -> None:
    await press(house, "M’envoyer un essai")
    mail = email.message_from_bytes(house.mails[0], policy=email.policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    [online] = re.findall(r"\S+/lettres/apercu/\S+", text)
    passing_on = re.findall(r"\S+/a-transmettre/\S+", text)
    assert len(passing_on) == 4
    async with visitor(house) as web:
        preview = await web.get(online)
        assert "Aperçu, à ne pas diffuser" in preview.text
        [shown, *_] = re.findall(r'href="([^"]+/a-transmettre/[^"]+)"', preview.text)
        assert shown == passing_on[0]
        page = await web.get(shown)
        assert (page.status_code, "Nouvelle 1" in page.text) == (200, True)
        assert "/lettres/apercu/" in page.text, "the way back"
        assert (await web.get(shown.partition("?")[0])).status_code == 404
        assert (await web.get(f"{shown}x")).status_code == 404
        await press(house, "Sujets", "1", "Écarter de cette lettre")
        assert (await web.get(shown)).status_code == 404


async def test_a_letter_is_given_up_by_two_presses(house: Whole) -> None:
    await press(house, "Annuler la lettre")
    assert "seront perdus" in here(house)
    await press(house, "Non, la garder")
    assert "à relire" in here(house)
    await press(house, "Annuler la lettre", "Oui, annuler la lettre")
    assert "est annulée" in here(house)
    assert (await edition(house)).state == "cancelled"


async def test_a_stale_press_changes_nothing_and_shows_the_letter_as_it_stands(
    house: Whole,
) -> None:
    await press(house, "Sujets")
    old = last_buttons(house)[0][0].data
    await press(house, "2", "Monter")
    said = " ".join(answer.text for answer in await house.forge(HELENE, old, chat=GROUP))
    assert "La lettre a changé" in said
    assert "version 2" in said.replace("\u00a0", " ")
    for forged in ("letter.item:letter:item:1-99:2", "letter.section:letter:item:1-0-44:2"):
        answers = await house.forge(JEANNE, forged, chat=GROUP)
        assert any("La lettre a changé" in answer.text for answer in answers), forged
    for forged in ("letter.up:letter:item:x:2", "letter.drop:letter:item:1:2"):
        answers = await house.forge(JEANNE, forged, chat=GROUP)
        assert len(answers) == 1
    assert (await edition(house)).version == 2


async def test_nobody_else_than_animators_touches_the_letter(house: Whole) -> None:
    for action in ("letter.drop:letter:item:1-0:1", "letter.test:letter:edition:1:1"):
        await house.forge(CLAIRE, action)
    await house.forge(CLAIRE, "letter.approve:letter:edition:1:1")
    assert (await edition(house)).version == 1
    assert house.mails == []
    async with house.database.read() as session:
        assert await session.scalar(select(Approval)) is None


async def test_the_examination_is_read_and_blocks(house: Whole) -> None:
    await house.say(JEANNE, "/lettre", chat=GROUP)
    assert "Vérification en cours" in here(house)
    assert "n’est pas terminée" in await press(house, "Donner le bon à diffuser")
    gone = Problem("link_gone", {"title": "Nouvelle 2", "status": 404, "url": "https://a.example"})
    refused = Problem("link_refused", {"title": "Nouvelle 3", "status": 403, "url": "https://b.fr"})
    await examined(house, gone, warnings=(refused,))
    await press(house, "Actualiser")
    assert "1 point à corriger avant le bon à diffuser" in here(house)
    assert "les voici" in await press(house, "Donner le bon à diffuser")
    assert "À corriger avant le bon à diffuser" in here(house)
    assert "« Nouvelle 2 » : son lien ne mène plus nulle part" in here(house)
    assert (await edition(house)).state == "in_review"
    await examined(house, warnings=(refused,))
    await press(house, "↩ Retour")
    assert "1 remarque, rien de bloquant" in here(house)
    await press(house, "Vérification")
    assert "À savoir, rien de bloquant" in here(house)
    await press(house, "↩ Retour", "Donner le bon à diffuser")
    assert (await edition(house)).state == "approved"


async def test_an_edition_without_items_is_not_approved(house: Whole) -> None:
    for _ in STORIES:
        await press(house, "Sujets", "1", "Écarter de cette lettre", "↩ Retour")
    await examined(house)
    assert "n’a aucun sujet" in await press(house, "Donner le bon à diffuser")
    await press(house, "Sujets")
    assert "n’a plus aucun sujet" in here(house)


async def test_a_long_letter_is_listed_by_pages_that_fit(house: Whole) -> None:
    async with house.database.write() as session:
        row = await session.get_one(Edition, 1)
        long = "Un titre assez long " * 9
        many = [Item(f"watch:story:{n}", Section.LEGAL, long) for n in range(45)]
        await editions.change(session, house.parts, row, house.clock.now(), items=many)
    await house.send()
    assert len(here(house)) < 4096
    await press(house, "Sujets", LATER, LATER, "45")
    assert here(house).startswith("<b>45. ")
    await press(house, "↩ Retour", EARLIER)
    assert "(2/3)" in here(house)
    assert all(len(text) < 4096 for text in house.shown.values())
    assert all(len(rows) <= 8 for rows in house.buttons.values())


async def examine(house: Whole) -> None:
    web = httpx.MockTransport(lambda _request: httpx.Response(200))
    fetcher = Fetcher(WatchSettings(host_spacing=0.0), transport=web)
    await Examining(house.parts, fetcher).run(house.clock.now())
    await house.send()


async def test_the_review_says_by_itself_what_the_examination_found(house: Whole) -> None:
    assert "Vérification en cours" in here(house)
    await examine(house)
    assert "Vérification faite" in here(house)
    assert "Nouvelle 1" in here(house)


async def test_what_somebody_opened_is_not_taken_away_by_the_examination(house: Whole) -> None:
    await press(house, "Sujets")
    await examine(house)
    assert "Choisissez un numéro" in here(house)
    await press(house, "↩ Retour")
    assert "Vérification faite" in here(house)

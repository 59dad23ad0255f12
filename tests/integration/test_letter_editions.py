"""The life of an edition: composed, changed, approved, cancelled, read on the web."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import Act
from core.chat import Ask, Redraw, Reply, Toast
from core.clock import FixedClock
from core.contributions import Contribution
from core.db import Database
from core.errors import InputError
from core.ledger.draft import ChatAddress, Ready, Skip
from core.settings import Settings
from digest.letter import names
from digest.letter.decide import State
from digest.letter.desk.reading import editorial as parse_editorial
from digest.letter.editions import change, contents_of, move
from digest.letter.models import Edition, Rendition
from tests.letter import LetterHouse, meeting, moved, pressed, settings_for_letters, story

EDITION = "letter:edition:1"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def edition(house: LetterHouse, number: int = 1) -> Edition:
    async with house.database.read() as session:
        found = await session.get(Edition, number)
    assert found is not None
    return found


async def composed(house: LetterHouse) -> None:
    house.offered = [meeting(house.clock.now()), story(1), story(2)]
    await house.press("letter.compose", "letter:edition:next")


async def verbs(house: LetterHouse) -> list[str]:
    async with house.database.read() as session:
        return list(await session.scalars(select(Act.verb).order_by(Act.id)))


async def test_an_edition_is_composed_from_chat_and_shown_to_the_animators(
    house: LetterHouse,
) -> None:
    rest = await house.command()
    assert "Aucune lettre en préparation" in house.said(rest)
    house.offered = [meeting(house.clock.now()), story(1), story(2)]
    answer = await house.press(*pressed(rest, "letter.compose"))
    assert "La lettre n°\u00a01 est composée" in house.said(answer)
    (post,) = await house.posts(names.REVIEW)
    assert post.text.index("Veille juridique") < post.text.index("Agenda du réseau")
    assert "2. Décret n° 2" in post.text
    assert "3 sujets, version 1." in post.text
    assert "Vérification en cours" in post.text
    labels = [button.label for row in post.keyboard for button in row]
    assert labels == [
        "Lire l’aperçu",
        "Sujets",
        "Ajouter un sujet",
        "Mot d’ouverture",
        "M’envoyer un essai",
        "Vérification",
        "Actualiser",
        "Donner le bon à diffuser",
        "Recomposer",
        "Annuler la lettre",
    ]
    (row,) = await house.rows(names.REVIEW)
    assert await house.prepared(row) == Ready(ChatAddress(-100, 7))
    assert (await edition(house)).state == "in_review"


async def test_a_long_edition_still_fits_in_a_chat_message(house: LetterHouse) -> None:
    house.offered = [story(number, title="Long titre " * 40) for number in range(200)]
    await house.press("letter.compose", "letter:edition:next")
    (post,) = await house.posts(names.REVIEW)
    assert len(post.text) < 4096
    assert "et 175 autres sujets" in post.text


async def test_pressing_compose_twice_makes_one_edition(house: LetterHouse) -> None:
    await composed(house)
    answer = await house.press("letter.compose", "letter:edition:next")
    assert "déjà en préparation" in house.said(answer)
    assert len(await house.rows(names.REVIEW)) == 1


def held_up(house: LetterHouse) -> None:
    """Make rooms slow to say what they offer, so that whoever composes at once meets there."""
    meeting_here = asyncio.Barrier(2)

    async def offer(
        session: AsyncSession,  # noqa: ARG001  # the protocol's names
        since: dt.datetime,  # noqa: ARG001
        until: dt.datetime,  # noqa: ARG001
    ) -> Sequence[Contribution]:
        with contextlib.suppress(TimeoutError, asyncio.BrokenBarrierError):
            async with asyncio.timeout(0.3):
                await meeting_here.wait()
        return house.offered

    house.source = lambda: offer  # type: ignore[method-assign]


async def test_two_animators_who_compose_at_once_make_one_edition(house: LetterHouse) -> None:
    await composed(house)
    await house.press("letter.cancel_for_good", EDITION, 1)
    held_up(house)
    answers = await asyncio.gather(
        *(house.press("letter.compose", "letter:edition:next") for _ in range(2))
    )
    assert any("déjà en préparation" in house.said(answer) for answer in answers)
    async with house.database.read() as session:
        assert list(await session.scalars(select(Edition.number))) == [1]
    assert len(await house.rows(names.REVIEW)) == 2  # the one that was cancelled, and this one


async def test_two_processes_that_look_for_an_edition_at_once_say_once_that_there_is_none(
    house: LetterHouse,
) -> None:
    await house.press("letter.compose", "letter:edition:next")
    assert len(await house.rows(names.NOTICE)) == 1
    moved(house.clock, days=1)
    held_up(house)
    await asyncio.gather(house.tick("letter.compose"), house.tick("letter.compose"))
    assert len(await house.rows(names.NOTICE)) == 2


async def test_nothing_to_say_is_no_edition_and_the_animators_are_told(house: LetterHouse) -> None:
    answer = await house.press("letter.compose", "letter:edition:next")
    assert isinstance(answer, Toast)
    (post,) = await house.posts(names.NOTICE)
    assert "Pas de lettre cette fois" in post.text
    async with house.database.read() as session:
        assert await session.scalar(select(Edition)) is None


async def test_the_preview_is_read_by_its_signed_link_only_and_until_it_changes(
    house: LetterHouse,
) -> None:
    await composed(house)
    (post,) = await house.posts(names.REVIEW)
    url = post.keyboard[0][0].url
    async with house.visitor() as visitor:
        shown = await visitor.get(url)
        assert "Aperçu, à ne pas diffuser" in shown.text
        assert 'href="https://example.org/textes/1?a=1&amp;b=2"' in shown.text
        assert "Notre lecture" in shown.text
        assert "Lundi 30 novembre 2026 à 9 h 00" in shown.text.replace("\u00a0", " ")
        assert (await visitor.get("/lettres/apercu/x")).status_code == 400
        for number in ("1", "9" * 20, "9" * 5000):
            assert (await visitor.get(f"/lettres/{number}")).status_code == 404
        house.offered.append(story(3))
        await house.press("letter.recompose", EDITION, 1)
        assert (await visitor.get(url)).status_code == 410
        moved(house.clock, days=61)
        (_, second) = await house.posts(names.REVIEW)
        assert (await visitor.get(second.keyboard[0][0].url)).status_code == 410


async def test_approval_freezes_the_bytes_and_records_who_approved_which_hash(
    house: LetterHouse,
) -> None:
    await composed(house)
    answer = await house.press("letter.approve", EDITION, 1)
    assert isinstance(answer, Redraw)
    assert "bon à diffuser donné" in house.said(answer)
    assert "Par Odile Vernhet, le lundi 23 novembre 2026" in house.said(answer)
    approved = await edition(house)
    assert (approved.state, approved.approved_by) == ("approved", "person:1")
    assert approved.approved_hash == approved.content_hash
    async with house.database.read() as session:
        frozen = await session.get(Rendition, (1, "all"))
        act = await session.scalar(select(Act).where(Act.verb == "letter.approved"))
    assert frozen is not None
    assert act is not None
    assert act.detail["hash"] == frozen.content_hash == approved.approved_hash
    assert act.detail["message_hash"] == frozen.message_hash
    shown = await house.command()
    assert "bon à diffuser donné" in house.said(shown)
    async with house.visitor() as visitor:
        assert (await visitor.get(shown.keyboard[0][0].url)).status_code == 200


async def test_stale_and_late_presses_are_answered_and_change_nothing(house: LetterHouse) -> None:
    await composed(house)
    house.offered.append(story(3))
    redrawn = await house.press("letter.recompose", EDITION, 1)
    assert "sa nouvelle version arrive" in house.said(redrawn)
    stale = await house.press("letter.approve", EDITION, 1)
    assert isinstance(stale, Toast)
    assert "La lettre a changé" in house.said(stale)
    assert (await edition(house)).state == "in_review"
    await house.press("letter.approve", EDITION, 2)
    assert "déjà donné" in house.said(await house.press("letter.approve", EDITION, 2))
    unknown = await house.press("letter.approve", "letter:edition:8", 1)
    assert isinstance(unknown, Toast)
    assert (await verbs(house)).count("letter.approved") == 1


async def test_the_review_of_a_version_that_was_replaced_is_not_sent(house: LetterHouse) -> None:
    await composed(house)
    house.offered.append(story(3))
    await house.press("letter.recompose", EDITION, 1)
    old, new = await house.rows(names.REVIEW)
    assert await house.prepared(old) == Skip("superseded")
    assert await house.prepared(new) == Ready(ChatAddress(-100, 7))


async def test_a_change_voids_the_approval(house: LetterHouse) -> None:
    await composed(house)
    await house.press("letter.approve", EDITION, 1)
    asked = await house.press("letter.write", EDITION, 1)
    assert asked == Ask("letter.editorial", {"edition": 1, "before": ""})
    kept = await house.fill(edition=1, editorial="Bonjour à toutes et à tous.")
    assert "Bonjour à toutes et à tous." in house.said(kept)
    changed = await edition(house)
    assert (changed.state, changed.version) == ("in_review", 2)
    assert (changed.approved_by, changed.approved_at, changed.approved_hash) == (None, None, None)
    async with house.database.read() as session:
        assert await session.get(Rendition, (1, "all")) is None
    await house.tick("letter.send")
    assert await house.rows(names.EDITION) == []
    assert len(await house.posts(names.REVIEW)) == 1, "who changes it sees it: nothing is posted"
    assert "avec un mot d’ouverture" in house.said(await house.command())


async def test_a_recomposed_edition_keeps_its_opening_words(house: LetterHouse) -> None:
    await composed(house)
    await house.fill(edition="1", editorial="Bonjour.")
    house.offered = [story(7)]
    await house.press("letter.recompose", EDITION, 2)
    found = await edition(house)
    assert found.editorial == "Bonjour."
    assert [item["reference"] for item in found.items] == ["watch:story:7"]
    house.offered = []
    answer = await house.press("letter.recompose", EDITION, 3)
    assert "Rien de nouveau" in house.said(answer)
    assert (await edition(house)).version == 3


async def test_contents_changed_behind_the_approval_are_never_sent(house: LetterHouse) -> None:
    await composed(house)
    await house.subscribe("zoe@orsanne.example")
    await house.press("letter.approve", EDITION, 1)
    async with house.database.write() as session:
        found = await session.get(Edition, 1)
        assert found is not None
        found.items = [{**found.items[0], "title": "Tout autre chose"}]
    await house.tick("letter.send")
    assert await house.rows(names.EDITION) == []
    assert (await edition(house)).state == "in_review"
    assert "letter.approval_void" in await verbs(house)


async def test_a_cancelled_edition_gives_its_number_and_its_items_back(house: LetterHouse) -> None:
    await composed(house)
    await house.press("letter.approve", EDITION, 1)
    answer = await house.press("letter.cancel_for_good", EDITION, 1)
    assert isinstance(answer, Redraw)
    assert "est annulée" in house.said(answer)
    for action in ("letter.approve", "letter.cancel", "letter.recompose", "letter.write"):
        assert "annulée" in house.said(await house.press(action, EDITION, 1))
    assert "annulée" in house.said(await house.fill(edition=1, editorial="Trop tard."))
    await house.tick("letter.send")
    assert await house.rows(names.EDITION) == []
    moved(house.clock, days=1)
    await house.press(*pressed(answer, "letter.compose"))
    again = await edition(house)
    assert (again.number, again.state, again.version) == (1, "in_review", 2)
    assert len(again.items) == 3
    assert len(await house.rows(names.REVIEW)) == 2


async def test_a_change_touches_what_it_names_and_voids_all_that_was_said_of_the_version_before(
    house: LetterHouse,
) -> None:
    await composed(house)
    await house.fill(edition=1, editorial="Bonjour.")
    async with house.database.write() as session:
        found = await session.get_one(Edition, 1)
        found.examined, found.asked_at = {"version": 2}, house.clock.now()
        await change(
            session, house.parts, found, house.clock.now(),
            picture="0" * 64, picture_words="Une halle restaurée",
        )  # fmt: skip
    changed = await edition(house)
    assert (changed.picture, changed.picture_words) == ("0" * 64, "Une halle restaurée")
    assert (changed.editorial, len(changed.items), changed.version) == ("Bonjour.", 3, 3)
    assert (changed.examined, changed.asked_at) == (None, None)
    async with house.database.write() as session:
        found = await session.get_one(Edition, 1)
        await change(
            session, house.parts, found, house.clock.now(),
            picture="", picture_words="", title="La lettre d’hiver",
        )  # fmt: skip
    changed = await edition(house)
    assert (changed.picture, changed.title, changed.version) == (None, "La lettre d’hiver", 4)
    assert changed.content_hash == contents_of(changed).hash
    await house.press("letter.cancel_for_good", EDITION, 4)
    await house.press("letter.compose", "letter:edition:next")
    again = await edition(house)
    assert (again.number, again.title, again.editorial) == (1, "La lettre de test", "")


async def test_opening_words_are_paragraphs_of_a_reasonable_length(house: LetterHouse) -> None:
    now = house.clock.now()
    assert parse_editorial("Bonjour\nà tous.\n\n\nBonne lecture.", now) == (
        "Bonjour à tous.\n\nBonne lecture."
    )
    form = house.room.forms[0]
    for text in ("  \n", "a" * 3_001):
        with pytest.raises(InputError) as raised:
            parse_editorial(text, now)
        template = form.fields[0].question.template
        problem = type(form.fields[0].question)(template, raised.value.what)
        assert "mot d’ouverture est" in house.words(problem)
    answer = await house.fill(edition=4, editorial="Bonjour.")
    assert isinstance(answer, Reply)


async def test_without_a_group_nothing_is_tried(database: Database, clock: FixedClock) -> None:
    house = LetterHouse(database, clock, Settings())
    await composed(house)
    (row,) = await house.rows(names.REVIEW)
    assert await house.prepared(row) == Skip("no_group")


def test_an_edition_cannot_be_moved_where_no_rule_leads() -> None:
    with pytest.raises(ValueError, match="edition 3 is sent: it cannot be draft"):
        move(Edition(number=3, state="sent"), State.DRAFT)

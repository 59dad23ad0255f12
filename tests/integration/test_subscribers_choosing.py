"""Choosing themes: in the form, by the link of an edition; being told in chat."""

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.people.models import Person, Theme
from digest.subscribers import names
from digest.subscribers.in_chat import ReadersInChat
from digest.subscribers.models import Consent
from tests.letter import LetterHouse, moved, settings_for_letters

ZOE = "zoe@orsanne.example"


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> LetterHouse:
    async with database.write() as session:
        session.add(Theme(id=1, code="habitat", name="Habitat"))
        session.add(Theme(id=2, code="emploi", name="Emploi"))
        session.add(Person(id=9, given_name="Zoé", family_name="Lestrade", email=None))
    return LetterHouse(database, clock, settings_for_letters())


async def preferences(house: LetterHouse) -> str:
    (identity,) = await house.subscribe(ZOE)
    return names.preferences_url(house.parts, identity).removeprefix("https://relais.test")


async def test_the_letter_may_be_narrowed_to_one_s_themes(house: LetterHouse) -> None:
    wanted = {"email": ZOE, "theme": "emploi", "narrowed": "1"}
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data=wanted)
        (row,) = await house.rows(names.CONFIRMATION)
        link = str(row.values["confirmation_url"])
        assert "seulement les rubriques de vos thèmes" in (await visitor.get(link)).text
        await visitor.post(link)
    found = await house.subscriber(ZOE)
    assert (found.whole_letter, found.themes, found.alerts) == (False, ["emploi"], False)


async def test_sections_of_no_theme_are_explained_not_guessed(house: LetterHouse) -> None:
    async with house.visitor() as visitor:
        answer = await visitor.post("/abonnement", data={"email": ZOE, "narrowed": "1"})
    assert answer.status_code == 400
    assert "Cochez au moins un thème" in answer.text
    assert 'aria-describedby="probleme-themes"' in answer.text
    assert f'value="{ZOE}"' in answer.text
    assert await house.rows(names.CONFIRMATION) == []


async def test_choices_are_changed_by_the_link_of_an_edition_once_with_a_proof(
    house: LetterHouse,
) -> None:
    link = await preferences(house)
    async with house.visitor() as visitor:
        shown = await visitor.get(link)
        wanted = {"theme": ["habitat"], "alerts": "1", "narrowed": "1"}
        for _ in range(2):
            saved = await visitor.post(link, data=wanted)
            assert "C’est enregistré" in saved.text
        wrong = await visitor.post(link, data={"narrowed": "1"})
    assert wrong.status_code == 400
    assert shown.headers["cache-control"] == "no-store"
    found = await house.subscriber(ZOE)
    assert (found.alerts, found.themes, found.whole_letter) == (True, ["habitat"], False)
    async with house.database.read() as session:
        proofs = (await session.scalars(select(Consent))).all()
    assert [(each.event, each.origin) for each in proofs] == [("choose", "preferences")]


async def test_who_was_forwarded_an_edition_sees_topics_and_nothing_else(
    house: LetterHouse,
) -> None:
    link = await preferences(house)
    async with house.visitor() as visitor:
        shown = await visitor.get(link)
        token = link.rpartition("/")[2]
        for other in ("/abonnement/mes-donnees/", "/abonnement/confirmer/", "/desabonnement/"):
            assert (await visitor.get(other + token)).status_code == 400, "bound to its purpose"
        posted = await visitor.post(f"/abonnement/mes-donnees/{token}/effacement", data={"sure": 1})
        assert posted.status_code == 400
    assert "z•••@orsanne.example" in shown.text
    assert ZOE not in shown.text
    assert "Abonnez-vous" in shown.text
    assert (await house.subscriber(ZOE)).state == "confirmed"


async def test_a_link_of_choices_ends_and_after_leaving_there_is_nothing_to_choose(
    house: LetterHouse,
) -> None:
    link = await preferences(house)
    identity = (await house.subscriber(ZOE)).id
    async with house.visitor() as visitor:
        await visitor.post(names.unsubscription_url(house.parts, identity))
        left = await visitor.post(link, data={"alerts": "1"})
        assert "il n’y a plus rien à choisir ici" in left.text
        moved(house.clock, days=731)
        assert (await visitor.get(link)).status_code == 410
        gone = names.preferences_url(house.parts, 999)
        assert (await visitor.get(gone)).status_code == 410
    assert (await house.subscriber(ZOE)).alerts is False


async def test_links_sent_before_narrowing_was_possible_are_read_still(house: LetterHouse) -> None:
    for chosen, said in (([], "entre deux lettres\u00a0: non."), ([["emploi"]], "Emploi.")):
        async with house.visitor() as visitor:
            await visitor.post("/abonnement", data={"email": f"{len(chosen)}{ZOE}"})
            subscriber = await house.subscriber(f"{len(chosen)}{ZOE}")
            token = house.parts.tokens.sign(names.CONFIRM, [subscriber.id, 1, *chosen])
            page = await visitor.get(f"/abonnement/confirmer/{token}")
            assert said in page.text
            assert "La lettre\u00a0: entière." in page.text


async def test_being_told_in_chat_is_chosen_and_left_twice_is_once(house: LetterHouse) -> None:
    readers = ReadersInChat()
    async with house.database.write() as session:
        for wanted in (True, True, False, False, True):
            await readers.choose(session, 9, wanted, house.clock.now())
            assert await readers.wanted(session, 9) is wanted

"""The page of one's own answer: coming, changing, giving up, a colleague."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.db import Database
from core.people.models import Department, Membership, Person, Structure
from core.people.roles import Role
from core.reference import Party
from digest.seminars import names, registrations, store
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering.names import GONE, REGISTERED
from tests.seminars import SeminarHouse, plain, readable, seminar_settings

STARTS_AT = datetime(2027, 3, 12, 8, 30, tzinfo=UTC)
RICH = {
    "video_url": "https://visio.example/abc",
    "meals": ["Plat du jour", "Plat végétarien"],
    "questions": ["Quel est votre sujet ?"],
    "carpool": True,
}


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> SeminarHouse:
    house = SeminarHouse(database, clock, seminar_settings())
    await house.settle_in()
    now = clock.now() - timedelta(days=9)
    async with database.write() as session:
        session.add(Structure(id=1, code="S1", name="Pays d’Orsanne"))
        session.add(Structure(id=2, code="S2", name="Ailleurs"))
        session.add(Department(code="63", name="Puy-de-Dôme"))
        await session.flush()
        session.add_all(
            Membership(person_id=one, role=Role.AGENT.value, structure_id=place, since=now)
            for one, place in ((2, 1), (3, 1), (4, 2))
        )
    return house


async def meeting(house: SeminarHouse, **changes: Any) -> int:
    seminar = await house.seminar(STARTS_AT)
    if changes:
        async with house.database.write() as session:
            await session.execute(update(Seminar).values(**changes))
    return seminar


async def invite(house: SeminarHouse, person: int, seminar: int = 1) -> str:
    """Invite somebody; return the path of their answer."""
    async with house.database.write() as session:
        row = await registrations.opened(session, seminar, Party("person", str(person)))
        row.state, row.invited_at = "invited", house.clock.now()
    return names.answer_url(house.parts, row.id).removeprefix("https://relais.test")


async def row_of(house: SeminarHouse, person: int) -> Registration:
    async with house.database.read() as session:
        found = await registrations.of_party(session, 1, Party("person", str(person)))
        assert found is not None
        return found


def form(action: str, **given: Any) -> Mapping[str, Any]:
    return {"action": action, "version": "1", **given}


async def test_looking_answers_nothing(house: SeminarHouse) -> None:
    await meeting(house)
    path = await invite(house, 2)
    async with house.visitor() as visitor:
        page = await visitor.get(path)
    assert page.status_code == 200
    assert "vous n’avez pas encore répondu" in page.text
    assert "i•••@orsanne.example" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    assert (await row_of(house, 2)).state == "invited"


async def test_what_the_meeting_does_not_ask_is_not_on_the_page(house: SeminarHouse) -> None:
    await meeting(house)
    async with house.visitor() as visitor:
        text = (await visitor.get(await invite(house, 2))).text
    for word in ("Comment participez-vous", "Repas", "Covoiturage", "<textarea"):
        assert word not in text
    assert "À quelles demi-journées" in text  # a whole day is two


async def test_an_answer_with_everything_is_kept_shown_and_changed(house: SeminarHouse) -> None:
    await meeting(house, **RICH)
    path = await invite(house, 2)
    async with house.database.read() as session:
        first, _ = await store.half_days(session, 1)
    given = form(
        "come",
        mode="site",
        half_day=[str(first.id)],
        meal="Plat végétarien",
        department="63",
        car="offer",
        **{"answer-0": " La mobilité "},
    )
    async with house.visitor() as visitor:
        done = await visitor.post(path, data=given)
        again = await visitor.post(path, data=given)
        shown = await visitor.get(path)
        assert "Vous êtes inscrit(e)." in done.text
        assert "https://visio.example/abc" in done.text
        row = await row_of(house, 2)
        assert (row.mode, row.half_days, row.meal, row.carpool, row.answers) == (
            "site", [first.id], "Plat végétarien", "63:offer",
            {"Quel est votre sujet ?": "La mobilité"},
        )  # fmt: skip
        assert again.status_code == 200
        assert len(await house.rows(REGISTERED)) == 1
        assert 'value="Plat végétarien" checked' in shown.text
        assert ">La mobilité</textarea>" in shown.text
        assert 'value="63" selected' in shown.text
        await visitor.post(path, data=form("come", mode="remote", half_day=[str(first.id)]))
    row = await row_of(house, 2)
    assert (row.mode, row.meal, row.carpool, row.answers) == ("remote", None, None, {})


async def test_the_confirmation_puts_the_meeting_in_the_calendar(house: SeminarHouse) -> None:
    await meeting(house)
    path = await invite(house, 2)
    async with house.visitor() as visitor:
        await visitor.post(path, data=form("come", half_day=["1"]))
        await visitor.post(path, data=form("leave"))
    (registered,), (gone,) = [await house.rows(kind) for kind in (REGISTERED, GONE)]
    assert b"METHOD:REQUEST" in await house.body(registered)
    assert b"METHOD:CANCEL" in (await house.body(gone))


async def test_what_is_wrong_is_said_and_what_was_typed_is_shown_again(house: SeminarHouse) -> None:
    await meeting(house, **RICH)
    path = await invite(house, 2)
    async with house.visitor() as visitor:
        page = await visitor.post(
            path,
            data=form("come", mode="site", meal="Cassoulet <b>", **{"answer-0": "x" * 1001}),
        )
    text = plain(page.text)
    assert page.status_code == 400
    assert "Cochez au moins une demi-journée" in text
    assert "« Cassoulet &lt;b&gt; » n’est plus proposé" in text
    assert "Cette réponse est trop longue" in text
    assert "x" * 1001 in text
    assert (await row_of(house, 2)).state == "invited"


async def test_a_form_of_before_a_change_is_not_taken_and_nothing_typed_is_lost(
    house: SeminarHouse,
) -> None:
    seminar = await meeting(house, questions=["Votre sujet ?"])
    path = await invite(house, 2)
    await house.move(seminar, STARTS_AT + timedelta(days=7))
    async with house.visitor() as visitor:
        data = form("come", half_day=["1"], **{"answer-0": "La mobilité"})
        page = await visitor.post(path, data=data)
        assert page.status_code == 409
        assert "a changé depuis que vous avez ouvert cette page" in page.text
        assert "19 mars 2027" in page.text
        assert ">La mobilité</textarea>" in page.text
        assert (await row_of(house, 2)).state == "invited"
        taken = await visitor.post(path, data={**data, "version": "2"})
    assert taken.status_code == 200
    assert (await row_of(house, 2)).state == "registered"


async def test_excused_then_represented_then_coming_after_all(house: SeminarHouse) -> None:
    await meeting(house)
    path = await invite(house, 2)
    async with house.visitor() as visitor:
        assert "Vous êtes excusé(e)." in (await visitor.post(path, data=form("excuse"))).text
        page = await visitor.post(path, data=form("represent", name="Léa  Faure"))
        assert "Vous êtes représenté(e) par Léa Faure." in page.text
        refused = await visitor.post(path, data=form("represent", name=" "))
        assert refused.status_code == 400
        assert "Indiquez le prénom et le nom" in refused.text
        await visitor.post(path, data=form("come", half_day=["1", "2"]))
    row = await row_of(house, 2)
    assert (row.state, row.represented_by) == ("registered", "")


async def test_what_has_begun_or_is_cancelled_no_longer_changes(house: SeminarHouse) -> None:
    seminar = await meeting(house, questions=["Votre sujet ?"])
    path = await invite(house, 2)
    async with house.visitor() as visitor:
        house.clock.set(STARTS_AT)
        page = await visitor.get(path)
        assert "a commencé" in page.text
        assert "<form" not in page.text
        late = await visitor.post(path, data=form("come", half_day=["1"], **{"answer-0": "Bois"}))
        assert late.status_code == 409
        assert "n’a pas été enregistrée" in late.text
        assert "<li>Bois</li>" in late.text
        house.clock.set(STARTS_AT + timedelta(days=1))
        assert "a eu lieu" in (await visitor.get(path)).text
        house.clock.set(STARTS_AT - timedelta(days=1))
        await house.cancel(seminar)
        assert "est annulée" in (await visitor.get(path)).text
        assert (await visitor.post(path, data=form("come"))).status_code == 409
    assert (await row_of(house, 2)).state == "invited"


async def test_forged_foreign_old_and_erased_links_are_explained(house: SeminarHouse) -> None:
    await meeting(house)
    path = await invite(house, 2)
    token = path.rpartition("/")[2]
    foreign = names.leaving_url(house.parts, 1).rpartition("/")[2]
    async with house.visitor() as visitor:
        for method in ("GET", "POST"):
            assert (await visitor.request(method, path[:-3])).status_code == 400
            wrong = await visitor.request(method, f"/rencontres/reponse/{foreign}")
            assert wrong.status_code == 400
            other = await visitor.request(method, f"/rencontres/desinscription/{token}")
            assert other.status_code == 400
        async with house.database.write() as session:
            person = await session.get_one(Person, 2)
            person.given_name = person.family_name = ""
            person.email = None
        assert (await visitor.get(path)).status_code == 410
        house.clock.set(house.clock.now() + timedelta(days=800))
        assert (await visitor.get(path)).status_code == 410


async def test_a_meeting_on_invitation_takes_only_the_invited(house: SeminarHouse) -> None:
    await meeting(house, open_to_all=False)
    path = await invite(house, 2)
    async with house.database.write() as session:
        stranger = await registrations.opened(session, 1, Party("person", "4"))
    uninvited = names.answer_url(house.parts, stranger.id).removeprefix("https://relais.test")
    async with house.visitor() as visitor:
        data = form("come", half_day=["1", "2"])
        assert (await visitor.post(path, data=data)).status_code == 200
        refused = await visitor.post(uninvited, data=data)
    assert refused.status_code == 403
    assert "sur invitation" in refused.text
    assert (await row_of(house, 4)).state == "cancelled"


async def test_a_colleague_is_registered_told_and_may_cancel(house: SeminarHouse) -> None:
    await meeting(house)
    path = await invite(house, 2)
    async with house.visitor() as visitor:
        page = await visitor.get(path)
        assert "Marc Vidal" in page.text
        assert "Paul" not in page.text
        refused = await visitor.post(path, data=form("colleague", colleague="4"))
        assert refused.status_code == 400
        done = await visitor.post(path, data=form("colleague", colleague="3"))
        assert "Marc Vidal en est prévenu(e), et peut annuler" in done.text
        assert '<option value="3"' not in done.text
    row = await row_of(house, 3)
    assert (row.state, row.registered_by) == ("registered", "person:2")
    (told,) = await house.rows(REGISTERED)
    assert told.recipient == "person:3"
    assert "Quelqu’un vous a inscrit(e) à cette rencontre" in (await house.chat_post(told)).text


async def test_only_those_who_share_see_who_shares(house: SeminarHouse) -> None:
    await meeting(house, carpool=True)
    ines, paul = await invite(house, 2), await invite(house, 4)
    async with house.visitor() as visitor:
        give = form("come", half_day=["1", "2"], department="63", car="offer")
        await visitor.post(ines, data=give)
        without = await visitor.post(paul, data=form("come", half_day=["1", "2"]))
        assert "ines@orsanne.example" not in without.text
        sharing = await visitor.post(paul, data={**give, "car": "seek"})
    text = plain(sharing.text)
    assert "Puy-de-Dôme : Inès Roche, Pays d’Orsanne – propose des places" in text
    assert "mailto:ines@orsanne.example" in text


async def test_the_waiting_list_says_the_rank(house: SeminarHouse) -> None:
    await meeting(house, capacity=0)
    async with house.visitor() as visitor:
        for person, rank in ((2, 1), (3, 2)):
            path = await invite(house, person)
            page = await visitor.post(path, data=form("come", half_day=["1", "2"]))
            assert f"au rang {rank}." in plain(page.text)
    async with house.database.read() as session:
        rows = (await session.scalars(select(Registration.queue))).all()
    assert sorted(filter(None, rows)) == [1, 2]


async def test_the_mail_that_confirms_leads_to_the_page(house: SeminarHouse) -> None:
    await meeting(house)
    path = await invite(house, 2)
    async with house.visitor() as visitor:
        await visitor.post(path, data=form("come", half_day=["1", "2"]))
        (mail,) = await house.rows(REGISTERED)
        assert "Voir, modifier ou annuler ma réponse" in readable(await house.body(mail))
        link = str(mail.values["answer_url"]).removeprefix("https://relais.test")
        assert "Vous êtes inscrit(e)." in (await visitor.get(link)).text


async def test_who_confirms_for_a_full_meeting_is_told_that_they_wait(house: SeminarHouse) -> None:
    await meeting(house, capacity=0)
    async with house.visitor() as visitor:
        await visitor.post("/rencontres/1", data={"name": "Zoé", "email": "zoe@x.example"})
        (mail,) = await house.rows(names.CONFIRMATION)
        path = str(mail.values["confirm_url"]).removeprefix("https://relais.test")
        for page in (await visitor.post(path), await visitor.get(path)):
            assert "au rang 1 de la liste d’attente" in plain(page.text)
            assert "Votre inscription est confirmée" not in page.text
        after = page.text.partition("/rencontres/reponse/")[2]
        link = after.partition(chr(34))[0]
        assert "au rang 1" in plain((await visitor.get(f"/rencontres/reponse/{link}")).text)
    assert await house.registrations() == {"guest:1": "waiting"}

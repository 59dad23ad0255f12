"""Subscribing, confirming and leaving, through the pages."""

import json

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import MailAddress, Ready, Skip
from core.people.models import Person
from core.reference import Party
from digest.subscribers import names
from digest.subscribers.models import Consent, Subscriber
from tests.letter import LetterHouse, moved, settings_for_letters

ZOE = "zoe@orsanne.example"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def confirmation_path(house: LetterHouse) -> str:
    row = (await house.rows(names.CONFIRMATION))[-1]
    return str(row.values["confirmation_url"]).removeprefix("https://relais.test")


async def subscribed(house: LetterHouse, email: str = ZOE) -> int:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": email})
        await visitor.post(await confirmation_path(house))
    return (await house.subscriber(email)).id


def leaving(house: LetterHouse, subscriber: int) -> str:
    return names.unsubscription_url(house.parts, subscriber).removeprefix("https://relais.test")


async def events(house: LetterHouse) -> list[str]:
    async with house.database.read() as session:
        return list(await session.scalars(select(Consent.event).order_by(Consent.id)))


async def test_somebody_subscribes_confirms_and_leaves_with_a_proof_of_each_step(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        form = await visitor.get("/abonnement")
        assert 'name="email"' in form.text
        asked = await visitor.post("/abonnement", data={"email": " Zoe@Orsanne.example "})
        assert "Consultez votre messagerie" in asked.text
        (row,) = await house.rows(names.CONFIRMATION)
        assert await house.prepared(row) == Ready(MailAddress(ZOE))
        path = await confirmation_path(house)
        assert "Confirmer mon abonnement" in (await visitor.get(path)).text
        assert "Votre abonnement est confirmé" in (await visitor.post(path)).text
        subscriber = await house.subscriber(ZOE)
        assert (subscriber.state, subscriber.confirmed_at) == ("confirmed", house.clock.now())
        gone = await visitor.post(leaving(house, subscriber.id), data={"button": "1"})
        assert "ne vous sera plus envoyée" in gone.text
    assert await events(house) == ["subscribe", "confirm", "unsubscribe"]
    async with house.database.read() as session:
        proof = (await session.scalars(select(Consent).order_by(Consent.id))).first()
    assert proof is not None
    assert (proof.basis, proof.origin, proof.network) == ("consent", "form", "203.0.113.0/24")
    assert "je peux me désabonner en un clic" in proof.wording
    assert proof.wording in form.text.replace("&#39;", "'")
    assert len(proof.wording_version) == 12


async def test_opening_a_link_never_acts_because_scanners_open_links(house: LetterHouse) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
        await visitor.get(await confirmation_path(house))
        await visitor.head(await confirmation_path(house))
        assert (await house.subscriber(ZOE)).state == "pending"
        await visitor.post(await confirmation_path(house))
        identity = (await house.subscriber(ZOE)).id
        shown = await visitor.get(leaving(house, identity))
        await visitor.head(leaving(house, identity))
    assert (await house.subscriber(ZOE)).state == "confirmed"
    assert "z•••@orsanne.example" in shown.text
    assert ZOE not in shown.text
    assert "Abonnez-vous" in shown.text
    assert shown.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Indiquez votre adresse électronique."),
        ("zoe", "Cette adresse ne semble pas correcte."),
        ("zoe@orsanne.example\nBcc: paul@orsanne.example", "Indiquez une seule adresse"),
        ('"><script>alert(1)</script>@x.fr', "Cette adresse ne semble pas correcte."),
    ],
)
async def test_a_wrong_address_is_explained_kept_in_the_form_and_stored_nowhere(
    house: LetterHouse, typed: str, said: str
) -> None:
    async with house.visitor() as visitor:
        answer = await visitor.post("/abonnement", data={"email": typed})
    assert answer.status_code == 400
    assert said in answer.text
    assert "<script>" not in answer.text
    if typed == "zoe":
        assert 'value="zoe"' in answer.text
    assert await house.rows(names.CONFIRMATION) == []
    async with house.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Subscriber)) == 0


async def test_a_form_without_the_field_or_with_a_file_in_it_is_explained(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        assert (await visitor.post("/abonnement", data={"other": "x"})).status_code == 400
        file = await visitor.post("/abonnement", files={"email": ("a.txt", b"zoe@x.fr")})
        assert file.status_code == 400


async def test_posting_twice_sends_one_mail_and_the_page_never_tells_who_subscribes(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        unknown = await visitor.post("/abonnement", data={"email": ZOE})
        again = await visitor.post("/abonnement", data={"email": ZOE})
        await visitor.post(await confirmation_path(house))
        moved(house.clock, hours=1)
        known = await visitor.post("/abonnement", data={"email": ZOE})
    assert unknown.text == again.text == known.text
    assert unknown.status_code == again.status_code == known.status_code
    assert len(await house.rows(names.CONFIRMATION)) == 1
    assert await events(house) == ["subscribe", "confirm"]


async def test_who_is_subscribed_already_is_told_so_by_mail_only(house: LetterHouse) -> None:
    await subscribed(house)
    moved(house.clock, hours=1)
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
    (row,) = await house.rows(names.ALREADY)
    assert await house.prepared(row) == Ready(MailAddress(ZOE))
    assert (await house.subscriber(ZOE)).state == "confirmed"
    (confirmation,) = await house.rows(names.CONFIRMATION)
    assert await house.prepared(confirmation) == Skip("confirmed")


async def test_a_second_mail_can_be_asked_for_later_and_either_link_confirms(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
        first = await confirmation_path(house)
        moved(house.clock, minutes=15)
        await visitor.post("/abonnement", data={"email": ZOE})
        assert len(await house.rows(names.CONFIRMATION)) == 2
        assert "est confirmé" in (await visitor.post(first)).text
        second = await visitor.post(await confirmation_path(house))
    assert "est confirmé" in second.text
    assert await events(house) == ["subscribe", "subscribe", "confirm"]


async def test_a_confirmation_link_expires_and_the_page_says_what_to_do(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
        moved(house.clock, days=7, seconds=1)
        for answer in (
            await visitor.get(await confirmation_path(house)),
            await visitor.post(await confirmation_path(house)),
        ):
            assert answer.status_code == 410
            assert "Ce lien n’est plus valable" in answer.text
            assert 'href="/abonnement"' in answer.text
    assert (await house.subscriber(ZOE)).state == "pending"


async def test_forged_tokens_and_those_of_another_purpose_do_nothing(house: LetterHouse) -> None:
    identity = await subscribed(house)
    other = house.parts.tokens.sign(names.CONFIRM, [identity, 1])
    good = leaving(house, identity)
    async with house.visitor() as visitor:
        for path in (f"/desabonnement/{other}", good[:-2] + "xx", "/desabonnement/x"):
            for answer in (await visitor.get(path), await visitor.post(path)):
                assert answer.status_code == 400
                assert "Ce lien n’est pas complet" in answer.text
        token = good.removeprefix("/desabonnement/")
        assert (await visitor.post(f"/abonnement/confirmer/{token}")).status_code == 400
    assert (await house.subscriber(ZOE)).state == "confirmed"


async def test_one_click_is_quick_quiet_and_can_be_repeated(house: LetterHouse) -> None:
    identity = await subscribed(house)
    async with house.visitor() as visitor:
        for _ in range(2):
            answer = await visitor.post(
                leaving(house, identity), data={"List-Unsubscribe": "One-Click"}
            )
            assert (answer.status_code, answer.text) == (200, "")
            assert "set-cookie" not in answer.headers
        multipart = await visitor.post(
            leaving(house, identity), files={"List-Unsubscribe": (None, "One-Click")}
        )
        assert multipart.status_code == 200
        assert "désabonné(e)" in (await visitor.get(leaving(house, identity))).text
    assert await events(house) == ["subscribe", "confirm", "unsubscribe"]


async def test_an_unsubscription_link_still_works_years_later(house: LetterHouse) -> None:
    identity = await subscribed(house)
    path = leaving(house, identity)
    moved(house.clock, days=5 * 365)
    async with house.visitor() as visitor:
        assert (await visitor.post(path)).status_code == 200
        moved(house.clock, days=6 * 365)
        old = await visitor.get(path)
    assert old.status_code == 410
    assert "écrivez-nous" in old.text
    assert (await house.subscriber(ZOE)).state == "unsubscribed"


async def test_an_old_confirmation_does_not_undo_an_unsubscription_but_asking_again_does(
    house: LetterHouse,
) -> None:
    identity = await subscribed(house)
    first = await confirmation_path(house)
    async with house.visitor() as visitor:
        await visitor.post(leaving(house, identity))
        for answer in (await visitor.get(first), await visitor.post(first)):
            assert "S’abonner de nouveau" in answer.text
        assert (await house.subscriber(ZOE)).state == "unsubscribed"
        await visitor.post("/abonnement", data={"email": ZOE})
        await visitor.post(await confirmation_path(house))
    assert (await house.subscriber(ZOE)).state == "confirmed"


async def test_mails_are_stored_once_for_everybody_and_name_nobody(house: LetterHouse) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
        await visitor.post("/abonnement", data={"email": "paul@orsanne.example"})
    first, second = await house.rows(names.CONFIRMATION)
    assert first.message_hash == second.message_hash
    assert first.values != second.values
    body = await house.body(first)
    assert b"zoe" not in body
    assert b"List-Unsubscribe" not in body


async def test_what_is_held_is_given_and_forgotten(house: LetterHouse) -> None:
    identity = await subscribed(house)
    party = Party("subscriber", str(identity))
    path = await confirmation_path(house)
    async with house.database.write() as session:
        session.add(Person(id=9, given_name="Zoé", family_name="Lestrade", email=ZOE))
        session.add(Person(id=10, given_name="Paul", family_name="Sans", email=None))
    data = house.subscribers.personal_data
    assert data is not None
    async with house.database.read() as session:
        held = await data.export(session, party)
        assert await data.export(session, Party("person", "9")) == held
        for nobody in (Party("person", "10"), Party("person", "11"), Party("group", "animators")):
            assert await data.export(session, nobody) == {}
    assert json.loads(json.dumps(held)) == held
    assert (held["email"], held["state"]) == (ZOE, "confirmed")
    assert [proof["event"] for proof in held["consents"]] == ["subscribe", "confirm"]
    async with house.database.write() as session:
        await data.erase(session, Party("person", "9"))
        await data.erase(session, Party("person", "11"))
    async with house.database.read() as session:
        left = await data.export(session, party)
    assert left["email"] is None
    assert {proof["network"] for proof in left["consents"]} == {""}
    (row,) = await house.rows(names.CONFIRMATION)
    assert (row.state, row.values) == ("cancelled", {})
    assert await house.prepared(row) == Skip("erased")
    async with house.visitor() as visitor:
        assert (await visitor.get(path)).status_code == 410
        assert (await visitor.post(path)).status_code == 410
        assert (await visitor.post(leaving(house, identity))).status_code == 200
        assert (await visitor.post(leaving(house, 999))).status_code == 200

"""Leaving in one press (RFC 8058), for oneself or for everybody who reads a shared address."""

from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Channel, MailAddress, Parcel, Ready, Refused, Sent
from core.people.models import Structure
from core.reference import Party, Reference
from digest.subscribers import names
from digest.subscribers.adding import Ground, Newcomer, add
from digest.subscribers.models import Consent, Subscriber
from digest.subscribers.rules import Basis, Reason
from digest.subscribers.suppression import reason_of
from tests.letter import LetterHouse, settings_for_letters

SHARED = "accueil@orsanne.example"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def leaving(house: LetterHouse, email: str = "zoe@orsanne.example") -> str:
    (identity,) = await house.subscribe(email)
    return path(house, identity)


def path(house: LetterHouse, identity: int) -> str:
    return names.unsubscription_url(house.parts, identity).removeprefix("https://relais.test")


async def shared(house: LetterHouse) -> str:
    async with house.database.write() as session:
        session.add(Structure(id=3, code="orsanne", name="Pays d’Orsanne", mailbox=SHARED))
        await session.flush()
        ground = Ground(Basis.PUBLIC_INTEREST, "directory")
        newcomer = Newcomer(SHARED, structure_id=3)
        await add(session, house.parts, [newcomer], ground, house.clock.now())
    return path(house, (await house.subscriber(SHARED)).id)


async def test_get_head_and_options_never_act_because_scanners_follow_links(
    house: LetterHouse,
) -> None:
    link = await leaving(house)
    async with house.visitor() as visitor:
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = await visitor.request(method, link + "?List-Unsubscribe=One-Click")
            assert "set-cookie" not in answer.headers
            assert not answer.is_redirect
    assert (await house.subscriber("zoe@orsanne.example")).state == "confirmed"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", ""),
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (urlencode({"x": "y" * 500, "List-Unsubscribe": "One-Click"}).encode(),
         "application/x-www-form-urlencoded; charset=utf-8"),
        (b'{"List-Unsubscribe": "One-Click"}', "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"no boundary at all", "multipart/form-data"),
        (b"\xff\xfe%zz&&==", "application/x-www-form-urlencoded"),
    ],
)  # fmt: skip
async def test_whatever_a_mailbox_posts_it_acts_without_cookie_nor_redirect(
    house: LetterHouse, content: bytes, kind: str
) -> None:
    link = await leaving(house)
    headers = {"Content-Type": kind} if kind else {}
    async with house.visitor() as visitor:
        answer = await visitor.post(link + "?utm_source=x", content=content, headers=headers)
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert (await house.subscriber("zoe@orsanne.example")).state == "unsubscribed"


async def test_one_reader_of_a_shared_address_is_asked_whether_they_mean_everybody(
    house: LetterHouse,
) -> None:
    link = await shared(house)
    async with house.visitor() as visitor:
        page = await visitor.get(link)
        assert "Plusieurs personnes lisent cette adresse" in page.text
        assert "Pays d’Orsanne" not in page.text, "a letter is forwarded"
        unsaid = await visitor.post(link, data={"button": "1"})
        assert unsaid.status_code == 400
        assert "Cochez cette case pour confirmer" in unsaid.text
        assert (await house.subscriber(SHARED)).state == "confirmed"
        said = await visitor.post(link, data={"button": "1", "everybody": "1"})
    assert "Vous êtes désabonné(e)" in said.text
    assert (await house.subscriber(SHARED)).state == "unsubscribed"


async def test_a_mailbox_s_one_click_acts_for_a_shared_address_too(house: LetterHouse) -> None:
    link = await shared(house)
    async with house.visitor() as visitor:
        await visitor.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (await house.subscriber(SHARED)).state == "unsubscribed"


async def test_a_member_objects_in_one_press_and_may_consent_later_by_themselves(
    house: LetterHouse,
) -> None:
    link = await shared(house)
    async with house.visitor() as visitor:
        await visitor.post(link, data={"List-Unsubscribe": "One-Click"})
        async with house.database.read() as session:
            assert await reason_of(session, SHARED) is Reason.OBJECTED
            events = list(await session.scalars(select(Consent.event).order_by(Consent.id)))
        assert events == ["add", "object"]
        await visitor.post("/abonnement", data={"email": SHARED})
        (row,) = await house.rows(names.CONFIRMATION)
        await visitor.post(str(row.values["confirmation_url"]))
    async with house.database.read() as session:
        assert await reason_of(session, SHARED) is None
        found = (await session.scalars(select(Subscriber))).one()
    assert (found.state, found.basis, found.ended_by) == ("confirmed", "consent", None)


async def test_who_never_asked_is_informed_once_the_mail_has_left_and_not_before(
    house: LetterHouse,
) -> None:
    await shared(house)
    (row,) = await house.rows(names.INFORMED)
    assert await house.prepared(row) == Ready(MailAddress(SHARED))
    body = await house.body(row)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in body
    assert (await house.subscriber(SHARED)).informed_at is None
    parcel = Parcel(
        row.id, row.kind, row.slot, Party.parse(row.recipient), Reference.parse(row.cause),
        Channel(row.channel), b"", row.values, row.stream, 1, resent=False,
    )  # fmt: skip
    for outcome in (Refused("550"), Sent("<1@relais.test>")):
        async with house.database.write() as session:
            await house.kinds[row.kind].settled(session, parcel, outcome, house.clock.now())
        informed = (await house.subscriber(SHARED)).informed_at
        assert informed == (house.clock.now() if isinstance(outcome, Sent) else None)

"""Nominative invitations: behind the signed link of their own, as PDF and as a page to print."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from digest.seminars import names as seminar_names
from digest.seminars.decide import Kind
from digest.seminars.inviting import names, paper
from digest.seminars.models import Registration
from tests.inviting import InvitingHouse
from tests.seminars import plain


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> InvitingHouse:
    house = InvitingHouse(database, clock)
    await house.settle_in()
    return house


async def invited(house: InvitingHouse, kind: Kind = Kind.SEMINAR, **changes: str) -> int:
    """Invite Inès to a meeting; return her registration."""
    seminar = await house.seminar(
        house.clock.now() + timedelta(days=60), kind=kind, title="Accueillir <b>&</b> après 🎉"
    )
    async with house.database.write() as session:
        row = Registration(
            seminar_id=seminar,
            party="person:2",
            requests=0,
            **{"state": "invited", "invited_at": house.clock.now(), **changes},
        )
        session.add(row)
        await session.flush()
        return row.id


async def test_the_pdf_is_tagged_and_for_its_own_link_only(house: InvitingHouse) -> None:
    registration = await invited(house)
    url = names.pdf_url(house.parts, registration)
    async with house.visitor() as visitor:
        given = await visitor.get(url)
        other = await visitor.get(url.replace("/invitation/", "/invitation/x"))
        answer = house.parts.tokens.sign(seminar_names.ANSWER, registration)
        misused = await visitor.get(f"/rencontres/invitation/{answer}.pdf")
    assert (given.status_code, given.headers["content-type"]) == (200, "application/pdf")
    assert given.headers["cache-control"] == "no-store"
    assert b"pdfuaid:part" in given.content or b"/MarkInfo" in given.content
    assert (other.status_code, misused.status_code) == (400, 400)


async def test_the_page_says_who_what_when_and_where(house: InvitingHouse) -> None:
    registration = await invited(house, Kind.STEERING)
    async with house.visitor() as visitor:
        given = await visitor.get(names.paper_url(house.parts, registration))
    said = plain(given.text)
    assert given.status_code == 200
    assert "Invitation nominative" in said
    assert "Inès Roche" in said
    assert "agent de développement" in said
    assert "Pays d’Orsanne" in said
    assert "Comité de pilotage : Accueillir &lt;b&gt;&amp;&lt;/b&gt; après" in said
    assert "Vous êtes convié(e) au comité de pilotage" in said
    assert "matin, de" in said
    assert "après-midi, de" in said
    assert "Salle des fêtes, Ambert" in said
    assert "Retours d’expérience" in said
    assert "ordre de mission" in said
    assert "Cofinancé par l'Union européenne" in said or "Cofinancé" in said
    assert "@" not in said.partition("<main>")[2].partition("</main>")[0]


@pytest.mark.parametrize("state", ["excused", "cancelled", "asked"])
async def test_who_is_not_expected_has_no_invitation(house: InvitingHouse, state: str) -> None:
    registration = await invited(house, state=state)
    async with house.visitor() as visitor:
        given = await visitor.get(names.paper_url(house.parts, registration))
    assert given.status_code == 410
    assert "Cette invitation n’est plus valable" in plain(given.text)


async def test_a_cancelled_meeting_has_no_invitation_nor_has_an_erased_person(
    house: InvitingHouse,
) -> None:
    registration = await invited(house)
    async with house.database.read() as session:
        seminar = await session.scalar(select(Registration.seminar_id))
    assert seminar is not None
    await house.cancel(seminar)
    async with house.database.write() as session:
        now = house.clock.now()
        assert await paper.of_registration(session, house.parts, registration, now) is None
        assert await paper.of_registration(session, house.parts, 404, now) is None


async def test_an_old_link_says_so(house: InvitingHouse) -> None:
    registration = await invited(house)
    url = names.paper_url(house.parts, registration)
    house.clock.set(house.clock.now() + names.PAPER_LIFE + timedelta(days=1))
    async with house.visitor() as visitor:
        given = await visitor.get(url)
    assert given.status_code == 410


async def test_without_typst_the_pdf_leads_to_the_page_to_print(
    house: InvitingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration = await invited(house)
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    async with house.visitor() as visitor:
        given = await visitor.get(names.pdf_url(house.parts, registration))
        page = await visitor.get(given.headers["location"])
    assert given.status_code == 303
    assert page.status_code == 200

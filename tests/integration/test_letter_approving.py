"""The « bon à diffuser »: asked for, given in chat and by mail, corrected, fallen."""

import email
import email.policy
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from core.acts import Act
from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery
from core.reference import Party
from digest.letter import personal
from digest.letter.approving import names
from digest.letter.models import Approval, Edition, Rendition
from tests.integration.test_letter_desk import (
    compose,
    edition,
    examined,
    here,
    last_buttons,
    press,
    story,
    visitor,
)
from tests.whole import GROUP, HELENE, JEANNE, Whole, open_whole

DIRECTOR, FUNDER = "directrice@reseau.example", "financeur@region.example"


async def opened(database: Database, clock: FixedClock, approvals: int, *approvers: str) -> Whole:
    digest = {"approvals": approvals, "approvers": list(approvers)}
    house = await open_whole(database, clock, digest=digest)
    await compose(house)
    await examined(house)
    await house.say(JEANNE, "/lettre", chat=GROUP)
    return house


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    """Two people, one of whom reads mails only."""
    return await opened(database, clock, 2, DIRECTOR)


def mails_to(house: Whole, address: str) -> list[EmailMessage]:
    read = [email.message_from_bytes(raw, policy=email.policy.default) for raw in house.mails]
    return [each for each in read if address in each["To"]]


def words_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\u00a0", " ").replace("\u202f", " ")


def link(mail: EmailMessage, path: str) -> str:
    found = re.search(rf"http\S+{path}\S+", words_of(mail))
    assert found is not None, words_of(mail)
    return found[0]


async def asked(house: Whole) -> str:
    """Ask for it, and return the page of the director."""
    await press(house, "Demander le bon à diffuser")
    return link(mails_to(house, DIRECTOR)[-1], "/lettres/bon-a-diffuser/")


async def approvals(house: Whole) -> list[Approval]:
    async with house.database.read() as session:
        return list(await session.scalars(select(Approval).order_by(Approval.id)))


def flat(answer: httpx.Response) -> str:
    return answer.text.replace("\u00a0", " ").replace("\u202f", " ")


GIVE = {"decision": "give"}


async def test_a_director_reads_the_mail_the_preview_then_gives_it(house: Whole) -> None:
    page = await asked(house)
    [mail] = mails_to(house, DIRECTOR)
    assert "votre bon à diffuser" in mail["Subject"].replace("\u00a0", " ")
    assert "Jeanne Rochefol vous invite à relire" in words_of(mail)
    assert "- Nouvelle 1" in words_of(mail)
    assert "Bon à diffuser demandé le" in here(house)
    async with visitor(house) as web:
        assert "Nouvelle 4" in (await web.get(link(mail, "/lettres/apercu/"))).text
        assert (await web.get(page)).status_code == 200
        shown = await web.get(page)
        assert "Elle sera enregistrée au nom de d•••@reseau.example" in flat(shown)
        assert shown.headers["cache-control"] == "no-store"
        assert await approvals(house) == [], "looking decides nothing: scanners follow links"
        done = await web.post(page, data=GIVE)
        assert "Votre bon à diffuser pour la lettre n° 1 est enregistré" in flat(done)
        again = await web.post(page, data=GIVE)
        assert "est enregistré" in flat(again)
        assert "est enregistré" in flat(await web.get(page))
        await house.send()
        assert "Par d•••@reseau.example, sur la version 1. Il en faut encore un" in here(house)
        assert (await edition(house)).state == "in_review"
        await press(house, "Ouvrir la lettre", "Donner le bon à diffuser")
        assert "bon à diffuser donné" in here(house)
        assert "d•••@reseau.example, Jeanne Rochefol" in here(house)
        late = await web.post(page, data=GIVE)
        assert "est enregistré" in flat(late)
    found = await edition(house)
    assert found.state == "approved"
    first, second = await approvals(house)
    assert (first.via, first.name, first.version) == ("mail", "d•••@reseau.example", 1)
    assert (second.via, second.party) == ("chat", "person:42")
    assert {first.content_hash, second.content_hash} == {found.approved_hash}
    async with house.database.read() as session:
        verbs = list(await session.scalars(select(Act.verb).order_by(Act.id)))
        assert await session.get(Rendition, (1, "all")) is not None
    assert verbs[-4:] == [
        "letter.approval_asked",
        "letter.approval_given",
        "letter.approval_given",
        "letter.approved",
    ]


async def test_one_person_is_not_two_whichever_way_they_take(
    database: Database, clock: FixedClock
) -> None:
    house = await opened(database, clock, 2, "Jeanne@Reseau.example", DIRECTOR)
    await press(house, "Demander le bon à diffuser")
    page = link(mails_to(house, "jeanne@reseau.example")[0], "/lettres/bon-a-diffuser/")
    await press(house, "Donner le bon à diffuser")
    assert "Il en faut encore un" in here(house)
    assert "il faut aussi celui d’une autre personne" in await press(
        house, "Donner le bon à diffuser"
    )
    async with visitor(house) as web:
        await web.post(page, data=GIVE)
    assert (await edition(house)).state == "in_review"
    await press(house, "Donner le bon à diffuser", who=HELENE)
    assert (await edition(house)).state == "approved"


async def test_a_correction_comes_to_the_animators_and_voids_what_was_given(house: Whole) -> None:
    page = await asked(house)
    await press(house, "Donner le bon à diffuser")
    async with visitor(house) as web:
        empty = await web.post(page, data={"decision": "correct", "words": "  "})
        assert empty.status_code == 400
        assert "Dites en quelques mots" in empty.text
        long = await web.post(page, data={"decision": "correct", "words": "a" * 2_001})
        assert "trop long" in long.text
        words = "Le titre 2 nomme <mal> le département.\r\nMerci !"
        done = await web.post(page, data={"decision": "correct", "words": words})
        assert "Votre message est transmis à l’équipe d’animation" in flat(done)
        await house.send()
        assert "une correction est souhaitée" in here(house)
        assert "Par d•••@reseau.example, qui a lu la version 1." in here(house)
        assert "Le titre 2 nomme &lt;mal&gt; le département." in here(house)
        assert (await web.post(page, data=GIVE)).status_code == 410
        found = await edition(house)
        assert (found.state, found.version, found.asked_at) == ("in_review", 2, None)
        await press(house, "Ouvrir la lettre")
        assert "Il faut le bon à diffuser de 2 personnes" in here(house)
        assert "nomme &lt;mal&gt; le département" in house.chat(GROUP), "the words stay to be read"
        await examined(house)
        second = await asked(house)
        assert second != page
        assert "version 2" in mails_to(house, DIRECTOR)[-1]["Subject"].replace("\u00a0", " ")
        assert "votre bon à diffuser" in flat(await web.get(second))
    assert [(row.version, row.approved) for row in await approvals(house)] == [
        (1, True),
        (1, False),
    ]


async def test_who_gave_it_may_still_ask_for_a_correction(
    database: Database, clock: FixedClock
) -> None:
    house = await opened(database, clock, 2, DIRECTOR)
    page = await asked(house)
    async with visitor(house) as web:
        await web.post(page, data=GIVE)
        await web.post(page, data={"decision": "correct", "words": "Tout compte fait, non."})
    [row] = await approvals(house)
    assert (row.approved, row.comment) == (False, "Tout compte fait, non.")
    assert (await edition(house)).version == 2


async def test_a_change_makes_the_page_say_so_and_the_mail_that_waits_is_not_sent(
    house: Whole,
) -> None:
    page = await asked(house)
    house.paused = True
    await press(house, "Sujets", "1", "Descendre", "↩ Retour", "↩ Retour")
    await examined(house)
    await press(house, "Demander le bon à diffuser")
    await press(house, "Sujets", "1", "Descendre")
    house.paused = False
    await house.send()
    async with visitor(house) as web:
        for answer in (await web.get(page), await web.post(page, data=GIVE)):
            assert answer.status_code == 410
            assert "Elle a été modifiée depuis ce courriel" in flat(answer)
    assert len(mails_to(house, DIRECTOR)) == 1
    async with house.database.read() as session:
        rows = await session.execute(
            select(Delivery.slot, Delivery.state, Delivery.reason)
            .where(Delivery.kind == names.ASKED)
            .order_by(Delivery.id)
        )
    assert [tuple(row) for row in rows] == [
        ("approval:1/v1", "sent", None),
        ("approval:1/v2", "skipped", "superseded"),
    ]
    assert await approvals(house) == []


async def test_contents_changed_behind_the_page_are_not_what_it_was_signed_for(
    house: Whole,
) -> None:
    page = await asked(house)
    async with house.database.write() as session:
        row = await session.get_one(Edition, 1)
        row.content_hash = "another"
    async with visitor(house) as web:
        assert (await web.post(page, data=GIVE)).status_code == 410


async def test_the_link_is_one_approvers_for_a_month_and_nothing_else_opens_it(
    database: Database, clock: FixedClock
) -> None:
    house = await opened(database, clock, 1, DIRECTOR, FUNDER)
    page = await asked(house)
    other = link(mails_to(house, FUNDER)[0], "/lettres/bon-a-diffuser/")
    assert other != page
    preview = link(mails_to(house, FUNDER)[0], "/lettres/apercu/")
    async with visitor(house) as web:
        stolen = page.rpartition("/")[0] + "/" + preview.rpartition("/")[2]
        assert (await web.post(stolen, data=GIVE)).status_code == 400
        assert (await web.post(page[:-3], data=GIVE)).status_code == 400
        assert "f•••@region.example" in flat(await web.get(other))
        assert "directrice" not in (await web.get(other)).text
        clock.set(clock.now() + timedelta(days=31))
        assert (await web.post(page, data=GIVE)).status_code == 410
    assert await approvals(house) == []


async def test_who_is_no_longer_asked_has_no_link(database: Database, clock: FixedClock) -> None:
    house = await opened(database, clock, 1, DIRECTOR)
    page = await asked(house)
    settings = house.parts.settings
    settings.digest.approvers.clear()
    async with visitor(house) as web:
        assert (await web.post(page, data=GIVE)).status_code == 410
    assert await approvals(house) == []


async def test_one_approval_by_mail_is_enough_when_one_is(
    database: Database, clock: FixedClock
) -> None:
    house = await opened(database, clock, 1, DIRECTOR)
    page = await asked(house)
    async with visitor(house) as web:
        assert "son envoi commence" in flat(await web.post(page, data=GIVE))
        await house.send()
        assert "L’envoi commence dans un instant" in here(house)
        correct = {"decision": "correct", "words": "Trop tard ?"}
        async with house.database.write() as session:
            (await session.get_one(Edition, 1)).state = "sending"
        late = await web.post(page, data=correct)
        assert "a déjà reçu tous les accords nécessaires" in flat(late)
    assert (await edition(house)).approved_by == f"approver:{names.key_of(DIRECTOR)}"


async def test_nothing_is_recorded_by_mail_while_something_blocks(house: Whole) -> None:
    page = await asked(house)
    async with house.database.write() as session:
        (await session.get_one(Edition, 1)).examined = None
    async with visitor(house) as web:
        answer = await web.post(page, data=GIVE)
        assert "Rien n’est enregistré" in flat(answer)
        assert (await web.post(page, data={"decision": "whatever"})).status_code == 400
    assert await approvals(house) == []


async def test_who_can_be_asked_is_asked_once_for_a_version(house: Whole) -> None:
    await asked(house)
    stale = {button.label: button for row in last_buttons(house) for button in row}
    assert "Donner le bon à diffuser" in stale
    data = stale["Donner le bon à diffuser"].data.replace("letter.approve", "letter.ask")
    answers = await house.forge(HELENE, data, chat=GROUP)
    assert any("demandé" in answer.text for answer in answers)
    assert len(mails_to(house, DIRECTOR)) == 1


async def test_no_address_reaches_the_trail_nor_the_group(house: Whole) -> None:
    page = await asked(house)
    async with visitor(house) as web:
        await web.post(page, data=GIVE)
    await house.send()
    everything: dict[str, Any] = {}
    async with house.database.read() as session:
        everything["acts"] = [str(a.detail) + a.actor for a in await session.scalars(select(Act))]
    assert DIRECTOR not in str(everything)
    assert DIRECTOR not in house.chat(GROUP)


async def test_what_people_approved_is_shown_to_them_and_stays_without_their_name(
    house: Whole,
) -> None:
    await press(house, "Demander le bon à diffuser", "Donner le bon à diffuser")
    jeanne = Party("person", "42")
    async with house.database.write() as session:
        shown = await personal.export(session, jeanne)
        assert [each["approved"] for each in shown["letters_approved"]] == [True]
        assert await personal.export(session, Party("person", "41")) == {}
        [kept] = await personal.keeps(session, jeanne)
        assert "1 bon à diffuser" in house.parts.renderer.chat(kept.what)
        assert await personal.keeps(session, Party("person", "41")) == ()
        await personal.erase(session, jeanne)
    [row] = await approvals(house)
    assert (row.name, row.approved) == ("", True)


async def test_a_wrong_address_is_said_to_the_operator_and_asks_nobody(
    database: Database, clock: FixedClock
) -> None:
    house = await opened(database, clock, 1, "directrice at reseau", DIRECTOR)
    [check] = [c for room in house.rooms for c in room.checks if c.name == "approvals"]
    wrong, right = await check.run()
    assert (wrong.ok, right.ok) == (False, True)
    assert "approver 1" in wrong.what
    assert "digest.approvers" in wrong.hint
    assert "directrice" not in wrong.what + right.what
    await asked(house)
    assert len(house.mails) == 1


async def test_a_date_that_passed_since_the_examination_is_shown_before_it_is_given(
    database: Database, clock: FixedClock
) -> None:
    house = await open_whole(database, clock)
    await compose(house, replace(story(1), deadline=clock.now() + timedelta(days=3)))
    await examined(house)
    await house.say(JEANNE, "/lettre", chat=GROUP)
    clock.set(clock.now() + timedelta(days=4))
    assert "une date est passée" in await press(house, "Donner le bon à diffuser")
    assert "sa date est passée" in here(house)
    assert (await edition(house)).state == "in_review"
    await press(house, "↩ Retour", "Donner le bon à diffuser")
    assert (await edition(house)).state == "approved"

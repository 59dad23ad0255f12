"""An approved edition reaches each subscriber once, whatever is interrupted."""

import asyncio
import datetime as dt
import random
from email import message_from_bytes
from email.policy import default
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import FixedClock, SystemClock
from core.contributions import Publication
from core.db import Database
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel, MailAddress, Ready, Skip
from core.ledger.models import Delivery
from core.mail.gateway import MailGateway
from core.parts import Parts
from core.settings import LedgerSettings
from digest.letter import names
from digest.letter.models import Edition
from digest.letter.sending import counting, course
from digest.letter.sending import rows as rows_module
from digest.subscribers.names import unsubscription_url
from relais.sandbox.mail_catcher import CaughtMail, MailCatcher
from tests.letter import LetterHouse, meeting, moved, pressed, settings_for_letters, story

EDITION = "letter:edition:1"
ZOE = "zoe@orsanne.example"
PAUL = "paul@orsanne.example"
CORRECT = ["Envoyer un rectificatif"]


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def approved(house: LetterHouse) -> None:
    house.offered = [meeting(house.clock.now()), story(1)]
    await house.press("letter.compose", "letter:edition:next")
    await house.press("letter.approve", EDITION, 1)


async def state_of(house: LetterHouse, number: int = 1) -> str:
    async with house.database.read() as session:
        state = await session.scalar(select(Edition.state).where(Edition.number == number))
    return str(state)


async def test_each_confirmed_subscriber_has_one_row_and_nobody_else(house: LetterHouse) -> None:
    first, second = await house.subscribe(ZOE, PAUL)
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": "pending@orsanne.example"})
    await approved(house)
    assert await house.next_due("letter.send") == house.clock.now()
    moved(house.clock, minutes=1)
    await house.subscribe("later@orsanne.example")
    await house.tick("letter.send")
    await house.tick("letter.send")
    rows = await house.rows(names.EDITION)
    assert [row.recipient for row in rows] == [f"subscriber:{first}", f"subscriber:{second}"]
    assert {row.slot for row in rows} == {"edition:1"}
    assert len({row.message_hash for row in rows}) == 1
    assert rows[0].values["unsubscribe_url"] != rows[1].values["unsubscribe_url"]
    assert await house.prepared(rows[0]) == Ready(MailAddress(ZOE))
    assert await state_of(house) == "sending"
    assert await house.next_due("letter.send") is None
    assert "En attente\u00a0: 2" in house.said(await house.command())


async def test_composing_the_rows_can_be_interrupted_and_run_again(
    house: LetterHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "CHUNK", 3)
    identities = await house.subscribe(*(f"a{i}@orsanne.example" for i in range(10)))
    await approved(house)
    reached = 0

    def power_cut(_name: str) -> None:
        nonlocal reached
        reached += 1
        if reached == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(rows_module, "reach", power_cut)
    with pytest.raises(KeyboardInterrupt):
        await house.tick("letter.send")
    assert len(await house.rows(names.EDITION)) == 6
    assert await state_of(house) == "sending"
    assert await house.next_due("letter.send") is not None
    await house.settle(names.EDITION)
    await house.tick("letter.send")
    rows = await house.rows(names.EDITION)
    assert sorted(row.recipient for row in rows) == sorted(f"subscriber:{i}" for i in identities)
    assert await house.rows(names.REPORT) == []
    await house.settle(names.EDITION)
    await house.tick("letter.send")
    assert await state_of(house) == "sent"


async def test_the_report_counts_the_rows_that_another_process_has_just_written(
    house: LetterHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.subscribe(ZOE)
    await approved(house)
    look, written = counting.some_wait, False

    async def overtaken(session: AsyncSession, kind: str, slot: str) -> bool:
        nonlocal written
        waiting = await look(session, kind, slot)
        if not written:
            written = True
            await write_rows(house.parts, 1, house.clock.now())
        return waiting

    write_rows = rows_module.write_rows  # what the other process is at

    async def slow(_parts: Parts, _number: int, _now: dt.datetime) -> None:
        pass

    monkeypatch.setattr(course, "write_rows", slow)
    monkeypatch.setattr(course, "some_wait", overtaken)
    await house.tick("letter.send")
    assert await house.rows(names.REPORT) == []
    assert await state_of(house) == "sending"
    await house.settle(names.EDITION)
    await house.tick("letter.send")
    assert await state_of(house) == "sent"


async def test_who_leaves_between_approval_and_sending_is_skipped_and_the_report_says_so(
    house: LetterHouse,
) -> None:
    zoe, _ = await house.subscribe(ZOE, PAUL)
    await approved(house)
    await house.tick("letter.send")
    url = unsubscription_url(house.parts, zoe)
    async with house.visitor() as visitor:
        await visitor.post(url, data={"List-Unsubscribe": "One-Click"})
    first, second = await house.rows(names.EDITION)
    assert await house.prepared(first) == Skip("unsubscribed")
    assert await house.prepared(second) == Ready(MailAddress(PAUL))
    async with house.database.write() as session:
        for row, state, reason in ((first, "skipped", "unsubscribed"), (second, "sent", None)):
            stored = await session.get(Delivery, row.id)
            assert stored is not None
            stored.state, stored.reason = state, reason
    await house.tick("letter.send")
    await house.tick("letter.send")
    (report,) = await house.posts(names.REPORT)
    assert "Envoyée à 1 abonné" in report.text
    assert "Non envoyé (désabonné entre-temps)\u00a0: 1" in report.text
    assert "Échec" not in report.text
    assert "À vérifier" not in report.text
    assert [button.label for row in report.keyboard for button in row] == CORRECT


async def test_an_edition_cancelled_under_its_rows_is_not_sent(house: LetterHouse) -> None:
    await house.subscribe(ZOE)
    await approved(house)
    await house.tick("letter.send")
    assert "en cours d’envoi" in house.said(await house.press("letter.cancel_for_good", EDITION, 1))
    async with house.database.write() as session:
        edition = await session.get(Edition, 1)
        assert edition is not None
        edition.state = "cancelled"
    (row,) = await house.rows(names.EDITION)
    assert await house.prepared(row) == Skip("cancelled")


async def test_the_next_edition_repeats_nothing_and_starts_where_this_one_stopped(
    house: LetterHouse,
) -> None:
    await approved(house)
    await house.tick("letter.send")
    assert await state_of(house) == "sent"
    async with house.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Publication)) == 2
    moved(house.clock, days=1)
    rest = await house.command()
    assert "la lettre n°\u00a01, a été envoyée le lundi 23 novembre 2026" in house.said(rest)
    answer = await house.press(*pressed(rest, "letter.compose"))
    assert "Rien de nouveau" in house.said(answer)
    house.offered.append(story(2))
    await house.press(*pressed(rest, "letter.compose"))
    async with house.database.read() as session:
        first, second = await session.scalars(select(Edition).order_by(Edition.number))
    assert [item["reference"] for item in second.items] == ["watch:story:2"]
    assert second.period_from == first.period_until


async def test_what_is_uncertain_is_settled_by_a_person(house: LetterHouse) -> None:
    await house.subscribe(ZOE, PAUL)
    await approved(house)
    await house.tick("letter.send")
    await house.settle(names.EDITION, "uncertain", "connection cut")
    await house.tick("letter.send")
    (report,) = await house.posts(names.REPORT)
    assert "À vérifier\u00a0: 2 envois coupés en chemin" in report.text
    assert [button.label for row in report.keyboard for button in row] == [
        "Renvoyer",
        "Laisser",
        *CORRECT,
    ]
    assert "2 envois vont être renvoyés" in house.said(await house.press("letter.resend", EDITION))
    assert {row.state for row in await house.rows(names.EDITION)} == {"pending"}
    assert "plus d’envoi à vérifier" in house.said(await house.press("letter.leave", EDITION))
    await house.settle(names.EDITION, "uncertain")
    assert "2 envois laissés" in house.said(await house.press("letter.leave", EDITION))
    assert {row.state for row in await house.rows(names.EDITION)} == {"failed"}
    assert len(await house.rows(names.REPORT)) == 1


async def test_the_archive_shows_what_left_as_it_was_approved(house: LetterHouse) -> None:
    async with house.visitor() as visitor:
        assert "Aucune lettre n’est encore parue" in (await visitor.get("/lettres")).text
        await approved(house)
        assert (await visitor.get("/lettres/1")).status_code == 404
        await house.tick("letter.send")
        moved(house.clock, days=30)
        archive = await visitor.get("/lettres")
        assert 'href="/lettres/1"' in archive.text
        shown = await visitor.get("/lettres/1")
        assert (await visitor.get("/lettres/2")).status_code == 404
    assert shown.status_code == 200
    assert "Lundi 23 novembre 2026" in shown.text
    assert "Aperçu" not in shown.text
    assert "Décret n°\u00a01" in shown.text
    assert "desabonnement" not in shown.text


async def test_a_real_edition_arrives_once_each_with_its_unsubscription_headers(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    async with MailCatcher(tmp_path) as catcher:
        mail = {"port": catcher.port, "sender": "lettre@relais.example", "per_second": 0}
        house = LetterHouse(database, clock, settings_for_letters(**mail))
        identities = await house.subscribe(ZOE, PAUL)
        await approved(house)
        await house.tick("letter.send")
        caught = await dispatched(house, catcher, 2)
    assert sorted(mail.envelope_to for mail in caught) == [(PAUL,), (ZOE,)]
    received = next(mail for mail in caught if mail.envelope_to == (ZOE,))
    assert received.subject == "La lettre de test n°\u00a01"
    raw = message_from_bytes(received.raw, policy=default)
    url = unsubscription_url(house.parts, identities[0])
    assert f"List-Unsubscribe: <{url}>".encode() in received.raw
    assert raw["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in (received.text, received.html):
        assert url in part.replace("&amp;", "&")
        assert "Décret n°\u00a01" in unescape(part)
        assert "https://relais.test/lettres/1" in part
        assert "Ambert" in part
    assert "Notre lecture\u00a0: À lire avant le prochain conseil" in received.text
    assert "⸨" not in received.text + received.html
    async with house.visitor() as visitor:
        answer = await visitor.post(url, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert (await house.subscriber(ZOE)).state == "unsubscribed"


async def dispatched(house: LetterHouse, catcher: MailCatcher, wanted: int) -> list[CaughtMail]:
    """Run the real dispatcher until so many mails were caught and the edition is closed."""
    gateway = MailGateway(house.parts.settings.mail, house.clock, "a secret for tests")
    dispatcher = Dispatcher(
        house.database,
        {Channel.MAIL: gateway},
        house.kinds,
        clock=house.clock,
        real_clock=SystemClock(),
        settings=LedgerSettings(),
        random=random.Random(1),  # noqa: S311
        worker_id="test",
    )
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))
    try:
        async with asyncio.timeout(20):
            while await state_of(house) != "sent":
                await asyncio.sleep(0.05)
                await house.tick("letter.send")
    finally:
        stop.set()
        await running
        await gateway.close()
    caught = await catcher.messages()
    assert len(caught) == wanted
    return caught

"""Alerts by mail: chosen with the letter, sent once, left in one press; calls in the letter."""

import asyncio
import email
import email.policy
import random
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.alerts import Alert
from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger.dispatcher import Dispatcher
from core.ledger.draft import Channel, MailAddress, Ready, Skip
from core.mail.gateway import MailGateway
from core.people.models import Theme
from core.reference import Reference
from core.settings import LedgerSettings
from digest.letter import names as letter_names
from digest.subscribers import alerts, names
from digest.subscribers.alerts import MailReaders
from digest.subscribers.models import Consent, Subscriber
from tests.letter import LetterHouse, moved, pressed, settings_for_letters, story
from tests.smtp import ScriptedServer

ZOE = "zoe@orsanne.example"
DEADLINE = datetime(2027, 1, 20, 22, 59, tzinfo=UTC)


def call(number: int = 12, **changes: object) -> Alert:
    given = {
        "reference": Reference("watch", "story", str(number)),
        "title": "Fonds pour les centres-bourgs & les bourgs",
        "url": "https://example.org/fonds",
        "source": "Région",
        "note": "À déposer avant l’été.",
        "themes": ("habitat",),
        "deadline": DEADLINE,
    }
    return Alert(**{**given, **changes})  # type: ignore[arg-type]


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> LetterHouse:
    async with database.write() as session:
        session.add(Theme(id=1, code="habitat", name="Habitat"))
        session.add(Theme(id=2, code="emploi", name="Emploi"))
    return LetterHouse(database, clock, settings_for_letters())


async def subscribe(house: LetterHouse, address: str, **data: object) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": address, **data})
        [*_, row] = await house.rows(names.CONFIRMATION)
        await visitor.post(path(row.values["confirmation_url"]))


def path(url: object) -> str:
    return str(url).removeprefix("https://relais.test")


async def post(house: LetterHouse, alert: Alert, readers: MailReaders | None = None) -> int:
    async with house.database.write() as session:
        return await (readers or MailReaders(house.parts)).post(session, alert, house.clock.now())


async def test_alerts_are_chosen_with_the_letter_and_kept_with_the_proof(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        form = await visitor.get("/abonnement")
        assert 'name="theme" value="habitat"' in form.text
        wanted = {"email": ZOE, "alerts": "1", "theme": ["habitat", "<forged>"]}
        await visitor.post("/abonnement", data=wanted)
        subscriber = await house.subscriber(ZOE)
        assert (subscriber.alerts, subscriber.themes) == (False, []), "not before it is confirmed"
        [row] = await house.rows(names.CONFIRMATION)
        link = path(row.values["confirmation_url"])
        assert "Vos thèmes\u00a0: Habitat" in (await visitor.get(link)).text
        done = await visitor.post(link)
        assert "Vous recevrez aussi les alertes" in done.text
    subscriber = await house.subscriber(ZOE)
    assert (subscriber.alerts, subscriber.themes) == (True, ["habitat"])
    async with house.database.read() as session:
        proofs = (await session.scalars(select(Consent).order_by(Consent.id))).all()
    assert [each.event for each in proofs] == ["subscribe", "confirm"]
    assert "si je coche la case prévue pour cela, ses alertes" in proofs[0].wording


async def test_what_was_ticked_is_kept_in_the_form_when_the_address_is_wrong(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        wrong = {"email": "zoe", "alerts": "1", "theme": "emploi"}
        answer = await visitor.post("/abonnement", data=wrong)
    assert 'value="emploi" checked' in answer.text
    assert 'value="habitat" checked' not in answer.text


async def test_somebody_else_who_asks_meanwhile_changes_nothing_of_the_first_link(
    house: LetterHouse,
) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE})
        moved(house.clock, hours=1)
        await visitor.post("/abonnement", data={"email": ZOE, "alerts": "1"})
        first, second = await house.rows(names.CONFIRMATION)
        assert "non." in (await visitor.get(path(first.values["confirmation_url"]))).text
        shown = await visitor.get(path(second.values["confirmation_url"]))
        assert "entre deux lettres\u00a0: oui." in shown.text
        assert "Vos thèmes\u00a0: tous." in shown.text
        await visitor.post(path(first.values["confirmation_url"]))
    assert (await house.subscriber(ZOE)).alerts is False


async def test_who_is_subscribed_already_chooses_alerts_by_a_link_of_their_own(
    house: LetterHouse,
) -> None:
    await subscribe(house, ZOE)
    async with house.visitor() as visitor:
        moved(house.clock, hours=1)
        await visitor.post("/abonnement", data={"email": ZOE, "alerts": "1", "theme": "emploi"})
        [row] = await house.rows(names.ALREADY)
        link = path(row.values["choices_url"])
        assert (await house.subscriber(ZOE)).alerts is False
        assert "Confirmer mon choix" in (await visitor.get(link)).text
        assert "Votre abonnement est confirmé" in (await visitor.post(link)).text
        assert "Confirmer mon choix" not in (await visitor.get(link)).text
        await visitor.post(link)
        moved(house.clock, hours=1)
        same = {"email": ZOE, "alerts": "1", "theme": "emploi"}
        await visitor.post("/abonnement", data=same)
        assert "choices_url" not in (await house.rows(names.ALREADY))[-1].values
    assert (await house.subscriber(ZOE)).themes == ["emploi"]
    async with house.database.read() as session:
        events = list(await session.scalars(select(Consent.event).order_by(Consent.id)))
    assert events == ["subscribe", "confirm", "choose"]


async def test_a_link_from_before_there_were_choices_still_confirms(house: LetterHouse) -> None:
    async with house.visitor() as visitor:
        await visitor.post("/abonnement", data={"email": ZOE, "alerts": "1"})
        identity = (await house.subscriber(ZOE)).id
        token = house.parts.tokens.sign(names.CONFIRM, [identity, 1])
        await visitor.post(f"/abonnement/confirmer/{token}")
    assert (await house.subscriber(ZOE)).state == "confirmed"
    assert (await house.subscriber(ZOE)).alerts is False


async def test_an_alert_goes_once_to_those_who_want_it_and_whom_chat_does_not_reach(
    house: LetterHouse,
) -> None:
    await subscribe(house, ZOE, alerts="1")
    await subscribe(house, "yann@orsanne.example", alerts="1", theme="habitat")
    await subscribe(house, "xena@orsanne.example", alerts="1", theme="emploi")
    await subscribe(house, "will@orsanne.example")
    await subscribe(house, "claire@orsanne.example", alerts="1")

    async def elsewhere(_session: AsyncSession, themes: Sequence[str]) -> frozenset[str]:
        assert list(themes) == ["habitat"]
        return frozenset({"claire@orsanne.example"})

    readers = MailReaders(house.parts, elsewhere)
    async with house.database.read() as session:
        assert await readers.count(session, ["habitat"]) == 2
    assert await post(house, call(), readers) == 2
    assert await post(house, call(), readers) == 0
    found = await house.rows(names.ALERT)
    ids = [(await house.subscriber(each)).id for each in (ZOE, "yann@orsanne.example")]
    assert [row.recipient for row in found] == [f"subscriber:{each}" for each in ids]
    assert len({row.message_hash for row in found}) == 1


async def test_who_leaves_or_wants_no_alerts_any_more_gets_none(house: LetterHouse) -> None:
    await subscribe(house, ZOE, alerts="1")
    await post(house, call())
    [row] = await house.rows(names.ALERT)
    assert await house.prepared(row) == Ready(MailAddress(ZOE))
    async with house.database.write() as session:
        subscriber = await session.merge(await house.subscriber(ZOE))
        subscriber.alerts = False
    assert await house.prepared(row) == Skip("not_wanted")
    async with house.database.write() as session:
        (await session.merge(subscriber)).alerts = True
    async with house.visitor() as visitor:
        one_click = {"List-Unsubscribe": "One-Click"}
        left = await visitor.post(path(row.values["unsubscribe_url"]), data=one_click)
    assert left.status_code == 200
    assert await house.prepared(row) == Skip("unsubscribed")


async def test_the_mail_as_a_mailbox_gets_it(database: Database, clock: FixedClock) -> None:
    async with ScriptedServer() as server:
        settings = settings_for_letters(port=server.port, sender="relais@territoires.example")
        house = LetterHouse(database, clock, settings)
        await house.subscribe(ZOE)
        async with database.write() as session:
            session.add(Theme(id=1, code="habitat", name="Habitat"))
            (await session.merge(await house.subscriber(ZOE))).alerts = True
        await post(house, call())
        gateway = MailGateway(settings.mail, clock, "a secret for tests")
        dispatcher = Dispatcher(
            database,
            {Channel.MAIL: gateway},
            house.kinds,
            clock=clock,
            real_clock=SystemClock(),
            settings=LedgerSettings(),
            random=random.Random(1),  # noqa: S311
            worker_id="test",
        )
        stop = asyncio.Event()
        running = asyncio.create_task(dispatcher.run(stop))
        async with asyncio.timeout(20):
            while True:
                [row] = await house.rows(names.ALERT)
                if row.state == "sent":
                    break
                await asyncio.sleep(0.05)
        stop.set()
        await running
        await gateway.close()
        [envelope] = server.accepted
    content = envelope.content
    mail = email.message_from_bytes(
        content if isinstance(content, bytes) else str(content).encode(),
        policy=email.policy.default,
    )
    assert envelope.rcpt_tos == [ZOE]
    assert mail["Subject"] == "Alerte\u00a0: Fonds pour les centres-bourgs & les bourgs"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].startswith("<https://relais.test/desabonnement/")
    text, html = (part.get_content().replace("\r", "") for part in mail.iter_parts())
    assert "Notre lecture\u00a0: À déposer avant l’été." in text
    assert "Date limite\u00a0: mercredi 20 janvier 2027\n" in text
    assert "Je suis intéressé(e)\u00a0: https://relais.test/veille/actualites/12" in text
    assert "Lire\u00a0: https://example.org/fonds" in text
    assert "centres-bourgs &amp; les bourgs" in html
    assert 'href="https://relais.test/veille/actualites/12"' in html


async def test_calls_of_the_letter_say_when_they_close_and_lead_to_who_is_interested(
    house: LetterHouse,
) -> None:
    more = "https://relais.test/veille/actualites/3"
    house.offered = [story(3, deadline=DEADLINE, more_url=more), story(4)]
    reply = await house.command()
    await house.press(*pressed(reply, "letter.compose"))
    [post_] = await house.posts(letter_names.REVIEW)
    preview = next(b.url for row in post_.keyboard for b in row if b.url)
    async with house.visitor() as visitor:
        shown = (await visitor.get(path(preview))).text
    assert "Date limite\u00a0: mercredi 20 janvier 2027</strong>" in shown
    assert shown.count("Je suis intéressé(e)") == 1
    assert f'href="{more}"' in shown


async def test_an_alert_to_many_is_written_chunk_by_chunk_once_each_whatever_stops_it(
    house: LetterHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "CHUNK", 2)
    identities = await house.subscribe(*(f"n{number}@orsanne.example" for number in range(7)))
    async with house.database.write() as session:
        for number in identities:
            subscriber = await session.get_one(Subscriber, number)
            subscriber.alerts = True
            subscriber.themes = ["emploi"] if number == identities[3] else []
    assert await post(house, call()) == 6
    assert len(await house.rows(names.ALERT)) == 2
    assert await post(house, call()) == 0, "pressed twice"
    moved(house.clock, minutes=1)
    (late,) = await house.subscribe("late@orsanne.example")
    async with house.database.write() as session:
        (await session.get_one(Subscriber, late)).alerts = True
    (tick, _retention) = house.subscribers.ticks

    def power_cut(_place: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(alerts, "reach", power_cut)
        await tick.run(house.clock.now())
    async with house.database.read() as session:
        assert await tick.next_due(session) is not None
    await tick.run(house.clock.now())
    rows = await house.rows(names.ALERT)
    wanted = [number for number in identities if number != identities[3]]
    assert [row.recipient for row in rows] == [f"subscriber:{number}" for number in wanted]
    assert len({row.message_hash for row in rows}) == 1
    async with house.database.read() as session:
        assert await tick.next_due(session) is None

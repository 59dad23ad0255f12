"""What received mails bring about: suppressions, endings, proposals, questions, notices."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.clock import FixedClock
from core.db import Database
from core.files import kept
from core.ledger.draft import Channel, MailAddress, Parcel, Ready, Skip
from core.ledger.models import Delivery
from core.people.models import Person
from core.reference import Party, Reference
from digest.mailbox import store
from digest.mailbox.deliveries import prepare_unsubscribed
from digest.mailbox.models import ReceivedMail
from digest.seminars.models import Guest
from digest.subscribers.models import Bounce, Subscriber
from digest.subscribers.names import subscriber_party
from digest.subscribers.rules import Reason
from digest.subscribers.suppression import reason_of
from tests.mailbox import AGNES, OURS, PAUL, MailboxHouse, corpus


@pytest.fixture
def house(database: Database, clock: FixedClock) -> MailboxHouse:
    return MailboxHouse(database, clock)


async def bounces(database: Database) -> list[tuple[str, str, str]]:
    async with database.read() as session:
        rows = await session.scalars(select(Bounce).order_by(Bounce.id))
        return [(row.recipient, row.severity, row.status) for row in rows]


async def test_a_hard_bounce_of_our_mail_suppresses_at_once(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.sent_letter(subscriber_party(agnes))
    await house.receive("bounce_hard/postfix_user_unknown")
    assert await house.state(agnes) == "suppressed"
    assert await bounces(house.database) == [(f"subscriber:{agnes}", "hard", "5.1.1")]
    assert await house.kinds() == ["bounce"]


async def test_a_bounce_of_no_mail_of_ours_suppresses_nobody(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.receive("bounce_hard/postfix_user_unknown")
    assert await house.state(agnes) == "confirmed"
    assert await bounces(house.database) == []
    assert await house.kinds() == ["foreign"]


async def test_a_bounce_that_names_another_than_whom_we_wrote_to_suppresses_nobody(
    house: MailboxHouse,
) -> None:
    """Who knows the Message-ID of their own copy and somebody's address has no power over them."""
    agnes, paul = await house.subscribe(AGNES), await house.subscribe(PAUL)
    await house.sent_letter(subscriber_party(paul))
    await house.receive("bounce_hard/postfix_user_unknown")  # says: Agnès
    assert await house.state(agnes) == "confirmed"
    assert await house.state(paul) == "confirmed"
    assert await bounces(house.database) == [(f"subscriber:{paul}", "soft", "5.1.1")]


async def test_soft_bounces_suppress_after_a_while(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.sent_letter(subscriber_party(agnes))
    mail = corpus("bounce_soft/postfix_full")
    for number in range(5):
        assert await house.state(agnes) == "confirmed"
        other = mail.replace(b"Message-ID: <", f"Message-ID: <{number}-".encode(), 1)
        await house.receive(other)
    assert await house.state(agnes) == "suppressed"


async def test_the_same_bounce_delivered_twice_counts_once(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.sent_letter(subscriber_party(agnes))
    await house.receive("bounce_soft/postfix_full", "bounce_soft/postfix_full")
    await house.receive(b"Received: by another hop\n" + corpus("bounce_soft/postfix_full"))
    assert len(await bounces(house.database)) == 1


async def test_a_late_mail_is_no_bounce(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.sent_letter(subscriber_party(agnes))
    await house.receive("delayed/postfix")
    assert await bounces(house.database) == []


async def test_a_bounce_of_another_kind_of_mail_is_noted_and_told_to_the_hotline(
    house: MailboxHouse,
) -> None:
    async with house.database.write() as session:
        session.add(Person(id=3, given_name="Agnès", family_name="Morel", email=AGNES))
    await house.sent_letter(Party("person", "3"), kind="seminars.reminder")
    await house.receive("bounce_hard/gmail_fr")
    assert await bounces(house.database) == [("person:3", "hard", "5.1.1")]
    assert house.questions.returned == [OURS]


async def test_the_address_of_an_invited_guest_is_suppressed_too(house: MailboxHouse) -> None:
    now = house.clock.now()
    async with house.database.write() as session:
        session.add(Guest(id=3, email=AGNES, language="fr", created_at=now))
    await house.sent_letter(Party("guest", "3"), kind="seminars.invitation")
    await house.receive("bounce_hard/postfix_user_unknown")
    assert await bounces(house.database) == [("guest:3", "hard", "5.1.1")]
    async with house.database.read() as session:
        assert await reason_of(session, AGNES) is Reason.BOUNCED


async def test_a_complaint_ends_the_subscription_for_good(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.sent_letter(subscriber_party(agnes))
    await house.receive("complaint/arf_abuse")
    assert await house.state(agnes) == "unsubscribed"
    assert await house.kinds() == ["complaint"]


async def test_a_complaint_about_no_mail_of_ours_does_nothing(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.receive("complaint/arf_with_recipient")
    assert await house.state(agnes) == "confirmed"
    assert await house.kinds() == ["foreign"]


@pytest.mark.parametrize("name", ["fr_plain", "en_please"])
async def test_who_asks_in_words_is_unsubscribed_and_told(house: MailboxHouse, name: str) -> None:
    agnes = await house.subscribe(AGNES)
    await house.receive(f"unsubscribe/{name}")
    assert await house.state(agnes) == "unsubscribed"
    async with house.database.read() as session:
        (row,) = (await session.scalars(select(Delivery))).all()
        parcel = _parcel(row)
        assert row.kind == "mailbox.unsubscribed"
        assert await prepare_unsubscribed(session, parcel, house.clock.now()) == Ready(
            MailAddress(AGNES)
        )
    async with house.database.write() as session:
        await session.execute(update(Subscriber).values(state="confirmed"))
    async with house.database.read() as session:
        told = await prepare_unsubscribed(session, parcel, house.clock.now())
        assert told == Skip("confirmed")
    assert house.questions.taken == []


async def test_who_asks_twice_is_told_once(house: MailboxHouse) -> None:
    await house.subscribe(AGNES)
    await house.receive("unsubscribe/fr_plain", "unsubscribe/en_please")
    async with house.database.read() as session:
        assert len((await session.scalars(select(Delivery))).all()) == 1


async def test_who_asks_from_an_address_that_nobody_knows_is_answered_by_people(
    house: MailboxHouse,
) -> None:
    await house.receive("unsubscribe/fr_plain", "unsubscribe/mailto_apple")
    assert [mail.text for mail in house.questions.taken] == [
        "Bonjour,\n\nMerci de me désabonner.\n\nCordialement,\nAgnès Morel"
    ]
    assert await house.kinds() == ["human", "unsubscribe"]


async def test_what_a_human_writes_goes_to_the_hotline_with_its_files(house: MailboxHouse) -> None:
    await house.receive("human/question_gmail", "human/attachment")
    first, second = house.questions.taken
    assert first.email == PAUL
    assert first.name == "Paul Estève"
    assert first.references == (OURS,)
    assert first.text.startswith("Bonjour,\n\nLa date limite")
    (file,) = second.files
    assert (file.name, file.media_type, file.size) == ("délibération.pdf", "application/pdf", 16)
    async with house.database.read() as session:
        blob = await kept(session, file.hash)
    assert blob is not None
    assert blob.data == b"%PDF-1.4 made up"


async def test_what_machines_write_is_left(house: MailboxHouse) -> None:
    await house.subscribe(AGNES)
    names = ["absence/outlook_fr", "own/loop", "list/mailman", "spam/flag", "empty/nothing"]
    await house.receive(*names)
    assert await house.kinds() == ["absence", "own", "list", "spam", "empty"]
    assert house.questions.taken == []
    assert await house.posts() == []


async def test_a_challenge_is_told_once_a_month(house: MailboxHouse) -> None:
    mail = corpus("challenge/generic_fr")
    await house.receive(mail, mail + b"again\n")
    (told,) = await house.posts()
    assert told.startswith(
        "Une messagerie attend une confirmation La messagerie de mairie-ambrelle"
    )


async def test_who_left_and_is_not_ours_is_left(house: MailboxHouse) -> None:
    await house.receive("left/fr_successor")
    assert await house.posts("mailbox.proposal") == []


async def test_a_consent_is_not_passed_on_the_new_address_is_asked(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.receive("left/fr_successor")
    (proposed,) = await house.posts("mailbox.proposal")
    assert "hugo.lantier@mairie-ambrelle.example" in proposed
    assert await house.labels() == ["Remplacer", "Ignorer"]
    assert await house.state(agnes) == "confirmed"  # nothing by itself
    shown = await house.press("mailbox.replace", 1)
    assert "Une invitation à confirmer est envoyée" in shown
    assert await house.state(agnes) == "unsubscribed"
    hugo = await house.subscriber("hugo.lantier@mairie-ambrelle.example")
    assert hugo is not None
    assert hugo.state == "pending"
    assert await house.press("mailbox.replace", 1) == (
        "La décision a déjà été prise, ou le courriel n’est plus conservé."
    )


async def test_a_member_s_subscription_follows_the_post_and_they_are_informed_first(
    house: MailboxHouse,
) -> None:
    person = Person(id=3, given_name="Agnès", family_name="Morel", email=AGNES)
    number = await house.subscribe(AGNES, basis="public_interest", person=person)
    await house.receive("left/fr_successor")
    shown = await house.press("mailbox.replace", 1)
    assert "L’annuaire n’a pas changé" in shown
    async with house.database.read() as session:
        row = await session.get_one(Subscriber, number)
        assert row.email == "hugo.lantier@mairie-ambrelle.example"
        assert (row.state, row.informed_at, row.person_id) == ("confirmed", None, None)
        assert (await session.get_one(Person, 3)).email == AGNES


async def test_who_only_changes_address_keeps_their_place(house: MailboxHouse) -> None:
    person = Person(id=3, given_name="Agnès", family_name="Morel", email=AGNES)
    await house.subscribe(AGNES, basis="public_interest", person=person)
    await house.receive("left/fr_new_address")
    assert "L’annuaire est à jour" in await house.press("mailbox.replace", 1)
    async with house.database.read() as session:
        assert (await session.get_one(Person, 3)).email == "agnes.morel@cc-ambrelle.example"
    row = await house.subscriber("agnes.morel@cc-ambrelle.example")
    assert row is not None
    assert row.person_id == 3


async def test_a_proposal_can_be_ignored(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.receive("left/en_left")
    assert await house.press("mailbox.ignore", 1) == "Rien n’a changé. Décision de Sylvie."
    assert await house.state(agnes) == "confirmed"
    assert await house.kinds() == ["kept"]


async def test_without_a_new_address_there_is_nothing_to_replace_by(house: MailboxHouse) -> None:
    await house.subscribe(AGNES)
    await house.receive("left/fr_retired_no_address")
    assert await house.labels() == ["Ignorer"]


async def test_addresses_in_error_are_told_together_once_a_day(
    house: MailboxHouse, clock: FixedClock
) -> None:
    person = Person(id=3, given_name="Agnès", family_name="Morel", email=AGNES)
    agnes = await house.subscribe(AGNES, person=person)
    paul = await house.subscribe(PAUL)
    await house.sent_letter(subscriber_party(agnes))
    await house.sent_letter(subscriber_party(paul), f"<{'f' * 40}@territoires.example>")
    of_paul = corpus("bounce_hard/free_inactive").replace(AGNES.encode(), PAUL.encode())
    of_paul = of_paul.replace(OURS.encode(), f"<{'f' * 40}@territoires.example>".encode())
    await house.receive("bounce_hard/orange_416", of_paul)
    await house.tick("mailbox.errors")
    await house.tick("mailbox.errors")
    assert await house.posts() == [
        (
            "Adresses en erreur Les courriels n’arrivent plus à 1 membre du réseau : • Agnès Morel "
            "Il en va de même pour 1 autre adresse d’abonné. "
            "La lettre n’est plus envoyée à une adresse en erreur tant qu’elle n’a pas été "
            "corrigée."
        )
    ]
    clock.set(clock.now() + timedelta(days=1))
    await house.tick("mailbox.errors")
    assert len(await house.posts()) == 1


async def test_poison_is_tried_again_then_put_aside_and_stops_nobody(
    house: MailboxHouse, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    house.questions.poison = "lettre"
    await house.receive("human/question_gmail", "human/attachment")
    assert await house.kinds() == [None, "human"]
    await house.tick("mailbox.handle")  # too early: nothing
    async with house.database.read() as session:
        assert (await session.get_one(ReceivedMail, 1)).attempts == 1
    for _ in range(4):
        clock.set(clock.now() + timedelta(days=1))
        await house.tick("mailbox.handle")
    assert await house.kinds() == ["aside", "human"]
    (told,) = await house.posts()
    assert told.startswith("Un courriel reçu n’a pas pu être traité")
    assert PAUL not in caplog.text


async def test_what_was_handled_long_ago_is_emptied(house: MailboxHouse, clock: FixedClock) -> None:
    await house.receive("human/question_gmail")
    clock.set(clock.now() + timedelta(days=31))
    await house.tick("mailbox.forget")
    async with house.database.read() as session:
        row = await session.get_one(ReceivedMail, 1)
    assert (row.data, row.sender, row.subject, row.message_id) == (b"", "", "", "")
    assert row.kind == "human"
    await house.receive("human/question_gmail")  # the server gives it back: known by its key
    assert len(house.questions.taken) == 1


async def test_somebody_sees_and_erases_what_came_from_them(house: MailboxHouse) -> None:
    agnes = await house.subscribe(AGNES)
    await house.receive("left/fr_by_hand")
    async with house.database.write() as session:
        shown = await store.export(session, subscriber_party(agnes))
        assert "je ne travaille plus" in str(shown["received"])
        await store.erase(session, subscriber_party(agnes))
        assert await store.export(session, subscriber_party(agnes)) == {}
    assert "déjà été prise" in await house.press("mailbox.replace", 1)


def _parcel(row: Delivery) -> Parcel:
    return Parcel(
        row.id, row.kind, row.slot, Party.parse(row.recipient), Reference.parse(row.cause),
        Channel.MAIL, b"", {}, None, 1, resent=False,
    )  # fmt: skip

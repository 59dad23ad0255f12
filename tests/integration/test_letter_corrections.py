"""A correction reaches exactly those who received the letter, once, after people approved it."""

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest

from core.chat import Ask, Redraw, Reply, Sender, Toast, Turn
from core.clock import FixedClock
from core.db import Database
from core.errors import InputError
from core.ledger.draft import MailAddress, Ready, Skip
from core.people.roles import Role
from core.reference import Reference
from digest.letter import names
from digest.letter.corrections import sending as correcting
from digest.letter.corrections.desk import parse_correction
from digest.letter.corrections.store import corrections_of
from digest.subscribers.names import unsubscription_url
from tests.letter import ODILE, LetterHouse
from tests.sendings import (
    EDITION,
    about,
    approve,
    choose,
    labels,
    settings_of_sendings,
    settle,
    states,
    version_of,
)

JEAN = Sender("101", "Jean Rascol", person_id=2, roles=frozenset({Role.ANIMATOR}))
WORDS = "La date limite est le 15 janvier, et non le 5.\n\nToutes nos excuses."
CORRECTION = "letter:correction:1"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_of_sendings())


async def sent(house: LetterHouse) -> dict[str, int]:
    """Have a letter sent: to zoe and paul, refused for marc, left out for lise."""
    zoe, paul, marc, lise = await house.subscribe(
        *(f"{name}@orsanne.example" for name in ("zoe", "paul", "marc", "lise"))
    )
    await choose(house, lise, "sante")
    await approve(house, about(1, "habitat"))
    await house.tick("letter.send")
    rows = {row.recipient: row.id for row in await house.rows(names.EDITION)}
    await settle(house, "failed", "550 5.1.1 no", ids=[rows[f"subscriber:{marc}"]])
    await house.settle(names.EDITION)
    await house.tick("letter.send")
    return {"zoe": zoe, "paul": paul, "marc": marc, "lise": lise}


async def write(house: LetterHouse, words: str = WORDS, **values: int) -> Reply:
    (form,) = [form for form in house.room.forms if form.name == "letter.correction"]
    async with house.database.write() as session:
        given = {"edition": 1, "words": words, **values}
        (response,) = await form.finish(house._turn(session), given)
    assert isinstance(response, Reply)
    return response


async def press_as(house: LetterHouse, sender: Sender, action: str, version: int) -> Redraw | Toast:
    (found,) = [each for each in house.room.actions if each.name == action]
    assert found.role is Role.ANIMATOR
    async with house.database.write() as session:
        turn: Turn = replace(house._turn(session), sender=sender)
        (response,) = await found.handler(turn, Reference.parse(CORRECTION), version)
    assert isinstance(response, Redraw | Toast)
    return response


async def test_it_is_written_shown_approved_and_sent_to_exactly_those_who_received_it(
    house: LetterHouse,
) -> None:
    people = await sent(house)
    (report,) = await house.posts(names.REPORT)
    assert labels(report) == ["Envoyer un rectificatif"]
    assert await house.press("letter.correct", EDITION) == Ask("letter.correction", {"edition": 1})
    assert "à relire" in house.said(await write(house))
    (review,) = await house.posts(names.CORRECTION_REVIEW)
    assert "Rectificatif à la lettre n°\u00a01, à relire" in review.text
    assert "La date limite est le 15 janvier, et non le 5." in review.text
    assert "Il sera envoyé aux 2 abonnés qui ont reçu la lettre" in review.text
    assert await house.next_due("letter.correct") is None
    version = version_of(review, "letter.correction_approve")
    answer = await house.press("letter.correction_approve", CORRECTION, version)
    assert "bon à diffuser donné" in house.said(answer)
    assert await house.next_due("letter.correct") == house.clock.now()
    unsubscribe = unsubscription_url(house.parts, people["paul"])
    async with house.visitor() as visitor:
        assert "rectificatif" not in (await visitor.get("/lettres/1")).text
        await visitor.post(unsubscribe, data={"List-Unsubscribe": "One-Click"})
        for _ in range(3):
            await house.tick("letter.correct")
        page = (await visitor.get("/lettres/1")).text
    assert "Rectificatif du 23 novembre 2026" in page
    assert "<p>La date limite est le 15 janvier, et non le 5.</p>" in page
    zoe, paul = await house.rows(names.CORRECTION)
    assert [row.recipient for row in (zoe, paul)] == [
        f"subscriber:{people['zoe']}",
        f"subscriber:{people['paul']}",
    ]
    assert {row.slot for row in (zoe, paul)} == {"edition:1/correction:1"}
    assert zoe.bulk
    assert await house.prepared(zoe) == Ready(MailAddress("zoe@orsanne.example"))
    assert await house.prepared(paul) == Skip("unsubscribed")
    await settle(house, "sent", ids=[zoe.id])
    await settle(house, "skipped", "unsubscribed", ids=[paul.id])
    await house.tick("letter.correct")
    await house.tick("letter.correct")
    _, told = await house.posts(names.REPORT)
    assert "Lettre n°\u00a01, rectificatif n°\u00a01\u00a0: compte rendu d’envoi" in told.text
    assert "Envoyé à 1 abonné" in told.text
    assert "désabonné entre-temps)\u00a0: 1" in told.text
    async with house.database.read() as session:
        (kept,) = await corrections_of(session, 1)
    assert (kept.state, kept.rank) == ("sent", 1)


async def test_its_mail_reads_well(house: LetterHouse) -> None:
    await sent(house)
    await write(house)
    await house.press("letter.correction_approve", CORRECTION, 1)
    await house.tick("letter.correct")
    row, *_ = await house.rows(names.CORRECTION)
    body = await house.body(row)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in body
    raw = body.split(b"\r\n\r\n", 1)
    assert len(raw) == 2
    message = message_from_bytes(body, policy=default)
    assert message["Subject"].replace("\u202f", "\u00a0") == "Rectificatif à la lettre n°\u00a01"


async def test_two_approvals_are_asked_of_two_people(database: Database, clock: FixedClock) -> None:
    house = LetterHouse(database, clock, settings_of_sendings(approvals=2))
    await sent(house)
    await write(house)
    first = await press_as(house, ODILE, "letter.correction_approve", 1)
    assert "Bon à diffuser donné par 1 personne sur 2." in house.said(first)
    again = await press_as(house, ODILE, "letter.correction_approve", 1)
    assert "celui d’une autre personne" in house.said(again)
    await house.tick("letter.correct")
    assert await house.rows(names.CORRECTION) == []
    second = await press_as(house, JEAN, "letter.correction_approve", 1)
    assert "bon à diffuser donné" in house.said(second)
    await house.tick("letter.correct")
    assert len(await house.rows(names.CORRECTION)) == 2
    late = await press_as(house, JEAN, "letter.correction_approve", 1)
    assert "Trop tard" in house.said(late)


async def test_other_words_void_what_was_approved_and_a_given_up_one_never_leaves(
    database: Database, clock: FixedClock
) -> None:
    house = LetterHouse(database, clock, settings_of_sendings(approvals=2))
    await sent(house)
    await write(house)
    await press_as(house, ODILE, "letter.correction_approve", 1)
    asked = await house.press("letter.correction_write", CORRECTION, 1)
    assert asked == Ask("letter.correction", {"edition": 1, "correction": 1})
    await write(house, "Autre chose.", correction=1)
    old, new = await house.rows(names.CORRECTION_REVIEW)
    assert await house.prepared(old) == Skip("superseded")
    assert isinstance(await house.prepared(new), Ready)
    stale = await press_as(house, JEAN, "letter.correction_approve", 1)
    assert "a changé depuis ce message" in house.said(stale)
    first = await press_as(house, JEAN, "letter.correction_approve", 2)
    assert "par 1 personne sur 2" in house.said(first)
    assert "attend déjà" in house.said(await house.press("letter.correct", EDITION))
    assert "attend déjà" in house.said(await write(house))
    dropped = await press_as(house, ODILE, "letter.correction_cancel", 2)
    assert "abandonné" in house.said(dropped)
    await house.tick("letter.correct")
    assert await house.rows(names.CORRECTION) == []
    await write(house, "Une autre fois.")
    assert len(await house.rows(names.CORRECTION_REVIEW)) == 3


async def test_a_letter_that_has_not_left_is_changed_and_not_corrected(house: LetterHouse) -> None:
    await house.subscribe("zoe@orsanne.example")
    await approve(house, about(1))
    assert "l’envoi est terminé" in house.said(await house.press("letter.correct", EDITION))
    assert "l’envoi est terminé" in house.said(await write(house))


@pytest.mark.parametrize("place", [1, 2])
async def test_its_rows_can_be_interrupted_and_written_again(
    house: LetterHouse, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr(correcting, "CHUNK", 1)
    await sent(house)
    await write(house)
    await house.press("letter.correction_approve", CORRECTION, 1)
    reached = 0

    def power_cut(_name: str) -> None:
        nonlocal reached
        reached += 1
        if reached == place:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(correcting, "reach", power_cut)
        with pytest.raises(KeyboardInterrupt):
            await house.tick("letter.correct")
    assert len(await house.rows(names.CORRECTION)) == place
    await house.tick("letter.correct")
    assert len(await states(house, names.CORRECTION)) == 2
    assert len(await house.rows(names.CORRECTION)) == 2


def test_a_correction_is_words_and_not_too_many(clock: FixedClock) -> None:
    assert parse_correction(" Un.\n\n\n Deux. ", clock.now()) == "Un.\n\nDeux."
    for text, problem in ((" \n ", "correction_empty"), ("a" * 3_001, "correction_long")):
        with pytest.raises(InputError, match=problem):
            parse_correction(text, clock.now())

"""A sending is followed in one message, paused, resumed, stopped for good."""

from datetime import timedelta

import pytest

from core.chat import Reply
from core.clock import FixedClock, SystemClock
from core.db import Database
from core.ledger import claims
from core.ledger.draft import Channel, ChatAddress
from digest.letter import names
from digest.letter.sending import course
from digest.letter.sending import rows as rows_module
from tests.letter import LetterHouse, moved, pressed
from tests.sendings import (
    EDITION,
    about,
    approve,
    edition_of,
    labels,
    sending,
    settings_of_sendings,
    settle,
    states,
    version_of,
    view,
)

PROGRESS = "letter.sending:1"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_of_sendings())


async def claimed(house: LetterHouse) -> list[int]:
    """Claim what a dispatcher may send now."""
    real_now = SystemClock().now()
    async with house.database.write() as session:
        parcels = await claims.claim(
            session,
            Channel.MAIL,
            "w",
            limit=100,
            now=house.clock.now(),
            real_now=real_now,
            lease=timedelta(minutes=1),
        )
    return [parcel.id for parcel in parcels]


async def test_one_message_says_how_far_it_is(house: LetterHouse) -> None:
    ids = await sending(house, 10)
    await house.tick("letter.progress")
    shown = await view(house, PROGRESS)
    assert shown is not None
    assert "Lettre n°\u00a01, en cours d’envoi" in shown.text
    assert "Envoyé\u00a0: 0 sur 10" in shown.text
    assert "Rythme" not in shown.text
    assert labels(shown) == ["Mettre en pause"]
    await settle(house, "sent", ids=ids[:3])
    moved(house.clock, seconds=2)
    await settle(house, "failed", "550 5.1.1 no", ids=ids[3:4])
    await settle(house, "uncertain", "cut", ids=ids[4:5])
    await house.tick("letter.progress")
    shown = await view(house, PROGRESS)
    assert shown is not None
    assert "▓▓▓▓▓▓░░░░░░ 50\u00a0%" in shown.text
    assert "Envoyés\u00a0: 3 sur 10" in shown.text
    assert "En attente\u00a0: 5" in shown.text
    assert "Échec\u00a0: 1" in shown.text
    assert "À vérifier\u00a0: 1" in shown.text
    assert "Rythme\u00a0: 120 envois par minute. Il reste environ 1\u00a0minute." in shown.text
    address = await house.room.views[names.PROGRESS_VIEW](None, PROGRESS)  # type: ignore[arg-type]
    assert address == ChatAddress(-100, 7)
    await settle(house, "sent", ids=ids[5:])
    await house.tick("letter.send")
    await house.tick("letter.progress")
    shown = await view(house, PROGRESS)
    assert shown is not None
    assert "envoi terminé" in shown.text
    assert "▓▓▓▓▓▓▓▓▓▓▓▓ 100\u00a0%" in shown.text
    assert labels(shown) == []


async def test_nothing_leaves_during_a_pause_and_all_goes_on_after_it(house: LetterHouse) -> None:
    ids = await sending(house, 10)
    await settle(house, "sent", ids=ids[:4])
    assert len(await claimed(house)) == 6
    assert "rien ne part plus" in house.said(await house.press("letter.pause", EDITION))
    assert await claimed(house) == []
    assert (await edition_of(house)).state == "paused"
    shown = await view(house, PROGRESS)
    assert shown is not None
    assert "envoi en pause" in shown.text
    assert "En pause depuis le lundi 23 novembre 2026" in shown.text
    assert labels(shown) == ["Reprendre", "Arrêter définitivement"]
    assert "en pause" in house.said(await house.press("letter.pause", EDITION))
    await house.tick("letter.send")
    assert await house.rows(names.REPORT) == []
    stamp = version_of(shown, "letter.resume")
    assert "reprend" in house.said(await house.press("letter.resume", EDITION, stamp))
    assert labels(await view(house, PROGRESS)) == ["Mettre en pause"]
    assert sorted(await claimed(house)) == ids[4:]
    assert "en cours" in house.said(await house.press("letter.resume", EDITION, stamp))


async def test_a_pause_also_holds_the_rows_that_are_still_written(house: LetterHouse) -> None:
    await house.subscribe("zoe@orsanne.example")
    await approve(house, about(1))
    await course._begin(house.parts, 1, house.clock.now())
    await house.press("letter.pause", EDITION)
    await house.tick("letter.send")
    assert len(await house.rows(names.EDITION)) == 1
    assert await claimed(house) == []


async def test_stopping_asks_once_and_what_left_stays(house: LetterHouse) -> None:
    ids = await sending(house, 10)
    await settle(house, "sent", ids=ids[:4])
    assert "en cours" in house.said(await house.press("letter.stop", EDITION))
    await house.press("letter.pause", EDITION)
    stamp = version_of(await view(house, PROGRESS), "letter.stop")
    question = await house.press("letter.stop", EDITION, stamp)
    assert isinstance(question, Reply)
    assert "6 abonnés ne la recevront pas. 4 l’ont déjà reçue" in house.said(question)
    assert "Êtes-vous sûr(e)\u00a0?" in house.said(question)
    assert "n’est pas arrêté" in house.said(
        await house.press(*pressed(question, "letter.stop_not"))
    )
    assert (await edition_of(house)).state == "paused"
    answer = await house.press(*pressed(question, "letter.stop_for_good"))
    assert "est arrêté par Odile Vernhet. 6 envois n’auront pas lieu" in house.said(answer)
    assert (await edition_of(house)).state == "cancelled"
    after = list((await states(house, names.EDITION)).values())
    assert after.count(("sent", None)) == 4
    assert after.count(("cancelled", "stopped")) == 6
    assert "arrêté" in house.said(await house.press(*pressed(question, "letter.stop_for_good")))
    await house.tick("letter.send")
    await house.tick("letter.send")
    (report,) = await house.posts(names.REPORT)
    assert "Lettre n°\u00a01, envoi arrêté\u00a0: compte rendu" in report.text
    assert "Envoyée à 4 abonnés" in report.text
    assert "Non envoyés (envoi arrêté)\u00a0: 6" in report.text
    await house.tick("letter.progress")
    shown = await view(house, PROGRESS)
    assert shown is not None
    assert "envoi arrêté" in shown.text
    assert labels(shown) == []
    assert await house.rows(names.OUT) == []
    house.offered = [about(2)]
    await house.press("letter.compose", "letter:edition:next")
    assert (await edition_of(house, 2)).state == "in_review"


async def test_a_question_of_an_earlier_pause_stops_nothing(house: LetterHouse) -> None:
    await sending(house, 10)
    await house.press("letter.pause", EDITION)
    old = version_of(await view(house, PROGRESS), "letter.stop")
    await house.press("letter.resume", EDITION, old)
    moved(house.clock, minutes=5)
    await house.press("letter.pause", EDITION)
    refused = await house.press("letter.stop_for_good", EDITION, old)
    assert "pause précédente" in house.said(refused)
    assert (await edition_of(house)).state == "paused"


async def test_a_letter_stopped_while_its_rows_are_written_says_whom_it_did_not_reach(
    house: LetterHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "CHUNK", 2)
    await house.subscribe(*(f"a{number}@orsanne.example" for number in range(6)))
    await approve(house, about(1))

    def power_cut(_name: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rows_module, "reach", power_cut)
        with pytest.raises(KeyboardInterrupt):
            await house.tick("letter.send")
    await house.press("letter.pause", EDITION)
    stamp = version_of(await view(house, PROGRESS), "letter.stop")
    await house.press("letter.stop_for_good", EDITION, stamp)
    assert list((await states(house, names.EDITION)).values()) == [("cancelled", "stopped")] * 2
    await house.tick("letter.send")
    assert list((await states(house, names.EDITION)).values()) == [("cancelled", "stopped")] * 6
    (report,) = await house.posts(names.REPORT)
    assert "Non envoyés (envoi arrêté)\u00a0: 6" in report.text
    assert await claimed(house) == []

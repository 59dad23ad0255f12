"""What the animators are told of their meetings and of the contract, once each, at their desk."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.chat import Ask, Reply, Sender
from core.clock import PARIS, FixedClock
from core.db import Database
from core.ledger.draft import ChatAddress, Ready, Skip
from core.ledger.models import Delivery
from core.people.roles import Role
from core.reference import ANIMATORS, Reference
from core.settings import Settings
from digest.seminars.decide import Kind
from digest.seminars.minutes.models import Minutes
from digest.seminars.models import Document, Seminar
from digest.seminars.obligations.models import ObligationDone
from digest.seminars.obligations.names import period_reference
from tests.seminars import INES, ODILE, SeminarHouse, plain

TELL = "obligations.tell"
MEETING, CONTRACT = "obligations.meeting", "obligations.contract"
GROUP, DESK = -100, 7
HEAD = Sender("500", "Dominique", roles=frozenset({Role.HEAD}))

SEMINARS = {
    "code": "seminars",
    "words": "2 séminaires par an",
    "since": date(2026, 1, 1),
    "until": date(2028, 12, 31),
    "every": "year",
    "count": 2,
    "counts": "seminar",
    "remind_days": [60, 7],
}
REPORT = {
    "code": "kick-off",
    "words": "Un rapport de lancement dans les quinze jours",
    "since": date(2026, 11, 2),
    "within_days": 15,
    "remind_days": [3],
}


def paris(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=PARIS)  # type: ignore[misc,arg-type]


def settings(*obligations: dict[str, Any]) -> Settings:
    return Settings.model_validate(
        {
            "service": {"public_url": "https://relais.test/"},
            "telegram": {"group_id": GROUP, "desk_thread_id": DESK},
            "obligation": list(obligations),
        }
    )


async def settled(
    database: Database, clock: FixedClock, *obligations: dict[str, Any]
) -> SeminarHouse:
    house = SeminarHouse(database, clock, settings(*obligations))
    await house.settle_in()
    return house


async def told(house: SeminarHouse, kind: str = MEETING) -> list[str]:
    rows = await house.rows(kind)
    assert all(row.recipient == str(ANIMATORS) for row in rows)
    return [row.slot for row in rows]


async def words(house: SeminarHouse, row: Delivery) -> str:
    return plain((await house.chat_post(row)).text)


async def walk(house: SeminarHouse, until: datetime) -> None:
    """Let time pass as the sandbox does: from due instant to due instant."""
    while (due := await house.next_due(TELL)) is not None and due <= until:
        await house.tick_at(max(due, house.clock.now()), TELL)
    await house.tick_at(until, TELL)


async def change(house: SeminarHouse, seminar: int, **values: Any) -> None:
    async with house.database.write() as session:
        row = await session.get_one(Seminar, seminar)
        for name, value in values.items():
            setattr(row, name, value)


@pytest.fixture
def at_start(clock: FixedClock) -> FixedClock:
    clock.set(paris(2026, 9, 1, 10))
    return clock


async def test_a_bare_seminar_is_spoken_of_once_each_time(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start)
    number = await house.seminar(paris(2026, 11, 19, 9, 30), programme="")
    await walk(house, paris(2027, 3, 1))
    assert await told(house) == [
        f"seminar:{number}/programme/2026-11-19",
        f"seminar:{number}/documents/2026-11-19",
        f"seminar:{number}/ended/2026-11-19",
        f"seminar:{number}/minutes/2026-11-19",
    ]
    programme, documents, ended, minutes = await house.rows(MEETING)
    assert programme.created_at == paris(2026, 10, 29, 9)
    assert documents.created_at == paris(2026, 11, 12, 9)
    assert "Le programme manque encore" in await words(house, programme)
    assert "Séminaire – Accueillir, et après ?" in await words(house, programme)
    assert "Date : jeudi 19 novembre 2026, de 9 h 30 à 16 h 30" in await words(house, programme)
    assert "Des documents à transmettre ?" in await words(house, documents)
    assert "Joignez la feuille d’émargement signée" in await words(house, ended)
    assert "Le compte rendu est attendu le vendredi 4 décembre 2026." in await words(house, ended)
    assert "Attendu le vendredi 4 décembre 2026" in await words(house, minutes)
    assert await house.next_due(TELL) is None


async def test_what_is_done_meanwhile_is_not_spoken_of(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start)
    number = await house.seminar(paris(2026, 11, 19, 9, 30), programme="")
    await house.tick_at(paris(2026, 10, 29, 9), TELL)
    (row,) = await house.rows(MEETING)
    assert await house.prepared(row) == Ready(ChatAddress(GROUP, DESK))
    await change(house, number, programme="9 h 30 Ouverture", access="Parking à 50 m")
    assert await house.prepared(row) == Skip("done")
    async with database.write() as session:
        session.add(
            Minutes(
                seminar_id=number, state="final", version=1, text="…",
                created_at=paris(2026, 11, 20, 10), final_at=paris(2026, 11, 20, 10),
            )
        )  # fmt: skip
        session.add(_document(number, "scan"))
    await walk(house, paris(2027, 3, 1))
    assert await told(house) == [f"seminar:{number}/programme/2026-11-19"]


def _document(seminar: int, kind: str, *, public: bool = False) -> Document:
    return Document(
        seminar_id=seminar, kind=kind, hash="0" * 64, name="a.pdf", media_type="application/pdf",
        size=3, public=public, added_at=paris(2026, 10, 2, 10), added_by="person:1",
    )  # fmt: skip


async def test_notices_follow_the_new_date_and_a_cancelled_meeting_is_silent(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start)
    number = await house.seminar(paris(2026, 11, 19, 9, 30), programme="")
    await house.tick_at(paris(2026, 10, 29, 9), TELL)
    (row,) = await house.rows(MEETING)
    await house.move(number, paris(2026, 12, 17, 9, 30))
    assert await house.prepared(row) == Skip("done")
    assert await house.next_due(TELL) == paris(2026, 11, 26, 9)
    await house.tick_at(paris(2026, 11, 26, 9), TELL)
    assert await told(house) == [
        f"seminar:{number}/programme/2026-11-19",
        f"seminar:{number}/programme/2026-12-17",
    ]
    await house.cancel(number)
    await walk(house, paris(2027, 3, 1))
    assert len(await told(house)) == 2


async def test_a_committee_owes_its_report_until_somebody_says_that_it_was_handed_over(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start)
    number = await house.seminar(paris(2026, 11, 19, 9, 30), kind=Kind.STEERING)
    await change(house, number, access="Parking à 50 m")
    await house.tick_at(paris(2026, 11, 5, 9), TELL)
    (soon,) = await house.rows(MEETING)
    assert "soit le jeudi 12 novembre 2026 au plus tard" in await words(house, soon)
    post = await house.chat_post(soon)
    assert [button.label for line in post.keyboard for button in line] == [
        "Le rapport est remis", "Ouvrir la fiche",
    ]  # fmt: skip
    (card,) = await house.press("obligations.card", number)
    assert isinstance(card, Reply)
    assert "Accueillir, et après ?" in house.said(card)
    (answer,) = await house.press("obligations.report", number)
    assert "Rapport remis : c’est noté" in house.said(answer)
    (undone,) = await house.push(answer, "Retirer")
    (answer,) = await house.push(undone, "Le rapport est remis")
    (again,) = await house.press("obligations.report", number)
    assert house.labels(answer) == house.labels(again) == ["Retirer"]
    await house.tick_at(paris(2026, 11, 12, 9), TELL)
    assert await told(house) == [f"seminar:{number}/report_soon/2026-11-19"]
    async with database.read() as session:
        (done,) = (await session.scalars(select(ObligationDone))).all()
    assert (done.done_by, done.reference) == ("person:1", f"seminars:seminar:{number}")


async def test_a_slide_show_is_a_report_and_a_public_document_is_one_to_be_sent(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start)
    number = await house.seminar(paris(2026, 11, 19, 9, 30), kind=Kind.TECHNICAL)
    async with database.write() as session:
        session.add(_document(number, "slides", public=True))
    await walk(house, paris(2026, 11, 19, 9))
    assert await told(house) == []


async def test_after_a_silence_only_what_is_of_use_is_said_and_only_at_work(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start)
    number = await house.seminar(paris(2026, 11, 19, 9, 30), programme="")
    at_start.set(paris(2026, 11, 14, 12))  # a Saturday
    await house.tick(TELL)
    assert await told(house) == []
    assert await house.next_due(TELL) == paris(2026, 11, 16, 9)
    await house.tick_at(paris(2026, 11, 16, 9), TELL)
    await house.tick_at(paris(2026, 11, 16, 9), TELL)
    assert [slot.split("/")[1] for slot in await told(house)] == ["programme", "documents"]
    await house.tick_at(paris(2026, 12, 21, 9), TELL)
    assert [slot.split("/")[1] for slot in await told(house)][2:] == ["minutes"]
    assert (await told(house))[0] == f"seminar:{number}/programme/2026-11-19"


async def test_the_contract_is_recalled_before_its_end_and_the_day_after(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start, SEMINARS)
    await house.seminar(paris(2026, 10, 1, 9, 30))
    await walk(house, paris(2027, 1, 20))
    assert await told(house, CONTRACT) == [
        "obligation:seminars/2026-01-01/J-60",
        "obligation:seminars/2026-01-01/J-7",
        "obligation:seminars/2026-01-01/late",
    ]
    first, _second, late = await house.rows(CONTRACT)
    assert "2 séminaires par an" in await words(house, first)
    assert "1 sur 2 ; échéance le 31 décembre 2026." in await words(house, first)
    assert "Échéance du marché dépassée" in await words(house, late)


async def test_nothing_is_recalled_of_what_is_met(database: Database, at_start: FixedClock) -> None:
    house = await settled(database, at_start, SEMINARS)
    await house.seminar(paris(2026, 9, 10, 9, 30))
    await house.tick_at(paris(2026, 9, 20, 9), TELL)
    await house.seminar(paris(2026, 10, 1, 9, 30))
    await house.tick_at(paris(2026, 10, 2, 9), TELL)
    await walk(house, paris(2027, 1, 20))
    assert await told(house, CONTRACT) == []


async def test_the_list_says_what_is_late_first_and_animators_note_what_is_done(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start, SEMINARS, REPORT)
    at_start.set(paris(2026, 11, 23, 10))
    (listed,) = await house.command("echeances")
    assert house.said(listed) == (
        "<b>Échéances du marché</b>\n\n"
        "⚠️ <b>Un rapport de lancement dans les quinze jours</b>\n"
        "En retard : 0 sur 1, échéance le 17 novembre 2026\n\n"
        "⏳ <b>2 séminaires par an</b>\n"
        "0 sur 2, échéance le 31 décembre 2026"
    )
    assert [plain(label) for label in house.labels(listed)] == [
        "Fait : Un rapport de lancement… (novembre 2026)",
        "Fait : 2 séminaires par an (décembre 2026)",
    ]
    answers = await noting(house, "kick-off", "once", "Remis le 20 par courriel")
    assert "1 sur 1, échéance le 17 novembre 2026" in house.said(answers[0])
    assert "Remis le 20 par courriel" in house.said(answers[0])
    assert house.labels(answers[0]) == ["Retirer"]
    (after,) = await house.command("obligations")
    assert [plain(label) for label in house.labels(after)] == [
        "Fait : 2 séminaires par an (décembre 2026)"
    ]


async def test_years_of_neglect_are_one_line(database: Database, at_start: FixedClock) -> None:
    house = await settled(database, at_start, SEMINARS)
    at_start.set(paris(2028, 2, 4, 10))
    (listed,) = await house.command("echeances")
    late = "En retard : 0 sur 2, échéance le 31 décembre 2026"
    assert f"{late}\n1 autre période en retard suit celle-ci.\n\n" in house.said(listed)
    assert len(house.labels(listed)) == 2


async def press(
    house: SeminarHouse, action: str, reference: Reference, version: int = 0, who: Sender = ODILE
) -> Sequence[Any]:
    (found,) = [each for room in house.rooms for each in room.actions if each.name == action]
    async with house.database.write() as session:
        return await found.handler(house._turn(session, who, private=False), reference, version)


async def noting(
    house: SeminarHouse, code: str, period: str, note: str, version: int = 0
) -> Sequence[Any]:
    (asked,) = await press(house, "obligations.note", period_reference(code, period), version)
    assert isinstance(asked, Ask)
    return await finish(house, asked, note)


async def finish(house: SeminarHouse, asked: Ask, note: str) -> Sequence[Any]:
    form = house.form(asked.form)
    (field,) = form.fields
    values = {**asked.values, field.name: field.parse(note, house.clock.now())}
    async with house.database.write() as session:
        return await form.finish(house._turn(session, ODILE, private=False), values)


async def test_two_who_note_the_same_thing_note_it_once(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start, SEMINARS)
    reference = period_reference("seminars", "2026-01-01")
    (mine,) = await press(house, "obligations.note", reference)
    (theirs,) = await press(house, "obligations.note", reference)
    await finish(house, mine, "-")
    (refused,) = await finish(house, theirs, "-")
    assert "a changé depuis ce message" in house.said(refused)
    (stale,) = await press(house, "obligations.note", reference)
    assert "a changé depuis ce message" in house.said(stale)
    await noting(house, "seminars", "2026-01-01", "-", version=1)
    (met,) = await press(house, "obligations.note", reference, 2)
    assert house.said(met) == "Cette échéance est déjà tenue."


async def test_what_was_noted_by_mistake_is_taken_back(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start, SEMINARS)
    (noted,) = await noting(house, "seminars", "2026-01-01", "-")
    assert isinstance(noted, Reply)
    ((undo,),) = noted.keyboard
    assert undo.reference is not None
    (undone,) = await press(house, "obligations.undo", undo.reference)
    assert "C’est retiré" in house.said(undone)
    (again,) = await press(house, "obligations.undo", undo.reference)
    assert house.said(again) == "C’est déjà retiré."
    (listed,) = await house.command("echeances")
    assert "0 sur 2" in house.said(listed)


async def test_what_is_noted_before_a_reminder_leaves_stops_it(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start, REPORT)
    await house.tick_at(paris(2026, 11, 13, 9), TELL)
    (row,) = await house.rows(CONTRACT)
    assert await house.prepared(row) == Ready(ChatAddress(GROUP, DESK))
    await noting(house, "kick-off", "once", "Remis")
    assert await house.prepared(row) == Skip("done")


async def test_final_minutes_count_by_themselves_in_their_quarter(
    database: Database, at_start: FixedClock
) -> None:
    quarterly = {
        "code": "minutes", "words": "Un compte rendu par trimestre", "since": date(2026, 7, 1),
        "every": "quarter", "counts": "minutes",
    }  # fmt: skip
    house = await settled(database, at_start, quarterly)
    async with database.write() as session:
        session.add(
            Minutes(
                seminar_id=1, state="final", version=1, text="…",
                created_at=paris(2026, 9, 2, 10), final_at=paris(2026, 9, 30, 23, 30),
            )
        )  # fmt: skip
    at_start.set(paris(2026, 10, 1, 0, 30))
    (listed,) = await house.command("echeances")
    assert house.said(listed) == (
        "<b>Échéances du marché</b>\n\n"
        "⏳ <b>Un compte rendu par trimestre</b>\n"
        "0 sur 1, échéance le 31 décembre 2026"
    )


async def test_heads_read_and_others_have_nothing_to_press(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start, SEMINARS)
    (command,) = [
        each for room in house.rooms for each in room.commands if each.name == "echeances"
    ]
    assert (command.role, command.also) == (Role.ANIMATOR, Role.HEAD)
    (listed,) = await house.command("echeances", HEAD)
    assert "2 séminaires par an" in house.said(listed)
    assert house.labels(listed) == []
    (nothing,) = await (await settled_without(database, at_start)).command("echeances", INES)
    assert "Aucune échéance en cours" in house.said(nothing)


async def settled_without(database: Database, clock: FixedClock) -> SeminarHouse:
    return SeminarHouse(database, clock, settings())


async def test_unknown_periods_and_meetings_are_answered(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start, SEMINARS)
    (gone,) = await press(house, "obligations.note", period_reference("gone", "once"))
    assert "a changé depuis ce message" in house.said(gone)
    for action in ("obligations.report", "obligations.card"):
        (nowhere,) = await house.press(action, 404)
        assert house.said(nowhere) == "Cette rencontre n’existe plus, ou n’est plus annoncée."
    shown = await press(house, "obligations.show", Reference("obligations", "period", "all"))
    assert "2 séminaires par an" in house.said(shown[0])


async def test_a_meeting_cut_from_long_ago_is_not_news(
    database: Database, at_start: FixedClock
) -> None:
    house = await settled(database, at_start)
    await house.seminar(paris(2026, 9, 10, 9, 30), programme="")
    at_start.set(at_start.now() + timedelta(days=120))
    await house.tick(TELL)
    assert await told(house) == []

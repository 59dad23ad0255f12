"""Absences: told in chat, seen in the hours, said to those who ask."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

import bot.guarantee.room
from bot.guarantee import absences
from bot.guarantee.hours import Hours
from bot.guarantee.models import Absence
from core.chat import Ask, Place, Redraw, Reply, Response
from core.clock import PARIS, FixedClock
from core.db import Database
from core.errors import InputError
from core.people.models import Membership, Person
from core.people.roles import Role
from core.posts import callback_data
from core.reference import Party, Reference
from core.settings import HotlineSettings
from tests.hotline import GROUP, JEANNE, MARC, PAUL, SINCE, Hotline, buttons, open_hotline
from tests.parts import make_parts

JEANNE_ID, PAUL_ID, LEA_ID = 2, 3, 4


def paris(words: str) -> datetime:
    return datetime.strptime(words, "%d/%m/%Y %H:%M").replace(tzinfo=PARIS).astimezone(UTC)


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    """Open the hotline on Monday 23 November 2026; Jeanne and Paul animate."""
    hotline = await open_hotline(database, clock)
    async with database.write() as session:
        session.add(Membership(person_id=PAUL_ID, role=Role.ANIMATOR.value, since=SINCE))
    return hotline


async def fill(hotline: Hotline, account: int, typed: str, words: str = "-") -> Response:
    """Answer the questions of the form as a person does; return what comes of it."""
    [form] = [each for each in hotline.room.forms if each.name == "guarantee.absence"]
    days, notice = form.fields
    now = hotline.clock.now()
    values = {"days": days.parse(typed, now), "words": notice.parse(words, now)}
    incoming = hotline.incoming(account, words)
    [response] = await hotline.turn(account, incoming, lambda turn: form.finish(turn, values))
    return response


async def rows(hotline: Hotline) -> list[Absence]:
    async with hotline.database.read() as session:
        return list(await session.scalars(select(Absence).order_by(Absence.id)))


async def notice(hotline: Hotline, person_id: int) -> str | None:
    async with hotline.database.read() as session:
        text = await absences.absence_notice(session, person_id, hotline.clock.now())
    return hotline.renderer.chat(text) if text else None


async def test_an_animator_tells_an_absence_and_who_stands_in(hotline: Hotline) -> None:
    asked = await hotline.command(JEANNE, "absence", "du 24/12 au 02/01")
    assert asked == [Ask("guarantee.absence", {"days": ["2026-12-24", "2027-01-02"]})]
    card = await fill(hotline, JEANNE, "du 24/12 au 02/01")
    assert hotline.words(card) == (
        "<b>Votre absence</b>, du jeudi 24 décembre 2026 au samedi 2 janvier 2027 inclus\n\n"
        "Toute l’équipe d’animation suit vos questions pendant ce temps."
        " Vous pouvez choisir qui vous remplace."
    )
    assert hotline.labels(card) == ["Remplacement\u00a0: Paul Meyrat", "Annuler cette absence"]
    assert all(callback_data(each) for each in buttons(card))
    [chosen] = await hotline.press_on(JEANNE, card, "Remplacement\u00a0: Paul Meyrat")
    assert isinstance(chosen, Redraw)
    assert hotline.words(chosen).endswith("Paul Meyrat suit vos questions pendant ce temps.")
    assert hotline.labels(chosen) == ["Toute l’équipe", "Annuler cette absence"]
    [row] = await rows(hotline)
    assert (row.person_id, row.substitute_id) == (JEANNE_ID, PAUL_ID)
    [nobody] = await hotline.press_on(JEANNE, chosen, "Toute l’équipe")
    assert hotline.labels(nobody) == hotline.labels(card)
    assert await hotline.acts() == [
        "person:2 absence.tell guarantee:absence:1",
        "person:2 absence.substitute guarantee:absence:1",
        "person:2 absence.substitute guarantee:absence:1",
    ]


async def test_it_is_asked_step_by_step_too_in_the_group(hotline: Hotline) -> None:
    group = Place(GROUP, private=False, thread_id=7)
    assert await hotline.command(JEANNE, "absence", place=group) == [Ask("guarantee.absence")]
    not_understood, ask = await hotline.command(JEANNE, "absence", "bientôt", place=group)
    assert "Je n’ai pas compris ces jours." in hotline.words(not_understood)
    assert ask == Ask("guarantee.absence")
    with pytest.raises(InputError, match="words_long"):
        await fill(hotline, JEANNE, "demain", "a" * 301)


async def test_one_s_own_absences_are_listed_and_called_off(hotline: Hotline) -> None:
    await fill(hotline, JEANNE, "24/12")
    await fill(hotline, JEANNE, "demain")
    await fill(hotline, PAUL, "demain")
    first, second, ask = await hotline.command(JEANNE, "absence")
    assert "le mardi 24 novembre 2026" in hotline.words(first)
    assert "le jeudi 24 décembre 2026" in hotline.words(second)
    assert isinstance(ask, Ask)
    [gone] = await hotline.press_on(JEANNE, second, "Annuler cette absence")
    assert hotline.words(gone) == "Votre absence le jeudi 24 décembre 2026 est annulée."
    assert not buttons(gone)
    [again] = await hotline.press_on(JEANNE, second, "Annuler cette absence")
    assert hotline.words(again) == (
        "Cette absence est terminée ou annulée. Envoyez /absence pour en annoncer une autre."
    )
    assert len(await hotline.command(JEANNE, "absence")) == 2


async def test_who_comes_back_earlier_shortens_it_so_that_the_past_still_counts(
    hotline: Hotline,
) -> None:
    await fill(hotline, JEANNE, "du 16/11 au 27/11")
    [card, _ask] = await hotline.command(JEANNE, "absence")
    [back] = await hotline.press_on(JEANNE, card, "Je suis de retour")
    assert hotline.words(back) == (
        "Bon retour. Votre absence s’est terminée le dimanche 22 novembre 2026."
    )
    [row] = await rows(hotline)
    assert row.cancelled_at is None
    assert await notice(hotline, JEANNE_ID) is None


async def test_nobody_touches_the_absence_of_another(hotline: Hotline) -> None:
    card = await fill(hotline, JEANNE, "demain")
    for button in buttons(card):
        [refused] = await hotline.press(PAUL, button)
        assert hotline.words(refused) == "Seule la personne absente peut modifier son absence."
    stand, off = buttons(card)
    for forged in ("99", "1-99", "1-4", "x", "1", "1-", "1-2"):
        for button in (stand, off):
            reference = Reference("guarantee", "absence", forged)
            if (forged, button) == ("1", off):
                continue
            pressed = type(button)(button.label, button.action, reference)
            [answer] = await hotline.press(JEANNE, pressed)
            assert type(answer).__name__ == "Toast"
    [row] = await rows(hotline)
    assert (row.substitute_id, row.cancelled_at) == (None, None)
    roles = {each.name: each.role for each in hotline.room.commands}
    roles |= {each.name: each.role for each in hotline.room.actions}
    assert roles["absence"] is Role.ANIMATOR
    assert roles["guarantee.stand"] is roles["guarantee.off"] is Role.ANIMATOR


async def test_who_asks_is_told_who_is_away_and_who_follows_the_question(hotline: Hotline) -> None:
    assert await notice(hotline, JEANNE_ID) is None
    card = await fill(hotline, JEANNE, "du 24/12 au 02/01", "Bonnes fêtes à <tous> !")
    hotline.clock.set(paris("28/12/2026 10:00"))
    assert await notice(hotline, JEANNE_ID) == (
        "<blockquote>Bonnes fêtes à &lt;tous&gt; !</blockquote>\n"
        "Jeanne Roche est absent(e) jusqu’au samedi 2 janvier 2027 inclus\u00a0:"
        " l’équipe d’animation suit votre question."
    )
    await hotline.press_on(JEANNE, card, "Remplacement\u00a0: Paul Meyrat")
    assert (await notice(hotline, JEANNE_ID) or "").endswith(
        "jusqu’au samedi 2 janvier 2027 inclus\u00a0: Paul Meyrat suit votre question."
    )
    await fill(hotline, PAUL, "demain")
    assert "Paul Meyrat suit" in (await notice(hotline, JEANNE_ID) or "")
    await fill(hotline, PAUL, "aujourd’hui")
    assert "l’équipe d’animation suit" in (await notice(hotline, JEANNE_ID) or "")
    hotline.clock.set(paris("03/01/2027 10:00"))
    assert await notice(hotline, JEANNE_ID) is None


async def test_the_team_is_there_when_one_of_it_is(hotline: Hotline) -> None:
    async with hotline.database.write() as session:
        await session.execute(update(Person).where(Person.id == PAUL_ID).values(code="paul"))
    hours = Hours(HotlineSettings(animator_hours={"paul": ["thu 18:00-20:00"]}))
    now = hotline.clock.now()
    await fill(hotline, JEANNE, "du 24/11 au 27/11")
    async with hotline.database.read() as session:
        team = await hours.team(session, now)
        assert team.next_opening(paris("24/11/2026 09:00")) == paris("26/11/2026 18:00")
        jeanne = await hours.of(session, JEANNE_ID, now)
        assert jeanne.next_opening(paris("24/11/2026 09:00")) == paris("30/11/2026 09:00")
        paul = await hours.of(session, PAUL_ID, now)
        assert paul.next_opening(paris("24/11/2026 09:00")) == paris("26/11/2026 18:00")
        other = await hours.of(session, LEA_ID, now)
        assert other.is_open(paris("24/11/2026 09:00"))
        unknown = await hours.of(session, 99, now)
        assert unknown.is_open(paris("24/11/2026 09:00"))


def test_hours_that_cannot_be_read_name_their_key() -> None:
    with pytest.raises(InputError, match="hotline: not working hours: 'lundi'") as raised:
        Hours(HotlineSettings(hours=["lundi"]))
    assert "mon-fri 09:00-12:30" in raised.value.hint
    with pytest.raises(
        InputError, match=r"hotline\.animator_hours\.paul: there are no working hours"
    ):
        Hours(HotlineSettings(animator_hours={"paul": []}))


async def test_absences_are_shown_and_forgotten_with_the_person(hotline: Hotline) -> None:
    card = await fill(hotline, JEANNE, "du 24/12 au 02/01", "Bonnes fêtes")
    await hotline.press_on(JEANNE, card, "Remplacement\u00a0: Paul Meyrat")
    await fill(hotline, PAUL, "demain")
    parts = make_parts(hotline.database, hotline.clock)
    data = bot.guarantee.room.build(parts).personal_data
    assert data is not None
    async with hotline.database.write() as session:
        assert await data.export(session, Party("person", "2")) == {
            "absences": [
                {
                    "first_day": "2026-12-24",
                    "last_day": "2027-01-02",
                    "substitute": PAUL_ID,
                    "words": "Bonnes fêtes",
                    "told_at": "2026-11-23T08:00:00+00:00",
                    "cancelled_at": None,
                }
            ]
        }
        assert await data.export(session, Party("person", "4")) == {}
        assert await data.export(session, Party("guest", "2")) == {}
        await data.erase(session, Party("guest", "2"))
        await data.erase(session, Party("person", str(PAUL_ID)))
    [row] = await rows(hotline)
    assert (row.person_id, row.substitute_id) == (JEANNE_ID, None)


async def test_a_reply_to_a_reminder_is_told_where_to_go(hotline: Hotline) -> None:
    [route] = [each for each in hotline.room.replies if each.room == "guarantee"]
    about = Reference("guarantee", "reminder", "128")
    for account in (JEANNE, MARC):
        incoming = hotline.incoming(account, "Je m’en occupe", about=about, reply_to=5)
        [told] = await hotline.turn(account, incoming, route.handler)
        assert isinstance(told, Reply)
        assert "Votre message n’a été transmis à personne." in hotline.words(told)

"""The watch's desk pressed through the real adapter, in the whole house."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram.catalogue import mount
from bot.telegram.dialogue import Dialogue
from bot.telegram.reach import Reach
from core.acts import Act
from core.alerts import Alert
from core.chat import Button
from core.clock import FixedClock
from core.db import Database
from core.people.models import Theme
from core.posts import callback_data
from core.reference import Reference
from tests.whole import CLAIRE, GROUP, HELENE, JEANNE, Whole, open_whole
from watch.models import Decision, Entry, Source, Story
from watch.room import build
from watch.understanding.records import TypedDate

TITLE = "Fonds pour les centres-bourgs"


class Readers:
    """People who follow themes, and the alerts they got."""

    def __init__(self, **followed: int) -> None:
        self.followed = followed
        self.alerts: list[Alert] = []

    async def count(self, _session: AsyncSession, themes: Sequence[str]) -> int:
        return max([self.followed.get(theme, 0) for theme in themes], default=0)

    async def post(self, session: AsyncSession, alert: Alert, _now: datetime) -> int:
        self.alerts.append(alert)
        return await self.count(session, alert.themes)


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    return await playing(database, clock, Readers(habitat=12, emploi=3))


async def playing(database: Database, clock: FixedClock, readers: Readers) -> Whole:
    """Open the house with readers of alerts, a story that waits, and a second theme."""
    house = await open_whole(database, clock)
    watch_room = build(house.parts, None, None, [readers])  # type: ignore[arg-type]
    house.rooms = tuple(watch_room if room.name == "watch" else room for room in house.rooms)
    house.dialogue = Dialogue(house.parts, mount(house.rooms), Reach(house.rooms))
    async with database.write() as session:
        session.add(Theme(id=2, code="emploi", name="Emploi", words=["emploi"]))
        source = Source(
            name="Journal", url="https://a.example.org/rss", section="agenda", every=3600.0
        )
        session.add(source)
        story = Story(
            title=TITLE,
            title_key="fonds pour les centres bourgs",
            link="https://a.example.org/1",
            section="agenda",
            themes=["habitat"],
            evidence={"habitat": ["logement"]},
            folded=False,
            first_seen_at=clock.now(),
        )
        session.add(story)
        await session.flush()
        session.add(
            Entry(
                source_id=source.id,
                story_id=story.id,
                identity="guid:1",
                hash="",
                title=TITLE,
                link="https://a.example.org/1",
                summary="Le résumé de la source.",
                author="",
                first_seen_at=clock.now(),
            )
        )
    await house.tick("watch.show")
    return house


def card(house: Whole) -> str:
    return house.shown[house.place(TITLE, GROUP)]


def labels(house: Whole, place: str) -> list[str]:
    return [b.label.replace("\u00a0", " ") for row in house.buttons[place] for b in row]


async def story(house: Whole) -> Story:
    async with house.database.read() as session:
        return (await session.scalars(select(Story))).one()


async def acts(house: Whole) -> list[tuple[str, str]]:
    async with house.database.read() as session:
        rows = await session.scalars(
            select(Act).where(Act.verb.startswith("watch.")).order_by(Act.id)
        )
        return [(row.actor, row.verb) for row in rows]


async def test_an_animator_keeps_a_story_and_nobody_else_can(house: Whole) -> None:
    before = card(house)
    await house.press(CLAIRE, "Garder", chat=GROUP)
    assert card(house) == before
    await house.press(JEANNE, "Garder", chat=GROUP)
    assert card(house).endswith("Gardée pour la prochaine lettre, par Jeanne Rochefol.")
    await house.press(HELENE, "Annuler", chat=GROUP)
    assert "Gardée" not in card(house)
    async with house.database.read() as session:
        decisions = await session.scalars(select(Decision).order_by(Decision.id))
        said = [(each.verdict, each.decided_by) for each in decisions]
    assert said == [("keep", "person:42"), ("undo", "person:46")]


async def test_who_presses_what_has_changed_is_told_so_and_sees_it(house: Whole) -> None:
    place = house.place(TITLE, GROUP)
    stale = house.buttons[place][0][1]
    await house.press(JEANNE, "Garder", chat=GROUP)
    toast, *_ = await house.forge(HELENE, stale.data, place, chat=GROUP)
    assert toast.text.startswith("Cette actualité a changé entre-temps")
    assert card(house).endswith("par Jeanne Rochefol.")


async def test_two_animators_who_press_at_once_are_one_decision(house: Whole) -> None:
    place = house.place(TITLE, GROUP)
    keep, drop = house.buttons[place][0]
    await asyncio.gather(
        house.forge(JEANNE, keep.data, place, chat=GROUP),
        house.forge(HELENE, drop.data, place, chat=GROUP),
    )
    async with house.database.read() as session:
        decisions = (await session.scalars(select(Decision))).all()
    assert len(decisions) == 1
    assert (await story(house)).version == 1


async def test_themes_are_added_and_taken_away_under_the_card(house: Whole) -> None:
    place = house.place(TITLE, GROUP)
    await house.press(JEANNE, "Thème", chat=GROUP)
    assert labels(house, place) == ["✓ Habitat", "Emploi", "Retour"]
    await house.press(JEANNE, "Emploi", chat=GROUP)
    await house.press(JEANNE, "✓ Habitat", chat=GROUP)
    assert labels(house, place) == ["Habitat", "✓ Emploi", "Retour"]
    await house.press(JEANNE, "Retour", chat=GROUP)
    assert "Thèmes : Emploi\n" in card(house)
    assert labels(house, place)[:2] == ["Garder", "Écarter"]
    assert (await story(house)).themes == ["emploi"]
    assert await acts(house) == [("person:42", "watch.theme")] * 2


async def test_a_story_goes_into_another_section(house: Whole) -> None:
    place = house.place(TITLE, GROUP)
    await house.press(JEANNE, "Rubrique", chat=GROUP)
    assert labels(house, place)[-2:] == ["✓ Agenda du réseau", "Retour"]
    await house.press(JEANNE, "Appels à projets et financements", chat=GROUP)
    assert "Rubrique : Appels à projets et financements" in card(house)
    assert (await story(house)).section == "appels-a-projets"
    assert await acts(house) == [("person:42", "watch.section")]


async def test_our_reading_is_asked_for_shown_and_taken_away(house: Whole) -> None:
    await house.press(JEANNE, "Notre lecture", chat=GROUP)
    assert "Écrivez votre lecture en une phrase ou deux" in house.chat(GROUP)
    await house.say(JEANNE, "mot " * 200, chat=GROUP)
    assert "C’est trop long : 600 caractères au plus." in house.chat(GROUP)
    await house.say(JEANNE, "À déposer avant l’été, avec <votre> EPCI.", chat=GROUP)
    assert card(house).endswith(
        "<b>Notre lecture</b>\nÀ déposer avant l’été, avec &lt;votre&gt; EPCI."
    )
    assert (await story(house)).note == "À déposer avant l’été, avec <votre> EPCI."
    await house.press(HELENE, "Notre lecture", chat=GROUP)
    await house.press(HELENE, "Aucune lecture", chat=GROUP)
    assert "Notre lecture</b>" not in card(house)
    assert await acts(house) == [("person:42", "watch.note"), ("person:46", "watch.note")]


async def test_our_reading_is_written_in_its_topic_though_a_theme_changed_meanwhile(
    house: Whole,
) -> None:
    await house.press(JEANNE, "Notre lecture", chat=GROUP)
    place = house.place(TITLE, GROUP)
    await house.press(HELENE, "Thème", on=place, chat=GROUP)
    await house.press(HELENE, "Emploi", on=place, chat=GROUP)
    await house.say(JEANNE, "À retenir.", chat=GROUP)
    assert (await story(house)).note == "À retenir."


async def test_nobody_writes_over_what_a_colleague_has_just_written(house: Whole) -> None:
    place = house.place(TITLE, GROUP)
    await house.press(JEANNE, "Notre lecture", chat=GROUP)
    await house.press(HELENE, "Notre lecture", on=place, chat=GROUP)
    await house.say(HELENE, "Celle d’Hélène.", chat=GROUP)
    await house.say(JEANNE, "Celle de Jeanne.", chat=GROUP)
    assert (await story(house)).note == "Celle d’Hélène."
    assert "<blockquote>Celle de Jeanne.</blockquote>" in house.chat(GROUP)


async def test_an_alert_leaves_at_the_second_press_once_and_keeps_its_story(
    database: Database, clock: FixedClock
) -> None:
    readers = Readers(habitat=12, emploi=3)
    house = await playing(database, clock, readers)
    await house.press(JEANNE, "Alerte", chat=GROUP)
    asked = card(house)
    assert "<b>Envoyer une alerte à 12 personnes ?</b>\n• Habitat : 12 personnes\n" in asked
    assert "« Notre lecture » n’est pas encore écrite" in asked
    assert "L’actualité sera aussi gardée" in asked
    assert readers.alerts == []
    place = house.place(TITLE, GROUP)
    confirm = house.buttons[place][0][0]
    toast, *_ = await house.press(JEANNE, "Confirmer l’alerte", chat=GROUP)
    assert toast.text == "L’alerte part à 12 personnes."
    assert "par Jeanne Rochefol.\nAlerte envoyée le 23 novembre 2026 à 9 h" in card(house)
    assert card(house).endswith("à 12 personnes.")
    assert "Alerte" not in labels(house, place)
    await house.forge(HELENE, confirm.data, place, chat=GROUP)
    (alert,) = readers.alerts
    assert alert == Alert(
        reference=Reference("watch", "story", "1"),
        title=TITLE,
        url="https://a.example.org/1",
        source="Journal",
        note="",
        themes=("habitat",),
        deadline=None,
    )
    assert await acts(house) == [("person:42", "watch.keep"), ("person:42", "watch.alert")]
    assert (await story(house)).state == "kept"


async def test_an_alert_goes_back_without_leaving(house: Whole) -> None:
    await house.press(JEANNE, "Alerte", chat=GROUP)
    await house.press(JEANNE, "Retour", chat=GROUP)
    assert "Envoyer une alerte" not in card(house)
    assert (await story(house)).alerted_at is None


async def test_an_alert_needs_a_theme_and_somebody_who_follows_it(
    database: Database, clock: FixedClock
) -> None:
    house = await playing(database, clock, Readers(emploi=3))
    toast, *_ = await house.press(JEANNE, "Alerte", chat=GROUP)
    assert toast.text.startswith("Personne ne suit encore les thèmes de cette actualité")
    await house.press(JEANNE, "Thème", chat=GROUP)
    await house.press(JEANNE, "✓ Habitat", chat=GROUP)
    await house.press(JEANNE, "Retour", chat=GROUP)
    toast, *_ = await house.press(JEANNE, "Alerte", chat=GROUP)
    assert toast.text.startswith("Donnez d’abord un thème à cette actualité")


async def test_an_alert_says_the_next_date_of_a_call(database: Database, clock: FixedClock) -> None:
    readers = Readers(habitat=1)
    house = await playing(database, clock, readers)
    ends = clock.now().replace(month=12)
    date = TypedDate("closing", ends, "jusqu’au 23 décembre")
    async with database.write() as session:
        row = (await session.scalars(select(Story))).one()
        row.dates = [{"kind": date.kind, "at": ends.isoformat(), "words": date.words}]
    await house.press(JEANNE, "Alerte", chat=GROUP)
    await house.press(JEANNE, "Confirmer l’alerte", chat=GROUP)
    assert [alert.deadline for alert in readers.alerts] == [ends]


async def test_forged_presses_change_nothing(house: Whole) -> None:
    place, before = house.place(TITLE, GROUP), await story(house)
    forged = (
        Button(None, "watch.theme", Reference("watch", "theme", "1-99"), 0),  # type: ignore[arg-type]
        Button(None, "watch.section", Reference("watch", "section", "1-99"), 0),  # type: ignore[arg-type]
        Button(None, "watch.section", Reference("watch", "section", "x"), 0),  # type: ignore[arg-type]
        Button(None, "watch.keep", Reference("watch", "story", "abc"), 0),  # type: ignore[arg-type]
        Button(None, "watch.card", Reference("watch", "story", "99"), 0),  # type: ignore[arg-type]
    )
    for button in forged:
        answers = await house.forge(JEANNE, callback_data(button), place, chat=GROUP)
        assert answers[0].kind == "toast"
        assert answers[0].text
    after = await story(house)
    assert (after.version, after.themes, after.section) == (0, before.themes, before.section)


async def test_what_was_dropped_takes_no_theme_and_no_alert(house: Whole) -> None:
    place = house.place(TITLE, GROUP)
    themes = house.buttons[place][1][0]
    await house.press(JEANNE, "Écarter", chat=GROUP)
    assert labels(house, place) == ["Annuler"]
    forged = replace(themes, data=themes.data.removesuffix("0") + "1")
    toast, *_ = await house.forge(JEANNE, forged.data, place, chat=GROUP)
    assert toast.text.startswith("Cette actualité a changé")


async def test_an_animator_who_is_erased_leaves_decisions_without_a_name(house: Whole) -> None:
    await house.press(JEANNE, "Garder", chat=GROUP)
    assert "Fonds pour les centres-bourgs" in await house.exported(JEANNE)
    await house.erase(42)
    async with house.database.read() as session:
        decision = (await session.scalars(select(Decision))).one()
    assert (decision.verdict, decision.decided_by) == ("keep", "erased:person")
    place = house.place(TITLE, GROUP)
    button = house.buttons[place][0][0]
    await house.forge(HELENE, button.data, place, chat=GROUP)
    await house.press(HELENE, "Retour", on=place, chat=GROUP)
    assert card(house).endswith("Gardée pour la prochaine lettre.")


async def test_what_is_decided_elsewhere_changes_the_card_of_the_topic(house: Whole) -> None:
    first = house.place(TITLE, GROUP)
    await house.say(JEANNE, "/veille", chat=GROUP)
    await house.press(JEANNE, "En attente (1)", chat=GROUP)
    await house.press(JEANNE, "1", chat=GROUP)
    second = house.place("Rubrique", GROUP)
    assert second != first
    await house.press(JEANNE, "Garder", on=second, chat=GROUP)
    assert house.shown[first] == house.shown[second]
    assert house.shown[first].endswith("par Jeanne Rochefol.")
    assert labels(house, first) == labels(house, second)
    await house.press(HELENE, "Annuler", on=first, chat=GROUP)
    assert labels(house, first)[:2] == ["Garder", "Écarter"]


async def test_our_reading_is_shown_on_the_card_it_was_asked_from(house: Whole) -> None:
    first = house.place(TITLE, GROUP)
    await house.press(JEANNE, "Notre lecture", on=first, chat=GROUP)
    await house.say(JEANNE, "À retenir.", chat=GROUP)
    assert house.shown[first].endswith("<b>Notre lecture</b>\nÀ retenir.")
    await house.press(HELENE, "Garder", on=first, chat=GROUP)
    assert (await story(house)).state == "kept"

"""Following themes, being alerted, and saying that a call interests: pressed in the whole house."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.chat import Button
from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery, Message
from core.people.models import Account, Membership, Person, Territory, Theme
from core.posts import callback_data
from core.reference import Reference
from digest.subscribers.models import Subscriber
from tests.whole import CLAIRE, GROUP, HELENE, JEANNE, PAUL, SINCE, STRANGER, Whole, open_whole
from watch.alerts.models import Following, Interest
from watch.models import Entry, Source, Story

TITLE = "Fonds pour les centres-bourgs"
LINK = "https://a.example.org/1"
CLOSING = "2027-01-20T22:59:00+00:00"
DAY = timedelta(days=1)
CLAIRE_ID, PAUL_ID, ODILE_ID = 41, 43, 50


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    """Open the house with a call that waits, and Odile, an agent beside Claire without chat."""
    house = await open_whole(database, clock)
    async with database.write() as session:
        session.add(Theme(id=2, code="emploi", name="Emploi", words=["emploi"]))
        session.add(
            Person(
                id=ODILE_ID,
                given_name="Odile",
                family_name="Vernhet",
                email="odile@orsanne.example",
            )
        )
        source = Source(name="Journal", url="https://a.example.org/rss", section="x", every=3600.0)
        story = Story(
            title=TITLE,
            title_key="fonds",
            link=LINK,
            section="appels-a-projets",
            themes=["habitat"],
            dates=[{"kind": "closing", "at": CLOSING, "words": "jusqu’au 20 janvier"}],
            deadline=datetime.fromisoformat(CLOSING),
            first_seen_at=clock.now(),
        )
        session.add_all([source, story])
        await session.flush()
        session.add(Membership(person_id=ODILE_ID, role="agent", territory_id=1, since=SINCE))
        session.add(
            Entry(
                source_id=source.id,
                story_id=story.id,
                identity="guid:1",
                hash="",
                title=TITLE,
                link=LINK,
                summary="Le résumé de la source.",
                author="",
                first_seen_at=clock.now(),
            )
        )
    await house.tick("watch.show")
    return house


async def follows(house: Whole, account: int, *labels: str) -> None:
    await house.say(account, "/abonnement")
    for label in labels:
        await house.press(account, label)


async def alert(house: Whole) -> None:
    """Send the alert, as Jeanne does."""
    await house.press(JEANNE, "Alerte", chat=GROUP)
    await house.press(JEANNE, "Confirmer l’alerte", chat=GROUP)


async def rows(house: Whole, kind: str) -> Sequence[Delivery]:
    async with house.database.read() as session:
        found = select(Delivery).where(Delivery.kind == kind).order_by(Delivery.id)
        return (await session.scalars(found)).all()


async def outcomes(house: Whole, kind: str) -> list[tuple[str, str, str | None]]:
    return [(row.recipient, row.state, row.reason) for row in await rows(house, kind)]


async def body(house: Whole, row: Delivery) -> str:
    async with house.database.read() as session:
        return (await session.get_one(Message, row.message_hash)).body.decode()


async def interests(house: Whole) -> list[tuple[int, int | None, str, bool]]:
    async with house.database.read() as session:
        found = await session.scalars(select(Interest).order_by(Interest.id))
        return [
            (each.territory_id, each.person_id, each.via, each.withdrawn_at is None)
            for each in found
        ]


async def change(house: Whole, **values: Any) -> None:
    """Change the call, as its source or the animators do."""
    async with house.database.write() as session:
        story = await session.get_one(Story, 1)
        for name, value in values.items():
            setattr(story, name, value)
        story.changed_at = house.clock.now()


def last(house: Whole, account: int) -> str:
    return house.shown[house.place("", account)]


def buttons(house: Whole, account: int) -> list[str]:
    return [b.label for row in house.buttons[house.place("", account)] for b in row]


async def pass_to(house: Whole, instant: str) -> None:
    """Let time pass, and the clock bring the reminders."""
    house.clock.set(datetime.fromisoformat(instant))
    await house.tick("alerts.remind")


# --- following --------------------------------------------------------------------------------


async def test_themes_are_followed_and_left_by_buttons(house: Whole) -> None:
    await house.say(CLAIRE, "/abonnement")
    assert "Vous ne suivez aucun thème." in last(house, CLAIRE)
    assert buttons(house, CLAIRE)[:4] == ["Habitat", "Emploi", "Tous les thèmes", "Aucun"]
    await house.press(CLAIRE, "Habitat")
    assert "Vous suivez 1 thème." in last(house, CLAIRE)
    assert buttons(house, CLAIRE)[:2] == ["✓ Habitat", "Emploi"]
    await house.press(CLAIRE, "Tous les thèmes")
    assert buttons(house, CLAIRE)[:2] == ["✓ Habitat", "✓ Emploi"]
    await house.press(CLAIRE, "✓ Habitat")
    assert buttons(house, CLAIRE)[:2] == ["Habitat", "✓ Emploi"]
    await house.press(CLAIRE, "Aucun")
    assert "Vous ne suivez aucun thème." in last(house, CLAIRE)
    async with house.database.read() as session:
        assert (await session.scalars(select(Following))).all() == []


async def test_a_press_sets_what_it_says_so_that_twice_is_once(house: Whole) -> None:
    await house.say(CLAIRE, "mes alertes")
    place = house.place("Mes alertes", CLAIRE)
    follow = house.buttons[place][0][0]
    await house.forge(CLAIRE, follow.data, place)
    await house.forge(CLAIRE, follow.data, place)
    assert buttons(house, CLAIRE)[0] == "✓ Habitat"
    for forged in ("alerts.follow:alerts:theme:99:0", "alerts.follow:alerts:theme:x:0"):
        await house.forge(CLAIRE, forged, place)
    async with house.database.read() as session:
        found = (await session.scalars(select(Following))).all()
    assert [(each.person_id, each.theme) for each in found] == [(CLAIRE_ID, "habitat")]


async def test_strangers_and_who_has_left_follow_nothing_and_groups_are_no_place(
    house: Whole,
) -> None:
    await house.say(STRANGER, "/abonnement")
    assert "votre compte n’y est pas encore relié" in last(house, STRANGER)
    await house.say(JEANNE, "/abonnement", chat=GROUP)
    assert "dans votre conversation privée" in last(house, GROUP)
    await follows(house, PAUL, "Habitat")
    place = house.place("Mes alertes", PAUL)
    async with house.database.write() as session:
        [membership] = await session.scalars(
            select(Membership).where(Membership.person_id == PAUL_ID)
        )
        membership.until = house.clock.now()
    await house.forge(PAUL, "alerts.follow:alerts:theme:2:0", place)
    assert buttons(house, PAUL)[:2] == ["✓ Habitat", "Emploi"]
    await house.forge(PAUL, "alerts.leave:alerts:theme:1:0", place)
    assert buttons(house, PAUL)[0] == "Habitat", "one may always leave"


# --- alerts -----------------------------------------------------------------------------------


async def test_an_alert_reaches_once_who_follows_a_theme(house: Whole) -> None:
    await follows(house, CLAIRE, "Tous les thèmes")
    await follows(house, PAUL, "Emploi")
    await house.press(JEANNE, "Alerte", chat=GROUP)
    assert "Envoyer une alerte à 1 personne ?" in house.chat(GROUP)
    await house.press(JEANNE, "Confirmer l’alerte", chat=GROUP)
    said = last(house, CLAIRE)
    assert said == (
        f'<b>Alerte</b> · Habitat\n\n<a href="{LINK}"><b>{TITLE}</b></a>\n<i>Journal</i>\n\n'
        "Date limite : mercredi 20 janvier 2027 (dans 58 jours)"
    )
    labels = [label.replace("\u00a0", " ") for label in buttons(house, CLAIRE)]
    assert labels == ["Lire", "Je suis intéressé(e)", "Mes alertes"]
    assert await outcomes(house, "alerts.alert") == [("person:41", "sent", None)]
    assert TITLE not in house.chat(PAUL)
    await house.press(CLAIRE, "Mes alertes")
    assert "Vous suivez 2 thèmes." in last(house, CLAIRE)


async def test_an_alert_without_a_closing_date_has_no_interest_button(house: Whole) -> None:
    await change(house, dates=[], deadline=None, note="À lire <avant> tout.")
    await follows(house, CLAIRE, "Habitat")
    await alert(house)
    assert buttons(house, CLAIRE) == ["Lire", "Mes alertes"]
    assert last(house, CLAIRE).endswith("<b>Notre lecture</b>\nÀ lire &lt;avant&gt; tout.")


async def test_who_has_blocked_the_bot_or_holds_no_role_is_not_counted(house: Whole) -> None:
    for account in (CLAIRE, PAUL, HELENE):
        await follows(house, account, "Habitat")
    await house.blocks(PAUL)
    async with house.database.write() as session:
        [membership] = await session.scalars(select(Membership).where(Membership.person_id == 46))
        membership.until = house.clock.now()
    await alert(house)
    assert await outcomes(house, "alerts.alert") == [("person:41", "sent", None)]


@pytest.mark.parametrize("what", ["left", "dropped", "role"])
async def test_what_has_changed_before_an_alert_leaves_is_seen(house: Whole, what: str) -> None:
    await follows(house, CLAIRE, "Habitat")
    house.paused = True
    await alert(house)
    async with house.database.write() as session:
        if what == "left":
            await session.delete(await session.get_one(Following, (CLAIRE_ID, "habitat")))
        elif what == "dropped":
            (await session.get_one(Story, 1)).state = "dropped"
        else:
            query = select(Membership).where(Membership.person_id == CLAIRE_ID)
            (await session.scalars(query)).one().until = house.clock.now()
    house.paused = False
    await house.send()
    reason = {"left": "not_followed", "dropped": "not_kept", "role": "no_role"}[what]
    assert await outcomes(house, "alerts.alert") == [("person:41", "skipped", reason)]


async def test_whom_chat_reaches_gets_no_mail(house: Whole) -> None:
    now = house.clock.now()
    async with house.database.write() as session:
        for email, alerts, themes in (
            ("claire@orsanne.example", True, []),
            ("zoe@orsanne.example", True, ["habitat"]),
            ("yann@orsanne.example", True, ["emploi"]),
            ("xena@orsanne.example", False, []),
        ):
            session.add(
                Subscriber(
                    email=email,
                    state="confirmed",
                    alerts=alerts,
                    themes=themes,
                    created_at=now,
                    confirmed_at=now,
                )
            )
        (await session.get_one(Person, CLAIRE_ID)).email = "Claire@Orsanne.example"
    await follows(house, CLAIRE, "Habitat")
    await house.press(JEANNE, "Alerte", chat=GROUP)
    assert "Envoyer une alerte à 2 personnes ?" in house.chat(GROUP)
    toast, *_ = await house.press(JEANNE, "Confirmer l’alerte", chat=GROUP)
    assert toast.text == "L’alerte part à 2 personnes."
    assert await outcomes(house, "letter.alert") == [("subscriber:2", "sent", None)]


# --- interest ---------------------------------------------------------------------------------


async def test_an_agent_says_that_a_call_interests_their_territory(house: Whole) -> None:
    await follows(house, CLAIRE, "Habitat")
    await alert(house)
    place = house.place("Alerte", CLAIRE)
    await house.press(CLAIRE, "Je suis intéressé(e)")
    assert "Date limite : mercredi 20 janvier 2027 (dans 58 jours)" in last(house, CLAIRE)
    assert last(house, CLAIRE).startswith(f"C’est noté pour Pays d’Orsanne : {TITLE}.")
    assert "• le lundi 21 décembre 2026 à 9 h (30 jours avant)" in last(house, CLAIRE)
    assert "• le mercredi 13 janvier 2027 à 9 h (7 jours avant)" in last(house, CLAIRE)
    await house.press(CLAIRE, "Je suis intéressé(e)", on=place)
    assert await interests(house) == [(1, CLAIRE_ID, "chat", True)]


async def test_reminders_that_are_past_are_said_not_to_come(house: Whole) -> None:
    await follows(house, CLAIRE, "Habitat")
    await alert(house)
    house.clock.set(datetime.fromisoformat("2027-01-02T10:00:00+00:00"))
    await house.press(CLAIRE, "Je suis intéressé(e)")
    assert "(30 jours avant)" not in last(house, CLAIRE)
    assert "• le rappel prévu 30 jours avant ne sera pas envoyé" in last(house, CLAIRE)
    await house.press(CLAIRE, "Ne plus être prévenu(e)")
    assert last(house, CLAIRE).startswith("C’est noté : vous ne serez plus prévenu(e)")
    assert await interests(house) == [(1, CLAIRE_ID, "chat", False)]
    house.clock.set(datetime.fromisoformat("2027-01-19T10:00:00+00:00"))
    await house.press(CLAIRE, "Je suis intéressé(e)", on=house.place("ne serez plus", CLAIRE))
    assert "aucun rappel ne sera envoyé" in last(house, CLAIRE)
    await pass_to(house, "2027-01-20T10:00:00+00:00")
    assert await rows(house, "alerts.reminder") == []


async def test_a_closed_call_says_so(house: Whole) -> None:
    await follows(house, CLAIRE, "Habitat")
    await alert(house)
    house.clock.set(datetime.fromisoformat("2027-01-21T10:00:00+00:00"))
    await house.press(CLAIRE, "Je suis intéressé(e)")
    assert "est clos" in last(house, CLAIRE)
    assert await interests(house) == []


async def test_who_serves_several_territories_is_asked_which_who_serves_none_is_alone(
    house: Whole,
) -> None:
    async with house.database.write() as session:
        session.add(Membership(person_id=CLAIRE_ID, role="elected", territory_id=2, since=SINCE))
        session.add(Territory(id=3, code="lestoire", name="Hauts de Lestoire", department="15"))
    await follows(house, CLAIRE, "Habitat")
    await follows(house, HELENE, "Habitat")
    await alert(house)
    await house.press(CLAIRE, "Je suis intéressé(e)")
    assert "pour quel territoire" in last(house, CLAIRE)
    assert await interests(house) == []
    place = house.place("pour quel territoire", CLAIRE)
    await house.forge(CLAIRE, "alerts.interested_for:alerts:choice:1-3:0", place)
    assert await interests(house) == [], "not hers"
    await house.press(CLAIRE, "Vallées de la Brune-Claire")
    await house.press(HELENE, "Je suis intéressé(e)")
    assert "Vous serez prévenu(e) :\n" in last(house, HELENE)
    assert await interests(house) == [(2, CLAIRE_ID, "chat", True), (0, 46, "chat", True)]


@pytest.mark.parametrize("data", ["interested:watch:story:99", "interested_for:alerts:choice:x"])
async def test_forged_presses_do_nothing(house: Whole, data: str) -> None:
    await house.say(CLAIRE, "/abonnement")
    place = house.place("Mes alertes", CLAIRE)
    toast, *_ = await house.forge(CLAIRE, f"alerts.{data}:0", place)
    assert "n’est plus valable" in toast.text
    assert await interests(house) == []


async def test_a_stranger_cannot_press_a_forwarded_button(house: Whole) -> None:
    await house.say(STRANGER, "bonjour")
    place = house.place("", STRANGER)
    button = Button(None, "alerts.interested", Reference("watch", "story", "1"))  # type: ignore[arg-type]
    toast, *_ = await house.forge(STRANGER, callback_data(button), place)
    assert "réservée aux membres du réseau" in toast.text
    withdrawn, *_ = await house.forge(STRANGER, "alerts.withdraw:alerts:choice:1-1:0", place)
    assert "réservée aux membres du réseau" in withdrawn.text
    assert await interests(house) == []


# --- reminders --------------------------------------------------------------------------------


async def interested(house: Whole, account: int = CLAIRE) -> None:
    await follows(house, account, "Habitat")
    if not (await rows(house, "alerts.alert")):
        await alert(house)
    place = house.place("Mes alertes", account)
    await house.forge(account, "alerts.interested:watch:story:1:0", place)


async def test_the_territory_is_reminded_by_chat_or_by_mail_each_once(house: Whole) -> None:
    await interested(house)
    await pass_to(house, "2026-12-21T07:59:00+00:00")
    assert await rows(house, "alerts.reminder") == []
    await pass_to(house, "2026-12-21T08:00:00+00:00")
    await pass_to(house, "2026-12-21T08:10:00+00:00")
    assert await outcomes(house, "alerts.reminder") == [("person:41", "sent", None)]
    assert await outcomes(house, "alerts.reminder_mail") == [("person:50", "sent", None)]
    said = last(house, CLAIRE)
    assert said.startswith("<b>Rappel : date limite dans 30 jours</b>")
    assert "Territoire intéressé : Pays d’Orsanne" in said.replace("&#39;", "’")
    [row] = await rows(house, "alerts.reminder_mail")
    assert "/veille/interet/retrait/" in row.values["withdraw_url"]
    assert "odile" not in await body(house, row)
    await pass_to(house, "2027-01-13T08:00:00+00:00")
    assert len(await rows(house, "alerts.reminder")) == 2
    assert "dans 7 jours" in last(house, CLAIRE)
    assert TITLE not in house.chat(PAUL)
    async with house.database.read() as session:
        [interest] = await session.scalars(select(Interest))
    assert interest.next_reminder_at is None


async def test_two_who_are_interested_make_one_reminder(house: Whole) -> None:
    async with house.database.write() as session:
        session.add(Membership(person_id=PAUL_ID, role="agent", territory_id=1, since=SINCE))
        session.add(Account(person_id=ODILE_ID, channel="telegram", address="5", linked_at=SINCE))
        membership = select(Membership).where(Membership.person_id == PAUL_ID)
        (await session.scalars(membership.order_by(Membership.id))).first().territory_id = 1  # type: ignore[union-attr]
    await interested(house)
    await interested(house, PAUL)
    assert len(await interests(house)) == 2
    await pass_to(house, "2026-12-21T08:00:00+00:00")
    assert [row[0] for row in await outcomes(house, "alerts.reminder")] == [
        "person:41",
        "person:43",
        "person:50",
    ]


async def test_after_a_stop_the_latest_reminder_alone_leaves_with_the_days_left(
    house: Whole,
) -> None:
    await interested(house)
    await pass_to(house, "2027-01-16T11:00:00+00:00")
    [row] = await rows(house, "alerts.reminder")
    assert row.slot == "story:1/territory:1/J-7/2027-01-20"
    assert "date limite dans 4 jours" in last(house, CLAIRE)


async def test_nothing_is_said_once_the_call_is_closed_or_dropped(house: Whole) -> None:
    await interested(house)
    await change(house, state="dropped")
    await pass_to(house, "2026-12-21T08:00:00+00:00")
    assert await rows(house, "alerts.reminder") == []
    await change(house, state="kept")
    await pass_to(house, "2027-01-20T23:00:00+00:00")
    assert await rows(house, "alerts.reminder") == []


async def test_a_dropped_call_that_is_taken_back_is_reminded_of_again(house: Whole) -> None:
    await interested(house)
    async with house.database.write() as session:
        (await session.get_one(Story, 1)).state = "dropped"
    await pass_to(house, "2026-12-21T08:00:00+00:00")
    async with house.database.write() as session:
        (await session.get_one(Story, 1)).state = "kept"
    await pass_to(house, "2027-01-13T08:00:00+00:00")
    assert [row.slot for row in await rows(house, "alerts.reminder")] == [
        "story:1/territory:1/J-7/2027-01-20"
    ]


async def test_another_closing_date_makes_new_reminders(house: Whole) -> None:
    await interested(house)
    await pass_to(house, "2026-12-21T08:00:00+00:00")
    later = [{"kind": "extension", "at": "2027-02-10T22:59:00+00:00", "words": "prorogé"}]
    house.clock.set(house.clock.now() + DAY)
    await change(house, dates=later)
    await pass_to(house, "2027-01-11T08:00:00+00:00")
    assert [row.slot for row in await rows(house, "alerts.reminder")] == [
        "story:1/territory:1/J-30/2027-01-20",
        "story:1/territory:1/J-30/2027-02-10",
    ]


async def test_what_closes_before_a_reminder_leaves_is_not_reminded_of(house: Whole) -> None:
    await interested(house)
    house.paused = True
    await pass_to(house, "2027-01-13T08:00:00+00:00")
    house.clock.set(datetime.fromisoformat("2027-01-21T08:00:00+00:00"))
    house.paused = False
    await house.send()
    assert await outcomes(house, "alerts.reminder") == [("person:41", "skipped", "closed")]


async def test_who_wants_no_reminder_gets_none_their_colleagues_do(house: Whole) -> None:
    async with house.database.write() as session:
        session.add(Account(person_id=ODILE_ID, channel="telegram", address="5", linked_at=SINCE))
    await interested(house)
    await pass_to(house, "2026-12-21T08:00:00+00:00")
    await house.press(5, "Ne plus être prévenu(e)")
    await pass_to(house, "2027-01-13T08:00:00+00:00")
    assert [row.recipient for row in await rows(house, "alerts.reminder")] == [
        "person:41",
        "person:50",
        "person:41",
    ]
    assert await interests(house) == [(1, CLAIRE_ID, "chat", True), (1, ODILE_ID, "chat", False)]


async def test_the_successor_of_who_has_left_is_reminded(house: Whole) -> None:
    await interested(house, HELENE)
    async with house.database.write() as session:
        (await session.get_one(Person, 46)).successor_id = 42
        [membership] = await session.scalars(select(Membership).where(Membership.person_id == 46))
        membership.until = house.clock.now()
    await pass_to(house, "2026-12-21T08:00:00+00:00")
    assert [row.recipient for row in await rows(house, "alerts.reminder")] == ["person:42"]


async def test_the_tick_says_when_it_has_something_to_do(house: Whole) -> None:
    [tick] = [tick for room in house.rooms for tick in room.ticks if tick.name == "alerts.remind"]
    async with house.database.read() as session:
        assert await tick.next_due(session) is None
    await interested(house)
    async with house.database.read() as session:
        assert await tick.next_due(session) == datetime.fromisoformat("2026-12-21T08:00+00:00")
    house.clock.set(house.clock.now() + DAY)
    await change(house)
    async with house.database.read() as session:
        assert await tick.next_due(session) == house.clock.now()


# --- personal data ----------------------------------------------------------------------------


async def test_what_is_held_is_given_and_let_go(house: Whole) -> None:
    await interested(house)
    given = await house.exported(CLAIRE)
    assert TITLE in given
    assert '"theme": "habitat"' in given
    await house.erase(CLAIRE_ID)
    assert await interests(house) == [(1, None, "chat", True)]
    async with house.database.read() as session:
        assert (await session.scalars(select(Following))).all() == []
    await pass_to(house, "2026-12-21T08:00:00+00:00")
    assert await outcomes(house, "alerts.reminder") == []
    assert await outcomes(house, "alerts.reminder_mail") == [("person:50", "sent", None)]

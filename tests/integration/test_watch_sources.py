"""`/sources` as animators play it: the list, a source's card, what its buttons do."""

from datetime import timedelta

from sqlalchemy import select

from core.acts import Act
from core.clock import FixedClock
from core.db import Database
from core.people.models import Theme
from core.settings import Settings
from tests.whole import CLAIRE, GROUP, HELENE, JEANNE, Whole, open_whole
from watch.models import Entry, Source, Story
from watch.sources.store import sync_sources

URL = "https://p.example.org/flux"


async def played(database: Database, clock: FixedClock, **given: object) -> Whole:
    """Return the whole house with one source that was added by chat, and was read a while ago."""
    whole = await open_whole(database, clock)
    values = {
        "name": "Préfecture",
        "url": URL,
        "section": "veille-juridique",
        "every": 3600.0,
        "origin": "chat",
        "checked_at": clock.now() - timedelta(minutes=20),
        "next_check_at": clock.now() + timedelta(minutes=40),
        **given,
    }
    async with database.write() as session:
        session.add(Source(**values))
        session.add(Theme(id=2, code="emploi", name="Emploi et insertion"))
    return whole


async def source(database: Database) -> Source:
    async with database.read() as session:
        return (await session.scalars(select(Source).where(Source.url == URL))).one()


def last(whole: Whole, chat: int = JEANNE) -> str:
    """Return what the latest message of a chat says."""
    return [text for place, text in whole.shown.items() if place.startswith(f"{chat}:")][-1]


async def opened(database: Database, clock: FixedClock, **given: object) -> Whole:
    whole = await played(database, clock, **given)
    await whole.say(JEANNE, "/sources")
    await whole.press(JEANNE, "Préfecture")
    return whole


async def test_the_list_says_in_words_how_each_source_is(
    database: Database, clock: FixedClock
) -> None:
    whole = await played(database, clock)
    now = clock.now()
    states: dict[str, dict[str, object]] = {
        "Suspendue": {"enabled": False},
        "En panne": {"failing_since": now - timedelta(days=3), "checked_at": now},
        "Muette": {"silent_told_at": now, "last_new_at": now - timedelta(days=30)},
        "Neuve": {},
    }
    async with database.write() as session:
        for name, values in states.items():
            row = {"section": "agenda", "every": 3600.0, "origin": "chat", "url": name, **values}
            session.add(Source(name=name, **row))
        session.add(
            Source(name="À la main", url="desk:1", kind="desk", section="agenda", every=1.0)
        )
        session.add(Source(name="Retirée", url="x", section="agenda", every=1.0, enabled=False))
    await whole.say(JEANNE, "sources")
    shown = last(whole)
    assert shown.split("\n\n")[1].splitlines() == [
        "• En panne – <i>en erreur depuis le 20 novembre 2026</i>",
        "• Muette – <i>silencieuse depuis le 24 octobre 2026</i>",
        "• Neuve – <i>pas encore lue</i>",
        "• Préfecture – <i>lue il y a 20 minutes</i>",
        "• Suspendue – <i>suspendue</i>",
    ]


async def test_a_long_list_has_pages(database: Database, clock: FixedClock) -> None:
    whole = await open_whole(database, clock)
    async with database.write() as session:
        for number in range(18):
            name = f"Source {number:02}"
            session.add(Source(name=name, url=name, section="agenda", every=1.0, origin="chat"))
    await whole.say(JEANNE, "/sources")
    assert "Page 1 sur 3, 18 sources en tout." in last(whole)
    await whole.press(JEANNE, "Suivantes")
    await whole.press(JEANNE, "Suivantes")
    assert "Page 3 sur 3" in last(whole)
    assert "Source 17" in last(whole)
    await whole.press(JEANNE, "Précédentes")
    assert "Source 08" in last(whole)


async def test_only_animators_see_the_sources(database: Database, clock: FixedClock) -> None:
    whole = await opened(database, clock)
    await whole.say(CLAIRE, "/sources")
    assert "votre rôle dans le réseau ne permet pas cette action" in last(whole, CLAIRE)
    place = whole.place("Préfecture", JEANNE)
    button = next(each for row in whole.buttons[place] for each in row if each.label == "Suspendre")
    await whole.forge(CLAIRE, button.data, place)
    assert (await source(database)).enabled


async def test_the_card_tells_everything(database: Database, clock: FixedClock) -> None:
    now = clock.now()
    whole = await opened(
        database,
        clock,
        themes=["habitat"],
        failing_since=now - timedelta(days=1),
        trouble="refused",
        last_error="the site answered 403",
        reproducible=True,
        owner_id=46,
        every=86_400.0,
    )
    card = last(whole)
    for line in (
        f'<a href="{URL}"><b>Préfecture</b></a>',
        "État : en erreur depuis le 22 novembre 2026.",
        "Raison : le site refuse l’accès.",
        "Rubrique : Veille juridique",
        "Thèmes : Habitat",
        "Territoires : tous",
        "Rythme : chaque jour",
        "Responsable : Hélène Astierane",
        "Ses résumés peuvent être reproduits.",
    ):
        assert line in card
    assert "403" not in card, "operators' English is not for the chat"


async def test_a_source_is_suspended_and_taken_up_again(
    database: Database, clock: FixedClock
) -> None:
    whole = await opened(database, clock)
    await whole.press(JEANNE, "Suspendre")
    assert "suspendue" in last(whole)
    assert (await source(database)).next_check_at is None
    await whole.press(JEANNE, "Reprendre")
    row = await source(database)
    assert row.enabled
    assert row.next_check_at == clock.now()
    async with database.read() as session:
        ours = select(Act.verb).where(Act.verb.like("source.%")).order_by(Act.id)
        verbs = list(await session.scalars(ours))
    assert verbs == ["source.pause", "source.resume"]


async def test_reading_now_is_due_at_once_but_not_twice(
    database: Database, clock: FixedClock
) -> None:
    whole = await opened(database, clock)
    answers = await whole.press(JEANNE, "Lire maintenant")
    assert "La lecture est lancée" in answers[0].text
    assert (await source(database)).next_check_at == clock.now()
    async with database.write() as session:
        (await session.scalars(select(Source))).one().checked_at = clock.now()
    answers = await whole.press(JEANNE, "Lire maintenant")
    assert "vient d’être lue" in answers[0].text


async def test_what_was_seen_before_a_change_changes_nothing(
    database: Database, clock: FixedClock
) -> None:
    whole = await opened(database, clock)
    place = whole.place("Préfecture", JEANNE)
    button = next(each for row in whole.buttons[place] for each in row if each.label == "Retirer")
    async with database.write() as session:
        row = (await session.scalars(select(Source))).one()
        row.version += 1
        row.name = "Préfecture de région"
    answers = await whole.forge(JEANNE, button.data, place)
    assert "Cette source a changé entre-temps" in answers[0].text
    assert "Préfecture de région" in last(whole)


async def test_it_is_renamed_and_given_a_section_and_a_pace(
    database: Database, clock: FixedClock
) -> None:
    whole = await opened(database, clock)
    await whole.press(JEANNE, "Renommer")
    await whole.say(JEANNE, "x" * 200)
    assert "80 caractères au plus" in whole.chat(JEANNE)
    await whole.say(JEANNE, "La préfecture")
    await whole.press(JEANNE, "Rubrique")
    await whole.press(JEANNE, "Agenda du réseau")
    await whole.press(JEANNE, "Rythme")
    await whole.press(JEANNE, "Toutes les 6 heures")
    row = await source(database)
    assert (row.name, row.section, row.every) == ("La préfecture", "agenda", 21_600)
    assert "Rythme : toutes les 6 heures" in last(whole)


async def test_a_form_about_what_changed_meanwhile_writes_nothing(
    database: Database, clock: FixedClock
) -> None:
    whole = await opened(database, clock)
    await whole.press(JEANNE, "Renommer")
    async with database.write() as session:
        (await session.scalars(select(Source))).one().version += 1
    await whole.say(JEANNE, "La préfecture")
    assert (await source(database)).name == "Préfecture"
    assert "Cette source a changé entre-temps" in whole.chat(JEANNE)


async def test_themes_are_ticked_one_by_one(database: Database, clock: FixedClock) -> None:
    whole = await opened(database, clock)
    await whole.press(JEANNE, "Thèmes")
    await whole.press(JEANNE, "Habitat")
    await whole.press(JEANNE, "Emploi et insertion")
    await whole.press(JEANNE, "✓ Habitat")
    assert (await source(database)).themes == ["emploi"]
    await whole.press(JEANNE, "Retour")
    assert "Thèmes : Emploi et insertion" in last(whole)


async def test_an_animator_looks_after_it(database: Database, clock: FixedClock) -> None:
    whole = await opened(database, clock)
    await whole.press(JEANNE, "Responsable")
    labels = whole.labels(JEANNE)
    assert "Hélène Astierane" in labels
    assert "Claire Vidalenche" not in labels
    await whole.press(JEANNE, "Hélène Astierane")
    assert (await source(database)).owner_id == 46
    await whole.press(JEANNE, "Responsable")
    await whole.press(JEANNE, "Personne")
    assert (await source(database)).owner_id is None


async def test_summaries_may_be_shown_or_not(database: Database, clock: FixedClock) -> None:
    whole = await opened(database, clock)
    await whole.press(JEANNE, "Autoriser les résumés")
    assert (await source(database)).reproducible
    await whole.press(JEANNE, "Ne plus reproduire les résumés")
    assert not (await source(database)).reproducible


async def test_taking_it_away_asks_twice_and_keeps_its_news(
    database: Database, clock: FixedClock
) -> None:
    whole = await opened(database, clock)
    async with database.write() as session:
        story = Story(
            title="T", title_key="t", link="", section="agenda", first_seen_at=clock.now()
        )
        session.add(story)
        await session.flush()
        row = (await session.scalars(select(Source))).one()
        session.add(
            Entry(
                source_id=row.id,
                story_id=story.id,
                identity="1",
                hash="1",
                title="T",
                link="",
                summary="",
                author="",
                first_seen_at=clock.now(),
            )
        )
    await whole.press(JEANNE, "Retirer")
    assert (await source(database)).enabled
    await whole.press(JEANNE, "Oui, retirer cette source")
    row = await source(database)
    assert (row.enabled, row.next_check_at, row.origin) == (False, None, "removed")
    async with database.read() as session:
        assert len((await session.scalars(select(Entry))).all()) == 1
    await whole.say(JEANNE, "/sources")
    assert "Aucune source n’est encore suivie." in last(whole)


async def test_a_source_of_the_configuration_is_only_read_here(
    database: Database, clock: FixedClock
) -> None:
    whole = await opened(database, clock, origin="config")
    place = whole.place("Préfecture", JEANNE)
    labels = [each.label for row in whole.buttons[place] for each in row]
    assert labels == ["Lire maintenant", "Toutes les sources"]
    assert "inscrite dans la configuration" in last(whole)
    answers = await whole.forge(
        JEANNE, f"sources.pause:watch:source:{(await source(database)).id}:0"
    )
    assert "seule la personne qui l’exploite" in answers[0].text
    assert (await source(database)).enabled


async def test_it_works_in_the_animators_group_too(database: Database, clock: FixedClock) -> None:
    whole = await played(database, clock)
    await whole.say(HELENE, "/sources", chat=GROUP)
    await whole.press(HELENE, "Préfecture", chat=GROUP)
    await whole.press(HELENE, "Suspendre", chat=GROUP)
    assert not (await source(database)).enabled


async def test_an_erasure_takes_the_name_off_the_sources(
    database: Database, clock: FixedClock
) -> None:
    whole = await played(database, clock, owner_id=46)
    exported = await whole.exported(HELENE)
    assert "Préfecture" in exported
    await whole.erase(46)
    assert (await source(database)).owner_id is None


# --- the configuration and the rest -----------------------------------------------------------


def configured(*sources: dict[str, object]) -> Settings:
    return Settings.model_validate({"watch": {"sources": sources}})


async def test_what_was_added_by_hand_outlives_a_start(
    database: Database, clock: FixedClock
) -> None:
    await played(database, clock)
    async with database.write() as session:
        await sync_sources(
            session, configured({"name": "Autre", "url": "https://a.fr"}), clock.now()
        )
    row = await source(database)
    assert (row.origin, row.enabled, row.version) == ("chat", True, 0)


async def test_one_that_the_configuration_lists_too_becomes_its_own(
    database: Database, clock: FixedClock
) -> None:
    await played(database, clock, etag='"1"')
    listed = configured({"name": "Vie publique", "url": URL, "section": "agenda"})
    async with database.write() as session:
        await sync_sources(session, listed, clock.now())
    row = await source(database)
    assert (row.origin, row.name, row.section, row.etag) == (
        "config",
        "Vie publique",
        "agenda",
        '"1"',
    )
    assert row.version == 1, "buttons of before are stale"
    async with database.write() as session:
        await sync_sources(session, listed, clock.now())
    assert (await source(database)).version == 1
    async with database.write() as session:
        await sync_sources(session, configured(), clock.now())
    row = await source(database)
    assert (row.enabled, row.next_check_at) == (False, None), "kept, and read no more"


async def test_a_name_of_the_configuration_takes_nothing_from_a_source_added_by_hand(
    database: Database, clock: FixedClock
) -> None:
    await played(database, clock)
    same_name = configured({"name": "Préfecture", "url": "https://autre.example.org/flux"})
    async with database.write() as session:
        await sync_sources(session, same_name, clock.now())
    assert (await source(database)).origin == "chat"


async def test_places_are_named_by_people_and_kept_by_code(
    database: Database, clock: FixedClock
) -> None:
    whole = await opened(database, clock)
    await whole.press(JEANNE, "Territoires")
    await whole.say(JEANNE, "ailleurs")
    assert "Je n’ai reconnu ni département ni région" in whole.chat(JEANNE)
    await whole.say(JEANNE, "Puy-de-Dôme, Auvergne-Rhône-Alpes")
    assert (await source(database)).regions == ["63", "R84"]
    assert "Territoires : Puy-de-Dôme, Auvergne-Rhône-Alpes" in last(whole)
    await whole.press(JEANNE, "Territoires")
    await whole.say(JEANNE, "tous")
    assert (await source(database)).regions == []

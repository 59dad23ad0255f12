"""An address pasted in chat is fetched by the watch, shown, and becomes a source at a press."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.clock import FixedClock
from core.db import Database
from core.http import Fetcher
from core.people.models import Membership
from core.settings import WatchSettings
from tests.newsstand import Newsstand, Page, item, newsstand, rss
from tests.whole import CLAIRE, GROUP, HELENE, JEANNE, Whole, open_whole
from watch.models import Source
from watch.reading.parsing import Parser
from watch.sources.models import Trial
from watch.sources.trials import KEPT, Trials

PAGE = """<!DOCTYPE html><html><head><title>Préfecture</title>
<link rel="alternate" type="application/rss+xml" title="Actualités" href="/flux">
<link rel="alternate" type="application/rss+xml" title="Marchés" href="/absent">
</head><body><h1>La préfecture</h1><p>Bienvenue sur le site de la préfecture.</p></body></html>"""
BARE = "<!DOCTYPE html><html><head><title>Mairie</title></head><body><p>Bonjour.</p></body></html>"


class Playing:
    """The house, a site, and the tick that tries addresses."""

    def __init__(self, whole: Whole, stand: Newsstand, trials: Trials) -> None:
        self.whole = whole
        self.stand = stand
        self.trials = trials

    async def tick(self) -> None:
        """Let the watch try what is due, and send what it posts."""
        await self.trials.run(self.whole.clock.now())
        await self.whole.send()

    async def paste(self, path: str, account: int = JEANNE, chat: int | None = None) -> None:
        await self.whole.say(account, f"/sources {self.stand.url}/{path}", chat=chat)
        await self.tick()

    def last(self, chat: int = JEANNE) -> str:
        shown = self.whole.shown
        return [text for place, text in shown.items() if place.startswith(f"{chat}:")][-1]

    async def sources(self) -> list[Source]:
        async with self.whole.database.read() as session:
            return list(await session.scalars(select(Source).order_by(Source.id)))


@asynccontextmanager
async def playing(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Playing]:
    settings = WatchSettings(allow_private_addresses=True, host_spacing=0)
    async with newsstand() as stand, Fetcher(settings) as fetcher:
        stand.pages["flux"] = Page(rss(*(item(number) for number in range(1, 6))))
        stand.pages["page"] = Page(PAGE)
        stand.pages["bare"] = Page(BARE)
        stand.pages["absent"] = Page(b"", status=404)
        stand.pages["robots"] = Page(b"", status=403)
        whole = await open_whole(database, clock)
        yield Playing(whole, stand, Trials(whole.parts, fetcher, parser))


@pytest.fixture
async def parser() -> AsyncIterator[Parser]:
    async with Parser(workers=1) as one:
        yield one


async def test_a_feed_is_shown_then_added(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        whole = play.whole
        await whole.say(JEANNE, "/sources")
        await whole.press(JEANNE, "Ajouter une source")
        await whole.say(JEANNE, "pas une adresse")
        assert "Ce n’est pas une adresse" in whole.chat(JEANNE)
        await whole.say(JEANNE, f"{play.stand.url}/flux")
        assert "la réponse arrive ici dans un instant" in play.last()
        assert play.stand.requests == [], "who types never waits for the network"
        await play.tick()
        shown = play.last()
        assert "Source trouvée : Flux" in shown
        assert "5 actualités, dont les plus récentes :" in shown
        assert shown.count("• ") == 3
        assert "• Actualité numéro 5 du territoire <i>(6 novembre 2026)</i>" in shown
        assert await play.sources() == []
        await whole.press(JEANNE, "Ajouter cette source")
        await whole.press(JEANNE, "Vie institutionnelle")
        [row] = await play.sources()
        assert (row.name, row.url, row.section) == (
            "Flux",
            f"{play.stand.url}/flux",
            "vie-institutionnelle",
        )
        assert (row.origin, row.owner_id, row.enabled) == ("chat", 42, True)
        assert row.next_check_at is not None
        assert "La source est ajoutée" in whole.chat(JEANNE)
        assert "Responsable : Jeanne Rochefol" in play.last()


async def test_of_a_page_one_of_its_feeds_is_tried(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        await play.paste("page")
        assert "C’est une page, et non un flux" in play.last()
        await play.whole.press(JEANNE, "Marchés")
        await play.tick()
        assert "Raison : la page n’existe plus à cette adresse." in play.last()
        await play.paste("page")
        await play.whole.press(JEANNE, "Actualités")
        await play.tick()
        await play.whole.press(JEANNE, "Ajouter cette source")
        await play.whole.press(JEANNE, "À la une")
        assert [row.url for row in await play.sources()] == [f"{play.stand.url}/flux"]


async def test_a_page_without_feed_is_watched_for_its_changes(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        await play.paste("bare")
        assert "Elle n’annonce aucun flux." in play.last()
        await play.whole.press(JEANNE, "Suivre les changements")
        await play.whole.press(JEANNE, "Agenda du réseau")
        [row] = await play.sources()
        assert (row.kind, row.name, row.section) == ("change", "127.0.0.1", "agenda")


async def test_what_cannot_be_read_says_why_and_is_tried_again(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        await play.paste("robots")
        assert "Cette adresse ne peut pas être suivie" in play.last()
        assert "Raison : le site refuse l’accès." in play.last()
        play.stand.pages["robots"] = Page(rss(item(1)))
        await play.whole.press(JEANNE, "Essayer à nouveau")
        await play.tick()
        assert "Source trouvée : Flux" in play.last()
        await play.whole.press(JEANNE, "Ne rien ajouter")
        assert "rien n’est ajouté" in play.last()
        assert await play.sources() == []


async def test_an_address_that_is_watched_shows_its_card(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        for _ in range(2):
            await play.paste("flux")
        await play.whole.press(JEANNE, "Ajouter cette source")
        await play.whole.press(JEANNE, "À la une")
        await play.paste("flux")
        assert "Cette adresse est déjà suivie, sous le nom « Flux »." in play.whole.chat(JEANNE)
        assert "Lire maintenant" in play.whole.labels(JEANNE)
        place = next(
            place
            for place, rows in play.whole.buttons.items()
            if any(each.label == "Ajouter cette source" for row in rows for each in row)
        )
        await play.whole.press(JEANNE, "Ajouter cette source", on=place)
        await play.whole.press(JEANNE, "Agenda du réseau")
        assert len(await play.sources()) == 1


async def test_a_press_on_what_was_answered_already_says_so(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        await play.paste("flux")
        place = play.whole.place("Source trouvée", JEANNE)
        button = play.whole.buttons[place][0][0]
        await play.whole.press(JEANNE, "Ne rien ajouter")
        answers = await play.whole.forge(JEANNE, button.data, place)
        assert "Cet examen n’est plus valable" in answers[0].text
        answers = await play.whole.forge(CLAIRE, button.data, place)
        assert "votre rôle" in answers[0].text


async def test_in_the_group_the_answer_comes_to_the_group(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        await play.paste("flux", HELENE, chat=GROUP)
        assert "Source trouvée : Flux" in play.last(GROUP)
        await play.whole.press(HELENE, "Ajouter cette source", chat=GROUP)
        await play.whole.press(HELENE, "À la une", chat=GROUP)
        assert [row.owner_id for row in await play.sources()] == [46]


async def test_who_is_no_animator_any_more_is_not_answered(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        await play.whole.say(JEANNE, f"/sources {play.stand.url}/flux")
        async with database.write() as session:
            rows = await session.scalars(select(Membership).where(Membership.person_id == 42))
            for row in rows:
                row.until = clock.now()
        await play.tick()
        assert "Source trouvée" not in play.whole.chat(JEANNE)


async def test_a_tick_that_died_is_done_again_and_answers_once(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        await play.whole.say(JEANNE, f"/sources {play.stand.url}/flux")
        async with database.write() as session:
            (await session.scalars(select(Trial))).one().due_at = clock.now() + timedelta(minutes=2)
        await play.tick()
        assert play.stand.requests == []
        clock.set(clock.now() + timedelta(minutes=3))
        await play.tick()
        await play.tick()
        assert play.whole.chat(JEANNE).count("Source trouvée") == 1


async def test_nobody_has_the_watch_try_many_addresses_at_once(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        for number in range(6):
            await play.whole.say(JEANNE, f"/sources https://a{number}.example.org/")
        assert "Plusieurs de vos adresses sont déjà à l’examen" in play.last()
        async with database.read() as session:
            assert len((await session.scalars(select(Trial))).all()) == 5


async def test_what_was_tried_is_forgotten(
    database: Database, clock: FixedClock, parser: Parser
) -> None:
    async with playing(database, clock, parser) as play:
        await play.paste("flux")
        async with database.read() as session:
            due = await play.trials.next_purge(session)
        assert due is not None
        assert timedelta(0) < due - clock.now() <= KEPT
        await play.trials.purge(due + timedelta(seconds=1))
        async with database.read() as session:
            assert (await session.scalars(select(Trial))).all() == []
            assert await play.trials.next_purge(session) is None

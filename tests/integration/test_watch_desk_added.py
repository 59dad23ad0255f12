"""What animators add by hand: addresses pasted in their group, accepted proposals."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.telegram.catalogue import mount
from bot.telegram.dialogue import Dialogue
from bot.telegram.reach import Reach
from core.clock import FixedClock
from core.db import Database
from core.http import Fetcher
from core.ledger.models import Delivery
from core.settings import Settings
from tests.newsstand import Newsstand, Page, newsstand
from tests.whole import CLAIRE, GROUP, HELENE, JEANNE, Whole, open_whole
from watch.models import Decision, Entry, Source, Story
from watch.reading.parsing import Parser
from watch.room import build

TOPIC, QUESTIONS = 7, 8
HTML = {"content-type": "text/html; charset=utf-8"}
PAGE = """<html><head><title>Page d’accueil</title>
<meta property="og:title" content="Un guide sur le logement vacant">
<meta property="og:description" content="Tout sur la loi n° 2026-103 &amp; ses suites.">
<meta property="og:site_name" content="Agence des territoires">
<meta property="article:published_time" content="2026-11-20T09:00:00+01:00">
</head><body><h1>Guide</h1></body></html>"""


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@dataclass
class Added:
    """The whole house, whose watch reads pages of a newsstand."""

    house: Whole
    stand: Newsstand

    def url(self, name: str) -> str:
        return f"{self.stand.url}/{name}"

    async def paste(self, words: str, *, thread: int | None = TOPIC, by: int = JEANNE) -> str:
        """Say something in the group; return what answers."""
        answers = await self.house.say(by, words, chat=GROUP, thread=thread)
        return " ".join(answer.text.replace("\u00a0", " ") for answer in answers)

    async def read(self, after: timedelta = timedelta()) -> None:
        """Let the pages that are due be read."""
        await self.house.tick("watch.pages", after)

    async def stories(self) -> list[Story]:
        async with self.house.database.read() as session:
            return list(await session.scalars(select(Story).order_by(Story.id)))


@pytest.fixture
async def added(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Added]:
    async with newsstand() as stand:
        house = await open_whole(database, clock)
        given = {
            "telegram": {"group_id": GROUP, "watch_thread_id": TOPIC},
            "watch": {"allow_private_addresses": True, "host_spacing": 0},
        }
        house.parts = replace(house.parts, settings=Settings.model_validate(given))
        async with Fetcher(house.parts.settings.watch) as fetcher:
            room = build(house.parts, fetcher, parser)
            house.rooms = tuple(room if each.name == "watch" else each for each in house.rooms)
            house.dialogue = Dialogue(house.parts, mount(house.rooms), Reach(house.rooms))
            stand.pages["guide"] = Page(PAGE, headers=HTML)
            yield Added(house, stand)


async def test_a_pasted_address_is_kept_at_once_and_its_page_read_afterwards(added: Added) -> None:
    said = await added.paste(added.url("guide"))
    assert said.startswith("Adresse ajoutée aux actualités gardées.")
    assert added.stand.requests == [], "nothing is fetched while somebody waits"
    (story,) = await added.stories()
    assert (story.state, story.title) == ("kept", added.url("guide"))
    await added.read()
    card = added.house.shown[added.house.place("Un guide sur", GROUP)]
    assert card == (
        f'<a href="{added.url("guide")}"><b>Un guide sur le logement vacant</b></a>\n'
        "<i>Agence des territoires · 20 novembre 2026</i>\n\n"
        "Tout sur la loi n° 2026-103 &amp; ses suites.\n\n"
        + "".join(line for line in card.splitlines(keepends=True) if line.startswith("Textes"))
        + "Thèmes : Habitat (logement)\n"
        "Rubrique : Veille juridique\n\n"
        "Gardée pour la prochaine lettre, par Jeanne Rochefol."
    )
    await added.read()
    assert len(added.stand.requests) == 1
    (story,) = await added.stories()
    assert (story.themes, story.version) == (["habitat"], 2)
    async with added.house.database.read() as session:
        decision = (await session.scalars(select(Decision))).one()
        source = (await session.scalars(select(Source))).one()
    assert (decision.verdict, decision.decided_by) == ("keep", "person:42")
    assert (source.kind, source.enabled, source.name) == (
        "desk",
        False,
        "Adresses ajoutées par l’équipe",
    )


async def test_a_card_of_an_added_address_takes_all_that_a_card_does(added: Added) -> None:
    await added.paste(f"{added.url('guide')} à lire")
    await added.read()
    house = added.house
    await house.press(HELENE, "Rubrique", chat=GROUP)
    await house.press(HELENE, "Formations", chat=GROUP)
    await house.press(HELENE, "Annuler", chat=GROUP)
    (story,) = await added.stories()
    assert (story.state, story.section) == ("waiting", "formations")


async def test_a_known_address_is_said_so_with_what_was_decided(added: Added) -> None:
    await added.paste(added.url("guide"))
    await added.read()
    said = await added.paste(f"{added.url('guide')}/?utm_source=lettre", by=HELENE)
    assert said.startswith("Cette adresse est déjà dans la veille")
    assert "Gardée pour la prochaine lettre, par Jeanne Rochefol." in said
    assert len(await added.stories()) == 1


async def test_two_animators_who_paste_the_same_address_add_one(added: Added) -> None:
    await asyncio.gather(
        added.paste(added.url("guide")), added.paste(added.url("guide"), by=HELENE)
    )
    assert len(await added.stories()) == 1


@pytest.mark.parametrize(
    ("words", "thread", "by"),
    [
        ("À lire : {url}", TOPIC, JEANNE),
        ("{url}", QUESTIONS, JEANNE),
        ("{url}", TOPIC, CLAIRE),
        ("https://", TOPIC, JEANNE),
    ],
)
async def test_what_is_no_address_or_said_elsewhere_or_by_others_adds_nothing(
    added: Added, words: str, thread: int, by: int
) -> None:
    said = await added.paste(words.format(url=added.url("guide")), thread=thread, by=by)
    assert "ajoutée" not in said
    assert await added.stories() == []


async def test_an_address_said_outside_of_topics_is_taken_too(added: Added) -> None:
    assert "Adresse ajoutée" in await added.paste(added.url("guide"), thread=None)


async def test_an_address_said_in_a_question_s_topic_stays_there(added: Added) -> None:
    house = added.house
    await house.say(CLAIRE, "Peut-on taxer les logements vacants hors zone tendue ?")
    await house.say(CLAIRE, "C’est tout")
    async with house.database.read() as session:
        topics = (
            await session.scalars(
                select(Delivery.external_id).where(Delivery.external_id.startswith("topic:"))
            )
        ).all()
    if not topics or topics[0] is None:
        pytest.fail("the question has no topic")
    await added.paste(added.url("guide"), thread=int(topics[0].rpartition(":")[2]))
    assert await added.stories() == []


async def test_an_address_can_be_given_by_veille(added: Added) -> None:
    house = added.house
    await house.say(JEANNE, "/veille", chat=GROUP, thread=TOPIC)
    await house.press(JEANNE, "Ajouter une actualité", chat=GROUP)
    assert "Ce n’est pas l’adresse d’une page." in await added.paste("pas une adresse")
    assert "Adresse ajoutée" in await added.paste(added.url("guide"))


async def test_a_page_that_fails_is_tried_again_then_named_by_its_address(added: Added) -> None:
    added.stand.pages["guide-des-aides.html"] = Page("panne", status=503)
    await added.paste(added.url("guide-des-aides.html"))
    for after, requests in ((0, 1), (1, 1), (2, 2), (15, 3)):
        await added.read(timedelta(minutes=after))
        assert len(added.stand.requests) == requests
    assert added.house.shown[added.house.place("Guide des aides", GROUP)].endswith(
        "La page n’a pas pu être lue : le titre est tiré de son adresse."
    )
    await added.read(timedelta(hours=1))
    assert len(added.stand.requests) == 3


async def test_a_page_that_comes_back_is_read_at_the_next_try(added: Added) -> None:
    added.stand.pages["guide"].status = 503
    await added.paste(added.url("guide"))
    await added.read()
    added.stand.pages["guide"].status = 200
    await added.read(timedelta(minutes=3))
    assert [story.title for story in await added.stories()] == ["Un guide sur le logement vacant"]


@pytest.mark.parametrize(
    "page",
    [
        Page("%PDF-1.7", headers={"content-type": "application/pdf"}),
        Page("", status=404),
        Page("<html><body></body></html>", headers=HTML),
    ],
)
async def test_what_is_no_page_is_named_by_its_address_at_once(added: Added, page: Page) -> None:
    added.stand.pages["Guide_2026.pdf"] = page
    await added.paste(added.url("Guide_2026.pdf"))
    await added.read()
    assert [story.title for story in await added.stories()] == ["Guide 2026"]


async def test_a_try_that_a_stop_cut_short_is_made_again(added: Added) -> None:
    await added.paste(added.url("guide"))
    async with added.house.database.write() as session:
        entry = (await session.scalars(select(Entry))).one()
        entry.hash = "page:1"  # it was being read when the process died
    await added.read()
    assert added.stand.requests == []
    await added.read(timedelta(minutes=3))
    assert [story.title for story in await added.stories()] == ["Un guide sur le logement vacant"]


async def test_the_last_try_of_another_process_is_waited_for_but_not_for_ever(
    added: Added,
) -> None:
    await added.paste(added.url("guide"))
    async with added.house.database.write() as session:
        entry = (await session.scalars(select(Entry))).one()
        entry.hash = "page:3"  # it is being read for the last time
    await added.read(timedelta(minutes=15))
    assert [story.title for story in await added.stories()] == [added.url("guide")]
    await added.read(timedelta(minutes=6))
    assert [story.title for story in await added.stories()] == ["Guide"]


# --- documents of the network's own -----------------------------------------------------------


async def propose(added: Added) -> None:
    """Let Claire propose an experience, which Jeanne keeps."""
    house = added.house
    await house.say(CLAIRE, "/proposer")
    await house.press(CLAIRE, "Une expérience")
    await house.say(
        CLAIRE, "Nous avons rénové douze logements vacants. Écrire à Claire Vidalenche."
    )
    await house.press(CLAIRE, "Non")
    await house.press(JEANNE, "Garder", chat=GROUP)


async def test_an_accepted_proposal_enters_the_watch_and_is_offered_from_there(
    added: Added,
) -> None:
    house = added.house
    await propose(added)
    await house.press(HELENE, "Ajouter à la veille", chat=GROUP)
    proposal = house.shown[house.place("Proposition n°", GROUP)]
    assert "Ajoutée à la veille : c’est là qu’elle attend la prochaine lettre." in proposal
    card = house.shown[house.place("Rubrique", GROUP)]
    assert card.startswith("<b>Nous avons rénové douze logements vacants</b>\n")
    assert "<i>Pays d’Orsanne</i>" in card
    assert card.endswith(
        "Rubrique : Paroles de territoires\n\n"
        "Gardée pour la prochaine lettre, par Hélène Astierane."
    )
    until = house.clock.now() + timedelta(days=1)
    found = []
    async with house.database.read() as session:
        for room in house.rooms:
            if room.contributions and room.name in {"watch", "network"}:
                offered = await room.contributions(session, since=house.clock.now(), until=until)
                found += [(room.name, each.section.value, each.source) for each in offered]
    assert found == [("watch", "paroles-de-territoires", "Pays d’Orsanne")]


async def test_adding_a_proposal_twice_adds_one(added: Added) -> None:
    house = added.house
    await propose(added)
    place = house.place("Proposition n°", GROUP)
    [[button]] = house.buttons[place]
    await house.forge(JEANNE, button.data, place, chat=GROUP)
    await house.forge(HELENE, button.data, place, chat=GROUP)
    assert len(await added.stories()) == 1


async def test_who_is_erased_leaves_no_name_in_the_watch(added: Added) -> None:
    house = added.house
    await propose(added)
    await house.press(JEANNE, "Ajouter à la veille", chat=GROUP)
    assert "Vidalenche" in house.chat(GROUP)
    await house.erase(41)
    await house.forget_updates()
    assert "Vidalenche" not in house.chat(GROUP)
    assert "Vidalenche" not in await house.everything()
    (story,) = await added.stories()
    assert story.title.startswith("Nous avons rénové douze logements vacants")

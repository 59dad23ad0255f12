"""Keeping and dropping stories in chat, and what that offers to the letter."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.acts import Act
from core.chat import Redraw, Reply, Response, Toast
from core.clock import FixedClock
from core.contributions import Contribution, record_publications
from core.db import Database
from core.ledger.draft import Channel, ChatAddress, Parcel, Ready, Skip
from core.people.roles import Role
from core.reference import ANIMATORS, Reference
from core.sections import Section
from tests.newsstand import GROUP, TOPIC, Page, Watch, item, rss, turn, watching
from watch.models import Decision, Source
from watch.reading.parsing import Parser

EDITION = Reference("digest", "edition", "1")


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    async with watching(database, clock, parser, "journal") as watch:
        watch.stand.pages["journal"] = Page(rss(*(item(number) for number in range(5))))
        await watch.poll()
        yield watch


def story(number: int) -> Reference:
    return Reference("watch", "story", str(number))


async def press(
    watch: Watch, action: str, reference: Reference, version: int
) -> Sequence[Response]:
    handlers = {each.name: each for each in watch.room.actions}
    assert handlers[action].role is Role.ANIMATOR
    async with watch.parts.database.write() as session:
        return await handlers[action].handler(turn(watch, session), reference, version)


def words(watch: Watch, response: Response) -> str:
    assert isinstance(response, Redraw | Reply | Toast)
    return watch.parts.renderer.chat(response.text)


def labels(watch: Watch, response: Response) -> list[str]:
    assert isinstance(response, Redraw | Reply)
    return [watch.parts.renderer.plain(b.label) for row in response.keyboard for b in row]


async def offered(watch: Watch) -> Sequence[Contribution]:
    assert watch.room.contributions is not None
    until = watch.clock.now() + timedelta(days=1)
    async with watch.parts.database.read() as session:
        return await watch.room.contributions(session, since=watch.clock.now(), until=until)


async def test_nobody_keeps_what_a_source_changed_meanwhile_without_seeing_it(watch: Watch) -> None:
    bait = rss(item(4, "Tout autre chose"), *(item(number) for number in range(4)))
    watch.stand.pages["journal"].body = bait
    await watch.poll_again()
    notice, shown = await press(watch, "watch.keep", story(5), 0)
    assert words(watch, notice).startswith("Cette actualité a changé")
    assert "Tout autre chose" in words(watch, shown)
    assert await offered(watch) == []
    (kept,) = await press(watch, "watch.keep", story(5), 1)
    assert "Gardée" in words(watch, kept)
    (other,) = await press(watch, "watch.drop", story(4), 0)
    assert "Écartée" in words(watch, other)


async def test_keeping_a_story_says_who_did_and_offers_to_undo(watch: Watch) -> None:
    (answer,) = await press(watch, "watch.keep", story(5), 0)
    text = words(watch, answer)
    assert text.startswith('<a href="https://a.example.org/4">')
    assert text.endswith("Gardée pour la prochaine lettre, par Jeanne Roux.")
    assert labels(watch, answer) == ["Thème", "Rubrique", "Notre lecture", "Alerte", "Annuler"]
    async with watch.parts.database.read() as session:
        decision = (await session.scalars(select(Decision))).one()
        act = (await session.scalars(select(Act))).one()
    assert (decision.story_id, decision.verdict, decision.decided_by) == (5, "keep", "person:1")
    assert (act.actor, act.verb, act.subject) == ("person:1", "watch.keep", "watch:story:5")


async def test_a_decision_can_be_undone(watch: Watch) -> None:
    await press(watch, "watch.drop", story(5), 0)
    (answer,) = await press(watch, "watch.undo", story(5), 1)
    assert words(watch, answer).splitlines()[-1] == "Rubrique\u00a0: Vie institutionnelle"
    assert labels(watch, answer)[:2] == ["Garder", "Écarter"]
    assert (await watch.stories())[4].version == 2


async def test_a_stale_press_changes_nothing_and_shows_where_things_stand(watch: Watch) -> None:
    await press(watch, "watch.drop", story(5), 0)
    toast, redraw = await press(watch, "watch.keep", story(5), 0)
    assert isinstance(toast, Toast)
    assert (
        words(watch, toast) == "Cette actualité a changé entre-temps\u00a0: voici où elle en est."
    )
    assert words(watch, redraw).endswith("Écartée par Jeanne Roux.")
    assert (await watch.stories())[4].state == "dropped"


async def test_a_story_that_is_not_there_is_said_so(watch: Watch) -> None:
    (answer,) = await press(watch, "watch.keep", story(999), 0)
    assert words(watch, answer) == "Cette actualité n’existe plus."


async def test_what_was_kept_is_offered_to_the_letter_until_it_appeared(watch: Watch) -> None:
    await press(watch, "watch.keep", story(5), 0)
    (contribution,) = await offered(watch)
    assert contribution == Contribution(
        reference=story(5),
        section=Section.INSTITUTIONS,
        title="Actualité numéro 4 du territoire",
        url="https://a.example.org/4",
        source="journal",
    )
    async with watch.parts.database.write() as session:
        await record_publications(session, EDITION, [story(5)], watch.clock.now())
    assert not await offered(watch)
    (answer,) = await press(watch, "watch.undo", story(5), 1)
    assert isinstance(answer, Toast)
    assert answer.alert
    assert words(watch, answer).startswith("Cette actualité a déjà paru dans la lettre")
    assert (await watch.stories())[4].state == "kept"


async def test_the_letter_gets_a_summary_only_where_it_may_be_reproduced(watch: Watch) -> None:
    await press(watch, "watch.keep", story(5), 0)
    assert [each.summary for each in await offered(watch)] == [""]
    async with watch.parts.database.write() as session:
        await session.execute(update(Source).values(reproducible=True))
    assert [each.summary for each in await offered(watch)] == ["Résumé 4"]


async def test_what_was_only_counted_can_be_shown(watch: Watch) -> None:
    waiting = Reference("watch", "stories", "waiting")
    (answer,) = await press(watch, "watch.more", waiting, 0)
    assert words(watch, answer) == "2 actualités sont ajoutées dans le fil de la veille."
    posts = await watch.posts()
    assert len(posts) == 6
    assert "numéro 0" in posts[4].text + posts[5].text
    (answer,) = await press(watch, "watch.more", waiting, 0)
    assert words(watch, answer) == "Toutes les actualités en attente ont déjà été affichées."


async def veille(watch: Watch) -> Response:
    (command,) = watch.room.commands
    assert (command.name, command.role) == ("veille", Role.ANIMATOR)
    async with watch.parts.database.write() as session:
        (answer,) = await command.handler(turn(watch, session))
    return answer


async def test_veille_says_what_waits_and_what_was_kept(watch: Watch) -> None:
    await press(watch, "watch.keep", story(5), 0)
    answer = await veille(watch)
    assert words(watch, answer).replace("\u00a0", " ") == (
        "<b>La veille</b>\n\n"
        "4 actualités attendent votre décision, dont 2 pas encore affichées :\n"
        "• Actualité numéro 0 du territoire <i>(journal)</i>\n"
        "• Actualité numéro 1 du territoire <i>(journal)</i>\n"
        "• Actualité numéro 2 du territoire <i>(journal)</i>\n"
        "• Actualité numéro 3 du territoire <i>(journal)</i>\n\n"
        "1 actualité gardée pour la prochaine lettre :\n"
        "• Actualité numéro 4 du territoire <i>(journal)</i>"
    )
    assert labels(watch, answer) == [
        "En attente (4)",
        "Gardées pour la lettre (1)",
        "Afficher les suivantes",
        "Ajouter une actualité",
    ]


async def test_veille_says_when_there_is_nothing_left(watch: Watch) -> None:
    for number in range(1, 6):
        await press(watch, "watch.drop", story(number), 0)
    answer = await veille(watch)
    assert words(watch, answer).replace("\u00a0", " ") == (
        "<b>La veille</b>\n\n"
        "Rien n’attend votre décision.\n\n"
        "Rien n’est encore gardé pour la prochaine lettre.\n\n"
        "5 actualités écartées ces sept derniers jours : vous pouvez revenir sur ces décisions."
    )
    assert labels(watch, answer) == ["Écartées cette semaine (5)", "Ajouter une actualité"]


async def test_a_wrong_drop_is_found_in_its_list_and_undone(watch: Watch) -> None:
    await press(watch, "watch.drop", story(2), 0)
    (shown,) = await press(watch, "watch.list", Reference("watch", "list", "dropped-1"), 0)
    assert words(watch, shown).splitlines()[2] == (
        "1. Actualité numéro 1 du territoire <i>(journal)</i> – par Jeanne Roux, lundi 23 novembre"
    )
    assert labels(watch, shown) == ["1", "Toute la veille"]
    assert isinstance(shown, Redraw)
    number = shown.keyboard[0][0]
    assert number.reference == story(2)
    (card,) = await press(watch, number.action, story(2), number.version)
    assert isinstance(card, Reply)
    assert card.about == story(2)
    assert labels(watch, card) == ["Annuler"]
    await press(watch, "watch.undo", story(2), 1)
    (back,) = await press(watch, "watch.overview", Reference("watch", "stories", "all"), 0)
    assert "5 actualités attendent" in words(watch, back)


async def test_what_was_dropped_longer_ago_is_not_listed(watch: Watch) -> None:
    await press(watch, "watch.drop", story(2), 0)
    watch.clock.set(watch.clock.now() + timedelta(days=8))
    assert "écartée" not in words(watch, await veille(watch))


async def test_a_long_list_has_pages(watch: Watch) -> None:
    watch.stand.pages["journal"].body = rss(*(item(number) for number in range(10)))
    await watch.poll_again()
    (first,) = await press(watch, "watch.list", Reference("watch", "list", "waiting-1"), 0)
    assert "(page 1 sur 2)" in words(watch, first)
    assert labels(watch, first) == [*"12345678", "Suivantes ▶", "Toute la veille"]
    (last,) = await press(watch, "watch.list", Reference("watch", "list", "waiting-2"), 0)
    assert labels(watch, last) == ["9", "10", "◀ Précédentes", "Toute la veille"]
    (forged,) = await press(watch, "watch.list", Reference("watch", "list", "secret-1"), 0)
    assert isinstance(forged, Toast)


def parcel(kind: str, cause: Reference) -> Parcel:
    return Parcel(
        id=1,
        kind=kind,
        slot="s",
        recipient=ANIMATORS,
        cause=cause,
        channel=Channel.CHAT,
        body=b"",
        values={},
        stream=None,
        attempt=1,
        resent=False,
    )


async def test_a_story_goes_to_the_watch_topic_while_it_waits(watch: Watch) -> None:
    kinds = {kind.name: kind for kind in watch.room.deliveries}
    now = watch.clock.now()
    async with watch.parts.database.read() as session:
        ready = await kinds["watch.story"].prepare(session, parcel("watch.story", story(5)), now)
        burst = await kinds["watch.burst"].prepare(session, parcel("watch.burst", story(5)), now)
    assert ready == burst == Ready(ChatAddress(GROUP, TOPIC))
    await press(watch, "watch.keep", story(5), 0)
    async with watch.parts.database.read() as session:
        late = await kinds["watch.story"].prepare(session, parcel("watch.story", story(5)), now)
    assert late == Skip("already decided")

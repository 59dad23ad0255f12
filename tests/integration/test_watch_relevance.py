"""What the desk's decisions change of what comes next, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import delete, select, update

from core.clock import FixedClock
from core.db import Database
from core.reference import Reference
from tests.newsstand import Page, Watch, item, rss, turn, watching
from watch.decide import State
from watch.models import Decision, Entry, Source, Story
from watch.reading.parsing import Parser
from watch.relevance.judge import Judge, Judgement

PLACES = ("Orsanne", "Lestoire", "Valbrune", "Chanteloube", "Merlande", "Sauviat", "Vernusse")
WANTED = ("Reprise du commerce de", "Logements vacants à", "Tiers-lieu ouvert à", "Crèche de")
SPORT = ("Tournoi de handball à", "Course cycliste de", "Finale de judo à", "Stade rénové à")
FINANCE = ("Cours des obligations à", "Bourse des matières à", "Sanctions bancaires à")
YEARS = range(2015, 2023)


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    parser = Parser(workers=1, timeout=30)
    yield parser
    asyncio.run(parser.close())


@pytest.fixture
async def watch(database: Database, clock: FixedClock, parser: Parser) -> AsyncIterator[Watch]:
    async with watching(database, clock, parser, "journal") as watch:
        yield watch


def titles(subjects: Sequence[str], most: int) -> list[str]:
    return [f"{one} {where} en {y}" for y, where, one in product(YEARS, PLACES, subjects)][:most]


async def publish(watch: Watch, *told: str) -> None:
    page = watch.stand.pages.setdefault("journal", Page())
    first = len(watch.stand.requests) * 1000
    page.body = rss(*(item(first + number, title) for number, title in enumerate(told)))
    await watch.poll_again()


async def stories(watch: Watch) -> dict[str, Story]:
    return {story.title: story for story in await watch.stories()}


async def decide(watch: Watch, verdict: str, told: Sequence[str]) -> None:
    handlers = {each.name: each for each in watch.room.actions}
    known = await stories(watch)
    for title in told:
        story = known[title]
        reference = Reference("watch", "story", str(story.id))
        async with watch.parts.database.write() as session:
            handler = handlers[f"watch.{verdict}"].handler
            await handler(turn(watch, session), reference, story.version)


async def taught(watch: Watch) -> None:
    """Forty stories kept, a hundred and eighty dropped, as an animator presses."""
    kept, dropped = titles(WANTED, 40), titles(SPORT, 90) + titles(FINANCE, 90)
    await publish(watch, *kept, *dropped)
    await decide(watch, "keep", kept)
    await decide(watch, "drop", dropped)


NEW_WANTED = "Reprise du commerce de Boissières"
NEW_SPORT = "Finale de judo à Boissières"


async def test_nothing_is_said_before_enough_was_decided(watch: Watch) -> None:
    await publish(watch, "Reprise du commerce de Lestoire", "Finale de judo à Lestoire")
    assert [(s.likelihood, s.folded) for s in await watch.stories()] == [(None, False)] * 2


async def test_keeping_dropping_and_undoing_change_what_the_next_poll_folds(watch: Watch) -> None:
    await taught(watch)
    await publish(watch, NEW_WANTED, NEW_SPORT)
    found = await stories(watch)
    assert not found[NEW_WANTED].folded
    assert found[NEW_SPORT].folded
    likely, unlikely = found[NEW_WANTED].likelihood, found[NEW_SPORT].likelihood
    assert likely is not None
    assert unlikely is not None
    assert unlikely < 0.05
    assert likely > 0.5
    sport = titles(SPORT, 90)
    await decide(watch, "undo", sport)
    await publish(watch, "Finale de judo à Mazières", "Sanctions bancaires à Mazières")
    found = await stories(watch)
    assert not found["Finale de judo à Mazières"].folded
    await decide(watch, "keep", sport)
    await publish(watch, "Finale de judo à Combrelles")
    later = (await stories(watch))["Finale de judo à Combrelles"]
    assert not later.folded
    assert later.likelihood is not None
    assert later.likelihood > 0.5


async def judged(judge: Judge, watch: Watch, *told: str) -> list[Judgement | None]:
    source = await watch.source("journal")
    async with watch.parts.database.read() as session:
        await judge.refresh(session)
    return [judge.judge(title, "", source.id) for title in told]


async def warmed(watch: Watch) -> Judge:
    judge = Judge()
    async with watch.parts.database.read() as session:
        await judge.warm(session)
    return judge


async def test_a_process_that_starts_judges_like_one_that_was_there(watch: Watch) -> None:
    there = await warmed(watch)
    await taught(watch)
    for _ in range(3):  # a reading takes in so many decisions at most
        await judged(there, watch)
    first = await judged(there, watch, NEW_WANTED, NEW_SPORT)
    started = await judged(await warmed(watch), watch, NEW_WANTED, NEW_SPORT)
    assert first == started
    wanted, sport = started
    assert wanted is not None
    assert sport is not None
    assert sport.improbable
    assert wanted.spoke_for == ("commerce", "Reprise")
    assert sport.spoke_against == ("judo", "Finale")


async def test_a_decision_whose_transaction_fails_teaches_nothing(watch: Watch) -> None:
    await taught(watch)
    judge = await warmed(watch)
    before = await judged(judge, watch, NEW_SPORT)
    sport = titles(SPORT, 15)
    known = await stories(watch)
    with pytest.raises(LookupError):
        async with watch.parts.database.write() as session:
            ids = [known[title].id for title in sport]
            kept = update(Story).where(Story.id.in_(ids)).values(state=State.KEPT.value)
            await session.execute(kept)
            now = watch.clock.now()
            session.add_all(
                Decision(story_id=each, verdict="keep", decided_by="person:1", decided_at=now)
                for each in ids
            )
            await session.flush()
            await judge.refresh(session)
            raise LookupError
    assert await judged(judge, watch, NEW_SPORT) == before
    await decide(watch, "undo", sport[:1])
    assert await judged(judge, watch, NEW_SPORT) != before


async def test_what_animators_bring_and_what_was_let_go_teaches_nothing(watch: Watch) -> None:
    await taught(watch)
    before = await judged(await warmed(watch), watch, NEW_WANTED, NEW_SPORT)
    async with watch.parts.database.write() as session:
        source = Source(name="Ajouts", url="desk:x", section="formations", every=1, kind="desk")
        session.add(source)
        await session.flush()
        now = watch.clock.now()
        by_hand = Story(
            title="Finale de judo",
            title_key="",
            link="",
            section="",
            state="kept",
            first_seen_at=now,
        )
        let_go = Story(
            title="",
            title_key="",
            link="",
            section="",
            state="forgotten",
            first_seen_at=now - timedelta(days=400),
        )
        session.add_all((by_hand, let_go))
        await session.flush()
        session.add(
            Entry(
                source_id=source.id,
                story_id=by_hand.id,
                identity="x",
                hash="x",
                title="x",
                link="",
                summary="",
                author="",
                first_seen_at=now,
            )
        )
        session.add_all(
            Decision(story_id=each.id, verdict="keep", decided_by="person:1", decided_at=now)
            for each in (by_hand, let_go)
        )
    assert await judged(await warmed(watch), watch, NEW_WANTED, NEW_SPORT) == before


async def test_what_is_as_old_as_what_was_let_go_counts_no_more(watch: Watch) -> None:
    """Of that time only what was kept is left: it would teach that everything is kept."""
    await taught(watch)
    async with watch.parts.database.write() as session:
        await session.execute(
            update(Story).where(Story.state == "dropped").values(state="forgotten", title="")
        )
    assert await judged(await warmed(watch), watch, NEW_WANTED) == [None]


async def test_a_decision_that_is_gone_from_the_tables_counts_no_more(watch: Watch) -> None:
    kept, dropped = titles(WANTED, 5), titles(SPORT, 10)
    await publish(watch, *kept, *dropped)
    await decide(watch, "keep", kept)
    await decide(watch, "drop", dropped)
    judge = await warmed(watch)
    assert await judged(judge, watch, NEW_WANTED) != [None]
    async with watch.parts.database.write() as session:
        last = await session.scalar(select(Decision.id).order_by(Decision.id.desc()).limit(1))
        await session.execute(update(Story).where(Story.state == "dropped").values(state="waiting"))
        await session.execute(delete(Decision).where(Decision.id == last))
    assert await judged(judge, watch, NEW_WANTED) == [None]

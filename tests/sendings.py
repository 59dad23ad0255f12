"""What tests of sendings share: an approved letter, and what its rows and messages say."""

from typing import Any

from sqlalchemy import select, update

from core.chat import Post
from core.contributions import Contribution
from core.ledger import views
from core.ledger.models import Delivery
from core.reference import Party
from core.room import Tick
from core.settings import Settings
from digest.letter import editions, names
from digest.letter.models import Edition
from digest.subscribers.models import Subscriber
from tests.letter import LetterHouse, settings_for_letters, story

EDITION = "letter:edition:1"
APPROVER = Party("person", "1")


def settings_of_sendings(**digest: Any) -> Settings:
    base = settings_for_letters()
    changed = base.digest.model_copy(update=digest)
    return base.model_copy(update={"digest": changed})


def about(number: int, *themes: str) -> Contribution:
    return story(number, themes=themes)


async def approve(house: LetterHouse, *offered: Contribution) -> None:
    """Compose a letter of what is offered, and approve it."""
    house.offered = list(offered) or [story(1)]
    await house.press("letter.compose", "letter:edition:next")
    async with house.database.write() as session:
        edition = await editions.current(session, lock=True)
        assert edition is not None
        await editions.approve(session, house.parts, edition, APPROVER, house.clock.now())


async def sending(house: LetterHouse, many: int) -> list[int]:
    """Have a letter being sent to so many subscribers; return the ids of its rows."""
    await house.subscribe(*(f"a{number}@orsanne.example" for number in range(many)))
    await approve(house, about(1))
    await house.tick("letter.send")
    return [row.id for row in await house.rows(names.EDITION)]


async def edition_of(house: LetterHouse, number: int = 1) -> Edition:
    async with house.database.read() as session:
        edition = await session.get(Edition, number)
    assert edition is not None
    return edition


async def choose(house: LetterHouse, subscriber: int, *themes: str) -> None:
    """Have a subscriber receive these themes only."""
    async with house.database.write() as session:
        row = await session.get_one(Subscriber, subscriber)
        row.themes, row.whole_letter = list(themes), False


async def settle(
    house: LetterHouse, state: str, reason: str | None = None, *, ids: list[int]
) -> None:
    """Play the dispatcher's part for some rows."""
    async with house.database.write() as session:
        await session.execute(
            update(Delivery)
            .where(Delivery.id.in_(ids))
            .values(state=state, reason=reason, settled_at=house.clock.now())
        )


async def view(house: LetterHouse, key: str) -> Post | None:
    """Return what a view is asked to show."""
    async with house.database.read() as session:
        wanted = await views.wanted(session, key)
    return None if wanted is None else Post.decode(wanted)


def labels(post: Post | None) -> list[str]:
    assert post is not None
    return [button.label for row in post.keyboard for button in row]


def version_of(post: Post | None, action: str) -> int:
    """Return the version that a shown button carries."""
    assert post is not None
    (data,) = [b.data for row in post.keyboard for b in row if b.data.startswith(f"{action}:")]
    return int(data.rpartition(":")[2])


def tick_of(house: LetterHouse, name: str) -> Tick:
    (tick,) = [tick for tick in house.room.ticks if tick.name == name]
    return tick


async def states(house: LetterHouse, kind: str) -> dict[str, tuple[str, str | None]]:
    """Return where each row of a kind stands, and why, by recipient."""
    async with house.database.read() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.kind == kind))
        return {row.recipient: (row.state, row.reason) for row in rows}

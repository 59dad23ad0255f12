"""What people do in the hotline of the real service, and what they see, by `tests.process`.

A question is found by its number, a button by its words: what people go by.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, or_, select

from bot.telegram.models import InboxUpdate
from core.ledger.models import Delivery, View
from core.ledger.rules import UNSETTLED
from core.people.models import Account, Membership, Person, Territory
from core.people.roles import Role
from core.people.store import TELEGRAM
from tests.process import GROUP, Message, World

REPEATED = "(renvoyé)"
CONNECTIONS = 4
"""The ledger's connections to the Bot API, as configured by default."""

SINCE = datetime(2024, 1, 1, tzinfo=UTC)
FIRST_OF_CROWD = 7001


@dataclass(frozen=True)
class Topic:
    """A topic of the animators' group: all that was said in it, by anybody, oldest first."""

    thread_id: int
    title: str
    messages: tuple[Message, ...]

    @property
    def number(self) -> int:
        """The number of its question."""
        return number_in(self.title)

    @property
    def said(self) -> list[str]:
        """What the bot said in it, in order, with plain spaces."""
        return [plain(each["text"]) for each in self.messages if each["from"]["is_bot"]]


def topics(world: World) -> list[Topic]:
    """Return the topics of questions, oldest first."""
    return [
        Topic(
            int(each["thread_id"]),
            str(each["name"]),
            tuple(message for message in each["messages"] if not message["service"]),
        )
        for each in world.topics()
    ]


def topic_of(world: World, number: int) -> Topic:
    """Return the topic where a question is spoken of: the last that something was said in."""
    return next(each for each in reversed(topics(world)) if each.number == number and each.messages)


def numbers_in(text: str) -> list[int]:
    """Return the numbers of the questions that a text names."""
    return [int(found) for found in re.findall(r"[Qq]uestion n°\s(\d+)", text)]


def number_in(text: str) -> int:
    """Return the number of the question that a text names first; 0 when it names none."""
    return next(iter(numbers_in(text)), 0)


def plain(text: str) -> str:
    """Return a text with plain spaces where it has no-break ones."""
    return text.replace("\u00a0", " ")


def unmarked(text: str) -> str:
    """Return what a message says, without what marks it as perhaps repeated."""
    return text.replace(REPEATED, "").strip()


def without_repeats(said: Sequence[str]) -> list[str]:
    """Return what was said, once each: a kill may leave anything in doubt, and repeats are marked.

    What is there twice without the mark stays twice. A slow message may come after its repetition.
    """
    plain_ones = {each for each in said if REPEATED not in each}
    kept: list[str] = []
    for each in said:
        repeats = unmarked(each) in plain_ones or unmarked(each) in kept
        if REPEATED not in each or not repeats:
            kept.append(unmarked(each))
    return kept


def in_private(world: World, agent: int) -> list[str]:
    """Return what the bot says to somebody, as it stands, in order, with plain spaces."""
    return [plain(each["text"]) for each in world.messages(agent)]


def press(world: World, chat_id: int, label: str, by: int | None = None, about: str = "") -> str:
    """Press the last button that says `label` in a chat; return the press.

    `by` is who presses, when it is not the person whose chat it is. `about` is in the message.
    """
    for message in reversed(world.messages(chat_id)):
        for button in (each for row in message["buttons"] for each in row):
            if button["text"] == label and about in message["text"]:
                message_id = int(message["message_id"])
                return world.api.state.user_presses(
                    chat_id, message_id, by or chat_id, button["callback_data"]
                )
    raise AssertionError(f"no button {label!r}: {[m['text'] for m in world.messages(chat_id)]}")


def buttons(world: World, chat_id: int, words: str) -> list[str]:
    """Return the words of the buttons under the last message of a chat with these words."""
    message = [m for m in world.messages(chat_id) if words in plain(m["text"])][-1]
    return [str(each["text"]) for row in message["buttons"] for each in row]


def answer(world: World, animator: int, message: Message, text: str) -> int:
    """Reply to a message of a topic; return the id of what was written."""
    return world.api.state.user_sends(GROUP, animator, text, reply_to=int(message["message_id"]))


async def quiet(world: World) -> Sequence[str]:
    """Return what is still to be handled, answered, sent or shown: nothing once all is done."""
    async with world.database.read() as session:
        inbox = await session.scalar(
            select(func.count())
            .select_from(InboxUpdate)
            .where(or_(InboxUpdate.handled_at.is_(None), InboxUpdate.reply_at.is_not(None)))
        )
        ledger = await session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.state.in_(UNSETTLED))
        )
        views = await session.scalar(
            select(func.count())
            .select_from(View)
            .where(View.wanted_hash.is_distinct_from(View.shown_hash))
        )
    left = {"updates": inbox, "deliveries": ledger, "views": views}
    bots = world.api.state.bots()
    left["received"] = sum(len(world.api.state.updates.pending(bot)) for bot in bots)
    return [f"{count} {what}" for what, count in left.items() if count]


async def deliveries(world: World, *kinds: str) -> Sequence[Delivery]:
    """Return the ledger's rows of these kinds, all of them by default, in the order of posting."""
    wanted = select(Delivery).order_by(Delivery.id)
    async with world.database.read() as session:
        rows = await session.scalars(wanted.where(Delivery.kind.in_(kinds)) if kinds else wanted)
        return rows.all()


async def crowd(world: World, count: int) -> list[int]:
    """Bring in so many agents, each of one territory; return their Telegram numbers."""
    accounts = [FIRST_OF_CROWD + index for index in range(count)]
    async with world.database.write() as session:
        territories = (await session.scalars(select(Territory.id).order_by(Territory.id))).all()
        for index, account in enumerate(accounts):
            person = Person(given_name="Agnès", family_name=f"Foule-{index:02}")
            session.add(person)
            await session.flush()
            session.add_all(_belonging(person.id, account, territories[index % len(territories)]))
    for index, account in enumerate(accounts):
        world.api.state.add_user(f"Agnès {index:02}", user_id=account, started=True)
    return accounts


def _belonging(person_id: int, account: int, territory_id: int) -> Iterable[Membership | Account]:
    yield Membership(
        person_id=person_id, role=Role.AGENT.value, territory_id=territory_id, since=SINCE
    )
    yield Account(person_id=person_id, channel=TELEGRAM, address=str(account), linked_at=SINCE)

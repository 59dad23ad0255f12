"""A small network around the knowledge base: two animators, an expert, an answered question."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.answers.models import Answer
from bot.answers.search import AnswerSearch
from bot.hotline.decide import Direction, State
from bot.hotline.models import Question, QuestionMessage
from core.chat import Ask, Button, Place, Redraw, Reply, Response, Text, Toast
from core.clock import FixedClock
from core.db import Database
from core.people.models import Account, Membership, Person
from core.people.roles import Role
from core.reference import Reference
from core.settings import HotlineSettings, Settings, TelegramSettings
from tests.hotline import GROUP, JEANNE, SINCE, Hotline, open_hotline

KARIM, ODILE = 1011, 1012
"""Telegram ids: another animator, a person-ressource."""

NUMBER = 4821
ASKED = "Bonjour, je suis Claire Vidal, du Pays d’Orsanne. Peut-on taxer les logements vacants ?"
ANSWERED = "Oui, par délibération, pour les logements vacants depuis plus de deux ans."
QUESTION = "Peut-on taxer les logements vacants hors zone tendue ?"

IN_TOPIC = Place(GROUP, private=False, thread_id=77)


async def open_base(
    database: Database, clock: FixedClock, *, validators: int = 2, board: int | None = 9
) -> Hotline:
    """Bring the network in, with a question that was answered."""
    settings = Settings(
        telegram=TelegramSettings(group_id=GROUP, board_thread_id=board),
        hotline=HotlineSettings.model_validate({"validators": validators}),
    )
    hotline = await open_hotline(database, clock, settings)
    async with database.write() as session:
        for person_id, given, family, role, address in (
            (11, "Karim", "Aubert", Role.ANIMATOR, KARIM),
            (12, "Odile", "Vernhet", Role.RESOURCE, ODILE),
        ):
            session.add(Person(id=person_id, given_name=given, family_name=family))
            await session.flush()
            session.add(Membership(person_id=person_id, role=role.value, since=SINCE))
            session.add(
                Account(
                    person_id=person_id, channel="telegram", address=str(address), linked_at=SINCE
                )
            )
        await _ask(session, clock)
    return hotline


async def _ask(session: Any, clock: FixedClock) -> None:
    now = clock.now()
    asked = now - timedelta(hours=2)
    session.add(
        Question(
            id=NUMBER,
            asker_id=1,
            territory_id=1,
            theme_id=1,
            state=State.CLOSED.value,
            text=ASKED,
            opened_at=asked,
            last_message_at=now,
        )
    )
    await session.flush()
    for direction, author, text in (
        (Direction.FROM_AGENT, 1, ASKED),
        (Direction.NOTE, 2, "Je regarde avec Karim."),
        (Direction.TO_AGENT, 2, ANSWERED),
        (Direction.FROM_AGENT, 1, "Merci beaucoup !"),
    ):
        session.add(
            QuestionMessage(
                question_id=NUMBER,
                author=f"person:{author}",
                direction=direction.value,
                text=text,
                at=asked,
            )
        )


@dataclass
class Desk:
    """What people do with answers, as they see it."""

    hotline: Hotline

    async def propose(self, account: int = JEANNE, number: int = NUMBER) -> list[Response]:
        """Press « Proposer comme réponse validée » in a topic."""
        subject = Reference("hotline", "question", str(number))
        return await self.press(account, Button(Text("", ""), "answers.propose", subject, 1))

    async def press(self, account: int, button: Button) -> list[Response]:
        return await self.hotline.press(account, button)

    async def press_on(self, account: int, response: Response, label: str) -> list[Response]:
        return await self.hotline.press_on(account, response, label)

    async def fill(self, account: int, asked: list[Response], words: str) -> list[Response]:
        """Answer the one question of a form, as the adapter does."""
        [ask] = asked
        assert isinstance(ask, Ask)
        [form] = [each for each in self.hotline.room.forms if each.name == ask.form]
        [field] = form.fields
        read = field.parse(words, self.hotline.clock.now())
        values = {**ask.values, field.name: read}
        incoming = self.hotline.incoming(account, words)
        return await self.hotline.turn(account, incoming, lambda turn: form.finish(turn, values))

    async def edit(self, account: int, card: Response, label: str, words: str) -> Reply:
        """Change one thing of a draft; return its card."""
        asked = await self.press_on(account, card, label)
        [shown] = await self.fill(account, asked, words)
        assert isinstance(shown, Reply)
        return shown

    async def written(self, account: int = JEANNE) -> Reply:
        """Draft an answer from the question, and write what agents will read."""
        [card] = await self.propose(account)
        return await self.edit(account, card, "Modifier la question", QUESTION)

    async def submitted(self, account: int = JEANNE) -> Response:
        """Submit that draft; return its card in review."""
        [card] = await self.press_on(account, await self.written(account), "Soumettre à validation")
        return card

    async def validated(self) -> Answer:
        """Validate that draft; return the answer."""
        await self.press_on(KARIM, await self.submitted(), "Valider")
        return await self.answer(1)

    async def answer(self, number: int) -> Answer:
        async with self.hotline.database.read() as session:
            return await session.get_one(Answer, number)

    async def found(self, words: str) -> list[str]:
        """Search as an agent does, in a process that has just started."""
        async with self.hotline.database.read() as session:
            search = AnswerSearch(HotlineSettings())
            return [each.question for each in await search.find(session, words)]

    def words(self, response: Response) -> str:
        return self.hotline.words(response)

    def notice(self, responses: list[Response]) -> str:
        """Return the words of the toast, which comes first."""
        assert isinstance(responses[0], Toast)
        words = self.words(responses[0])
        assert len(words) <= 200
        return words


def card_of(responses: list[Response]) -> Reply | Redraw:
    """Return the card among responses."""
    [card] = [each for each in responses if isinstance(each, Reply | Redraw)]
    return card

"""Replayed and forged presses, lost roles, discreet questions: what a hostile hand gets."""

import base64
import gzip
import json

import pytest
from sqlalchemy import select

from bot.answers.models import Answer
from bot.hotline.models import Question, QuestionMessage
from bot.network.models import Proposal
from core.acts import Act
from core.clock import FixedClock
from core.db import Database
from core.ledger.models import Delivery
from core.people.models import Membership
from tests.whole import CLAIRE, GROUP, HELENE, JEANNE, PAUL, SINCE, Whole, open_whole


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    return await open_whole(database, clock)


async def leave(house: Whole, person: int) -> None:
    async with house.database.write() as session:
        for row in await session.scalars(select(Membership).where(Membership.person_id == person)):
            row.until = house.clock.now()


async def messages(house: Whole) -> list[str]:
    async with house.database.read() as session:
        return list(await session.scalars(select(QuestionMessage.text)))


async def test_who_has_left_is_told_so_when_they_ask(house: Whole) -> None:
    await leave(house, 41)
    [refused] = await house.say(CLAIRE, "Comment rouvrir un hôtel ?")
    assert "vous n’avez plus de fonction dans le réseau" in refused.text
    assert await messages(house) == []


async def test_who_has_left_adds_nothing_to_what_they_asked(house: Whole) -> None:
    await house.say(CLAIRE, "Comment rouvrir un hôtel ?")
    told = house.place("est enregistrée", CLAIRE)
    await house.press(JEANNE, "Clore", chat=GROUP)
    await leave(house, 41)
    [refused] = await house.say(CLAIRE, "Et un gîte ?", to=told)
    assert "vous n’avez plus de fonction dans le réseau" in refused.text
    assert await messages(house) == ["Comment rouvrir un hôtel ?"]
    async with house.database.read() as session:
        question = await session.scalar(select(Question))
    assert question is not None
    assert question.state == "closed"


async def test_a_discreet_question_handed_over_in_private_tells_no_territory(
    house: Whole,
) -> None:
    await house.say(CLAIRE, "Comment dire non à un élu ?")
    await house.press(CLAIRE, "Question discrète")
    await house.tick("desk.shown")
    await house.press(JEANNE, "Transmettre à…", chat=GROUP)
    await house.press(JEANNE, "Hélène Astierane", chat=GROUP)
    told = house.chat(HELENE)
    assert "vous transmet la question" in told
    assert "Orsanne" not in told
    assert "Claire" not in told


async def test_a_forged_reference_is_kept_nowhere(house: Whole) -> None:
    async with house.database.write() as session:
        session.add(
            Proposal(
                id=7,
                kind="document",
                text="Un modèle",
                state="kept",
                files=[{"kind": "document", "file_id": "f", "unique_id": "u"}],
                created_at=house.clock.now(),
                decided_at=house.clock.now(),
                update_id=1,
            )
        )
    await house.forge(PAUL, "network.get:hotline:question:7:0")
    async with house.database.read() as session:
        causes = (await session.scalars(select(Delivery.cause))).all()
    assert causes == ["network:proposal:7"]
    await house.say(PAUL, "/mesdonnees")
    await house.press(PAUL, "Demander l’effacement")
    await house.press(PAUL, "Oui, je demande l’effacement")
    await house.forge(PAUL, "personal.withdraw:people:person:1:0")
    async with house.database.read() as session:
        acts = list(await session.scalars(select(Act.subject).order_by(Act.id)))
    assert acts == ["personal:request:1", "personal:request:1"]


async def test_nobody_touches_what_is_another_s(house: Whole) -> None:
    await house.say(CLAIRE, "Comment rouvrir un hôtel ?")
    async with house.database.read() as session:
        number = await session.scalar(select(Question.id))
    before = await house.everything()
    forged = (
        *(f"hotline.{name}:hotline:question:{number}:1" for name in _PLAIN),
        *(f"hotline.{name}:hotline:pair:{number}-1:1" for name in _PAIRS),
        f"hotline.place:hotline:pair:1-{number}:1",
        f"network.who:hotline:question:{number}:0",
        "network.answer:network:solicitation:1:0",
        "network.team:network:search:1:0",
        "personal.export:personal:person:41:0",
        "personal.sure:personal:person:41:0",
        "personal.withdraw:personal:request:1:0",
        "entrance.code:entrance:request:1:0",
        "answers.validate:answers:answer:1:1",
        *(f"{name}:hotline:question:{number}:1" for name in _OF_THE_TEAM),
        "answers.export_csv:answers:base:1:0",
        "figures.whole:figures:period:month-2026-11:0",
        "entrance.fiche:people:person:41:0",
    )
    for data in forged:
        for chat in (None, GROUP):
            answers = await house.forge(PAUL, data, chat=chat)
            assert [answer.kind for answer in answers] == ["toast"], data
            said = answers[0].text
            assert "Claire" not in said, data
            assert "hôtel" not in said, data
    lines = ("question", "deliveries", "acts", "messages", "answers")
    assert _only(await house.everything(), lines) == _only(before, lines)


_PLAIN = ("team", "question", "add", "close", "reopen", "themes", "comment")
_PAIRS = ("territory", "enough", "discreet", "theme", "rate")
_OF_THE_TEAM = (
    "desk.take",
    "desk.hand",
    "desk.close",
    "desk.who",
    "desk.canned",
    "network.ask",
    "answers.propose",
)


def _only(everything: str, tables: tuple[str, ...]) -> list[str]:
    return [line for line in everything.splitlines() if line.startswith(tables)]


async def test_a_form_of_a_lost_role_does_not_swallow_what_follows(house: Whole) -> None:
    async with house.database.write() as session:
        session.add(Membership(person_id=42, role="agent", territory_id=1, since=SINCE))
    await house.say(JEANNE, "/saisir")
    async with house.database.write() as session:
        row = await session.scalar(
            select(Membership).where(Membership.person_id == 42, Membership.role == "animator")
        )
        assert row is not None
        row.until = house.clock.now()
    [refused] = await house.say(JEANNE, "Comment rouvrir un hôtel ?")
    assert "votre rôle dans le réseau ne permet pas" in refused.text
    assert await messages(house) == []
    [opened] = await house.say(JEANNE, "Comment rouvrir un hôtel ?")
    assert "Votre question est enregistrée" in opened.text


async def test_a_forged_version_breaks_nothing(house: Whole) -> None:
    await house.say(CLAIRE, "Comment rouvrir un hôtel ?")
    async with house.database.write() as session:
        number = await session.scalar(select(Question.id))
        session.add(
            Answer(
                id=7,
                code="sept",
                question="Comment rouvrir un hôtel ?",
                answer="Avec un repreneur.",
                stated_on=house.clock.now().date(),
                created_at=house.clock.now(),
                updated_at=house.clock.now(),
            )
        )
    for version in ("1" * 24, "99999999999"):
        answers = await house.forge(JEANNE, f"desk.similar:hotline:similar:{number}-7:{version}")
        assert [each.kind for each in answers] == ["toast"]


async def test_a_file_too_big_for_chat_is_given_compressed(house: Whole) -> None:
    async with house.database.write() as session:
        now = house.clock.now()
        session.add(Question(id=5, asker_id=41, text="…", opened_at=now, last_message_at=now))
        await session.flush()
        session.add_all(
            QuestionMessage(
                question_id=5,
                author="person:41",
                direction="from_agent",
                text="é" * 100_000,
                at=now,
            )
            for _ in range(120)
        )
    await house.say(CLAIRE, "/mesdonnees")
    files = [each for each in await house.press(CLAIRE, "Recevoir mes données") if each.name]
    assert [each.name.rpartition(".")[2] for each in files] == ["gz", "gz"]
    held = json.loads(gzip.decompress(base64.b64decode(files[1].data)))
    assert len(held["hotline"]["questions"][0]["messages"]) == 120

"""`/mesdonnees`: everything that is held, given back; and the request to be erased."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import bot.personal.room
from bot.hotline import personal
from bot.hotline.models import Question, QuestionMessage
from bot.personal import house
from bot.personal.models import ErasureRequest
from bot.telegram import personal as telegram
from core.chat import Button, Document, Place, Redraw, Reply, Response, Text, Toast, Turn
from core.clock import FixedClock
from core.db import Database
from core.ledger.draft import Sent
from core.people.models import Account, Membership
from core.people.roles import Role
from core.reference import Party, Reference
from core.room import PersonalData
from core.settings import Settings, TelegramSettings
from tests.hotline import CLAIRE, GROUP, JEANNE, PAUL, SINCE, UNKNOWN, Hotline, open_hotline
from tests.parts import make_parts

GIVEN = Settings(telegram=TelegramSettings(group_id=GROUP))
DESK = Place(GROUP, private=False)


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Hotline:
    hotline = await open_hotline(database, clock, GIVEN)
    parts = replace(make_parts(database, clock), settings=GIVEN)

    async def erase(session: AsyncSession, party: Party) -> None:
        await personal.erase(session, party, clock.now())

    def holders() -> Sequence[tuple[str, PersonalData]]:
        return [
            ("hotline", PersonalData(personal.export, erase)),
            ("telegram", telegram.PERSONAL_DATA),
            ("register", house.register(clock)),
            ("acts", house.ACTS),
        ]

    return replace(hotline, room=bot.personal.room.build(parts, holders))


async def ask(hotline: Hotline, account: int) -> Redraw:
    """Ask to be erased, as a person does: menu, button, confirmation."""
    [menu] = await hotline.command(account, "mesdonnees")
    [told] = await hotline.press(account, button(menu, "personal.ask"))
    [asked] = await hotline.press(account, button(told, "personal.sure"))
    assert isinstance(asked, Redraw)
    return asked


def button(response: Response, action: str) -> Button:
    assert isinstance(response, Reply | Redraw)
    [found] = [each for row in response.keyboard for each in row if each.action == action]
    return found


def request(action: str, number: int = 1) -> Button:
    return Button(Text("", ""), action, Reference("personal", "request", str(number)))


async def question_of_claire(hotline: Hotline) -> None:
    async with hotline.database.write() as session:
        now = hotline.clock.now()
        session.add(
            Question(
                id=4821,
                asker_id=1,
                text="Ma question",
                opened_at=now,
                last_message_at=now,
                thread_id=77,
            )
        )
        await session.flush()
        session.add(
            QuestionMessage(
                question_id=4821,
                author="person:1",
                direction="from_agent",
                text="Ma question",
                chat_id=CLAIRE,
                message_id=5,
                update_id=9,
                at=now,
            )
        )


async def test_a_stranger_has_nothing_here(desk: Hotline) -> None:
    [reply] = await desk.command(UNKNOWN, "mesdonnees")
    assert "lien d’invitation" in desk.words(reply)
    [reply] = await desk.command(CLAIRE, "mesdonnees", place=DESK)
    assert "conversation privée" in desk.words(reply)


async def test_everything_held_comes_as_a_page_and_as_data(desk: Hotline) -> None:
    await question_of_claire(desk)
    [menu] = await desk.command(CLAIRE, "mesdonnees")
    page, raw = await desk.press(CLAIRE, button(menu, "personal.export"))
    assert isinstance(page, Document)
    assert isinstance(raw, Document)
    assert (page.name, raw.name) == ("mes-donnees-2026-11-23.html", "mes-donnees-2026-11-23.json")
    assert "Vos questions à la permanence" in page.data.decode()
    assert "Ma question" in page.data.decode()
    held = json.loads(raw.data)
    assert held["hotline"]["questions"][0]["messages"][0]["text"] == "Ma question"
    assert await desk.acts() == ["person:1 personal.export people:person:1"]


async def test_nobody_sees_the_data_of_somebody_else(desk: Hotline) -> None:
    [menu] = await desk.command(CLAIRE, "mesdonnees")
    for action in ("personal.export", "personal.ask"):
        for account in (PAUL, JEANNE, UNKNOWN):
            [toast] = await desk.press(account, button(menu, action))
            assert isinstance(toast, Toast)
            assert desk.words(toast).startswith("Ce bouton ne concerne pas vos données")


async def test_asking_starts_a_clock_of_one_month_and_is_put_to_the_animators(
    desk: Hotline,
) -> None:
    [menu] = await desk.command(CLAIRE, "mesdonnees")
    [told] = await desk.press(CLAIRE, button(menu, "personal.ask"))
    assert "le registre des envois" in desk.words(told)
    assert "justification des financements publics" in desk.words(told)
    assert await desk.rows() == []
    [asked] = await desk.press(CLAIRE, button(told, "personal.sure"))
    assert "au plus tard le 23 décembre 2026" in desk.words(asked)
    [row] = await desk.rows()
    assert (row.kind, row.recipient) == ("personal.request", "request:1")
    assert "Claire Vidal demande, le 23 novembre 2026, l’effacement" in row.post.text
    assert [each.label for each in row.post.keyboard[0]] == ["Accepter", "Refuser"]
    [again] = await desk.press(CLAIRE, button(told, "personal.sure"))
    assert desk.words(again) == "Votre demande d’effacement est déjà enregistrée."
    assert len(await desk.rows()) == 1


async def test_a_request_can_be_withdrawn_by_its_author_alone(desk: Hotline) -> None:
    asked = await ask(desk, CLAIRE)
    [toast] = await desk.press(PAUL, button(asked, "personal.withdraw"))
    assert isinstance(toast, Toast)
    [gone] = await desk.press(CLAIRE, button(asked, "personal.withdraw"))
    assert desk.words(gone) == "Votre demande d’effacement est retirée\u00a0: rien n’a été effacé."
    [_, told] = await desk.rows()
    assert told.post.text.startswith("Claire Vidal a retiré sa demande")
    [stale] = await desk.press(JEANNE, request("personal.accept"))
    assert desk.words(stale) == "Il n’y a plus de décision à prendre sur cette demande."
    await ask(desk, CLAIRE)


async def test_accepting_takes_two_presses_tells_the_person_then_erases_for_good(
    desk: Hotline, clock: FixedClock
) -> None:
    await question_of_claire(desk)
    await ask(desk, CLAIRE)
    [sure] = await desk.press(JEANNE, request("personal.accept"))
    assert "Cela ne peut pas être annulé." in desk.words(sure)
    [accepted] = await desk.press(JEANNE, button(sure, "personal.accept_sure"))
    assert desk.words(accepted).startswith("Demande d’effacement acceptée par Jeanne Roche")
    [_, told] = await desk.rows()
    assert (told.kind, told.recipient, told.stream) == ("personal.told", "person:1", "person:1")
    tick = next(each for each in desk.room.ticks if each.name == "personal.erase")
    await tick.run(clock.now())
    async with desk.database.read() as session:
        question = await session.get_one(Question, 4821)
        assert question.text == "Ma question"  # not before the person was told
        assert await tick.next_due(session) == clock.now() + timedelta(days=3)
    await desk.settle(told, Sent("1001:50"))
    await tick.run(clock.now())
    async with desk.database.read() as session:
        question = await session.get_one(Question, 4821)
        assert (question.asker_id, question.text) == (None, "")
        [message] = (await session.scalars(select(QuestionMessage))).all()
        assert (message.text, message.author) == ("", None)
        row = await session.get_one(ErasureRequest, 1)
        assert (row.state, row.done_at) == ("done", clock.now())
        assert await tick.next_due(session) is None
    removal = (await desk.rows())[-1]
    assert (removal.kind, removal.post.kind) == ("personal.copy", "delete_topic")
    assert "system:relais personal.erase people:person:1" in await desk.acts()
    await tick.run(clock.now())
    assert (await desk.acts()).count("system:relais personal.erase people:person:1") == 1


async def test_a_refusal_says_why_and_what_can_be_done(desk: Hotline) -> None:
    await ask(desk, CLAIRE)
    [form] = await desk.press(JEANNE, request("personal.refuse"))
    values = {**getattr(form, "values", {}), "reason": "Un contrôle des financements est en cours."}

    async def finish(turn: Turn) -> Sequence[Response]:
        return await desk.room.forms[0].finish(turn, values)

    [refused] = await desk.turn(JEANNE, desk.incoming(JEANNE, place=DESK), finish)
    assert desk.words(refused).startswith("Demande d’effacement refusée par Jeanne Roche.")
    told = (await desk.rows())[-1]
    assert "Un contrôle des financements est en cours." in told.post.text
    assert "CNIL" in told.post.text
    [late] = await desk.turn(JEANNE, desk.incoming(JEANNE, place=DESK), finish)
    assert desk.words(late) == "Il n’y a plus de décision à prendre sur cette demande."


async def test_nobody_decides_on_their_own_request(desk: Hotline) -> None:
    await ask(desk, JEANNE)
    for action in ("personal.accept", "personal.accept_sure", "personal.refuse"):
        [toast] = await desk.press(JEANNE, request(action))
        words = "Vous ne pouvez pas vous prononcer sur votre propre demande"
        assert desk.words(toast).startswith(words)


async def test_the_animators_are_reminded_of_the_term_each_time_once(desk: Hotline) -> None:
    await ask(desk, CLAIRE)
    tick = next(each for each in desk.room.ticks if each.name == "personal.reminders")
    async with desk.database.read() as session:
        due = await tick.next_due(session)
    assert due is not None
    await tick.run(due - timedelta(seconds=1))
    assert len(await desk.rows()) == 1
    await tick.run(due)
    await tick.run(due)
    [_, reminder] = await desk.rows()
    assert "attend une décision" in reminder.post.text
    await tick.run(due + timedelta(days=30))
    assert len(await desk.rows()) == 3
    async with desk.database.read() as session:
        assert await tick.next_due(session) is None


async def test_where_it_goes_is_checked_again_before_it_leaves(desk: Hotline) -> None:
    await ask(desk, CLAIRE)
    [asked] = await desk.rows()
    assert getattr(await desk.prepare(asked), "address").chat_id == GROUP  # noqa: B009
    [sure] = await desk.press(JEANNE, request("personal.accept"))
    await desk.press(JEANNE, button(sure, "personal.accept_sure"))
    [_, told] = await desk.rows()
    assert getattr(await desk.prepare(asked), "reason") == "decided"  # noqa: B009
    assert getattr(await desk.prepare(told), "address").chat_id == CLAIRE  # noqa: B009
    async with desk.database.write() as session:
        account = await session.scalar(select(Account).where(Account.address == str(CLAIRE)))
        assert account is not None
        account.blocked_at = desk.clock.now()
    assert getattr(await desk.prepare(told), "reason") == "blocked"  # noqa: B009


async def test_who_holds_no_role_any_more_has_the_same_rights(desk: Hotline) -> None:
    async with desk.database.write() as session:
        rows = await session.scalars(select(Membership).where(Membership.person_id == 1))
        for row in rows:
            row.until = SINCE
    [menu] = await desk.command(CLAIRE, "mesdonnees")
    assert len(await desk.press(CLAIRE, button(menu, "personal.export"))) == 2
    assert {action.role for action in desk.room.actions} == {None, Role.ANIMATOR}


async def test_the_register_lets_go_of_what_was_to_be_sent(
    desk: Hotline, clock: FixedClock
) -> None:
    await ask(desk, CLAIRE)
    [sure] = await desk.press(JEANNE, request("personal.accept"))
    await desk.press(JEANNE, button(sure, "personal.accept_sure"))
    data = house.register(clock)
    async with desk.database.write() as session:
        held = await data.export(session, Party("person", "1"))
        assert [each["kind"] for each in held["deliveries"]] == ["personal.told"]
        await data.erase(session, Party("person", "1"))
    assert (await desk.rows())[-1].post.text == ""

"""`/bilan`: on screen, and as files."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

import bot.figures.room
from bot.figures.accounts import written
from bot.guarantee.hours import Hours
from bot.hotline.models import Question
from core.chat import Document, Place, Redraw, Reply
from core.clock import PARIS, FixedClock
from core.db import Database
from core.people.roles import Role
from core.settings import Settings, TelegramSettings
from tests.hotline import GROUP, JEANNE, Hotline, open_hotline
from tests.parts import make_parts

GIVEN = Settings(telegram=TelegramSettings(group_id=GROUP))
DESK = Place(GROUP, private=False)
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=PARIS)


@pytest.fixture
async def desk(database: Database, clock: FixedClock) -> Hotline:
    hotline = await open_hotline(database, clock, GIVEN)
    parts = replace(make_parts(database, clock), settings=GIVEN)
    async with database.write() as session:
        for number in range(7):
            session.add(
                Question(
                    id=1000 + number,
                    asker_id=1,
                    territory_id=1 if number < 6 else 2,
                    theme_id=1,
                    channel="phone" if number == 0 else "telegram",
                    text="Une question",
                    opened_at=MONDAY,
                    last_message_at=MONDAY,
                    presented_at=MONDAY,
                    first_answer_at=MONDAY + timedelta(hours=number) if number < 3 else None,
                    rating=2 if number < 2 else None,
                )
            )
        session.add(
            Question(
                id=2000,
                asker_id=1,
                text="Le mois d’avant",
                opened_at=MONDAY - timedelta(days=30),
                last_message_at=MONDAY,
                answered_by="answers:answer:1",
            )
        )
    return replace(hotline, room=bot.figures.room.build(parts, Hours(GIVEN.hotline)))


async def test_the_account_of_a_month_is_read_on_screen(desk: Hotline) -> None:
    [shown] = await desk.command(JEANNE, "bilan", "mois", place=DESK)
    assert desk.words(shown) == (
        "<b>Bilan de la permanence – novembre 2026</b>\n\n"
        "7 questions posées (Telegram\u00a0: 6, téléphone\u00a0: 1)\n"
        "3 ont reçu une réponse, dont 0\u00a0% par la base de réponses\n"
        "Première réponse de l’équipe, délai médian en heures ouvrées\u00a0: 1,0\n"
        "Avis favorables\u00a0: 2 sur 2\n\n"
        "<b>Par thème</b>\n"
        "Habitat et centres-bourgs\u00a0: 7\n\n"
        "<b>Par territoire</b>\n"
        "Pays d’Orsanne\u00a0: 6\n"
        "Vallées de la Brune-Claire\u00a0: 1"
    )
    assert {command.role for command in desk.room.commands} == {Role.ANIMATOR}
    assert {action.role for action in desk.room.actions} == {Role.ANIMATOR}


async def test_periods_are_browsed_by_button(desk: Hotline) -> None:
    [shown] = await desk.command(JEANNE, "bilan", place=DESK)
    assert isinstance(shown, Reply)
    [before] = await desk.press(JEANNE, shown.keyboard[0][0])
    assert isinstance(before, Redraw)
    assert "octobre 2026" in desk.words(before)
    assert "1 a reçu une réponse, dont 100\u00a0% par la base de réponses" in desk.words(before)
    assert "Territoires sans question sur cette période" in desk.words(before)
    [year] = await desk.press(JEANNE, shown.keyboard[1][1])
    assert "année 2026" in desk.words(year)
    [unknown] = await desk.command(JEANNE, "bilan", "vendémiaire")
    assert desk.words(unknown).startswith("Je n’ai pas reconnu cette période.")


async def test_funders_read_no_small_count_and_no_silence(desk: Hotline) -> None:
    [shown] = await desk.command(JEANNE, "bilan", "trimestre", place=DESK)
    assert isinstance(shown, Reply)
    team, funders = shown.keyboard[2]
    [whole] = await desk.press(JEANNE, team)
    [shared] = await desk.press(JEANNE, funders)
    assert isinstance(whole, Document)
    assert isinstance(shared, Document)
    assert whole.name == "bilan-2026-10-equipe.csv"
    said = whole.data.decode("utf-8-sig")
    assert "Questions par territoire;Vallées de la Brune-Claire;1\r\n" in said
    told = shared.data.decode("utf-8-sig")
    assert "Questions posées;;8\r\n" in told
    assert "Questions par territoire;Vallées de la Brune-Claire;moins de 5\r\n" in told
    assert "Délai médian de première réponse (heures ouvrées);;\r\n" in told
    assert "Territoires sans question" not in told
    assert "Mention de cofinancement" in told
    assert "Parrainages actifs;;0\r\n" in told
    assert "Claire" not in told.replace("Brune-Claire", "")


def test_a_cell_is_never_run_by_a_spreadsheet() -> None:
    lines = [("=HYPERLINK(1)", "Pays d’Orsanne", "3")]
    assert written(lines).decode("utf-8-sig") == "'=HYPERLINK(1);Pays d’Orsanne;3\r\n"

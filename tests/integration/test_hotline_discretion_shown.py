"""A question that its asker makes discreet once the team has it: what the topic still tells."""

import pytest

from core.clock import FixedClock
from core.db import Database
from tests.whole import CLAIRE, GROUP, JEANNE, Whole, open_whole


@pytest.fixture
async def house(database: Database, clock: FixedClock) -> Whole:
    return await open_whole(database, clock)


async def test_the_name_goes_from_what_the_team_was_told_already(house: Whole) -> None:
    await house.say(CLAIRE, "Comment dire non à un élu ?")
    await house.say(CLAIRE, "Le conseil est le 10 décembre.")
    assert house.chat(GROUP).count("Claire") > 1
    await house.press(CLAIRE, "Question discrète")
    await house.tick("desk.shown")
    shown = house.chat(GROUP)
    assert "Claire" not in shown
    assert "Comment dire non à un élu ?" in shown
    assert "Le conseil est le 10 décembre." in shown
    assert "(message modifié)" not in shown
    assert "Question discrète" in shown
    await house.press(JEANNE, "Voir qui pose la question", chat=GROUP)
    await house.press(CLAIRE, "Lever la discrétion")
    assert house.chat(GROUP).count("Claire") > 1

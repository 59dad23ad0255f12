"""Hostile words on an approver's page."""

from core.clock import FixedClock
from core.db import Database
from tests.integration.test_letter_approving import DIRECTOR, asked, opened
from tests.integration.test_letter_desk import here, visitor


async def test_what_no_database_holds_is_left_out_of_a_correction(
    database: Database, clock: FixedClock
) -> None:
    house = await opened(database, clock, 2, DIRECTOR)
    page = await asked(house)
    words = "Le seuil\x00 est\u202e de 60 000 €.\r\n<b>Vérifiez.</b>"
    async with visitor(house) as web:
        done = await web.post(page, data={"decision": "correct", "words": words})
        only = await web.post(page, data={"decision": "correct", "words": "\x00"})
    assert (done.status_code, only.status_code) == (200, 410)
    await house.send()
    assert "Le seuil est de 60 000 €." in here(house)
    assert "&lt;b&gt;Vérifiez." in here(house)

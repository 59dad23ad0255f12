"""No dead button: all that the desk shows does something in the whole house."""

from dataclasses import replace
from pathlib import Path

from bot.hotline.card import Details, Fiche, Titled, card
from bot.hotline.decide import State
from core.clock import FixedClock
from core.settings import DatabaseSettings, ServiceSettings, Settings
from relais.wiring import building

FICHE = Fiche(1, 1, State.OPEN, "", (), "", "", "", discreet=True)
DETAILS = Details(answered=True, similar=(Titled(1, "Une réponse"),))


async def test_every_button_of_the_card_is_mounted(tmp_path: Path, clock: FixedClock) -> None:
    settings = Settings(
        service=ServiceSettings(data_folder=tmp_path), database=DatabaseSettings(url="")
    )
    async with building(settings, clock) as house:
        mounted = {action.name for room in house.rooms for action in room.actions}
    shown = {
        button.action
        for state in State
        for taken_by in ("", "Jeanne Roche")
        for row in card(replace(FICHE, state=state, taken_by=taken_by, details=DETAILS))[1]
        for button in row
    }
    assert shown >= {"desk.take", "desk.similar", "answers.propose", "network.ask"}
    assert shown <= mounted

"""No dead button: what a button carries is mounted in the whole house."""

from typing import Any, cast

from core.clock import FixedClock
from core.db import Database
from core.room import Room
from relais.wiring import make_rooms
from tests import buttons
from tests.parts import make_parts


def house(clock: FixedClock) -> tuple[Room, ...]:
    parts = make_parts(Database("sqlite+aiosqlite://"), clock)
    nothing = cast("Any", None)  # the watch polls nothing here
    return make_rooms(parts, nothing, nothing, str)


def test_every_action_on_a_button_is_mounted(clock: FixedClock) -> None:
    found = buttons.actions()
    assert {"hotline.team", "desk.send", "answers.export_csv", "network.ask"} <= found
    assert len(found) > 100, "the sources are no longer read as they are written"
    assert found - {action.name for room in house(clock) for action in room.actions} == set()


def test_every_command_on_a_button_is_mounted(clock: FixedClock) -> None:
    found = buttons.commands()
    assert {"mesquestions", "entraide"} <= found
    assert found - {command.name for room in house(clock) for command in room.commands} == set()


def test_every_form_that_is_opened_is_mounted(clock: FixedClock) -> None:
    found = buttons.forms()
    assert {"hotline.comment", "network.who"} <= found
    assert found - {form.name for room in house(clock) for form in room.forms} == set()

"""Mounting rooms: everything is found by name, and no name is claimed twice."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bot.telegram.catalogue import mount
from bot.telegram.decide import CANCEL, CHOOSE
from core.chat import Action, Command, Form, ReplyRoute, Response, Turn
from core.people.roles import Role
from core.reference import Reference
from core.room import Room


async def handle(_turn: Turn) -> Sequence[Response]:
    return []


async def press(_turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
    return []


async def finish(_turn: Turn, _values: Mapping[str, Any]) -> Sequence[Response]:
    return []


def test_a_command_is_found_by_any_of_its_names() -> None:
    command = Command("rencontre", handle, Role.ANIMATOR, ("séminaire", "Seminaires"))
    catalogue = mount([Room("digest", commands=(command,))])
    assert {named.name for named in catalogue.routes.commands.values()} == {"rencontre"}
    assert set(catalogue.routes.commands) == {"rencontre", "seminaire"}
    assert catalogue.commands["rencontre"] is command
    assert catalogue.routes.fallback is False


@pytest.mark.parametrize(
    ("room", "what"),
    [
        (Room("b", commands=(Command("Aides", handle, None),)), "command"),
        (Room("b", commands=(Command(CANCEL, handle, None),)), "command"),
        (Room("b", actions=(Action("keep", press, None),)), "action"),
        (Room("b", actions=(Action(CHOOSE, press, None),)), "action"),
        (Room("b", replies=(ReplyRoute("watch", "story", handle, None),)), "reply"),
        (Room("b", forms=(Form("ask", (), finish, None),)), "form"),
        (Room("b", fallback=handle), "fallback"),
        (Room("b", links=handle), "links"),
    ],
)
def test_two_rooms_cannot_claim_the_same_name(room: Room, what: str) -> None:
    first = Room(
        "a",
        commands=(Command("aide", handle, None),),
        actions=(Action("keep", press, None),),
        replies=(ReplyRoute("watch", "story", handle, None),),
        forms=(Form("ask", (), finish, None),),
        fallback=handle,
        links=handle,
    )
    mount([first])
    with pytest.raises(ValueError, match=f"two rooms claim the {what}"):
        mount([first, room])

"""Who plays in the sandbox: their Telegram numbers, and who they are in the sample network."""

from collections.abc import Mapping
from dataclasses import dataclass

GROUP = -1001000000001
ANIMATOR = 5001
AGENT = 5002
STRANGER = 5003
SECOND_ANIMATOR = 5004
COLLEAGUE = 5005
HEAD = 5006
"""Telegram numbers: the animators' group, and the people of `CAST`."""


@dataclass(frozen=True)
class Player:
    """Somebody to play: their Telegram number, name, and code in the directory if they are in it.

    `linked`: their account is theirs from the first opening.
    """

    user_id: int
    given_name: str
    family_name: str = ""
    code: str = ""
    linked: bool = False


CAST: Mapping[str, Player] = {
    "agent": Player(AGENT, "Odile", "Vernhet", "P001"),
    "colleague": Player(COLLEAGUE, "Karim", "Astier", "P002", linked=True),
    "animator": Player(ANIMATOR, "Sylvie", "Roumieux", "P061", linked=True),
    "second": Player(SECOND_ANIMATOR, "Tanguy", "Kermorvan", "P062", linked=True),
    "head": Player(HEAD, "Dominique", "Mazerolles", "P064", linked=True),
    "stranger": Player(STRANGER, "Quelqu’un"),
}
"""The people to play, by their names on the page. The agent joins by an invitation; the stranger
is nobody's account. The colleague serves two territories.
"""

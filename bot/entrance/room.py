"""The entrance as the house sees it."""

from bot.entrance import coming_in
from bot.entrance.words import text
from core.chat import Command
from core.parts import Parts
from core.room import Room


def build(parts: Parts, commands: coming_in.Commands) -> Room:
    """Return the entrance, on the shared parts; `commands` gives every room's, for the help."""
    guide = coming_in.Help(parts.renderer, commands)
    return Room(
        name="entrance",
        commands=(
            Command("start", coming_in.start, None),
            Command("aide", guide.explain, None, aliases=("help",), menu=text("menu_help")),
        ),
    )

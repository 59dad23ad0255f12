"""Menus: every command that somebody may use, as a button; and the help."""

from collections.abc import Callable, Iterator, Sequence

from bot.entrance.rules import in_menu, menu_order
from bot.entrance.threshold import kept_out
from bot.entrance.words import text
from core.chat import Button, Command, Keyboard, Reply, Response, Turn, command_button
from core.people.roles import Role

Commands = Callable[[], Sequence[Command]]
"""Every room's commands, once all rooms are built."""

IN_A_ROW = 2


class Menus:
    """Shows the commands of the mounted rooms; `commands` gives them."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def keyboard(self, roles: frozenset[Role], *, private: bool = True) -> Keyboard:
        """Return the menu of who holds `roles`, in private or in the animators' group."""
        shown = {
            command.name: command
            for command in self._commands()
            if command.menu and _is_theirs(command, roles, private=private)
        }
        return tuple(_rows([_button(shown[name]) for name in menu_order(list(shown))]))

    async def explain(self, turn: Turn) -> Sequence[Response]:
        """Say what one can do, by role and place, with the menu."""
        if kept := await kept_out(turn):
            return kept
        roles, private = turn.sender.roles, turn.incoming.place.private
        animator = Role.ANIMATOR in roles
        if not private:
            menu = self.keyboard(roles, private=False) if animator else ()
            return [Reply(text("help_animators" if animator else "help"), menu)]
        asks = Role.AGENT in roles
        return [Reply(text("help" if asks else "help_team"), self.keyboard(roles))]


def _is_theirs(command: Command, roles: frozenset[Role], *, private: bool) -> bool:
    if private and command.also in roles:
        return True
    return in_menu(command.role, command.name, roles, private=private)


def _button(command: Command) -> Button:
    if command.menu is None:
        raise ValueError(f"not in the menu: {command.name}")
    return command_button(command.menu, command.name)


def _rows(buttons: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    for start in range(0, len(buttons), IN_A_ROW):
        yield tuple(buttons[start : start + IN_A_ROW])

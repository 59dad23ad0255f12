"""Coming in, and help: what anybody may do."""

from collections.abc import Callable, Sequence

from bot.entrance.words import text
from core.chat import Command, Reply, Response, Turn
from core.errors import InputError
from core.people.invitations import accept
from core.people.roles import Role
from core.people.store import TELEGRAM
from core.render import Renderer

Commands = Callable[[], Sequence[Command]]
"""Every room's commands."""


async def start(turn: Turn) -> Sequence[Response]:
    """Link the account by the invitation of `/start CODE`, or say how to get in."""
    code = turn.incoming.argument.strip()
    if not turn.incoming.place.private:
        return [Reply(text("private_only"))]
    if turn.sender.person_id is not None:
        return [Reply(text("welcome_back"))]
    if not code:
        return [Reply(text("stranger"))]
    try:
        person = await accept(turn.session, code, TELEGRAM, turn.sender.account, turn.now)
    except InputError:
        return [Reply(text("invitation_refused"))]
    return [Reply(text("welcome", name=person.given_name)), Reply(text("data_protection"))]


class Help:
    """Answers /aide with every room's commands, which `commands` gives once all are built."""

    def __init__(self, renderer: Renderer, commands: Commands) -> None:
        self._renderer = renderer
        self._commands = commands

    async def explain(self, turn: Turn) -> Sequence[Response]:
        """Say what one can do, by role and place."""
        if turn.sender.person_id is None:
            return [Reply(text("stranger"))]
        desk = not turn.incoming.place.private and Role.ANIMATOR in turn.sender.roles
        block = "help_animators" if desk else "help"
        return [Reply(text(block, commands=self._lines(turn.sender.language, desk=desk)))]

    def _lines(self, language: str, *, desk: bool) -> list[tuple[str, str]]:
        """Return the name of each command of the menu, with what it does."""
        return [
            (command.name, self._renderer.plain(command.menu, language))
            for command in self._commands()
            if command.menu and (command.role is Role.ANIMATOR) == desk
        ]

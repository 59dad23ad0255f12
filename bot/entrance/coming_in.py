"""Coming in by an invitation: `/start`."""

from collections.abc import Sequence

from bot.entrance.menus import Menus
from bot.entrance.threshold import kept_out
from bot.entrance.welcome import Welcome
from bot.entrance.words import ACCESS, door, text
from core.chat import Reply, Response, Turn, command_button
from core.people.invitations import InvitationError, accept
from core.people.store import TELEGRAM


class ComingIn:
    """Links the account of who follows an invitation, and welcomes them."""

    def __init__(self, welcome: Welcome, menus: Menus) -> None:
        self._welcome = welcome
        self._menus = menus

    async def start(self, turn: Turn) -> Sequence[Response]:
        """Link the account by the invitation of `/start CODE`, or say how to get in."""
        code = turn.incoming.argument.strip()
        if not turn.incoming.place.private:
            return [Reply(text("private_only"))]
        if turn.sender.person_id is not None:
            return await kept_out(turn) or [self._back(turn)]
        if not code:
            return [door()]
        try:
            person = await accept(turn.session, code, TELEGRAM, turn.sender.account, turn.now)
        except InvitationError as error:
            if error.reason == "blocked":
                return [Reply(text("blocked"))]
            asking = command_button(text("access_button"), ACCESS)
            return [Reply(text("invitation_refused"), ((asking,),))]
        return await self._welcome.messages(turn.session, person, turn.now)

    def _back(self, turn: Turn) -> Reply:
        return Reply(text("welcome_back"), self._menus.keyboard(turn.sender.roles))

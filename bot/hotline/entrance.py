"""Coming in, and help: what anybody may do."""

from collections.abc import Sequence

from bot.hotline.posts import text
from core.chat import Reply, Response, Turn
from core.errors import InputError
from core.people.invitations import accept
from core.people.roles import Role
from core.people.store import TELEGRAM


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


async def explain(turn: Turn) -> Sequence[Response]:
    """Say what one can do, by role and place."""
    if turn.sender.person_id is None:
        return [Reply(text("stranger"))]
    if not turn.incoming.place.private and Role.ANIMATOR in turn.sender.roles:
        return [Reply(text("help_animators"))]
    return [Reply(text("help"))]

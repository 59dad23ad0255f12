"""Who is kept out, and how it is explained to them: for every room that speaks to agents."""

from collections.abc import Sequence

from bot.entrance.words import door, text
from core.chat import Reply, Turn
from core.people.models import Person
from core.people.roles import Role


async def kept_out(turn: Turn, role: Role | None = None) -> Sequence[Reply]:
    """Say why who speaks may go no further; nothing when they may.

    A stranger, somebody blocked, somebody who has left, and who does not hold `role`, if one is
    needed, each get their own explanation.
    """
    if turn.sender.person_id is None:
        return [door()]
    person = await turn.session.get(Person, turn.sender.person_id)
    if person is None or person.blocked_at is not None:
        return [Reply(text("blocked"))]
    if not turn.sender.roles:
        return [Reply(text("departed"))]
    if role is None or role in turn.sender.roles:
        return []
    return [Reply(text("in_the_group" if Role.ANIMATOR in turn.sender.roles else "agents_only"))]

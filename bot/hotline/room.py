"""The hotline, on the agent's side, as the house sees it."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import deliveries, personal
from bot.hotline.asking import Asking
from bot.hotline.posts import text
from core.chat import Action, Command
from core.parts import Parts
from core.people.roles import Role
from core.reference import Party
from core.room import PersonalData, Room


def build(parts: Parts, asking: Asking) -> Room:
    """Return the agent's side of the hotline, on the shared parts."""

    async def erase(session: AsyncSession, party: Party) -> None:
        await personal.erase(session, party, parts.clock.now())

    return Room(
        name="hotline",
        commands=_commands(asking),
        actions=(Action("hotline.territory", asking.choose, Role.AGENT),),
        fallback=asking.said,
        deliveries=deliveries.kinds(),
        personal_data=PersonalData(personal.export, erase),
    )


def _commands(asking: Asking) -> tuple[Command, ...]:
    """Return the commands; each says to a stranger how to come in, hence no role here."""
    return (
        Command("question", asking.command, None, menu=text("menu_question")),
        Command("mesquestions", asking.mine, None, menu=text("menu_my_questions")),
    )

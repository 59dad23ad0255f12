"""The hotline as the house sees it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import answers, entrance, personal
from bot.hotline.asking import Asking
from bot.hotline.deliveries import Deliveries
from bot.hotline.desk import Desk
from bot.hotline.posts import Composer, text
from core.chat import Action, Command, ReplyRoute
from core.contributions import Contribution
from core.parts import Parts
from core.people.roles import Role
from core.reference import Party
from core.room import PersonalData, Room


def build(parts: Parts, commands: entrance.Commands) -> Room:
    """Return the hotline, on the shared parts; `commands` gives every room's, for the help."""
    group_id = parts.settings.telegram.group_id
    composer = Composer(parts.renderer, parts.settings.network.language)
    asking = Asking(composer)
    desk = Desk(composer, asking, group_id)

    async def contributions(
        session: AsyncSession, since: datetime, until: datetime
    ) -> Sequence[Contribution]:
        return await answers.question_of_the_month(session, parts.renderer, since, until)

    async def erase(session: AsyncSession, party: Party) -> None:
        await personal.erase(session, party, parts.clock.now())

    return Room(
        name="hotline",
        commands=_commands(asking, entrance.Help(parts.renderer, commands)),
        actions=_actions(asking, desk),
        # The side of a question depends on who replies and where, not on a role alone.
        replies=(
            ReplyRoute("hotline", "question", desk.replied, None),
            ReplyRoute("hotline", "topic", desk.noted, None),
        ),
        fallback=asking.said,
        deliveries=Deliveries(composer, group_id).kinds(),
        contributions=contributions,
        personal_data=PersonalData(personal.export, erase),
    )


def _commands(asking: Asking, guide: entrance.Help) -> tuple[Command, ...]:
    """Return the commands; each says to a stranger how to come in, hence no role here."""
    return (
        Command("start", entrance.start, None),
        Command("question", asking.command, None, menu=text("menu_question")),
        Command("mesquestions", asking.mine, None, menu=text("menu_my_questions")),
        Command("reponses", answers.browse, None, menu=text("menu_answers")),
        Command("aide", guide.explain, None, aliases=("help",), menu=text("menu_help")),
    )


def _actions(asking: Asking, desk: Desk) -> tuple[Action, ...]:
    return (
        Action("hotline.take", desk.take, Role.ANIMATOR),
        Action("hotline.close", desk.close, Role.ANIMATOR),
        Action("hotline.territory", asking.choose, Role.AGENT),
        Action("hotline.theme", answers.theme, None),
        Action("hotline.answer", answers.show, None),
    )

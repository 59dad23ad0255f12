"""The hotline, on the agent's side, as the house sees it."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline import deliveries, personal
from bot.hotline.asking import Asking
from bot.hotline.following import Following
from bot.hotline.posts import text
from bot.hotline.telling import Telling
from bot.hotline.undecided import Undecided
from core.chat import Action, Command, PressHandler
from core.parts import Parts
from core.people.roles import Role
from core.reference import Party
from core.room import PersonalData, Room


def build(parts: Parts, asking: Asking) -> Room:
    """Return the agent's side of the hotline, on the shared parts."""
    settings = parts.settings.hotline
    following = Following(asking.presenting, asking.showing, settings.reopen_days)
    undecided = Undecided(
        parts.database,
        asking,
        Telling(parts.renderer, settings.reopen_days),
        timedelta(minutes=settings.undecided_minutes),
    )

    async def erase(session: AsyncSession, party: Party) -> None:
        await personal.erase(session, party, parts.clock.now())

    return Room(
        name="hotline",
        commands=_commands(asking, following),
        actions=tuple(
            Action(f"hotline.{name}", handler, Role.AGENT)
            for name, handler in _presses(asking, following).items()
        ),
        forms=(following.comment_form(),),
        fallback=asking.said,
        ticks=(undecided.tick(),),
        deliveries=deliveries.kinds(),
        personal_data=PersonalData(personal.export, erase, personal.keeps),
    )


def _commands(asking: Asking, following: Following) -> tuple[Command, ...]:
    """Return the commands; each says to a stranger how to come in, hence no role here."""
    return (
        Command("question", asking.command, None, menu=text("menu_question")),
        Command("mesquestions", following.mine, None, menu=text("menu_my_questions")),
    )


def _presses(asking: Asking, following: Following) -> dict[str, PressHandler]:
    """Return what each button of the private chat does."""
    return {
        "territory": asking.choosing.territory,
        "read": asking.choosing.read,
        "enough": asking.choosing.enough,
        "team": asking.choosing.team,
        "place": asking.placing.place,
        "older": following.older,
        "question": following.show,
        "add": following.add,
        "close": following.close,
        "reopen": following.reopen,
        "discreet": following.discreet,
        "themes": following.themes,
        "theme": following.theme,
        "rate": following.rate,
        "comment": following.comment,
    }

"""Territories helping territories, as the house sees it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.network import personal
from bot.network.cards import Cards
from bot.network.choices import Choices
from bot.network.deciding import Deciding
from bot.network.deliveries import Deliveries
from bot.network.experiences import Experiences, offered
from bot.network.forwarding import Forwarding
from bot.network.hiding import Hiding
from bot.network.proposing import Proposing
from bot.network.replying import Replying
from bot.network.soliciting import Soliciting
from bot.network.sponsoring import Sponsoring
from bot.network.who import Who
from core.chat import Handler
from core.contributions import Contribution
from core.kept import AddStory
from core.parts import Parts
from core.reference import Party
from core.room import PersonalData, Room


def build(parts: Parts, ask_team: Handler, news: AddStory) -> Room:
    """Return the room, on the shared parts.

    `ask_team` opens a question as `/question` does; `news` is where what was kept can be added.
    """
    cards = Cards(parts.renderer, parts.settings.network.language, news)
    experiences = Experiences(parts.settings.hotline)
    choices, who = Choices(parts), Who(parts, experiences, ask_team)
    soliciting, replying = Soliciting(parts), Replying(parts)
    proposing, deciding = Proposing(parts, cards), Deciding(parts, cards, news)
    sponsoring, forwarding = Sponsoring(parts), Forwarding(parts)

    hiding = Hiding(parts.renderer, parts.settings.network.language)

    async def erase(session: AsyncSession, party: Party) -> None:
        await personal.erase(session, hiding, news, party, parts.clock.now())

    async def contributions(
        session: AsyncSession,
        since: datetime,  # noqa: ARG001  # one kept too late for an edition is offered to the next
        until: datetime,
    ) -> Sequence[Contribution]:
        return await offered(session, news, until)

    return Room(
        name="network",
        commands=tuple(
            each for part in (who, proposing, choices, sponsoring) for each in part.commands()
        ),
        actions=tuple(
            action
            for part in (
                choices,
                soliciting,
                replying,
                forwarding,
                who,
                proposing,
                deciding,
                sponsoring,
            )
            for action in part.actions()
        ),
        replies=(*soliciting.replies(), *replying.replies(), *proposing.replies()),
        forms=(
            *replying.forms(),
            *who.forms(),
            *proposing.forms(),
            *deciding.forms(),
            *sponsoring.forms(),
        ),
        deliveries=Deliveries(parts).kinds(),
        contributions=contributions,
        personal_data=PersonalData(personal.export, erase, personal.keeps),
    )

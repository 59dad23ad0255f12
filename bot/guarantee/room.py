"""The silence guarantee, as the house sees it."""

from collections.abc import Sequence

from bot.guarantee import absences, examine
from bot.guarantee.deliveries import Deliveries
from bot.guarantee.desk import AbsenceDesk
from bot.guarantee.hours import Hours
from bot.guarantee.reminders import Reminders
from bot.guarantee.silence import Silence
from bot.guarantee.words import text
from core.chat import Reply, ReplyRoute, Response, Turn
from core.parts import Parts
from core.room import Check, Finding, PersonalData, Room


def build(parts: Parts) -> Room:
    """Return the room, on the shared parts. Raises InputError for hours that cannot be read."""
    reminders, desk = Reminders(parts), AbsenceDesk()
    silence = Silence(parts, Hours(parts.settings.hotline), reminders)

    async def check() -> Sequence[Finding]:
        return await examine.findings(parts)

    return Room(
        name="guarantee",
        commands=desk.commands(),
        actions=desk.actions(),
        forms=desk.forms(),
        replies=(ReplyRoute("guarantee", "reminder", _replied, None),),
        ticks=(silence.tick(),),
        deliveries=Deliveries(silence, reminders, parts.settings.telegram.group_id).kinds(),
        personal_data=PersonalData(absences.export, absences.erase),
        checks=(Check("silence guarantee", check),),
    )


async def _replied(_turn: Turn) -> Sequence[Response]:
    """Say that a reminder is not where a question is answered."""
    return [Reply(text("answer_in_topic"))]

"""Personal data, as the house sees it."""

from bot.personal.asking import Asking
from bot.personal.deciding import Deciding
from bot.personal.deliveries import Deliveries
from bot.personal.erasing import Erasing, Holders
from bot.personal.words import text
from core.chat import Action, Command
from core.parts import Parts
from core.people.roles import Role
from core.room import Room, Tick


def build(parts: Parts, holders: Holders) -> Room:
    """Return the room, on the shared parts; `holders` is asked once every room is built."""
    asking, deciding = Asking(parts, holders), Deciding(parts)
    erasing = Erasing(parts, holders)
    return Room(
        name="personal",
        # Whoever is linked has data here, whatever role they hold or held.
        commands=(Command("mesdonnees", asking.menu, None, menu=text("menu_command")),),
        actions=(
            Action("personal.export", asking.export, None),
            Action("personal.ask", asking.ask, None),
            Action("personal.sure", asking.sure, None),
            Action("personal.withdraw", asking.withdraw, None),
            Action("personal.accept", deciding.accept, Role.ANIMATOR),
            Action("personal.accept_sure", deciding.accept_sure, Role.ANIMATOR),
            Action("personal.back", deciding.back, Role.ANIMATOR),
            Action("personal.refuse", deciding.refuse, Role.ANIMATOR),
        ),
        forms=(deciding.form(),),
        ticks=(
            Tick("personal.reminders", erasing.remind, erasing.next_reminder, every=300.0),
            Tick("personal.erase", erasing.run, erasing.next_erasure),
        ),
        deliveries=Deliveries(parts.settings.telegram).kinds(),
    )

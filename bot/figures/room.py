"""Accounts of the hotline, as the house sees it."""

from bot.figures.accounts import Accounts
from bot.figures.logbook import Logbook
from bot.figures.words import text
from bot.guarantee.hours import Hours
from core.chat import Action, Command
from core.parts import Parts
from core.people.roles import Role
from core.room import Room


def build(parts: Parts, hours: Hours) -> Room:
    """Return the room, on the shared parts."""
    accounts, logbook = Accounts(parts, hours), Logbook(parts)
    return Room(
        name="figures",
        commands=(
            Command("bilan", accounts.show, Role.ANIMATOR, ("stats",), menu=text("menu_account")),
            Command("saisir", logbook.open, Role.ANIMATOR, menu=text("menu_log")),
        ),
        actions=(
            Action("figures.move", accounts.move, Role.ANIMATOR),
            Action("figures.whole", accounts.whole, Role.ANIMATOR),
            Action("figures.shared", accounts.shared, Role.ANIMATOR),
            Action("figures.place", logbook.place, Role.ANIMATOR),
            Action("figures.themes", logbook.themes, Role.ANIMATOR),
            Action("figures.theme", logbook.theme, Role.ANIMATOR),
        ),
        forms=(logbook.form(),),
    )

"""The entrance as the house sees it."""

from collections.abc import Sequence

from bot.entrance.accepting import Accepting
from bot.entrance.access import Access
from bot.entrance.coming_in import ComingIn
from bot.entrance.deliveries import Deliveries
from bot.entrance.departures import Departures
from bot.entrance.directory import Directory
from bot.entrance.fiches import BotName, Fiches
from bot.entrance.menus import Commands, Menus
from bot.entrance.personal import personal_data
from bot.entrance.purging import purging
from bot.entrance.welcome import Welcome
from bot.entrance.words import text
from core.agenda import NextMeeting, no_meeting
from core.chat import Command
from core.parts import Parts
from core.people.fiche import Contacts, FicheLines, no_contact
from core.room import Room


def build(
    parts: Parts,
    commands: Commands,
    *,
    next_meeting: NextMeeting = no_meeting,
    contacts: Contacts = no_contact,
    fiche_lines: Sequence[FicheLines] = (),
    bot_name: BotName = lambda: "",
) -> Room:
    """Return the entrance, on the shared parts.

    `commands` gives every room's, for the menus; `next_meeting` and `contacts` tell newcomers what
    comes and how colleagues agreed to be reached; `fiche_lines` is what other rooms add to a fiche;
    `bot_name` makes links of invitations. The directory's personal data must be erased last.
    """
    menus = Menus(commands)
    deliveries = Deliveries(parts)
    welcome = Welcome(parts, menus, next_meeting, contacts)
    coming_in = ComingIn(welcome, menus)
    accepting = Accepting(deliveries, welcome)
    access = Access(parts, deliveries, accepting, welcome)
    fiches = Fiches(parts, fiche_lines, bot_name)
    directory = Directory(fiches, parts.settings.telegram.group_id)
    departures = Departures(fiches)
    desks = (access, accepting, directory, departures)
    return Room(
        name="entrance",
        commands=(
            Command("start", coming_in.start, None),
            access.command(),
            directory.command(),
            Command("aide", menus.explain, None, aliases=("help", "menu"), menu=text("menu_help")),
        ),
        actions=tuple(action for desk in desks for action in desk.actions()),
        forms=tuple(form for desk in desks for form in desk.forms()),
        deliveries=deliveries.kinds(),
        ticks=(purging(parts),),
        personal_data=personal_data(parts.clock),
    )

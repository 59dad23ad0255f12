"""The sources as the house sees them: how animators add, change and mend them."""

from core.http import Fetcher
from core.parts import Parts
from core.room import Room, Tick
from watch.reading.parsing import Parser
from watch.sources.adding import Adding
from watch.sources.checks import check
from watch.sources.desk import Desk
from watch.sources.editing import Editing
from watch.sources.personal import PERSONAL_DATA
from watch.sources.trials import Trials

_SOON = 2.0
"""Seconds that somebody who gave an address waits at most before it is tried."""

_SELDOM = 3600.0


def build(parts: Parts, fetcher: Fetcher, parser: Parser) -> Room:
    """Return the room; the caller closes `fetcher` and `parser`."""
    desk, editing, adding = Desk(parts.settings.telegram.group_id), Editing(), Adding()
    trials = Trials(parts, fetcher, parser)
    return Room(
        name="sources",
        commands=(desk.command(adding.typed),),
        actions=(*desk.actions(), *editing.actions(), *adding.actions()),
        forms=(*editing.forms(), *adding.forms()),
        ticks=(
            Tick("sources.trials", trials.run, trials.next_due, every=_SOON, loop="poll"),
            Tick("sources.purge", trials.purge, trials.next_purge, every=_SELDOM),
        ),
        deliveries=(trials.delivery(),),
        personal_data=PERSONAL_DATA,
        checks=(check(parts, fetcher, parser),),
    )

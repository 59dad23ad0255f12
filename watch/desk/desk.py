"""The animators' desk in chat: all that they do with stories."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from core.alerts import AlertReaders
from core.chat import Action, Command, Form
from core.http import Fetcher
from core.parts import Parts
from watch.desk.alerting import Alerting
from watch.desk.cards import Cards
from watch.desk.deciding import Deciding
from watch.desk.editing import Editing
from watch.desk.links import Links
from watch.desk.overview import Overviews
from watch.desk.rules import ShownHours
from watch.desk.telling import Telling
from watch.reading.parsing import Parser
from watch.relevance.judge import Judge


@dataclass(frozen=True)
class Desk:
    """Keep, drop, undo, themes, section, « notre lecture », alert, and what `/veille` answers.

    `hours` are when news is shown by itself; `readers` are those whom alerts reach.
    """

    parts: Parts
    judge: Judge
    hours: ShownHours
    fetcher: Fetcher
    parser: Parser
    readers: Sequence[AlertReaders] = ()

    def actions(self) -> tuple[Action, ...]:
        """Return the buttons' actions."""
        return (
            *Deciding(self.cards).actions(),
            *self.editing.actions(),
            *Alerting(self.cards, self.readers).actions(),
            *self.overviews.actions(),
            *self.links.actions(),
        )

    def commands(self) -> tuple[Command, ...]:
        """Return the commands."""
        return self.overviews.commands()

    def forms(self) -> tuple[Form, ...]:
        """Return the forms."""
        return (*self.editing.forms(), *self.links.forms())

    @cached_property
    def cards(self) -> Cards:
        """What writes the cards of stories."""
        return Cards(self.parts, self.judge)

    @cached_property
    def telling(self) -> Telling:
        """What shows new stories in their time."""
        return Telling(self.cards, self.hours)

    @cached_property
    def links(self) -> Links:
        """What takes addresses that animators add."""
        return Links(self.cards, self.fetcher, self.parser)

    @cached_property
    def editing(self) -> Editing:
        """What changes stories."""
        return Editing(self.cards)

    @cached_property
    def overviews(self) -> Overviews:
        """What `/veille` answers."""
        return Overviews(self.cards, self.telling)

"""How a press or a form finds the edition that it is about, and what shows it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.chat import Redraw, Reply, Response, Text, Toast, Turn
from core.ledger import views
from core.parts import Parts
from core.reference import NotARowError, Reference
from digest.letter import editions, names
from digest.letter.approving import names as approving
from digest.letter.approving import store
from digest.letter.decide import Item, State, Verdict, judge, may_become
from digest.letter.desk import screens
from digest.letter.desk.rules import numbers
from digest.letter.desk.screens import Screen, Shown
from digest.letter.examining.results import read_examination
from digest.letter.models import Edition
from digest.letter.rendering import words


def closed(edition: Edition | None) -> Text:
    """Say why an edition can no longer be changed."""
    return words("closed", {"state": edition.state if edition else State.CANCELLED.value})


def redrawn(screen: Screen) -> Sequence[Response]:
    """Show a screen in the place of the pressed message."""
    return [Redraw(screen.text, screen.keyboard)]


@dataclass(frozen=True)
class Place:
    """An edition that can be changed, what it shows, and the numbers that a button carries."""

    edition: Edition
    shown: Shown
    numbers: tuple[int, ...] = ()

    @property
    def item(self) -> int:
        """The place of the item that a button is about."""
        return self.numbers[0]


@dataclass(frozen=True)
class Opening:
    """Finds editions for handlers, and shows them."""

    parts: Parts

    async def shown(self, session: AsyncSession, edition: Edition) -> Shown:
        """Return an edition as the chat shows it."""
        return Shown(
            number=edition.number,
            version=edition.version,
            state=State(edition.state),
            contents=editions.contents_of(edition),
            standing=await store.standing_of(session, self.parts, edition),
            approvers=len(approving.approvers(self.parts)),
            dropped=tuple(Item.from_json(raw) for raw in edition.dropped),
            examination=read_examination(edition),
            asked_at=edition.asked_at,
            fetching=edition.picture_asked is not None,
        )

    async def overview(self, session: AsyncSession, edition: Edition) -> Screen:
        """Return the screen that shows an edition whole."""
        return screens.overview(self.parts, await self.shown(session, edition))

    async def press(
        self, turn: Turn, reference: Reference, version: int, wanted: State = State.DRAFT
    ) -> Place | Sequence[Response]:
        """Return the edition of a press that is still good, held; else what says why it is not.

        From then on the pressed message shows what presses ask for, and nothing else redraws it.
        """
        edition = await editions.by_number(turn.session, reference.number, lock=True)
        if edition is None:
            return [Toast(closed(edition), alert=True)]
        verdict = judge(State(edition.state), edition.version, version, wanted)
        if verdict is Verdict.CLOSED:
            return [Toast(closed(edition), alert=True)]
        if verdict is Verdict.STALE:
            return await self.stale(turn, edition)
        await views.drop(turn.session, names.review_view(edition.number, edition.version))
        return Place(edition, await self.shown(turn.session, edition))

    async def item(
        self, turn: Turn, reference: Reference, version: int, many: int = 1
    ) -> Place | Sequence[Response]:
        """Return the edition of a press on one of its items, and the `many` numbers it carries.

        Raises NotARowError for a forged button.
        """
        found = numbers(reference.id, many + 1)
        if found is None:
            raise NotARowError(f"not an item: {reference}")
        opened = await self.press(turn, names.edition_reference(found[0]), version)
        if not isinstance(opened, Place):
            return opened
        return Place(opened.edition, opened.shown, found[1:])

    async def stale(self, turn: Turn, edition: Edition) -> Sequence[Response]:
        """Say that an edition is not what was seen, and show it as it stands."""
        screen = await self.overview(turn.session, edition)
        return [Toast(words("stale"), alert=True), Redraw(screen.text, screen.keyboard)]

    async def of_form(self, turn: Turn, number: int) -> Edition | Sequence[Response]:
        """Return the edition that a form is about, held; else what says that it is too late."""
        edition = await editions.by_number(turn.session, number, lock=True)
        if edition is None or not may_become(State(edition.state), State.DRAFT):
            return [Reply(closed(edition))]
        return edition

    async def changed(self, turn: Turn, edition: Edition, verb: str) -> Shown:
        """Record a change that was just made, and return what it leads to."""
        reference = names.edition_reference(edition.number)
        acts.record(
            turn.session, names.actor_of(turn), verb, reference, turn.now, version=edition.version
        )
        return await self.shown(turn.session, edition)

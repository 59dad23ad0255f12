"""Keeping, dropping and putting back a story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import record
from core.chat import Action, PressHandler, Response, Text, Toast, Turn
from core.contributions import published
from core.people.roles import Role
from core.reference import Party, Reference
from watch.decide import Standing, State, Verdict, decide
from watch.desk import store
from watch.desk.cards import Cards
from watch.desk.shown import TEMPLATE
from watch.models import Decision, Story


@dataclass(frozen=True)
class Deciding:
    """What decides of a story; every decision is recorded, and can be undone."""

    cards: Cards

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            *(
                Action(f"watch.{verdict.value}", self._decides(verdict), Role.ANIMATOR)
                for verdict in Verdict
            ),
            Action("watch.card", self.show, Role.ANIMATOR),
            Action("watch.back", self.back, Role.ANIMATOR),
        )

    def _decides(self, verdict: Verdict) -> PressHandler:
        async def handle(turn: Turn, reference: Reference, seen: int) -> Sequence[Response]:
            return await self.decide(turn, reference, seen, verdict)

        return handle

    async def decide(
        self, turn: Turn, reference: Reference, seen: int, verdict: Verdict
    ) -> Sequence[Response]:
        """Record a decision seen at a version; a stale press changes nothing and says so."""
        story = await self.cards.open(turn, reference, seen)
        if not isinstance(story, Story):
            return story
        if verdict is Verdict.UNDO and await published(turn.session, [reference]):
            return [Toast(Text(TEMPLATE, "published"), alert=True)]
        if not write(turn.session, story, verdict, actor(turn), turn.now):
            return await self.cards.stale(turn, story)
        await self.cards.changed(turn, story)
        return [await self.cards.redraw(turn, story)]

    async def show(self, turn: Turn, reference: Reference, _seen: int) -> Sequence[Response]:
        """Show a story's card, as a new message."""
        story = await store.story(turn.session, reference.number)
        if story is None:
            return [Toast(Text(TEMPLATE, "unknown"), alert=True)]
        return [await self.cards.reply(turn, story)]

    async def back(self, turn: Turn, reference: Reference, _seen: int) -> Sequence[Response]:
        """Leave a choice: the card as it stands."""
        story = await store.story(turn.session, reference.number)
        if story is None:
            return [Toast(Text(TEMPLATE, "unknown"), alert=True)]
        return [await self.cards.redraw(turn, story)]


def write(session: AsyncSession, story: Story, verdict: Verdict, by: Party, now: datetime) -> bool:
    """Write somebody's decision, and its act; False when it would change nothing."""
    standing = decide(Standing(State(story.state), story.version), story.version, verdict)
    if standing is None:
        return False
    decision = Decision(
        story_id=story.id, verdict=verdict.value, decided_by=str(by), decided_at=now
    )
    store.write_decision(session, story, standing, decision)
    record(session, by, f"watch.{verdict.value}", reference_of(story), now)
    return True


def actor(turn: Turn) -> Party:
    """Return who is typing, as the audit trail names them."""
    return Party("person", str(turn.sender.person_id))


def reference_of(story: Story) -> Reference:
    """Return how the house names a story."""
    return Reference("watch", "story", str(story.id))

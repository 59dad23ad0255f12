"""The animators' desk in chat: keep, drop, undo, show more, and what `/veille` answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from core.acts import record
from core.chat import Action, Command, PressHandler, Redraw, Response, Text, Toast, Turn
from core.contributions import published
from core.parts import Parts
from core.people.models import Person
from core.people.roles import Role
from core.reference import Party, Reference
from watch import store
from watch.decide import Standing, State, Verdict, decide
from watch.desk.shown import TEMPLATE, Overview, overview_reply, story_keyboard, story_text
from watch.desk.telling import post_stories
from watch.models import Decision, Story

MOST_LISTED = 10


@dataclass(frozen=True)
class Desk:
    """What animators do with stories."""

    parts: Parts

    def actions(self) -> tuple[Action, ...]:
        """Return the buttons' actions."""
        verdicts = tuple(
            Action(f"watch.{verdict.value}", self._decides(verdict), Role.ANIMATOR)
            for verdict in Verdict
        )
        return (*verdicts, Action("watch.more", self.more, Role.ANIMATOR))

    def commands(self) -> tuple[Command, ...]:
        """Return the commands."""
        menu = Text(TEMPLATE, "menu")
        return (Command("veille", self.overview, Role.ANIMATOR, menu=menu),)

    def _decides(self, verdict: Verdict) -> PressHandler:
        async def handle(turn: Turn, reference: Reference, seen: int) -> Sequence[Response]:
            return await self.decide(turn, reference, seen, verdict)

        return handle

    async def decide(
        self, turn: Turn, reference: Reference, seen: int, verdict: Verdict
    ) -> Sequence[Response]:
        """Record a decision seen at a version; a stale press changes nothing and says so."""
        story = await store.story_for_update(turn.session, reference.number)
        if story is None or turn.sender.person_id is None:
            return [Toast(Text(TEMPLATE, "unknown"))]
        if verdict is Verdict.UNDO and await published(turn.session, [reference]):
            return [Toast(Text(TEMPLATE, "published"), alert=True)]
        standing = decide(Standing(State(story.state), story.version), seen, verdict)
        if standing is None:
            return [Toast(Text(TEMPLATE, "stale")), await _redrawn(turn.session, story)]
        by = Party("person", str(turn.sender.person_id))
        store.write_decision(
            turn.session,
            story,
            standing,
            Decision(
                story_id=story.id, verdict=verdict.value, decided_by=str(by), decided_at=turn.now
            ),
        )
        record(turn.session, by, f"watch.{verdict.value}", reference, turn.now)
        await turn.session.flush()
        return [await _redrawn(turn.session, story)]

    async def more(self, turn: Turn, _reference: Reference, _seen: int) -> Sequence[Response]:
        """Show the next stories that wait and were only counted."""
        most = self.parts.settings.watch.told_per_poll
        stories = await store.waiting_stories(turn.session, most, untold=True)
        if not stories:
            return [Toast(Text(TEMPLATE, "no_more"))]
        await post_stories(turn.session, self.parts, stories[::-1], turn.now)
        return [Toast(Text(TEMPLATE, "more_posted", {"count": len(stories)}))]

    async def overview(self, turn: Turn) -> Sequence[Response]:
        """Say what waits, and what was kept for the next edition."""
        session = turn.session
        waiting = await store.waiting_stories(session, MOST_LISTED)
        kept = await unpublished(session, await store.kept_stories(session, turn.now))
        listed = kept[-MOST_LISTED:]
        untold = await store.waiting_stories(session, 1, untold=True)
        overview = Overview(
            waiting_count=await store.count_waiting(session),
            waiting=await store.shown(session, waiting),
            kept_count=len(kept),
            kept=await store.shown(session, listed),
            untold=bool(untold),
        )
        return [overview_reply(overview)]


async def unpublished(session: AsyncSession, stories: Sequence[Story]) -> Sequence[Story]:
    """Return those of `stories` that appeared in no edition yet."""
    references = {story.id: Reference("watch", "story", str(story.id)) for story in stories}
    out = await published(session, references.values())
    return [story for story in stories if references[story.id] not in out]


async def _redrawn(session: AsyncSession, story: Story) -> Redraw:
    """Return the message of a story as it stands, with who decided."""
    (shown,) = await store.shown(session, [story])
    by = await store.last_decider(session, story.id)
    person = await session.get(Person, by.number) if by else None
    return Redraw(story_text(shown, person.name if person else ""), story_keyboard(shown))

"""Alerts: a story sent at once to who follows its themes, by two presses, once ever."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.acts import record
from core.alerts import Alert, AlertReaders
from core.chat import Action, Redraw, Response, Text, Toast, Turn
from core.people.roles import Role
from core.reference import Reference
from watch.decide import State, Verdict
from watch.desk import store
from watch.desk.cards import Cards, Face
from watch.desk.deciding import actor, reference_of, write
from watch.desk.shown import TEMPLATE, ShownStory, story_button
from watch.models import Story
from watch.reading.titles import public_title
from watch.understanding.records import deadline


@dataclass(frozen=True)
class Alerting:
    """Asks to confirm, saying to how many people it goes, then sends; what is sent is kept too."""

    cards: Cards
    readers: Sequence[AlertReaders] = ()

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("watch.alert", self.ask, Role.ANIMATOR),
            Action("watch.alert_sent", self.send, Role.ANIMATOR),
        )

    async def ask(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Say to how many people an alert would go, by theme; nothing leaves yet."""
        face = await self._open(turn, reference, version)
        if not isinstance(face, Face):
            return face
        shown = face.story
        by_theme = [
            {"name": face.around.themes.get(code, code), "count": await self._count(turn, (code,))}
            for code in shown.themes
        ]
        asking = face.asking(
            "alert_question", count=await self._count(turn, shown.themes), by_theme=by_theme
        )
        keyboard = ((story_button(shown, "alert_sent"),), (story_button(shown, "back"),))
        return [Redraw(asking, keyboard)]

    async def send(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Send an alert, and keep its story if it was not."""
        face = await self._open(turn, reference, version)
        if not isinstance(face, Face):
            return face
        story = await turn.session.get_one(Story, reference.number)
        if face.story.state is State.WAITING:
            write(turn.session, story, Verdict.KEEP, actor(turn), turn.now)
        alert = alert_of(face.story, turn)
        people = 0
        for each in self.readers:
            people += await each.post(turn.session, alert, turn.now)
        story.alerted_at = turn.now
        story.version += 1
        subject = reference_of(story)
        record(turn.session, actor(turn), store.ALERTED, subject, turn.now, people=people)
        await self.cards.changed(turn, story)
        told = Toast(Text(TEMPLATE, "alert_told", {"count": people}))
        return [told, await self.cards.redraw(turn, story)]

    async def _open(
        self, turn: Turn, reference: Reference, version: int
    ) -> Face | Sequence[Response]:
        """Return the card of a story that an alert can be sent about, or say why it cannot."""
        story = await self.cards.open(turn, reference, version)
        if not isinstance(story, Story):
            return story
        if story.alerted_at or story.state == State.DROPPED.value:
            return await self.cards.stale(turn, story)
        if not story.themes:
            return [Toast(Text(TEMPLATE, "alert_without_theme"), alert=True)]
        if not await self._count(turn, story.themes):
            return [Toast(Text(TEMPLATE, "alert_to_nobody"), alert=True)]
        return await self.cards.face(turn.session, story, turn.now)

    async def _count(self, turn: Turn, themes: Sequence[str]) -> int:
        return sum([await each.count(turn.session, themes) for each in self.readers])


def alert_of(story: ShownStory, turn: Turn) -> Alert:
    """Return what readers are told of a story."""
    return Alert(
        reference=story.reference,
        title=public_title(story.title, reproducible=story.reproducible),
        url=story.link,
        source=", ".join(story.sources),
        note=story.note,
        themes=story.themes,
        deadline=deadline(story.dates, turn.now),
    )

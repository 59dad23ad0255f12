"""« Je suis intéressé(e) », in chat: for which territory, and when the reminders will come."""

from collections.abc import Sequence

from core.chat import Action, Button, Keyboard, Redraw, Reply, Response, Text, Toast, Turn
from core.parts import Parts
from core.people.store import territories_of
from core.reference import Reference
from watch.alerts import interests, names
from watch.alerts.following import COMMON, refusal
from watch.alerts.rules import is_followed, pair
from watch.alerts.shown import foreseen
from watch.models import Story

ALONE = 0
"""The territory of who has none."""


class Calling:
    """Notes who is interested in a call, and who is not any more."""

    def __init__(self, parts: Parts) -> None:
        self._rhythm = interests.rhythm_of(parts.settings.watch)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("alerts.interested", self.ask, None),
            Action("alerts.interested_for", self.choose, None),
            Action("alerts.withdraw", self.withdraw, None),
        )

    async def ask(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Note the interest of the person's territory; of several, ask which."""
        story = await self._story(turn, reference.number)
        if not isinstance(story, Story):
            return [story]
        territories = await territories_of(turn.session, _person(turn), turn.now)
        if len(territories) > 1 and interests.closings_of(story, turn.now):
            said = await interests.of_person(turn.session, story.id, _person(turn))
            chosen = {row.territory_id for row in said}
            keyboard = tuple(
                (_territory(each.name, story.id, each.id, chosen=each.id in chosen),)
                for each in territories
            )
            return [Reply(names.text("which_territory", title=story.title), keyboard)]
        territory = territories[0].id if territories else ALONE
        return [Reply(*await self._note(turn, story, territory))]

    async def choose(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Note the interest of the chosen territory, if the person serves it still."""
        story_id, territory = pair(reference.id) or (0, 0)
        story = await self._story(turn, story_id)
        if not isinstance(story, Story):
            return [story]
        served = {each.id for each in await territories_of(turn.session, _person(turn), turn.now)}
        if territory not in (served or {ALONE}):
            return [Toast(Text(COMMON, "stale"), alert=True)]
        return [Redraw(*await self._note(turn, story, territory))]

    async def withdraw(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Remind the person no more: whoever has left the network may still say so."""
        read = pair(reference.id)
        if turn.sender.person_id is None:
            return [Toast(Text(COMMON, "refused_unlinked"), alert=True)]
        story = await turn.session.get(Story, read[0]) if read else None
        if read is None or story is None or not await self._may_withdraw(turn, *read):
            return [Toast(Text(COMMON, "stale"), alert=True)]
        person = turn.sender.person_id
        wish = interests.Wish(*read, person, interests.CHAT)
        await interests.withdraw(turn.session, wish, turn.now)
        again = Button(
            names.text("interested_button"), "alerts.interested", names.story_reference(story.id)
        )
        open_still = bool(interests.closings_of(story, turn.now))
        words = names.text("withdrawn", title=story.title)
        return [Redraw(words, ((again,),) if open_still else ())]

    async def _may_withdraw(self, turn: Turn, story: int, territory: int) -> bool:
        """Say whether a choice is the person's: theirs, or that of a territory they serve."""
        said = await interests.of_person(turn.session, story, _person(turn))
        if territory == ALONE or territory in {row.territory_id for row in said}:
            return True
        served = await territories_of(turn.session, _person(turn), turn.now)
        return territory in {each.id for each in served}

    async def _story(self, turn: Turn, number: int) -> Story | Response:
        """Return a call that somebody may be interested in, or say why not."""
        if refused := refusal(turn):
            return Toast(refused, alert=True)
        story = await turn.session.get(Story, number)
        if story is None or not is_followed(story.state):
            return Toast(Text(COMMON, "stale"), alert=True)
        return story

    async def _note(self, turn: Turn, story: Story, territory: int) -> tuple[Text, Keyboard]:
        coming = interests.closings_of(story, turn.now)
        if not coming:
            return names.text("closed", title=story.title), ()
        served = await territories_of(turn.session, _person(turn), turn.now)
        wish = interests.Wish(story.id, territory, _person(turn), interests.CHAT)
        plan = await interests.want(turn.session, story, wish, self._rhythm, turn.now)
        words = names.text(
            "noted",
            title=story.title,
            territory=next((each.name for each in served if each.id == territory), ""),
            **foreseen(plan, coming, turn.now),
        )
        label = names.text("withdraw_button")
        return words, ((names.choice_button(label, "alerts.withdraw", story.id, territory),),)


def _territory(name: str, story: int, territory: int, *, chosen: bool) -> Button:
    label = names.text("theme_choice", name=name, chosen=chosen)
    return names.choice_button(label, "alerts.interested_for", story, territory)


def _person(turn: Turn) -> int:
    return turn.sender.person_id or 0

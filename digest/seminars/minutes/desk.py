"""Minutes in the animators' chat: shown, sent as « projet », made « définitif », published."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.chat import Action, Button, Redraw, Reply, Response, Toast, Turn
from core.ledger.models import Delivery
from core.people.models import Person
from core.people.roles import Role
from core.reference import Party, Reference
from digest.seminars.decide import Kind, is_committee
from digest.seminars.desk import actor_of
from digest.seminars.minutes import names, observing, screens, store
from digest.seminars.minutes.decide import (
    CLOSED,
    Outcome,
    Sending,
    State,
    judge_final,
    judge_projet,
)
from digest.seminars.minutes.models import Observation
from digest.seminars.minutes.opening import Found, Opening
from digest.seminars.minutes.rendering import words
from digest.seminars.models import Seminar
from digest.seminars.names import PERSON, person_party
from digest.seminars.rendering import shown as meeting_shown

SHOWN_OBSERVATIONS = 8
"""How many observations are shown at once, those that wait first."""


@dataclass(frozen=True)
class Desk:
    """Answers the presses about minutes that leave."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do. Who receives minutes opens them by one, whoever they are."""
        handlers = {
            "minutes.show": self.show,
            "minutes.back": self.back,
            "minutes.preview": self.preview,
            "minutes.send": self.send,
            "minutes.close": self.close,
            "minutes.finish": self.finish,
            "minutes.publish": self.publish,
            "minutes.show_all": self.show_all,
            "minutes.withdraw": self.withdraw,
            "minutes.observations": self.observations,
            "minutes.taken": self.taken,
            "minutes.left": self.left,
        }
        of_animators = (Action(name, each, Role.ANIMATOR) for name, each in handlers.items())
        return (*of_animators, Action("minutes.open", self.open, None))

    async def show(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show the minutes of a meeting that took place, below its card."""
        found = await self.opening.of_seminar(turn, reference)
        if found is None:
            return [Toast(words("too_soon"), alert=True)]
        return await self.opening.replied(turn, found)

    async def back(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show minutes as they stand."""
        found = await self.opening.of_press(turn, reference)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        return await self.opening.redrawn(turn, found)

    async def preview(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show who will read what, before anything leaves."""
        found = await self.opening.to_write(turn, reference, version)
        if not isinstance(found, tuple):
            return found
        if found[1].state in CLOSED:
            return await self.opening.redrawn(turn, found)
        shown = await self.opening.shown(turn.session, found)
        screen = screens.preview(self.opening.parts, shown, turn.now)
        return [Redraw(screen.text, screen.keyboard)]

    async def send(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Send what is written as « projet »."""
        found = await self.opening.of_press(turn, reference)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        standing = await store.standing(turn.session, found[1])
        verdict = judge_projet(standing, version)
        if verdict is not Sending.READY:
            return await self.opening.refused(turn, found, verdict.value)
        return await self._sent(turn, found, State.PROJET)

    async def close(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Make minutes final; asks once more when there is a reason to."""
        return await self._final(turn, reference, version, confirmed=False)

    async def finish(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Make minutes final, whatever speaks against it."""
        return await self._final(turn, reference, version, confirmed=True)

    async def _final(
        self, turn: Turn, reference: Reference, version: int, *, confirmed: bool
    ) -> Sequence[Response]:
        found = await self.opening.of_press(turn, reference)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        standing = await store.standing(turn.session, found[1])
        verdict = judge_final(standing, version, turn.now, confirmed=confirmed)
        if verdict is Sending.CONFIRM:
            shown = await self.opening.shown(turn.session, found)
            screen = screens.closing(self.opening.parts, shown, turn.now)
            return [Redraw(screen.text, screen.keyboard)]
        if verdict is not Sending.READY:
            return await self.opening.refused(turn, found, verdict.value)
        return await self._sent(turn, found, State.FINAL)

    async def _sent(self, turn: Turn, found: Found, what: State) -> Sequence[Response]:
        seminar, minutes = found
        by = actor_of(turn)
        parts = self.opening.parts
        await store.send(turn.session, parts, seminar, minutes, what, by, turn.now)
        return await self.opening.redrawn(turn, found)

    async def publish(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show final minutes on the meeting's page; asks once more about a committee's."""
        found = await self._finished(turn, reference, version)
        if not isinstance(found, tuple):
            return found
        if found[1].published_at is None and is_committee(Kind(found[0].kind)):
            shown = await self.opening.shown(turn.session, found)
            screen = screens.publishing(self.opening.parts, shown)
            return [Redraw(screen.text, screen.keyboard)]
        return await self.show_all(turn, reference, version)

    async def show_all(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show final minutes on the meeting's page, whoever met."""
        found = await self._finished(turn, reference, version)
        if not isinstance(found, tuple):
            return found
        if found[1].published_at is None:
            await store.publish(turn.session, found[1], actor_of(turn), turn.now)
        return await self.opening.redrawn(turn, found)

    async def withdraw(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show them there no more."""
        found = await self._finished(turn, reference, version)
        if not isinstance(found, tuple):
            return found
        if found[1].published_at is not None:
            await store.withdraw(turn.session, found[1], actor_of(turn), turn.now)
        return await self.opening.redrawn(turn, found)

    async def _finished(
        self, turn: Turn, reference: Reference, version: int
    ) -> Found | Sequence[Response]:
        found = await self.opening.of_press(turn, reference)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        if found[1].state != State.FINAL or found[1].version != version:
            return await self.opening.refused(turn, found, "stale")
        return found

    async def observations(
        self, turn: Turn, reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Show what readers answered, each with its buttons; what waits for an answer is first."""
        found = await self.opening.of_press(turn, reference)
        if found is None:
            return [Toast(words("gone"), alert=True)]
        given = await store.observations(turn.session, found[1].id)
        ranked = sorted(given, key=lambda each: each.handled_at is not None)
        replies: list[Response] = []
        for each in ranked[:SHOWN_OBSERVATIONS]:
            text = await self._observation(turn, found[0], each)
            replies.append(Reply(text.text, observing.answers(each)))
        if len(given) > SHOWN_OBSERVATIONS:
            replies.append(
                Reply(words("observations_more", {"count": len(given) - SHOWN_OBSERVATIONS}))
            )
        return replies

    async def taken(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Answer that an observation is taken into account."""
        return await self._answer(turn, reference, Outcome.TAKEN)

    async def left(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Answer that an observation is not followed."""
        return await self._answer(turn, reference, Outcome.LEFT)

    async def _answer(
        self, turn: Turn, reference: Reference, outcome: Outcome
    ) -> Sequence[Response]:
        observation = await turn.session.get(Observation, reference.number, with_for_update=True)
        found = None
        if observation is not None and observation.text:
            found = await self.opening.of_form(turn, observation.minutes_id)
        if observation is None or found is None:
            return [Toast(words("observation_gone"), alert=True)]
        if observation.handled_at is None:
            by = actor_of(turn)
            await store.handle(turn.session, observation, outcome, by, turn.now)
        return [await self._observation(turn, found[0], observation)]

    async def _observation(self, turn: Turn, seminar: Seminar, observation: Observation) -> Redraw:
        parts = self.opening.parts
        values = {
            **meeting_shown(parts, seminar),
            "author": await observing.author(turn.session, parts, seminar, observation.party),
            "text": observation.text,
            "outcome": observation.outcome or "",
            "by": await _name_of(turn, observation.handled_by),
        }
        return Redraw(words("observation", values), observing.answers(observation))

    async def open(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Give somebody whom minutes were sent to the link to their own page."""
        identity = reference.number
        if not turn.incoming.place.private:
            return [Toast(words("in_private"), alert=True)]
        party = person_party(turn.sender.person_id) if turn.sender.person_id else None
        row = party and await turn.session.scalar(
            select(Delivery.id)
            .where(
                Delivery.cause == str(names.minutes_reference(identity)),
                Delivery.recipient == str(party),
                Delivery.kind.in_([names.DRAFT, names.FINAL]),
            )
            .limit(1)
        )
        if party is None or row is None:
            return [Toast(words("not_yours"), alert=True)]
        url = names.read_url(self.opening.parts, identity, str(party))
        return [Reply(words("your_link"), ((Button(words("your_link_button"), url=url),),))]


async def _name_of(turn: Turn, party: str | None) -> str:
    """Return the name of an animator; empty when they are in the directory no more."""
    who = Party.parse(party) if party else None
    if who is None or who.kind != PERSON:
        return ""
    person = await turn.session.get(Person, who.number)
    return person.name if person else ""

"""The letter in the animators' chat: `/lettre`, and the buttons under an edition."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Field,
    Form,
    Redraw,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
)
from core.errors import InputError
from core.ledger import store as ledger
from core.parts import Parts
from core.people.roles import Role
from core.reference import Party, Reference
from digest.letter import editions, names, rendering, sending
from digest.letter.decide import State, Verdict, judge, may_become, paragraphs
from digest.letter.editions import Contributors
from digest.letter.models import Edition
from digest.letter.rendering import words

LONGEST_EDITORIAL = 3_000
NEXT_EDITION = Reference("letter", "edition", "next")
"""What the button that composes is about: an edition that does not exist yet."""

Change = Callable[[Turn, Edition], Awaitable[Sequence[Response]]]


class Desk:
    """Answers the animators about the letter."""

    def __init__(self, parts: Parts, contributors: Contributors) -> None:
        self._parts = parts
        self._contributors = contributors

    def commands(self) -> tuple[Command, ...]:
        """Return the commands of the letter."""
        return (Command("lettre", self.show, Role.ANIMATOR, menu=words("menu")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "letter.compose": self.compose,
            "letter.recompose": self.recompose,
            "letter.approve": self.approve,
            "letter.cancel": self.cancel,
            "letter.write": self.write,
            "letter.resend": self.resend,
            "letter.leave": self.leave,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    def forms(self) -> tuple[Form, ...]:
        """Return the form that takes the opening words."""
        field = Field("editorial", words("editorial_question"), parse_editorial)
        return (Form("letter.editorial", (field,), self.write_down, Role.ANIMATOR),)

    async def show(self, turn: Turn) -> Sequence[Response]:
        """Say where the letter stands, with what can be done about it."""
        edition = await editions.current(turn.session)
        if edition is None:
            return [await self._nothing_at_work(turn)]
        reference = names.edition_reference(edition.number)
        if edition.state == State.SENDING:
            count = await sending.tally(turn.session, edition.number)
            sent = count.states.get("sent", 0)
            values = {"number": edition.number, "sent": sent, "waiting": count.waiting}
            return [Reply(words("sending", values), about=reference)]
        text, approved = self._shown(edition), edition.state == State.APPROVED
        keyboard = rendering.review_keyboard(
            self._parts, edition.number, edition.version, approved=approved
        )
        return [Reply(text, keyboard, reference)]

    async def compose(self, turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Compose the next edition now; its review arrives by the ledger."""
        await editions.alone_composing(turn.session)
        if await editions.current(turn.session) is not None:
            return [Toast(words("already_at_work"), alert=True)]
        edition = await editions.compose_edition(
            turn.session, self._parts, self._contributors, turn.now, actor_of(turn)
        )
        if edition is None:
            return [Toast(words("nothing_new"), alert=True)]
        return [Toast(words("composed", {"number": edition.number}))]

    async def recompose(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Choose the items of an edition again; an approval given before falls."""

        async def act(turn: Turn, edition: Edition) -> Sequence[Response]:
            changed = await editions.recompose(
                turn.session, self._parts, self._contributors, edition, turn.now
            )
            if not changed:
                return [Toast(words("nothing_new"), alert=True)]
            return [Redraw(words("replaced", {"number": edition.number}))]

        return await self._judged(turn, reference, version, State.DRAFT, act)

    async def approve(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give the « bon à diffuser » to the version that the pressed message shows."""

        async def act(turn: Turn, edition: Edition) -> Sequence[Response]:
            await editions.approve(turn.session, self._parts, edition, actor_of(turn), turn.now)
            values = {"number": edition.number, "name": turn.sender.name, "at": turn.now}
            keyboard = rendering.review_keyboard(
                self._parts, edition.number, edition.version, approved=True
            )
            return [Redraw(words("approved", values), keyboard)]

        return await self._judged(turn, reference, version, State.APPROVED, act)

    async def cancel(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give up an edition that has not left."""

        async def act(turn: Turn, edition: Edition) -> Sequence[Response]:
            editions.cancel(turn.session, edition, actor_of(turn), turn.now)
            keyboard = ((Button(words("compose_button"), "letter.compose", NEXT_EDITION),),)
            return [Redraw(words("cancelled", {"number": edition.number}), keyboard)]

        return await self._judged(turn, reference, version, State.CANCELLED, act)

    async def write(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for the opening words of an edition."""

        async def act(_turn: Turn, edition: Edition) -> Sequence[Response]:
            return [Ask("letter.editorial", {"edition": edition.number})]

        return await self._judged(turn, reference, version, State.DRAFT, act)

    async def write_down(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Put the opening words in the edition; an approval given meanwhile falls."""
        edition = await editions.by_number(turn.session, int(values["edition"]), lock=True)
        if edition is None or not may_become(State(edition.state), State.DRAFT):
            return [Reply(_closed(edition))]
        items = editions.contents_of(edition).items
        await editions.change(
            turn.session, self._parts, edition, turn.now, editorial=values["editorial"], items=items
        )
        return [Reply(words("editorial_kept", {"number": edition.number}))]

    async def resend(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Send again the rows of which nobody knows whether they arrived."""
        ids = await _in_doubt(turn, reference)
        count = await ledger.resend(turn.session, ids, turn.now)
        return [Toast(words("resent" if count else "no_doubt", {"count": count}), alert=True)]

    async def leave(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Leave those rows as they are, for good."""
        ids = await _in_doubt(turn, reference)
        count = await ledger.leave(turn.session, ids, turn.now)
        return [Toast(words("left" if count else "no_doubt", {"count": count}), alert=True)]

    async def _nothing_at_work(self, turn: Turn) -> Reply:
        sent = await editions.archive(turn.session)
        values = {
            "last": sent[0].number if sent else None,
            "last_at": sent[0].sending_at if sent else None,
            "next_at": await editions.due_at(turn.session, self._parts),
        }
        button = Button(words("compose_button"), "letter.compose", NEXT_EDITION)
        return Reply(words("at_rest", values), ((button,),))

    def _shown(self, edition: Edition) -> Text:
        values = rendering.summary(edition.number, editions.contents_of(edition))
        block = "approved_already" if edition.state == State.APPROVED else "review"
        return words(block, {**values, "version": edition.version})

    async def _judged(
        self, turn: Turn, reference: Reference, version: int, wanted: State, act: Change
    ) -> Sequence[Response]:
        """Act when the press is still good; else say why it is not."""
        edition = await editions.by_number(turn.session, reference.number, lock=True)
        if edition is None:
            return [Toast(_closed(edition), alert=True)]
        verdict = judge(State(edition.state), edition.version, version, wanted)
        if verdict is Verdict.GO:
            return await act(turn, edition)
        text = words("stale") if verdict is Verdict.STALE else _closed(edition)
        return [Toast(text, alert=True)]


def actor_of(turn: Turn) -> Party:
    """Return who acts, as the audit trail names them."""
    if turn.sender.person_id is None:
        return Party("account", turn.sender.account)
    return Party("person", str(turn.sender.person_id))


def parse_editorial(text: str, _now: datetime) -> str:
    """Read the opening words: paragraphs, not too many of them."""
    read = "\n\n".join(paragraphs(text))
    if not read:
        raise InputError("editorial_empty")
    if len(read) > LONGEST_EDITORIAL:
        raise InputError("editorial_long")
    return read


def _closed(edition: Edition | None) -> Text:
    return words("closed", {"state": edition.state if edition else State.CANCELLED.value})


async def _in_doubt(turn: Turn, reference: Reference) -> list[int]:
    held = await ledger.uncertain(turn.session, [names.EDITION])
    return [row.id for row in held if row.cause == reference]

"""Deciding on a request for erasure: the animators' buttons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.personal import posts
from bot.personal.models import ErasureRequest
from bot.personal.rules import RequestState, read_reason
from bot.personal.words import text
from core.acts import record
from core.chat import Ask, Button, Field, Form, Redraw, Reply, Response, Toast, Turn
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person
from core.people.roles import Role
from core.reference import Party, Reference

FORM = "personal.refusal"


class Deciding:
    """What animators do about a request; nobody decides on their own."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def form(self) -> Form:
        """Return the form that asks why a request is refused."""
        field = Field("reason", text("reason_question"), _reason)
        return Form(FORM, (field,), self.refused, Role.ANIMATOR)

    async def accept(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Ask to press once more: it cannot be undone."""
        request, stale = await self._asked(turn, subject)
        if request is None:
            return stale
        name = await self._name(turn, request)
        sure = Button(text("accept_sure_button"), "personal.accept_sure", subject)
        back = Button(text("back_button"), "personal.back", subject)
        return [Redraw(text("accept_sure", request=request, name=name), ((sure,), (back,)))]

    async def back(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Show the request again, undecided."""
        request, stale = await self._asked(turn, subject)
        if request is None:
            return stale
        return [Redraw(*posts.card(request, await self._name(turn, request)))]

    async def accept_sure(
        self, turn: Turn, subject: Reference, _version: int
    ) -> Sequence[Response]:
        """Accept; the erasure follows once the person has been told."""
        request, stale = await self._asked(turn, subject)
        if request is None:
            return stale
        await self._decided(turn, request, RequestState.ACCEPTED, "told_accepted")
        return [Redraw(text("accepted", request=request, by=turn.sender.name))]

    async def refuse(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Ask why: the person is owed the reasons (GDPR art. 12(4))."""
        request, stale = await self._asked(turn, subject)
        return stale if request is None else [Ask(FORM, {"request": request.id})]

    async def refused(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Refuse with a reason, which the person is told with their recourse."""
        subject = Reference("personal", "request", str(values["request"]))
        request, stale = await self._asked(turn, subject)
        if request is None:
            return stale
        request.reason = values["reason"]
        await self._decided(turn, request, RequestState.REFUSED, "told_refused")
        return [Reply(text("refused", request=request, by=turn.sender.name))]

    async def _asked(
        self, turn: Turn, subject: Reference
    ) -> tuple[ErasureRequest | None, Sequence[Response]]:
        """Return the request if it is still to be decided, by this person; or what to answer."""
        request = await turn.session.get(ErasureRequest, subject.number, with_for_update=True)
        if request is None or request.state != RequestState.ASKED:
            return None, [Toast(text("already_decided"), alert=True)]
        if request.person_id == turn.sender.person_id:
            return None, [Toast(text("own_request"), alert=True)]
        return request, ()

    async def _decided(
        self, turn: Turn, request: ErasureRequest, state: RequestState, block: str
    ) -> None:
        request.state = state.value
        request.decided_at, request.decided_by = turn.now, turn.sender.person_id
        person = await turn.session.get_one(Person, request.person_id)
        draft = posts.to_person(self._parts, request, person, block, turn.now)
        await post(turn.session, [draft], turn.now)
        actor = Party("person", str(turn.sender.person_id))
        verb = f"personal.{state.value}"
        record(turn.session, actor, verb, posts.reference(request), turn.now)

    async def _name(self, turn: Turn, request: ErasureRequest) -> str:
        return (await turn.session.get_one(Person, request.person_id)).name


def _reason(words: str, _now: datetime) -> str:
    return read_reason(words)

"""The evidence in the animators' chat: what is there, what is missing, and the file."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core import acts
from core.chat import Action, Button, Redraw, Reply, Response, Text, Toast, Turn
from core.parts import Parts
from core.people.roles import Role
from core.reference import Party, Reference
from digest.seminars import names as meetings
from digest.seminars import store
from digest.seminars.decide import State
from digest.seminars.evidence.gathering import gather, said
from digest.seminars.evidence.models import EvidenceRequest
from digest.seminars.evidence.pieces import CHAT
from digest.seminars.models import Seminar

ASKED, MADE, HEAVY, FAILED = "asked", "made", "heavy", "failed"
"""What becomes of a request."""


@dataclass(frozen=True)
class Desk:
    """Answers the presses about evidence."""

    parts: Parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("evidence.show", self.show, Role.ANIMATOR),
            Action("evidence.make", self.make, Role.ANIMATOR),
        )

    async def show(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Say what is there and what is missing, below the card of a meeting."""
        seminar = await self._begun(turn, reference)
        if seminar is None:
            return [Toast(Text(CHAT, "too_soon"), alert=True)]
        found = await gather(turn.session, self.parts, seminar)
        values = {
            **found.heading,
            "pieces": len(found.pieces),
            "missing": [said(self.parts, each) for each in found.missing],
        }
        about = meetings.seminar_reference(seminar.id)
        button = Button(Text(CHAT, "make_button"), "evidence.make", about, seminar.version)
        return [Reply(Text(CHAT, "screen", values), ((button,),), about=about)]

    async def make(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Remember that the file is asked for: the clock makes it, and it leaves by the ledger."""
        seminar = await self._begun(turn, reference)
        if seminar is None:
            return [Toast(Text(CHAT, "too_soon"), alert=True)]
        in_group = not turn.incoming.place.private
        waiting = await turn.session.scalar(
            select(EvidenceRequest.id)
            .where(
                EvidenceRequest.seminar_id == seminar.id,
                EvidenceRequest.state == ASKED,
                EvidenceRequest.in_group == in_group,
            )
            .limit(1)
        )
        if waiting is not None:
            return [Toast(Text(CHAT, "asked_already"), alert=True)]
        by = Party("person", str(turn.sender.person_id))
        turn.session.add(
            EvidenceRequest(
                seminar_id=seminar.id,
                asked_by=str(by),
                in_group=in_group,
                state=ASKED,
                asked_at=turn.now,
            )
        )
        acts.record(turn.session, by, "evidence.asked", meetings.seminar_reference(seminar.id),
                    turn.now)  # fmt: skip
        return [Redraw(Text(CHAT, "asked"))]

    async def _begun(self, turn: Turn, reference: Reference) -> Seminar | None:
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        if seminar is None or seminar.state != State.PUBLISHED or turn.now < seminar.starts_at:
            return None
        return seminar

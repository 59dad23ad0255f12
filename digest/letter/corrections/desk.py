"""Corrections in the animators' chat: written, shown, approved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.chat import Action, Ask, Field, Form, Redraw, Reply, Response, Toast, Turn
from core.parts import Parts
from core.people.roles import Role
from core.reference import Reference
from digest.letter import editions, names
from digest.letter.corrections import rendering, rules, store
from digest.letter.corrections.rules import LONGEST, Press
from digest.letter.decide import State, Verdict, judge, paragraphs
from digest.letter.desk.reading import passage
from digest.letter.models import Correction, Edition
from digest.letter.sending.shown import words

FORM = "letter.correction"


class CorrectionsDesk:
    """Answers the animators about corrections."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "letter.correct": self.correct,
            "letter.correction_approve": self.approve,
            "letter.correction_write": self.write,
            "letter.correction_cancel": self.cancel,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    def forms(self) -> tuple[Form, ...]:
        """Return the form that takes the words of a correction."""
        field = Field("words", words("correction_question"), parse_correction)
        return (Form(FORM, (field,), self.write_down, Role.ANIMATOR),)

    async def correct(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Ask for the words of a correction to an edition that has left."""
        edition = await editions.by_number(turn.session, reference.number)
        if edition is None or edition.sent_at is None:
            return [Toast(words("correction_unsent"), alert=True)]
        if await store.waiting(turn.session, edition.number) is not None:
            return [Toast(words("correction_open"), alert=True)]
        return [Ask(FORM, {"edition": edition.number})]

    async def write(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for other words."""
        correction = await store.by_id(turn.session, reference.number)
        refusal = _refusal(correction, version, State.DRAFT)
        if correction is None or refusal is not None:
            return [refusal or _closed()]
        return [Ask(FORM, {"edition": correction.edition, "correction": correction.id})]

    async def write_down(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Keep the words; the review arrives by the ledger."""
        number = int(values["edition"])
        edition = await editions.by_number(turn.session, number, lock=True)
        if edition is None or edition.sent_at is None:
            return [Reply(words("correction_unsent"))]
        if "correction" in values:
            return await self._rewritten(turn, int(values["correction"]), values["words"])
        if await store.waiting(turn.session, number) is not None:
            return [Reply(words("correction_open"))]
        said, actor = values["words"], names.actor_of(turn)
        await store.write(turn.session, self._parts, edition, turn.now, words=said, actor=actor)
        return [_kept(edition)]

    async def approve(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give the « bon à diffuser » to the version that the pressed message shows."""
        correction = await store.by_id(turn.session, reference.number, lock=True)
        refusal = _refusal(correction, version, State.APPROVED)
        if correction is None or refusal is not None:
            return [refusal or _closed()]
        outcome = store.approve(
            turn.session, self._parts, correction, names.actor_of(turn), turn.now
        )
        if outcome is Press.TWICE:
            return [Toast(words("correction_twice"), alert=True)]
        if outcome is Press.GO:
            count = await store.readers(turn.session, correction.edition)
            return [Redraw(*rendering.review(self._parts, correction, count))]
        values = {
            "number": correction.edition,
            "paragraphs": paragraphs(correction.words),
            "name": turn.sender.name,
            "at": turn.now,
        }
        return [Redraw(words("correction_approved", values))]

    async def cancel(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Give up a correction that has not left."""
        correction = await store.by_id(turn.session, reference.number, lock=True)
        refusal = _refusal(correction, version, State.CANCELLED)
        if correction is None or refusal is not None:
            return [refusal or _closed()]
        store.cancel(turn.session, correction, names.actor_of(turn), turn.now)
        return [Redraw(words("correction_cancelled", {"number": correction.edition}))]

    async def _rewritten(self, turn: Turn, identity: int, said: str) -> Sequence[Response]:
        correction = await store.by_id(turn.session, identity, lock=True)
        if correction is None or State(correction.state) not in rules.OPEN:
            return [Reply(words("correction_closed"))]
        await store.rewrite(turn.session, self._parts, correction, said, turn.now)
        edition = await editions.by_number(turn.session, correction.edition)
        return [_kept(edition)] if edition else []


def parse_correction(text: str, _now: datetime) -> str:
    """Read a correction: paragraphs, not too many of them."""
    return passage(text, LONGEST, empty="correction_empty", long="correction_long")


def _kept(edition: Edition) -> Reply:
    return Reply(words("correction_kept", {"number": edition.number}))


def _closed() -> Toast:
    return Toast(words("correction_closed"), alert=True)


def _refusal(correction: Correction | None, version: int, wanted: State) -> Toast | None:
    """Say why a press is no longer good; None when it is."""
    if correction is None:
        return _closed()
    verdict = judge(State(correction.state), correction.version, version, wanted)
    if verdict is Verdict.STALE:
        return Toast(words("correction_stale"), alert=True)
    return None if verdict is Verdict.GO else _closed()

"""After a meeting, in chat: the certificates, what people thought of it."""

from collections.abc import Sequence
from functools import partial

from core import acts
from core.chat import (
    Action,
    Button,
    Document,
    DocumentToMake,
    Redraw,
    Reply,
    Response,
    Toast,
    Turn,
)
from core.clock import PARIS
from core.parts import Parts
from core.people.roles import Role
from core.printing import prints
from core.reference import Reference
from digest.seminars import names as seminars
from digest.seminars import store
from digest.seminars.attendance import certificates, certified, names, opinions
from digest.seminars.attendance.certificate import certificate_html, certificates_to_print
from digest.seminars.attendance.screens import act
from digest.seminars.attendance.words import words
from digest.seminars.decide import State
from digest.seminars.desk import actor_of
from digest.seminars.models import Seminar
from digest.seminars.registrations import of_party
from digest.seminars.rendering import shown

MOST_TEXTS = 15
LONGEST_TEXT = 150


class After:
    """Answers about certificates and opinions."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do; anybody registered may say what they thought."""
        return (
            Action("attendance.certificates", self.certificates, Role.ANIMATOR),
            Action("attendance.certify", self.certify, Role.ANIMATOR),
            Action("attendance.print", self.to_print, Role.ANIMATOR),
            Action("attendance.opinions", self.opinions, Role.ANIMATOR),
            Action("attendance.opinion", self.opinion, None),
        )

    async def certificates(
        self, turn: Turn, reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Show who would get a certificate, before any leaves."""
        seminar = await _over(turn, reference.number)
        if seminar is None:
            return [Toast(words("not_over"), alert=True)]
        return [await self._standing(turn, seminar)]

    async def certify(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Have the certificates made and sent; pressed twice, each leaves once."""
        seminar = await store.by_id(turn.session, reference.number, lock=True)
        if seminar is None or not _is_over(seminar, turn):
            return [Toast(words("not_over"), alert=True)]
        count = await certificates.ask(turn.session, seminar, turn.now, actor_of(turn))
        await turn.session.flush()
        toast = Toast(words("certificates_asked", count=count))
        return [toast, await self._standing(turn, seminar)]

    async def to_print(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Give, in one file, the certificates of those who cannot be written to."""
        seminar = await _over(turn, reference.number)
        if seminar is None:
            return [Toast(words("not_over"), alert=True)]
        people = await certified.to_hand(turn.session, self._parts, seminar)
        if not people:
            return [Toast(words("nobody_to_hand"), alert=True)]
        about = seminars.seminar_reference(seminar.id)
        acts.record(
            turn.session, actor_of(turn), "seminars.certificates_printed", about, turn.now,
            count=len(people),
        )  # fmt: skip
        given = (self._parts, seminar, people, turn.now)
        name = f"attestations-a-remettre-{seminar.starts_at.astimezone(PARIS):%Y-%m-%d}"
        text = words("certificates_to_hand", count=len(people))
        if prints():
            return [DocumentToMake(f"{name}.pdf", partial(certificates_to_print, *given), text)]
        return [Document(f"{name}.html", certificate_html(*given).encode(), text)]

    async def opinions(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show what people thought, when enough have said it."""
        seminar = await _over(turn, reference.number)
        if seminar is None:
            return [Toast(words("not_over"), alert=True)]
        given = await opinions.answers(turn.session, seminar.id)
        summary = opinions.summed(given)
        back = (act("back_button", "back", seminars.seminar_reference(seminar.id)),)
        if summary is None:
            said = words("opinions_few", seminar=seminar, count=len(given), least=opinions.LEAST)
            return [Redraw(said, (back,))]
        said = words(
            "opinions",
            seminar=seminar,
            summary=summary,
            useful=_shortened(summary.useful),
            wanted=_shortened(summary.wanted),
        )
        return [Redraw(said, (back,))]

    async def opinion(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Give the link of the form to who was registered, in private."""
        if not turn.incoming.place.private or turn.sender.person_id is None:
            return [Toast(words("opinion_private"), alert=True)]
        registration = await of_party(turn.session, reference.number, actor_of(turn))
        seminar = await _over(turn, reference.number)
        if registration is None or seminar is None:
            return [Toast(words("opinion_closed"), alert=True)]
        url = names.feedback_url(self._parts, registration.id)
        text = words("opinion_link", **shown(self._parts, seminar))
        return [Reply(text, ((Button(words("opinion_button"), url=url),),))]

    async def _standing(self, turn: Turn, seminar: Seminar) -> Redraw:
        found = await certificates.standing(turn.session, seminar)
        reference = seminars.seminar_reference(seminar.id)
        count = len(found.first) + len(found.corrected)
        send = ((act("certify_button", "certify", reference, count=count),),) if count else ()
        hand = ((act("print_button", "print", reference),),) if found.out_of_reach else ()
        back = (act("back_button", "back", reference),)
        return Redraw(words("certificates", seminar=seminar, standing=found), (*send, *hand, back))


def _is_over(seminar: Seminar, turn: Turn) -> bool:
    return seminar.state == State.PUBLISHED and turn.now >= seminar.ends_at


async def _over(turn: Turn, identity: int) -> Seminar | None:
    seminar = await store.by_id(turn.session, identity)
    return seminar if seminar is not None and _is_over(seminar, turn) else None


def _shortened(texts: Sequence[str]) -> Sequence[str]:
    """Return what a message can hold of several texts."""
    shown_ones = texts[:MOST_TEXTS]
    return [
        text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1].rstrip() + "…"
        for text in shown_ones
    ]

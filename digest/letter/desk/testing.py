"""A test of an edition, by mail, to the animator who asks and to nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.chat import Action, Redraw, Response, Toast, Turn
from core.ledger.draft import Draft
from core.ledger.store import post
from core.pages import page_url
from core.people.models import Person
from core.people.roles import Role
from core.reference import Party, Reference
from digest.letter import editions, names, rendering
from digest.letter.approving.names import TEST
from digest.letter.desk.opening import Opening, Place
from digest.letter.models import Edition
from digest.letter.pictures.mailed import pictures_of
from digest.letter.rendering import words


@dataclass(frozen=True)
class Testing:
    """Answers « M’envoyer un essai »."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the button does."""
        return (Action("letter.test", self.test, Role.ANIMATOR),)

    async def test(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Send the draft to the address that the directory has of whoever pressed."""
        opened = await self.opening.press(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        person = await turn.session.get(Person, turn.sender.person_id or 0)
        if person is None or not person.email:
            return [Toast(words("test_no_address"), alert=True)]
        await post(turn.session, [await self._draft(turn, opened.edition, person)], turn.now)
        screen = await self.opening.overview(turn.session, opened.edition)
        return [Toast(words("test_sent"), alert=True), Redraw(screen.text, screen.keyboard)]

    async def _draft(self, turn: Turn, edition: Edition, person: Person) -> Draft:
        """Return the mail as subscribers will get it, but for its mark and its links."""
        parts = self.opening.parts
        contents = editions.contents_of(edition)
        marked = parts.renderer.plain(words("test_title", {"title": contents.title}))
        images = await pictures_of(turn.session, contents)
        marked_contents = replace(contents, title=marked)
        content = rendering.mail(
            parts,
            edition.number,
            marked_contents,
            turn.now,
            images=images,
            version=edition.version,
        )
        nowhere = page_url(parts, "/lettres/essai")
        return Draft(
            kind=TEST,
            slot=f"test:{edition.number}/v{edition.version}/{turn.incoming.update_id}",
            recipient=Party("person", str(person.id)),
            content=content,
            cause=names.edition_reference(edition.number),
            due_at=turn.now,
            values=dict.fromkeys(rendering.OWN_LINKS, nowhere),
        )

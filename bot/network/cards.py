"""A proposal as the animators see it, and what its proposer is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.network import names
from bot.network.models import Proposal
from bot.network.rules import REASONS
from bot.network.words import text
from core.chat import Button, File, Keyboard, Post, Text
from core.kept import AddStory
from core.ledger.draft import Draft
from core.people.models import Person, Territory, Theme
from core.posts import render_post
from core.reference import Party
from core.render import Renderer

SHOWN = 2500
"""How many characters of a proposal its card shows: a message has 4,096 (Bot API, sendMessage)."""


class Cards:
    """Writes the cards of proposals; `language` is that of the animators."""

    def __init__(self, renderer: Renderer, language: str, news: AddStory) -> None:
        self._renderer = renderer
        self._language = language
        self._news = news

    async def face(
        self, session: AsyncSession, proposal: Proposal, *, dropping: bool = False
    ) -> tuple[Text, Keyboard]:
        """Return a proposal's card, and the buttons that its state allows."""
        reference = names.named("proposal", proposal.id)
        added = bool(await self._news.added(session, [reference]))
        words = text("proposal_card", **await _values(session, proposal), added=added)
        if proposal.state == "kept" and not added and proposal.person_id is not None:
            return words, ((_button(proposal, "to_watch"),),)
        if proposal.state != "proposed":
            return words, ()
        return words, _reasons(proposal) if dropping else _decisions(proposal)

    async def drafts(
        self,
        session: AsyncSession,
        proposal: Proposal,
        now: datetime,
        *,
        files: Sequence[Mapping[str, Any]],
    ) -> list[Draft]:
        """Return what shows a proposal to the animators: its new files, then its card."""
        slot = f"proposal:{proposal.id}/v{proposal.version}"
        number = self._renderer.plain(text("proposal_file", number=proposal.id), self._language)
        posts = [Post("file", number, entities=(), file=File(**file)) for file in files]
        card = render_post(
            self._renderer, *await self.face(session, proposal), language=self._language
        )
        return [
            Draft(
                names.PROPOSAL,
                slot if index == len(posts) else f"{slot}/file:{index}",
                Party("proposal", str(proposal.id)),
                said.content(),
                names.named("proposal", proposal.id),
                now,
                stream=f"proposal:{proposal.id}",
            )
            for index, said in enumerate((*posts, card))
        ]

    def told(
        self, proposal: Proposal, person: Person, block: str, now: datetime, **values: object
    ) -> Draft:
        """Tell whoever made a proposal what became of it, once for each version."""
        words = text(block, number=proposal.id, **values)
        party = names.person(person.id)
        return Draft(
            names.OUTCOME,
            f"proposal:{proposal.id}/{block}/v{proposal.version}",
            party,
            render_post(self._renderer, words, language=person.language).content(),
            names.named("proposal", proposal.id),
            now,
            stream=str(party),
        )


async def _values(session: AsyncSession, proposal: Proposal) -> dict[str, object]:
    person = await session.get(Person, proposal.person_id) if proposal.person_id else None
    territory = await session.get(Territory, proposal.territory_id or 0)
    theme = await session.get(Theme, proposal.theme_id or 0)
    decider = await session.get(Person, proposal.decided_by or 0)
    words = proposal.text
    return {
        "number": proposal.id,
        "kind": proposal.kind,
        "name": person.name if person else "",
        "territory": territory.name if territory else "",
        "theme": theme.name if theme else "",
        "words": words if len(words) <= SHOWN else f"{words[:SHOWN]}…",
        "link": proposal.url,
        "files": len(proposal.files),
        "contactable": proposal.contactable,
        "state": proposal.state,
        "reason": proposal.reason,
        "decider": decider.name if decider else "",
    }


def _decisions(proposal: Proposal) -> Keyboard:
    keep, drop = _button(proposal, "keep"), _button(proposal, "drop")
    return ((keep, drop), (_button(proposal, "clarify"),))


def _button(proposal: Proposal, action: str) -> Button:
    """Return a button about a proposal; its label's block is named after it."""
    label = text(f"{action}_button")
    return Button(
        label, f"network.{action}", names.named("proposal", proposal.id), proposal.version
    )


def _reasons(proposal: Proposal) -> Keyboard:
    rows = [
        (
            names.button(
                text("reason_button", reason=reason),
                "dropped",
                "reason",
                f"{proposal.id}-{reason}",
                proposal.version,
            ),
        )
        for reason in REASONS
    ]
    back = names.button(text("back_button"), "undecided", "proposal", proposal.id, proposal.version)
    return (*rows, (back,))

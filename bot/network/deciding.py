"""The animators decide on proposals: keep, drop and why, ask for a detail."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.network import names
from bot.network.cards import Cards
from bot.network.experiences import document_of
from bot.network.models import Clarification, Proposal
from bot.network.rules import REASONS, pair, parse_words
from bot.network.words import STALE, text
from core.acts import record
from core.chat import Action, Ask, Field, Form, Redraw, Reply, Response, Toast, Turn
from core.kept import AddStory
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person, Territory, Theme
from core.people.roles import Role
from core.posts import render_post
from core.reference import Reference

FORM = "network.clarify"


class Deciding:
    """What animators do with proposals, in their group."""

    def __init__(self, parts: Parts, cards: Cards, news: AddStory) -> None:
        self._cards = cards
        self._news = news
        self._renderer = parts.renderer
        self._group_id = parts.settings.telegram.group_id

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("network.keep", self.keep, Role.ANIMATOR),
            Action("network.drop", self.drop, Role.ANIMATOR),
            Action("network.dropped", self.dropped, Role.ANIMATOR),
            Action("network.undecided", self.undecided, Role.ANIMATOR),
            Action("network.clarify", self.clarify, Role.ANIMATOR),
            Action("network.to_watch", self.to_watch, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that asks for a detail."""
        field = Field("words", text("clarify_question"), lambda said, _now: parse_words(said))
        return (Form(FORM, (field,), self.ask, Role.ANIMATOR),)

    async def keep(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Keep a proposal: it can be found, and is offered to the letter."""
        proposal = await self._fresh(turn, reference.number, version)
        if proposal is None:
            return await self._stale(turn, reference.number)
        return await self._decide(turn, proposal, "kept", "")

    async def drop(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask why; nothing is decided yet."""
        proposal = await self._fresh(turn, reference.number, version)
        if proposal is None:
            return await self._stale(turn, reference.number)
        return [Redraw(*await self._cards.face(turn.session, proposal, dropping=True))]

    async def undecided(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Go back to the decision."""
        proposal = await self._fresh(turn, reference.number, version)
        if proposal is None:
            return await self._stale(turn, reference.number)
        return [Redraw(*await self._cards.face(turn.session, proposal))]

    async def dropped(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Drop a proposal for a reason."""
        read = pair(reference.id)
        if read is None or read[1] not in REASONS:
            return [Toast(STALE, alert=True)]
        proposal = await self._fresh(turn, read[0], version)
        if proposal is None:
            return await self._stale(turn, read[0])
        return await self._decide(turn, proposal, "dropped", read[1])

    async def to_watch(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Add a proposal that was kept to the watch, as a piece of news to keep."""
        proposal = await self._shown(turn, reference.number, version)
        if proposal is None or proposal.state != "kept":
            return await self._stale(turn, reference.number)
        territory = await turn.session.get(Territory, proposal.territory_id or 0)
        theme = await turn.session.get(Theme, proposal.theme_id or 0)
        document = document_of(
            proposal, territory.name if territory else "", theme.code if theme else ""
        )
        by = names.person(turn.sender.person_id or 0)
        await self._news.add(turn.session, document, by, turn.now)
        _record(turn, "proposal.to_watch", proposal)
        return [Redraw(*await self._cards.face(turn.session, proposal))]

    async def clarify(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for the words of the question to whoever made the proposal."""
        proposal = await self._fresh(turn, reference.number, version)
        if proposal is None:
            return await self._stale(turn, reference.number)
        return [Ask(FORM, {"proposal": proposal.id})]

    async def ask(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Send the question to whoever made the proposal."""
        proposal = await turn.session.get(Proposal, int(values["proposal"]), with_for_update=True)
        person = await _proposer(turn, proposal)
        if proposal is None or person is None or proposal.state != "proposed":
            return [Reply(text("proposal_settled"))]
        turn.session.add(
            Clarification(
                proposal_id=proposal.id,
                direction="asked",
                author_id=turn.sender.person_id,
                text=values["words"],
                files=[],
                update_id=turn.incoming.update_id,
                at=turn.now,
            )
        )
        await post(
            turn.session, [self._question(turn, proposal, person, values["words"])], turn.now
        )
        _record(turn, "proposal.clarify", proposal)
        return [Reply(text("clarification_sent", name=person.name))]

    async def _decide(
        self, turn: Turn, proposal: Proposal, state: str, reason: str
    ) -> Sequence[Response]:
        """Write a decision, and tell whoever made the proposal."""
        proposal.state, proposal.reason = state, reason
        proposal.decided_at, proposal.decided_by = turn.now, turn.sender.person_id
        proposal.version += 1
        await turn.session.flush()
        person = await _proposer(turn, proposal)
        if person is not None:
            told = self._cards.told(proposal, person, f"told_{state}", turn.now, reason=reason)
            await post(turn.session, [told], turn.now)
        _record(turn, f"proposal.{state}", proposal)
        return [Redraw(*await self._cards.face(turn.session, proposal))]

    def _question(self, turn: Turn, proposal: Proposal, person: Person, words: str) -> Draft:
        said = text("clarification", number=proposal.id, words=words)
        party = names.person(person.id)
        return Draft(
            names.CLARIFICATION,
            f"proposal:{proposal.id}/clarification:{turn.incoming.update_id}",
            party,
            render_post(self._renderer, said, language=person.language).content(),
            names.named("proposal", proposal.id),
            turn.now,
            stream=str(party),
        )

    async def _fresh(self, turn: Turn, number: int, version: int) -> Proposal | None:
        """Return a proposal to be decided on as the pressed card shows it; None otherwise."""
        proposal = await self._shown(turn, number, version)
        return proposal if proposal is not None and proposal.state == "proposed" else None

    async def _shown(self, turn: Turn, number: int, version: int) -> Proposal | None:
        """Return a proposal as the pressed card shows it; None when it is not so any more."""
        proposal = await turn.session.get(Proposal, number, with_for_update=True)
        if proposal is None or turn.incoming.place.chat_id != self._group_id:
            return None
        fresh = proposal.version == version and proposal.person_id is not None
        return proposal if fresh else None

    async def _stale(self, turn: Turn, number: int) -> Sequence[Response]:
        """Say that it has changed, and show how it stands to those who may see it."""
        proposal = await turn.session.get(Proposal, number)
        if proposal is None or turn.incoming.place.chat_id != self._group_id:
            return [Toast(STALE, alert=True)]
        face = await self._cards.face(turn.session, proposal)
        return [Toast(STALE, alert=True), Redraw(*face)]


async def _proposer(turn: Turn, proposal: Proposal | None) -> Person | None:
    if proposal is None or proposal.person_id is None:
        return None
    return await turn.session.get(Person, proposal.person_id)


def _record(turn: Turn, verb: str, proposal: Proposal) -> None:
    actor = names.person(turn.sender.person_id or 0)
    record(turn.session, actor, verb, names.named("proposal", proposal.id), turn.now)

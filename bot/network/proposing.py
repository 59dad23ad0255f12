"""`/proposer`: an experience, a link or a document for the network, by whoever is of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.entrance.words import text as entrance_text
from bot.network import consents, names, store
from bot.network.cards import Cards
from bot.network.choices import choices_button
from bot.network.decide import HELPERS
from bot.network.models import Clarification, Proposal
from bot.network.rules import KINDS, SHORTEST, link_in, parse_among
from bot.network.words import REFUSED, STALE, text
from core.acts import record
from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Field,
    Form,
    Reply,
    ReplyRoute,
    Response,
    Text,
    Toast,
    Turn,
)
from core.ledger.store import post
from core.parts import Parts
from core.people.store import territories_of
from core.reference import Reference

FORM = "network.propose"
YES, NO = "yes", "no"


class Proposing:
    """Takes what somebody proposes, and what they add when asked for a detail."""

    def __init__(self, parts: Parts, cards: Cards) -> None:
        self._cards = cards
        self._cap = parts.settings.hotline.solicited_per_month

    def commands(self) -> tuple[Command, ...]:
        """Return the command."""
        return (Command("proposer", self.propose, None, menu=text("menu_propose")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (Action("network.propose", self.propose_for, None),)

    def replies(self) -> tuple[ReplyRoute, ...]:
        """Return what takes a detail, as a reply to what the proposer was told."""
        return (ReplyRoute("network", "proposal", self.add, None),)

    def forms(self) -> tuple[Form, ...]:
        """Return the form: what it is, what it says, and whether one may be contacted about it."""
        kinds = tuple((Button(text(f"kind_{kind}"), kind),) for kind in KINDS)
        answers = ((Button(text("yes_button"), YES), Button(text("no_button"), NO)),)
        return (
            Form(
                FORM,
                (
                    Field("kind", text("kind_question"), _kind, kinds),
                    Field("content", text("content_question"), _content, takes_files=True),
                    Field("contactable", text("contactable_question"), _yes_or_no, answers),
                ),
                self.finish,
                None,
            ),
        )

    async def propose(self, turn: Turn) -> Sequence[Response]:
        """Ask for which territory, when there are several; then what."""
        if refused := _refusal(turn):
            return [Reply(refused)]
        served = await territories_of(turn.session, turn.sender.person_id or 0, turn.now)
        if len(served) < 2:  # noqa: PLR2004  # nothing to choose between
            return [Ask(FORM, {"territory": served[0].id if served else 0})]
        keyboard = tuple(
            (names.button(text("name_button", name=each.name), "propose", "territory", each.id),)
            for each in served
        )
        return [Reply(text("which_territory"), keyboard)]

    async def propose_for(
        self, turn: Turn, reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Begin, for one of the person's territories."""
        if refused := _refusal(turn):
            return [Toast(refused, alert=True)]
        if not await _serves(turn, reference.number):
            return [Toast(STALE, alert=True)]
        return [Ask(FORM, {"territory": reference.number})]

    async def finish(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Keep it and show it to the animators, or ask again for what is missing."""
        if refused := _refusal(turn):
            return [Reply(refused)]
        kind, said, files = values["kind"], values["content"]["text"], values["content"]["files"]
        link = link_in(said)
        if missing := _missing(kind, said, link, files):
            known = {name: values[name] for name in ("territory", "kind", "contactable")}
            return [Reply(text(missing)), Ask(FORM, known)]
        proposal = await self._known(turn) or await self._keep(turn, values, link)
        return [
            Reply(
                text("proposed", number=proposal.id, contactable=proposal.contactable),
                ((choices_button(),),) if proposal.contactable else (),
                about=names.named("proposal", proposal.id),
            )
        ]

    async def add(self, turn: Turn) -> Sequence[Response]:
        """Add a detail to one's own proposal, and show it anew to the animators."""
        about, incoming = turn.incoming.about, turn.incoming
        if not incoming.place.private or about is None:
            return [Reply(text("proposal_reply"))] if about else []
        proposal = await turn.session.get(Proposal, about.number, with_for_update=True)
        if proposal is None or proposal.person_id != turn.sender.person_id:
            return [Reply(STALE)]
        if refused := _refusal(turn):
            return [Reply(refused)]
        if proposal.state != "proposed":
            return [Reply(text("proposal_settled"))]
        if await self._is_new(turn) and (incoming.text.strip() or incoming.files):
            await self._take(turn, proposal)
        return [Reply(text("detail_added"), about=about)]

    async def _take(self, turn: Turn, proposal: Proposal) -> None:
        incoming, session = turn.incoming, turn.session
        files = [asdict(file) for file in incoming.files]
        session.add(
            Clarification(
                proposal_id=proposal.id,
                direction="given",
                author_id=turn.sender.person_id,
                text=incoming.text,
                files=files,
                update_id=incoming.update_id,
                at=turn.now,
            )
        )
        proposal.text = f"{proposal.text}\n\n{incoming.text}".strip()
        proposal.url = proposal.url or link_in(incoming.text)
        proposal.files = [*proposal.files, *files]
        proposal.version += 1
        await session.flush()
        drafts = await self._cards.drafts(session, proposal, turn.now, files=files)
        await post(session, drafts, turn.now)

    async def _is_new(self, turn: Turn) -> bool:
        known = await turn.session.scalar(
            select(Clarification.id).where(Clarification.update_id == turn.incoming.update_id)
        )
        return known is None

    async def _known(self, turn: Turn) -> Proposal | None:
        """Return what this very update has proposed already."""
        return await turn.session.scalar(
            select(Proposal).where(Proposal.update_id == turn.incoming.update_id)
        )

    async def _keep(self, turn: Turn, values: Mapping[str, Any], link: str) -> Proposal:
        session, said = turn.session, values["content"]["text"]
        territory_id = int(values["territory"])
        theme = await store.theme_of(session, said)
        contactable = values["contactable"] == YES and bool(turn.sender.roles & HELPERS)
        proposal = Proposal(
            person_id=turn.sender.person_id,
            territory_id=territory_id if await _serves(turn, territory_id) else None,
            theme_id=theme.id if theme else None,
            kind=values["kind"],
            text=said,
            url=link,
            files=values["content"]["files"],
            contactable=contactable,
            created_at=turn.now,
            update_id=turn.incoming.update_id,
            version=1,
            state="proposed",
            reason="",
        )
        session.add(proposal)
        await session.flush()
        if contactable:
            await self._agree(turn, proposal.theme_id)
        drafts = await self._cards.drafts(session, proposal, turn.now, files=proposal.files)
        await post(session, drafts, turn.now)
        actor, subject = names.person(proposal.person_id or 0), names.named("proposal", proposal.id)
        record(session, actor, "network.propose", subject, turn.now, kind=proposal.kind)
        return proposal

    async def _agree(self, turn: Turn, theme_id: int | None) -> None:
        """Note that colleagues may have their contact, as they have just said."""
        person_id = turn.sender.person_id or 0
        consent = await consents.consent_of(turn.session, person_id)
        if consent is None:
            themes = [theme_id] if theme_id else []
            await consents.change(
                turn.session, person_id, self._cap, turn.now, contact=True, themes=themes
            )
        elif not consent.contact:
            await consents.change(turn.session, person_id, self._cap, turn.now, contact=True)


def _refusal(turn: Turn) -> Text | None:
    """Say why somebody may propose nothing here; None when they may."""
    if not turn.incoming.place.private:
        return entrance_text("private_only")
    if turn.sender.person_id is None:
        return entrance_text("stranger_notice")
    return None if turn.sender.roles else REFUSED


def _missing(kind: str, said: str, link: str, files: Sequence[Any]) -> str | None:
    """Return the block that asks for what a kind of proposal lacks; None when nothing."""
    if kind == "link":
        return None if link else "link_wanted"
    if kind == "document":
        return None if files else "document_wanted"
    return None if files or len(said) >= SHORTEST else "experience_wanted"


async def _serves(turn: Turn, territory_id: int) -> bool:
    served = await territories_of(turn.session, turn.sender.person_id or 0, turn.now)
    return territory_id in {each.id for each in served}


def _kind(said: str, _now: datetime) -> str:
    return parse_among(said, KINDS)


def _content(said: str, _now: datetime) -> str:
    return said.strip()


def _yes_or_no(said: str, _now: datetime) -> str:
    return parse_among(said, (YES, NO))

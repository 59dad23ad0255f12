"""« Qui a déjà fait… ? »: territories that agree to be contacted, with their contact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.entrance.words import text as entrance_text
from bot.hotline import store as hotline
from bot.network import consents, names, store
from bot.network.decide import HELPERS, Contact, first_territories
from bot.network.experiences import Experiences
from bot.network.models import ContactShown, Proposal, WhoSearch
from bot.network.rules import parse_words, title_of, what_was_done
from bot.network.words import REFUSED, STALE, text
from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Field,
    File,
    Form,
    Handler,
    Keyboard,
    Post,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
)
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.people.directory import Listed, everybody
from core.people.models import Territory
from core.people.store import territories_of
from core.reference import Reference

FORM = "network.who"
TERRITORIES = 3
READINGS = 3
EXCERPT = 300


@dataclass(frozen=True)
class Shown:
    """A territory that may be contacted, and why; `experience` is empty when a theme says it."""

    territory: str
    name: str
    email: str
    experience: str = ""
    excerpt: str = ""
    link: str = ""


class Who:
    """Answers members of the network who look for somebody who has done something."""

    def __init__(self, parts: Parts, experiences: Experiences, ask_team: Handler) -> None:
        self._experiences = experiences
        self._ask_team = ask_team
        self._language = parts.settings.network.language
        self._renderer = parts.renderer

    def commands(self) -> tuple[Command, ...]:
        """Return the command."""
        aliases = ("qui a déjà fait", "qui a déjà fait ?", "qui a déjà fait… ?")
        return (Command("quiadejafait", self.search, None, aliases, menu=text("menu_who")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do; `network.who` is for a question of one's own."""
        return (
            Action("network.who", self.search_question, None),
            Action("network.team", self.team, None),
            Action("network.get", self.get, None),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that asks what is looked for."""
        field = Field("words", text("who_question"), lambda said, _now: parse_words(said))
        return (Form(FORM, (field,), self.finish, None),)

    async def search(self, turn: Turn) -> Sequence[Response]:
        """Search what follows the command, or ask what."""
        if refused := _refusal(turn):
            return [Reply(refused)]
        words = turn.incoming.argument.strip()
        return await self._found(turn, words) if words else [Ask(FORM)]

    async def finish(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Search what the form was told."""
        if refused := _refusal(turn):
            return [Reply(refused)]
        return await self._found(turn, values["words"])

    async def search_question(
        self, turn: Turn, reference: Reference, _version: int
    ) -> Sequence[Response]:
        """Search what one's own question asks."""
        if refused := _refusal(turn):
            return [Toast(refused, alert=True)]
        question = await hotline.question(turn.session, reference.number)
        if question is None or question.asker_id != turn.sender.person_id:
            return [Toast(STALE, alert=True)]
        return await self._found(turn, question.text, asked=True)

    async def team(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Ask the team what was searched in vain."""
        search = await turn.session.get(WhoSearch, reference.number)
        if search is None or search.person_id != turn.sender.person_id or not search.text:
            return [Toast(STALE, alert=True)]
        said = replace(
            turn.incoming,
            kind="command",
            command="question",
            argument=search.text,
            text=search.text,
        )
        return await self._ask_team(replace(turn, incoming=said))

    async def get(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Send the documents of a kept proposal to whoever asks for them."""
        if refused := _refusal(turn):
            return [Toast(refused, alert=True)]
        proposal = await turn.session.get(Proposal, reference.number)
        if proposal is None or proposal.state != "kept" or not proposal.files:
            return [Toast(STALE, alert=True)]
        party = names.person(turn.sender.person_id or 0)
        title = self._renderer.plain(text("document", title=_title(proposal)), turn.sender.language)
        drafts = [
            Draft(
                names.DOCUMENT,
                f"proposal:{proposal.id}/update:{turn.incoming.update_id}/{index}",
                party,
                Post("file", title, entities=(), file=File(**file)).content(),
                names.named("proposal", proposal.id),
                turn.now,
                stream=str(party),
            )
            for index, file in enumerate(proposal.files)
        ]
        await post(turn.session, drafts, turn.now)
        return [Toast(text("document_coming"))]

    async def _found(self, turn: Turn, words: str, *, asked: bool = False) -> Sequence[Response]:
        """Look for it, keep that it was looked for and whose contact was given."""
        search = WhoSearch(person_id=turn.sender.person_id, text=words, at=turn.now)
        turn.session.add(search)
        await turn.session.flush()
        theme = await store.theme_of(turn.session, words)
        theme_id = theme.id if theme else None
        kept = await self._experiences.find(turn.session, what_was_done(words), theme_id)
        people = await self._people(turn)
        own = await territories_of(turn.session, turn.sender.person_id or 0, turn.now)
        contacts = first_territories(
            [*_of_experiences(kept, people), *await _of_theme(turn, people, theme_id)],
            frozenset(territory.id for territory in own),
            TERRITORIES,
        )
        for contact in contacts:
            turn.session.add(
                ContactShown(
                    search_id=search.id,
                    person_id=contact.person_id,
                    territory_id=contact.territory_id,
                    proposal_id=contact.proposal_id,
                    at=turn.now,
                )
            )
        told = {contact.proposal_id for contact in contacts}
        readings = [proposal for proposal in kept if proposal.id not in told][:READINGS]
        shown = [await self._shown(turn, contact, people) for contact in contacts]
        block = text(
            "who_found" if shown or readings else "who_none",
            words=words,
            contacts=shown,
            readings=[_reading(each) for each in readings],
        )
        given = [each for each in kept if each.id in told or each in readings]
        return [Reply(block, _keyboard(search, given, asked=asked))]

    async def _people(self, turn: Turn) -> Mapping[int, Listed]:
        """Return the agents and experts who may be contacted, less whoever searches."""
        agreed = await consents.agreed(turn.session)
        return {
            one.person_id: one
            for one in await everybody(turn.session, turn.now)
            if one.roles & HELPERS and one.email and one.person_id != turn.sender.person_id
            if one.person_id in agreed and agreed[one.person_id].contact
        }

    async def _shown(self, turn: Turn, contact: Contact, people: Mapping[int, Listed]) -> Shown:
        territory = await turn.session.get_one(Territory, contact.territory_id)
        person = people[contact.person_id]
        proposal = await turn.session.get(Proposal, contact.proposal_id or 0)
        if proposal is None:
            return Shown(territory.name, person.name, person.email)
        return Shown(
            territory=territory.name,
            name=person.name,
            email=person.email,
            experience=_title(proposal),
            excerpt=_excerpt(proposal),
            link=proposal.url,
        )


def _of_experiences(kept: Sequence[Proposal], people: Mapping[int, Listed]) -> Sequence[Contact]:
    """Return the contact of each experience: whoever told it, or else a colleague there."""
    found = []
    for proposal in kept:
        if not proposal.contactable or proposal.territory_id is None:
            continue
        there = [
            one.person_id for one in people.values() if proposal.territory_id in one.territories
        ]
        first = [person_id for person_id in there if person_id == proposal.person_id]
        if chosen := [*first, *there]:
            found.append(Contact(chosen[0], proposal.territory_id, proposal.id))
    return found


async def _of_theme(
    turn: Turn, people: Mapping[int, Listed], theme_id: int | None
) -> Sequence[Contact]:
    """Return who named the theme among those on which they agree to be contacted."""
    agreed = await consents.agreed(turn.session)
    return [
        Contact(one.person_id, territory_id)
        for one in people.values()
        if theme_id is not None and theme_id in agreed[one.person_id].themes
        for territory_id in sorted(one.territories)
    ]


def who_button(number: int) -> Button:
    """Return the button by which an asker searches what their question asks."""
    return Button(text("who_button"), "network.who", Reference("hotline", "question", str(number)))


def _refusal(turn: Turn) -> Text | None:
    if turn.sender.person_id is None:
        return entrance_text("stranger_notice")
    return None if turn.sender.roles else REFUSED


def _keyboard(search: WhoSearch, kept: Sequence[Proposal], *, asked: bool) -> Keyboard:
    """Return a button for each document, and the one that asks the team, unless it was."""
    documents = [
        (names.button(text("get_button", title=_title(each)), "get", "proposal", each.id),)
        for each in kept
        if each.files
    ]
    team = () if asked else ((names.button(text("team_button"), "team", "search", search.id),),)
    return (*documents, *team)


@dataclass(frozen=True)
class Reading:
    """An experience to read, without a contact."""

    title: str
    excerpt: str
    link: str


def _reading(proposal: Proposal) -> Reading:
    return Reading(_title(proposal), _excerpt(proposal), proposal.url)


def _title(proposal: Proposal) -> str:
    return title_of(proposal.text) or proposal.url


def _excerpt(proposal: Proposal) -> str:
    words = " ".join(proposal.text.split())
    title = _title(proposal)
    words = words.removeprefix(title).lstrip(" .") if not title.endswith("…") else words
    return words if len(words) <= EXCERPT else words[:EXCERPT].rsplit(" ", 1)[0] + "…"

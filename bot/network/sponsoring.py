"""`/parrainage`: animators record, list and end sponsorships; both sides note their exchanges."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from bot.network import consents, names, sponsorships
from bot.network.models import Sponsorship, SponsorshipExchange
from bot.network.rules import parse_day, parse_line, parse_past_day
from bot.network.sponsorships import Pair
from bot.network.words import REFUSED, STALE, text
from core.acts import record
from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Field,
    Form,
    Keyboard,
    Redraw,
    Reply,
    Response,
    Text,
    Toast,
    Turn,
)
from core.clock import PARIS
from core.db import alone
from core.parts import Parts
from core.people.directory import everybody
from core.people.models import Territory, Theme
from core.people.roles import Role
from core.people.store import territories_of
from core.reference import Reference
from core.text import normalise

RECORD = "network.sponsorship"
EXCHANGE = "network.exchange"
TODAY = "aujourd’hui"
NO_THEME = "-"
MOST = 40
"""How many sponsorships are listed."""


class Sponsoring:
    """Sponsorships in chat."""

    def __init__(self, parts: Parts) -> None:
        self._group_id = parts.settings.telegram.group_id

    def commands(self) -> tuple[Command, ...]:
        """Return the command; each sees what is theirs."""
        return (Command("parrainage", self.show, None, menu=text("menu_sponsorship")),)

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        return (
            Action("network.pair", self.card, None),
            Action("network.note", self.note, None),
            Action("network.record", self.record, Role.ANIMATOR),
            Action("network.end", self.end, Role.ANIMATOR),
            Action("network.ended", self.ended, Role.ANIMATOR),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the form that records a sponsorship, and the one that notes an exchange."""
        today = ((Button(text("today_button"), TODAY),),)
        none = ((Button(text("no_theme_button"), NO_THEME),),)
        return (
            Form(
                RECORD,
                (
                    Field("sponsor", text("sponsor_question"), lambda said, _: parse_line(said)),
                    Field(
                        "supported", text("supported_question"), lambda said, _: parse_line(said)
                    ),
                    Field("theme", text("theme_question"), lambda said, _: parse_line(said), none),
                    Field("since", text("since_question"), parse_day, today),
                ),
                self.write,
                Role.ANIMATOR,
            ),
            Form(
                EXCHANGE,
                (
                    Field("held_on", text("held_on_question"), parse_past_day, today),
                    Field("line", text("line_question"), lambda said, _: parse_line(said)),
                ),
                self.write_exchange,
                None,
            ),
        )

    async def show(self, turn: Turn) -> Sequence[Response]:
        """List the sponsorships: all of them to animators, their own to others in private."""
        private = turn.incoming.place.private
        served = await territories_of(turn.session, turn.sender.person_id or 0, turn.now)
        if _is_animator(turn) and (not private or not served):
            found = await sponsorships.pairs(turn.session)
            new = names.button(text("record_button"), "record", "sponsorship", 0)
            return [Reply(text("pairs", pairs=found[:MOST]), (*_buttons(found[:MOST]), (new,)))]
        if not private or not turn.sender.roles:
            return [Reply(REFUSED)]
        territories = [territory.id for territory in served]
        found = await sponsorships.pairs(turn.session, territories=territories)
        return [Reply(text("my_pairs", pairs=found[:MOST]), _buttons(found[:MOST]))]

    async def card(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Show one, with who may be contacted on the other side."""
        pair = await self._seen(turn, reference.number)
        if pair is None:
            return [Toast(STALE, alert=True)]
        return [Reply(*await self._face(turn, pair))]

    async def record(self, _turn: Turn, _reference: Reference, _version: int) -> Sequence[Response]:
        """Ask which territories, on what, since when."""
        return [Ask(RECORD)]

    async def write(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Record a sponsorship, or ask again for what is not known."""
        sponsor, supported = [
            await _territory(turn, values[name]) for name in ("sponsor", "supported")
        ]
        theme = await _theme(turn, values["theme"])
        unknown = {"sponsor": sponsor is None, "supported": supported is None}
        unknown["theme"] = theme is None and values["theme"] != NO_THEME
        if sponsor is None or supported is None or unknown["theme"]:
            known = {name: value for name, value in values.items() if not unknown.get(name)}
            wrong = [values[name] for name, is_unknown in unknown.items() if is_unknown]
            return [Reply(text("not_found", wrong=wrong)), Ask(RECORD, known)]
        if sponsor.id == supported.id:
            return [Reply(text("same_territory"))]
        await alone(turn.session, "network.sponsorship")
        if await sponsorships.going_on(turn.session, sponsor.id, supported.id):
            return [Reply(text("already_paired", sponsor=sponsor.name, supported=supported.name))]
        row = Sponsorship(
            sponsor_id=sponsor.id,
            supported_id=supported.id,
            theme_id=theme.id if theme else None,
            since=date.fromisoformat(values["since"]),
            recorded_by=turn.sender.person_id,
            recorded_at=turn.now,
            version=1,
        )
        turn.session.add(row)
        await turn.session.flush()
        _record(turn, "sponsorship.record", row.id)
        pair = await sponsorships.pair_of(turn.session, row.id)
        return [Reply(*await self._face(turn, pair))] if pair else []

    async def end(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask to be sure before ending one."""
        pair = await self._seen(turn, reference.number)
        if pair is None or pair.version != version or not pair.active:
            return [Toast(STALE, alert=True)]
        sure = names.button(text("sure_end_button"), "ended", "sponsorship", pair.id, version)
        back = names.button(text("back_button"), "pair", "sponsorship", pair.id, version)
        return [Redraw(text("end_question", pair=pair), ((sure,), (back,)))]

    async def ended(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """End one today; what was noted stays."""
        row = await turn.session.get(Sponsorship, reference.number, with_for_update=True)
        if row is None or row.version != version or row.until is not None:
            return [Toast(STALE, alert=True)]
        row.until, row.version = turn.now.astimezone(PARIS).date(), row.version + 1
        await turn.session.flush()
        _record(turn, "sponsorship.end", row.id)
        pair = await sponsorships.pair_of(turn.session, row.id)
        return [Redraw(*await self._face(turn, pair))] if pair else []

    async def note(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Ask when, and what."""
        pair = await self._seen(turn, reference.number)
        if pair is None or not pair.active:
            return [Toast(STALE, alert=True)]
        return [Ask(EXCHANGE, {"sponsorship": pair.id})]

    async def write_exchange(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Note an exchange."""
        pair = await self._seen(turn, int(values["sponsorship"]))
        if pair is None:
            return [Reply(REFUSED)]
        known = await turn.session.scalar(
            select(SponsorshipExchange.id).where(
                SponsorshipExchange.update_id == turn.incoming.update_id
            )
        )
        if known is None:
            turn.session.add(
                SponsorshipExchange(
                    sponsorship_id=pair.id,
                    held_on=date.fromisoformat(values["held_on"]),
                    line=values["line"],
                    noted_by=turn.sender.person_id,
                    noted_at=turn.now,
                    update_id=turn.incoming.update_id,
                )
            )
            await turn.session.flush()
            _record(turn, "sponsorship.exchange", pair.id)
        pair = await sponsorships.pair_of(turn.session, pair.id) or pair
        return [Reply(text("exchange_noted", pair=pair))]

    async def _seen(self, turn: Turn, number: int) -> Pair | None:
        """Return a sponsorship that who speaks may see: an animator, or of either territory."""
        pair = await sponsorships.pair_of(turn.session, number)
        if pair is None or _is_animator(turn):
            return pair
        served = await territories_of(turn.session, turn.sender.person_id or 0, turn.now)
        mine = {territory.id for territory in served} if turn.sender.roles else set()
        return pair if mine & {pair.sponsor_id, pair.supported_id} else None

    async def _face(self, turn: Turn, pair: Pair) -> tuple[Text, Keyboard]:
        people = await self._colleagues(turn, pair)
        words = text("pair", pair=pair, people=people)
        if not pair.active:
            return words, ()
        note = names.button(text("note_button"), "note", "sponsorship", pair.id, pair.version)
        end = names.button(text("end_button"), "end", "sponsorship", pair.id, pair.version)
        return words, ((note,), (end,)) if _is_animator(turn) else ((note,),)

    async def _colleagues(self, turn: Turn, pair: Pair) -> Sequence[tuple[str, str, str]]:
        """Return those of both territories who agree to be contacted: name, territory, address."""
        sides = {pair.sponsor_id: pair.sponsor, pair.supported_id: pair.supported}
        there = [
            one for one in await everybody(turn.session, turn.now) if one.territories & {*sides}
        ]
        addresses = await consents.reachable(
            turn.session, [one.person_id for one in there], turn.now
        )
        return [
            (one.name, sides[min(one.territories & {*sides})], addresses[one.person_id])
            for one in there
            if one.person_id in addresses and one.person_id != turn.sender.person_id
        ]


def _is_animator(turn: Turn) -> bool:
    return Role.ANIMATOR in turn.sender.roles


def _buttons(pairs: Sequence[Pair]) -> Keyboard:
    return tuple(
        (
            names.button(
                text("pair_button", pair=pair), "pair", "sponsorship", pair.id, pair.version
            ),
        )
        for pair in pairs
    )


async def _territory(turn: Turn, name: str) -> Territory | None:
    """Return the territory that a name names: whole, or a part that only one has."""
    rows = (await turn.session.scalars(select(Territory).order_by(Territory.id))).all()
    wanted = normalise(name)
    whole = [row for row in rows if normalise(row.name) == wanted]
    part = [row for row in rows if wanted and wanted in normalise(row.name)]
    found = whole or part
    return found[0] if len(found) == 1 else None


async def _theme(turn: Turn, name: str) -> Theme | None:
    rows = (await turn.session.scalars(select(Theme).order_by(Theme.id))).all()
    wanted = normalise(name)
    found = [row for row in rows if wanted and wanted in normalise(row.name)]
    return found[0] if len(found) == 1 else None


def _record(turn: Turn, verb: str, number: int) -> None:
    actor = names.person(turn.sender.person_id or 0)
    record(turn.session, actor, verb, names.named("sponsorship", number), turn.now)

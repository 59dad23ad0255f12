"""What somebody of the network says to a question put to them, and what becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.hotline.pieces import Lead, cut
from bot.hotline.posts import topic_reference
from bot.network import consents, names, store
from bot.network.choices import choices_button
from bot.network.decide import HELPERS
from bot.network.models import Solicitation, SolicitationReply, Solicited
from bot.network.rules import parse_among
from bot.network.soliciting import question_keyboard, question_text
from bot.network.words import REFUSED, STALE, text
from core.acts import record
from core.chat import (
    Action,
    Ask,
    Button,
    Field,
    File,
    Form,
    Post,
    Redraw,
    Reply,
    ReplyRoute,
    Response,
    Toast,
    Turn,
)
from core.ledger.draft import Draft
from core.ledger.store import post
from core.parts import Parts
from core.people.directory import Listed
from core.posts import render_keyboard
from core.reference import Party, Reference

FORM = "network.reply"
SURE = "send"


class Replying:
    """What people who were asked do, in private; each press looks anew at who they are."""

    def __init__(self, parts: Parts) -> None:
        self._renderer = parts.renderer
        self._language = parts.settings.network.language
        self._cap = parts.settings.hotline.solicited_per_month

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do: roles and people are looked at by the handlers."""
        return (
            Action("network.answer", self.answer, None),
            Action("network.unknown", self.unknown, None),
            Action("network.stop", self.stop, None),
        )

    def replies(self) -> tuple[ReplyRoute, ...]:
        """Return what takes a reply to the question itself."""
        return (ReplyRoute("network", "solicitation", self.replied, None),)

    def forms(self) -> tuple[Form, ...]:
        """Return the form that « Je réponds » opens."""
        fields = (
            Field("said", text("reply_question"), lambda said, _now: said, takes_files=True),
            Field("sure", text("reply_sure"), _sure, ((Button(text("sure_button"), SURE),),)),
        )
        return (Form(FORM, fields, self.finish, None),)

    async def answer(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Ask for the answer."""
        row = await self._part(turn, reference.number)
        if row is None:
            return [_not_theirs(turn)]
        return [Ask(FORM, {"solicitation": row.solicitation_id})]

    async def unknown(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Note that they do not know; they may still answer later."""
        row = await self._part(turn, reference.number)
        if row is None:
            return [_not_theirs(turn)]
        if not row.outcome:
            row.outcome, row.answered_at = "unknown", turn.now
        return [await self._redrawn(turn, row, row.outcome)]

    async def stop(self, turn: Turn, reference: Reference, _version: int) -> Sequence[Response]:
        """Ask them nothing any more: whoever was asked may say so, role or not."""
        person_id = turn.sender.person_id
        row = await store.solicited(turn.session, reference.number, person_id or 0)
        if row is None or person_id is None:
            return [_not_theirs(turn)]
        await consents.change(turn.session, person_id, self._cap, turn.now, asked=False)
        draft = await turn.session.get_one(Solicitation, row.solicitation_id)
        return [Redraw(question_text(draft, state="stopped"), ((choices_button(),),))]

    async def replied(self, turn: Turn) -> Sequence[Response]:
        """Take a reply to the question."""
        about, incoming = turn.incoming.about, turn.incoming
        row = await self._part(turn, about.number) if about else None
        if row is None:
            return [Reply(_refusal(turn))]
        files = [asdict(file) for file in incoming.files]
        return await self._record(turn, row, incoming.text, files)

    async def finish(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Take what the form was given."""
        row = await self._part(turn, int(values["solicitation"]))
        if row is None:
            return [Reply(_refusal(turn))]
        said = values["said"]
        return await self._record(turn, row, said["text"], said["files"])

    async def _part(self, turn: Turn, number: int) -> Solicited | None:
        """Return the part of who speaks in a solicitation, as long as they are of the network."""
        if turn.sender.person_id is None or not turn.incoming.place.private:
            return None
        if not turn.sender.roles & HELPERS:
            return None
        return await store.solicited(turn.session, number, turn.sender.person_id)

    async def _record(
        self, turn: Turn, row: Solicited, words: str, files: list[dict[str, Any]]
    ) -> Sequence[Response]:
        """Keep a reply and carry it to the question's topic; thank for it."""
        session, incoming = turn.session, turn.incoming
        known = await session.scalar(
            select(SolicitationReply.id).where(SolicitationReply.update_id == incoming.update_id)
        )
        if known is None and (words.strip() or files):
            reply = SolicitationReply(
                solicitation_id=row.solicitation_id,
                person_id=row.person_id,
                text=words,
                entities=[dict(each) for each in incoming.entities] if _whole(turn, words) else [],
                files=files,
                edited=incoming.edited,
                update_id=incoming.update_id,
                at=turn.now,
            )
            session.add(reply)
            row.outcome, row.answered_at = "replied", turn.now
            await session.flush()
            await self._carry(turn, reply)
        return [
            Reply(text("reply_thanked"), about=names.named("solicitation", row.solicitation_id))
        ]

    async def _carry(self, turn: Turn, reply: SolicitationReply) -> None:
        """Post a reply to the topic of its question, under the name of whoever gives it."""
        session, now = turn.session, turn.now
        draft = await session.get_one(Solicitation, reply.solicitation_id)
        people = await store.listed(session, [reply.person_id or 0], now)
        author = people[reply.person_id or 0]
        await post(session, self.relay(reply, draft.question_id, author, now), now)
        actor = names.person(author.person_id)
        subject = names.named("solicitation", draft.id)
        record(session, actor, "network.reply", subject, now, reply=reply.id)

    def relay(
        self, reply: SolicitationReply, question_id: int, author: Listed, now: datetime
    ) -> list[Draft]:
        """Return what carries a reply to the topic; its last message has the button to forward.

        A reply in the topic to any of it is an internal note, hence the cause.
        """
        lead = self._lead(author, edited=reply.edited)
        files = [File(**file) for file in reply.files]
        pieces = cut(lead, reply.text, reply.entities, files)
        forward = names.button(text("forward_button"), "forward", "reply", reply.id)
        keyboard = render_keyboard(self._renderer, ((forward,),), self._language)
        drafts = []
        for index, piece in enumerate(pieces, start=1):
            said = Post(
                "file" if piece.file else "text",
                piece.text,
                piece.entities,
                keyboard=keyboard if index == len(pieces) else (),
                file=piece.file,
            )
            drafts.append(
                Draft(
                    names.REPLY,
                    f"reply:{reply.id}/{index}",
                    Party("reply", str(reply.id)),
                    said.content(),
                    topic_reference(question_id),
                    now,
                    stream=f"question:{question_id}",
                )
            )
        return drafts

    def _lead(self, author: Listed, *, edited: bool) -> Lead:
        def written(again: bool) -> str:
            words = text("reply_lead", author=author, again=again, edited=edited)
            return self._renderer.plain(words, self._language)

        return Lead(written(again=False), written(again=True))

    async def _redrawn(self, turn: Turn, row: Solicited, state: str) -> Redraw:
        draft = await turn.session.get_one(Solicitation, row.solicitation_id)
        keyboard = question_keyboard(draft, unknown=False)
        return Redraw(question_text(draft, state=state), keyboard)


def _sure(said: str, _now: datetime) -> str:
    return parse_among(said, [SURE])


def _not_theirs(turn: Turn) -> Toast:
    return Toast(_refusal(turn), alert=True)


def _refusal(turn: Turn) -> Any:
    """Say why somebody cannot answer: no role any more, or never asked."""
    return STALE if turn.sender.roles & HELPERS else REFUSED


def _whole(turn: Turn, words: str) -> bool:
    """Say whether the words are those that were just said, with their formatting."""
    return words == turn.incoming.text

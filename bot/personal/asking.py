"""`/mesdonnees`: seeing what is held about oneself, and asking to be erased."""

import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from bot.entrance.words import door
from bot.entrance.words import text as entrance_text
from bot.personal import posts
from bot.personal.erasing import Holders
from bot.personal.models import ErasureRequest
from bot.personal.rules import RequestState, term
from bot.personal.words import text
from core.acts import record
from core.chat import TOO_BIG, Button, Document, Keyboard, Redraw, Reply, Response, Toast, Turn
from core.clock import PARIS
from core.db import alone
from core.ledger.store import post
from core.parts import Parts
from core.reference import Party, Reference
from core.room import Kept

OPEN = (RequestState.ASKED.value, RequestState.ACCEPTED.value)


class Asking:
    """What a person does about their own data, in private."""

    def __init__(self, parts: Parts, holders: Holders) -> None:
        self._parts = parts
        self._holders = holders

    async def menu(self, turn: Turn) -> Sequence[Response]:
        """Say what one can ask for."""
        if not turn.incoming.place.private:
            return [Reply(entrance_text("private_only"))]
        if turn.sender.person_id is None:
            return [door()]
        request = await self._open_request(turn)
        mine = Reference("personal", "person", str(turn.sender.person_id))
        keyboard: Keyboard = ((Button(text("export_button"), "personal.export", mine),),)
        if request is None:
            keyboard += ((Button(text("erase_button"), "personal.ask", mine),),)
        elif request.state == RequestState.ASKED:
            subject = posts.reference(request)
            keyboard += ((Button(text("withdraw_button"), "personal.withdraw", subject),),)
        return [Reply(text("menu", request=request), keyboard)]

    async def export(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Give everything that is held about the person who presses, as two files."""
        if refused := _refusal(turn, subject):
            return refused
        held = await self._held(turn)
        day = turn.now.astimezone(PARIS).date().isoformat()
        record(turn.session, _party(turn), "personal.export", _person(turn), turn.now)
        values = {"held": held, "at": turn.now}
        page = self._parts.renderer.page("print/personal_data.html", values, turn.sender.language)
        raw = json.dumps(held, ensure_ascii=False, indent=2, default=str)
        return [
            _document(f"mes-donnees-{day}.html", page.encode(), "export_page"),
            _document(f"mes-donnees-{day}.json", raw.encode(), "export_raw"),
        ]

    async def ask(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Say what an erasure removes, what it leaves and why; nothing is asked yet."""
        if refused := _refusal(turn, subject):
            return refused
        kept = [
            (self._words(turn, each.what), self._words(turn, each.ground))
            for each in await self._kept(turn)
        ]
        due_at = term(turn.now)
        sure = Button(text("sure_button"), "personal.sure", _person(turn))
        return [Reply(text("ask", kept=kept, due_at=due_at), ((sure,),))]

    async def sure(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Record the request, start its clock, and put it to the animators."""
        if refused := _refusal(turn, subject):
            return refused
        await alone(turn.session, f"personal.person:{turn.sender.person_id}")
        if await self._open_request(turn) is not None:
            return [Toast(text("already_asked"), alert=True)]
        request = ErasureRequest(
            person_id=turn.sender.person_id,
            state=RequestState.ASKED.value,
            asked_at=turn.now,
            due_at=term(turn.now),
            reminders=0,
            reason="",
        )
        turn.session.add(request)
        await turn.session.flush()
        draft = posts.to_animators(self._parts, request, turn.sender.name, "request", turn.now)
        await post(turn.session, [draft], turn.now)
        subject = posts.reference(request)
        record(turn.session, _party(turn), "personal.ask", subject, turn.now)
        withdraw = Button(text("withdraw_button"), "personal.withdraw", subject)
        return [Redraw(text("asked", request=request), ((withdraw,),))]

    async def withdraw(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Give the request up, as long as nothing was decided."""
        request = await turn.session.get(ErasureRequest, subject.number, with_for_update=True)
        if request is None or request.person_id != turn.sender.person_id:
            return [Toast(text("not_yours"), alert=True)]
        if request.state != RequestState.ASKED:
            return [Toast(text("already_decided"), alert=True)]
        request.state = RequestState.WITHDRAWN.value
        now = turn.now
        draft = posts.to_animators(self._parts, request, turn.sender.name, "request_withdrawn", now)
        await post(turn.session, [draft], now)
        record(turn.session, _party(turn), "personal.withdraw", posts.reference(request), now)
        return [Redraw(text("withdrawn"))]

    async def _open_request(self, turn: Turn) -> ErasureRequest | None:
        return await turn.session.scalar(
            select(ErasureRequest).where(
                ErasureRequest.person_id == turn.sender.person_id, ErasureRequest.state.in_(OPEN)
            )
        )

    async def _held(self, turn: Turn) -> Mapping[str, Any]:
        found = {
            name: await holder.export(turn.session, _party(turn))
            for name, holder in self._holders()
        }
        found["requests"] = {"requests": await self._requests(turn)}
        return {name: held for name, held in found.items() if any(held.values())}

    async def _requests(self, turn: Turn) -> list[dict[str, Any]]:
        rows = await turn.session.scalars(
            select(ErasureRequest)
            .where(ErasureRequest.person_id == turn.sender.person_id)
            .order_by(ErasureRequest.id)
        )
        return [
            {
                "asked_at": row.asked_at.isoformat(),
                "due_at": row.due_at.isoformat(),
                "state": row.state,
                "reason": row.reason,
            }
            for row in rows
        ]

    async def _kept(self, turn: Turn) -> Sequence[Kept]:
        return [
            each
            for _name, holder in self._holders()
            for each in await holder.keeps(turn.session, _party(turn))
        ]

    def _words(self, turn: Turn, words: Any) -> str:
        return self._parts.renderer.plain(words, turn.sender.language)


def _refusal(turn: Turn, subject: Reference) -> Sequence[Response]:
    """Refuse a press by anybody but the person it is about, or outside of their private chat."""
    mine = turn.sender.person_id is not None and subject.number == turn.sender.person_id
    if not mine:
        return [Toast(text("not_yours"), alert=True)]
    return [] if turn.incoming.place.private else [Toast(entrance_text("private_only"), alert=True)]


def _document(name: str, data: bytes, block: str) -> Document:
    """Return a file, compressed when chat would not take it: nobody writes that much by hand."""
    if len(data) > TOO_BIG:
        name, data = f"{name}.gz", gzip.compress(data, mtime=0)
    return Document(name, data, text(block))


def _party(turn: Turn) -> Party:
    return Party("person", str(turn.sender.person_id))


def _person(turn: Turn) -> Reference:
    return Reference("people", "person", str(turn.sender.person_id))

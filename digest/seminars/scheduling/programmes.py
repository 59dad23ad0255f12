"""Programmes: words, or a file that was sent in chat and is fetched out of any transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.awaited import Awaited, Fetching, remembered, wanted
from core.chat import TOO_BIG, Ask, Keyboard, Reply, Response, Text, Turn
from core.files import FileSource, keep
from core.ledger import store as ledger
from core.ledger.draft import DeliveryKind, Draft, Policy
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS
from digest.seminars import names, store
from digest.seminars.decide import State
from digest.seminars.desk import actor_of
from digest.seminars.models import Seminar
from digest.seminars.scheduling import store as plans
from digest.seminars.scheduling.card import Screen, act, facts
from digest.seminars.scheduling.decide import is_followed
from digest.seminars.scheduling.names import PROGRAMME, words
from digest.seminars.scheduling.opening import Opening, note, replied
from digest.seminars.scheduling.pdf.rules import Fault, examine, refusal
from digest.to_desk import to_the_desk

PDF = "application/pdf"


@dataclass(frozen=True)
class Programmes:
    """Takes the programmes that animators write or send."""

    opening: Opening

    async def given(
        self, turn: Turn, seminar: Seminar, value: Mapping[str, Any]
    ) -> Sequence[Response]:
        """Write a programme, or note the file that is to be fetched; else say what is wrong."""
        files = value["files"]
        if not files:
            changed = _write(seminar, value["text"])
            if changed:
                note(turn, seminar, "programme")
            return await self._shown(turn, seminar, changed=changed)
        fault = refusal(files, TOO_BIG)
        if fault is not None:
            again = Ask("scheduling.programme", {"seminar": seminar.id})
            return [Reply(words(fault.value)), again]
        file = files[0]
        name = " ".join(str(file["name"]).split())[:150] or "programme.pdf"
        seminar.programme_asked = wanted(
            file["file_id"], actor_of(turn), turn.now, name=name, unique=file["unique_id"]
        )
        return await self.opening.shown(turn, seminar)

    async def _shown(self, turn: Turn, seminar: Seminar, *, changed: bool) -> Sequence[Response]:
        """Show the card, or first ask whether people are to be told."""
        told = await self.opening.told(turn, seminar) if changed else 0
        if not told:
            return await self.opening.shown(turn, seminar)
        values = {**self.opening.facts(seminar), "told": told}
        return replied(Screen(words("tell_programme", values), _telling(seminar)), seminar)


def fetching(parts: Parts, files: FileSource) -> Fetching:
    """Return what fetches the programmes that meetings wait for."""
    asked = Seminar.programme_asked
    waiting = remembered(select(Seminar.id, asked).where(asked.is_not(None)))
    settle = _Settling(parts).settle
    return Fetching("scheduling.programme", parts.database, files, waiting, settle)


def deliveries(parts: Parts) -> tuple[DeliveryKind, ...]:
    """Return what tells the desk what became of a file."""
    return (DeliveryKind(PROGRAMME, Policy.RESEND, to_the_desk(parts)),)


@dataclass(frozen=True)
class _Settling:
    parts: Parts

    async def settle(
        self, session: AsyncSession, awaited: Awaited, data: bytes | None, now: datetime
    ) -> None:
        """Put a programme with its meeting, or say why not."""
        seminar = await store.by_id(session, awaited.key, lock=True)
        if seminar is None or seminar.programme_asked != awaited.asked:
            return  # something else was sent meanwhile
        seminar.programme_asked = None
        if seminar.state == State.CANCELLED:
            return
        fault = Fault.LOST if data is None else examine(data, TOO_BIG)
        if data is None or fault is not None:
            text, keyboard = words((fault or Fault.LOST).value), _card_row(seminar)
        else:
            text, keyboard = await self._put(session, seminar, data, awaited, now)
        language = self.parts.settings.network.language
        content = render_post(self.parts.renderer, text, keyboard, language).content()
        unique = awaited.asked.get("unique", "")
        slot = f"seminar:{seminar.id}/programme/{awaited.asked_at.isoformat()}/{unique}"
        cause = names.seminar_reference(seminar.id)
        await ledger.post(session, [Draft(PROGRAMME, slot, ANIMATORS, content, cause, now)], now)

    async def _put(
        self, session: AsyncSession, seminar: Seminar, data: bytes, awaited: Awaited, now: datetime
    ) -> tuple[Text, Keyboard]:
        key = await keep(session, data, PDF, now)
        changed = key != seminar.programme_hash
        seminar.programme_hash, seminar.programme_name = key, awaited.asked["name"]
        plans.record(session, seminar, "programme", now, awaited.by)
        reference = names.seminar_reference(seminar.id)
        acts.record(session, awaited.by, "seminars.programme_put", reference, now, hash=key)
        followed = is_followed(State(seminar.state), seminar.ends_at, now)
        told = await plans.count_told(session, seminar.id) if followed and changed else 0
        if not told:
            return words("programme_put"), _card_row(seminar)
        values = {**facts(self.parts, seminar, inside=False), "told": told}
        return words("tell_programme", values), _telling(seminar)


def _write(seminar: Seminar, text: str) -> bool:
    """Write the words of a programme beside its file, or take both away; say if that changes it."""
    before = (seminar.programme, seminar.programme_hash)
    seminar.programme = text
    if not text:
        seminar.programme_hash, seminar.programme_name = None, ""
        seminar.programme_asked = None
    return before != (seminar.programme, seminar.programme_hash)


def _card_row(seminar: Seminar) -> Keyboard:
    return ((act("card_button", "scheduling.card", seminar),),)


def _telling(seminar: Seminar) -> Keyboard:
    return (
        (act("tell_button", "scheduling.tell", seminar),),
        (act("untold_button", "scheduling.card", seminar),),
    )

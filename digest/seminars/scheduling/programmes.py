"""Programmes: words, or a file that was sent in chat and is fetched out of any transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core import acts
from core.chat import TOO_BIG, Ask, Keyboard, Reply, Response, Text, Turn
from core.errors import FileError
from core.files import FileSource, fetched, keep
from core.ledger import store as ledger
from core.ledger.draft import DeliveryKind, Draft, Policy
from core.one_by_one import one_by_one
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS, Party
from core.room import Tick
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
        seminar.programme_asked = _asked(files[0], actor_of(turn), turn.now)
        return await self.opening.shown(turn, seminar)

    async def _shown(self, turn: Turn, seminar: Seminar, *, changed: bool) -> Sequence[Response]:
        """Show the card, or first ask whether people are to be told."""
        told = await self.opening.told(turn, seminar) if changed else 0
        if not told:
            return await self.opening.shown(turn, seminar)
        values = {**self.opening.facts(seminar), "told": told}
        return replied(Screen(words("tell_programme", values), _telling(seminar)), seminar)


@dataclass(frozen=True)
class Fetching:
    """Fetches the programmes that meetings wait for."""

    parts: Parts
    files: FileSource

    def tick(self) -> Tick:
        """Return the work of the clock."""
        return Tick("scheduling.programme", self.run, next_due, every=2.0)

    def deliveries(self) -> tuple[DeliveryKind, ...]:
        """Return what tells the desk what became of a file."""
        return (DeliveryKind(PROGRAMME, Policy.RESEND, to_the_desk(self.parts)),)

    async def run(self, now: datetime) -> None:
        """Fetch each file, and put it with its meeting or say why not."""
        async with self.parts.database.read() as session:
            waiting = [(each.id, each.programme_asked) for each in await _waiting(session)]

        async def fetch(one: tuple[int, Mapping[str, Any] | None]) -> None:
            identity, asked = one
            found = await self._fetched(asked or {}, now)
            if found is not None:
                await self._settle(identity, asked or {}, found, now)

        await one_by_one(waiting, fetch)

    async def _fetched(self, asked: Mapping[str, Any], now: datetime) -> bytes | Fault | None:
        """Return a file, what is wrong with it, or None to come again."""
        try:
            asked_at = datetime.fromisoformat(asked["at"])
            data = await fetched(self.files, asked["file"], asked_at, now)
        except FileError:
            return Fault.LOST
        return None if data is None else examine(data, TOO_BIG) or data

    async def _settle(
        self, identity: int, asked: Mapping[str, Any], found: bytes | Fault, now: datetime
    ) -> None:
        async with self.parts.database.write() as session:
            seminar = await store.by_id(session, identity, lock=True)
            if seminar is None or seminar.programme_asked != asked:
                return  # something else was sent meanwhile
            seminar.programme_asked = None
            if seminar.state == State.CANCELLED:
                return
            if isinstance(found, Fault):
                text, keyboard = words(found.value), _card_row(seminar)
            else:
                text, keyboard = await self._put(session, seminar, found, asked, now)
            await self._tell(session, seminar, text, keyboard, asked, now)

    async def _put(
        self,
        session: AsyncSession,
        seminar: Seminar,
        data: bytes,
        asked: Mapping[str, Any],
        now: datetime,
    ) -> tuple[Text, Keyboard]:
        key = await keep(session, data, PDF, now)
        changed = key != seminar.programme_hash
        seminar.programme_hash, seminar.programme_name = key, asked["name"]
        plans.record(session, seminar, "programme", now, Party.parse(asked["by"]))
        reference = names.seminar_reference(seminar.id)
        verb = "seminars.programme_put"
        acts.record(session, Party.parse(asked["by"]), verb, reference, now, hash=key)
        followed = is_followed(State(seminar.state), seminar.ends_at, now)
        told = await plans.count_told(session, seminar.id) if followed and changed else 0
        if not told:
            return words("programme_put"), _card_row(seminar)
        values = {**facts(self.parts, seminar, inside=False), "told": told}
        return words("tell_programme", values), _telling(seminar)

    async def _tell(  # noqa: PLR0917  # what is said of what, when
        self,
        session: AsyncSession,
        seminar: Seminar,
        text: Text,
        keyboard: Keyboard,
        asked: Mapping[str, Any],
        now: datetime,
    ) -> None:
        language = self.parts.settings.network.language
        content = render_post(self.parts.renderer, text, keyboard, language).content()
        slot = f"seminar:{seminar.id}/programme/{asked['at']}/{asked['unique']}"
        cause = names.seminar_reference(seminar.id)
        draft = Draft(PROGRAMME, slot, ANIMATORS, content, cause, now)
        await ledger.post(session, [draft], now)


async def next_due(session: AsyncSession) -> datetime | None:
    """Say since when a meeting waits for a file."""
    waiting = [each.programme_asked for each in await _waiting(session)]
    return min((datetime.fromisoformat(each["at"]) for each in waiting if each), default=None)


async def _waiting(session: AsyncSession) -> Sequence[Seminar]:
    rows = await session.scalars(select(Seminar).where(Seminar.programme_asked.is_not(None)))
    return [each for each in rows if each.programme_asked]


def _write(seminar: Seminar, text: str) -> bool:
    """Write the words of a programme beside its file, or take both away; say if that changes it."""
    before = (seminar.programme, seminar.programme_hash)
    seminar.programme = text
    if not text:
        seminar.programme_hash, seminar.programme_name = None, ""
        seminar.programme_asked = None
    return before != (seminar.programme, seminar.programme_hash)


def _asked(file: Mapping[str, Any], by: Party, now: datetime) -> dict[str, Any]:
    name = " ".join(str(file["name"]).split())[:150] or "programme.pdf"
    return {
        "file": file["file_id"],
        "unique": file["unique_id"],
        "name": name,
        "by": str(by),
        "at": now.isoformat(),
    }


def _card_row(seminar: Seminar) -> Keyboard:
    return ((act("card_button", "scheduling.card", seminar),),)


def _telling(seminar: Seminar) -> Keyboard:
    return (
        (act("tell_button", "scheduling.tell", seminar),),
        (act("untold_button", "scheduling.card", seminar),),
    )

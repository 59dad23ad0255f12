"""The tables of the evidence: who came, who was connected, what was sent. No address in any."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import PARIS
from core.ledger.models import Delivery
from core.parts import Parts
from core.people.models import Membership, Territory
from core.people.store import held
from core.reference import Party
from core.spreadsheet import guarded
from digest.seminars import names, store
from digest.seminars.attendance.people import BATCH, known
from digest.seminars.attendance.remote import minutes_of
from digest.seminars.attendance.rules import WALK_IN, Row, family_of
from digest.seminars.attendance.store import roll
from digest.seminars.evidence.decide import reason_shown
from digest.seminars.evidence.pieces import words
from digest.seminars.minutes import names as minutes
from digest.seminars.minutes import store as minutes_store
from digest.seminars.models import HalfDay, Registration, Seminar
from digest.seminars.rules import RegistrationState

REMOTE = "remote"

RECTIFIED = "minutes.rectified"
"""What final minutes that replace others are called among what was sent: no kind of their own."""


class Tables:
    """Writes the tables of one meeting."""

    def __init__(self, parts: Parts, seminar: Seminar) -> None:
        self._parts = parts
        self._seminar = seminar
        self._language = parts.settings.network.language

    async def people(self) -> bytes:
        """Return who was expected and who came, half-day by half-day."""
        rows = []
        async with self._parts.database.read() as session:
            excused = await self._excused(session)
            for half_day in await store.half_days(session, self._seminar.id):
                rolled = await roll(session, self._parts, self._seminar, half_day)
                listed = [row for row in rolled if not _taken_back(row)]
                places = await _territories(session, listed, half_day.starts_at)
                there = {row.identity for row in listed}
                absent = [row for row in excused if row.identity not in there]
                label = self.half_day(half_day)
                rows += [
                    (
                        label, row.listed, row.organisation, row.function,
                        places.get(row.party or "", ""), self._say("part", row=row),
                        self._say("present", row=row, excused=row in absent),
                    )
                    for row in [*listed, *absent]
                ]  # fmt: skip
        return self._table("people", 7, rows)

    async def remote(self) -> bytes | None:
        """Return who was connected, as it was checked; None when nobody was."""
        rows = []
        async with self._parts.database.read() as session:
            lasted = await minutes_of(session, self._seminar.id)
            for half_day in await store.half_days(session, self._seminar.id):
                for row in await roll(session, self._parts, self._seminar, half_day):
                    if row.present and row.source == REMOTE:
                        there = str(lasted.get(row.identity, {}).get(half_day.id, ""))
                        rows.append((self.half_day(half_day), row.listed, row.organisation, there))
        return self._table("remote", 4, rows) if rows else None

    async def register(self) -> bytes:
        """Return what was sent about the meeting: what, to whom, when, with what outcome."""
        async with self._parts.database.read() as session:
            causes = [str(names.seminar_reference(self._seminar.id))]
            found = await minutes_store.of(session, self._seminar.id)
            rectified = set()
            if found is not None:
                causes.append(str(minutes.minutes_reference(found.id)))
                rectified = {
                    minutes.slot(self._seminar.id, each.version)
                    for each in await minutes_store.versions(session, found.id)
                    if each.counts.get("reason")
                }
            rows = (
                await session.execute(
                    select(
                        Delivery.kind, Delivery.slot, Delivery.recipient, Delivery.channel,
                        Delivery.state, Delivery.reason, Delivery.due_at, Delivery.settled_at,
                    )
                    .where(Delivery.cause.in_(causes))
                    .order_by(Delivery.id)
                )
            ).all()  # fmt: skip
            people = await self._named(session, {row.recipient for row in rows})
        return self._table(
            "register",
            7,
            [
                (
                    self._say("sent_what", kind=RECTIFIED if row.slot in rectified else row.kind),
                    people.get(row.recipient, ("", ""))[0],
                    people.get(row.recipient, ("", ""))[1],
                    self._say("channel", channel=row.channel),
                    _instant(row.settled_at or row.due_at),
                    self._say("state", state=row.state),
                    self._reason(row.reason),
                )
                for row in rows
            ],
        )

    def half_day(self, half_day: HalfDay) -> str:
        """Return a half-day in words."""
        return self._say("half_day", half_day=half_day)

    def _reason(self, reason: str | None) -> str:
        block, number = reason_shown(reason)
        return self._say("reason", reason=block, number=number)

    async def _excused(self, session: AsyncSession) -> list[Row]:
        answers = (
            await session.scalars(
                select(Registration).where(
                    Registration.seminar_id == self._seminar.id,
                    Registration.state == RegistrationState.EXCUSED.value,
                )
            )
        ).all()
        parties = [row.party for row in answers]
        people = await known(session, self._parts, parties, self._seminar.starts_at)
        found = []
        for row in answers:
            one = people.get(row.party)
            name = (one.name if one else "") or row.name
            if name:
                family = (one.family if one else "") or family_of(name)
                organisation = (one.organisation if one else "") or row.organisation
                function = (one.function if one else "") or row.function
                found.append(Row(row.party, row.party, name, family, organisation, function))
        return sorted(found, key=lambda row: row.listed)

    async def _named(
        self, session: AsyncSession, recipients: set[str]
    ) -> Mapping[str, tuple[str, str]]:
        """Return the name and the structure of people and guests; others are the team."""
        ours = {names.PERSON, names.GUEST}
        parties = {each for each in recipients if Party.parse(each).kind in ours}
        people = await known(session, self._parts, parties, self._seminar.starts_at)
        gone, team = self._say("erased"), self._say("team")
        return {
            **dict.fromkeys(recipients - parties, (team, "")),
            **dict.fromkeys(parties, (gone, "")),
            **{party: (one.name or gone, one.organisation) for party, one in people.items()},
        }

    def _table(self, name: str, columns: int, rows: Iterable[Sequence[str]]) -> bytes:
        """Write a CSV as French spreadsheets open it: semicolons, UTF-8 with its mark."""
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=";")
        writer.writerow([self._say(f"{name}_{number}") for number in range(1, columns + 1)])
        writer.writerows([guarded(cell) for cell in row] for row in rows)
        return out.getvalue().encode("utf-8-sig")

    def _say(self, block: str, **values: object) -> str:
        return self._parts.renderer.plain(words(block, **values), self._language)


def _taken_back(row: Row) -> bool:
    """Say whether somebody was added by mistake: who was not expected cannot be absent."""
    return row.identity.startswith(f"{WALK_IN}:") and not row.present


async def _territories(
    session: AsyncSession, rows: Sequence[Row], at: datetime
) -> Mapping[str, str]:
    """Return the territory that each person served at an instant, by their party."""
    parties = [Party.parse(row.party) for row in rows if row.party]
    people = sorted(party.number for party in parties if party.kind == names.PERSON)
    found: dict[str, str] = {}
    for start in range(0, len(people), BATCH):
        served = await session.execute(
            select(Membership.person_id, Territory.name)
            .join(Territory, Territory.id == Membership.territory_id)
            .where(Membership.person_id.in_(people[start : start + BATCH]), held(at))
            .order_by(Membership.id)
        )
        for person, territory in served:
            found.setdefault(str(names.person_party(person)), territory)
    return found


def _instant(instant: datetime) -> str:
    return instant.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")

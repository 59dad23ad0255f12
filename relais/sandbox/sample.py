"""The sample network: a directory, its themes, validated answers, and what people share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.importing import import_answers, read_file
from core.acts import SYSTEM
from core.clock import PARIS
from core.db import Database
from core.parts import Parts
from core.people.importing import ImportReport, import_csv
from core.people.models import Person
from core.people.roles import Role
from core.people.rules import Kind as FileKind
from core.reference import Party
from core.settings import ObligationSettings
from core.spreadsheet import BadLine
from digest.seminars import store
from digest.seminars.decide import Kind
from digest.seminars.inviting.decide import Group, GroupKind
from digest.seminars.inviting.store import add_group
from digest.seminars.models import Seminar, Speaker
from digest.seminars.registrations import is_registered, register
from relais.sandbox.sharing import FOLDER, load_sharing

SEMINAR_DAYS_AHEAD = 8
"""The sample seminar is this many days after the sandbox is first opened, or the Monday after
when that is in a week-end: its J-7 is then near.
"""

SATURDAY = 5

REGISTERED = ("P002", "P003", "P004", "P005", "P006")
"""The codes of the people who asked for a place from the start: one more than there are."""

PLACES = len(REGISTERED) - 1
INVITED = Group(GroupKind.ROLE, Role.AGENT.value)
"""Whom its card proposes to invite: the preview says who, and nothing left yet."""


SCHOOL_HOLIDAYS = FOLDER / "school-holidays.csv"
"""Days that look like those of the coming years; real ones are published by the ministry."""


def obligations(first: datetime) -> list[ObligationSettings]:
    """Return what the sample contract asks for: it began a month before the first opening."""
    since = (first.astimezone(PARIS) - timedelta(days=30)).date()
    return [
        ObligationSettings(
            code="seminaires", words="2 séminaires par an", since=since, every="year", count=2,
            counts="seminar",
        ),
        ObligationSettings(
            code="comptes-rendus", words="Un compte rendu par trimestre", since=since,
            every="quarter", counts="minutes", remind_days=[30, 7],
        ),
    ]  # fmt: skip


@dataclass(frozen=True)
class NetworkReport:
    """What became of each file of the sample network, by its name."""

    files: Mapping[str, ImportReport]

    @property
    def created(self) -> int:
        """How many rows were made, all files together: none the second time."""
        return sum(report.created for report in self.files.values())

    @property
    def bad_lines(self) -> tuple[BadLine, ...]:
        """The lines that were left out: none, as long as a test looks."""
        return tuple(line for report in self.files.values() for line in report.bad_lines)


async def load_network(database: Database, now: datetime) -> NetworkReport:
    """Import the sample network in one transaction; doing it again changes nothing."""
    async with database.write() as session:
        files = {
            kind.value: await import_csv(session, kind, _file(kind.value)) for kind in FileKind
        }
        files["answers"] = await _answers(session, now)
        files |= await load_sharing(session, now)
    return NetworkReport(files)


async def _answers(session: AsyncSession, now: datetime) -> ImportReport:
    report = await import_answers(session, read_file(_file("answers")), now)
    bad_lines = tuple(BadLine(error.line, error.what, error.hint) for error in report.errors)
    return ImportReport(report.created, report.updated, report.unchanged, bad_lines)


def _file(name: str) -> bytes:
    return (FOLDER / f"{name}.csv").read_bytes()


@dataclass(frozen=True)
class SampleSeminar:
    """The sample network's coming seminar, as the tour looks for it."""

    starts_at: datetime
    registrants: tuple[str, ...]


async def load_seminar(parts: Parts, now: datetime) -> SampleSeminar:
    """Publish the sample seminar with its registered people, unless it is there already."""
    async with parts.database.write() as session:
        people = await session.scalars(
            select(Person).where(Person.code.in_(REGISTERED)).order_by(Person.code)
        )
        registered = people.all()
        seminar = await session.scalar(select(Seminar).order_by(Seminar.id).limit(1))
        if seminar is None:
            seminar = await _publish(session, parts, now)
            for person in registered:
                await register(session, seminar, Party("person", str(person.id)), now)
        comes = [
            person.email
            for person in registered
            if await is_registered(session, seminar.id, Party("person", str(person.id)))
        ]
    return SampleSeminar(seminar.starts_at, tuple(email for email in comes if email))


async def _publish(session: AsyncSession, parts: Parts, now: datetime) -> Seminar:
    day = _working_day((now.astimezone(PARIS) + timedelta(days=SEMINAR_DAYS_AHEAD)).date())
    seminar = await store.create(
        session,
        kind=Kind.SEMINAR,
        title="Accueillir en hiver : ce que nos territoires ont appris",
        starts_at=datetime.combine(day, time(9, 30), PARIS),
        ends_at=datetime.combine(day, time(17, 0), PARIS),
        place="Halle de Saint-Orsan, Pays d’Orsanne (exemple)",
        programme=(
            "9 h 30 : retours de trois territoires sur leurs sessions d’accueil.\n"
            "14 h : ateliers sur le logement passerelle et la reprise d’activités."
        ),
        video_url="https://visio.reseau-accueil.example/hiver",
        now=now,
    )
    seminar.access = (
        "Gare de Saint-Orsan à dix minutes à pied (exemple).\n"
        "Stationnement gratuit derrière la halle ; entrée de plain-pied."
    )
    seminar.capacity = PLACES
    seminar.meals = ["Je déjeune", "Je déjeune, repas végétarien"]
    seminar.carpool = True
    seminar.questions = ["Quelle question voulez-vous poser aux autres territoires ?"]
    session.add(
        Speaker(
            seminar_id=seminar.id,
            name="Sylvie Roumieux",
            organisation="Équipe d’animation du réseau",
            function="animatrice",
            part="animator",
        )
    )
    await add_group(session, seminar, INVITED, now, SYSTEM)
    await store.publish(session, parts, seminar, now)
    return seminar


def _working_day(day: date) -> date:
    """Return `day`, or the Monday after a week-end."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)

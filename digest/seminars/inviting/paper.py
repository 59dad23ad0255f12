"""A nominative invitation on paper, for the « ordre de mission »: PDF, or a page to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Text
from core.parts import Parts
from core.printing import typeset_pdf
from digest.seminars import store
from digest.seminars.attendance.paper import funding, operations, saying
from digest.seminars.attendance.people import Known, known
from digest.seminars.attendance.rules import printable
from digest.seminars.decide import State
from digest.seminars.models import HalfDay, Registration, Seminar
from digest.seminars.rendering import shown
from digest.seminars.rules import RegistrationState

LAYOUT = "print/invitation.typ"
PAGE = "print/invitation.html"
WORDS = "print/invitation.txt"

FILE_NAME = "invitation.pdf"

EXPECTED = (
    RegistrationState.INVITED,
    RegistrationState.REGISTERED,
    RegistrationState.WAITING,
    RegistrationState.REPRESENTED,
)
"""The states of those whose invitation still holds."""

LABELS = (
    "invitation",
    "addressee_label",
    "function_label",
    "structure_label",
    "programme_label",
    "purpose",
    "signature",
    "running",
    "greeting",
    "date",
)


@dataclass(frozen=True)
class Addressee:
    """Somebody who is invited, as their registration knows them."""

    registration: int
    name: str
    structure: str


@dataclass(frozen=True)
class Nominative:
    """What an invitation on paper says. `half_days` are those that the person comes to."""

    seminar: int
    registration: int
    name: str
    function: str
    structure: str
    meeting: Seminar
    half_days: Sequence[HalfDay]
    remote: bool


async def addressees(
    session: AsyncSession, parts: Parts, seminar: Seminar, now: datetime
) -> Sequence[Addressee]:
    """Return those whose invitation to a seminar holds, in the order they were invited."""
    rows = (
        await session.scalars(
            select(Registration)
            .where(
                Registration.seminar_id == seminar.id,
                Registration.state.in_([state.value for state in EXPECTED]),
            )
            .order_by(Registration.id)
        )
    ).all()
    people = await known(session, parts, [row.party for row in rows], now)
    return [
        Addressee(row.id, name, structure)
        for row in rows
        for name, _, structure in [_named(row, people.get(row.party, Known()))]
        if name
    ]


async def of_registration(
    session: AsyncSession, parts: Parts, number: int, now: datetime
) -> Nominative | None:
    """Return what somebody's invitation says; None when it does not hold any more."""
    row = await session.get(Registration, number)
    if row is None or row.state not in EXPECTED:
        return None
    seminar = await store.by_id(session, row.seminar_id)
    if seminar is None or seminar.state != State.PUBLISHED:
        return None
    name, function, structure = _named(
        row, (await known(session, parts, [row.party], now)).get(row.party, Known())
    )
    if not name:
        return None
    every = await store.half_days(session, seminar.id)
    wanted = [one for one in every if row.half_days is None or one.id in row.half_days] or every
    remote = row.mode == "remote" and row.state == RegistrationState.REGISTERED
    return Nominative(seminar.id, row.id, name, function, structure, seminar, wanted, remote)


def pdf(parts: Parts, found: Nominative, printed_at: datetime) -> bytes | None:
    """Return an invitation as a tagged PDF (PDF/UA-1); None without typst.

    It takes up to a second of processor: call it beside the event loop.
    """
    logos = funding(parts, saying(parts, found.meeting), found.meeting.starts_at)
    data = {**written(parts, found, printed_at), **logos}
    return typeset_pdf(parts.renderer, LAYOUT, data, printed_at)


def page(parts: Parts, found: Nominative, printed_at: datetime) -> str:
    """Return the same invitation as a page to print, for where typst is not installed."""
    notice = parts.renderer.notice(found.meeting.starts_at)
    data = {**written(parts, found, printed_at), "funding": notice}
    return parts.renderer.page(PAGE, data, parts.settings.network.language)


def written(parts: Parts, found: Nominative, printed_at: datetime) -> Mapping[str, Any]:
    """Return what an invitation shows, in words that are text and no markup."""
    language = parts.settings.network.language
    about = {
        **shown(parts, found.meeting),
        "operator": parts.settings.operator.name or parts.settings.network.name,
        "printed_at": printed_at,
        "remote": found.remote,
        "name": found.name,
    }

    def say(block: str, **more: object) -> str:
        return printable(parts.renderer.plain(Text(WORDS, block, {**about, **more}), language))

    facts = [
        ("when_label", [say("half_day", half_day=one) for one in found.half_days]),
        ("where_label", [say("where"), *found.meeting.access.splitlines()]),
        (
            "operation_label",
            operations(parts, saying(parts, found.meeting), found.meeting.starts_at),
        ),
    ]
    return {
        "language": language,
        "network": printable(parts.settings.network.name),
        "name": printable(found.name),
        "function": printable(found.function),
        "structure": printable(found.structure),
        "title": say("document_title"),
        "heading": say("heading"),
        "sentence": say("sentence"),
        "facts": [
            {"label": say(label), "lines": [printable(line) for line in lines if line.strip()]}
            for label, lines in facts
            if lines
        ],
        "programme": [say("words", words=line) for line in about["seminar"]["programme"]],
        **{label: say(label) for label in LABELS},
    }


def _named(row: Registration, one: Known) -> tuple[str, str, str]:
    """Return the name, the function and the structure of who is registered."""
    return (
        one.name or row.name,
        one.function or row.function,
        one.organisation or row.organisation,
    )

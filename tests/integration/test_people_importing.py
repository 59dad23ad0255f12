"""The directory is brought to what the operator's files say; on both databases."""

import pytest
from sqlalchemy import func, select

from core.clock import FixedClock
from core.db import Database
from core.people.importing import ImportReport, import_csv
from core.people.models import Membership, Person, Structure, Territory, Theme
from core.people.roles import Role
from core.people.rules import Kind, read_until
from core.people.store import people_with_role, roles_of, territories_of
from core.themes.rules import ThemeWords
from core.themes.store import themes

DEPARTMENTS = "code;name\n63;Puy-de-Dôme\n3;Allier\n"
TERRITORIES = "code;name;department\norsanne;Pays d’Orsanne;63\nlestoire;Hauts de Lestoire;03\n"
STRUCTURES = "code,name,mailbox\nappui,Collectif d’appui,contact@appui.example\n"
PEOPLE = (
    "code,given_name,family_name,email,language\n"
    "P1,Odile,Vernhet,odile@orsanne.example,\n"
    "P2,Karim,Astier,,en\n"
)
MEMBERSHIPS = (
    "person,role,territory,structure,since,until\n"
    "P1,agent,orsanne,,2024-01-01,\n"
    "P1,agent,lestoire,,2025-01-01,\n"
    "P1,resource,,,2025-01-01,\n"
    "P2,animator,,appui,2024-01-01,\n"
)
THEMES = "code,name,words,exclusions\nenfance,Petite enfance,crèche|jeune enfant,colonie\n"
FILES = {
    Kind.DEPARTMENTS: DEPARTMENTS,
    Kind.TERRITORIES: TERRITORIES,
    Kind.STRUCTURES: STRUCTURES,
    Kind.PEOPLE: PEOPLE,
    Kind.MEMBERSHIPS: MEMBERSHIPS,
    Kind.THEMES: THEMES,
}


async def load(database: Database, kind: Kind, text: str) -> ImportReport:
    async with database.write() as session:
        return await import_csv(session, kind, text.encode())


async def load_all(database: Database) -> dict[Kind, ImportReport]:
    return {kind: await load(database, kind, text) for kind, text in FILES.items()}


async def person(database: Database, code: str) -> Person:
    async with database.read() as session:
        return (await session.scalars(select(Person).where(Person.code == code))).one()


async def test_everything_is_imported_and_a_second_time_changes_nothing(
    database: Database,
) -> None:
    first = await load_all(database)
    assert [(r.created, r.bad_lines) for r in first.values()] == [
        (2, ()),
        (2, ()),
        (1, ()),
        (2, ()),
        (4, ()),
        (1, ()),
    ]
    second = await load_all(database)
    assert [(r.created, r.updated, r.unchanged) for r in second.values()] == [
        (0, 0, 2),
        (0, 0, 2),
        (0, 0, 1),
        (0, 0, 2),
        (0, 0, 4),
        (0, 0, 1),
    ]


async def test_one_person_serves_several_territories_and_holds_several_roles(
    database: Database, clock: FixedClock
) -> None:
    await load_all(database)
    odile = await person(database, "P1")
    async with database.read() as session:
        assert await roles_of(session, odile.id, clock.now()) == {Role.AGENT, Role.RESOURCE}
        served = await territories_of(session, odile.id, clock.now())
        assert [territory.name for territory in served] == ["Hauts de Lestoire", "Pays d’Orsanne"]
        (animator,) = await people_with_role(session, Role.ANIMATOR, clock.now())
    assert (animator.name, animator.language, animator.email) == ("Karim Astier", "en", None)


async def test_what_changed_is_updated_and_what_is_not_named_stays(database: Database) -> None:
    await load_all(database)
    report = await load(database, Kind.TERRITORIES, "code,name,department\norsanne,Orsanne,3\n")
    assert (report.created, report.updated, report.unchanged) == (0, 1, 0)
    async with database.read() as session:
        rows = (await session.scalars(select(Territory).order_by(Territory.code))).all()
    assert [(row.name, row.department) for row in rows] == [
        ("Hauts de Lestoire", "03"),
        ("Orsanne", "03"),
    ]


async def test_a_missing_optional_column_empties_nothing(database: Database) -> None:
    await load_all(database)
    await load(database, Kind.PEOPLE, "code,given_name,family_name\nP1,Odile,Vernhet-Roy\n")
    odile = await person(database, "P1")
    assert (odile.family_name, odile.email) == ("Vernhet-Roy", "odile@orsanne.example")


async def test_each_bad_line_is_reported_and_the_rest_is_imported(database: Database) -> None:
    await load_all(database)
    report = await load(
        database,
        Kind.PEOPLE,
        "code,given_name,family_name,email\n"
        "P3,Aya,Roche,aya@lestoire.example\n"
        "P4,Léo,Faure,leo(at)lestoire.example\n"
        "P3,Aya,Roche,\n"
        "P5,Zoé,Blanc,odile@orsanne.example\n"
        ",Sans,Code,\n"
        "P6,Noé,Morel,noe@lestoire.example\n",
    )
    assert (report.created, report.updated) == (2, 0)
    assert [(line.number, line.what) for line in report.bad_lines] == [
        (3, "the e-mail address is not valid"),
        (4, "this repeats line 2"),
        (5, "this e-mail address is already that of P1"),
        (6, "code is empty"),
    ]


async def test_a_territory_of_an_unknown_department_is_left_out(database: Database) -> None:
    await load_all(database)
    report = await load(database, Kind.TERRITORIES, "code,name,department\nx,X,36\ny,Y,63\n")
    assert report.created == 1
    assert [(line.number, line.what) for line in report.bad_lines] == [
        (2, "the department '36' is unknown")
    ]
    assert report.bad_lines[0].hint.startswith("import it from departments first; ")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("P9,agent,orsanne,,2024-01-01,", "the person 'P9' is unknown"),
        ("P1,agent,orsane,,2024-01-01,", "the territory 'orsane' is unknown"),
        ("P1,agent,,apui,2024-01-01,", "the structure 'apui' is unknown"),
        ("P1,maire,orsanne,,2024-01-01,", "the role 'maire' is unknown"),
        ("P1,agent,orsanne,,,", "since is empty"),
        ("P1,agent,orsanne,,2024-02-01,2024-01-01", "it ends before it begins"),
    ],
)
async def test_a_membership_that_cannot_be_is_left_out(
    database: Database, line: str, what: str
) -> None:
    await load_all(database)
    header = "person,role,territory,structure,since,until\n"
    report = await load(database, Kind.MEMBERSHIPS, header + line)
    assert [(bad.number, bad.what) for bad in report.bad_lines] == [(2, what)]
    assert report.created == 0


async def test_a_last_day_ends_a_role_at_its_midnight(
    database: Database, clock: FixedClock
) -> None:
    await load_all(database)
    ended = MEMBERSHIPS.replace(
        "P2,animator,,appui,2024-01-01,", "P2,animator,,appui,2024-01-01,2026-11-23"
    )
    report = await load(database, Kind.MEMBERSHIPS, ended)
    assert (report.created, report.updated, report.unchanged) == (0, 1, 3)
    async with database.read() as session:
        assert await people_with_role(session, Role.ANIMATOR, clock.now())
        midnight = read_until("2026-11-23")
        assert not await people_with_role(session, Role.ANIMATOR, midnight)
        assert await session.scalar(select(func.count()).select_from(Membership)) == 4


async def test_an_address_passes_from_one_person_to_another_in_one_file(
    database: Database,
) -> None:
    await load_all(database)
    report = await load(
        database,
        Kind.PEOPLE,
        "code,given_name,family_name,email\n"
        "P2,Karim,Astier,karim@orsanne.example\n"
        "P1,Odile,Vernhet,\n"
        "P0,Ana,Lopez,odile@orsanne.example\n"
        "P1,Odile,Vernhet,\n",
    )
    assert (report.created, report.updated, len(report.bad_lines)) == (1, 2, 1)
    assert (await person(database, "P0")).email == "odile@orsanne.example"
    back = await load(
        database,
        Kind.PEOPLE,
        "code,given_name,family_name,email\n"
        "P0,Ana,Lopez,\nP1,Odile,Vernhet,odile@orsanne.example\n",
    )
    assert back.updated == 2


async def test_a_file_with_a_wrong_header_changes_nothing(database: Database) -> None:
    await load_all(database)
    report = await load(database, Kind.PEOPLE, "code,given_name,family_name,mail\nP1,X,Y,z\n")
    assert [line.hint for line in report.bad_lines] == ["did you mean email?"]
    assert (await person(database, "P1")).given_name == "Odile"


async def test_the_themes_are_ready_to_be_matched(database: Database) -> None:
    await load_all(database)
    async with database.read() as session:
        assert await themes(session) == (
            ThemeWords("enfance", ("crèche", "jeune enfant"), ("colonie",)),
        )
    more = THEMES.replace("crèche", "crèche|MAM")
    assert (await load(database, Kind.THEMES, more)).updated == 1
    async with database.read() as session:
        words = await session.scalar(select(Theme.words))
        mailbox = await session.scalar(select(Structure.mailbox))
    assert words == ["crèche", "MAM", "jeune enfant"]
    assert mailbox == "contact@appui.example"

"""`relais check` on the sources that the configuration lists."""

from datetime import UTC, datetime
from typing import Any

from core.clock import FixedClock
from core.db import Database
from core.http import Fetcher
from core.people.models import Membership, Person, Theme
from core.people.roles import Role
from core.room import Finding
from core.settings import Settings
from tests.newsstand import Page, item, newsstand, rss
from tests.parts import make_parts
from watch.reading.parsing import Parser
from watch.sources.checks import check

LIST = "<!DOCTYPE html><html><body><ul><li><a href='/1'>Une actualité</a></li></ul></body></html>"
PAGE = (
    "<!DOCTYPE html><html><head><link rel='alternate' type='application/rss+xml' href='/journal'>"
    "</head><body><p>Bonjour.</p></body></html>"
)


async def checked(
    database: Database, clock: FixedClock, *sources: tuple[str, dict[str, Any]]
) -> dict[str, Finding]:
    """Return what is said of each source, the last of them when several things are."""
    async with newsstand() as stand:
        stand.pages |= {
            "journal": Page(rss(item(1), item(2))),
            "gazette": Page(status=403),
            "liste": Page(LIST),
            "page": Page(PAGE),
            "ancien": Page(status=301, headers={"location": f"{stand.url}/journal"}),
        }
        listed = [{"name": page, "url": f"{stand.url}/{page}", **given} for page, given in sources]
        watch = {"allow_private_addresses": True, "host_spacing": 0, "sources": listed}
        settings = Settings.model_validate({"watch": watch})
        parts = make_parts(database, clock, settings)
        async with Fetcher(settings.watch) as fetcher, Parser(workers=1) as parser:
            findings = await check(parts, fetcher, parser).run()
        return {
            finding.subject.removeprefix("source "): Finding(
                finding.subject,
                ok=finding.ok,
                what=finding.what.replace(stand.url, ""),
                hint=finding.hint.replace(stand.url, ""),
            )
            for finding in findings
        }


async def test_each_source_is_read(database: Database, clock: FixedClock) -> None:
    found = await checked(
        database,
        clock,
        ("journal", {}),
        ("gazette", {}),
        ("page", {}),
        ("ancien", {}),
        ("liste", {"kind": "page", "selectors": {"items": "li"}}),
    )
    assert (found["journal"].ok, found["journal"].what) == (True, "2 items")
    assert (found["gazette"].ok, found["gazette"].what) == (
        False,
        "the site answered 403 Forbidden",
    )
    assert found["gazette"].hint.startswith("the site refuses us")
    assert (found["page"].ok, found["page"].hint) == (False, "its feeds: /journal")
    assert (found["ancien"].ok, found["ancien"].what) == (
        True,
        "2 items; it moved for good to /journal",
    )
    assert (found["liste"].ok, found["liste"].what) == (True, "1 items")


async def test_selectors_that_find_nothing_are_a_problem(
    database: Database, clock: FixedClock
) -> None:
    given = {"kind": "page", "selectors": {"items": "div.absent"}}
    found = await checked(database, clock, ("liste", given))
    assert not found["liste"].ok
    assert found["liste"].hint


async def test_what_a_source_names_is_looked_up(database: Database, clock: FixedClock) -> None:
    async with database.write() as session:
        session.add(Theme(code="habitat", name="Habitat"))
        session.add(Person(id=1, code="jeanne", given_name="Jeanne", family_name="Roux"))
        session.add(Person(id=2, code="paul", given_name="Paul", family_name="Roux"))
        await session.flush()
        since = datetime(2024, 1, 1, tzinfo=UTC)
        session.add(Membership(person_id=1, role=Role.ANIMATOR.value, since=since))
    good = {"themes": ["habitat"], "owner": "jeanne", "regions": ["R84", "43"]}
    assert (await checked(database, clock, ("journal", good)))["journal"].ok
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"themes": ["habitot"]}, "no theme has the code habitot", "did you mean habitat?"),
        ({"owner": "jean"}, "no person has the code jean", "did you mean jeanne?"),
        ({"owner": "paul"}, "its owner paul is no animator", "give the code of an animator"),
        ({"regions": ["Nulle part"]}, "no place is called Nulle part", "R84"),
    ]
    for given, what, hint in wrong:
        found = (await checked(database, clock, ("journal", given)))["journal"]
        assert (found.ok, found.what) == (False, what)
        assert hint in found.hint


async def test_a_database_without_tables_hides_nothing_else(
    empty_database: Database, clock: FixedClock
) -> None:
    given = {"themes": ["habitat"]}
    assert (await checked(empty_database, clock, ("journal", given)))["journal"].ok

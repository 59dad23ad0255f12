"""The examination of the edition at work: its links, its mail, once for each version."""

import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.clock import FixedClock
from core.db import Database
from core.http import Fetcher
from core.render import Renderer
from core.settings import WatchSettings
from digest.letter import editions
from digest.letter.examining import Examination, Problem, read_examination
from digest.letter.examining.examine import Examining
from digest.letter.models import Edition
from tests.letter import LetterHouse, settings_for_letters, story
from tests.parts import COMMON

ANSWERS = httpx.MockTransport(lambda _request: httpx.Response(200))
TEXT = "https://example.org/textes/{}?a=1&b=2"


@pytest.fixture
def house(database: Database, clock: FixedClock) -> LetterHouse:
    return LetterHouse(database, clock, settings_for_letters())


async def examined(house: LetterHouse) -> Examination:
    await house.tick("letter.examine")
    found = await examination(house)
    assert found is not None
    return found


async def examination(house: LetterHouse) -> Examination | None:
    async with house.database.read() as session:
        return read_examination(await session.get_one(Edition, 1))


async def composed(house: LetterHouse, *numbers: int, **changes: Any) -> None:
    house.offered = [story(number, **changes) for number in numbers]
    await house.press("letter.compose", "letter:edition:next")


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.code for problem in problems]


async def test_a_sound_edition_has_nothing_to_mend_and_is_examined_once(
    house: LetterHouse,
) -> None:
    assert await house.next_due("letter.examine") is None
    await house.tick("letter.examine")
    await composed(house, 1, references=(("Loi n° 1", "https://law.example.org/1"),))
    assert await house.next_due("letter.examine") == house.clock.now()
    assert await examination(house) is None
    assert await examined(house) == Examination(1)
    assert sorted(house.asked) == [
        ("HEAD", TEXT.format(1)),
        ("HEAD", "https://law.example.org/1"),
    ]
    assert await house.next_due("letter.examine") is None
    await house.tick("letter.examine")
    assert len(house.asked) == 2


async def test_links_that_lead_nowhere_block_and_those_that_refuse_robots_do_not(
    house: LetterHouse,
) -> None:
    house.links = {
        TEXT.format(1): 404,
        TEXT.format(2): 403,
        TEXT.format(3): httpx.ReadTimeout("slow"),
        TEXT.format(4): 503,
        TEXT.format(5): 410,
    }
    await composed(house, 1, 2, 3, 4, 5, 6)
    found = await examined(house)
    assert codes(found.blocking) == ["link_gone", "link_gone"]
    assert codes(found.warnings) == ["link_refused", "link_silent", "link_failing"]
    assert found.blocking[0].values["title"] == "Décret n° 1 : ce qui change"
    assert ("GET", TEXT.format(1)) in house.asked  # HEAD may be refused where GET is not


async def test_a_certificate_that_is_not_valid_is_told(house: LetterHouse) -> None:
    failure = httpx.ConnectError("[SSL] self-signed")
    failure.__cause__ = ssl.SSLError("self-signed")
    house.links = {TEXT.format(1): failure}
    await composed(house, 1)
    assert codes((await examined(house)).warnings) == ["link_insecure"]


async def test_addresses_of_samples_and_those_that_cannot_be_read_are_not_asked(
    house: LetterHouse,
) -> None:
    await composed(house, 1, url="https://legifrance-exemple.example/loi")
    assert codes((await examined(house)).warnings) == ["link_example"]
    house.offered = [story(2, url="http://[::1")]
    await house.press("letter.recompose", "letter:edition:1", 1)
    assert codes((await examined(house)).blocking) == ["link_unknown"]
    assert house.asked == []


async def test_a_change_has_the_new_version_examined(house: LetterHouse) -> None:
    house.links = {TEXT.format(1): 404}
    await composed(house, 1)
    assert codes((await examined(house)).blocking) == ["link_gone"]
    house.offered = [story(2)]
    await house.press("letter.recompose", "letter:edition:1", 1)
    assert await examination(house) is None
    assert await examined(house) == Examination(2)


async def test_what_was_found_of_a_version_that_changed_meanwhile_is_not_kept(
    house: LetterHouse,
) -> None:
    await composed(house, 1)

    async def change(_request: httpx.Request) -> httpx.Response:
        async with house.database.write() as session:
            row = await session.get_one(Edition, 1)
            await editions.change(
                session, house.parts, row, house.clock.now(), editorial="Bonjour."
            )
        return httpx.Response(200)

    transport = httpx.MockTransport(change)
    async with Fetcher(WatchSettings(), transport=transport) as fetcher:
        await Examining(house.parts, fetcher).run(house.clock.now())
    assert await examination(house) is None
    assert (await examined(house)).version == 2


async def test_a_picture_without_words_blocks(house: LetterHouse) -> None:
    await composed(house, 1)
    async with house.database.write() as session:
        row = await session.get_one(Edition, 1)
        await editions.change(session, house.parts, row, house.clock.now(), picture="0" * 64)
    assert codes((await examined(house)).blocking) == ["picture_words"]


async def test_a_layout_that_lost_what_the_law_and_readers_need_blocks(
    database: Database, clock: FixedClock, tmp_path: Path
) -> None:
    """An operator may replace any template by one of their own."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "edition.mjml").write_text(
        """<mjml><mj-body><mj-section><mj-column><mj-text color="#cccccc">
        <h2>{{ title }}</h2><p>Bonjour</p></mj-text></mj-column></mj-section></mj-body></mjml>"""
    )
    house = LetterHouse(database, clock, settings_for_letters())
    renderer = Renderer(COMMON, tmp_path)
    house.parts = replace(house.parts, renderer=renderer)
    await composed(house, 1)
    async with Fetcher(WatchSettings(), transport=ANSWERS) as fetcher:
        await Examining(house.parts, fetcher).run(house.clock.now())
    found = await examination(house)
    assert found is not None
    assert sorted(set(codes(found.blocking))) == [
        "contrast",
        "funding_missing",
        "heading_first",
        "unsubscribe_missing",
    ]


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (None, "link_unknown"),  # an address of this machine
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "link_unknown"),
        (socket.gaierror(socket.EAI_AGAIN, "the network is down"), "link_silent"),
    ],
)
async def test_hosts_that_the_public_cannot_reach_block_but_not_our_own_network_being_down(
    house: LetterHouse, failure: OSError | None, code: str
) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        if failure:
            raise failure
        return ["127.0.0.1"]

    await composed(house, 1, url="http://localhost:8080/x")
    async with Fetcher(WatchSettings(), resolve=resolve) as fetcher:
        await Examining(house.parts, fetcher).run(house.clock.now())
    found = await examination(house)
    assert found is not None
    assert codes(found.blocking + found.warnings) == [code]
    assert bool(found.blocking) is (code == "link_unknown")

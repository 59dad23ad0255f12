"""The notice of the fundings in force: on pages, in mails, and what `relais check` says."""

import struct
import zlib
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from core.clock import FixedClock
from core.funding.check import funding_check
from core.funding.notice import Logo, notices, read_logo
from core.funding.pages import logo_routes
from core.mail.compose import compose
from core.mail.fill import fill
from core.render import Renderer
from core.settings import FundingSettings, LogoSettings, NetworkSettings, Settings
from tests.parts import COMMON

LAST_DAY = datetime(2029, 12, 31, 22, 59, tzinfo=UTC)
DAY_AFTER = datetime(2029, 12, 31, 23, 1, tzinfo=UTC)


def png(width: int, height: int, filler: int = 0) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + bytes(filler)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "region.png"
    path.write_bytes(png(300, 100))
    return path


def funded(file: Path, words: str = "Région Exemple") -> Settings:
    feder = FundingSettings(
        code="feder",
        sentence="Cofinancé par l’Union européenne",
        until=date(2029, 12, 31),
        logos=[LogoSettings(file=file, words=words)],
    )
    region = FundingSettings(code="region", sentence="Avec la Région & ses amis", emblem=False)
    return Settings(
        network=NetworkSettings(funding_notice="La phrase sans profil"), funding=[feder, region]
    )


def renderer(settings: Settings, now: datetime) -> tuple[Renderer, FixedClock]:
    clock = FixedClock(now)
    return Renderer(COMMON, funding=notices(settings, clock)), clock


def spoil(file: Path, data: bytes | None) -> None:
    if data is None:
        file.unlink()
    else:
        file.write_bytes(data)


def home(words: Renderer) -> str:
    return words.page("web/problem.html", {"status": 404})


def test_a_page_shows_the_sentence_next_to_the_emblem_and_the_logos(file: Path) -> None:
    words, _ = renderer(funded(file), LAST_DAY)
    html = home(words)
    assert 'role="img" aria-label="Emblème de l’Union européenne"><svg' in html
    assert "</svg></span> <span>Cofinancé par l’Union européenne</span>" in html
    assert "<p>Avec la Région &amp; ses amis</p>" in html
    assert 'alt="Région Exemple" width="144" height="48"' in html
    assert "La phrase sans profil" not in html


def test_the_day_after_its_last_a_funding_is_shown_no_more(file: Path) -> None:
    words, clock = renderer(funded(file), LAST_DAY)
    assert "Union européenne" in home(words)
    clock.set(DAY_AFTER)
    assert "Union européenne" not in home(words)
    assert "Avec la Région &amp; ses amis" in home(words)


def test_without_any_funding_the_sentence_of_the_network_stands_alone() -> None:
    settings = Settings(network=NetworkSettings(funding_notice="La phrase sans profil"))
    words, _ = renderer(settings, LAST_DAY)
    assert "<p>La phrase sans profil</p>" in home(words)
    assert "<svg" not in home(words)


def test_a_mail_carries_the_emblem_and_the_logos_within(file: Path) -> None:
    settings = funded(file)
    words, _ = renderer(settings, LAST_DAY)
    values = {"letter": "La lettre", "confirmation_url": "https://relais.test/x", "days": 7}
    text = words.mail("confirmation", values)
    own = {"To": "a@b.example", "Date": "Mon, 23 Nov 2026 08:00:00 +0000", "Message-ID": "<1@b>"}
    raw = fill(compose(settings.mail, text).body, own)
    mail = message_from_bytes(raw, policy=default)
    plain, related = mail.iter_parts()
    said = plain.get_content().splitlines()
    assert said[-2:] == ["Cofinancé par l’Union européenne", "Avec la Région & ses amis"]
    assert related.get_content_type() == "multipart/related"
    assert related.get_param("type") == "text/html"
    html, emblem, logo = related.iter_parts()
    assert isinstance(html, EmailMessage)
    shown = html.get_content()
    for part, data in ((emblem, None), (logo, file.read_bytes())):
        assert part.get_content_type() == "image/png"
        assert part.get_content_disposition() == "inline"
        assert f'src="cid:{part["Content-ID"].strip("<>")}"' in shown
        assert data is None or part.get_content() == data
    assert 'alt="Emblème de l’Union européenne"' in shown
    assert 'alt="Région Exemple"' in shown
    assert 'src="http' not in shown


async def test_an_address_of_ours_gives_the_logos(file: Path) -> None:
    settings = funded(file)
    logo = read_logo(settings.funding[0].logos[0])
    transport = httpx.ASGITransport(Starlette(routes=logo_routes(settings.funding)))
    async with httpx.AsyncClient(transport=transport, base_url="https://relais.test") as visitor:
        answer = await visitor.get(f"/financement/logos/{logo.key}.png")
        assert answer.headers["content-type"] == "image/png"
        assert answer.content == logo.data == png(300, 100)
        assert (await visitor.get("/financement/logos/autre.png")).status_code == 404


async def found(settings: Settings, now: datetime = LAST_DAY) -> list[tuple[bool, str]]:
    findings = await funding_check(settings, FixedClock(now)).run()
    return [(finding.ok, finding.what) for finding in findings]


async def test_the_check_says_what_is_shown_today(file: Path) -> None:
    assert await found(funded(file)) == [
        (True, "shown today: feder, region"),
        (True, "feder: its sentence, the emblem, 1 other logo(s)"),
        (True, "region: its sentence, no emblem, 0 other logo(s)"),
    ]
    assert await found(Settings()) == []


@pytest.mark.parametrize(
    ("data", "words", "problem"),
    [
        (None, "x", "No such file or directory"),
        (b"GIF89a", "x", "is no PNG"),
        (png(300, 100, 200_000), "x", "takes more than 100 kB of every mail"),
        (png(300, 100), " ", "has no words"),
        (png(300, 100)[:18], "x", "is cut short"),
        (png(0, 100), "x", "is cut short"),
    ],
)
async def test_the_check_names_what_is_wrong_with_a_logo_and_pages_do_without(
    file: Path, data: bytes | None, words: str, problem: str
) -> None:
    spoil(file, data)
    settings = funded(file, words)
    ok, what = (await found(settings))[1]
    assert not ok
    assert str(file) in what
    assert problem in what
    assert "<img" not in home(renderer(settings, LAST_DAY)[0])
    assert len(logo_routes(settings.funding)) == 1


async def test_the_check_sees_a_day_without_any_funding_and_dates_the_wrong_way() -> None:
    wrong = FundingSettings(
        code="x", sentence="x", since=date(2027, 1, 1), until=date(2026, 1, 1), logos=[]
    )
    silent = FundingSettings(code="y", sentence=" ", since=date(2040, 1, 1))
    settings = Settings(funding=[wrong, silent])
    assert await found(settings) == [
        (False, "none runs today"),
        (False, "x ends before it begins"),
        (False, "y has no sentence"),
    ]


def test_a_logo_is_named_by_its_bytes() -> None:
    assert Logo("A", b"1", 1, 1).key == Logo("B", b"1", 2, 2).key != Logo("A", b"2", 1, 1).key

"""The public pages in a real browser: accessible, light, within the house, on any screen."""

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from core.acts import SYSTEM
from core.clock import FixedClock
from core.parts import Parts
from core.people.models import Theme
from core.sections import Section
from core.serving import serving
from core.settings import Settings
from digest.letter.decide import Item
from digest.letter.models import Correction
from digest.letter.names import preview_url
from digest.seminars import documents, registrations, store
from digest.seminars.attendance.names import feedback_url
from digest.seminars.calendars.keys import renew
from digest.seminars.decide import Kind, State
from digest.seminars.models import Guest, Seminar, Speaker
from digest.seminars.names import answer_url, guest_party
from digest.seminars.registering.personal_mail import fresh_url
from digest.subscribers.models import Subscriber
from digest.subscribers.names import preferences_url, unsubscription_url
from relais import schema
from relais.wiring import building
from tests.editions import left
from web.app import build_app
from web.health import Health

CHROMIUM = "/usr/bin/chromium"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LARGEST = 100_000
SCREENS: Mapping[str, Mapping[str, Any]] = {
    "desk, light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "phone, dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
PATHS = (
    "/",
    "/lettres",
    "/lettres?q=crèches",
    "/lettres/1",
    "/lettres/2",
    "/lettres/apercu/forged",
    "/abonnement",
    "/abonnement/mes-donnees",
    "/veille",
    "/rencontres",
    "/rencontres/1",
    "/rencontres/2",
    "/rencontres/3",
    "/rencontres/reponse/forged/calendrier",
    "/mentions-legales",
    "/donnees-personnelles",
    "/accessibilite",
    "/financement",
    "/nowhere",
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not shutil.which(CHROMIUM),
        reason=f"no {CHROMIUM}: install the system's Chromium (apt-get install chromium)",
    ),
]

ITEMS = (
    Item(
        "watch:story:1",
        Section.LEGAL,
        "Un décret sur les crèches",
        "Les communes de plus de 10 000 habitants s’équipent d’un relais petite enfance.",
        url="https://example.org/textes/1",
        source="Journal officiel",
        note="À lire avant le prochain conseil communautaire.",
        references=(("décret n° 2026-104", "https://example.org/loi"),),
    ),
    Item(
        "watch:story:2",
        Section.CALLS,
        "Fonds vert : un appel pour les centres-bourgs",
        "Deux vagues cette année.",
        deadline=datetime(2027, 1, 20, 22, 59, tzinfo=UTC),
        more_url="https://example.org/veille/actualites/2",
    ),
    Item("seminar:seminar:1", Section.AGENDA, "Séminaire", starts_at=NOW, place="Ambert"),
)


def settings(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "service": {"data_folder": folder, "secret": "for tests"},
            "operator": {"name": "Association d’Orsanne", "address": "63600 Ambert"},
            "funding": [
                {
                    "code": "feder",
                    "sentence": "Cofinancé par l’Union européenne",
                    "since": date(2024, 1, 1),
                    "operation": "Animation du réseau",
                }
            ],
        }
    )


async def hold_meetings(parts: Parts) -> Sequence[str]:
    """Hold a meeting to come, one that is over, one that is cancelled; return private pages."""
    now = parts.clock.now()
    async with parts.database.write() as session:
        for title, days in (("À venir", 90), ("Passée", -20), ("Annulée", 30)):
            seminar = await store.create(
                session,
                kind=Kind.SEMINAR,
                title=f"{title} : accueillir, et après ?",
                starts_at=now + timedelta(days=days),
                ends_at=now + timedelta(days=days, hours=8),
                now=now - timedelta(days=60),
                place="Salle des fêtes, 63600 Ambert",
                video_url="https://visio.example/abc",
                programme="9 h 30 Accueil\n10 h Retours d’expérience : trois territoires",
            )
            seminar.access = "À dix minutes à pied de la gare.\nParc de stationnement gratuit."
            seminar.state, seminar.published_at = State.PUBLISHED, now - timedelta(days=60)
            session.add(
                Speaker(
                    seminar_id=seminar.id,
                    name="Agnès Morel",
                    organisation="Université d’Orsanne",
                    function="géographe",
                    part="speaker",
                )
            )
            await documents.add(
                session, seminar, "slides", "Diaporama de l’après-midi.pdf", b"%PDF-1.7",
                "application/pdf", now, SYSTEM, public=True,
            )  # fmt: skip
            if title == "Annulée":
                assert await store.cancel(session, seminar, now)
        guest = Guest(email="zoe@orsanne.example", language="fr", created_at=now)
        session.add(guest)
        await session.flush()
        registration = await registrations.register(
            session, await session.get_one(Seminar, 1), guest_party(guest.id), now
        )
        await renew(session, parts, guest_party(guest.id), now)
        answer = answer_url(parts, registration.id)
        data = [f"{answer}/mes-donnees", fresh_url(parts, guest.id)]
        been = await registrations.register(
            session, await session.get_one(Seminar, 2), guest_party(guest.id), now
        )
    return [answer, *data, f"{answer}/calendrier", feedback_url(parts, been.id)]


async def fill(parts: Parts) -> Sequence[str]:
    """Put in the tables what the pages show; return the paths that a subscriber is sent."""
    await schema.migrate(parts.database)
    await left(parts, 1, *ITEMS)
    await left(parts, 2, *ITEMS[:1])
    now = parts.clock.now()
    async with parts.database.write() as session:
        session.add(Theme(code="enfance", name="Petite enfance, école", words=[], exclusions=[]))
        session.add(
            Theme(code="sante", name="Santé et services au public", words=[], exclusions=[])
        )
        session.add(
            Correction(
                edition=1,
                rank=1,
                state="sent",
                created_at=now,
                sending_at=now,
                words="Lire 2027.",
                article="<p>Lire « 2027 » au lieu de « 2026 ».</p>",
            )
        )
        subscriber = Subscriber(
            email="zoe@orsanne.example", state="confirmed", created_at=now, confirmed_at=now
        )
        session.add(subscriber)
        await session.flush()
        identity = subscriber.id
    meetings = await hold_meetings(parts)
    urls = (
        *meetings,
        unsubscription_url(parts, identity),
        preferences_url(parts, identity),
        preview_url(parts, 1, 1),
    )
    return [url.removeprefix(parts.settings.service.public_url) for url in urls]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, list[str]]]:
    """Serve the real house; give its address, and every path to look at."""
    folder: Path = tmp_path_factory.mktemp("site")
    async with building(settings(folder), FixedClock(NOW)) as house:
        private = await fill(house.parts)
        app = build_app(house.parts, house.rooms, Health(dict))
        async with serving(app) as port:
            yield f"http://127.0.0.1:{port}", [*PATHS, *private]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=("--no-sandbox", "--disable-gpu", "--no-first-run")
        )
        yield browser
        await browser.close()


async def looked_at(context: BrowserContext, address: str, path: str) -> list[str]:
    """Open a page; return what is wrong with it."""
    page = await context.new_page()
    outside, weight = [], [0]

    async def weigh(response: Any) -> None:
        if not response.url.startswith(address):
            outside.append(response.url)
        if "image" not in response.headers.get("content-type", ""):
            weight[0] += len(await response.body())

    page.on("response", weigh)
    await page.goto(address + path, wait_until="networkidle")
    wrong = [f"{path}: {each}" for each in [*await violations(page), *outside]]
    if weight[0] > LARGEST:
        wrong.append(f"{path}: {weight[0]} bytes")
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"{path}: scrolls sideways")
    await page.close()
    return wrong


async def violations(page: Page) -> Sequence[str]:
    """Return what axe finds wrong with the page as it is shown."""
    found: dict[str, Any] = (await Axe().run(page)).response
    return [
        f"{violation['id']}: {node['target']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("screen", SCREENS)
async def test_every_page_can_be_read_by_everybody(
    browser: Browser, site: tuple[str, list[str]], screen: str
) -> None:
    address, paths = site
    context = await browser.new_context(locale="fr-FR", **SCREENS[screen])
    wrong = [each for path in paths for each in await looked_at(context, address, path)]
    await context.close()
    assert wrong == []

"""Subscribing, choosing, leaving, one's data: played in a real browser, and read by everybody."""

import shutil
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import select

from core.clock import FixedClock
from core.parts import Parts
from core.people.models import Structure, Theme
from core.serving import serving
from core.settings import Settings
from digest.subscribers import names
from digest.subscribers.adding import Ground, Newcomer, add
from digest.subscribers.models import Subscriber
from digest.subscribers.rules import Basis
from relais import schema
from relais.wiring import building
from web.app import build_app
from web.health import Health

CHROMIUM = "/usr/bin/chromium"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SHARED = "accueil@orsanne.example"
SCREENS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
    "narrow_dark": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not shutil.which(CHROMIUM),
        reason=f"no {CHROMIUM}: install the system's Chromium (apt-get install chromium)",
    ),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=("--no-sandbox", "--disable-gpu", "--no-first-run")
        )
        yield browser
        await browser.close()


async def fill(parts: Parts) -> int:
    """Put themes in the tables, and a shared address; return its number."""
    await schema.migrate(parts.database)
    async with parts.database.write() as session:
        session.add(Theme(code="habitat", name="Habitat et centres-bourgs"))
        session.add(Theme(code="emploi", name="Emploi et insertion"))
        session.add(Structure(id=3, code="orsanne", name="Pays d’Orsanne", mailbox=SHARED))
        await session.flush()
        newcomer = Newcomer(SHARED, structure_id=3)
        ground = Ground(Basis.PUBLIC_INTEREST, "directory")
        await add(session, parts, [newcomer], ground, parts.clock.now())
        return int(await session.scalar(select(Subscriber.id)) or 0)


async def walk(page: Page, parts: Parts, address: str, shared: int) -> AsyncIterator[str]:
    """Do what people do, and stop at each page to have it looked at."""
    public = parts.settings.service.public_url

    def here(url: str) -> str:
        return url.replace(public, address)

    await page.goto(address + "/abonnement")
    yield "form"
    await page.get_by_label("Dans la lettre, seulement les rubriques").check()
    await page.get_by_label("Votre adresse électronique").fill("zoe@orsanne.example")
    await page.get_by_role("button", name="S’abonner").click()
    await page.get_by_text("Cochez au moins un thème").wait_for()
    yield "form_without_a_theme"
    await page.get_by_label("Votre adresse électronique").fill("zoe@orsanne")
    await page.get_by_role("button", name="S’abonner").click()
    await page.get_by_text("Cette adresse ne semble pas correcte").wait_for()
    focused = "document.activeElement.id"
    assert await page.evaluate(focused) == "email", "where the mistake is"
    yield "form_with_a_wrong_address"
    await page.get_by_label("Votre adresse électronique").fill("zoe@orsanne.example")
    await page.get_by_label("Habitat et centres-bourgs").check()
    await page.get_by_role("button", name="S’abonner").click()
    await page.get_by_role("heading", name="Consultez votre messagerie").wait_for()
    yield "asked"
    await page.goto(here(names.preferences_url(parts, shared)))
    yield "preferences"
    await page.get_by_label("Emploi et insertion").check()
    await page.get_by_role("button", name="Enregistrer mon choix").click()
    await page.get_by_role("status").get_by_text("C’est enregistré").wait_for()
    yield "preferences_saved"
    await page.goto(address + "/abonnement/mes-donnees")
    yield "my_data"
    await page.goto(here(names.fresh_url(parts, shared)))
    await page.get_by_text("C’est l’adresse partagée de Pays d’Orsanne").wait_for()
    yield "my_data_held"
    async with page.expect_download() as copy:
        await page.get_by_role("button", name="Recevoir la copie").click()
    assert (await copy.value).suggested_filename == "mes-donnees-2026-11-23.json"
    await page.get_by_role("button", name="Effacer mes données").click()
    await page.get_by_role("heading", name="Ce qui reste, et pourquoi").wait_for()
    yield "my_data_erase"
    await page.goto(here(names.unsubscription_url(parts, shared)))
    assert SHARED not in await page.content(), "a letter is forwarded"
    yield "leaving_for_everybody"
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Me désabonner").click()
    await page.get_by_role("heading", name="Vous êtes désabonné(e)").wait_for()
    yield "left"
    await page.goto(address + "/abonnement/mes-donnees/forged")
    yield "bad_link"


async def wrongs(page: Page) -> Sequence[str]:
    """Return what axe finds wrong with the page as it is shown, and whether it scrolls sideways."""
    found: dict[str, Any] = (await Axe().run(page)).response
    wrong = [
        f"{violation['id']}: {node['target']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("scrolls sideways")
    return wrong


@pytest.mark.parametrize("screen", SCREENS)
async def test_everything_can_be_done_and_read_by_everybody(
    browser: Browser, screen: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("subscribers")
    given = {"service": {"data_folder": folder, "secret": "for tests"}}
    async with building(Settings.model_validate(given), FixedClock(NOW)) as house:
        shared = await fill(house.parts)
        async with serving(build_app(house.parts, house.rooms, Health(dict))) as port:
            context = await browser.new_context(locale="fr-FR", **SCREENS[screen])
            page = await context.new_page()
            wrong = [
                f"{place}: {each}"
                async for place in walk(page, house.parts, f"http://127.0.0.1:{port}", shared)
                for each in await wrongs(page)
            ]
            await context.close()
    assert wrong == []

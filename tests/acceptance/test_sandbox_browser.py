"""The sandbox's page in a real browser: the story is played with mouse and keyboard."""

import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    async_playwright,
    expect,
)
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from core.serving import serving
from relais.sandbox.page.application import application
from relais.sandbox.playground import Ports, playing

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE = 20_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not shutil.which(CHROMIUM),
        reason=f"no {CHROMIUM}: install the system's Chromium (apt-get install chromium)",
    ),
]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    folder: Path = tmp_path_factory.mktemp("sandbox")
    ports = Ports(page=0, relais=free_port(), feeds=0)
    async with playing(folder, ports) as playground, serving(application(playground)) as port:
        assert playground.house.adapter is not None
        yield f"http://127.0.0.1:{port}/"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport=DESKTOP, locale="fr-FR")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    yield context
    await context.close()


async def opened(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    """Open the page; the list fills with whatever the browser complains of."""
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("request", lambda sent: _only_here(sent.url, complaints))
    await page.goto(address)
    await expect(page.locator("#progress-words")).not_to_be_empty(timeout=PATIENCE)
    return page, complaints


def _only_here(url: str, complaints: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
        complaints.append(f"a request to {url}")


async def violations(page: Page) -> Sequence[str]:
    """Return what axe finds wrong with the page as it is shown."""
    found: dict[str, Any] = (await Axe().run(page, options={"iframes": False})).response
    return [
        f"{violation['id']}: {node['target']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


async def clicked_open(context: BrowserContext, link: Locator) -> Page:
    """Click until a tab opens: Chromium ignores clicks in a frame that it has not painted yet."""
    for _ in range(10):
        try:
            async with context.expect_page(timeout=2000) as opening:
                await link.click()
            return await opening.value
        except PlaywrightTimeoutError:
            continue
    raise AssertionError("the link opened no tab")


async def test_a_question_is_asked_and_answered(context: BrowserContext, address: str) -> None:
    page, complaints = await opened(context, address)
    agent, group = page.locator("#agent-log"), page.locator("#group-log")

    await page.get_by_role("button", name="Ouvrir le lien d’invitation").click()
    await expect(agent).to_contain_text("bienvenue à la permanence", timeout=PATIENCE)
    await expect(page.locator("#invitation")).to_be_hidden()

    await page.get_by_label("Votre message à la permanence").fill("Les ZRR existent-elles encore ?")
    await page.keyboard.press("Enter")
    await agent.get_by_role("button", name="Poser ma question à l’équipe").click()
    await expect(agent).to_contain_text("Votre question est enregistrée", timeout=PATIENCE)

    await page.locator("#topics").get_by_role("button", name="Question n°").click()
    relayed = group.locator(".message", has_text="Les ZRR existent-elles encore ?").last
    await relayed.hover()
    await relayed.get_by_role("button", name="Répondre").click()
    await page.get_by_label("Votre message dans ce sujet").fill("Non : le zonage FRR les remplace.")
    await page.get_by_role("button", name="Envoyer").last.click()

    await expect(agent).to_contain_text("Non : le zonage FRR les remplace.", timeout=PATIENCE)
    await expect(page.locator("#progress-words")).to_contain_text("3", timeout=PATIENCE)
    await expect(page.locator("[data-step=answered]")).to_contain_text("fait")
    assert complaints == []
    assert await violations(page) == []


async def test_a_stranger_who_presses_is_told_why_not(
    context: BrowserContext, address: str
) -> None:
    page, _ = await opened(context, address)
    await page.locator("#topics").get_by_role("button", name="La veille").click()
    await page.get_by_label("Vous êtes").select_option("stranger")
    await page.locator("#group-log").get_by_role("button", name="Garder").last.click()
    await expect(page.locator("#alert")).to_be_visible(timeout=PATIENCE)
    await expect(page.locator("#alert")).to_contain_text("réservée aux membres du réseau")
    assert await violations(page) == []


async def test_what_is_half_typed_stays_while_messages_arrive(
    context: BrowserContext, address: str
) -> None:
    page, _ = await opened(context, address)
    text = page.get_by_label("Votre message dans ce sujet")
    await page.locator("#topics").get_by_role("button", name="La lettre").click()
    await text.press_sequentially("Un brouillon")
    group = page.locator("#group-log")
    before = await group.locator(".message").count()
    sent = await page.evaluate(
        """async () => {
            const { body } = await (await import("/dom.js")).ask("/api/state");
            const topic = body.chats.group.topics.find(({ name }) => name.startsWith("La lettre"));
            const { post } = await import("/dom.js");
            await post("/api/messages", {
                chat: "group", as: "stranger", text: "Bonjour", thread_id: topic.thread_id,
            });
            return true;
        }"""
    )
    assert sent
    await expect(group.locator(".message")).to_have_count(before + 1, timeout=PATIENCE)
    await expect(text).to_be_focused()
    await expect(text).to_have_value("Un brouillon")
    await page.locator("#topics").get_by_role("button", name="La veille").click()
    await expect(text).to_have_value("")
    await page.locator("#topics").get_by_role("button", name="La lettre").click()
    await expect(text).to_have_value("Un brouillon")


async def test_a_mail_is_read_and_its_link_followed(context: BrowserContext, address: str) -> None:
    page, complaints = await opened(context, address)
    async with context.expect_page() as opening:
        await page.get_by_role("link", name="Pages publiques").click()
    public = await opening.value
    await public.get_by_role("link", name="S’abonner").first.click()
    await public.locator("input[type=email]").fill("vous@exemple.fr")
    await public.locator("main form button").click()

    await page.get_by_role("tab", name="Courrier").click()
    await page.locator("#mails").get_by_role("button", name="vous@exemple.fr").click()
    await expect(page.locator("#subject")).to_contain_text("Confirmez", timeout=PATIENCE)
    link = page.frame_locator("#mail-html").locator("a[href*=confirmer]").first
    confirming = await clicked_open(context, link)
    await confirming.locator("main form button").click()
    await expect(confirming.locator("main")).to_contain_text("confirmé", timeout=PATIENCE)

    await page.get_by_role("button", name="En-têtes").click()
    await expect(page.locator("#mail-headers")).to_contain_text("Message-ID")
    assert complaints == []
    assert await violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_panel_is_accessible_on_a_phone(
    browser: Browser, address: str, scheme: Any
) -> None:
    context = await browser.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        locale="fr-FR",
        color_scheme=scheme,
        has_touch=True,
        is_mobile=True,
    )
    page, complaints = await opened(context, address)
    bar = page.get_by_role("navigation", name="Panneaux")
    for name in ("Agente", "Équipe", "Visite", "Courrier"):
        await bar.get_by_role("button", name=name).click()
        assert await violations(page) == []
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"], f"{name} scrolls sideways"
    assert complaints == []
    await context.close()


async def test_the_whole_visit_is_accessible_in_the_dark(browser: Browser, address: str) -> None:
    context = await browser.new_context(
        viewport=DESKTOP,  # type: ignore[arg-type]
        locale="fr-FR",
        color_scheme="dark",
    )
    page, _ = await opened(context, address)
    for summary in await page.locator("#steps summary").all():
        if not await summary.evaluate("node => node.parentElement.open"):
            await summary.click()
    await page.locator(".trials summary").click()
    assert await violations(page) == []
    await context.close()


async def test_one_tries_what_the_bot_must_bear(context: BrowserContext, address: str) -> None:
    page, complaints = await opened(context, address)
    await page.locator("#person").select_option("colleague")
    await page.locator(".trials summary").click()
    await page.get_by_role("button", name="un document", exact=True).click()
    document = page.locator("#agent-log .document").last
    await expect(document).to_contain_text("Modèle de délibération.pdf", timeout=PATIENCE)

    text = page.get_by_label("Votre message à la permanence")
    await text.fill("Une affiche bilingue ?")
    await page.keyboard.press("Enter")
    mine = page.locator("#agent-log .message.mine", has_text="Une affiche bilingue")
    await mine.hover()
    await mine.get_by_role("button", name="Modifier").click()
    await text.fill("Une affiche en deux langues ?")
    await page.keyboard.press("Enter")
    corrected = page.locator("#agent-log .message.mine", has_text="en deux langues")
    await expect(corrected).to_contain_text("modifié", timeout=PATIENCE)

    await page.get_by_role("button", name="Ajouter le robot à un groupe inconnu").click()
    await expect(page.locator("#trouble")).to_contain_text(
        "il a quitté le groupe", timeout=PATIENCE
    )
    assert await violations(page) == []
    assert complaints == []

"""Make the pictures of the users' guides: a story played in the sandbox, seen in a browser.

`python docs/guide/screenshots.py` writes `docs/images/guide-*.png`, in French, on a phone's width.
It needs the system's Chromium, and reaches nothing outside of this machine. Shrink what it
writes with an optimiser of PNG files before committing it.
"""  # noqa: INP001  # a script beside the guides

import asyncio
import re
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import Page, ViewportSize, async_playwright

from core import logs
from core.clock import PARIS, SystemClock
from core.serving import serving
from relais.sandbox import playground as sandbox
from relais.sandbox.advance import advance, settle
from relais.sandbox.cast import AGENT, ANIMATOR, CAST, COLLEAGUE, GROUP, SECOND_ANIMATOR, STRANGER
from relais.sandbox.observation import Chats, Message
from relais.sandbox.page.application import application
from relais.sandbox.playground import BOARD, Playground, Ports, playing

IMAGES = Path(__file__).parents[1] / "images"
CHROMIUM = "/usr/bin/chromium"
MORNING = datetime(2026, 11, 23, 9, 5, tzinfo=PARIS)
"""A working Monday: what is printed on the pictures does not change from one making to the next."""

PHONE, TEAM = 430, 620
"""Widths, in CSS pixels: an agent's phone, the animators' group."""

TALL = 9000
GENERAL = "General"
"""The topic that every group has, as Telegram names it."""

MARGIN = 4
BARE = """
.top, .bar, .composer, .topics, .reply, .toast, .trouble, .welcome { display: none !important; }
.group { grid-template: auto minmax(0, 1fr) / minmax(0, 1fr); }
"""
"""What is left of the sandbox's page: the messages."""

AT_HOME = """document.querySelectorAll('.words a').forEach(each => {
    each.textContent = each.textContent.replace(/http:..127.0.0.1:[0-9]+/, 'https://reseau.example');
})"""
"""Shows the public address as a network would have it, in place of this machine's."""

QUESTION = (
    "Le boulanger du bourg part à la retraite et une repreneuse se présente. Nous sommes classés "
    "en FRR : à quelles exonérations a-t-elle droit ?"
)
NOTE = "J’appelle le service des impôts des entreprises pour savoir si la CFE est concernée."
ANSWER = (
    "Bonjour Odile. Oui : cinq ans d’exonération d’impôt sur les bénéfices, puis trois ans "
    "dégressifs. Pour la CFE, il faut une délibération de la commune ou de la communauté de "
    "communes, prise avant le 1er octobre pour l’année suivante."
)
TO_THE_NETWORK = (
    "Une commune classée FRR veut aider la reprise d’un commerce : qui a délibéré pour exonérer "
    "de CFE, et avec quel effet ?"
)
LOGGED = (
    (
        "Peut-on verser 25 000 € à une association sans convention ?",
        "Téléphone",
        "Brune-Claire",
        "Non : une convention est obligatoire au-delà de 23 000 €.",
    ),
    (
        "Quelle mention européenne mettre sur l’affiche de la session d’accueil ?",
        "Courriel",
        "Hauts de Lestoire",
        "Celle de votre convention, avec l’emblème au moins aussi grand que les autres logos.",
    ),
    (
        "Qui finance un poste d’animation de tiers-lieu ?",
        "De vive voix",
        "Chanterive",
        "La région, sur appel à projets ; LEADER peut compléter.",
    ),
)


@dataclass(frozen=True)
class Stage:
    """The sandbox, and the browser that looks at it."""

    playground: Playground
    chats: Chats
    page: Page
    address: str

    def thread(self, topic: str) -> int | None:
        """Return the thread of the first topic of the group whose name has `topic`."""
        found = self.playground.chat.snapshot(GROUP)["topics"]
        threads: list[int | None] = [each["thread_id"] for each in found if topic in each["name"]]
        return threads[0]

    async def says(self, who: int, words: str, topic: str = "", to: Message | None = None) -> int:
        """Say something in private, or in a topic of the group; wait for what comes of it."""
        chat, thread_id = (GROUP, self.thread(topic)) if topic else (who, None)
        reply_to = to["message_id"] if to else None
        sent = self.playground.chat.user_sends(
            chat, who, words, thread_id=thread_id, reply_to=reply_to
        )
        await settle(self.playground.house)
        return sent

    async def presses(self, who: int, label: str, topic: str = "") -> None:
        """Press the last button whose label begins so, in private or in a topic."""
        chat = GROUP if topic else who
        for message in reversed(self.chats.messages(chat, topic)):
            for button in (button for row in message["buttons"] for button in row):
                if button["text"].startswith(label):
                    await self.chats.press(chat, message, who, button["text"])
                    await settle(self.playground.house)
                    return
        raise LookupError(f"no button « {label} »")

    def last(self, chat: int, words: str, topic: str = "") -> Message:
        """Return the last message of a chat that has these words."""
        found = self.chats.messages(chat, topic)
        return next(message for message in reversed(found) if words in message["text"])

    async def waits(self, minutes: float) -> None:
        """Let time pass."""
        clock = self.playground.clock
        await advance(self.playground.house, clock, clock.now() + timedelta(minutes=minutes))

    async def shoots(
        self, name: str, who: int, first: str, last: str = "", topic: str = ""
    ) -> None:
        """Take a picture from the last message that has `first` to the last that has `last`."""
        chat = GROUP if topic else who
        begin, end = self.last(chat, first, topic), self.last(chat, last or first, topic)
        width = TEAM if topic else PHONE
        await self.page.set_viewport_size(ViewportSize(width=width, height=TALL))
        await self.page.goto(self.address)
        await self.page.add_style_tag(content=BARE)
        await self._show(who, topic)
        await self.page.evaluate(AT_HOME)
        boxes = [
            await self.page.locator(
                f'.log [data-key="{each["message_id"]}"]:visible'
            ).bounding_box()
            for each in (begin, end)
        ]
        top, bottom = boxes
        assert top and bottom  # noqa: S101, PT018  # both are on the page
        y = top["y"] - MARGIN
        height = bottom["y"] + bottom["height"] + MARGIN - y
        await self.page.screenshot(
            path=IMAGES / f"guide-{name}.png",
            clip={"x": 0, "y": y, "width": width, "height": height},
        )

    async def _show(self, who: int, topic: str) -> None:
        """Bring a private chat or a topic to the front, whatever is hidden."""
        await self.page.wait_for_selector("#topics button", state="attached")
        if topic:
            await self.page.evaluate("document.querySelector('.bar [data-panel=group]').click()")
            await self.page.evaluate(
                """topic => [...document.querySelectorAll('#topics b')]
                    .find(each => each.textContent.includes(topic)).closest('button').click()""",
                "Général" if topic == GENERAL else topic,
            )
        else:
            name = next(name for name, player in CAST.items() if player.user_id == who)
            await self.page.locator("#person").select_option(name)
        await self.page.wait_for_timeout(300)


async def welcome(stage: Stage) -> None:
    """Odile comes in; Karim, who serves two territories, asks something."""
    stage.playground.chat.user_starts(AGENT, stage.playground.invitation)
    await settle(stage.playground.house)
    await stage.shoots("accueil", AGENT, "Des collègues à connaître")
    await stage.says(COLLEAGUE, "Avez-vous un modèle de convention pour un logement passerelle ?")
    await stage.presses(COLLEAGUE, "Volcans")
    await stage.waits(25)


async def ask(stage: Stage) -> str:
    """Odile asks; return the title of the topic."""
    await stage.says(AGENT, QUESTION)
    await stage.shoots("reponses-proposees", AGENT, QUESTION, "Une réponse validée")
    await stage.presses(AGENT, "Poser ma question à l’équipe")
    topic = "Activités, reprise"
    await stage.shoots("fiche", ANIMATOR, "Pour répondre à l’agent", QUESTION, topic)
    return topic


async def answer(stage: Stage, topic: str) -> None:
    """Sylvie takes the question, writes a note, then answers."""
    await stage.waits(80)
    await stage.presses(ANIMATOR, "Prendre en charge", topic)
    await stage.says(ANIMATOR, NOTE, topic)
    relayed = next(m for m in stage.chats.messages(GROUP, topic) if m["text"].endswith(QUESTION))
    await stage.says(ANIMATOR, ANSWER, topic, to=relayed)
    await stage.shoots("note-ou-reponse", ANIMATOR, NOTE, "Envoi", topic)
    await stage.waits(1)
    await stage.shoots("reponse", AGENT, "Votre question est enregistrée", ANSWER)
    await stage.says(AGENT, "Mes questions")
    await stage.presses(AGENT, "N°")
    await stage.shoots("mes-questions", AGENT, "Suivie par")


async def involve_the_network(stage: Stage, topic: str) -> None:
    """Sylvie asks the network; Karim looks for who has done something."""
    await stage.presses(ANIMATOR, "Solliciter le réseau", topic)
    preview = stage.last(GROUP, "Voici le texte", topic)
    await stage.says(ANIMATOR, TO_THE_NETWORK, topic, to=preview)
    await stage.shoots("solliciter", ANIMATOR, "Voici le texte", topic=topic)
    await stage.presses(ANIMATOR, "Envoyer", topic)
    await stage.shoots("entraide", COLLEAGUE, TO_THE_NETWORK)
    await stage.says(COLLEAGUE, "Qui a déjà fait… ?")
    await stage.says(COLLEAGUE, "Remettre en location des logements vacants du centre-bourg")
    await stage.shoots("qui-a-deja-fait", COLLEAGUE, "Remettre en location", "Ces contacts")


async def close(stage: Stage, topic: str) -> None:
    """Sylvie closes the question and drafts a validated answer from it."""
    await stage.presses(ANIMATOR, "Clore", topic)
    await stage.presses(AGENT, "Oui, merci")
    await stage.presses(ANIMATOR, "Proposer comme réponse validée", topic)
    await stage.shoots("projet-de-reponse", ANIMATOR, "Projet de réponse", topic=topic)


async def look_after(stage: Stage) -> None:
    """Two more questions on the board; a stranger at the door; questions logged; the account."""
    await stage.presses(AGENT, "Mes questions")
    await stage.presses(AGENT, "Poser une question")
    await stage.says(
        AGENT, "À qui s’adresser pour un transport à la demande vers la maison de santé ?"
    )
    await stage.presses(SECOND_ANIMATOR, "En attente de l’agent", "Santé")
    await stage.presses(SECOND_ANIMATOR, "Prendre en charge", "Habitat")
    await stage.presses(AGENT, "Mes questions")
    await stage.presses(AGENT, "Poser une question")
    await stage.says(
        AGENT, "Comment annoncer aux élus que le poste d’accueil n’est pas reconduit ?"
    )
    await stage.presses(AGENT, "Question discrète")
    await stage.waits(30)
    await stage.shoots("tableau", ANIMATOR, "Questions en cours", topic=BOARD)
    await knock(stage)
    await stage.shoots("acces", ANIMATOR, "Un accès à la permanence", topic=BOARD)
    for question, channel, territory, said in LOGGED:
        await stage.says(SECOND_ANIMATOR, f"/saisir {question}", GENERAL)
        await stage.presses(SECOND_ANIMATOR, channel, GENERAL)
        await stage.says(SECOND_ANIMATOR, territory, GENERAL)
        await stage.says(SECOND_ANIMATOR, said, GENERAL)
    await stage.says(SECOND_ANIMATOR, "/bilan", GENERAL)
    await stage.shoots("bilan", ANIMATOR, "Bilan de la permanence", topic=GENERAL)


async def knock(stage: Stage) -> None:
    """Somebody without an invitation proves an address."""
    address = "nora.lambert@chanterive.example"
    await stage.says(STRANGER, "Bonjour")
    await stage.presses(STRANGER, "Demander un accès")
    await stage.says(STRANGER, address)
    (mail,) = await stage.playground.mail.messages(address)
    code = re.search(r"\b[0-9]{6}\b", mail.text)
    assert code  # noqa: S101  # the mail is ours
    await stage.says(STRANGER, code[0])


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """Set the stage: a sandbox of its own, at its hour, and a browser."""
    sandbox.HOLD_SECONDS = 20.0  # as people have it, rather than short for who plays
    with tempfile.TemporaryDirectory() as name, socket.socket() as listener:
        folder = Path(name)
        logs.configure("console", folder / "relais.log")
        ahead = MORNING - SystemClock().now()
        (folder / "clock").write_text(str(ahead.total_seconds()), encoding="ascii")
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
        listener.close()
        ports = Ports(page=0, relais=port, feeds=0)
        async with (
            playing(folder, ports) as playground,
            serving(application(playground)) as page,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
            )
            context = await browser.new_context(
                device_scale_factor=2,
                locale="fr-FR",
                timezone_id="Europe/Paris",
                color_scheme="light",
                bypass_csp=True,
            )
            address = f"http://127.0.0.1:{page}/"
            yield Stage(playground, Chats(playground.chat), await context.new_page(), address)
            await browser.close()


async def main() -> None:
    """Play the whole story."""
    async with staged() as stage:
        await welcome(stage)
        topic = await ask(stage)
        await answer(stage, topic)
        await involve_the_network(stage, topic)
        await close(stage, topic)
        await look_after(stage)


if __name__ == "__main__":
    asyncio.run(main())

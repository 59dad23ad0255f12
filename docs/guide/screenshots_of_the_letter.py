"""Make the pictures of the letter's guide, as `screenshots.py` makes those of the others.

`python docs/guide/screenshots_of_the_letter.py` writes `docs/images/guide-lettre-*.png`: an
edition made in the sandbox, from feeds to inbox.
"""  # noqa: INP001  # a script beside the guides

import asyncio
import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Literal

from playwright.async_api import Page, ViewportSize
from screenshots import IMAGES, PHONE, Stage, staged
from screenshots_of_the_watch import CALL, NOISE, NOTE, decides, everything_read

from digest.subscribers.adding import Ground, Newcomer, add
from digest.subscribers.rules import Basis
from relais.sandbox import playground as sandbox
from relais.sandbox.advance import settle
from relais.sandbox.bot_api.state import Attachment
from relais.sandbox.cast import ANIMATOR, GROUP, SECOND_ANIMATOR
from relais.sandbox.mail_catcher import CaughtMail
from relais.sandbox.playground import APPROVER, DESK, WATCH
from relais.sandbox.post import Words, answer, bounce

READERS = 180
READER = "camille.faure@mairie.example"
NARROW = 400
KEPT = ("vacance des locaux", "En Lozère", "tiers-lieux pour les actifs")
OPENING = (
    "Bonjour à toutes et à tous,\n\nTrois dates à retenir avant Noël, et une question que beaucoup "
    "d’entre vous nous ont posée. Bonne lecture."
)
SHOWN = "Des maisons autour d’un clocher, au pied d’une colline."
FREE = ("Une journée pour préparer une session d’accueil", "Gratuite, à Ambert, sur inscription.")
CORRECTION = (
    "Le séminaire du 1er décembre commence à 10 h, et non à 9 h 30. Veuillez nous en excuser."
)
ASKED = "Bonjour,\n\nPouvons-nous encore délibérer cette année sur la vacance ?\n\nCamille Faure"
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 380" width="900" height="380">
<rect width="900" height="380" fill="#dcebf2"/><circle cx="740" cy="80" r="38" fill="#f2c14e"/>
<path d="M0 270 Q220 100 450 240 T900 200 V380 H0Z" fill="#7fae8d"/>
<path d="M0 320 Q260 220 520 300 T900 270 V380 H0Z" fill="#4f8a67"/>
<g fill="#f6efe2" stroke="#7a4a32" stroke-width="3"><path d="M330 300v-50l35-26 35 26v50z"/>
<path d="M410 300v-40l28-22 28 22v40z"/><path d="M270 302v-36l26-20 26 20v36z"/>
<path d="M492 300v-86l18-44 18 44v86z"/></g></svg>"""


async def prepare(stage: Stage) -> None:
    """Read the sources, keep some news, and have subscribers."""
    house = stage.playground.house
    await everything_read(stage)
    for title in NOISE:
        await decides(stage, SECOND_ANIMATOR, title, "Écarter")
    for title in KEPT:
        await decides(stage, ANIMATOR, title, "Garder")
    await decides(stage, ANIMATOR, CALL, "Rubrique")
    await decides(stage, ANIMATOR, CALL, "Appels à projets et financements")
    await decides(stage, ANIMATOR, CALL, "Notre lecture")
    await stage.says(ANIMATOR, NOTE, WATCH)
    await decides(stage, ANIMATOR, CALL, "Garder")
    readers = [Newcomer(f"lecteur{number:03}@lecteurs.example") for number in range(READERS)]
    ground = Ground(Basis.CONSENT, "Rencontre de printemps")
    async with house.parts.database.write() as session:
        now = house.parts.clock.now()
        await add(session, house.parts, [Newcomer(READER), *readers], ground, now)
    await settle(house)


async def compose(stage: Stage) -> None:
    """Compose, arrange, write the opening words with a picture, add an item."""
    await stage.says(ANIMATOR, "/lettre", DESK)
    await stage.presses(ANIMATOR, "Composer la lettre", DESK)
    await settle(stage.playground.house)
    await stage.shoots("lettre-bureau", ANIMATOR, "à relire", topic=DESK)
    await stage.presses(ANIMATOR, "Sujets", DESK)
    await stage.presses(ANIMATOR, "5", DESK)
    await stage.shoots("lettre-sujet", ANIMATOR, "Source", topic=DESK)
    await stage.presses(ANIMATOR, "Monter", DESK)
    await stage.says(ANIMATOR, "/lettre", DESK)
    await stage.presses(ANIMATOR, "Ajouter un sujet", DESK)
    await stage.presses(ANIMATOR, "Formations", DESK)
    for words in FREE:
        await stage.says(ANIMATOR, words, DESK)
    await stage.presses(ANIMATOR, "Laisser vide", DESK)
    await stage.says(ANIMATOR, "11/12/2026 9h30", DESK)
    await open_words(stage)


async def open_words(stage: Stage) -> None:
    """Write the opening words, and put a picture below."""
    await stage.says(ANIMATOR, "/lettre", DESK)
    await stage.presses(ANIMATOR, "Mot d’ouverture", DESK)
    await stage.presses(ANIMATOR, "Écrire le mot", DESK)
    await stage.says(ANIMATOR, OPENING, DESK)
    await stage.presses(ANIMATOR, "Ajouter une image", DESK)
    drawing = await drawn(stage.page)
    file = Attachment("photo", drawing, "bourg.png", "image/png")
    thread = stage.thread(DESK)
    stage.playground.chat.user_sends(GROUP, ANIMATOR, thread_id=thread, file=file)
    await settle(stage.playground.house)
    await stage.says(ANIMATOR, SHOWN, DESK)
    await asyncio.sleep(2)
    await settle(stage.playground.house)
    await stage.presses(ANIMATOR, "Ouvrir la lettre", DESK)
    await stage.presses(ANIMATOR, "Mot d’ouverture", DESK)
    await stage.shoots("lettre-mot", ANIMATOR, "le mot d’ouverture", topic=DESK)
    await stage.presses(ANIMATOR, "↩ Retour", DESK)
    await stage.presses(ANIMATOR, "M’envoyer un essai", DESK)
    await stage.presses(ANIMATOR, "Vérification", DESK)
    await stage.shoots("lettre-verification", ANIMATOR, "la vérification", topic=DESK)
    await stage.presses(ANIMATOR, "↩ Retour", DESK)


async def drawn(page: Page) -> bytes:
    """Return a picture, drawn by the browser."""
    await page.set_viewport_size(ViewportSize(width=900, height=380))
    await page.set_content(f"<body style='margin:0'>{DRAWING}")
    return await page.screenshot(clip={"x": 0, "y": 0, "width": 900, "height": 380})


async def approve(stage: Stage) -> None:
    """Ask the director, who gives it by a page; then give it in chat."""
    await stage.presses(ANIMATOR, "Demander le bon à diffuser", DESK)
    asked = (await stage.playground.mail.messages(APPROVER))[0]
    link = re.search(r"http\S+/bon-a-diffuser/\S+", asked.text)
    assert link  # noqa: S101  # the mail is ours
    page = stage.page
    await page.set_viewport_size(ViewportSize(width=PHONE, height=600))
    await page.goto(link[0])
    heading = page.get_by_role("heading", name="Votre décision")
    await heading.evaluate("each => each.scrollIntoView()")
    await page.screenshot(path=IMAGES / "guide-lettre-bon-a-diffuser.png")
    await page.get_by_role("button", name="Donner le bon à diffuser").click()
    await settle(stage.playground.house)


async def send(stage: Stage) -> None:
    """Give it in chat, pause on the way, and go on."""
    chats = stage.chats
    review = next(
        each
        for each in reversed(chats.messages(GROUP, DESK))
        if any(b["text"] == "Donner le bon à diffuser" for row in each["buttons"] for b in row)
    )
    await chats.press(GROUP, review, ANIMATOR, "Donner le bon à diffuser")
    await seen_sending(stage)
    progress = stage.last(GROUP, "en cours d’envoi", DESK)
    await chats.press(GROUP, progress, ANIMATOR, "Mettre en pause")
    await chats.message(GROUP, "envoi en pause", DESK)
    await stage.shoots("lettre-envoi", ANIMATOR, "envoi en pause", topic=DESK)
    await stage.presses(ANIMATOR, "Arrêter définitivement", DESK)
    await stage.presses(ANIMATOR, "Non, ne rien arrêter", DESK)
    await stage.presses(ANIMATOR, "Reprendre", DESK)
    await chats.message(GROUP, "compte rendu", DESK)


async def seen_sending(stage: Stage) -> None:
    """Wait until some of the letters have left."""
    for _ in range(300):
        for each in stage.chats.messages(GROUP, DESK):
            if "en cours d’envoi" in each["text"] and "Rythme" in each["text"]:
                return
        await asyncio.sleep(0.1)
    raise LookupError("no progress is shown")


async def read(stage: Stage) -> None:
    """See the mail in light and dark; its page, its choices."""
    mail = (await stage.playground.mail.messages(READER))[0]
    await shoot_mail(stage.page, mail, "light", "clair")
    await shoot_mail(stage.page, mail, "dark", "sombre")
    page = stage.page
    await page.set_viewport_size(ViewportSize(width=PHONE, height=820))
    await page.goto(f"{stage.playground.public_url}/lettres/1")
    await page.screenshot(path=IMAGES / "guide-lettre-page.png")
    link = re.search(r"http\S+/abonnement/choix/\S+", mail.text)
    assert link  # noqa: S101  # the mail is ours
    await page.goto(link[0])
    await page.screenshot(path=IMAGES / "guide-lettre-choix.png")


async def shoot_mail(
    page: Page, mail: CaughtMail, scheme: Literal["light", "dark"], name: str
) -> None:
    """Take a picture of a mail as a mailbox shows it, its pictures included."""
    message = message_from_bytes(mail.raw, EmailMessage, policy=default)
    html = mail.html
    for part in message.walk():
        if part.get_content_maintype() == "image":
            data = str(part.get_payload()).replace("\n", "").replace("\r", "")
            identity = str(part["Content-ID"]).strip("<>")
            html = html.replace(f"cid:{identity}", f"data:{part.get_content_type()};base64,{data}")
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size(ViewportSize(width=NARROW, height=820))
    await page.set_content(html)
    await page.screenshot(path=IMAGES / f"guide-lettre-courriel-{name}.png")
    await page.emulate_media(color_scheme="light")


async def after(stage: Stage) -> None:
    """Correct a mistake; take what comes back, and a question."""
    playground = stage.playground
    mail = (await playground.mail.messages(READER))[0]
    back = (await playground.mail.messages("lecteur007@lecteurs.example"))[0]
    now = playground.clock.now()
    playground.post.drop(bounce(back, Words("Undelivered Mail", "550 5.1.1 User unknown"), now))
    playground.post.drop(answer(mail, Words(f"Re: {mail.subject}", ASKED), now))
    for _ in range(6):
        await asyncio.sleep(1)
        await settle(playground.house)
    await stage.shoots("lettre-compte-rendu", ANIMATOR, "compte rendu d’envoi", topic=DESK)
    await stage.presses(ANIMATOR, "Envoyer un rectificatif", DESK)
    await stage.says(ANIMATOR, CORRECTION, DESK)
    await stage.shoots("lettre-rectificatif", ANIMATOR, "Rectificatif à la lettre", topic=DESK)
    await stage.presses(ANIMATOR, "Donner le bon à diffuser", DESK)
    await stage.presses(SECOND_ANIMATOR, "Donner le bon à diffuser", DESK)
    await settle(playground.house)
    topic = playground.chat.snapshot(GROUP)["topics"][-1]["name"]
    await stage.shoots("lettre-question", ANIMATOR, "Par courriel, de", "Camille Faure", topic)


async def main() -> None:
    """Play the whole story."""
    sandbox.APPROVALS = 2
    sandbox.MAILS_PER_SECOND = 10.0
    async with staged() as stage:
        for scene in (prepare, compose, approve, send, read, after):
            await scene(stage)


if __name__ == "__main__":
    asyncio.run(main())

"""Make the pictures of the meetings' guide, as `screenshots.py` makes those of the others.

`python docs/guide/screenshots_of_a_meeting.py` writes `docs/images/guide-rencontre-*.png`.
"""  # noqa: INP001  # a script beside the guides

import asyncio
from datetime import timedelta

from playwright.async_api import Page, ViewportSize
from screenshots import IMAGES, PHONE, Stage, staged

from relais.sandbox.advance import advance, settle
from relais.sandbox.bot_api.state import Attachment
from relais.sandbox.cast import AGENT, ANIMATOR, COLLEAGUE, GROUP
from relais.sandbox.observation import Message, link_in
from relais.sandbox.playground import DESK, INVITATIONS_HELD
from relais.sandbox.tour_of_a_meeting import event_in, when

TITLE = "Reprendre un commerce : qui fait quoi"
SHORT = "Reprendre un commerce"
ANSWERS = (
    "jeudi 11 février 2027 de 9h30 à 17h",
    "Salle des fêtes, Vallorge (exemple)",
    "2",
    "9 h 30 : qui reprend quoi, trois témoignages.\n14 h : écrire une feuille de route.",
)
ACCESS = "Gare de Vallorge à huit minutes à pied ; parking gratuit derrière la salle."
CALL = "https://visio.example.org/vallorge"
MEALS = "Avec viande\nVégétarien"
SPEAKER = "Nadia Ferrand, chargée de mission, Chambre de métiers (exemple)"
GUEST = (
    "Hélène Garrigue ; helene.garrigue@vallorge.example ; Commune de Vallorge ; adjointe au maire"
)
GUEST_MAIL = "helene.garrigue@vallorge.example"
COLLEAGUE_MAIL = "karim.astier@chambrelle.example"
MOVED = "mardi 12 janvier 2027 de 9h30 à 17h"
WALK_IN = ("Paul Rigaud", "Boulangerie du bourg, Vallorge", "boulanger")
MINUTES = (
    "# Trois témoignages\nUne boulangerie, un café, une épicerie : le bail se prépare dix-huit "
    "mois avant le départ.\n- La chambre de métiers tient la liste des cédants."
)
OBSERVATION = "Il manque l’adresse de la chambre de métiers."
MINUTES_A_DAY = 24 * 60


async def plan(stage: Stage) -> None:
    """Plan a seminar; the date is echoed with the school holidays that it runs into."""
    stage.playground.chat.user_starts(AGENT, stage.playground.invitation)
    await settle(stage.playground.house)
    await stage.says(ANIMATOR, "/rencontre", DESK)
    for label in ("Nouvelle rencontre", "Séminaire"):
        await stage.presses(ANIMATOR, label, DESK)
    for words in (TITLE, ANSWERS[0]):
        await stage.says(ANIMATOR, words, DESK)
    await stage.shoots("rencontre-date", ANIMATOR, ANSWERS[0], "Est-ce bien cela", DESK)
    await stage.presses(ANIMATOR, "C’est bien cela", DESK)
    for words in ANSWERS[1:]:
        await stage.says(ANIMATOR, words, DESK)
    for label, words in (("Accès", ACCESS), ("Visioconférence", CALL), ("Repas", MEALS)):
        await stage.presses(ANIMATOR, "Modifier", DESK)
        await stage.presses(ANIMATOR, label, DESK)
        await stage.says(ANIMATOR, words, DESK)
    await stage.presses(ANIMATOR, "Modifier", DESK)
    await stage.presses(ANIMATOR, "Proposer le covoiturage", DESK)
    await stage.presses(ANIMATOR, "Intervenants et animateurs", DESK)
    await stage.presses(ANIMATOR, "Ajouter une intervention", DESK)
    await stage.says(ANIMATOR, SPEAKER, DESK)
    await stage.presses(ANIMATOR, "Retour", DESK)


async def invite(stage: Stage) -> None:
    """Choose a group and a guest, look at the preview, publish; the invitations leave."""
    await stage.shoots("rencontre-fiche", ANIMATOR, "Brouillon", topic=DESK)
    await stage.presses(ANIMATOR, "Invités", DESK)
    await stage.presses(ANIMATOR, "Rôles", DESK)
    await stage.presses(ANIMATOR, "Agent de développement", DESK)
    await stage.presses(ANIMATOR, "Retour aux invités", DESK)
    await stage.presses(ANIMATOR, "Hors réseau", DESK)
    await stage.presses(ANIMATOR, "Ajouter des personnes", DESK)
    await stage.says(ANIMATOR, GUEST, DESK)
    await stage.presses(ANIMATOR, "Retour aux invités", DESK)
    await stage.presses(ANIMATOR, "Aperçu avant envoi", DESK)
    await stage.shoots("rencontre-apercu", ANIMATOR, "Aperçu avant envoi", topic=DESK)
    await stage.presses(ANIMATOR, "Publier et inviter", DESK)
    await stage.waits(INVITATIONS_HELD + 1)


async def answer(stage: Stage) -> None:
    """Karim answers in chat, the guest by the link of her mail, Odile waits."""
    await stage.says(COLLEAGUE, "/agenda")
    await presses_of(stage, COLLEAGUE, SHORT, "Je m’inscris")
    await presses_of(stage, COLLEAGUE, SHORT, "Mon repas")
    await stage.presses(COLLEAGUE, "Végétarien")
    await stage.shoots("rencontre-reponse", COLLEAGUE, "Vous êtes inscrit(e).", topic="")
    invitation = (await stage.playground.mail.messages(GUEST_MAIL))[0]
    page = stage.page
    await on_phone(page, link_in(invitation, "/rencontres/reponse/"), 940)
    await page.screenshot(path=IMAGES / "guide-rencontre-page-de-reponse.png")
    await page.get_by_role("button", name="Je m’inscris").click()
    await settle(stage.playground.house)
    await stage.says(AGENT, "/agenda")
    await presses_of(stage, AGENT, SHORT, "Je m’inscris")
    await stage.says(AGENT, "/agenda")
    await presses_of(stage, AGENT, SHORT, "Me prévenir ici")
    await open_screen(stage, "👥 Inscriptions")
    await stage.shoots("rencontre-inscriptions", ANIMATOR, "Par demi-journée", topic=DESK)


async def move(stage: Stage) -> None:
    """Chase, then move the meeting: everybody is told, and reminders follow."""
    await open_screen(stage, "Modifier")
    await stage.presses(ANIMATOR, "Date et heures", DESK)
    await stage.says(ANIMATOR, MOVED, DESK)
    await stage.shoots("rencontre-report", ANIMATOR, "Si vous confirmez", topic=DESK)
    await stage.presses(ANIMATOR, "C’est bien cela", DESK)
    await settle(stage.playground.house)
    await open_screen(stage, "Rappels")
    await stage.shoots("rencontre-rappels", ANIMATOR, "Annonce d’un changement", topic=DESK)
    page, mail = stage.page, (await stage.playground.mail.messages(COLLEAGUE_MAIL))[0]
    await page.set_viewport_size(ViewportSize(width=PHONE, height=820))
    await page.set_content(mail.html)
    await page.screenshot(path=IMAGES / "guide-rencontre-courriel.png")


async def attend(stage: Stage) -> None:
    """On the day: the sheet, who was there, somebody unannounced."""
    starts_at = when(event_in((await stage.playground.mail.messages(COLLEAGUE_MAIL))[0], "REQUEST"))
    house, clock = stage.playground.house, stage.playground.clock
    await advance(house, clock, starts_at + timedelta(hours=8))
    await open_screen(stage, "Présences et retours")
    for half in ("après-midi", "matin"):
        await stage.presses(ANIMATOR, f"Mardi 12 janvier, {half}", DESK)
        await stage.presses(ANIMATOR, "Noter les présences", DESK)
        await stage.presses(ANIMATOR, "Tous présents", DESK)
        if half == "matin":
            await stage.presses(ANIMATOR, "Ajouter une personne", DESK)
            for words in WALK_IN:
                await stage.says(ANIMATOR, words, DESK)
            await stage.shoots("rencontre-presences", ANIMATOR, "Appuyez sur un nom", topic=DESK)
        await stage.presses(ANIMATOR, "Retour", DESK)
        await stage.presses(ANIMATOR, "Joindre la feuille signée", DESK)
        await sends_a_photo(stage)
        await stage.presses(ANIMATOR, "C’est tout", DESK)
        await open_screen(stage, "Présences et retours")


async def report(stage: Stage) -> None:
    """Days later: certificates, minutes with an observation, then final; the evidence."""
    await stage.waits(3 * MINUTES_A_DAY - 8 * 60)
    await open_screen(stage, "Présences et retours")
    await stage.presses(ANIMATOR, "Attestations", DESK)
    await stage.presses(ANIMATOR, "Envoyer les", DESK)
    await open_screen(stage, "Compte rendu")
    await stage.presses(ANIMATOR, "Écrire ou envoyer un fichier", DESK)
    await stage.says(ANIMATOR, MINUTES, DESK)
    for label in ("Terminé", "Relire avant l’envoi", "Envoyer le projet"):
        await stage.presses(ANIMATOR, label, DESK)
    draft = (await stage.playground.mail.messages(COLLEAGUE_MAIL))[0]
    page = stage.page
    await on_phone(page, link_in(draft, "/rencontres/compte-rendu/"), 900)
    await page.get_by_label("Votre observation").fill(OBSERVATION)
    await page.screenshot(path=IMAGES / "guide-rencontre-projet.png")
    await page.get_by_role("button", name="Envoyer l’observation").click()
    await settle(stage.playground.house)
    await stage.presses(ANIMATOR, "Prise en compte", DESK)
    await open_screen(stage, "Compte rendu")
    for label in ("Rendre définitif", "Oui, envoyer la version définitive", "Publier sur le site"):
        await stage.presses(ANIMATOR, label, DESK)
    await open_screen(stage, "Justificatifs")
    await stage.shoots("rencontre-justificatifs", ANIMATOR, "pièces sont prêtes", topic=DESK)
    await stage.says(ANIMATOR, "/echeances", DESK)
    await stage.shoots("rencontre-echeances", ANIMATOR, "par an", topic=DESK)


# --- What the scenes share --------------------------------------------------------------------


async def open_screen(stage: Stage, label: str) -> None:
    """Show the meeting's card anew, and press one of its buttons."""
    await stage.says(ANIMATOR, "/rencontre", DESK)
    listed = stage.last(GROUP, "Rencontres du réseau", DESK)
    await press_one(stage, GROUP, listed, ANIMATOR, SHORT)
    await stage.presses(ANIMATOR, label, DESK)


async def presses_of(stage: Stage, who: int, words: str, label: str) -> None:
    """Press a button of the last private message that has these words."""
    await press_one(stage, who, stage.last(who, words), who, label)


async def press_one(stage: Stage, chat: int, message: Message, who: int, label: str) -> None:
    """Press the button of a message whose label has these words."""
    labels = [button["text"] for row in message["buttons"] for button in row]
    await stage.chats.press(chat, message, who, next(each for each in labels if label in each))
    await settle(stage.playground.house)


async def sends_a_photo(stage: Stage) -> None:
    """Send, in the animators' topic, a photo of a signed sheet."""
    await stage.page.set_content("<body style='margin:0;background:#eee'>")
    scan = await stage.page.screenshot(clip={"x": 0, "y": 0, "width": 300, "height": 400})
    file = Attachment("photo", scan, "feuille.png", "image/png")
    stage.playground.chat.user_sends(GROUP, ANIMATOR, thread_id=stage.thread(DESK), file=file)
    await settle(stage.playground.house)


async def on_phone(page: Page, url: str, height: int) -> None:
    """Open a page at a phone's width."""
    await page.set_viewport_size(ViewportSize(width=PHONE, height=height))
    await page.goto(url)


async def main() -> None:
    """Play the whole story."""
    async with staged() as stage:
        for scene in (plan, invite, answer, move, attend, report):
            await scene(stage)


if __name__ == "__main__":
    asyncio.run(main())

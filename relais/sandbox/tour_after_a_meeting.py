"""The tour's part on the day of a meeting and after: sheets, presence, minutes, evidence."""

import io
import re
import zipfile
from datetime import datetime, timedelta

from core.clock import PARIS
from relais.sandbox.advance import advance, settle
from relais.sandbox.attached import attached, content_of
from relais.sandbox.bot_api.state import Attachment
from relais.sandbox.cast import ANIMATOR, GROUP
from relais.sandbox.observation import Message, expect
from relais.sandbox.playground import DESK
from relais.sandbox.story import Step, Story, flat
from relais.sandbox.tour_of_a_meeting import (
    BY_LINK,
    COLLEAGUE_MAIL,
    TITLE,
    WAITING,
    labels,
    last_event,
    open_card,
    pressed_for,
    said,
    turned,
    when,
)

PDF = b"%PDF-"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
"""What the animators photographed: the sheet that people signed."""

MINUTES = "# Tour de table\nChaque territoire a dit qui reprend l’accueil.\n- Une fiche par mandat."
NEVER = (COLLEAGUE_MAIL, WAITING, BY_LINK)
"""Addresses, which stand neither on sheets nor in the evidence."""


async def sign(story: Story) -> None:
    """Print the sheet of the morning; the evening, note who was there and send it back signed."""
    panel = await pressed_for(story, await open_card(story), "Le jour J", "Feuille signée")
    await _printed(story, await turned(story, panel, _half(panel, "matin")))
    evening = when(await last_event(story, COLLEAGUE_MAIL)) + timedelta(hours=8)
    await advance(story.playground.house, story.playground.clock, evening)
    for half in ("matin", "après-midi"):
        panel = await pressed_for(
            story, await open_card(story), "Présences et retours", "Avis reçus"
        )
        screen = await turned(story, panel, _half(panel, half))
        await _attended(story, screen)
        await _scanned(story, screen, half)


async def certify(story: Story) -> None:
    """Say what is awaited, on the next morning at work; send certificates to who came."""
    ends_at = when(await last_event(story, COLLEAGUE_MAIL)).replace(hour=17)
    await advance(story.playground.house, story.playground.clock, _next_morning(ends_at))
    told = await story.chats.message(GROUP, "Cette rencontre a eu lieu", DESK)
    expected = [m for m in story.chats.messages(GROUP, DESK) if "attendu le" in m["text"]]
    awaited = next(m for m in expected if TITLE in m["text"])
    story.say(f"the animators are told: {_line(awaited, 'attendu le')}")
    expect(told, "the animators were not told that it is over")
    panel = await pressed_for(story, await open_card(story), "Présences et retours", "Avis reçus")
    screen = await pressed_for(story, panel, "Attestations", "Attestations de présence")
    label = next(label for label in labels(screen) if label.startswith("Envoyer"))
    await story.chats.press(GROUP, screen, ANIMATOR, label)
    await settle(story.playground.house)
    mail = await story.mail.one(COLLEAGUE_MAIL, "Attestation de présence")
    (file,) = attached(mail)
    found = content_of(mail, file.number)
    expect(found is not None and found[1].startswith(PDF), "the certificate is not a PDF")
    story.say(f"« {mail.subject} », with {file.name}")


async def minute(story: Story) -> None:
    """Write the minutes, send them as « projet », then as « définitif », on the site."""
    screen = await pressed_for(story, await open_card(story), "Compte rendu", "Rien n’est encore")
    await pressed_for(story, screen, "Écrire ou envoyer un fichier", "Envoyez le texte")
    added = await said(story, MINUTES, "Ajouté")
    again = await story.chats.message(GROUP, "Terminé", DESK, after=added["message_id"])
    screen = await pressed_for(story, again, "Terminé", "En préparation")
    screen = await pressed_for(story, screen, "Relire avant l’envoi", "Le projet partira")
    await story.chats.press(GROUP, screen, ANIMATOR, "Envoyer le projet")
    await settle(story.playground.house)
    mail = await story.mail.one(COLLEAGUE_MAIL, "Projet")
    story.say(f"« {mail.subject} »; observations are taken on a page of one's own")
    screen = await pressed_for(story, await open_card(story), "Compte rendu", "Projet envoyé")
    screen = await pressed_for(story, screen, "Rendre définitif", "La version définitive partira")
    await story.chats.press(GROUP, screen, ANIMATOR, "Oui, envoyer la version définitive")
    await settle(story.playground.house)
    mail = next(
        mail
        for mail in await story.mail.to(COLLEAGUE_MAIL, "Compte rendu de l’atelier")
        if not mail.subject.startswith("Projet")
    )
    screen = await pressed_for(story, await open_card(story), "Compte rendu", "Définitif")
    await turned(story, screen, "Publier sur le site")
    invitation = await story.mail.one(COLLEAGUE_MAIL, "Invitation")
    found = re.search(r"/rencontres/(\d+)", invitation.text)
    await story.pages.get(f"/rencontres/{found[1] if found else 0}/compte-rendu", "Tour de table")
    story.say(f"then final, « {mail.subject} », and on the site")


async def prove(story: Story) -> None:
    """Have the evidence pack made, and open it: all is there, and no address is."""
    screen = await pressed_for(
        story, await open_card(story), "Justificatifs", "Dossier de justificatifs"
    )
    await story.chats.press(GROUP, screen, ANIMATOR, "Préparer le dossier")
    await settle(story.playground.house)
    ready = await story.chats.message(
        GROUP, "ouvrez d’abord LISEZ-MOI.html", DESK, after=screen["message_id"]
    )
    with zipfile.ZipFile(io.BytesIO(_file(story, ready))) as pack:
        expect(pack.testzip() is None, "the pack is damaged")
        names = sorted(pack.namelist())
        words = b"\n".join(pack.read(name) for name in names)
    for wanted in ("LISEZ-MOI", "1-invitation", "2-programme", "3-emargement", "4-", "6-"):
        expect(any(name.startswith(wanted) for name in names), f"nothing of {wanted}: {names}")
    expect(not any(each.encode() in words for each in NEVER), "an address is in the evidence")
    story.say(f"the evidence pack holds {len(names)} files: {', '.join(names[:12])}")


# --- What the steps share ---------------------------------------------------------------------


async def _printed(story: Story, screen: Message) -> None:
    given = await pressed_for(story, screen, "Feuille d’émargement à imprimer", "attendue")
    data = _file(story, given)
    expect(data.startswith(PDF), "the sheet is not a PDF")
    expect(not any(each.encode() in data for each in NEVER), "an address is on the sheet")
    story.say(f"the sheet arrives in chat, {len(data) // 1000} kB of PDF: {given['text']}")


async def _attended(story: Story, screen: Message) -> None:
    """Note that everybody was there."""
    roll = await turned(story, screen, "Noter les présences")
    await turned(story, roll, "Tous présents")


async def _scanned(story: Story, screen: Message, half: str) -> None:
    """Send a photo of the signed sheet."""
    now = story.chats.find(GROUP, screen["message_id"])
    screen = await turned(story, now, "Retour")
    asked = await pressed_for(story, screen, "Joindre la feuille signée", "Envoyez la feuille")
    photo = Attachment("photo", JPEG, "", "image/jpeg")
    chat = story.playground.chat
    thread = story.playground.house.parts.settings.telegram.desk_thread_id
    chat.user_sends(GROUP, ANIMATOR, file=photo, thread_id=thread)
    more = await story.chats.message(GROUP, "D’autres pages", DESK, after=asked["message_id"])
    await pressed_for(story, more, "C’est tout", "Bien reçu")
    await settle(story.playground.house)
    kept = await story.chats.message(GROUP, f"{half}) est enregistrée", DESK)
    story.say(f"{half}: everybody present; {kept['text']}")


def _half(panel: Message, words: str) -> str:
    return next(label for label in labels(panel) if words in label)


def _file(story: Story, message: Message) -> bytes:
    """Return the bytes of the file of a message, as somebody who saves it gets them."""
    expect(message["files"], "the message has no file")
    return story.playground.chat.file_bytes(message["files"][0]["file_id"]) or b""


def _next_morning(ends_at: datetime) -> datetime:
    """Return a morning when the animators are at work, once the meeting is over."""
    morning = ends_at.astimezone(PARIS) + timedelta(days=3)
    return morning.replace(hour=10, minute=0)


def _line(message: Message, words: str) -> str:
    return next(flat(line) for line in str(message["text"]).splitlines() if words in line)


AFTER_STEPS: tuple[tuple[str, Step], ...] = (
    ("On the day: the sheet is printed, signed, sent back, presences noted", sign),
    ("The next days: what is awaited is said, certificates leave", certify),
    ("Minutes are written, sent as a draft, then as final", minute),
    ("The evidence pack comes by one press", prove),
)

"""The tour's part in the letter: composed, approved by mail, received, corrected, answered."""

import html
import re

from relais.sandbox.advance import settle
from relais.sandbox.cast import ANIMATOR, GROUP
from relais.sandbox.observation import Message, expect, header_of, link_in, seen
from relais.sandbox.playground import APPROVER, DESK
from relais.sandbox.post import Words, answer
from relais.sandbox.story import Step, Story, flat

FIRST, SECOND = "camille@lecteurs.example", "dominique@lecteurs.example"
OPENING = "Bonjour à toutes et à tous. Trois dates à retenir avant la fin de l’année."
CORRECTION = "La réunion commence à 10 h, et non à 9 h 30. Veuillez nous en excuser."
QUESTION = "Bonjour, pouvons-nous encore délibérer cette année sur la vacance des logements ?"
ANSWER = "Bonjour. Non : le 1er octobre est passé ; une délibération vaudra pour l’année suivante."


async def send_edition(story: Story) -> None:
    """Compose, write opening words, look, have it approved; see the mail of each subscriber."""
    review = await _composed(story, opening=OPENING)
    number = _number(review)
    await _approved_by_mail(story, review, number)
    for address in (FIRST, SECOND):
        mail = await story.mail.one(address, f"n°\u00a0{number}")
        expect(header_of(mail, "List-Unsubscribe").startswith("<http"), "no unsubscribe link")
        expect(
            header_of(mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click",
            "no one-click unsubscription",
        )
        expect(flat(OPENING) in flat(mail.text), "the opening words are not in the letter")
        for title in story.kept:
            expect(flat(title) in flat(mail.text), f"« {title} » is not in the letter")
        expect("Agenda du réseau" in mail.text, "the coming seminar is not in the letter")
        story.say(f"{address} received « {mail.subject} », unsubscription headers included")


async def correct(story: Story) -> None:
    """Write a correction to what was sent; see that exactly its readers receive it."""
    chat, chats = story.playground.chat, story.chats
    report = await chats.message(GROUP, "compte rendu d’envoi", DESK)
    await chats.press(GROUP, report, ANIMATOR, "Envoyer un rectificatif")
    await chats.message(GROUP, "Écrivez le rectificatif", DESK, after=report["message_id"])
    chat.user_sends(GROUP, ANIMATOR, CORRECTION, thread_id=_thread(story))
    review = await chats.message(GROUP, "Rectificatif à la lettre", DESK)
    await chats.press(GROUP, review, ANIMATOR, "Donner le bon à diffuser")
    await settle(story.playground.house)
    for address in (FIRST, SECOND):
        mail = await story.mail.one(address, "Rectificatif")
        expect(flat(CORRECTION) in flat(mail.text), "the correction does not say what was written")
        story.say(f"{address} received « {mail.subject} », once")
    page = html.unescape(await story.pages.get("/lettres/1", "Rectificatif"))
    expect(flat(CORRECTION) in flat(page), "the correction is not on the letter's page")
    story.say("and the letter's page shows it")


async def be_written_to(story: Story) -> None:
    """Answer the letter by mail: it is a question, answered from its topic, in the same thread."""
    playground, chats = story.playground, story.chats
    letter = await story.mail.one(SECOND, "La lettre du réseau n°")
    words = Words(f"Re: {letter.subject}", QUESTION)
    playground.post.drop(answer(letter, words, playground.clock.now()))
    asked = await chats.message(GROUP, QUESTION)
    story.say(f"a reader's answer is a question in the group: {asked['text'].splitlines()[0]}")
    playground.chat.user_sends(
        GROUP, ANIMATOR, ANSWER, reply_to=asked["message_id"], thread_id=_thread_of(story, asked)
    )

    async def answered() -> list[str] | None:
        await settle(playground.house)
        found = await playground.mail.messages(SECOND)
        return [mail.subject for mail in found if flat(ANSWER) in flat(mail.text)] or None

    [subject] = await seen("the answer, by mail", answered)
    story.say(f"answered from the topic, it arrives by mail, in the same thread: « {subject} »")


async def publish_again(story: Story) -> str:
    """Compose another edition and approve it in chat; return its number."""
    review = await _composed(story)
    chats = story.chats
    await chats.press(GROUP, review, ANIMATOR, "Demander le bon à diffuser")
    asked = await chats.changed(GROUP, review)
    await chats.press(GROUP, asked, ANIMATOR, "Donner le bon à diffuser")
    await chats.changed(GROUP, asked)
    await settle(story.playground.house)
    return _number(review)


async def _composed(story: Story, opening: str = "") -> Message:
    """Compose an edition; return the message that shows it, examined."""
    chat, chats = story.playground.chat, story.chats
    command = chat.user_sends(GROUP, ANIMATOR, "/lettre", thread_id=_thread(story))
    offer = await chats.message(GROUP, "", DESK, after=command)
    await chats.press(GROUP, offer, ANIMATOR, "Composer la lettre")
    review = await chats.message(GROUP, "à relire", DESK, after=offer["message_id"])
    story.say(f"shown in the group: {review['text'].splitlines()[0]}")
    await _looked_at(story, review)
    review = await chats.message(GROUP, "Vérification faite", DESK, after=offer["message_id"])
    story.say(next(each for each in review["text"].splitlines() if "Vérification faite" in each))
    return await _opened(story, review, opening) if opening else review


async def _looked_at(story: Story, review: Message) -> None:
    preview = next(b["url"] for row in review["buttons"] for b in row if "url" in b)
    page = html.unescape(await story.pages.get(preview, "<h1"))
    for title in story.kept[:2]:
        shown = _number(review) != "1" or flat(title) in flat(page)
        expect(shown, "a kept news is not in the preview")


async def _opened(story: Story, review: Message, words: str) -> Message:
    """Write the opening words; return the message that shows the edition with them."""
    chat, chats = story.playground.chat, story.chats
    await chats.press(GROUP, review, ANIMATOR, "Mot d’ouverture")
    screen = await chats.changed(GROUP, review)
    await chats.press(GROUP, screen, ANIMATOR, "Écrire le mot")
    await chats.message(GROUP, "Écrivez le mot", DESK, after=review["message_id"])
    written = chat.user_sends(GROUP, ANIMATOR, words, thread_id=_thread(story))
    shown = await chats.message(GROUP, words, DESK, after=written)
    await settle(story.playground.house)
    await chats.press(GROUP, shown, ANIMATOR, "↩ Retour")
    story.say("an animator wrote its opening words: a new version, examined again")
    return await chats.changed(GROUP, shown)


async def _approved_by_mail(story: Story, review: Message, number: str) -> None:
    """Ask for the approval; give it by the page of the approver's mail."""
    await story.chats.press(GROUP, review, ANIMATOR, "Demander le bon à diffuser")
    mail = await story.mail.one(APPROVER, "votre bon à diffuser")
    link = link_in(mail, "/lettres/bon-a-diffuser/")
    await story.pages.get(link, "Votre décision")
    await story.pages.post(link, {"decision": "give", "words": ""}, "enregistré")
    story.say(f"{APPROVER} gave the bon à diffuser of letter {number} by a signed page")
    await settle(story.playground.house)


def _number(review: Message) -> str:
    found = re.search(r"n°\s(\d+)", review["text"])
    expect(found, "the review does not give a number")
    assert found is not None  # noqa: S101  # said just above
    return found[1]


def _thread(story: Story) -> int | None:
    return story.playground.house.parts.settings.telegram.desk_thread_id


def _thread_of(story: Story, message: Message) -> int | None:
    topics = story.playground.chat.snapshot(GROUP)["topics"]
    threads: list[int | None] = [
        topic["thread_id"]
        for topic in topics
        if any(each["message_id"] == message["message_id"] for each in topic["messages"])
    ]
    return threads[0]


LETTER_STEPS: tuple[tuple[str, Step], ...] = (
    ("A letter is composed, approved by a director's mail, and received", send_edition),
    ("A correction reaches exactly those who received it", correct),
    ("A reader asks by mail, and is answered from the topic", be_written_to),
)

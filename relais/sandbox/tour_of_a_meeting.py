"""The tour's part before a meeting: planned in chat, invited, answered, reminded, moved."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from core.clock import PARIS
from digest.seminars.reminding.working_days import is_working_day
from relais.sandbox.advance import advance, settle
from relais.sandbox.attached import calendar_of
from relais.sandbox.cast import ANIMATOR, CAST, GROUP
from relais.sandbox.mail_catcher import CaughtMail
from relais.sandbox.observation import Message, expect, link_in
from relais.sandbox.playground import DESK, INVITATIONS_HELD
from relais.sandbox.story import Step, Story, flat

TITLE = "Accueillir après les élections : qui fait quoi"
PLACE = "Maison de services, Vallorge (exemple)"
PROGRAMME = "9 h 30 : tour de table.\n14 h : écrire la feuille de route."
CAPACITY = 2
DAYS_AHEAD = 3
MOVED_BY = 1
"""In days: near enough for the clock to come there soon."""

COLLEAGUE = CAST["colleague"].user_id
COLLEAGUE_MAIL = "karim.astier@chambrelle.example"
BY_LINK = "mathilde.rouchon@escourgne.example"
WAITING = "thibault.delmasse@brune-claire.example"
"""Who answers by the link of their mail: the first takes a place, the other has to wait."""


async def plan(story: Story) -> None:
    """Plan a workshop by buttons and answers; the date is echoed in full before it counts."""
    day = _working_day(story.playground.clock.now(), DAYS_AHEAD)
    listed = await said(story, "/rencontre", "Rencontres du réseau")
    asked = await pressed_for(story, listed, "Nouvelle rencontre", "Quelle rencontre")
    asked = await pressed_for(story, asked, "Atelier", "Quel est son titre")
    await said(story, TITLE, "Quel jour, et à quelles heures")
    echo = await said(story, f"{day:%d/%m/%Y} de 9h30 à 17h", "Est-ce bien cela")
    story.say(f"the date that was typed is echoed in full: {_line_with(echo, str(day.year))}")
    await pressed_for(story, echo, "C’est bien cela", "Où se tient-elle")
    await said(story, PLACE, "Combien de personnes")
    await said(story, str(CAPACITY), "Quel est le programme")
    card = await said(story, PROGRAMME, TITLE)
    expect("Brouillon" in card["text"], "the card does not say that it is a draft")
    expect(f"Places sur place\u00a0: {CAPACITY}" in card["text"], "the card has no capacity")
    story.say("a draft by buttons and seven answers; nobody else sees it")


async def invite(story: Story) -> None:
    """Choose whom to invite, look at the preview, publish; nothing leaves before the hold."""
    card = await open_card(story)
    screen = await pressed_for(story, card, "Invités", "Personne n’est encore invité")
    screen = await turned(story, screen, "Rôles")
    screen = await turned(story, screen, "Agent de développement")
    screen = await turned(story, screen, "Retour aux invités")
    preview = await turned(story, screen, "Aperçu avant envoi")
    label = next(label for label in labels(preview) if label.startswith("Publier et inviter"))
    story.say(f"the preview says who, how and when: « {label} »")
    await turned(story, preview, label)
    await settle(story.playground.house)
    expect(not await story.mail.to(BY_LINK, TITLE), "an invitation left before the hold")
    story.say("published; the invitations can still be held back, and none has left")
    await _advance(story, timedelta(minutes=INVITATIONS_HELD + 1))
    mail = await story.mail.one(BY_LINK, TITLE)
    event = event_in(mail, "REQUEST")
    expect(BY_LINK in str(event["ATTENDEE"]), "the calendar names another attendee")
    story.say(f"after the hold, once each, with a calendar part: « {mail.subject} »")


async def answer_in_turn(story: Story) -> None:
    """One answers by link, one by a press; the third waits, and is promoted when one leaves."""
    await _answers(story, BY_LINK, "come", "Vous êtes inscrit")
    story.say(f"{BY_LINK} answered by the link of the mail")
    await _joins_in_chat(story)
    story.say(f"{COLLEAGUE_MAIL} answered by a press in chat: {CAPACITY} places, both taken")
    await _answers(story, WAITING, "come", "liste d’attente")
    await settle(story.playground.house)
    mail = await story.mail.one(WAITING, "Liste d’attente")
    story.say(f"{WAITING} is told to wait: « {mail.subject} »")
    await _answers(story, BY_LINK, "leave", "Vous n’êtes pas inscrit")
    await settle(story.playground.house)
    event_in(await story.mail.one(BY_LINK, "Inscription annulée"), "CANCEL")
    mail = await story.mail.one(WAITING, "Une place pour vous")
    event_in(mail, "REQUEST")
    story.say(f"a place is given up: the waiting list promotes by itself, « {mail.subject} »")


async def move(story: Story) -> None:
    """Move the meeting: who comes is told, and their calendars follow."""
    before = event_in(await story.mail.one(COLLEAGUE_MAIL, "Invitation"), "REQUEST")
    day = _working_day(when(before), MOVED_BY)
    screen = await turned(story, await open_card(story), "Modifier")
    asked = await pressed_for(story, screen, "Date et heures", "Quel jour")
    expect(asked, "the date is not asked")
    echo = await said(story, f"{day:%d/%m/%Y} de 9h30 à 17h", "Est-ce bien cela")
    story.say(next(line for line in echo["text"].splitlines() if "prévenue" in line))
    await turned(story, echo, "C’est bien cela")
    await settle(story.playground.house)
    mail = await story.mail.one(COLLEAGUE_MAIL, "Nouvelle date")
    event = event_in(mail, "REQUEST")
    risen = int(event["SEQUENCE"]) - int(before["SEQUENCE"])
    expect(risen == 1, f"the update has SEQUENCE {event['SEQUENCE']}")
    expect(event["UID"] == before["UID"], "the update is about another event")
    expect(when(event).date() == day, "the calendar part of the update has another day")
    story.say(f"« {mail.subject} »: REQUEST, a higher SEQUENCE, same UID, {when(event):%d/%m}")


async def remind(story: Story) -> None:
    """Let time pass to the morning itself: who comes is reminded once, of the new date only."""
    starts_at = when(await last_event(story, COLLEAGUE_MAIL))
    steps = await advance(
        story.playground.house, story.playground.clock, starts_at - timedelta(hours=2)
    )
    story.say(f"the clock moved to the morning of the meeting, by {steps} due instants")
    for address, wanted in {COLLEAGUE_MAIL: 1, WAITING: 1, BY_LINK: 0}.items():
        found = [m for m in await story.mail.to(address, "Rappel") if TITLE in flat(m.subject)]
        expect(len(found) == wanted, f"{len(found)} reminders to {address}")
    story.say("one reminder each, at work the day before, for who comes; none for who left")


# --- What the steps share ---------------------------------------------------------------------


async def said(story: Story, words: str, answer: str) -> Message:
    """Say something in the animators' topic; return the message that answers it so."""
    chat = story.playground.chat
    thread = story.playground.house.parts.settings.telegram.desk_thread_id
    command = chat.user_sends(GROUP, ANIMATOR, words, thread_id=thread)
    return await story.chats.message(GROUP, answer, DESK, after=command)


async def pressed_for(story: Story, message: Message, label: str, answer: str) -> Message:
    """Press a button; return the message that says so next: this one redrawn, or a new one."""
    await story.chats.press(GROUP, message, ANIMATOR, label)
    return await story.chats.message(GROUP, answer, DESK, after=message["message_id"] - 1)


async def turned(story: Story, message: Message, label: str) -> Message:
    """Press a button that gives the message another face; return it so."""
    await story.chats.press(GROUP, message, ANIMATOR, label)
    return await story.chats.redrawn(GROUP, message)


def labels(message: Message) -> list[str]:
    """Return what is written on a message's buttons."""
    return [str(button["text"]) for row in message["buttons"] for button in row]


def event_in(mail: CaughtMail, method: str) -> Any:
    """Return the event of a mail's calendar part, read back by a library of calendars."""
    found = calendar_of(mail)
    expect(found is not None, f"the mail « {mail.subject} » has no calendar part")
    assert found is not None  # noqa: S101  # said just above
    expect(found.method == method, f"the calendar part is a {found.method}")
    (event,) = Calendar.from_ical(found.text).walk("VEVENT")
    return event


def when(event: Any) -> datetime:
    """Return when an event begins, in Paris."""
    start: datetime = event["DTSTART"].dt
    return start.astimezone(PARIS)


async def open_card(story: Story) -> Message:
    """Return the meeting's card, shown anew."""
    listed = await said(story, "/rencontre", "Rencontres du réseau")
    label = next(label for label in labels(listed) if TITLE[:20] in flat(label))
    return await turned(story, listed, label)


async def _answers(story: Story, address: str, action: str, words: str) -> None:
    """Answer by the page of the invitation's link, as a browser without JavaScript does."""
    invitation = await story.mail.one(address, "Invitation")
    link = link_in(invitation, "/rencontres/reponse/")
    page = await story.pages.get(link, "Votre réponse")
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    days = re.findall(r'name="half_day" value="(\d+)"', page)
    form: dict[str, Any] = {**fields, "action": action, "half_day": days}
    await story.pages.post(link, form, words)


async def _joins_in_chat(story: Story) -> None:
    chat, chats = story.playground.chat, story.chats
    command = chat.user_sends(COLLEAGUE, COLLEAGUE, "/agenda")
    card = await chats.message(COLLEAGUE, TITLE, after=command)
    await chats.press(COLLEAGUE, card, COLLEAGUE, "Je m’inscris")
    await chats.changed(COLLEAGUE, card)


async def last_event(story: Story, address: str) -> Any:
    """Return the newest calendar event that an address received for this meeting."""
    for mail in await story.mail.to(address, ""):
        found = calendar_of(mail)
        if found is not None and TITLE[:20] in found.text:
            return event_in(mail, found.method)
    raise AssertionError("no calendar part")  # pragma: no cover  # a step before saw one


async def _advance(story: Story, duration: timedelta) -> None:
    playground = story.playground
    await advance(playground.house, playground.clock, playground.clock.now() + duration)


def _working_day(now: datetime, days: int) -> date:
    """Return the first day from Tuesday to Friday, that many days ahead, which is no holiday."""
    day = now.astimezone(PARIS).date() + timedelta(days=days)
    while not (is_working_day(day) and day.weekday()):
        day += timedelta(days=1)
    return day


def _line_with(message: Message, words: str) -> str:
    text: str = message["text"]
    return next(line for line in text.splitlines() if words in line).strip()


MEETING_STEPS: tuple[tuple[str, Step], ...] = (
    ("An animator plans a workshop in chat", plan),
    ("Invitations are looked at, held, then leave with a calendar part", invite),
    ("Some answer by link, some by press; the waiting list promotes", answer_in_turn),
    ("The workshop moves: who comes is told, calendars follow", move),
    ("Reminders follow the new date, once each", remind),
)

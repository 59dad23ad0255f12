"""The tour's part in the watch: what is read, what the team makes of it, where it appears."""

import html
from datetime import timedelta

from relais.sandbox.advance import advance, settle
from relais.sandbox.cast import AGENT, ANIMATOR, GROUP
from relais.sandbox.observation import Message, expect
from relais.sandbox.playground import WATCH
from relais.sandbox.story import Step, Story, flat

DECREE, CALL = "vacance des locaux", "Accueillir en Massif central"
TOLD_BY = 3
NOTE = "Une aide à l’ingénierie : préparez dès maintenant la délibération."
ELSEWHERE = "Ports de pêche"
THEME = "Financements, marchés et gouvernance"
LEFT_TO_WAIT = 1
"""How many days from what the steps before have made pass to a week before the call closes."""


async def read_sources(story: Story) -> None:
    """See that each source's news is in the group, with its buttons."""
    for source in story.playground.house.parts.settings.watch.sources:
        if source.kind == "change":
            story.say(f"« {source.name} » is a page: what changes in it will be told")
            continue
        message = await story.chats.message(GROUP, source.name, WATCH)
        labels = [button["text"] for row in message["buttons"] for button in row]
        expect(labels[:2] == ["Garder", "Écarter"], f"the buttons are {labels}")
        story.say(f"from « {source.name} »: {title_of(message)}")
    await settle(story.playground.house)
    if not story.own_feed:
        await _understand(story)
    story.say(f"{len(waiting(story))} news in the group, each with Garder and Écarter")


async def _understand(story: Story) -> None:
    """See that what is hard to read was read, and that one decree is one piece of news."""
    await story.chats.message(GROUP, "R&D rural", WATCH)
    story.say("the malformed feed in Windows-1252 is read as it should: « R&D rural »")
    told = [message for message in waiting(story) if DECREE in title_of(message)]
    expect(len(told) == 1, f"the decree is told {len(told)} times")
    sources = told[0]["text"].splitlines()[1].split(" · ")[0].split(", ")
    expect(len(sources) == TOLD_BY, f"the decree is told by {sources}")
    story.say(f"one decree, announced by {len(sources)} sources, is one piece of news")
    call = await story.chats.message(GROUP, CALL, WATCH)
    closing = next((line for line in call["text"].splitlines() if "Date limite" in line), "")
    expect(closing, "the call does not say when it closes")
    story.say(f"a call says when it closes: « {closing} »")
    far = [message for message in waiting(story) if ELSEWHERE in message["text"]]
    expect(not far, "a call of another region is shown")
    story.say("a call of another region is not shown, but counted as improbable")


async def say_what_matters(story: Story) -> None:
    """Write « notre lecture » on a call and keep it; see both on the public pages."""
    wanted = "" if story.own_feed else CALL
    call = next(each for each in waiting(story) if wanted in title_of(each))
    title = title_of(call)
    await story.chats.press(GROUP, call, ANIMATOR, "Notre lecture")
    thread = story.playground.house.parts.settings.telegram.watch_thread_id
    await story.chats.message(GROUP, "Écrivez votre lecture", WATCH, after=call["message_id"])
    written = story.playground.chat.user_sends(GROUP, ANIMATOR, NOTE, thread_id=thread)
    noted = await story.chats.message(GROUP, NOTE, WATCH, after=written)
    story.say(f"the card comes back with it: « {NOTE} »")
    await story.chats.press(GROUP, noted, ANIMATOR, "Garder")
    kept = await story.chats.changed(GROUP, noted)
    expect("Gardée" in kept["text"], "the message does not say that it is kept")
    story.kept.append(title)
    page = html.unescape(await story.pages.get("/veille", "<h1"))
    expect(flat(title) in flat(page), "the kept news is not on the public page")
    expect(flat(NOTE) in flat(page), "the public page does not show « notre lecture »")
    feed = html.unescape(await story.pages.get("/veille/atom.xml", "<feed"))
    expect(flat(title) in flat(feed), "the kept news is not in the Atom feed")
    story.say(f"kept, it is on the page /veille and in its Atom feed: {title}")


async def alert(story: Story) -> None:
    """Follow a theme, be alerted of the call by the team's two presses, say that one is interested.

    The agent has opened the invitation by then.
    """
    chat, chats = story.playground.chat, story.chats
    if story.own_feed:
        story.say("one's own feed: no call is known in it")
        return
    asked = chat.user_sends(AGENT, AGENT, "/abonnement")
    themes = await chats.message(AGENT, "Vous ne suivez aucun thème", after=asked)
    await chats.press(AGENT, themes, AGENT, THEME)
    await chats.changed(AGENT, themes)
    story.say(f"the agent follows « {THEME} »")
    card = [each for each in chats.messages(GROUP, WATCH) if title_has(each, CALL)][-1]
    await chats.press(GROUP, card, ANIMATOR, "Alerte")
    question = await chats.changed(GROUP, card)
    expect("Envoyer une alerte à" in question["text"], "nothing is asked before the alert")
    await chats.press(GROUP, question, ANIMATOR, "Confirmer l’alerte")
    told = await chats.message(AGENT, NOTE, after=asked)
    story.say(f"alerted after a second press: {told['text'].splitlines()[2]}")
    await chats.press(AGENT, told, AGENT, "Je suis intéressé(e)")
    noted = await chats.message(AGENT, "C’est noté", after=told["message_id"])
    planned = next(each for each in noted["text"].splitlines() if "7 jours avant" in each)
    story.say(f"interested, the agent is told when the reminder comes: {planned}")


async def be_reminded(story: Story) -> None:
    """Advance to seven days before the call closes: whoever is interested is reminded, once."""
    if story.own_feed:
        story.say("one's own feed: no call, no reminder")
        return
    clock = story.playground.clock
    await advance(story.playground.house, clock, clock.now() + timedelta(days=LEFT_TO_WAIT))
    reminder = await story.chats.message(AGENT, "Rappel\u00a0: date limite dans 7 jours")
    expect(CALL in reminder["text"], "the reminder is of something else")
    words = [each["text"] for each in story.chats.messages(AGENT)]
    expect(sum("Rappel\u00a0: date" in each for each in words) == 1, "it came more than once")
    story.say(f"once, seven days before: {reminder['text'].splitlines()[2]}")


async def see_days_pass(story: Story) -> None:
    """Advance by days: a page changes, and the watch tells what changed."""
    if story.own_feed:
        story.say("one's own feed: nothing is known of what it will bring")
        return
    clock = story.playground.clock
    await advance(story.playground.house, clock, clock.now() + timedelta(days=1))
    changed = await story.chats.message(GROUP, "Calendrier des formations", WATCH)
    line = next(each for each in changed["text"].splitlines() if each.startswith("+ "))
    story.say(f"the page of trainings changed, and what came in is told: {line}")


def waiting(story: Story) -> list[Message]:
    """Return the news that wait for a decision."""
    return [
        message
        for message in story.chats.messages(GROUP, WATCH)
        if any(b["text"] == "Garder" for row in message["buttons"] for b in row)
    ]


def title_has(message: Message, words: str) -> bool:
    """Tell whether a message is the card of such news."""
    return bool(message["buttons"]) and words in title_of(message)


def title_of(message: Message) -> str:
    """Return the title of a piece of news from its card."""
    return str(message["text"]).splitlines()[0]


READING_STEPS: tuple[tuple[str, Step], ...] = (
    ("The sources are read, their news shown to the animators", read_sources),
)

KEEPING_STEPS: tuple[tuple[str, Step], ...] = (
    ("A call is kept with « notre lecture », and appears on the public page", say_what_matters),
)

ALERT_STEPS: tuple[tuple[str, Step], ...] = (
    ("An agent follows a theme, is alerted of the call, and says to be interested", alert),
)

LATER_STEPS: tuple[tuple[str, Step], ...] = (
    ("A day passes: what changed in a page is told", see_days_pass),
    ("Seven days before the call closes, the reminder comes", be_reminded),
)

"""The tour: the whole story, each step printed as it is observed from outside."""

import contextlib
import sqlite3
import time
from datetime import timedelta

import httpx
from rich.console import Console
from rich.table import Table

from core.clock import PARIS
from relais.sandbox.advance import advance, settle
from relais.sandbox.cast import ANIMATOR, GROUP, STRANGER
from relais.sandbox.observation import (
    Chats,
    Mailboxes,
    MissingError,
    Pages,
    expect,
    header_of,
    link_in,
    seen,
)
from relais.sandbox.playground import Playground
from relais.sandbox.story import Step, Story
from relais.sandbox.tour_after_a_meeting import AFTER_STEPS
from relais.sandbox.tour_of_a_meeting import MEETING_STEPS
from relais.sandbox.tour_of_a_question import HOTLINE_STEPS
from relais.sandbox.tour_of_the_letter import FIRST, LETTER_STEPS, SECOND, publish_again
from relais.sandbox.tour_of_the_watch import (
    ALERT_STEPS,
    KEEPING_STEPS,
    LATER_STEPS,
    READING_STEPS,
    title_of,
    waiting,
)


async def play(playground: Playground, console: Console, *, own_feed: bool = False) -> int:
    """Play every step; print each, then a table; return 0, or 1 naming the step that failed."""
    table = Table("", "step", "seen", "seconds", title="The tour")
    failed = ""
    kept: list[str] = []
    async with httpx.AsyncClient(base_url=playground.public_url, trust_env=False) as client:
        for number, (title, step) in enumerate(STEPS, 1):
            console.print(f"\n[bold]{number}. {title}[/]")
            lines: list[str] = []
            story = _story(playground, client, console, lines, own_feed=own_feed)
            story.kept = kept
            started = time.monotonic()
            try:
                await step(story)
            except MissingError as error:
                failed = f"step {number} failed: {error}"
            seconds = f"{time.monotonic() - started:.1f}"
            table.add_row(str(number), title, "FAILED" if failed else lines[-1], seconds)
            if failed:
                break
    console.print()
    console.print(table)
    if failed:
        console.print(failed, style="bold red", markup=False, soft_wrap=True)
    return 1 if failed else 0


def _story(
    playground: Playground,
    client: httpx.AsyncClient,
    console: Console,
    lines: list[str],
    *,
    own_feed: bool,
) -> Story:
    def say(line: str) -> None:
        lines.append(line)
        console.print(f"   ✓ {line}", highlight=False, markup=False, soft_wrap=True)

    return Story(
        playground,
        Chats(playground.chat),
        Mailboxes(playground.mail),
        Pages(client),
        say,
        own_feed,
    )


async def import_network(story: Story) -> None:
    """Read the database's file as a stranger would, and ask the pages how the service is."""
    file = story.playground.house.parts.settings.service.data_folder / "relais.sqlite3"
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        counts = [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # ours
            for table in ("departments", "territories", "people", "answers")
        ]

    async def ready() -> bool:
        with contextlib.suppress(MissingError):
            return bool(await story.pages.get("/healthz", '"ready":true'))
        return False

    await seen("/healthz ready", ready)
    story.say(f"the file {file.name} is at revision {revision}; /healthz says ready")
    story.say("{} départements, {} territories, {} people, {} answers".format(*counts))


async def keep_two(story: Story) -> None:
    """Keep two as an animator; see that somebody else is refused."""
    found = waiting(story)
    expect(len(found) >= 3, f"only {len(found)} news to decide on")  # noqa: PLR2004
    for message in found[:2]:
        await story.chats.press(GROUP, message, ANIMATOR, "Garder")
        after = await story.chats.changed(GROUP, message)
        expect("Gardée" in after["text"], "the message does not say that it is kept")
        story.kept.append(title_of(message))
        story.say(f"kept by the animator: {title_of(message)}")
    told = await story.chats.press(GROUP, found[2], STRANGER, "Garder")
    unchanged = story.chats.find(GROUP, found[2]["message_id"])
    expect(unchanged["text"] == found[2]["text"], "a stranger's press changed the message")
    expect(told, "the stranger was told nothing")
    story.say(f"refused to somebody else: « {told} »")


async def subscribe(story: Story) -> None:
    """Subscribe two people through the pages and their mails."""
    for address in (FIRST, SECOND):
        await story.pages.get("/abonnement", 'name="email"')
        await story.pages.post("/abonnement", {"email": address})
        mail = await story.mail.one(address, "Confirmez votre abonnement")
        link = link_in(mail, "/abonnement/confirmer/")
        await story.pages.get(link, "Confirmer mon abonnement")
        await story.pages.post(link, {}, "Votre abonnement est confirmé")
        story.say(f"{address}: form, mail « {mail.subject} », page that confirms")


async def remind(story: Story) -> None:
    """Advance to seven days before the seminar; each registered person is reminded once."""
    playground = story.playground
    seminar = playground.seminar
    target = (seminar.starts_at.astimezone(PARIS) - timedelta(days=7)).replace(hour=12)
    steps = await advance(playground.house, playground.clock, target)
    story.say(f"the clock moved to {target:%d/%m %H:%M}, by {steps} due instants")
    for address in seminar.registrants:
        await story.mail.one(address, "Rappel")
    story.say(f"{len(seminar.registrants)} registered people got one reminder each")
    before = await _all_mails(story)
    await settle(playground.house)
    await settle(playground.house)
    expect(await _all_mails(story) == before, "ticking again sent something")
    story.say("ticking again sends nothing")


async def unsubscribe(story: Story) -> None:
    """Unsubscribe by one POST, as a mailbox's button does; the next edition honours it."""
    mail = (await story.mail.to(FIRST, "n°"))[0]
    link = header_of(mail, "List-Unsubscribe").split(">")[0].strip("<")
    await story.pages.post(link, {"List-Unsubscribe": "One-Click"})
    story.say(f"{FIRST} unsubscribed by one POST, without a page to read")
    message = waiting(story)[0]
    await story.chats.press(GROUP, message, ANIMATOR, "Garder")
    await story.chats.changed(GROUP, message)
    number = await publish_again(story)
    await story.mail.one(SECOND, f"n°\u00a0{number}")
    expect(not await story.mail.to(FIRST, f"n°\u00a0{number}"), f"{FIRST} still received it")
    story.say(f"letter {number} reached {SECOND}, and not {FIRST}")


async def _all_mails(story: Story) -> int:
    return sum(mailbox.count for mailbox in story.playground.mail.mailboxes())


STEPS: tuple[tuple[str, Step], ...] = (
    ("The database is made, the sample network imported", import_network),
    *READING_STEPS,
    ("An animator keeps two news; somebody else is refused", keep_two),
    *KEEPING_STEPS,
    *HOTLINE_STEPS,
    *ALERT_STEPS,
    ("Two people subscribe on the web page", subscribe),
    *LETTER_STEPS,
    ("A seminar's reminder is received once", remind),
    ("One-click unsubscription is honoured by the next letter", unsubscribe),
    *LATER_STEPS,
    *MEETING_STEPS,
    *AFTER_STEPS,
)

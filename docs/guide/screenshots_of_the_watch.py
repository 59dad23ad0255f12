"""Make the pictures of the watch's guide, as `screenshots.py` makes those of the others.

`python docs/guide/screenshots_of_the_watch.py` writes `docs/images/guide-veille-*.png`.
"""  # noqa: INP001  # a script beside the guides

import asyncio

from playwright.async_api import ViewportSize
from screenshots import IMAGES, PHONE, Stage, staged
from sqlalchemy import func, select

from relais.sandbox.advance import settle
from relais.sandbox.cast import AGENT, ANIMATOR, GROUP, SECOND_ANIMATOR
from relais.sandbox.playground import WATCH
from watch.models import Source

DECREE, CALL = "vacance des locaux", "Accueillir en Massif central"
NOTE = (
    "Une aide à l’ingénierie, cumulable avec LEADER. Il faut une délibération : inscrivez-la dès "
    "maintenant à l’ordre du jour."
)
NOISE = ("Football", "Loto du comité", "une vache s’invite", "timbres fiscaux")
KEPT = (DECREE, "En Lozère", "tiers-lieux pour les actifs")
MINUTES_A_DAY = 24 * 60


async def everything_read(stage: Stage) -> None:
    """Wait until each source was read once."""
    waiting = select(func.count()).where(Source.kind != "desk", Source.checked_at.is_(None))
    while True:
        async with stage.playground.house.parts.database.read() as session:
            if not await session.scalar(waiting):
                break
        await asyncio.sleep(0.2)
    await settle(stage.playground.house)


async def decides(stage: Stage, who: int, title: str, label: str) -> None:
    """Press a button of the last card of such news."""
    card = next(
        each
        for each in reversed(stage.chats.messages(GROUP, WATCH))
        if each["buttons"] and title in each["text"].splitlines()[0]
    )
    labels = [button["text"] for row in card["buttons"] for button in row]
    chosen = next(each for each in labels if each.removeprefix("✓ ") == label)
    await stage.chats.press(GROUP, card, who, chosen)
    await settle(stage.playground.house)


async def sort(stage: Stage) -> None:
    """Sylvie and Tanguy keep, drop, and say what matters of a call."""
    await stage.shoots("veille-fiche", ANIMATOR, DECREE, topic=WATCH)
    for title in NOISE:
        await decides(stage, SECOND_ANIMATOR, title, "Écarter")
    for title in KEPT:
        await decides(stage, ANIMATOR, title, "Garder")
    await decides(stage, ANIMATOR, CALL, "Rubrique")
    await decides(stage, ANIMATOR, CALL, "Appels à projets et financements")
    await decides(stage, ANIMATOR, CALL, "Notre lecture")
    await stage.says(ANIMATOR, NOTE, WATCH)
    await stage.shoots("veille-lecture", ANIMATOR, "Écrivez votre lecture", NOTE, WATCH)


async def alert(stage: Stage) -> None:
    """Odile follows a theme, is alerted, and says to be interested."""
    stage.playground.chat.user_starts(AGENT, stage.playground.invitation)
    await settle(stage.playground.house)
    await stage.says(AGENT, "/abonnement")
    for theme in ("Accueil et attractivité", "Financements, marchés"):
        await stage.presses(AGENT, theme)
    await stage.shoots("veille-abonnement", AGENT, "Vous suivez")
    await decides(stage, ANIMATOR, CALL, "Alerte")
    await stage.shoots("veille-alerte", ANIMATOR, "Envoyer une alerte à", topic=WATCH)
    await decides(stage, ANIMATOR, CALL, "Confirmer l’alerte")
    await stage.presses(AGENT, "Je suis intéressé(e)")
    await stage.shoots("veille-interet", AGENT, "Alerte", "C’est noté")


async def look(stage: Stage) -> None:
    """See where the watch stands, look something up, see a source."""
    await stage.says(ANIMATOR, "/veille", WATCH)
    await stage.shoots("veille-listes", ANIMATOR, "attendent votre décision", topic=WATCH)
    await stage.presses(ANIMATOR, "Peu probables", WATCH)
    await stage.shoots("veille-peu-probables", ANIMATOR, "Peu probables", topic=WATCH)
    await stage.says(ANIMATOR, "/chercher loi n° 2026-103", WATCH)
    await stage.shoots("veille-chercher", ANIMATOR, "Dans la veille, pour", topic=WATCH)
    await stage.says(ANIMATOR, "/sources", WATCH)
    await stage.presses(ANIMATOR, "Guichet", WATCH)
    await stage.shoots("veille-source", ANIMATOR, "Page sans flux", topic=WATCH)


async def publish(stage: Stage) -> None:
    """See the public page, on a phone."""
    await stage.page.set_viewport_size(ViewportSize(width=PHONE, height=900))
    await stage.page.goto(f"{stage.playground.public_url}/veille/themes/financements")
    await stage.page.screenshot(path=IMAGES / "guide-veille-page.png")


async def next_monday(stage: Stage) -> None:
    """Let a week pass, and see Monday's summary."""
    await stage.waits(7 * MINUTES_A_DAY)
    await stage.shoots("veille-lundi", ANIMATOR, "La veille de la semaine", topic=WATCH)


async def main() -> None:
    """Play the whole story."""
    async with staged() as stage:
        await everything_read(stage)
        for scene in (sort, alert, look, publish, next_monday):
            await scene(stage)


if __name__ == "__main__":
    asyncio.run(main())

"""Questions asked by mail, as the house sees them."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail import personal
from bot.by_mail.answers import Answers
from bot.by_mail.delivering import Delivering
from bot.by_mail.mails import Mails
from bot.hotline.posts import Composer
from core.files import NO_FILES, FileSource
from core.parts import Parts
from core.reference import Party
from core.room import PersonalData, Room, Tick

TICK = "by_mail.answers"


def build(parts: Parts, files: FileSource = NO_FILES) -> Room:
    """Return the room; `files` gives the bytes of what animators send in chat."""
    composer = Composer(parts.renderer, parts.settings.network.language)
    answers = Answers(parts.database, Mails(parts), composer, files)

    async def erase(session: AsyncSession, party: Party) -> None:
        await personal.erase(session, party, parts.clock.now())

    return Room(
        name="by_mail",
        ticks=(Tick(TICK, answers.run, answers.next_due, every=2.0),),
        deliveries=Delivering(composer).kinds(),
        personal_data=PersonalData(personal.export, erase, personal.keeps),
    )

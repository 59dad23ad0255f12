"""The animators' desk as the house sees it."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.search import AnswerSearch
from bot.by_mail.mails import Mails
from bot.desk import board, personal, shown
from bot.desk.board import Board
from bot.desk.canned import Canned
from bot.desk.deliveries import Deliveries
from bot.desk.desk import Desk
from bot.desk.doubts import Doubts
from bot.desk.giving import Giving
from bot.desk.pressing import Pressing
from bot.desk.reaching import reachability
from bot.desk.sending import Sending
from bot.desk.shown import Shown
from bot.desk.succession import Succession
from bot.hotline.asking import Asking
from bot.hotline.posts import Composer
from bot.hotline.telling import Telling
from core.chat import Action, ReplyRoute
from core.parts import Parts
from core.people.roles import Role
from core.room import PersonalData, Room, Tick


def build(parts: Parts, asking: Asking, search: AnswerSearch) -> Room:
    """Return the desk, on the shared parts; `asking` takes what an asker replies."""
    telegram, hotline = parts.settings.telegram, parts.settings.hotline
    composer = Composer(parts.renderer, parts.settings.network.language)
    telling = Telling(parts.renderer, hotline.reopen_days, Mails(parts))
    sending = Sending(composer, timedelta(seconds=hotline.hold_seconds))
    desk = Desk(asking, sending, telegram.group_id)
    kept = Shown(parts.database, composer, search, telegram.group_id, hotline)
    pinned = Board(
        parts.database,
        parts.renderer,
        parts.settings.network.language,
        telegram.group_id,
        telegram.board_thread_id,
    )
    succession = Succession(parts.database, composer, telling)
    doubts = Doubts(parts.database, composer)
    pressing = Pressing(composer, search, telling, telegram.group_id)
    canned = Canned(parts)
    giving = Giving(parts.renderer, parts.settings.network.language, sending)
    return Room(
        name="desk",
        commands=canned.commands(),
        actions=(*_card(pressing), *_answers(sending, giving), *canned.actions()),
        forms=(canned.form(),),
        # The side of a question depends on who replies and where, not on a role alone.
        replies=(
            ReplyRoute("hotline", "question", desk.replied, None),
            ReplyRoute("hotline", "topic", desk.noted, None),
        ),
        ticks=(
            Tick("desk.shown", kept.run, _nothing_planned, every=3.0),
            Tick(board.KEY, pinned.run, _nothing_planned, every=10.0),
            Tick("desk.succession", succession.run, _nothing_planned, every=30.0),
            Tick("desk.doubts", doubts.run, _nothing_planned, every=60.0),
        ),
        deliveries=Deliveries(composer, kept, telegram.group_id).kinds(),
        views={
            shown.TITLE: kept.address,
            shown.CARD: kept.address,
            board.KEY: pinned.address,
        },
        personal_data=PersonalData(personal.export, personal.erase),
        reachability=reachability(composer),
    )


def _card(pressing: Pressing) -> tuple[Action, ...]:
    """Return what the card's buttons do."""
    return (
        Action("desk.take", pressing.take, Role.ANIMATOR),
        Action("desk.hand", pressing.hand, Role.ANIMATOR),
        Action("desk.hand_to", pressing.hand_to, Role.ANIMATOR),
        Action("desk.wait", pressing.wait, Role.ANIMATOR),
        Action("desk.close", pressing.close, Role.ANIMATOR),
        Action("desk.reopen", pressing.reopen, Role.ANIMATOR),
        Action("desk.theme", pressing.theme, Role.ANIMATOR),
        Action("desk.set_theme", pressing.set_theme, Role.ANIMATOR),
        Action("desk.who", pressing.who, Role.ANIMATOR),
    )


def _answers(sending: Sending, giving: Giving) -> tuple[Action, ...]:
    """Return what the buttons under notes, answers and validated answers do."""
    return (
        Action("desk.send", sending.send, Role.ANIMATOR),
        Action("desk.hold_back", sending.hold_back, Role.ANIMATOR),
        Action("desk.similar", giving.similar, Role.ANIMATOR),
        Action("desk.give", giving.give, Role.ANIMATOR),
    )


async def _nothing_planned(_session: AsyncSession) -> None:
    """Say that the clock brings nothing here: what somebody changes does."""

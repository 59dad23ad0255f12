"""The animators' desk as the house sees it."""

from bot.desk.deliveries import Deliveries
from bot.desk.desk import Desk
from bot.hotline.asking import Asking
from bot.hotline.posts import Composer
from core.chat import Action, ReplyRoute
from core.parts import Parts
from core.people.roles import Role
from core.room import Room


def build(parts: Parts, asking: Asking) -> Room:
    """Return the desk, on the shared parts; `asking` takes what an asker replies."""
    group_id = parts.settings.telegram.group_id
    composer = Composer(parts.renderer, parts.settings.network.language)
    desk = Desk(composer, asking, group_id)
    return Room(
        name="desk",
        actions=(
            Action("desk.take", desk.take, Role.ANIMATOR),
            Action("desk.close", desk.close, Role.ANIMATOR),
        ),
        # The side of a question depends on who replies and where, not on a role alone.
        replies=(
            ReplyRoute("hotline", "question", desk.replied, None),
            ReplyRoute("hotline", "topic", desk.noted, None),
        ),
        deliveries=Deliveries(composer, group_id).kinds(),
    )

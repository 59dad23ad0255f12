"""`/sources`: the list, a source's card, and what one press does."""

from collections.abc import Awaitable, Callable, Sequence

from core.chat import (
    Action,
    Command,
    PressHandler,
    Redraw,
    Reply,
    Response,
    Toast,
    Turn,
)
from core.people.roles import Role
from core.reference import Party, Reference
from watch.models import Source
from watch.sources import changing
from watch.sources.cards import card, list_reply, redrawn, removal_keyboard
from watch.sources.words import STALE, UNKNOWN, text

OnSource = Callable[[Turn, Source], Awaitable[Sequence[Response]]]


class Desk:
    """Lists the sources and does what their buttons say."""

    def __init__(self, group_id: int) -> None:
        self._group_id = group_id

    def command(self, add: Callable[[Turn, str], Awaitable[Sequence[Response]]]) -> Command:
        """Return the command; an address that follows it is tried (`add`)."""

        async def sources(turn: Turn) -> Sequence[Response]:
            place = turn.incoming.place
            if not place.private and place.chat_id != self._group_id:
                return [Reply(text("elsewhere"))]
            if address := turn.incoming.argument.strip():
                return await add(turn, address)
            return [Reply(*await list_reply(turn.session, 0, turn.now))]

        return Command("sources", sources, Role.ANIMATOR, menu=text("menu"))

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        presses: dict[str, OnSource] = {
            "pause": self.pause,
            "resume": self.resume,
            "allow": self.allow,
            "forbid": self.forbid,
            "remove": self.remove,
            "removed": self.removed,
        }
        ours = [
            Action(f"sources.{name}", on_ours(handler), Role.ANIMATOR)
            for name, handler in presses.items()
        ]
        return (
            *ours,
            Action("sources.page", self.page, Role.ANIMATOR),
            Action("sources.card", self.show, Role.ANIMATOR),
            Action("sources.read", self.read, Role.ANIMATOR),
        )

    async def page(self, turn: Turn, subject: Reference, _seen: int) -> Sequence[Response]:
        """Show another page of the list."""
        return [Redraw(*await list_reply(turn.session, subject.number, turn.now))]

    async def show(self, turn: Turn, subject: Reference, _seen: int) -> Sequence[Response]:
        """Show a source's card."""
        source = await held(turn, subject)
        return [Toast(UNKNOWN, alert=True)] if source is None else [await redrawn(turn, source)]

    async def read(self, turn: Turn, subject: Reference, _seen: int) -> Sequence[Response]:
        """Have a source read at once, whoever manages it."""
        source = await held(turn, subject)
        if source is None:
            return [Toast(UNKNOWN, alert=True)]
        if not source.enabled:
            return [Toast(text("paused_not_read"), alert=True)]
        block = "will_be_read" if changing.read_now(source, turn.now) else "read_just_now"
        await turn.session.flush()
        return [Toast(text(block)), await redrawn(turn, source)]

    async def pause(self, turn: Turn, source: Source) -> Sequence[Response]:
        """Read a source no more for now."""
        changing.pause(turn.session, source, actor_of(turn), turn.now)
        return [await redrawn(turn, source)]

    async def resume(self, turn: Turn, source: Source) -> Sequence[Response]:
        """Read a source again."""
        changing.resume(turn.session, source, actor_of(turn), turn.now)
        return [await redrawn(turn, source)]

    async def allow(self, turn: Turn, source: Source) -> Sequence[Response]:
        """Let a source's summaries be shown to the public."""
        return await changed(turn, source, reproducible=True)

    async def forbid(self, turn: Turn, source: Source) -> Sequence[Response]:
        """Show a source's summaries to the public no more."""
        return await changed(turn, source, reproducible=False)

    async def remove(self, _turn: Turn, source: Source) -> Sequence[Response]:
        """Ask for a second press."""
        return [Redraw(text("confirm_removal", name=source.name), removal_keyboard(source))]

    async def removed(self, turn: Turn, source: Source) -> Sequence[Response]:
        """Take a source away."""
        changing.remove(turn.session, source, actor_of(turn), turn.now)
        await turn.session.flush()
        return [Redraw(text("removed", name=source.name))]


def on_ours(handler: OnSource) -> PressHandler:
    """Return what finds the source of a button, unless it changed since or is not ours."""

    async def press(turn: Turn, subject: Reference, seen: int) -> Sequence[Response]:
        source = await held(turn, subject)
        refused = await refusal(turn, source, seen)
        return refused if source is None or refused else await handler(turn, source)

    return press


async def refusal(turn: Turn, source: Source | None, seen: int) -> Sequence[Response]:
    """Say why a press changes nothing: no such source, another's, or another version."""
    if source is None:
        return [Toast(UNKNOWN, alert=True)]
    if not changing.is_ours(source):
        return [Toast(text("of_the_configuration"), alert=True)]
    if seen != source.version:
        return [Toast(STALE), await redrawn(turn, source)]
    return []


async def held(turn: Turn, subject: Reference) -> Source | None:
    """Return a source that nobody else may change meanwhile; None when it is not listed."""
    return await held_number(turn, subject.number)


async def held_number(turn: Turn, number: int) -> Source | None:
    """Return the source of this number, as `held` does."""
    source = await turn.session.get(Source, number, with_for_update=True)
    return source if source is not None and changing.is_listed(source) else None


async def changed(turn: Turn, source: Source, **values: object) -> Sequence[Response]:
    """Give a source new values, and redraw its card."""
    changing.change(turn.session, source, actor_of(turn), turn.now, **values)
    await turn.session.flush()
    return [await redrawn(turn, source)]


async def answered(turn: Turn, source: Source, **values: object) -> Sequence[Response]:
    """Give a source new values that a form asked for, and show its card."""
    changing.change(turn.session, source, actor_of(turn), turn.now, **values)
    await turn.session.flush()
    return [await card(turn, source)]


def actor_of(turn: Turn) -> Party:
    """Return who acts, as the audit trail names them."""
    if turn.sender.person_id is None:
        return Party("account", turn.sender.account)
    return Party("person", str(turn.sender.person_id))

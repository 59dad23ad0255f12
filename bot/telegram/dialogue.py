"""One update, handled: find who and where, run the room's handler, make its answers ready."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram import forms, inbox
from bot.telegram.answers import Answer, ready
from bot.telegram.catalogue import Catalogue
from bot.telegram.decide import Approach, Route, Target, begins_with_link, route
from bot.telegram.door import Door
from bot.telegram.leaving import log_moved
from bot.telegram.models import Conversation, InboxUpdate
from bot.telegram.parse import (
    Ignored,
    Membership,
    Moved,
    Reachable,
    Received,
    parse_update,
)
from bot.telegram.reach import Reach
from core.chat import Ask, Field, Form, Incoming, Redraw, Reply, Response, Sender, Text, Toast, Turn
from core.ledger.store import about
from core.parts import Parts
from core.people.store import TELEGRAM, person_by_account, roles_of
from core.posts import Pressed
from core.reference import NotARowError, Reference

logger = structlog.get_logger()

LONGEST_COMMAND = 40
"""A longer text, in characters, is not looked at as a command said without its slash."""

COMMON = forms.COMMON
CANCELLED = Text(COMMON, "cancelled")
FORMS_IN_A_ROW = 10
"""How many forms may follow one another without a question being asked."""


class FormsLoop(RuntimeError):  # noqa: N818  # a mistake in a room's code, never shown
    """Forms that need no question open one another for ever."""


@dataclass(frozen=True)
class Scene:
    """An update as routing and handlers need it: the turn, the press, the form open here.

    `answers`: what it is about was told by answering a message, not merely by its topic.
    """

    turn: Turn
    pressed: Pressed | None
    conversation: Conversation | None
    answers: bool = False


class Dialogue:
    """Handles updates inside the caller's transaction; nothing here touches the network."""

    def __init__(self, parts: Parts, catalogue: Catalogue, reach: Reach) -> None:
        self._parts = parts
        self._catalogue = catalogue
        self._reach = reach
        self._door = Door(parts)

    async def handle(
        self, session: AsyncSession, row: InboxUpdate, username: str
    ) -> Sequence[Answer]:
        """Handle one update; return the direct answers to send once it is committed.

        Raises UnreadableError for a malformed update, and whatever a room's handler raises.
        """
        found = parse_update(row.raw, username, row.received_at)
        if self._door.strange(row.chat_id):
            return await self._door.elsewhere(session, row, found)
        match found:
            case Received():
                return await self._from_person(session, row, found)
            case Reachable():
                now = self._parts.clock.now()
                await self._reach.heard(session, found.account, now, blocked=found.blocked)
            case Moved():
                log_moved(found.new_chat_id)
            case Membership(present=False):
                logger.error("telegram_out_of_group", hint="add the bot to the animators' group")
            case Membership():
                logger.info("telegram_in_group")
            case Ignored():
                logger.info("update_ignored", update_id=row.update_id, why=found.why)
        return []

    def failure(self, row: InboxUpdate) -> Sequence[Answer]:
        """Return what tells the person, once, that their message could not be handled."""
        if row.user_id is None or row.chat_id == 0 or self._door.strange(row.chat_id):
            return []
        words = Text(COMMON, "failed")
        text = self._parts.renderer.chat(words, self._parts.settings.network.language)
        return [Answer.message(row.chat_id, text)]

    async def _from_person(
        self, session: AsyncSession, row: InboxUpdate, received: Received
    ) -> Sequence[Answer]:
        """Let somebody in, or not; run what they ask for; make its answers ready."""
        sender, blocked = await self._sender(session, received)
        refusal = await self._door.refusal(session, row, received, sender, blocked=blocked)
        if refusal is not None:
            return refusal
        answered = await _answered(session, received.incoming)
        about = answered or await _topic(session, received.incoming)
        turn = Turn(
            session=session,
            incoming=replace(received.incoming, about=about),
            sender=sender,
            now=self._parts.clock.now(),
        )
        if received.anonymous or not received.readable:
            block = "anonymous" if received.anonymous else "unsupported"
            return ready(self._parts.renderer, _unsupported(turn, block), turn, "")
        row_here = await forms.conversation(session, received.account, turn.incoming.place)
        scene = Scene(turn, received.pressed, row_here, answers=answered is not None)
        responses = await self._respond(scene)
        return ready(self._parts.renderer, responses, turn, received.query_id)

    async def _sender(self, session: AsyncSession, received: Received) -> tuple[Sender, bool]:
        """Find who an account is linked to, what they are today, and whether they are blocked.

        Who speaks in private is reachable.
        """
        now = self._parts.clock.now()
        if received.incoming.place.private:
            await self._reach.heard(session, received.account, now, blocked=False)
        person = await person_by_account(session, TELEGRAM, received.account)
        if person is None:
            language = self._parts.settings.network.language
            return Sender(received.account, received.name, language), False
        roles = await roles_of(session, person.id, now)
        sender = Sender(received.account, person.name, person.language, person.id, roles)
        return sender, person.blocked_at is not None

    async def _respond(self, scene: Scene) -> Sequence[Response]:
        found = route(self._approach(scene), self._catalogue.routes)
        logger.info(
            "update_routed",
            update_id=scene.turn.incoming.update_id,
            target=found.target.name.lower(),
            name=found.name,
        )
        responses = await self._run(found, scene)
        return await self._open_forms(scene.turn, responses)

    async def _run(self, found: Route, scene: Scene) -> Sequence[Response]:
        turn = scene.turn
        match found.target:
            case Target.ACTION if scene.pressed:
                return await self._act(found.name, turn, scene.pressed)
            case Target.COMMAND:
                incoming = replace(turn.incoming, kind="command", command=found.name)
                command = self._catalogue.commands[found.name]
                return await command.handler(replace(turn, incoming=incoming))
            case Target.REPLY if turn.incoming.about:
                key = (turn.incoming.about.room, turn.incoming.about.kind)
                return await self._catalogue.replies[key].handler(turn)
            case Target.FORM_ANSWER | Target.FORM_CHOICE | Target.FORM_CANCEL:
                return await self._form(found.target, scene)
            case Target.FALLBACK | Target.LINK:
                words = found.target is Target.FALLBACK
                handler = self._catalogue.fallback if words else self._catalogue.links
                return await handler(turn) if handler else []
            case Target.REFUSED:
                self._leave_lost_form(scene)
        return _common(found.target, scene)

    def _leave_lost_form(self, scene: Scene) -> None:
        """Close a form that is its person's no more: it would swallow all that they say."""
        row = scene.conversation
        form = self._catalogue.forms.get(row.form) if row else None
        if row and form and form.role and form.role not in scene.turn.sender.roles:
            forms.close(row, scene.turn.now)

    async def _act(self, name: str, turn: Turn, pressed: Pressed) -> Sequence[Response]:
        """Run a button's action; a forged one is as stale as one of what is no more."""
        try:
            handler = self._catalogue.actions[name].handler
            return await handler(turn, pressed.reference, pressed.version)
        except NotARowError:
            return _stale(turn)

    async def _form(self, target: Target, scene: Scene) -> Sequence[Response]:
        """Go one step in the open form, or leave it."""
        row, turn, pressed = scene.conversation, scene.turn, scene.pressed
        if row is None or not row.form:
            return [Reply(Text(COMMON, "nothing_to_cancel"))]
        if pressed and not forms.fresh(row, pressed):
            return _stale(turn)
        if target is Target.FORM_CANCEL:
            forms.close(row, turn.now)
            return [Redraw(CANCELLED) if pressed else Reply(CANCELLED)]
        form = self._catalogue.forms[row.form]
        field = forms.current_field(form, row)
        if field is None:  # the form changed since: ask again what is missing
            return await self._continue(turn, row, form, row.values)
        return await self._answer(scene, row, form, field)

    async def _answer(
        self, scene: Scene, row: Conversation, form: Form, field: Field
    ) -> Sequence[Response]:
        """Take an answer, or explain why it is not one and ask again."""
        turn, pressed = scene.turn, scene.pressed
        answer = forms.chosen(field, pressed) if pressed else turn.incoming.text
        if answer is None:
            return _stale(turn)
        understood = forms.understand(field, answer, turn.now)
        if isinstance(understood, forms.Misunderstood):
            return [Reply(understood.explanation), forms.question(field, row)]
        known = forms.answered(row, field, understood.value, turn.incoming)
        return await self._continue(turn, row, form, known)

    async def _continue(
        self, turn: Turn, row: Conversation, form: Form, values: dict[str, Any]
    ) -> Sequence[Response]:
        """Ask the next question, or finish when everything is known."""
        forms.advance(row, form, values, turn.now)
        following = forms.current_field(form, row)
        if following is not None:
            return [forms.question(following, row)]
        forms.close(row, turn.now)
        known = {name: value for name, value in values.items() if name != forms.ALBUM}
        return await form.finish(turn, known)

    async def _open_forms(self, turn: Turn, responses: Sequence[Response]) -> Sequence[Response]:
        """Replace each `Ask` by the first question of its form."""
        for _ in range(FORMS_IN_A_ROW):
            if not any(isinstance(response, Ask) for response in responses):
                return responses
            opened: list[Response] = []
            for response in responses:
                opened += await self._begin(turn, response)
            responses = opened
        raise FormsLoop("forms open one another for ever")

    async def _begin(self, turn: Turn, response: Response) -> Sequence[Response]:
        if not isinstance(response, Ask):
            return [response]
        form = self._catalogue.forms[response.form]
        account, place = turn.sender.account, turn.incoming.place
        row = await forms.begin(turn.session, account, place, form, turn.now)
        return await self._continue(turn, row, form, dict(response.values))

    def _approach(self, scene: Scene) -> Approach:
        incoming, pressed, row = scene.turn.incoming, scene.pressed, scene.conversation
        writing = row is not None and bool(row.form) and not incoming.edited
        subject = incoming.about if scene.answers or not writing else None
        form = self._catalogue.forms.get(row.form) if row else None
        asked = forms.current_field(form, row) if form and row else None
        return Approach(
            kind=incoming.kind,
            private=incoming.place.private,
            roles=scene.turn.sender.roles,
            word=_word(incoming, pressed),
            action=pressed.action if pressed else "",
            about=(subject.room, subject.kind) if subject else None,
            form=row.form if row else "",
            takes_files=asked is not None and asked.takes_files,
            same_album=forms.same_album(row, incoming),
            edited=incoming.edited,
            link=begins_with_link(incoming.text),
        )


def _word(incoming: Incoming, pressed: Pressed | None) -> str:
    """Return the command given: after a slash, on a button, or as the whole of a short text."""
    if pressed:
        named = (pressed.reference.room, pressed.reference.kind) == ("chat", "command")
        return pressed.reference.id if named else ""
    short = incoming.kind == "text" and len(incoming.text) <= LONGEST_COMMAND
    return incoming.command or (incoming.text if short else "")


def _rest_of_album(row: Conversation, incoming: Incoming) -> Sequence[Response]:
    """Keep the other files of an album with its first, or say once that they came too late."""
    if forms.add_files(row, incoming.files) or not forms.tell_once(row):
        return []
    return [Reply(Text(COMMON, "album_cut"))]


def _common(target: Target, scene: Scene) -> Sequence[Response]:
    """Say what is the same for every room: refused, stale, unknown, not understood."""
    turn = scene.turn
    match target:
        case Target.REFUSED:
            block = "refused" if turn.sender.person_id else "refused_unlinked"
        case Target.STALE | Target.ACTION:
            block = "stale"
        case Target.REPEATED:
            block = "repeated_explained"
        case Target.UNKNOWN_COMMAND:
            block = "unknown_command"
        case Target.NOT_TEXT:
            block = "text_wanted"
        case Target.ALBUM if scene.conversation:
            return _rest_of_album(scene.conversation, turn.incoming)
        case _:
            return []
    return _say(block, turn)


def _unsupported(turn: Turn, block: str) -> Sequence[Response]:
    """Say what cannot be taken: to who wrote in private, or answered a message of ours."""
    answers = turn.incoming.reply_to is not None and turn.incoming.about is not None
    return _say(block, turn) if turn.incoming.place.private or answers else []


def _stale(turn: Turn) -> Sequence[Response]:
    return _say("stale", turn)


def _say(block: str, turn: Turn) -> Sequence[Response]:
    words = Text(COMMON, block)
    return [Toast(words, alert=True) if turn.incoming.kind == "press" else Reply(words)]


async def _answered(session: AsyncSession, incoming: Incoming) -> Reference | None:
    """Return what the message answered was sent for."""
    if incoming.reply_to is None:
        return None
    chat_id = incoming.place.chat_id
    found = await about(session, f"{chat_id}:{incoming.reply_to}")
    return found or await inbox.remembered(session, chat_id, incoming.reply_to)


async def _topic(session: AsyncSession, incoming: Incoming) -> Reference | None:
    """Return what the topic was opened for. A form that is open there comes before it."""
    place = incoming.place
    if place.thread_id is None:
        return None
    return await about(session, f"topic:{place.chat_id}:{place.thread_id}")

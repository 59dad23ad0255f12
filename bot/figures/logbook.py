"""`/saisir`: a question asked by phone, by mail or in a corridor, logged with its answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.figures.rules import named
from bot.figures.words import text
from bot.hotline import standing, store
from bot.hotline.decide import Direction
from bot.hotline.models import Question, QuestionMessage
from core.acts import record
from core.chat import Ask, Button, Field, Form, Keyboard, Redraw, Reply, Response, Text, Toast, Turn
from core.errors import InputError
from core.parts import Parts
from core.people.models import Territory, Theme
from core.people.roles import Role
from core.reference import Party, Reference
from core.themes.rules import match
from core.themes.store import themes

FORM = "figures.logbook"
CHANNELS = ("phone", "mail", "corridor")
NOWHERE = "-"
LONGEST = 3500
"""How many characters fit in one chat message with what stands around (Bot API: 4096)."""


class Logbook:
    """Logs what did not come by chat; four answers are enough."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def form(self) -> Form:
        """Return what is asked: the question, how it came, from where, what was answered."""
        channels = (tuple(Button(text("channel_button", name=name), name) for name in CHANNELS),)
        nowhere = ((Button(text("nowhere_button"), NOWHERE),),)
        fields = (
            Field("question", text("question_asked"), _words),
            Field("channel", text("channel_asked"), _channel, channels),
            Field("territory", text("territory_asked"), lambda said, _now: said.strip(), nowhere),
            Field("answer", text("answer_asked"), _words),
        )
        return Form(FORM, fields, self.log, Role.ANIMATOR)

    async def open(self, turn: Turn) -> Sequence[Response]:
        """Begin; what follows the command is the question already."""
        said = turn.incoming.argument.strip()
        return [Ask(FORM, {"question": said} if 0 < len(said) <= LONGEST else {})]

    async def log(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Write the question and its answer: it counts, and can become a validated answer."""
        territories = await self._territories(turn, values["territory"])
        question = Question(
            id=await store.draw_number(turn.session, self._parts.random),
            territory_id=territories[0].id if len(territories) == 1 else None,
            theme_id=await self._theme(turn, f"{values['question']}\n{values['answer']}"),
            channel=values["channel"],
            logged_by=turn.sender.person_id,
            taken_by=turn.sender.person_id,
            text=values["question"],
            opened_at=turn.now,
            last_message_at=turn.now,
        )
        standing.answered(question, turn.now)
        standing.closed(question, turn.now, "team")
        turn.session.add(question)
        await turn.session.flush()
        actor = Party("person", str(turn.sender.person_id))
        turn.session.add_all(
            [
                _message(turn, question.id, Direction.FROM_AGENT, values["question"], None),
                _message(turn, question.id, Direction.TO_AGENT, values["answer"], str(actor)),
            ]
        )
        subject = Reference("hotline", "question", str(question.id))
        record(turn.session, actor, "question.log", subject, turn.now, channel=question.channel)
        return [Reply(*await self._card(turn, question, territories))]

    async def place(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Say from which territory a logged question came."""
        found = await self._pair(turn, subject)
        if found is None:
            return [Toast(text("unknown_question"), alert=True)]
        question, chosen = found
        if await turn.session.get(Territory, chosen) is None:
            return [Toast(text("unknown_question"), alert=True)]
        question.territory_id = chosen
        return [Redraw(*await self._card(turn, question, ()))]

    async def themes(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """List the themes, each a button."""
        question = await self._logged(turn, subject.number)
        if question is None:
            return [Toast(text("unknown_question"), alert=True)]
        rows = await turn.session.scalars(select(Theme).order_by(Theme.id))
        keyboard: Keyboard = tuple(
            (_pair_button(text("theme_button", name=row.name), "figures.theme", question, row.id),)
            for row in rows
        )
        return [Redraw(text("which_theme", number=question.id), keyboard)]

    async def theme(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Say which theme a logged question is about."""
        found = await self._pair(turn, subject)
        if found is None or await turn.session.get(Theme, found[1]) is None:
            return [Toast(text("unknown_question"), alert=True)]
        question, chosen = found
        question.theme_id, question.theme_settled = chosen, True
        return [Redraw(*await self._card(turn, question, ()))]

    async def _card(
        self, turn: Turn, question: Question, candidates: Sequence[Territory]
    ) -> tuple[Text, Keyboard]:
        """Return what was logged; with several territories so named, a button for each."""
        session = turn.session
        words = text(
            "logged",
            number=question.id,
            channel=self._say(turn, question.channel),
            territory=await store.territory_name(session, question.territory_id),
            theme=await store.theme_name(session, question.theme_id),
            unsure=len(candidates) > 1,
        )
        places: Keyboard = ()
        if len(candidates) > 1:
            places = tuple(
                (
                    _pair_button(
                        text("theme_button", name=each.name), "figures.place", question, each.id
                    ),
                )
                for each in candidates
            )
        subject = Reference("hotline", "question", str(question.id))
        propose = Button(text("propose_button"), "answers.propose", subject)
        mine = _reference("question", question.id)
        other = Button(text("other_theme_button"), "figures.themes", mine)
        return words, (*places, (propose,), (other,))

    async def _territories(self, turn: Turn, said: str) -> Sequence[Territory]:
        rows = (await turn.session.scalars(select(Territory).order_by(Territory.name))).all()
        if said == NOWHERE:
            return []
        return [rows[index] for index in named(said, [row.name for row in rows])]

    async def _theme(self, turn: Turn, words: str) -> int | None:
        found = match(words, await themes(turn.session))
        if not found:
            return None
        return await turn.session.scalar(select(Theme.id).where(Theme.code == found[0].code))

    async def _pair(self, turn: Turn, subject: Reference) -> tuple[Question, int] | None:
        number, _, chosen = subject.id.partition("-")
        question = await self._logged(turn, _reference("question", number).number)
        return None if question is None else (question, _reference("choice", chosen).number)

    async def _logged(self, turn: Turn, number: int) -> Question | None:
        """Return a question that was logged by hand; the others have their own card."""
        question = await store.question(turn.session, number)
        return question if question is not None and question.logged_by is not None else None

    def _say(self, turn: Turn, channel: str) -> str:
        return self._parts.renderer.plain(text("channel", name=channel), turn.sender.language)


def _message(
    turn: Turn, number: int, direction: Direction, words: str, author: str | None
) -> QuestionMessage:
    return QuestionMessage(
        question_id=number, author=author, direction=direction.value, text=words, at=turn.now
    )


def _pair_button(label: Text, action: str, question: Question, chosen: int) -> Button:
    return Button(label, action, _reference("choice", f"{question.id}-{chosen}"))


def _reference(kind: str, identity: int | str) -> Reference:
    return Reference("figures", kind, str(identity) or "0")


def _words(said: str, _now: datetime) -> str:
    words = said.strip()
    if not words:
        raise InputError("nothing_said", hint="write a text")
    if len(words) > LONGEST:
        raise InputError("too_long", hint="write a shorter text")
    return words


def _channel(said: str, _now: datetime) -> str:
    if said not in CHANNELS:
        raise InputError("unknown_channel", hint="press a button")
    return said

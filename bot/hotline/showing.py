"""What an agent is shown of a question, and the buttons that its state allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.store import questions as answer_questions
from bot.guarantee.absences import absence_notice
from bot.guarantee.hours import Hours
from bot.hotline import store
from bot.hotline.decide import State, reopenable
from bot.hotline.models import Question, Suggested
from bot.hotline.posts import reference, text
from bot.hotline.telling import pair, rating_row, reopen_button
from bot.network.rules import asks_who_did
from core.chat import Button, Keyboard, Redraw, Reply, Text, command_button
from core.people.models import Person
from core.people.store import territories_of
from core.settings import HotlineSettings

Row = tuple[Button, ...]


@dataclass(frozen=True)
class View:
    """Words and buttons about a question."""

    text: Text
    keyboard: Keyboard = ()

    def redraw(self) -> Redraw:
        """Put it in the place of the message whose button was pressed."""
        return Redraw(self.text, self.keyboard)

    def reply(self, number: int) -> Reply:
        """Say it; what is answered to it goes to the question."""
        return Reply(self.text, self.keyboard, about=reference(number))


class Showing:
    """Shows questions to who asked them."""

    def __init__(self, settings: HotlineSettings, hours: Hours) -> None:
        self._settings = settings
        self._hours = hours

    @property
    def minutes(self) -> int:
        """After how long, in minutes, what its asker does not decide goes to the team."""
        return max(1, round(self._settings.undecided_minutes))

    async def question(self, session: AsyncSession, question: Question, now: datetime) -> View:
        """Show where a question stands."""
        if question.state == State.CHOOSING:
            return await self.which_territory(session, question, now)
        if question.state == State.SUGGESTED:
            return await self.suggestions(session, question)
        return await self._status(session, question, now)

    async def acknowledgement(
        self, session: AsyncSession, question: Question, now: datetime
    ) -> View:
        """Say that the team has it: its number, by when it answers, when it is back."""
        values = await self._acknowledged(session, question, now)
        keyboard = (*_who_did(question), *_theme(question), _last(question))
        return View(text("opened", **values), keyboard)

    async def _acknowledged(
        self, session: AsyncSession, question: Question, now: datetime
    ) -> dict[str, object]:
        """Return the values of the acknowledgement."""
        working = await self._hours.team(session, now)
        return {
            "number": question.id,
            "territory": await store.territory_name(session, question.territory_id),
            "theme": await store.theme_name(session, question.theme_id),
            "promised": question.promised_at,
            "back": None if working.is_open(now) else working.next_opening(now),
            "discreet": question.discreet,
        }

    async def absence(
        self, session: AsyncSession, question: Question, now: datetime
    ) -> Sequence[Reply]:
        """Tell that whoever took it in charge is away; nothing when they are not."""
        taker = question.taken_by
        words = await absence_notice(session, taker, now) if taker else None
        return [Reply(words, about=reference(question.id))] if words else []

    async def which_territory(
        self, session: AsyncSession, question: Question, now: datetime
    ) -> View:
        """Ask for which of the territories that its asker serves it is."""
        served = await territories_of(session, question.asker_id or 0, now)
        words = text("which_territory", number=question.id, minutes=self.minutes)
        return View(words, tuple((_territory(question, each.id, each.name),) for each in served))

    async def suggestions(self, session: AsyncSession, question: Question) -> View:
        """Show the validated answers that resemble it, and ask whether one is enough."""
        found = await self.suggested(session, question)
        words = text(
            "suggestions",
            number=question.id,
            suggestions=[{"rank": rank, "question": words} for rank, _, words in found],
            count=len(found),
            minutes=self.minutes,
        )
        only = found[0][1] if len(found) == 1 else 0
        openings = [(_opening(question, *each),) for each in found]
        asked = enough_or_team(question, only) if found else ((_team(question),),)
        return View(words, (*openings, *_who_did(question), *asked, (_discreet(question),)))

    async def which_answer(self, session: AsyncSession, question: Question) -> View:
        """Ask which of the answers shown was enough."""
        found = await self.suggested(session, question)
        choices = tuple(
            (
                Button(
                    text("suggestion_button", rank=rank, question=words),
                    "hotline.enough",
                    pair(question.id, answer),
                    question.version,
                ),
            )
            for rank, answer, words in found
        )
        return View(text("which_answer"), (*choices, (_team(question),)))

    async def suggested(
        self, session: AsyncSession, question: Question
    ) -> Sequence[tuple[int, int, str]]:
        """Return rank, id and question of the answers shown, but for those that are no more."""
        rows = await session.execute(
            select(Suggested.rank, Suggested.answer_id)
            .where(Suggested.question_id == question.id)
            .order_by(Suggested.rank)
        )
        found = [(rank, answer) for rank, answer in rows]
        names = await answer_questions(session, [answer for _, answer in found])
        return [(rank, answer, names[answer]) for rank, answer in found if answer in names]

    def which_question(self, ongoing: Sequence[Question], message_id: int) -> View:
        """Ask which of somebody's questions a message belongs to, the latest spoken of first."""
        rows = [
            (
                Button(
                    text("place_button", number=each.id, extract=each.text),
                    "hotline.place",
                    pair(message_id, each.id),
                ),
            )
            for each in reversed(ongoing)
        ]
        anew = Button(text("new_question_button"), "hotline.place", pair(message_id, 0))
        return View(text("which_question", minutes=self.minutes), (*rows, (anew,)))

    def satisfied(self, question: Question) -> View:
        """Say that a validated answer has closed it."""
        words = text("satisfied", number=question.id, days=self._settings.reopen_days)
        return View(words, (rating_row(question), (_team(question),), (mine_button(),)))

    async def _status(self, session: AsyncSession, question: Question, now: datetime) -> View:
        taker = await session.get(Person, question.taken_by) if question.taken_by else None
        promised = question.promised_at
        words = text(
            "status",
            question=question,
            promised=promised if promised and promised > now else None,
            territory=await store.territory_name(session, question.territory_id),
            theme=await store.theme_name(session, question.theme_id),
            taken_by=taker.name if taker else "",
            ask_rating=may_rate(question) and question.rating is None,
        )
        rating = (rating_row(question),) if may_rate(question) else ()
        if question.state == State.CLOSED:
            may = reopenable(question.closed_at, now, self._settings.reopen_days)
            reopen = ((reopen_button(question),),) if may else ()
            return View(words, (*rating, *reopen, (mine_button(),)))
        keyboard = (*rating, _going_on(question), *_theme(question), _last(question))
        return View(words, keyboard)


def may_rate(question: Question) -> bool:
    """Say whether its asker has had something to rate."""
    return question.first_answer_at is not None or question.state == State.CLOSED


def enough_or_team(question: Question, answer_id: int) -> Keyboard:
    """Return the buttons that say whether a validated answer (0: one of those shown) is enough."""
    shown = pair(question.id, answer_id)
    enough = Button(text("enough_button"), "hotline.enough", shown, question.version)
    return ((enough,), (_team(question),))


def mine_button() -> Button:
    """Return the button that lists one's own questions."""
    return command_button(text("my_questions_button"), "mesquestions")


def _button(question: Question, label: str, action: str) -> Button:
    return Button(text(label), action, reference(question.id), question.version)


def _going_on(question: Question) -> Row:
    return (
        _button(question, "add_button", "hotline.add"),
        _button(question, "close_button", "hotline.close"),
    )


def _theme(question: Question) -> Keyboard:
    if question.theme_id is None:
        return ((_button(question, "theme_choose_button", "hotline.themes"),),)
    other = _button(question, "theme_other_button", "hotline.themes")
    if question.theme_settled:
        return ((other,),)
    chosen = pair(question.id, question.theme_id)
    right = Button(text("theme_right_button"), "hotline.theme", chosen, question.version)
    return ((right, other),)


def _who_did(question: Question) -> Keyboard:
    """Offer the network's experiences when the question asks who has already done something."""
    if not asks_who_did(question.text):
        return ()
    label = Text("chat/network.html", "who_button")
    return ((Button(label, "network.who", reference(question.id)),),)


def _last(question: Question) -> Row:
    return (_discreet(question), mine_button())


def _discreet(question: Question) -> Button:
    label = "not_discreet_button" if question.discreet else "discreet_button"
    wanted = pair(question.id, int(not question.discreet))
    return Button(text(label), "hotline.discreet", wanted, question.version)


def _team(question: Question) -> Button:
    return _button(question, "team_button", "hotline.team")


def _territory(question: Question, territory_id: int, name: str) -> Button:
    label = text("territory_button", name=name)
    chosen = pair(question.id, territory_id)
    return Button(label, "hotline.territory", chosen, question.version)


def _opening(question: Question, rank: int, answer_id: int, words: str) -> Button:
    label = text("suggestion_button", rank=rank, question=words)
    return Button(label, "hotline.read", pair(question.id, answer_id), question.version)

"""Hiding who and where in a question before the network reads it; an animator reviews it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.anonymising import Kind, Known, Names, anonymised, flag, known, replace
from bot.by_mail.rules import names_alone, names_in
from bot.by_mail.threads import writer
from bot.hotline.models import Question
from bot.network.words import text
from core.people.models import Person, Structure, Territory
from core.render import Renderer


class Hiding:
    """Replaces what tells who or where, and says what still does; `language` is the team's."""

    def __init__(self, renderer: Renderer, language: str) -> None:
        self._placeholders = {
            kind: renderer.plain(text("hidden", kind=kind.value), language) for kind in Kind
        }

    async def hidden(self, session: AsyncSession, question: Question) -> str:
        """Return a question's words with what is flagged replaced."""
        names = await _names(session, question)
        return anonymised(question.text, names, self._placeholders).strip()

    async def telling(self, session: AsyncSession, question: Question, words: str) -> Sequence[str]:
        """Return what may still tell who or where in words that are to be sent."""
        found = flag(words, await _names(session, question), self._placeholders.values())
        return tuple(dict.fromkeys(words[each.start : each.end] for each in found))

    def without(self, words: str, person: Person) -> str:
        """Return words in which somebody's own names, and any address or number, are replaced."""
        theirs = known(
            Names(people=[(person.given_name, person.family_name)], given_names=[person.given_name])
        )
        found = flag(words, theirs, self._placeholders.values())
        telling = [each for each in found if each.kind in _REACHING]
        return replace(words, telling, self._placeholders)


_REACHING = frozenset({Kind.PERSON, Kind.EMAIL, Kind.PHONE})
"""What leads to somebody: in the words of who is erased, addresses and numbers are theirs."""


async def _names(session: AsyncSession, question: Question) -> Known:
    people = await session.execute(select(Person.given_name, Person.family_name))
    asker = await session.get(Person, question.asker_id) if question.asker_id else None
    written = await writer(session, question)
    mailed = [names_in(written.name)] if written and written.name else []
    signed = names_alone(written.name, written.email) if written else []
    return known(
        Names(
            people=[*((given, family) for given, family in people if given or family), *mailed],
            given_names=[asker.given_name] if asker else signed,
            territories=(await session.scalars(select(Territory.name))).all(),
            structures=(await session.scalars(select(Structure.name))).all(),
        )
    )

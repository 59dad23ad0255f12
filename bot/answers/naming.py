"""Whom and what the directory names, and what stands for it in an answer."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers.anonymising import Kind, Known, Names, anonymised, flag, known, replace
from bot.answers.models import Answer
from bot.answers.words import text
from bot.by_mail.rules import names_alone, names_in
from bot.by_mail.threads import writer
from bot.hotline.models import Question, QuestionMessage
from core.people.models import Person, Structure, Territory
from core.reference import Party
from core.render import Renderer


class Naming:
    """Flags and replaces what names somebody in an answer; `language` is that of the answers."""

    def __init__(self, renderer: Renderer, language: str) -> None:
        self.placeholders: Mapping[Kind, str] = {
            kind: renderer.plain(text("hidden", kind=kind.value), language) for kind in Kind
        }

    async def names(self, session: AsyncSession, question_id: int | None) -> Known:
        """Return the directory's names, with the given names of who spoke in a question."""
        people = (await session.scalars(select(Person))).all()
        speakers = await _speakers(session, question_id)
        question = await session.get(Question, question_id) if question_id else None
        written = await writer(session, question) if question else None
        mailed = [names_in(written.name)] if written and written.name else []
        signed = names_alone(written.name, written.email) if written else []
        return known(
            Names(
                people=[*((row.given_name, row.family_name) for row in people), *mailed],
                given_names=[*(row.given_name for row in people if row.id in speakers), *signed],
                territories=(await session.scalars(select(Territory.name))).all(),
                structures=(await session.scalars(select(Structure.name))).all(),
            )
        )

    def flagged(self, words: str, names: Known) -> Mapping[str, str]:
        """Return the passages that tell who or where, each with what would replace it."""
        found = flag(words, names, self.placeholders.values())
        return {words[each.start : each.end]: self.placeholders[each.kind] for each in found}

    def marked(self, words: str, names: Known) -> Sequence[tuple[str, bool]]:
        """Return a text in pieces, each with whether it is flagged."""
        pieces, done = [], 0
        for each in flag(words, names, self.placeholders.values()):
            pieces += [(words[done : each.start], False), (words[each.start : each.end], True)]
            done = each.end
        return [piece for piece in [*pieces, (words[done:], False)] if piece[0]]

    def replaced(self, words: str, names: Known) -> str:
        """Return a text with all that is flagged replaced."""
        return anonymised(words, names, self.placeholders)

    def without(self, words: str, person: Person) -> str:
        """Return a text in which somebody's own names and address are replaced."""
        theirs = known(
            Names(people=[(person.given_name, person.family_name)], given_names=[person.given_name])
        )
        found = flag(words, theirs, self.placeholders.values())
        telling = [
            each
            for each in found
            if each.kind is Kind.PERSON or words[each.start : each.end] == person.email
        ]
        return replace(words, telling, self.placeholders)


async def _speakers(session: AsyncSession, question_id: int | None) -> frozenset[int]:
    authors = await session.scalars(
        select(QuestionMessage.author)
        .where(QuestionMessage.question_id == question_id, QuestionMessage.author.is_not(None))
        .distinct()
    )
    parties = [Party.parse(author) for author in authors if author]
    return frozenset(party.number for party in parties if party.kind == "person")


def words_of(answer: Answer, variants: Sequence[str]) -> str:
    """Return all that agents would read or find of an answer."""
    return "\n\n".join((answer.question, answer.answer, answer.sources, *variants))

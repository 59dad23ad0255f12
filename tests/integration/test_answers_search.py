"""The search of the knowledge base, in step with the tables; on both databases."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.answers import search as search_module
from bot.answers import store
from bot.answers.decide import State
from bot.answers.models import Answer, AnswerVariant
from bot.answers.search import AnswerSearch
from core.db import Database
from core.people.models import Theme
from core.settings import HotlineSettings

OTHERS = """
    Comment organiser une session pour de nouveaux habitants ?
    Qui contacter pour ouvrir une micro-crèche ?
    Combien coûte la fibre dans un tiers-lieu ?
    Une association peut-elle gérer un chantier d’insertion ?
    Quelle mention mettre sur notre affiche ?
    Faut-il publier notre étude à 45 000 € ?
    Le relais petite enfance est-il obligatoire ?
    Peut-on télétravailler trois jours par semaine ?
    Qui a déjà remobilisé ses élus après mars ?
    Comment justifier un service fait auprès du FEDER ?
    Quels horaires pour un espace France services ?
    Le département finance-t-il le transport à la demande ?
    Comment rénover un îlot du bourg ?
    Un boulanger reprend un fonds : à quoi a-t-il droit ?
    Quand se tient le prochain atelier ?
    Que devient le comité de pilotage après la fusion ?
    Une subvention de 25 000 € sans convention ?
    Comment recruter un conseiller numérique ?
    Avez-vous un modèle de délibération ?
    Que fait un ambassadeur du territoire ?
""".strip().split("\n")
"""A base is never of one answer: what is rare and what is common is told by the others."""

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
VACANT = "Peut-on taxer les logements vacants hors zone tendue ?"
DOCTOR = "Pouvons-nous verser une prime à une médecin qui s’installe ?"
SHOP = "La communauté de communes peut-elle aider un artisan à acheter son local ?"


def answer(code: str, question: str, state: State = State.VALIDATED, text: str = "Oui.") -> Answer:
    return Answer(
        code=code,
        question=question,
        answer=text,
        state=state.value,
        stated_on=date(2026, 11, 2),
        created_at=NOW,
        updated_at=NOW,
    )


async def add(database: Database, *answers: Answer) -> None:
    async with database.write() as session:
        session.add_all(answers)
        await store.changed(session, answers)


async def fill(database: Database) -> None:
    await add(database, *(answer(f"o{n}", each.strip()) for n, each in enumerate(OTHERS)))


async def change(database: Database, code: str, **values: str) -> None:
    async with database.write() as session:
        [row] = await session.scalars(select(Answer).where(Answer.code == code))
        for name, value in values.items():
            setattr(row, name, value)
        await store.changed(session, [row])


async def found(search: AnswerSearch, database: Database, words: str) -> list[str]:
    async with database.read() as session:
        return [each.question for each in await search.find(session, words)]


async def suggested(search: AnswerSearch, database: Database, words: str) -> list[str]:
    async with database.read() as session:
        return [each.question for each in await search.suggest(session, words)]


@pytest.fixture
def search() -> AnswerSearch:
    return AnswerSearch(HotlineSettings())


async def test_an_empty_base_suggests_nothing(database: Database, search: AnswerSearch) -> None:
    assert await found(search, database, "Bonjour, les logements vacants ?") == []
    assert await suggested(search, database, "") == []


async def test_only_validated_answers_are_found(database: Database, search: AnswerSearch) -> None:
    await fill(database)
    await add(
        database,
        answer("vacant", VACANT),
        answer("projet", DOCTOR, State.DRAFT),
        answer("relecture", DOCTOR + " ?", State.IN_REVIEW),
        answer("retire", SHOP, State.WITHDRAWN),
    )
    assert VACANT in await found(search, database, "taxe logement vacant")
    hidden = {DOCTOR, DOCTOR + " ?", SHOP}
    assert hidden.isdisjoint(await found(search, database, "prime médecin artisan local"))
    assert await suggested(search, database, VACANT) == [VACANT]
    assert await suggested(search, database, "Où trouver un tracteur ?") == []


@pytest.mark.parametrize("at_once", [1_000, 20])
async def test_what_changes_is_found_at_the_next_search(
    database: Database, search: AnswerSearch, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """The same whether the base is indexed anew before the search or behind it."""
    await fill(database)
    await add(database, answer("vacant", VACANT), answer("projet", DOCTOR, State.DRAFT))
    assert DOCTOR not in await found(search, database, "prime médecin")
    monkeypatch.setattr(search_module, "AT_ONCE", at_once)
    await change(database, "projet", state="validated")
    assert (await found(search, database, "prime médecin"))[0] == DOCTOR
    assert await suggested(search, database, DOCTOR) == [DOCTOR]
    await change(database, "projet", question=SHOP)
    assert DOCTOR not in await found(search, database, "prime médecin")
    assert (await found(search, database, "artisan acheter"))[0] == SHOP
    await change(database, "projet", state="withdrawn")
    assert SHOP not in await found(search, database, "artisan acheter")
    assert (await found(search, database, "logements vacants"))[0] == VACANT


async def test_what_is_indexed_before_anybody_searches_is_found(
    database: Database, search: AnswerSearch
) -> None:
    for code, question in (("vacant", VACANT), ("doctor", DOCTOR)):
        await add(database, answer(code, question))
        async with database.read() as session:
            await search.refresh(session)
        assert question in await found(search, database, question)


async def test_another_process_sees_it_too(database: Database) -> None:
    mine, theirs = AnswerSearch(HotlineSettings()), AnswerSearch(HotlineSettings())
    await add(database, answer("vacant", VACANT))
    assert await found(theirs, database, "vacants") == [VACANT]
    await add(database, answer("shop", SHOP))
    assert await found(mine, database, "artisan") == [SHOP]
    assert await found(theirs, database, "artisan") == [SHOP]


async def test_what_is_rolled_back_is_not_kept(database: Database, search: AnswerSearch) -> None:
    await add(database, answer("vacant", VACANT))
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            row = answer("shop", SHOP)
            session.add(row)
            await store.changed(session, [row])
            raise RuntimeError
    assert await found(search, database, "artisan") == []


async def test_variants_themes_and_acronyms_are_searched(database: Database) -> None:
    search = AnswerSearch(HotlineSettings(acronyms={"ZRR": "zone de revitalisation rurale"}))
    zrr = answer("zrr", "Que reste-t-il des zones de revitalisation rurale ?")
    zrr.theme_id = 1
    async with database.write() as session:
        session.add(Theme(id=1, code="activites", name="Commerces", words=[]))
    await add(database, zrr)
    assert await found(search, database, "ZRR") == [zrr.question]
    assert await found(search, database, "commerce") == [zrr.question]
    assert await found(search, database, "boulangerie") == []
    async with database.write() as session:
        row = await session.get_one(Answer, zrr.id)
        session.add(AnswerVariant(answer_id=row.id, text="Aides à une boulangerie"))
        await store.changed(session, [row])
    assert await found(search, database, "boulangerie") == [zrr.question]
    async with database.write() as session:
        (await session.get_one(Theme, 1)).name = "Artisanat"
    assert await found(search, database, "artisanat") == [zrr.question]
    assert await found(search, database, "commerces") == []


async def test_no_more_is_suggested_than_the_configuration_says(database: Database) -> None:
    search = AnswerSearch(HotlineSettings(suggestions=2))
    await fill(database)
    await add(database, *(answer(f"v{n}", VACANT) for n in range(4)), answer("shop", SHOP))
    assert await suggested(search, database, VACANT) == [VACANT] * 2
    assert (await found(search, database, VACANT)).count(VACANT) == 4

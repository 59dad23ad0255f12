"""The sample network: complete, coherent, clearly invented; on both databases."""

import re

import pytest
from sqlalchemy import func, select

from bot.answers.models import Answer
from bot.desk.models import CannedAnswer
from bot.network.consents import contact, is_helper
from bot.network.models import NetworkConsent, Proposal
from core.clock import FixedClock
from core.db import Database
from core.people.models import Department, Membership, Person, Structure, Territory, Theme
from core.people.roles import Role
from core.people.store import people_with_role, territories_of
from core.text import stems
from core.themes.rules import match
from core.themes.store import themes
from relais.sandbox.sample import load_network
from relais.sandbox.sharing import acronyms


async def test_it_is_imported_whole_and_a_second_time_changes_nothing(
    database: Database, clock: FixedClock
) -> None:
    first = await load_network(database, clock.now())
    assert first.bad_lines == ()
    assert {name: report.created for name, report in first.files.items()} == {
        "departments": 22,
        "territories": 41,
        "structures": 14,
        "people": 100,
        "memberships": 109,
        "themes": 8,
        "answers": 12,
        "consents": 9,
        "experiences": 3,
        "sponsorships": 2,
        "canned": 3,
        "followings": 4,
    }
    second = await load_network(database, clock.now())
    assert second.created == 0
    assert all(report.updated == 0 for report in second.files.values())
    assert second.bad_lines == ()


async def test_every_department_has_a_territory_and_every_territory_an_agent(
    database: Database, clock: FixedClock
) -> None:
    await load_network(database, clock.now())
    async with database.read() as session:
        departments = set(await session.scalars(select(Department.code)))
        territories = (await session.scalars(select(Territory))).all()
        served = set(
            await session.scalars(
                select(Membership.territory_id).where(
                    Membership.role == Role.AGENT.value, Membership.until.is_(None)
                )
            )
        )
    assert {territory.department for territory in territories} == departments
    assert {territory.id for territory in territories} == served


async def test_every_role_is_played_and_some_agents_serve_two_territories(
    database: Database, clock: FixedClock
) -> None:
    await load_network(database, clock.now())
    async with database.read() as session:
        counts = {
            role.value: len(await people_with_role(session, role, clock.now())) for role in Role
        }
        agents = await people_with_role(session, Role.AGENT, clock.now())
        served = [len(await territories_of(session, agent.id, clock.now())) for agent in agents]
    assert counts == {
        "agent": 60,
        "animator": 3,
        "head": 1,
        "elected": 9,
        "funder": 5,
        "resource": 9,
        "operator": 5,
        "support": 7,
        "researcher": 3,
    }
    assert sorted(set(served)) == [1, 2]


async def test_nobody_of_it_can_be_written_to(database: Database, clock: FixedClock) -> None:
    await load_network(database, clock.now())
    async with database.read() as session:
        emails = list(await session.scalars(select(Person.email)))
        mailboxes = list(await session.scalars(select(Structure.mailbox)))
        names = await session.execute(select(Person.given_name, Person.family_name).distinct())
        assert len(names.all()) == len(emails)
    addresses = [address for address in emails + mailboxes if address]
    assert all(address.endswith(".example") for address in addresses)
    assert len(set(addresses)) == len(addresses)


async def test_every_answer_is_a_sample_with_its_sources_and_finds_its_theme(
    database: Database, clock: FixedClock
) -> None:
    await load_network(database, clock.now())
    async with database.read() as session:
        rows = (
            await session.execute(
                select(Answer, Theme.code).join(Theme, Theme.id == Answer.theme_id)
            )
        ).all()
        every_theme = await themes(session)
    assert len(rows) == 12
    for answer, theme in rows:
        assert answer.answer.endswith("Exemple fourni avec Relais.")
        assert answer.sources
        assert answer.review_on is not None
        assert answer.stated_on < answer.review_on
        found = match(f"{answer.question} {answer.answer}", every_theme)
        assert theme in [one.code for one in found], answer.code


async def test_what_is_shared_is_coherent_and_changes_stay(
    database: Database, clock: FixedClock
) -> None:
    await load_network(database, clock.now())
    async with database.write() as session:
        people = {row.id: row for row in (await session.scalars(select(Person))).all()}
        for consent in (await session.scalars(select(NetworkConsent))).all():
            assert await is_helper(session, consent.person_id, clock.now())
            assert people[consent.person_id].email
        proposals = (await session.scalars(select(Proposal).order_by(Proposal.id))).all()
        for proposal in proposals:
            assert proposal.person_id is not None
            assert await contact(session, proposal.person_id), "whoever told it may be contacted"
            served = await territories_of(session, proposal.person_id, clock.now())
            assert proposal.territory_id in {territory.id for territory in served}
            assert proposal.text.endswith("Exemple fourni avec Relais.")
            assert ".example/" in proposal.url
        proposals[0].state = "dropped"
        canned = (await session.scalars(select(CannedAnswer))).all()
        canned[0].removed_at = clock.now()
        (await session.get_one(NetworkConsent, proposals[1].person_id)).asked = False
    again = await load_network(database, clock.now())
    assert again.created == 0
    async with database.read() as session:
        kept = Proposal.state == "kept"
        assert await session.scalar(select(func.count()).where(kept)) == 2


async def test_canned_answers_have_no_unknown_placeholder_and_acronyms_stand_for_something(
    database: Database, clock: FixedClock
) -> None:
    await load_network(database, clock.now())
    async with database.read() as session:
        texts = list(await session.scalars(select(CannedAnswer.text)))
    known = {"prénom", "nom", "territoire", "numéro", "animateur", "réseau"}
    assert {word for text in texts for word in re.findall(r"{(.*?)}", text)} <= known
    assert acronyms()["FEDER"] == "Fonds européen de développement régional"
    assert all(len(meaning) > len(acronym) for acronym, meaning in acronyms().items())


async def test_no_theme_rests_on_the_word_accueil_alone(
    database: Database, clock: FixedClock
) -> None:
    await load_network(database, clock.now())
    async with database.read() as session:
        every_theme = await themes(session)
        assert await session.scalar(select(func.count()).select_from(Theme)) == 8
    assert all(stems(word) != ("accueil",) for theme in every_theme for word in theme.words)
    assert match("Accueil : accueil@mairie.example", every_theme) == ()


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("Une session d’accueil pour les nouveaux arrivants", "accueil"),
        ("Améliorer l’accueil du jeune enfant", "enfance"),
        ("Comment taxer les logements vacants du centre-bourg ?", "habitat"),
        ("Le dernier commerce cherche un repreneur", "activites"),
        ("Plus de médecin depuis juin, quel zonage ARS ?", "sante"),
        ("Ouvrir un tiers-lieu avec la fibre", "numerique"),
        ("Un ACI avec la mission locale", "emploi"),
        ("Un cofinancement FEDER et LEADER : quel appel à projets ?", "financements"),
    ],
)
async def test_an_agents_words_find_the_theme(
    database: Database, clock: FixedClock, text: str, theme: str
) -> None:
    await load_network(database, clock.now())
    async with database.read() as session:
        assert match(text, await themes(session))[0].code == theme

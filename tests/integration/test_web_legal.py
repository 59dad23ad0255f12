"""The legal pages as anybody reads them."""

from datetime import date

import httpx
import pytest
from starlette.applications import Starlette

from core.clock import FixedClock
from core.db import Database
from core.settings import (
    FundingSettings,
    LedgerSettings,
    MailboxSettings,
    OperatorSettings,
    SeminarSettings,
    Settings,
)
from tests.parts import make_parts
from web.legal import build

OPERATOR = OperatorSettings(
    name="Association <Orsanne>",
    publication_director="Odile Vernhet",
    host_name="Hébergement du Livradois",
    data_protection_contact="dpo@orsanne.example",
)
FEDER = FundingSettings(
    code="feder", sentence="Ce projet est cofinancé.", operation="Animation", number="MC001",
    since=date(2024, 1, 1), until=date(2026, 12, 31),
)  # fmt: skip


async def read(database: Database, clock: FixedClock, settings: Settings, path: str) -> str:
    app = Starlette(routes=list(build(make_parts(database, clock, settings)).pages))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://relais.test") as visitor:
        response = await visitor.get(path)
    assert response.status_code == 200
    return response.text.replace("\u00a0", " ")


async def test_the_operator_stands_behind_the_service(
    database: Database, clock: FixedClock
) -> None:
    text = await read(database, clock, Settings(operator=OPERATOR), "/mentions-legales")
    assert "Association &lt;Orsanne&gt;" in text
    assert "Directeur ou directrice de la publication : Odile Vernhet" in text
    assert "Hébergement du Livradois" in text


async def test_how_long_what_is_kept_is_what_is_configured(
    database: Database, clock: FixedClock
) -> None:
    settings = Settings(
        operator=OPERATOR,
        ledger=LedgerSettings(contents_days=45),
        mailbox=MailboxSettings(kind="imap", kept_days=12),
    )
    text = await read(database, clock, settings, "/donnees-personnelles")
    assert "Contenus : 45 jours après l’envoi" in text
    assert "12 jours après leur traitement" in text
    assert "dpo@orsanne.example" in text
    assert 'href="/abonnement/mes-donnees"' in text


async def test_what_meetings_keep_is_told_with_its_duration(
    database: Database, clock: FixedClock
) -> None:
    settings = Settings(seminars=SeminarSettings(meal_days=5, guest_months=18))
    text = await read(database, clock, settings, "/donnees-personnelles")
    assert "5 jours après la rencontre ; jamais dans les justificatifs" in text
    assert "18 mois après la dernière rencontre" in text
    assert "même après un effacement" in text
    assert "Anonymes dès l’envoi" in text
    assert "Un an après l’envoi de la version définitive" in text


async def test_what_is_not_used_is_not_spoken_of(database: Database, clock: FixedClock) -> None:
    text = await read(database, clock, Settings(), "/donnees-personnelles")
    assert "Courriels reçus en retour" not in text
    assert "Telegram" not in text


async def test_accessibility_is_not_claimed_before_an_audit(
    database: Database, clock: FixedClock
) -> None:
    text = await read(database, clock, Settings(), "/accessibilite")
    assert "Ce site est non conforme" in text
    assert "Défenseur des droits" in text


@pytest.mark.parametrize(
    ("funding", "said"),
    [
        ([FEDER], "Opération : Animation (n° MC001)"),
        ([FEDER], "Du 1er janvier 2024 au 31 décembre 2026"),
        ([], "Cofinancé par l"),
    ],
)
async def test_each_funding_is_told_with_its_dates(
    database: Database, clock: FixedClock, funding: list[FundingSettings], said: str
) -> None:
    assert said in await read(database, clock, Settings(funding=funding), "/financement")

"""Validated answers: imported, read in chat, offered to the letter."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from bot.answers.importing import ImportReport, LineError, import_answers
from bot.answers.models import Answer
from core.chat import Button, Reply, Response, Text, Toast
from core.clock import FixedClock
from core.contributions import record_publications
from core.db import Database
from core.people.models import Membership
from core.reference import Reference
from core.sections import Section
from tests.hotline import CLAIRE, UNKNOWN, Hotline, open_hotline

ROWS = [
    {
        "code": "tvlh",
        "question": "Peut-on taxer les logements vacants hors zone tendue ?",
        "answer": "Oui, par délibération.",
        "theme": "habitat",
        "sources": "CGI, art. 1406 bis",
        "stated_on": "2026-11-02",
        "review_on": "2027-02-01",
    },
    {
        "code": "frr",
        "question": "Un boulanger reprend un fonds : qu’obtient-il ?",
        "answer": "Une exonération de 5 ans.",
        "theme": "Activités, reprise et transmission",
        "sources": "",
        "stated_on": "2026-10-15",
        "review_on": "",
    },
    {"code": "agenda", "question": "C’est quand ?", "answer": "Le 4.", "stated_on": "2026-11-01"},
]


@pytest.fixture
async def hotline(database: Database, clock: FixedClock) -> Hotline:
    return await open_hotline(database, clock)


async def bring(hotline: Hotline, rows: list[dict[str, str]]) -> ImportReport:
    async with hotline.database.write() as session:
        return await import_answers(session, rows, hotline.clock.now())


def buttons(response: Response) -> dict[str, Button]:
    assert isinstance(response, Reply)
    return {
        str(b.label.values.get("name", b.label.values.get("question"))): b
        for row in response.keyboard
        for b in row
    }


async def test_importing_twice_changes_nothing(hotline: Hotline) -> None:
    assert await bring(hotline, ROWS) == ImportReport(3, 0, 0, ())
    assert await bring(hotline, ROWS) == ImportReport(0, 0, 3, ())
    changed = [{**ROWS[0], "answer": "Non."}, *ROWS[1:]]
    assert await bring(hotline, changed) == ImportReport(0, 1, 2, ())
    async with hotline.database.read() as session:
        rows = (await session.scalars(select(Answer).order_by(Answer.id))).all()
    assert [(row.code, row.answer, row.theme_id) for row in rows] == [
        ("tvlh", "Non.", 1),
        ("frr", "Une exonération de 5 ans.", 2),
        ("agenda", "Le 4.", None),
    ]
    assert (rows[0].stated_on, rows[0].review_on) == (date(2026, 11, 2), date(2027, 2, 1))


async def test_bad_lines_are_named_and_the_others_imported(hotline: Hotline) -> None:
    rows = [ROWS[0], {**ROWS[1], "theme": "Pêche"}, {"code": "x"}, ROWS[0], ROWS[2]]
    report = await bring(hotline, rows)
    assert (report.created, report.updated, report.unchanged) == (2, 0, 0)
    assert report.errors == (
        LineError(3, "unknown theme 'Pêche'", "use the code of a theme"),
        LineError(4, "no question", "fill the column question"),
        LineError(5, "code 'tvlh' is there twice", "keep one of them"),
    )


async def test_answers_are_read_by_theme(hotline: Hotline) -> None:
    await bring(hotline, ROWS)
    [themes] = await hotline.command(CLAIRE, "reponses")
    assert hotline.words(themes) == "<b>Les réponses validées</b>\n\nChoisissez un thème."
    assert isinstance(themes, Reply)
    assert [hotline.renderer.plain(row[0].label) for row in themes.keyboard] == [
        "Activités, reprise et transmission (1)",
        "Habitat et centres-bourgs (1)",
        "Autres thèmes (1)",
        "Rechercher une réponse",
    ]
    [listed] = await hotline.press(CLAIRE, buttons(themes)["Habitat et centres-bourgs"])
    assert hotline.words(listed) == "<b>Habitat et centres-bourgs</b>\n\nChoisissez une question."
    [shown] = await hotline.press(CLAIRE, buttons(listed)[ROWS[0]["question"]])
    assert hotline.words(shown) == (
        "<b>Peut-on taxer les logements vacants hors zone tendue ?</b>\n\n"
        "Oui, par délibération.\n\n"
        "<i>État du droit au 02/11/2026. Information donnée à titre indicatif\u00a0; elle n’engage "
        "pas l’administration et ne remplace ni un conseil juridique ni le contrôle de légalité. "
        "Sources\u00a0: CGI, art. 1406 bis</i>"
    )
    [others] = await hotline.press(CLAIRE, buttons(themes)[""])
    assert hotline.words(others).startswith("<b>Autres thèmes</b>")
    [shown] = await hotline.press(CLAIRE, buttons(others)["C’est quand ?"])
    assert "Sources" not in hotline.words(shown)


async def test_an_empty_base_says_so(hotline: Hotline) -> None:
    [none] = await hotline.command(CLAIRE, "reponses")
    assert hotline.words(none) == "Aucune réponse validée pour le moment."


async def test_who_has_left_the_network_reads_no_answer(
    hotline: Hotline, clock: FixedClock
) -> None:
    async with hotline.database.write() as session:
        await session.execute(update(Membership).values(until=clock.now()))
    [reply] = await hotline.command(CLAIRE, "reponses")
    assert hotline.words(reply).startswith("Désolé, votre rôle")
    for kind in ("theme", "answer"):
        button = Button(Text("", ""), f"answers.{kind}", Reference("answers", kind, "1"))
        [toast] = await hotline.press(CLAIRE, button)
        assert hotline.words(toast).startswith("Désolé, votre rôle")


async def test_strangers_and_forged_buttons_get_nothing(hotline: Hotline) -> None:
    await bring(hotline, ROWS)
    [stranger] = await hotline.command(UNKNOWN, "reponses")
    assert "lien d’invitation" in hotline.words(stranger)
    [themes] = await hotline.command(CLAIRE, "reponses")
    label = buttons(themes)[""].label
    for action, account, identity, words in (
        ("theme", UNKNOWN, "1", "Votre compte n’est pas relié au réseau."),
        ("answer", UNKNOWN, "1", "Votre compte n’est pas relié au réseau."),
        ("theme", CLAIRE, "99", "Aucune réponse validée pour le moment."),
        ("answer", CLAIRE, "99", "Cette réponse n’est plus disponible."),
        ("answer", CLAIRE, "x", "Ce bouton n’est plus valable"),
    ):
        button = Button(label, f"answers.{action}", Reference("answers", action, identity))
        [toast] = await hotline.press(account, button)
        assert isinstance(toast, Toast)
        assert hotline.words(toast).startswith(words)


async def test_the_letter_is_offered_one_new_answer_at_a_time(
    hotline: Hotline, clock: FixedClock
) -> None:
    since = clock.now() - timedelta(days=14)
    until = clock.now() + timedelta(days=1)
    offer = hotline.room.contributions
    assert offer is not None
    await bring(hotline, ROWS[:1])
    clock.set(clock.now() + timedelta(hours=1))
    await bring(hotline, ROWS[1:])
    async with hotline.database.write() as session:
        [frr] = await offer(session, since, until)
        assert frr.reference == Reference("answers", "answer", "2")
        assert (frr.section, frr.title) == (Section.QUESTION, ROWS[1]["question"])
        assert frr.themes == ("activites",)
        assert frr.summary == (
            "Une exonération de 5 ans.\n\nÉtat du droit au 15/10/2026. Information donnée à titre "
            "indicatif\u00a0; elle n’engage pas l’administration et ne remplace ni un conseil "
            "juridique ni le contrôle de légalité."
        )
        edition = Reference("digest", "edition", "1")
        await record_publications(session, edition, [frr.reference], clock.now())
        [agenda] = await offer(session, since, until)
        assert (agenda.title, agenda.themes) == ("C’est quand ?", ())
        assert await offer(session, since - timedelta(days=30), since) == []

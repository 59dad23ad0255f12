"""What animators read of a piece of news, and the buttons under it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.chat import Text
from core.render import Renderer
from tests.parts import COMMON
from watch.decide import State
from watch.desk.shown import TEMPLATE, Around, ShownStory, card_keyboard, card_text, line
from watch.understanding.records import DateKind, Places, TypedDate

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
RENDERER = Renderer(COMMON)
AROUND = Around({"habitat": "Habitat et centres-bourgs"})

STORY = ShownStory(
    id=12,
    title="Fonds R&D <rural>",
    link="https://a.example.org/?a=1&b=2",
    sources=("Journal", "Gazette"),
    section="appels-a-projets",
    themes=("habitat", "autre"),
    evidence={"habitat": ["logement vacant", "OPAH"]},
    texts=(("loi n° 2020-1577", "https://loi.example.org"), ("décret n° 2024-1", "")),
    dates=(),
    places=Places(("43", "48"), ("R84",)),
    note="",
    published_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
    summary="Un résumé.",
    state=State.WAITING,
    version=3,
    source_id=1,
    reproducible=False,
    outside=False,
    folded=False,
    decided_at=None,
    alerted_at=None,
)


def read(story: ShownStory, around: Around = AROUND) -> str:
    return RENDERER.chat(card_text(story, around, NOW)).replace("\u00a0", " ")


def labels(story: ShownStory) -> list[list[str]]:
    return [[RENDERER.plain(b.label) for b in row] for row in card_keyboard(story)]


def test_a_card_says_what_was_understood_and_the_words_that_decided() -> None:
    assert read(STORY) == (
        '<a href="https://a.example.org/?a=1&amp;b=2"><b>Fonds R&amp;D &lt;rural&gt;</b></a>\n'
        "<i>Journal, Gazette · 20 novembre 2026</i>\n\n"
        "Un résumé.\n\n"
        'Textes : <a href="https://loi.example.org">loi n° 2020-1577</a> ; décret n° 2024-1\n'
        "Lieux : Auvergne-Rhône-Alpes, Haute-Loire, Lozère\n"
        "Thèmes : Habitat et centres-bourgs (logement vacant, OPAH) ; autre\n"
        "Rubrique : Appels à projets et financements"
    )


@pytest.mark.parametrize(
    ("kind", "days", "says"),
    [
        ("closing", 12, "Date limite : samedi 5 décembre 2026 à 9 h (dans 12 jours)"),
        ("round", 1, "Prochaine relève : mardi 24 novembre 2026 à 9 h (demain)"),
        ("letter_of_intent", 0, "Lettre d’intention : jusqu’au lundi 23 novembre 2026 à 9 h"),
        ("full_file", 2, "Dossier complet : jusqu’au mercredi 25 novembre 2026 à 9 h"),
        ("extension", 8, "Prorogé jusqu’au mardi 1er décembre 2026 à 9 h (dans 8 jours)"),
        ("registration", 3, "Inscriptions jusqu’au jeudi 26 novembre 2026 à 9 h"),
        ("closing", -3, "Clos depuis le 20 novembre 2026"),
    ],
)
def test_the_next_date_is_told_in_words(kind: DateKind, days: int, says: str) -> None:
    dates = (TypedDate(kind, NOW + timedelta(days=days), "les mots"),)
    assert says in read(replace(STORY, dates=dates)).splitlines()[5]


def test_what_has_no_end_and_what_begins_are_told_too() -> None:
    dates = (
        TypedDate("open_ended", None, "au fil de l’eau"),
        TypedDate("training", NOW + timedelta(days=7), "le 30"),
    )
    told = read(replace(STORY, dates=dates))
    assert "Au fil de l’eau, sans date limite\nFormation : le lundi 30 novembre 2026\n" in told


def test_the_whole_day_is_told_without_its_last_minute() -> None:
    last = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    told = read(replace(STORY, dates=(TypedDate("closing", last, "le 30"),)))
    assert "Date limite : lundi 30 novembre 2026 (dans 7 jours)" in told


def test_an_improbable_story_says_what_spoke_against_it() -> None:
    folded = replace(STORY, folded=True)
    assert "Peu probable : d’après vos décisions\n" in read(folded)
    against = replace(AROUND, against=("nomination", "Journal"))
    assert "Peu probable : d’après vos décisions (nomination, Journal)\n" in read(folded, against)
    outside = read(replace(folded, outside=True))
    assert "Peu probable : ne concerne que d’autres départements ou régions\n" in outside
    assert "Peu probable" not in read(replace(folded, state=State.KEPT))


def test_a_decided_story_says_by_whom_and_what_followed() -> None:
    kept = replace(STORY, state=State.KEPT, note="À retenir.", alerted_at=NOW)
    around = replace(AROUND, decided_by="Jeanne Roux", alerted=12)
    assert read(kept, around).endswith(
        "<b>Notre lecture</b>\nÀ retenir.\n\n"
        "Gardée pour la prochaine lettre, par Jeanne Roux.\n"
        "Alerte envoyée le 23 novembre 2026 à 9 h, à 12 personnes."
    )
    nobody = read(replace(STORY, state=State.KEPT))
    assert nobody.endswith("Gardée pour la prochaine lettre.")
    assert read(kept, replace(around, published=True)).count("Parue dans la lettre.") == 1
    assert read(replace(STORY, state=State.DROPPED), around).endswith("Écartée par Jeanne Roux.")


def test_the_buttons_follow_the_decision() -> None:
    edits = ["Thème", "Rubrique", "Notre lecture"]
    assert labels(STORY) == [["Garder", "Écarter"], edits, ["Alerte"]]
    assert labels(replace(STORY, state=State.KEPT)) == [edits, ["Alerte", "Annuler"]]
    assert labels(replace(STORY, state=State.KEPT, alerted_at=NOW)) == [edits, ["Annuler"]]
    assert labels(replace(STORY, alerted_at=NOW)) == [["Garder", "Écarter"], edits]
    assert labels(replace(STORY, state=State.DROPPED)) == [["Annuler"]]


def test_a_list_says_each_story_on_a_line() -> None:
    dates = (TypedDate("closing", NOW + timedelta(days=1), "demain"),)
    story = {**line(replace(STORY, dates=dates), NOW), "name": "", "decided_at": NOW}
    values = {"list": "dropped", "page": {"first": 8, "number": 2, "last": 2}, "stories": [story]}
    assert RENDERER.chat(Text(TEMPLATE, "list", values)).replace("\u00a0", " ") == (
        "<b>Écartées cette semaine</b> (page 2 sur 2)\n\n"
        "9. Fonds R&amp;D &lt;rural&gt; <i>(Journal, Gazette)</i> – jusqu’au mardi 24 novembre"
        " – lundi 23 novembre\n\n"
        "Appuyez sur un numéro pour voir l’actualité et prendre votre décision."
    )

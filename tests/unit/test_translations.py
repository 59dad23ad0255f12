"""The English catalogue: complete, current, faithful, and what people read of it."""

import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from core.chat import Text
from core.render import LOCALES, load_translations
from tests.messages import everything_said, renderer

PLACEHOLDER = re.compile(r"%\(\w+\)s")
TAG = re.compile(r"</?\w+")
EVENING = datetime(2026, 11, 30, 23, 5, tzinfo=UTC)
"""Tuesday 1 December 2026, 0 h 05 in Paris."""

Key = tuple[str | None, tuple[str, ...]]


def catalogue() -> Catalog:
    with (LOCALES / "en.po").open("rb") as handle:
        return read_po(handle, locale="en")


def forms(words: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def key(message: Message) -> Key:
    return message.context, forms(message.id)


def translations() -> dict[Key, tuple[str, ...]]:
    return {key(m): forms(m.string) for m in catalogue() if m.id}


TRANSLATIONS = translations()


def test_every_message_of_every_template_is_in_the_catalogue() -> None:
    missing = [str(said) for said in everything_said() if said.key not in TRANSLATIONS]
    assert missing == [], "run `make messages`, then translate them in templates/locales/en.po"


def test_nothing_in_the_catalogue_is_empty_or_doubtful() -> None:
    for message in catalogue():
        assert not message.fuzzy, f"check, then remove “fuzzy”: {message.id}"
        assert all(forms(message.string)), f"translate: {message.id}"


def test_nothing_in_the_catalogue_is_obsolete() -> None:
    said = {each.key for each in everything_said()}
    assert [words for words in TRANSLATIONS if words not in said] == [], "run `make messages`"
    assert list(catalogue().obsolete) == [], "run `make messages`"


def test_plurals_have_their_two_forms() -> None:
    for (_, french), english in TRANSLATIONS.items():
        assert len(french) == len(english), french


@pytest.mark.parametrize("kept", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_what_is_filled_in_or_formatted_is_the_same_in_both_languages(
    kept: re.Pattern[str],
) -> None:
    for (_, french), english in TRANSLATIONS.items():
        for ours, theirs in zip(french, english, strict=True):
            assert Counter(kept.findall(ours)) == Counter(kept.findall(theirs)), ours


def test_english_is_printed_as_english_is() -> None:
    wrong = re.compile(r"[«»]|n°|[ \u00a0\u202f][:;!?]|'|\"|  |^\s|\s$")
    found = [e for english in TRANSLATIONS.values() for e in english if wrong.search(e)]
    assert found == []


def test_extracting_by_hand_finds_the_same_messages() -> None:
    root = LOCALES.parent.parent
    [mapping] = tomllib.loads((root / "babel.toml").read_text())["mappings"]
    options: dict[str, Any] = {k: v for k, v in mapping.items() if k not in {"method", "pattern"}}
    found = {
        (context, forms(words))
        for _, _, words, _, context in extract_from_dir(
            root,
            [(pattern, mapping["method"]) for pattern in mapping["pattern"]],
            dict.fromkeys(mapping["pattern"], options),
            directory_filter=lambda folder: "templates" in folder or folder == str(root),
        )
    }
    assert found == {said.key for said in everything_said()}


# --- What people read ------------------------------------------------------------------------


def test_undoing_and_cancelling_are_two_words() -> None:
    undo, cancel = Text("chat/watch.html", "undo_button"), Text("chat/common.html", "cancel_button")
    assert [renderer().plain(text) for text in (undo, cancel)] == ["Annuler", "Annuler"]
    assert [renderer().plain(text, "en") for text in (undo, cancel)] == ["Undo", "Cancel"]


def test_a_question_is_acknowledged_in_english() -> None:
    values = {
        "number": 12,
        "territory": "Pays d’Orsanne",
        "back": None,
        "promised": EVENING,
        "theme": None,
        "discreet": False,
    }
    opened = Text("chat/hotline.html", "opened", values)
    assert renderer().chat(opened, "en") == (
        "Your question has been recorded for the territory “Pays d’Orsanne”: "
        "<b>question no.\u00a012</b>.\n"
        "Answer by Tuesday 1 December at the latest.\nTo add details, reply to this message."
    )


@pytest.mark.parametrize(
    ("language", "count", "words"),
    [
        ("fr", 0, "0 envoi va être renvoyé."),
        ("fr", 1, "1 envoi va être renvoyé."),
        ("fr", 2, "2 envois vont être renvoyés."),
        ("en", 0, "0 deliveries will be sent again."),
        ("en", 1, "1 delivery will be sent again."),
        ("en", 2, "2 deliveries will be sent again."),
    ],
)
def test_each_language_counts_in_its_way(language: str, count: int, words: str) -> None:
    text = Text("chat/letter.html", "resent", {"count": count})
    assert renderer().plain(text, language) == words


def test_a_mail_in_english() -> None:
    values = {"confirmation_url": "https://relais.test/c", "days": 7}
    mail = renderer().mail("confirmation", values, "en")
    assert mail.subject == "Confirm your subscription to “La lettre de test”"
    assert mail.text == (
        "Hello. You asked to receive “La lettre de test”. To check that this address is really "
        "yours, please confirm by opening this link:\n\n"
        "https://relais.test/c\n\n"
        "This link is valid for 7 days.\n\n"
        "If this was not you, do nothing: without confirmation, nothing else will be sent to "
        "you.\n\n"
        "-- \n"
        "Réseau de test\n"
        "Any questions? Write to us: contact@relais.test\n"
        "Cofinancé par l'Union européenne\n"
    )
    assert '<html lang="en"' in mail.html
    assert "Confirm my subscription" in mail.html
    assert "One step is all it takes to receive “La lettre de test”." in mail.html


def test_a_page_in_english() -> None:
    page = renderer().page("web/problem.html", {"status": 404}, "en")
    assert '<html lang="en">' in page
    assert "<title>Page not found – Réseau de test</title>" in page
    assert "<h1>Page not found</h1>" in page
    assert (
        "<p>There is no page at this address. Check that it is complete: most often, a mail "
        "program has cut the link in two.</p>"
    ) in page
    assert "<title>Home – Réseau de test</title>" in renderer().page("web/home.html", {}, "en")
    assert load_translations("en").gettext("Accueil") == "Home"


@pytest.mark.parametrize(
    ("name", "french", "english"),
    [
        ("date", "1er décembre 2026", "1 December 2026"),
        ("long_date", "mardi 1er décembre 2026", "Tuesday 1 December 2026"),
        ("time", "0\u00a0h\u00a005", "00:05"),
        (
            "datetime",
            "mardi 1er décembre 2026 à 0\u00a0h\u00a005",
            "Tuesday 1 December 2026, 00:05",
        ),
    ],
)
def test_dates_are_those_of_paris_in_the_language_of_the_text(
    name: str, french: str, english: str
) -> None:
    written = {
        language: renderer().environment(language, escape=True).filters[name](EVENING)
        for language in ("fr", "en")
    }
    assert written == {"fr": french, "en": english}


def test_the_eleventh_and_the_twenty_first_are_no_firsts() -> None:
    date = renderer().environment("fr", escape=True).filters["date"]
    assert date(datetime(2026, 11, 11, 8, tzinfo=UTC)) == "11 novembre 2026"
    assert date(datetime(2026, 11, 21, 8, tzinfo=UTC)) == "21 novembre 2026"


def test_a_sentence_that_begins_with_a_day_keeps_the_capitals_of_months() -> None:
    for language, words in (
        ("fr", "Lundi 8 mars 2027, de 9\u00a0h\u00a000 à 11\u00a0h\u00a000"),
        ("en", "Monday 8 March 2027, 09:00 to 11:00"),
    ):
        environment = renderer().environment(language, escape=True)
        template = environment.from_string(
            '{% from "seminars.html" import when %}{{ when(seminar)|trim|capital_first }}'
        )
        seminar = {
            "starts_at": datetime(2027, 3, 8, 8, tzinfo=UTC),
            "ends_at": datetime(2027, 3, 8, 10, tzinfo=UTC),
        }
        assert template.render(seminar=seminar) == words

"""What people type about seminars, understood."""

from datetime import UTC, datetime, timedelta

import pytest

from core.errors import InputError
from digest.seminars.rules import (
    Answer,
    Confirmation,
    RegistrationState,
    answer_to,
    confirmation_of,
    parse_access,
    parse_capacity,
    parse_email,
    parse_link,
    parse_meals,
    parse_name,
    parse_offsets,
    parse_place,
    parse_programme,
    parse_questions,
    parse_speaker,
    parse_title,
    plain,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Monday 23 November 2026, 9 h in Paris."""


def test_a_title_is_one_line() -> None:
    assert parse_title("  Accueillir,\n et après\x00 ? 🎉 ") == "Accueillir, et après ? 🎉"


@pytest.mark.parametrize(
    ("parse", "text", "why"),
    [
        (parse_title, " \n ", "title_empty"),
        (parse_title, "a" * 151, "title_long"),
        (parse_name, "", "name_empty"),
        (parse_name, "a" * 101, "name_long"),
        (parse_place, "", "place_empty"),
        (parse_place, "a" * 301, "place_long"),
        (parse_access, "a" * 1001, "access_long"),
        (parse_programme, "a" * 5001, "programme_long"),
        (parse_link, "visio.example", "link_unknown"),
        (parse_link, "https://" + "a" * 300 + ".example", "link_unknown"),
        (parse_capacity, "beaucoup", "capacity_unknown"),
        (parse_capacity, "0", "capacity_unknown"),
        (parse_capacity, "5001", "capacity_unknown"),
        (parse_meals, "Végétarien", "meals_few"),
        (parse_meals, "\n".join("abcdefghi"), "meals_many"),
        (parse_meals, f"Végétarien\n{'a' * 61}", "meals_long"),
        (parse_questions, "\n".join("abcdef"), "questions_many"),
        (parse_questions, "a" * 201, "questions_long"),
        (parse_offsets, "bientôt", "offsets_unknown"),
        (parse_offsets, "  ", "offsets_unknown"),
        (parse_offsets, "181", "offsets_unknown"),
        (parse_offsets, "1 2 3 4 5 6 7", "offsets_unknown"),
        (parse_speaker, " , maire", "speaker_empty"),
        (parse_speaker, " ", "speaker_empty"),
        (parse_speaker, "a" * 201, "speaker_long"),
    ],
)
def test_what_is_empty_or_too_long_is_explained(parse: object, text: str, why: str) -> None:
    assert callable(parse)
    with pytest.raises(InputError) as caught:
        parse(text)
    assert caught.value.what == why


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("Salle des fêtes, Ambert", ("Salle des fêtes, Ambert", None)),
        ("https://visio.example/abc", ("", "https://visio.example/abc")),
        ("Ambert ou https://visio.example/abc", ("Ambert ou", "https://visio.example/abc")),
        ("javascript:alert(1)", ("javascript:alert(1)", None)),
    ],
)
def test_a_place_is_a_room_or_a_video_link(text: str, understood: tuple[str, str | None]) -> None:
    assert parse_place(text) == understood


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Zoe@Orsanne.example ", "zoe@orsanne.example"),
        ("zoe@évènement.example", "zoe@xn--vnement-2xah.example"),
    ],
)
def test_an_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert parse_email(typed) == stored


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "email_empty"),
        ("  ", "email_empty"),
        ("zoe", "email_invalid"),
        ("a" * 250 + "@x.fr", "email_invalid"),
        ("zoe@x.fr\nBcc: paul@x.fr", "email_several"),
    ],
)
def test_a_wrong_address_is_explained(typed: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_email(typed)
    assert caught.value.what == why


def test_requests_are_answered_but_never_harass() -> None:
    asked, registered = RegistrationState.ASKED, RegistrationState.REGISTERED
    assert answer_to(asked, 0, None, NOW) is Answer.CONFIRMATION
    assert answer_to(registered, 1, None, NOW) is Answer.REGISTRATION
    soon, later = NOW - timedelta(minutes=9), NOW - timedelta(minutes=10)
    assert answer_to(asked, 1, soon, NOW) is Answer.NOTHING
    assert answer_to(asked, 1, later, NOW) is Answer.CONFIRMATION
    assert answer_to(asked, 3, later, NOW) is Answer.NOTHING
    assert answer_to(asked, 3, NOW - timedelta(days=1), NOW) is Answer.CONFIRMATION


def test_what_a_confirmation_link_does() -> None:
    states = RegistrationState
    assert confirmation_of(states.ASKED, requested=True) is Confirmation.DONE
    assert confirmation_of(states.INVITED, requested=True) is Confirmation.DONE
    assert confirmation_of(states.INVITED, requested=False) is Confirmation.ASK_AGAIN
    assert confirmation_of(states.EXCUSED, requested=False) is Confirmation.ASK_AGAIN
    assert confirmation_of(states.REGISTERED, requested=True) is Confirmation.ALREADY
    assert confirmation_of(states.CANCELLED, requested=True) is Confirmation.ASK_AGAIN


@pytest.mark.parametrize(
    ("text", "places"),
    [("50", 50), (" 50 places. ", 50), ("1 personne", 1), ("-", None), ("Sans limite", None)],
)
def test_places_are_a_number_or_no_limit(text: str, places: int | None) -> None:
    assert parse_capacity(text) == places


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("30, 7 et 1", [30, 7, 1]),
        ("J-30 J-7", [30, 7]),
        ("1 jour avant, 7 jours avant", [7, 1]),
        ("7, 7", [7]),
        ("aucun", []),
        ("-", []),
    ],
)
def test_days_before_a_meeting_are_numbers(text: str, days: list[int]) -> None:
    assert parse_offsets(text) == days


def test_a_link_and_paragraphs_may_be_left_empty() -> None:
    assert parse_link("-") is None
    assert parse_link(" https://visio.example/a ") == "https://visio.example/a"
    assert parse_access("-") == ""
    assert parse_programme("9 h  \n\n\n\n10 h\x00") == "9 h\n\n10 h"


def test_choices_and_questions_are_one_a_line() -> None:
    assert parse_meals("- Avec viande\n• Végétarien\n\nVégétarien") == ["Avec viande", "Végétarien"]
    assert parse_meals("-") == []
    assert parse_questions("Votre train arrive à quelle heure ?") == [
        "Votre train arrive à quelle heure ?"
    ]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Anne Duval", ("Anne Duval", "", "")),
        ("Anne Duval, maire", ("Anne Duval", "maire", "")),
        ("Anne Duval, maire, Ambert, Livradois", ("Anne Duval", "maire", "Ambert, Livradois")),
    ],
)
def test_a_speaker_is_a_name_with_what_they_are(text: str, speaker: tuple[str, str, str]) -> None:
    assert parse_speaker(text) == speaker


def test_what_is_typed_is_read_without_its_dress() -> None:
    assert plain("  L’ÉTÉ — en\u00a0Forêt ") == "l'ete - en foret"

"""What people write to the network: who has done it, links, days, choices."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.network.rules import (
    LONGEST_LINE,
    LONGEST_LINK,
    LONGEST_TITLE,
    asks_who_did,
    choice,
    link_in,
    pair,
    parse_among,
    parse_day,
    parse_line,
    parse_past_day,
    parse_words,
    title_of,
    what_was_done,
)
from core.errors import InputError

NOW = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
"""Tuesday 24 November in Paris."""


@pytest.mark.parametrize(
    ("asked", "about"),
    [
        ("Qui a déjà fait du marketing territorial ?", "marketing territorial"),
        ("Quelqu’un a-t-il déjà monté un tiers-lieu ?", "tiers lieu"),
        ("QUI AURAIT DEJA MIS EN PLACE UNE NAVETTE", "navette"),
        ("Avez-vous un retour d’expérience sur la TVLH ?", "avez vous un tvlh"),
        ("Je cherche des retours d’expérience : navette", "je cherche des navette"),
        ("Nos élus ont changé : qui a déjà pu les réunir ?", "nos elus ont change pu les reunir"),
        ("D’autres territoires ont-ils déjà fait une OPAH ?", "autres opah"),
    ],
)
def test_a_question_asks_who_did_it_and_what(asked: str, about: str) -> None:
    assert asks_who_did(asked)
    assert what_was_done(asked) == about


@pytest.mark.parametrize(
    "asked",
    [
        "Notre commune était en ZRR. Les exonérations existent-elles encore ?",
        "Qui a fait la loi ?",
        "Je vous envoie notre retour d’expérience.",
        "Qui contacter à la DDT ?",
        "Merci !",
        "",
    ],
)
def test_other_questions_do_not(asked: str) -> None:
    assert not asks_who_did(asked)


def test_what_says_nothing_more_is_searched_whole() -> None:
    assert what_was_done("Qui a déjà fait ?") == "qui a deja fait"
    assert what_was_done("Un logement passerelle") == "un logement passerelle"


@given(some.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert asks_who_did(text) in (True, False)
    assert isinstance(what_was_done(text), str)
    assert len(title_of(text)) <= LONGEST_TITLE
    link = link_in(text)
    assert link == "" or link.startswith(("http://", "https://", "HTTP", "Http"))


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Voir https://pays.example/guide.pdf.", "https://pays.example/guide.pdf"),
        ("(http://pays.example/a?b=c&d#e)", "http://pays.example/a?b=c&d#e"),
        ("www.pays.example", "https://www.pays.example"),
        ("«\u00a0https://pays.example/x\u00a0»", "https://pays.example/x"),
        ("HTTPS://Pays.example", "HTTPS://Pays.example"),
        ("https://un puis https://deux.example", "https://deux.example"),
    ],
)
def test_a_web_address_is_found(text: str, link: str) -> None:
    assert link_in(text) == link


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "ftp://pays.example/a",
        "file:///etc/passwd",
        "https://user:secret@pays.example",
        "https://localhost/a",
        "https://[::1",
        "https://pays.example:port/",
        "pays.example",
        "https://pays.example/" + "a" * LONGEST_LINK,
        "",
    ],
)
def test_what_is_no_web_address_is_no_link(text: str) -> None:
    assert link_in(text) == ""


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n Une session d’accueil. Dix familles sont venues.", "Une session d’accueil"),
        ("Un guide ! À lire", "Un guide !"),
        ("", ""),
        ("mot " * 50, "mot " * 28 + "mot…"),
    ],
)
def test_a_title_is_the_first_sentence(text: str, title: str) -> None:
    assert title_of(text) == title


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("aujourd’hui", "2026-11-24"),
        ("Hier", "2026-11-23"),
        ("25/11/2025", "2025-11-25"),
        ("1/3", "2026-03-01"),
        ("25/12", "2025-12-25"),
        (" 01.02.2026 ", "2026-02-01"),
        ("2026-02-01", "2026-02-01"),
    ],
)
def test_a_day_is_read_as_people_write_it(said: str, day: str) -> None:
    assert parse_day(said, NOW) == day


@pytest.mark.parametrize(
    "said", ["", "31/02/2026", "2026-13-01", "bientôt", "1/1/1926", "²/11/2026"]
)
def test_what_is_no_day_is_refused(said: str) -> None:
    with pytest.raises(InputError, match="day_wanted"):
        parse_day(said, NOW)


def test_an_exchange_is_not_to_come() -> None:
    assert parse_past_day("24/11/2026", NOW) == "2026-11-24"
    with pytest.raises(InputError, match="day_to_come"):
        parse_past_day("25/11/2026", NOW)


def test_words_lines_and_buttons() -> None:
    assert parse_words("  Un tiers-lieu ") == "Un tiers-lieu"
    with pytest.raises(InputError, match="too_short"):
        parse_words("Bof")
    assert parse_line(" visite\n du  lieu ") == "visite du lieu"
    for line in ("  ", "a" * (LONGEST_LINE + 1)):
        with pytest.raises(InputError, match="line_wanted"):
            parse_line(line)
    assert parse_among("yes", ("yes", "no")) == "yes"
    with pytest.raises(InputError, match="button_wanted"):
        parse_among("peut-être", ("yes", "no"))


def test_what_buttons_carry_is_read_unless_forged() -> None:
    assert choice("theme-5") == ("theme", 5)
    assert pair("12-scope") == (12, "scope")
    for forged in ("", "theme", "theme-", "5-theme", "theme-x", "theme-1234567890", "theme-5 "):
        assert choice(forged) is None
    for forged in ("", "12", "12-", "scope-12", "12-Scope", "1234567890-scope"):
        assert pair(forged) is None

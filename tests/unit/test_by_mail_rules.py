"""Questions by mail: subjects, threads, files, acknowledgements, from values alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.by_mail import rules
from core.ledger.draft import Channel, Content
from core.mail.thread import MOST_REFERENCES, in_thread, message_ids, shortened

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CONTENT = Content(Channel.MAIL, b"From: a@b.example\r\n\r\nBonjour")


@given(st.text())
def test_a_header_is_one_visible_line(said: str) -> None:
    shown = rules.one_line(said, 200)
    assert shown.isprintable()
    assert len(shown) <= 200
    assert shown == shown.strip()


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Bail", "Re: Bail"),
        ("Re: Bail", "Re: Bail"),
        ("RE : TR: Fwd: Ré : Bail", "Re: Bail"),
        ("re[2]: Bail", "Re: Bail"),
        ("Référence : 12", "Re: Référence : 12"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_the_subject_of_an_answer(subject: str, answer: str) -> None:
    assert rules.answering(subject) == answer


def test_a_thread_ends_with_the_mail_taken_last() -> None:
    assert rules.thread([], [], "<1>") == ["<1>"]
    assert rules.thread(["<1>"], ["<1>", "<a>"], "<2>") == ["<1>", "<a>", "<2>"]
    assert rules.thread(["<1>", "<2>"], [], "<1>") == ["<2>", "<1>"]


def test_a_thread_keeps_its_first_mail_and_its_last() -> None:
    before = [f"<{number}>" for number in range(200)]
    kept = rules.thread(before, [], "<last>")
    assert len(kept) == rules.MOST_KEPT
    assert (kept[0], kept[-1]) == ("<0>", "<last>")


@pytest.mark.parametrize(
    ("subject", "text", "answers", "files", "nothing"),
    [
        ("La lettre n° 12", "Merci pour la lettre", True, False, False),
        ("La lettre n° 12", "Merci beaucoup !", True, False, True),
        ("Merci", "Bonne journée", False, False, True),
        ("Bail commercial", "Bonjour", False, False, False),
        ("Merci", "Merci", True, True, False),
        ("", "", False, False, True),
    ],
)
def test_what_asks_nothing(
    subject: str, text: str, answers: bool, files: bool, nothing: bool
) -> None:
    assert rules.asks_nothing(subject, text, answers=answers, files=files) is nothing


def test_an_address_is_acknowledged_once_a_day() -> None:
    assert rules.may_acknowledge(None, NOW)
    assert not rules.may_acknowledge(NOW - timedelta(hours=23), NOW)
    assert rules.may_acknowledge(NOW - timedelta(hours=24), NOW)


def test_files_go_as_long_as_there_is_room() -> None:
    half = rules.MOST_BYTES // 2 + 1
    assert rules.fitting([half, half, 10]) == (True, False, True)
    assert rules.fitting([]) == ()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("application/pdf", "application/pdf"),
        ("", "application/octet-stream"),
        ("message/rfc822", "application/octet-stream"),
        ("multipart/mixed", "application/octet-stream"),
        ("a/b\r\nX: 1", "application/octet-stream"),
    ],
)
def test_the_type_of_a_file(said: str, kept: str) -> None:
    assert rules.media_type(said) == kept


def test_a_link_that_formatting_hid_stands_after_its_words() -> None:
    link = {"type": "text_link", "offset": 9, "length": 3, "url": "https://a.example"}
    bold = {"type": "bold", "offset": 0, "length": 4}
    assert rules.spelled_out("Voyez 😀 ici.", [bold, link]) == "Voyez 😀 ici (https://a.example)."
    assert rules.spelled_out("Rien", []) == "Rien"
    assert rules.spelled_out("Rien", [{"type": "text_link", "offset": 0, "length": 2}]) == "Rien"


def test_the_paragraphs_of_an_answer() -> None:
    assert rules.paragraphs("Un\ndeux  \n \n\n trois\n") == [["Un", "deux"], ["trois"]]
    assert rules.paragraphs(" \n ") == []


def test_the_names_in_what_somebody_calls_themselves() -> None:
    assert rules.names_in("Claire de La Tour") == ("Claire", "de La Tour")
    assert rules.names_in("Claire") == ("Claire", "")


def test_a_mail_follows_what_it_answers() -> None:
    sent = in_thread(CONTENT, ["<1@a>", "<2@a>"])
    assert sent.body == (b"In-Reply-To: <2@a>\r\nReferences: <1@a>\r\n <2@a>\r\n" + CONTENT.body)
    assert in_thread(CONTENT, []) == CONTENT
    assert in_thread(CONTENT, [], "auto-replied").body.startswith(b"Auto-Submitted: auto-replied\r")


def test_what_is_no_message_id_adds_no_header() -> None:
    hostile = ["<a@b>\r\nBcc: x@y", "<a b>", "rien", "<é@a>", "<<a@b>>", "<" + "a" * 300 + ">"]
    assert message_ids([*hostile, "<ok@a>", "<ok@a>"]) == ("<ok@a>",)
    assert in_thread(CONTENT, hostile) == CONTENT


@given(st.lists(st.integers(0, 200).map(lambda number: f"<{number}@a>"), unique=True))
def test_the_first_and_the_latest_of_a_thread_are_kept(references: list[str]) -> None:
    kept = shortened(references)
    assert len(kept) == min(len(references), MOST_REFERENCES)
    assert kept[:1] == tuple(references[:1])
    assert kept[-1:] == tuple(references[-1:])


def test_the_words_by_which_a_writer_may_sign() -> None:
    assert rules.names_alone("FERRAND Lucie", "contact@x.example") == ["FERRAND", "Lucie"]
    assert rules.names_alone("", "lucie.le-goff@x.example") == ["lucie", "goff"]
    assert rules.names_alone("", "accueil@x.example") == []

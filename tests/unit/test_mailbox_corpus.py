"""Every mail of the corpus is taken for what it is; those of people give their own words."""

from pathlib import Path

import pytest

from digest.mailbox.decide import Kind, Severity, Us, failures, kind_of, leaving
from digest.mailbox.parsing import parse

CORPUS = Path(__file__).resolve().parent.parent / "mailbox_corpus"
MAILS = sorted(CORPUS.glob("*/*.eml"))
US = Us(
    frozenset({"lettre@territoires.example"}),
    "lettre.territoires.example",
    "desabonnement@territoires.example",
)
OURS = "<0123456789abcdef0123456789abcdef01234567@territoires.example>"
AGNES = "agnes.morel@mairie-ambrelle.example"


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def test_the_corpus_is_large_enough() -> None:
    assert len(MAILS) >= 60
    assert {path.parent.name for path in MAILS} >= {"complaint", "challenge", "left", "delayed"}


@pytest.mark.parametrize("path", MAILS, ids=named)
def test_each_is_taken_for_what_it_is(path: Path) -> None:
    wanted = path.parent.name.removesuffix("_hard").removesuffix("_soft")
    assert kind_of(parse(path.read_bytes()), US) == Kind(wanted)


@pytest.mark.parametrize("path", [p for p in MAILS if "bounce" in p.parent.name], ids=named)
def test_each_bounce_names_its_recipient_how_bad_it_is_and_our_mail(path: Path) -> None:
    mail = parse(path.read_bytes())
    severity = Severity(path.parent.name.removeprefix("bounce_"))
    assert [(AGNES in f.recipients, f.severity) for f in failures(mail)] == [(True, severity)]
    assert OURS in mail.originals


@pytest.mark.parametrize("path", [p for p in MAILS if "complaint" in p.parent.name], ids=named)
def test_each_complaint_is_about_our_mail(path: Path) -> None:
    assert OURS in parse(path.read_bytes()).originals


@pytest.mark.parametrize("path", [p for p in MAILS if p.parent.name == "human"], ids=named)
def test_people_are_given_their_own_words(path: Path) -> None:
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").strip()
    assert parse(path.read_bytes()).text == expected


@pytest.mark.parametrize(
    ("name", "new", "moved"),
    [
        ("fr_successor", "hugo.lantier@mairie-ambrelle.example", False),
        ("fr_third_person", "accueil@mairie-ambrelle.example", False),
        ("fr_mailbox_closed", "urbanisme@mairie-ambrelle.example", False),
        ("fr_retired_no_address", None, False),
        ("fr_by_hand", "hugo.lantier@mairie-ambrelle.example", False),
        ("fr_new_address", "agnes.morel@cc-ambrelle.example", True),
        ("fr_domain_changed", "agnes.morel@cc-ambrelle.example", True),
        ("en_left", "hugo.lantier@mairie-ambrelle.example", False),
        ("en_no_longer", "info@mairie-ambrelle.example", False),
    ],
)
def test_who_leaves_says_whom_to_write_to(name: str, new: str | None, moved: bool) -> None:
    mail = parse((CORPUS / "left" / f"{name}.eml").read_bytes())
    told = leaving(mail, US)
    assert (told.old, told.new, told.moved) == (AGNES, new, moved)


def test_a_file_comes_with_its_name_and_bytes() -> None:
    mail = parse((CORPUS / "human" / "attachment.eml").read_bytes())
    (file,) = mail.files
    assert (file.name, file.media_type) == ("délibération.pdf", "application/pdf")
    assert file.data == b"%PDF-1.4 made up"


def test_the_thread_of_an_answer_is_known() -> None:
    mail = parse((CORPUS / "human" / "question_gmail.eml").read_bytes())
    assert mail.references == (OURS,)
    assert mail.sender_name == "Paul Estève"

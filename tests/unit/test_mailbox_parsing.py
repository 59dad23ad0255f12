"""Taking mails apart: whatever strangers send, nothing raises and nothing takes long."""

import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.mailbox.decide import Kind, Us, failures, kind_of, leaving
from digest.mailbox.own_words import own_words
from digest.mailbox.parsing import head_of, parse
from tests.mailbox import CORPUS, corpus

US = Us(frozenset({"lettre@territoires.example"}), "lettre.territoires.example")


def everything(data: bytes) -> Kind:
    mail = parse(data)
    failures(mail)
    leaving(mail, US)
    head_of(data)
    return kind_of(mail, US)


@given(st.binary(max_size=2_000))
@example(b"")
@example(
    b"From:\xff\xfe <@@>\nDate: Mon, 99 Foo 99999999999\nContent-Type: text/plain; charset=\xff\n\n"
)
@example(b"Subject: =?utf-8?b?!!!?=\n\n")
@example(b"Content-Type: multipart/report; report-type*0*=x''%ff\n\n")
def test_random_bytes_raise_nothing(data: bytes) -> None:
    everything(data)


@given(st.sampled_from(sorted(CORPUS.glob("*/*.eml"))), st.data())
def test_a_mail_that_is_mangled_raises_nothing(path: object, data: st.DataObject) -> None:
    raw = bytearray(path.read_bytes())  # type: ignore[attr-defined]
    for _ in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, len(raw)))
        raw[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    everything(bytes(raw))


@given(
    st.lists(
        st.sampled_from(
            [
                "> a",
                "b",
                "",
                "-- ",
                "De : x",
                "Envoyé : y",
                "À : z",
                "____________",
                "Le 3 mai 2026 à 9:00, X a écrit :",
                "Envoyé de mon iPhone",
                "On Monday X wrote:",
            ]
        ),
        max_size=20,
    )
)
def test_own_words_are_among_what_was_written(lines: list[str]) -> None:
    said = own_words("\n".join(lines))
    written = {"", *(line.rstrip() for line in lines)}
    assert all(line in written for line in said.split("\n"))
    assert not any(line.startswith(">") for line in said.split("\n"))


def nested(depth: int) -> bytes:
    head = b"From: a@x.example\r\nSubject: bomb\r\n"
    body = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i)
        for i in range(depth)
    )
    return head + body + b"Content-Type: text/plain\r\n\r\nx\r\n"


@pytest.mark.parametrize("depth", [41, 1_000, 20_000])
def test_parts_within_parts_without_end_are_not_followed(depth: int) -> None:
    mail = parse(nested(depth))
    assert (mail.broken, mail.subject) == (True, "bomb")
    assert kind_of(mail, US) is Kind.BROKEN


def test_parts_without_number_are_not_followed() -> None:
    parts = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 5_000
    data = b'From: a@x.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + parts
    assert parse(data).broken


def test_a_mail_within_a_mail_is_not_taken_for_its_words() -> None:
    outer = EmailMessage(email.policy.SMTP)
    outer["From"], outer["Subject"] = "a@x.example", "Regardez ce message"
    outer.set_content("Que faut-il en penser ?")
    inner = EmailMessage()
    inner.set_content("désabonnez-moi")
    outer.add_attachment(inner)
    mail = parse(outer.as_bytes())
    assert mail.text == "Que faut-il en penser ?"
    assert kind_of(mail, US) is Kind.HUMAN


LONG = {
    "header": b"Subject: " + b"=?utf-8?q?a?= " * 200_000 + b"\r\n\r\nx",
    "addresses": b"From: " + b"(" * 500_000 + b"\r\n\r\nx",
    "references": b"References: " + b"<a@b> " * 300_000 + b"\r\n\r\nx",
    "line": b"From: a@x.example\r\n\r\n" + b"desabonner " * 1_000_000,
    "quotations": b"From: a@x.example\r\n\r\n" + b"Le 3 a \xc3\xa9crit :\n> x\ny\n" * 50_000,
    "signatures": b"From: a@x.example\r\n\r\n" + b"Envoy\xc3\xa9 de mon iPhone\n" * 50_000,
    "html": b"From: a@x.example\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 200_000,
    "tables": b"From: a@x.example\r\nContent-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 20_000,
    "daemon": b"From: mailer-daemon@x.example\r\nSubject: failure notice\r\n\r\n"
    + b"<a@b.c> " * 6_000,
    "domains": b"From: mailer-daemon@x.example\r\n\r\n" + b"a" * 50_000 + b"@" + b"a." * 5_000,
    "big": b"From: a@x.example\r\nContent-Type: application/pdf\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A" * 76 + (b"\r\n" + b"A" * 76) * 200_000,
}


@pytest.mark.parametrize("name", LONG)
def test_what_is_long_ends(name: str) -> None:
    everything(LONG[name])


def test_a_file_above_what_is_relayed_is_left_out() -> None:
    mail = parse(LONG["big"] * 2)
    assert all(len(file.data) <= 20_000_000 for file in mail.files)


def test_a_picture_of_a_signature_is_no_file() -> None:
    data = (
        b'From: a@x.example\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nBonjour ?\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\n\r\nPNG\r\n--b--\r\n"
    )
    assert parse(data).files == ()


def test_the_name_of_a_file_leads_nowhere() -> None:
    name = b"=?utf-8?q?d=C3=A9lib=C3=A9ration.pdf?="
    data = corpus("human/attachment").replace(name, b"../../etc/passwd")
    (file,) = parse(data).files
    assert file.name == ".._.._etc_passwd"


def test_a_sender_that_is_no_address_is_nobody() -> None:
    assert parse(b"From: not an address\r\n\r\nBonjour").sender == ""


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "raw-unicode-escape", "idna"])
def test_a_charset_that_is_none_is_not_followed(charset: str) -> None:
    head = f"From: a@x.example\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
    said = parse(head.encode() + b"\\ud800 " + b"a-" * 100_000).text
    assert said.startswith("\\ud800 a-a-")
    assert said.encode()


def test_what_gmail_attaches_is_a_file_though_it_has_a_content_id() -> None:
    data = (
        b'From: a@x.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nVoici la d\xc3\xa9lib\xc3\xa9ration.\r\n"
        b'--b\r\nContent-Type: application/pdf; name="d.pdf"\r\n'
        b'Content-Disposition: attachment; filename="d.pdf"\r\n'
        b"Content-ID: <f_lx1>\r\nX-Attachment-Id: f_lx1\r\n\r\nPDF\r\n"
        b'--b\r\nContent-Type: image/png; name="plan.png"\r\n'
        b'Content-Disposition: attachment; filename="plan.png"\r\n'
        b"Content-ID: <f_lx2>\r\n\r\nPNG\r\n"
        b'--b\r\nContent-Type: application/pdf; name="e.pdf"\r\n'
        b"Content-ID: <f_lx3>\r\n\r\nPDF\r\n--b--\r\n"
    )
    assert [file.name for file in parse(data).files] == ["d.pdf", "plan.png", "e.pdf"]

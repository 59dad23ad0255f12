"""A mail built once, then filled for each recipient."""

import hashlib
from datetime import timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import InputError
from core.ledger.draft import Channel, MailAddress
from core.mail.compose import Attachment, CalendarPart, compose, placeholder
from core.mail.fill import envelope_values, fill, message_id
from core.reference import Party
from core.render import MailText
from core.settings import MailSettings
from tests.conftest import MORNING
from tests.mails import make_parcel

SETTINGS = MailSettings(
    sender="lettre@territoires.example", sender_name="Réseau des territoires accueillants"
)
SECRET = "a secret for tests"
OWN = {
    "To": "zoe@orsanne.example",
    "Date": "Mon, 23 Nov 2026 08:00:00 +0000",
    "Message-ID": "<1@territoires.example>",
}
LINK = "https://relais.example/desabonnement/" + "a" * 300
NAME = placeholder("name")
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="⸨⸩")
ANY_TEXT = st.text(CHARACTERS, max_size=200)
PIECES = st.lists(ANY_TEXT, min_size=1, max_size=6)


def plain(text: str) -> MailText:
    return MailText("Lettre n° 12", "<p>Bonjour</p>", text)


def parse(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def content_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n")


def normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(PIECES, ANY_TEXT)
@example(["", ""], "")
@example(["a" * 76, "b" * 76], "c" * 76)
@example(["ligne \n", "\n."], " \n.\n ")
@example(["=\n=", "=3D"], "=\r\n=?utf-8?q?=")
def test_any_value_in_any_text_comes_back(pieces: list[str], value: str) -> None:
    template = NAME.join(pieces)
    html = "<p>" + template.replace("<", " ").replace("&", " ") + "</p>"
    body = compose(SETTINGS, MailText("Lettre", html, template)).body
    filled = fill(body, {**OWN, "name": value})
    assert all(len(line) <= 998 for line in filled.split(b"\r\n"))
    assert b"\n" not in filled.replace(b"\r\n", b"")
    mail = parse(filled)
    assert content_of(mail, "plain") == normal(normal(value).join(normal(p) for p in pieces))
    escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = escaped.replace('"', "&quot;").replace("'", "&#x27;")
    assert content_of(mail, "html") == normal(html.replace(NAME, normal(escaped)))


def test_a_mail_carries_its_headers() -> None:
    mail = parse(fill(compose(SETTINGS, plain("Bonjour\n")).body, OWN))
    assert mail.items() == [
        ("From", "Réseau des territoires accueillants <lettre@territoires.example>"),
        ("To", "zoe@orsanne.example"),
        ("Subject", "Lettre n° 12"),
        ("Date", "Mon, 23 Nov 2026 08:00:00 +0000"),
        ("Message-ID", "<1@territoires.example>"),
        ("MIME-Version", "1.0"),
        ("Content-Type", mail["Content-Type"]),
    ]
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]


def test_an_answer_address_and_an_automatic_origin_are_told() -> None:
    settings = SETTINGS.model_copy(update={"reply_to": "permanence@territoires.example"})
    mail = parse(fill(compose(settings, plain("x"), auto_submitted=True).body, OWN))
    assert mail["Reply-To"] == "permanence@territoires.example"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_one_click_unsubscription_reaches_the_wire_untouched() -> None:
    body = compose(SETTINGS, plain("x"), list_unsubscribe=True).body
    filled = fill(body, {**OWN, "unsubscribe_url": LINK})
    lines = filled.split(b"\r\n")
    assert f"List-Unsubscribe: <{LINK}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert b"List-Id: <lettre.example.org>" in lines


def test_unsubscription_by_mail_is_offered_when_somebody_reads_it() -> None:
    settings = SETTINGS.model_copy(update={"unsubscribe_email": "stop@territoires.example"})
    body = compose(settings, plain("x"), list_unsubscribe=True).body
    mail = parse(fill(body, {**OWN, "unsubscribe_url": LINK}))
    assert (
        mail["List-Unsubscribe"]
        == f"<{LINK}>, <mailto:stop@territoires.example?subject=unsubscribe>"
    )


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "https://relais.example/é",
        "https://relais.example/ x",
        "https://relais.example/>x",
        "https://relais.example/\r\nBcc: everyone@example.org",
        "https://relais.example/" + "a" * 1000,
    ],
)
def test_a_link_that_would_break_its_header_is_refused(link: str) -> None:
    body = compose(SETTINGS, plain("x"), list_unsubscribe=True).body
    with pytest.raises(InputError):
        fill(body, {**OWN, "unsubscribe_url": link})


@pytest.mark.parametrize("value", ["a\r\nBcc: x@example.org", "a\nb", "é", "a\0", ""])
def test_a_header_takes_nothing_unencoded(value: str) -> None:
    with pytest.raises(InputError):
        fill(compose(SETTINGS, plain("x")).body, {**OWN, "To": value})


def test_a_missing_value_is_named() -> None:
    body = compose(SETTINGS, plain(f"Bonjour {NAME}")).body
    with pytest.raises(InputError, match="no value for 'name'"):
        fill(body, OWN)


def test_a_value_that_nothing_asks_for_is_ignored() -> None:
    body = compose(SETTINGS, plain("Bonjour")).body
    assert fill(body, {**OWN, "name": "Zoé"}) == fill(body, OWN)


def test_what_only_looks_like_a_placeholder_is_somebodys_text() -> None:
    text = f"{placeholder('oups')} {NAME}"
    body = compose(SETTINGS, plain(text), names={"name"}).body
    mail = parse(fill(body, {**OWN, "name": "Zoé"}))
    assert content_of(mail, "plain") == f"{placeholder('oups')} Zoé"


def test_nobodys_text_is_given_what_is_a_recipients_own() -> None:
    stolen = "https://elsewhere.example/?stolen=⸨name⸩"
    mail = parse(fill(compose(SETTINGS, plain(f"{stolen} {NAME}")).body, {**OWN, "name": "Zoé"}))
    assert content_of(mail, "plain") == f"{stolen} Zoé"


def test_a_value_is_not_searched_for_placeholders() -> None:
    body = compose(SETTINGS, plain(NAME)).body
    mail = parse(fill(body, {**OWN, "name": placeholder("name")}))
    assert content_of(mail, "plain") == NAME


def test_the_same_mail_has_the_same_identity() -> None:
    assert compose(SETTINGS, plain("x")).hash == compose(SETTINGS, plain("x")).hash
    assert compose(SETTINGS, plain("x")).hash != compose(SETTINGS, plain("y")).hash
    assert compose(SETTINGS, plain("x")).channel is Channel.MAIL


def test_a_file_goes_with_its_name_and_type() -> None:
    invitation = Attachment(
        "réunion.ics", b"BEGIN:VCALENDAR\r\n", "text/calendar", {"method": "REQUEST"}
    )
    mail = parse(fill(compose(SETTINGS, plain("x"), attachments=[invitation]).body, OWN))
    assert mail.get_content_type() == "multipart/mixed"
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "réunion.ics"
    assert attached.get_content_type() == "text/calendar"
    assert attached["Content-Type"].params["method"] == "REQUEST"
    assert attached.get_payload(decode=True) == b"BEGIN:VCALENDAR\r\n"
    assert content_of(mail, "plain") == "x"


def test_a_files_name_cannot_add_a_header() -> None:
    with pytest.raises(InputError):
        compose(SETTINGS, plain("x"), attachments=[Attachment("a\r\nBcc: x", b"")])


def test_a_subject_cannot_add_a_header() -> None:
    with pytest.raises(InputError):
        compose(SETTINGS, MailText("Lettre\r\nBcc: x@example.org", "", ""))


def test_a_subject_takes_no_placeholder() -> None:
    with pytest.raises(ValueError, match="no placeholder"):
        compose(SETTINGS, MailText(f"Bonjour {NAME}", "", ""))


@pytest.mark.parametrize("name", ["", "Name", "a b", "é", "1a", "To"])
def test_a_placeholder_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        placeholder(name)


def test_a_message_id_follows_what_makes_the_delivery_unique() -> None:
    own = "lettre@territoires.example", SECRET
    identity = message_id(make_parcel(), *own)
    assert identity.endswith("@territoires.example>")
    again = make_parcel(id=9, attempt=3, resent=True)
    assert identity == message_id(again, "x@territoires.example", SECRET)
    others = [
        make_parcel(kind="reminder"),
        make_parcel(slot="edition:13"),
        make_parcel(recipient=Party("subscriber", "6")),
    ]
    identities = {message_id(other, *own) for other in others}
    assert len(identities | {identity}) == 4


def test_nobody_computes_a_message_id_without_the_secret() -> None:
    """Whoever could would forge bounces and complaints about anybody's mail."""
    sender = "lettre@territoires.example"
    assert message_id(make_parcel(), sender, SECRET) != message_id(make_parcel(), sender, "")
    parcel = make_parcel()
    whole = f"{parcel.kind}\0{parcel.slot}\0{parcel.recipient}"
    guessed = hashlib.sha256(whole.encode()).hexdigest()[:40]
    assert message_id(parcel, sender, SECRET) != f"<{guessed}@territoires.example>"


def test_each_recipient_has_headers_of_their_own() -> None:
    recipient = MailAddress("zoe@orsanne.example", "Zoé, maire")
    values = envelope_values(
        make_parcel(), recipient, "lettre@territoires.example", SECRET, MORNING
    )
    mail = parse(fill(compose(SETTINGS, plain("x")).body, values))
    assert mail["To"].addresses[0].display_name == "Zoé, maire"
    assert mail["To"].addresses[0].addr_spec == "zoe@orsanne.example"
    assert mail["Date"].datetime == MORNING


CALENDAR = CalendarPart(
    "REQUEST",
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Été = 2027\r\n"
    f"DTSTAMP:{placeholder('stamp')}\r\nATTENDEE:\r\n {placeholder('attendee')}\r\n"
    "END:VCALENDAR\r\n",
)


def test_a_calendar_is_a_third_way_to_read_a_mail() -> None:
    body = compose(SETTINGS, plain("x"), calendar=CALENDAR).body
    own = {**OWN, "attendee": "zoe@orsanne.example", "stamp": "20261123T080000Z"}
    mail = parse(fill(body, own))
    assert mail.get_content_type() == "multipart/alternative"
    *ways, last = mail.iter_parts()
    assert [part.get_content_type() for part in ways] == ["text/plain", "text/html"]
    assert last.get_content_type() == "text/calendar"
    assert dict(last["Content-Type"].params) == {"method": "REQUEST", "charset": "utf-8"}
    payload = last.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode() == (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Été = 2027\r\n"
        "DTSTAMP:20261123T080000Z\r\nATTENDEE:\r\n mailto:zoe@orsanne.example\r\n"
        "END:VCALENDAR\r\n"
    )


@pytest.mark.parametrize(
    ("email", "written"),
    [
        ("a+b'c@x.example", b"mailto:a+b'c@x.example"),
        ("a?b=1&c#d%e@x.example", b"mailto:a%3Fb%3D1%26c%23d%25e@x.example"),
        ("zoé@".replace("é", "e") + "éxemple.fr", b"mailto:zoe@xn--xemple-9ua.fr"),
    ],
)
def test_an_attendee_is_written_as_an_address_of_the_web(email: str, written: bytes) -> None:
    body = compose(SETTINGS, plain("x"), calendar=CALENDAR).body
    mail = parse(fill(body, {**OWN, "attendee": email, "stamp": "x"}))
    *_, last = mail.iter_parts()
    payload = last.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert written in payload


@pytest.mark.parametrize("email", ["a b@x.example", "a@x.example\r\nATTENDEE:mailto:b@x", ""])
def test_an_attendee_cannot_add_a_line(email: str) -> None:
    body = compose(SETTINGS, plain("x"), calendar=CALENDAR).body
    with pytest.raises(InputError):
        fill(body, {**OWN, "attendee": email, "stamp": "x"})


def test_the_gateway_gives_what_a_calendar_needs_of_each_recipient() -> None:
    now = MORNING.astimezone(timezone(timedelta(hours=1)))
    given = envelope_values(make_parcel(), MailAddress("z@x.example"), "r@x.example", SECRET, now)
    assert given["attendee"] == "z@x.example"
    assert given["stamp"] == f"{MORNING:%Y%m%dT%H%M%SZ}"

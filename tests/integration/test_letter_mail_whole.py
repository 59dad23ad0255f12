"""The mail of an edition as it leaves: its bytes, its headers, its parts, its words."""

import itertools
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from lxml import html as parser

from core.clock import FixedClock
from core.db import Database
from core.mail.fill import fill
from core.parts import Parts
from digest.letter import names, rendering
from digest.letter.decide import Contents, Item
from tests import rich_letter

GMAIL_CUTS = 102_000


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/unused.sqlite3")
    return rich_letter.rich_parts(database, FixedClock(rich_letter.PRINTED), tmp_path)


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def tree(parts: Parts) -> Any:
    return parser.document_fromstring(re.sub(r"(?s)<!--.*?-->", "", rich_letter.html(parts)))


def leaves(mail: EmailMessage) -> Iterator[EmailMessage]:
    for part in mail.walk():
        if not part.is_multipart():
            assert isinstance(part, EmailMessage)
            yield part


def test_every_header_stands_on_the_wire_as_the_norms_ask(parts: Parts) -> None:
    head, _, _ = rich_letter.mail(parts).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    sender = b"=?utf-8?q?R=C3=A9seau_des_territoires_accueillants?= <lettre@relais.test>"
    assert lines[0] == b"From: " + sender
    assert b"Reply-To: contact@relais.test" in lines
    assert b"List-Id: =?utf-8?q?La_lettre_de_l=E2=80=99accueil?= <lettre.example.org>" in lines
    assert b"List-Unsubscribe: <https://relais.test/desabonnement/" + b"a" * 120 + b">," in lines
    assert b" <mailto:stop@relais.test?subject=unsubscribe>" in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert b"List-Help: <https://relais.test/abonnement>" in lines
    assert b"List-Archive: <https://relais.test/lettres>" in lines
    (feedback,) = [line for line in lines if line.startswith(b"Feedback-ID: ")]
    assert re.fullmatch(rb"Feedback-ID: lettre-12:letter:[0-9a-f]{5,15}", feedback)
    assert b"Auto-Submitted" not in head, "somebody approved it"
    assert head.isascii()


def test_every_line_suits_every_server(parts: Parts) -> None:
    raw = rich_letter.mail(parts, 24)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    assert all(len(line) <= 78 for line in body.split(b"\r\n"))
    for part in leaves(read(raw)):
        assert part["Content-Transfer-Encoding"] in {"quoted-printable", "base64"}


def test_a_long_subject_and_accents_are_folded_and_come_back(parts: Parts) -> None:
    title = "La lettre d’information de l’accueil, de l’installation et de l’habitat en montagne"
    contents = Contents(title * 2, "", rich_letter.contents().items)
    body = rendering.mail(parts, 12, contents, rich_letter.PRINTED).body
    (subject,) = re.findall(rb"(?m)^Subject: .*\r\n(?:[ ].*\r\n)+", body)
    assert all(len(line) <= 76 for line in subject.split(b"\r\n"))
    own = {"To": "a@b.fr", "Date": "Tue, 24 Nov 2026 08:00:00 +0000", "Message-ID": "<1@b.fr>"}
    links = dict.fromkeys(rendering.OWN_LINKS, "https://relais.test/x")
    assert read(fill(body, {**own, **links}))["Subject"] == f"{title * 2} n°\u00a012"


def test_pictures_travel_inside_beside_the_html_that_shows_them(parts: Parts) -> None:
    mail = read(rich_letter.mail(parts))
    plain, related = mail.iter_parts()
    assert mail.get_content_type() == "multipart/alternative"
    assert plain.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    html, *pictures = related.iter_parts()
    shown = re.findall(r'src="cid:([^"]+)"', html.get_content())
    assert [part["Content-ID"].strip("<>") for part in pictures] == shown
    assert len(shown) == 3, "the opening picture, the emblem, the region’s logo"
    assert pictures[0].get_content() == rich_letter.picture().data


def test_without_a_picture_nothing_stands_for_it(parts: Parts) -> None:
    content = rendering.mail(parts, 12, rich_letter.contents(), rich_letter.PRINTED)
    assert b"@letter" not in content.body


def test_readers_of_screens_find_their_way(parts: Parts) -> None:
    page = tree(parts)
    assert page.get("lang") == "fr"
    levels = [int(tag.tag[1]) for tag in page.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(image.get("alt") for image in page.iter("img"))
    assert all(table.get("role") == "presentation" for table in page.iter("table"))
    assert all(link.text_content().strip() for link in page.iter("a"))


def test_the_preheader_is_the_first_titles_and_nothing_of_the_body(parts: Parts) -> None:
    hidden = tree(parts).body[0]
    assert "display:none" in hidden.get("style")
    words = hidden.text_content()
    assert words.startswith("Taxe sur la vacance des locaux d’habitation\u00a0: ce qui change")
    assert words.rstrip("\u034f\u200c\u00a0") != words
    assert len(words) > 200


def test_each_item_says_what_is_known_of_it_in_both_parts(parts: Parts) -> None:
    mail = read(rich_letter.mail(parts))
    html = re.sub(r"[ \n]+", " ", tree(parts).text_content())
    for said in (html, text_of(mail).replace("\n", " ")):
        assert "Source\u00a0: Journal officiel" in said
        assert "Notre lecture\u00a0: À inscrire dès maintenant à l’ordre du jour" in said
        assert "loi n°\u00a02026-103 du 19 février 2026, art. 108" in said
        assert "Date limite\u00a0: vendredi 15 janvier 2027" in said
        assert "Mardi 12 janvier 2027 à 9\u00a0h\u00a030, Clermont-Ferrand" in said
        assert "l’offre d’accueil" in said
        assert "Cofinancé par l’Union européenne" in said
    links = {unescape(link.get("href")) for link in tree(parts).iter("a")}
    assert links >= {
        "https://relais.test/lettres/12",
        "https://relais.test/lettres/12/a-transmettre/watch-story-1",
        "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000000000001?a=1&b=2",
        "https://relais.test/veille/interet/abc",
        "https://relais.test/desabonnement/" + "a" * 120,
        "https://relais.test/abonnement/choix/" + "b" * 120,
        "https://relais.test/abonnement",
    }
    assert links - {"mailto:contact@relais.test"} <= set(re.findall(r"http\S+", text_of(mail)))


def test_a_normal_edition_is_shown_whole_by_gmail(parts: Parts) -> None:
    assert len(rich_letter.html(parts, 24).encode()) < GMAIL_CUTS / 2


def test_what_people_write_is_text(parts: Parts) -> None:
    wild = '<b>"gras" & \\ {{ 7*7 }}</b> [lien](x) \u202e'
    item = Item(
        "letter:free:1", rich_letter.ITEMS[0].section, wild, summary=wild, note=wild,
        url="javascript:alert(1)", references=((wild, "data:text/html,x"),),
    )  # fmt: skip
    contents = Contents(wild, wild, (item,))
    article = rendering.article(parts, 12, contents, rich_letter.PRINTED)
    assert "<b>" not in article
    assert "javascript:" not in article
    assert "data:text" not in article
    body = rendering.mail(parts, 12, contents, rich_letter.PRINTED).body
    assert b"javascript:" not in body
    assert b"<b>" not in body.replace(b"=\r\n", b"").partition(b"text/html")[2]


def test_what_is_passed_on_is_plain_and_says_where_it_comes_from(parts: Parts) -> None:
    contents = rich_letter.contents()
    item = rendering.item_of(contents, "watch-story-1")
    assert item is not None
    text = rendering.forwardable(parts, 12, contents, item, rich_letter.PRINTED)
    assert text.startswith("Taxe sur la vacance des locaux d’habitation\u00a0: ce qui change")
    assert "Ce qu’en dit le réseau\u00a0: À inscrire" in text
    assert "Extrait de «\u00a0La lettre de l’accueil\u00a0» n°\u00a012 du 24 novembre 2026" in text
    assert text.endswith("https://relais.test/lettres/12\nCofinancé par l’Union européenne\n")
    assert names.forward_url(parts, 12, item.reference).endswith("/12/a-transmettre/watch-story-1")
    assert rendering.item_of(contents, "autre") is None


def test_the_page_keeps_the_notice_of_the_day_of_its_approval(parts: Parts) -> None:
    article = rendering.article(parts, 12, rich_letter.contents(), rich_letter.PRINTED)
    assert "Cofinancé par l’Union européenne" in article
    assert 'src="data:image/png;base64,' in article
    assert 'id="watch-story-1"' in article


def test_what_is_made_later_shows_the_notice_of_the_day_of_the_approval(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/unused.sqlite3")
    later = FixedClock(rich_letter.PRINTED.replace(year=2031))
    parts = rich_letter.rich_parts(database, later, tmp_path)
    contents = rich_letter.contents()
    article = rendering.article(parts, 12, contents, rich_letter.PRINTED)
    passed_on = rendering.forwardable(parts, 12, contents, contents.items[0], rich_letter.PRINTED)
    for said in (rich_letter.html(parts), article, passed_on):
        assert "Cofinancé par l’Union européenne" in said
    assert "Union" not in parts.renderer.page("web/problem.html", {"status": 404})

"""What a hostile source or a slip of the keyboard must not make of a letter."""

import random
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import FixedClock
from core.db import Database
from core.mail.fill import fill
from core.parts import Parts
from core.render import Renderer
from core.sections import Section
from core.settings import Settings
from core.text import visible
from core.tokens import Tokens
from digest.letter import rendering
from digest.letter.decide import Contents, Item
from tests.conftest import MORNING
from tests.parts import COMMON

OWN = {
    "To": "zoe@orsanne.example",
    "Date": "Mon, 23 Nov 2026 08:00:00 +0000",
    "Message-ID": "<1@territoires.example>",
    "unsubscribe_url": "https://relais.test/desabonnement/x",
    "preferences_url": "https://relais.test/choix/x",
}
WORDS = (
    "</mj-text><mj-raw><script>alert(1)</script></mj-raw>",
    "&lt;script&gt;alert(2)&lt;/script&gt;",
    '"><img src=x onerror=alert(1)>',
    '<mj-include path="/etc/passwd" />',
    "{{ 7 * 7 }}{% raw %}",
    "<![CDATA[x]]>--><!--",
    "a\x00b\x07c\x0bd",
    "\x00url:unsubscribe_url\x00",
    "facture\u202egnp.exe",
    "moitié \ud83d de caractère",
    "ligne\r\nBcc: intrus@mal.example\r\n\r\ncorps",
    "W" * 20_000,
    "\r\n.\r\n",
)
LINKS = (
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "cid:emblem",
    'https://mal.example/"><script>alert(1)</script>',
    "https://mal.example/\x00\u202e",
)


class Followed(HTMLParser):
    """Collects what a page would run, load or follow."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.handlers: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers |= {name for name, _ in attrs if name.startswith("on")}
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}


def readable(text: str) -> bool:
    return visible(text) == text.replace("\r\n", "\n")


def make_parts() -> Parts:
    clock = FixedClock(MORNING)
    return Parts(
        settings=Settings(),
        database=Database("sqlite+aiosqlite://"),
        clock=clock,
        renderer=Renderer(COMMON),
        tokens=Tokens("a secret for tests", clock),
        random=random.Random(1),  # noqa: S311  # for tests
    )


def hostile(words: str, link: str) -> Contents:
    item = Item(
        reference="watch:story:1",
        section=next(iter(Section)),
        title=words,
        summary=words,
        url=link,
        source=words,
        note=words,
        place=words,
        more_url=link,
        references=((words, link),),
    )
    return Contents(words, words, (item,), "", "")


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("words", WORDS)
def test_what_is_hostile_is_words_in_the_mail_and_on_the_page(words: str, link: str) -> None:
    parts = make_parts()
    contents = hostile(words, link)
    raw = fill(rendering.mail(parts, 12, contents, MORNING).body, OWN)
    assert all(len(line) <= 998 and b"\0" not in line for line in raw.split(b"\r\n"))
    mail = message_from_bytes(raw, EmailMessage, policy=default)
    assert mail["Bcc"] is None
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    for shown in (html.get_content(), rendering.article(parts, 12, contents, MORNING)):
        followed = Followed(shown)
        assert not followed.tags & {"script", "mj-raw", "mj-include", "iframe", "form", "object"}
        assert not followed.handlers
        assert not {
            each
            for each in followed.links
            if not each.startswith(("https://", "http://", "/", "cid:emblem@", "mailto:"))
        }
        assert readable(shown)
    assert readable(text.get_content())
    forwarded = rendering.forwardable(parts, 12, contents, contents.items[0], MORNING)
    assert readable(forwarded)


@given(st.text(st.characters(), max_size=60))
def test_what_is_visible_is_all_that_xml_can_hold(text: str) -> None:
    shown = visible(text)
    assert visible(shown) == shown
    assert all(each in "\t\n" or each >= " " for each in shown)
    shown.encode()

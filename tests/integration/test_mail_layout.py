"""The common layout of mails, as a mail of a room uses it."""

from pathlib import Path

import pytest

from core.mail.compose import placeholder
from core.render import MailText, Renderer
from tests.parts import COMMON

MJML = """
{% extends "mail/base.mjml" %}
{% import "mail/parts.mjml" as parts with context %}
{% block title %}Confirmez votre inscription{% endblock %}
{% block preheader %}Un clic suffit{% endblock %}
{% block content %}
{% call parts.words() %}
<p>Bonjour {{ name }}</p>
<a title="Voir\u00a0: l’été" href="{{ url }}">lien</a>
{% endcall %}
{{ parts.button("Confirmer mon inscription", url) }}
{{ parts.line() }}
{% endblock %}
{% block footer %}{{ parts.why_and_stop("Vous êtes abonné(e).", url) }}{% endblock %}
"""
TEXT = """
{% block subject %}Confirmez\u00a0: {{ name }}{% endblock %}
{% block body %}
Bonjour {{ name }},

{% include "mail/footer.txt" %}
{% endblock %}
"""


@pytest.fixture
def mail(tmp_path: Path) -> MailText:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "essai.mjml").write_text(MJML)
    (tmp_path / "mail" / "essai.txt").write_text(TEXT)
    values = {"name": '<b>"Zoé" \\ &', "url": placeholder("unsubscribe_url")}
    return Renderer(COMMON, tmp_path).mail("essai", values)


def test_readers_of_screens_know_the_language_and_the_title(mail: MailText) -> None:
    assert '<html lang="fr"' in mail.html
    assert "<title>Confirmez votre inscription</title>" in mail.html
    assert 'aria-label="Confirmez votre inscription"' in mail.html


def test_mailboxes_show_the_first_words(mail: MailText) -> None:
    assert ">Un clic suffit&#847;&#8204;&#160;" in mail.html, "then nothing that shows"


def test_everybody_reads_who_writes_and_who_pays(mail: MailText) -> None:
    for part in (mail.html.replace("&#39;", "'"), mail.text):
        assert "Réseau de test" in part
        assert "contact@relais.test" in part
        assert "Cofinancé par l'Union européenne" in part
    assert 'href="mailto:contact@relais.test"' in mail.html


def test_placeholders_stand_in_links(mail: MailText) -> None:
    assert mail.html.count(f'href="{placeholder("unsubscribe_url")}"') == 3


def test_a_name_is_text_in_html_and_itself_in_the_text_part(mail: MailText) -> None:
    assert "Bonjour &lt;b&gt;&#34;Zoé&#34; &#92; &amp;</p>" in mail.html
    assert mail.text.startswith('Bonjour <b>"Zoé" \\ &,')
    assert mail.subject == 'Confirmez\u00a0: <b>"Zoé" \\ &'


def test_a_no_break_space_survives_in_attributes(mail: MailText) -> None:
    assert 'title="Voir&#160;: l’été"' in mail.html


def test_dark_readers_get_dark_colours(mail: MailText) -> None:
    assert '<meta name="color-scheme" content="light dark"' in mail.html
    assert "prefers-color-scheme: dark" in mail.html

"""The French of the templates: its typography, its words, and that none escapes translation."""

import re
from html.parser import HTMLParser

import pytest
from jinja2 import nodes

from tests.messages import everything_said, renderer, source_of, text_templates

NO_BREAK = "\u00a0\u202f"

TYPOGRAPHY = {
    "a no-break space stands before : ; ! ? »": rf"(?:^|[^{NO_BREAK}])(?::(?!//)|[;!?»])",
    "a no-break space stands after «": rf"«(?![{NO_BREAK}])",
    "the apostrophe is ’": r"'",
    "quotes are « »": r"[“”\"]",
    "three dots are …": r"\.\.\.",
    "spaces are single": rf"[ {NO_BREAK}]{{2}}",
    "nothing is padded": r"^\s|\s$",
    "n° keeps its number": rf"n°(?![{NO_BREAK}])|№|\bno\.",
    "a number keeps its unit and its thousands": r"\d (?:\d{3}\b|h\b|€|%|k?o\b|Mo\b)",
    "capitals keep their accents": r"\b(?:Etat|Etape|Economie|Ecri\w+|Elu|Evenement|Edition)\b|^A ",
}

VOCABULARY = {
    "a question is never a ticket": r"\btickets?\b",
    "nor a demande, a word for one’s personal data": (
        r"(?<!je )\bdemandes?\b(?! d’(?:effacement|accès))"
    ),
    "an alerte is never a flash": r"\bflash\b",
    "a présence gives an attestation": r"\bcertificats?\b",
    "la permanence": r"\bhotline\b|\bsupport technique\b",
    "la lettre": r"\bnewsletters?\b|\binfolettres?\b",
    "a letter has a number": r"\béditions?\b",
    "one subscribes and unsubscribes with one verb": r"\brésili\w+|\bdésinscri\w+",
    "un courriel": r"\be?-?mails?\b|\bmèls?\b",
    "clore, rouvrir": r"\bclôtur\w+|\bfermer la question\b",
    "rencontre, with its exact kind": r"\bréunions?\b|\bévénements?\b|\bévènements?\b",
    "vous": r"\b(?:tu|te|toi|ton|ta|tes)\b|\bt’",
}

TAG = re.compile(r"<[^>]*>")
PLACEHOLDER = re.compile(r"%\(\w+\)s")
ABOUT_REQUESTS = {"chat/personal.html"}
"""Where a « demande » is what the law calls so: GDPR articles 12 and 17."""
UNTRANSLATED = {"Relais", "OV", "ÉA"}
"""The name of the service, and the initials of those who are played in the sandbox."""
COMMANDS = re.compile(r"/[a-z]+")


def breaches(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> list[str]:
    rule = re.compile(pattern, flags)
    return [
        f"{said} ({form!r})"
        for said in everything_said()
        for form in said.forms
        if rule.search(PLACEHOLDER.sub("X", TAG.sub("", form)))
    ]


@pytest.mark.parametrize("rule", TYPOGRAPHY)
def test_typography(rule: str) -> None:
    assert breaches(TYPOGRAPHY[rule]) == [], rule


@pytest.mark.parametrize("rule", VOCABULARY)
def test_vocabulary(rule: str) -> None:
    found = breaches(VOCABULARY[rule], re.IGNORECASE)
    if "demande" in rule:
        found = [each for each in found if each.partition(":")[0] not in ABOUT_REQUESTS]
    assert found == [], rule


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        ("a no-break space stands before : ; ! ? »", "Date : lundi", "Date\u00a0: https://x.fr"),
        ("a no-break space stands after «", "« La lettre\u00a0»", "«\u00a0La lettre\u00a0»"),
        ("n° keeps its number", "Lettre n° 3", "Lettre n°\u00a03"),
        ("a number keeps its unit and its thousands", "3 000 caractères", "3\u00a0000 caractères"),
    ],
)
def test_the_rules_of_typography_see_what_they_forbid(rule: str, wrong: str, right: str) -> None:
    assert re.search(TYPOGRAPHY[rule], wrong)
    assert not re.search(TYPOGRAPHY[rule], right)


@pytest.mark.parametrize(
    "wrong",
    [
        "Votre ticket est enregistré.",
        "La demande est transmise.",
        "Un flash est paru.",
        "Votre certificat de présence",
        "La newsletter",
        "La dernière édition",
        "Se désinscrire",
        "Un e-mail part.",
        "La prochaine réunion",
        "Tu es inscrit.",
        "Je t’écris",
    ],
)
def test_a_word_that_the_network_does_not_use_is_seen(wrong: str) -> None:
    assert [rule for rule in VOCABULARY.values() if re.search(rule, wrong, re.IGNORECASE)]


def test_the_words_of_the_network_are_not_taken_for_others() -> None:
    right = "Je demande à recevoir la lettre n°\u00a012 par courriel. Une demande d’effacement ?"
    assert [rule for rule in VOCABULARY.values() if re.search(rule, right, re.IGNORECASE)] == []


class _Words(HTMLParser):
    """What a template shows that is neither a value nor marked for translation."""

    SHOWN = ("aria-label", "title", "placeholder", "alt")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"style", "mj-style", "script"}
        self.found += [value for name, value in attrs if name in self.SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "mj-style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def unmarked_words(source: str) -> set[str]:
    """Return the words that stand in a template outside of `trans`."""
    tree = renderer().environment("fr", escape=True).parse(source)
    reader = _Words()
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            reader.feed(node.data if isinstance(node, nodes.TemplateData) else "0")
    reader.close()
    shown = COMMANDS.sub("", " ".join(reader.found))
    return set(re.findall(r"[^\W\d_]{2,}", shown)) - UNTRANSLATED


@pytest.mark.parametrize("template", text_templates())
def test_every_word_is_marked_for_translation(template: str) -> None:
    assert unmarked_words(source_of(template)) == set()


def test_a_word_outside_trans_is_seen_and_values_are_not() -> None:
    assert unmarked_words('<p title="Aide">{{ name }} {% trans %}Oui{% endtrans %} /aide</p>') == {
        "Aide"
    }
    assert unmarked_words("{% block x %}<b>Garder</b>{% endblock %}") == {"Garder"}

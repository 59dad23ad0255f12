"""French typography of words from outside."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.typography import french
from tests.messages import renderer

CHARACTERS = st.sampled_from(
    [*" \t\n:;!?«»'’%€.,…()[]=/@&-_`\"", "\u00a0", "\u202f", "n°", "l", "9", "30", "é", "www.",
     "https://a.fr/?q=", "000", "Rénov", "🙂", ":smile:", "D", "P"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Décret : ce qui change", "Décret~: ce qui change"),
        ("Décret: ce qui change", "Décret~: ce qui change"),
        ("Qui paie ?", "Qui paie~?"),
        ("Qui paie?", "Qui paie~?"),
        ("Vraiment ?!", "Vraiment~?!"),
        ("Enfin  !", "Enfin~!"),
        ("(Qui paie ?)", "(Qui paie~?)"),
        ("un ; deux", "un~; deux"),
        ("« La lettre »", "«~La lettre~»"),
        ("«La lettre»", "«~La lettre~»"),
        ("« La lettre »: un essai", "«~La lettre~»~: un essai"),
        ("Une question : « qui ? »", "Une question~: «~qui~?~»"),
        ("l'accueil d'une école", "l’accueil d’une école"),
        ("L'« accueil »", "L’«~accueil~»"),
        ("MaPrimeRénov' et France Rénov'", "MaPrimeRénov’ et France Rénov’"),
        ("Décret n° 2025-1386", "Décret n°~2025-1386"),
        ("Décret n°2025-1386", "Décret n°~2025-1386"),
        ("300 000 € et 12 %", "300~000~€ et 12~%"),
        ("2 168 communes", "2~168 communes"),
        ("1 234 567 habitants", "1~234~567 habitants"),
    ],
)
def test_what_people_write_is_set_as_the_french_print_it(written: str, printed: str) -> None:
    assert french(written).replace("\u00a0", "~") == printed
    assert french(french(written)) == french(written)


@pytest.mark.parametrize(
    "text",
    [
        "à 9:30",
        "le 12:00:00 exactement",
        "https://exemple.fr/a?b=1;c!d",
        "http://exemple.fr:8080/l'accueil?x=«»",
        "www.exemple.fr/page?x",
        "mailto:accueil@exemple.fr?subject=a",
        "Écrivez à l.o'brien@exemple.fr",
        "std::vector",
        "`x ? y : z`",
        "3.14 et 2,5",
        "format 16:9",
        "bonjour :) et ;-)",
        "voici :warning: et 🙂",
        "a != b",
        "AT&amp;T",
        "en 2026 300",
        "05 55 12 34 56",
        "C:\\Windows",
        "des mots\u202f! déjà\u00a0: composés",
        "",
    ],
)
def test_what_is_no_french_sentence_is_left_alone(text: str) -> None:
    assert french(text) == text


def test_a_line_that_begins_with_a_sign_keeps_its_place() -> None:
    assert french("un\n : deux") == "un\n : deux"


@given(st.one_of(st.lists(CHARACTERS, max_size=30).map("".join), st.text(max_size=100)))
@example("«»")
@example("« »")
@example("a : : ?")
def test_doing_it_twice_changes_nothing_more(text: str) -> None:
    once = french(text)
    assert french(once) == once


@given(st.one_of(st.lists(CHARACTERS, max_size=30).map("".join), st.text(max_size=100)))
def test_only_spaces_and_apostrophes_change(text: str) -> None:
    def bare(words: str) -> str:
        return words.replace("’", "'").translate(dict.fromkeys(map(ord, " \t\u00a0\u2009\u202f")))

    assert bare(french(text)) == bare(text)


@given(st.lists(CHARACTERS, max_size=20).map("".join))
def test_a_link_is_never_touched(before: str) -> None:
    link = "https://exemple.fr/l'accueil?a=1;b=«x»!?:"
    assert french(f"{before} {link}").endswith(link)


def test_a_long_run_without_a_space_takes_no_time() -> None:
    for run in ("a" * 200_000, " " * 200_000, ":" * 200_000, "`" * 200_001, "«" * 100_000):
        assert len(french(run)) >= len(run)


def test_the_filter_is_for_french_only() -> None:
    environment = renderer().environment("fr", escape=True)
    assert environment.from_string("{{ x|typeset }}").render(x="Qui ?") == "Qui\u00a0?"
    environment = renderer().environment("en", escape=True)
    assert environment.from_string("{{ x|typeset }}").render(x="Who ?") == "Who ?"


def test_the_filter_comes_before_escaping() -> None:
    environment = renderer().environment("fr", escape=True)
    shown = environment.from_string("{{ x|typeset }}").render(x="l'un < l'autre ?")
    assert shown == "l’un &lt; l’autre\u00a0?"

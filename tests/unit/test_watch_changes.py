"""Pages watched for changes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watch.reading.changes import difference, read_change, told
from watch.reading.noise import is_noise, without_noise
from watch.reading.records import Document, DocumentError, Selectors

URL = "https://example.org/aides#haut"


def read(main: str, before: str | None = None, items: str = "") -> Document:
    html = (
        "<html><head><title>Les aides | Département</title><script>var a=1</script></head><body>"
        "<header><p>En-tête</p></header><nav><a href='/'>Accueil</a></nav>"
        f"<main>{main}</main><footer>Contact</footer></body></html>"
    )
    return read_change(html.encode(), URL, {}, Selectors(items=items), before)


def text(main: str) -> str:
    return read(main).page_text or ""


OLD = "<h1>Les aides</h1><p>Aide à l’installation : 3 000 €.</p><p>Ouverte à tous.</p>"
NEW = "<h1>Les aides</h1><p>Aide à l’installation : 5 000 €.</p><p>Ouverte à tous.</p>"


def test_the_first_reading_tells_nothing_and_keeps_the_page_s_own_text() -> None:
    document = read(OLD)
    assert document.items == ()
    assert document.title == "Les aides | Département"
    assert document.page_text == ("Les aides\nAide à l’installation : 3 000 €.\nOuverte à tous.")


def test_a_change_is_one_item_that_shows_the_difference() -> None:
    document = read(NEW, text(OLD))
    (item,) = document.items
    assert item.title == "Les aides | Département"
    assert (
        item.summary
        == "+ Aide à l’installation : 5 000 €.\n\u2212 Aide à l’installation : 3 000 €."
    )
    assert item.link.startswith("https://example.org/aides#maj-")
    assert document.page_text == text(NEW)


def test_the_same_page_again_is_no_change() -> None:
    assert read(NEW, text(NEW)).items == ()


def test_each_change_has_its_own_identity() -> None:
    there, back = read(NEW, text(OLD)).items[0], read(OLD, text(NEW)).items[0]
    assert there.guid != back.guid
    assert there.link != back.link
    assert there == read(NEW, text(OLD)).items[0]


@pytest.mark.parametrize(
    "noise",
    [
        "<p>12 345 visites</p>",
        "<p>Mis à jour il y a 3 minutes</p>",
        "<p>Dernière mise à jour : 3 novembre 2026 à 9h12</p>",
        "<p>Nous sommes le lundi 23 novembre 2026, il est 10:32</p>",
        "<p>23/11/2026</p>",
        "<p>  </p><p>***</p>",
        "<input type='hidden' name='csrf' value='a8f3'><script>var t=3</script>",
        "<p>Jeton 3f2a91bc3f2a91bc3f2a91bc3f2a91bc</p>",
        "<nav>Vous êtes ici</nav><aside>Publicité</aside>",
        "<p>1 204 vues</p><p>3 commentaires</p>",
    ],
)
def test_what_changes_at_each_visit_is_no_change(noise: str) -> None:
    jeton = "<p>Jeton </p>" if "Jeton" in noise else ""
    assert read(OLD + noise, text(OLD + jeton)).items == ()


def test_spaces_case_and_order_are_no_change() -> None:
    moved = "<p>Ouverte  à\ntous.</p><h1>LES AIDES</h1><p>Aide à l’installation : 3 000 €.</p>"
    assert read(moved, text(OLD)).items == ()


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("<dt>Date limite</dt><dd>15 mars 2026</dd>", "<dt>Date limite</dt><dd>22 mars 2026</dd>"),
        ("<p>Clôture :</p><p>15/03/2026</p>", "<p>Clôture :</p><p>22/03/2026</p>"),
        ("<p>Dépôt avant le 15 mars</p>", "<p>Dépôt avant le 22 mars</p>"),
    ],
)
def test_a_date_that_says_what_it_is_counts(before: str, now: str) -> None:
    (item,) = read(OLD + now, text(OLD + before)).items
    assert "22" in item.summary.splitlines()[0]
    assert "15" in item.summary.splitlines()[1]


def test_only_the_chosen_part_counts() -> None:
    before = read("<p>Autre</p><div id='a'>Une aide</div>", items="#a").page_text
    assert before == "Une aide"
    assert read("<p>Changé</p><div id='a'>Une aide</div>", before, items="#a").items == ()


@pytest.mark.parametrize(
    "html",
    [
        "<body><p>Une aide</p></body>",
        "<div role='main'><p>Une aide</p></div><p>Autre</p>",
        "<p>Une aide",
        "<title>x</title><body><header>H</header>Une aide<footer>F</footer>",
    ],
)
def test_a_page_without_main_is_read_too(html: str) -> None:
    assert read_change(html.encode(), URL, {}, Selectors(), None).page_text == "Une aide"


@pytest.mark.parametrize(
    ("items", "what"),
    [
        ("#absent", "the selector for items finds nothing"),
        ("#[", "the selector for items is wrong"),
    ],
)
def test_a_selector_that_is_wrong_or_finds_nothing_is_an_error(items: str, what: str) -> None:
    with pytest.raises(DocumentError, match=what) as caught:
        read(OLD, text(OLD), items=items)
    assert "selectors.items" in caught.value.hint


def test_a_page_without_words_is_an_error_not_a_change() -> None:
    with pytest.raises(DocumentError, match="the page has no words"):
        read("<div id='app'></div>", text(OLD))


@pytest.mark.parametrize(
    "broken",
    ["<p>Site en maintenance, revenez plus tard.</p>", "<h1>Erreur 503</h1>", "<p>Not found</p>"],
)
def test_a_page_out_of_order_is_an_error_not_a_change(broken: str) -> None:
    with pytest.raises(DocumentError, match="out of order"):
        read(broken, text(OLD))


def test_a_page_that_speaks_of_maintenance_may_change() -> None:
    assert read(NEW + "<p>Maintenance des routes</p>", text(OLD)).items


def test_a_long_difference_is_cut() -> None:
    lines = [f"Ligne {number} {'mot ' * 100}" for number in range(100)]
    shown = told(lines, lines).splitlines()
    assert len(shown) == 14
    assert shown[6] == "+ …"
    assert shown[-1] == "\u2212 …"
    assert len("\n".join(shown)) < 2000


def test_what_went_is_shown_beside_what_came() -> None:
    lines = [f"Ligne numéro {number}" for number in range(100)]
    shown = told(lines, ["Une aide est supprimée"])
    assert shown.splitlines()[-1] == "\u2212 Une aide est supprimée"
    assert len(shown.splitlines()) == 13


@pytest.mark.parametrize(
    ("line", "noise"),
    [
        ("12", True),
        ("lundi 23 novembre 2026", True),
        ("Publié le 23/11/2026 à 10h32", True),
        ("Aide de 3 000 €", False),
        ("Réunion le 23 novembre", False),
        ("Article 12", False),
    ],
)
def test_noise_is_known(line: str, noise: bool) -> None:
    assert is_noise(line) is noise


@given(st.lists(st.text(max_size=40), max_size=10))
def test_noise_is_left_out_once_and_for_all(lines: list[str]) -> None:
    kept = list(without_noise(lines))
    assert all("\n" not in line and line.strip() for line in kept)


@given(st.lists(st.sampled_from("abcdef"), max_size=8), st.lists(st.sampled_from("abcdef")))
def test_a_difference_accounts_for_every_line(before: list[str], now: list[str]) -> None:
    added, removed = difference("\n".join(before), "\n".join(now))
    assert sorted(before + list(added)) == sorted(now + list(removed))
    assert not set(added) & set(removed)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_page_gives_a_document_or_one_error(html: str) -> None:
    try:
        document = read_change(html.encode(), URL, {}, Selectors(), "Avant")
    except DocumentError as error:
        assert error.hint  # noqa: PT017  # both ends are good ones
    else:
        assert read_change(html.encode(), URL, {}, Selectors(), document.page_text).items == ()


def test_long_words_joined_by_dashes_are_no_tokens() -> None:
    words = "programmation-regionale-2021-2027"
    assert list(without_noise([f"Lire {words} et aGk3-Zz81kLmnOpQrs7tUvWx"])) == [
        f"Lire {words} et"
    ]

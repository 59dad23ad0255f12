"""What `relais watch try` says of a document, and what is said of sources."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.errors import InputError
from core.settings import WatchSettings
from relais.configuration import explain
from relais.watching import is_on_the_web, read_file, sample_themes
from watch.decide import Identified, identify
from watch.reading.records import DocumentError, Item
from watch.sources.rules import (
    MOST_NAME,
    PAGE,
    Ago,
    Health,
    Pace,
    Standing,
    ago,
    health,
    name_for,
    pace_of,
    page_of,
    parse_address,
    parse_name,
    parse_places,
    rank,
    toggled,
)
from watch.sources.tried import encoding_of, entry_values, format_of, said
from watch.understanding.records import (
    LegalReference,
    Places,
    ThemeFound,
    TypedDate,
    Understanding,
)

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PUBLISHED = datetime(2016, 6, 1, 7, 30, tzinfo=UTC)
CLOSING = datetime(2016, 7, 26, 14, 0, tzinfo=UTC)
FOUND = Understanding(
    themes=(ThemeFound("habitat", 2, ("logement vacant",)),),
    references=(
        LegalReference(
            "law", "loi n° 2020-1577", "https://www.legifrance.gouv.fr/x", "loi 2020-1577"
        ),
        LegalReference("article", "article 3", "", "art. 3"),
    ),
    dates=(
        TypedDate("closing", CLOSING, "jusqu’au 26 juillet 2016 à 16h"),
        TypedDate("open_ended", None, "au fil de l’eau"),
    ),
    places=Places(("63", "2A"), ("84",)),
)


def identified(published: datetime | None) -> Identified:
    item = Item("", "https://a.example.org/1", "Un appel à projets", "Le résumé", published)
    return identify([item])[0]


def test_an_entry_says_all_that_was_understood_of_it_and_why() -> None:
    assert entry_values(identified(PUBLISHED), FOUND, NOW) == {
        "id": identified(None).identity,
        "title": "Un appel à projets",
        "url": "https://a.example.org/1",
        "published": "2016-06-01T09:30:00+02:00",
        "updated": None,
        "summary": "Le résumé",
        "themes": ["habitat"],
        "references": ["loi n° 2020-1577", "article 3"],
        "deadline": "2016-07-26T16:00:00+02:00",
        "dates": [
            {
                "kind": "closing",
                "at": "2016-07-26T16:00:00+02:00",
                "words": "jusqu’au 26 juillet 2016 à 16h",
            },
            {"kind": "open_ended", "at": None, "words": "au fil de l’eau"},
        ],
        "departments": ["63", "2A"],
        "regions": ["84"],
        "links": {"loi n° 2020-1577": "https://www.legifrance.gouv.fr/x"},
        "why": {"habitat": ["logement vacant"]},
    }


def test_what_has_no_date_closes_after_it_is_read_or_not_at_all() -> None:
    assert entry_values(identified(None), FOUND, NOW)["deadline"] is None
    read_before = entry_values(identified(None), FOUND, CLOSING - timedelta(days=1))
    assert read_before["deadline"] == "2016-07-26T16:00:00+02:00"


@pytest.mark.parametrize(
    ("instant", "kept"),
    [
        (None, False),
        (datetime(1, 1, 1, tzinfo=UTC), False),
        (datetime(2099, 1, 1, tzinfo=UTC), False),
        (NOW + timedelta(days=30), True),
        (PUBLISHED, True),
    ],
)
def test_a_date_that_nobody_can_mean_is_none(instant: datetime | None, kept: bool) -> None:
    assert (said(instant, NOW) is not None) is kept


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<?xml version='1.0'?><rss version='2.0'>", "RSS"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "Atom"),
        (b"<rdf:RDF>", "RSS 1.0"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b' {"version": "https://jsonfeed.org/version/1.1"}', "JSON"),
        ("<rss>".encode("utf-16-le"), "RSS"),
        (b"bonjour", "something else"),
    ],
)
def test_a_document_is_known_by_how_it_begins(body: bytes, name: str) -> None:
    assert format_of(body) == name


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        ("é".encode(), "", "utf-8"),
        (b"e", "text/xml; charset=iso-8859-1", "iso8859-1"),
        ("é".encode(), "text/xml; charset=iso-8859-1", "declared iso8859-1, read as utf-8"),
        ("é".encode("latin-1"), "", "declared nothing, mended: it is not utf-8"),
        ("é".encode("latin-1"), "x; charset=utf-8", "declared utf-8, mended: it is not utf-8"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?>\xe9", "", "windows-1252"),
        (b"<?xml version='1.0' encoding='iso-8859-15'?>\xe9", "", "iso8859-15"),
        ("é".encode(), "x; charset=martien", "declared an unknown martien, read as utf-8"),
    ],
)
def test_the_encoding_says_what_was_mended(body: bytes, content_type: str, words: str) -> None:
    assert encoding_of(body, {"content-type": content_type}) == words


def test_files_are_read_up_to_a_limit(tmp_path: Path) -> None:
    file = tmp_path / "flux.xml"
    file.write_bytes(b"x" * 10)
    assert read_file(str(file), 10) == b"x" * 10
    with pytest.raises(DocumentError) as caught:
        read_file(str(file), 9)
    assert caught.value.what == "the document has over 9 bytes"
    with pytest.raises(InputError, match="cannot be read \\(Is a directory\\)"):
        read_file(str(tmp_path), 10)
    with pytest.raises(InputError, match="cannot be read"):
        read_file("nul\0", 10)


def test_an_address_is_not_a_file() -> None:
    assert is_on_the_web("HTTPS://a.example.org")
    assert not is_on_the_web("https.xml")


def test_the_sample_has_the_eight_themes() -> None:
    assert len(sample_themes()) == 8
    assert "logement vacant" in {word for theme in sample_themes() for word in theme.words}


# --- what is said of sources ------------------------------------------------------------------


def standing(
    *, enabled: bool = True, gone: bool = False, failing: bool = False, silent: bool = False
) -> Standing:
    at = NOW
    return Standing(
        enabled, at if gone else None, at if failing else None, at if silent else None, at
    )


def test_the_worst_that_holds_is_told() -> None:
    assert health(standing(enabled=False, failing=True)) is Health.PAUSED
    assert health(standing(gone=True, failing=True)) is Health.GONE
    assert health(standing(failing=True, silent=True)) is Health.FAILING
    assert health(standing(silent=True)) is Health.SILENT
    assert health(standing()) is Health.FINE
    assert health(Standing(True, None, None, None, None)) is Health.NEVER_READ  # noqa: FBT003
    assert min(Health, key=rank) is Health.GONE


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, Ago("minutes", 0)),
        (3599, Ago("minutes", 59)),
        (3600, Ago("hours", 1)),
        (47 * 3600, Ago("hours", 47)),
        (48 * 3600, Ago("days", 2)),
    ],
)
def test_how_long_ago_is_said_as_people_do(seconds: int, words: Ago) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (10, Pace("hours", 1)),
        (3600, Pace("hours", 1)),
        (5400, Pace("hours", 2)),
        (86_400, Pace("days", 1)),
        (604_800, Pace("days", 7)),
    ],
)
def test_a_pace_is_said_in_hours_or_days(seconds: float, words: Pace) -> None:
    assert pace_of(seconds) == words


@given(st.integers(0, 40), st.integers(0, 10))
def test_pages_hold_every_source_once_and_never_end_in_nothing(total: int, number: int) -> None:
    items = list(range(total))
    page, more = page_of(items, number)
    assert bool(page) == bool(items)
    assert len(page) <= PAGE
    assert more == (bool(items) and page[-1] != items[-1])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://a.example.org/flux", "https://a.example.org/flux"),
        (" www.vie-publique.fr ", "https://www.vie-publique.fr"),
        ("<http://a.fr/rss?x=1>", "http://a.fr/rss?x=1"),
        ("localhost:8000/x", None),
        ("http://localhost:8000/x", "http://localhost:8000/x"),
        ("bonjour", None),
        ("javascript:alert(1)", None),
        ("ftp://a.fr", None),
        ("https://a.fr/deux mots", None),
        ("https://[a", None),
    ],
)
def test_an_address_is_read_as_people_paste_it(written: str, read: str | None) -> None:
    if read is not None:
        assert parse_address(written) == read
        return
    with pytest.raises(InputError, match="not_one"):
        parse_address(written)


def test_a_name_is_one_line_of_a_few_words() -> None:
    assert parse_name("  Vie\n publique ") == "Vie publique"
    for wrong in ("", "  ", "x" * (MOST_NAME + 1)):
        with pytest.raises(InputError, match="name_wrong"):
            parse_name(wrong)


@given(st.text(max_size=200), st.sets(st.text(max_size=90), max_size=5))
def test_a_name_is_never_taken_nor_too_long(title: str, taken: set[str]) -> None:
    name = name_for(title, "https://www.a.fr/x", taken)
    assert name
    assert name not in taken
    assert len(name) <= MOST_NAME


def test_a_source_without_title_is_called_as_its_site() -> None:
    assert name_for("", "https://www.a.fr/x", set()) == "a.fr"
    assert name_for(" Flux ", "https://a.fr", {"Flux", "Flux (2)"}) == "Flux (3)"


def test_everywhere_is_no_filter_and_unknown_places_are_said_so() -> None:
    assert parse_places("Tous") == []
    assert parse_places("Puy-de-Dôme et Auvergne-Rhône-Alpes") == ["63", "R84"]
    with pytest.raises(InputError, match="places_wrong"):
        parse_places("ailleurs")


def test_a_theme_is_added_then_taken_away() -> None:
    assert toggled(["a"], "b") == ["a", "b"]
    assert toggled(["a", "b"], "a") == ["b"]


# --- the configuration ------------------------------------------------------------------------


def refused(**source: object) -> str:
    with pytest.raises(ValidationError) as caught:
        WatchSettings.model_validate({"sources": [{"name": "a", "url": "https://a.fr", **source}]})
    return "; ".join(explain(caught.value))


def test_a_source_that_cannot_be_read_as_written_is_refused_clearly() -> None:
    assert 'a source of kind "page" needs selectors.items' in refused(kind="page")
    selectors = {"items": "li", "title": "a"}
    assert "selectors are for a source of kind" in refused(selectors=selectors)
    assert "takes no other selector" in refused(kind="change", selectors=selectors)
    assert "https://…" in refused(url="ftp://a.fr")
    assert "a source needs a name" in refused(name=" ")
    assert "a number of seconds" in refused(every=0)


def test_two_sources_do_not_share_a_name_or_an_address() -> None:
    first = {"name": "a", "url": "https://a.fr"}
    for second in ({"name": "a", "url": "https://b.fr"}, {"name": "b", "url": "https://a.fr"}):
        with pytest.raises(ValidationError, match="several sources have the same"):
            WatchSettings.model_validate({"sources": [first, second]})


def test_the_examples_of_french_sources_can_be_used_once_uncommented() -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    examples = text.partition("# French public sources")[2].partition("[digest]")[0]
    tables = examples.partition("# [[watch.sources]]")[1:]
    lines = "".join(tables).splitlines()
    written = [line.removeprefix("# ") for line in lines if re.match(r"# (\[\[|\w+ = )", line)]
    sources = WatchSettings.model_validate(tomllib.loads("\n".join(written))["watch"]).sources
    assert len(sources) >= 20
    assert all(line.startswith("#") for line in examples.strip().splitlines()[1:])

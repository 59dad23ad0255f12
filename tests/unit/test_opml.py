"""Lists of sources as OPML: ours come back the same, others' are understood, traps are refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.sections import Section
from watch.sources.changing import Wanted
from watch.sources.opml import Known, Outline, read_outlines, wanted, write

TITLES = {section.value: section.value.replace("-", " ").capitalize() for section in Section}
KNOWN = Known.of(TITLES, {"habitat": "Habitat et centres-bourgs", "emploi": "Emploi et insertion"})

_WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=30
)
_SOURCES = st.builds(
    Wanted,
    name=_WORDS,
    url=st.integers(0, 10**6).map(lambda n: f"https://a{n}.example.org/flux?a=1&b={n}"),
    kind=st.sampled_from(["feed", "change"]),
    section=st.sampled_from([section.value for section in Section]),
    themes=st.lists(st.sampled_from(["habitat", "emploi"]), unique=True).map(tuple),
    regions=st.lists(st.sampled_from(["63", "2A", "R84"]), unique=True).map(tuple),
    every=st.sampled_from([3600.0, 7200.0, 604_800.0]),
    reproducible=st.booleans(),
    paused=st.booleans(),
)


def read(body: bytes) -> list[Wanted]:
    return [wanted(outline, KNOWN, set()) for outline in read_outlines(body)]


@given(st.lists(_SOURCES, max_size=8, unique_by=lambda source: source.url))
def test_what_was_exported_comes_back_the_same(sources: list[Wanted]) -> None:
    found = {source.url: source for source in read(write(sources, TITLES, "Le réseau"))}
    assert found == {source.url: source for source in sources}


def test_a_page_comes_back_with_its_selectors() -> None:
    selectors = {"items": "ul > li.actu", "title": 'a[href^="/"]', "date": "time"}
    page = Wanted("Préfecture", "https://p.example.org/", kind="page", selectors=selectors)
    assert read(write([page], TITLES, "")) == [page]


def test_a_list_is_in_folders_that_other_readers_show() -> None:
    written = write(
        [Wanted("Vie & <publique>", "https://v.example.org/")], TITLES, "Réseau"
    ).decode()
    assert '<outline text="Veille juridique">' in written
    assert 'text="Vie &amp; &lt;publique&gt;" title=' in written
    assert 'xmlUrl="https://v.example.org/"' in written


def test_folders_of_others_are_our_sections_and_themes() -> None:
    [source] = read(
        b"""<?xml version="1.0" encoding="ISO-8859-1"?>
        <opml version="1.0"><head><title>x</title></head><body>
        <outline text="Formations"><outline text="HABITAT et centres bourgs">
        <outline type="rss" text="Pr\xe9fecture" xmlUrl="http://p.example.org/rss"/>
        </outline></outline></body></opml>"""
    )
    assert (source.name, source.section, source.themes) == (
        "Préfecture",
        "formations",
        ("habitat",),
    )


def test_a_source_in_no_known_folder_goes_to_the_legal_watch() -> None:
    [source] = read(b"<opml version='2.0'><body><outline xmlUrl='https://a.fr/f'/></body></opml>")
    assert (source.name, source.section, source.themes) == ("a.fr", "veille-juridique", ())


@pytest.mark.parametrize(
    ("url", "own", "what"),
    [
        ("javascript:alert(1)", {}, "is not an address"),
        ("https://a.fr", {"kind": "desk"}, "no source is of kind 'desk'"),
        ("https://a.fr", {"kind": "page"}, "a page is read by its items"),
    ],
)
def test_an_outline_that_cannot_be_a_source_says_why(
    url: str, own: dict[str, str], what: str
) -> None:
    with pytest.raises(InputError, match=what):
        wanted(Outline(url, "Titre", (), own), KNOWN, set())


def test_settings_that_make_no_sense_are_the_usual_ones() -> None:
    own = {"section": "x", "themes": "habitat,inconnu", "every": "-3", "regions": "63,Ailleurs"}
    source = wanted(Outline("https://a.fr", "Titre", (), own), KNOWN, {"Titre"})
    assert source == Wanted("Titre (2)", "https://a.fr", themes=("habitat",), regions=("63",))


BOMB = b"""<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<opml version="2.0"><body><outline text="&b;" xmlUrl="https://a.fr"/></body></opml>"""


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "not a list of sources"),
        (b"bonjour", "not a list of sources"),
        (b"<rss version='2.0'><channel/></rss>", "not a list of sources"),
        (BOMB, "declares entities"),
        (BOMB.decode().encode("utf-16"), "declares entities"),
        (b"<opml version='2.0'><body>" + b"<outline text='x'>" * 50_000, "folders over 20 deep"),
        (
            b"<opml version='2.0'><body>"
            + b"".join(b"<outline xmlUrl='https://a.fr/%d'/>" % n for n in range(5_002)),
            "over 5,000 sources",
        ),
    ],
)
def test_what_is_no_list_or_a_trap_is_refused(body: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read_outlines(body)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    with contextlib.suppress(InputError):
        read_outlines(b"<opml version='2.0'><body>" + body)

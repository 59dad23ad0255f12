"""The signature of an announcement: its words, and the facts that tell it from others."""

import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import normalise, stem, words
from watch.reading.records import Item
from watch.stories.facts import (
    HIRED,
    Fact,
    fact,
    names,
    of_kind,
    told_by_digits,
    told_by_identifiers,
    told_by_words,
)
from watch.stories.signature import Signature, hashed, sign, unpack
from watch.stories.words import specific
from watch.understanding.records import Places, TypedDate, Understanding

NOTHING = Understanding()


def signed(
    title: str, summary: str = "", link: str = "", found: Understanding = NOTHING
) -> Signature:
    return sign(Item("", link, title, summary, key=normalise(title)), found)


def facts_of_words(title: str) -> set[int]:
    said = list(words(title))
    return set(told_by_words(said, [stem(word) for word in said]))


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("Décret n° 2026-812 sur l'eau", Fact.REFERENCE, ["2026-812"]),
        ("Règlement (UE) 2026/1432", Fact.REFERENCE, ["2026-1432"]),
        ("Décret n° 96-478", Fact.REFERENCE, ["96-478"]),
        ("Article L. 562-2 du code", Fact.ARTICLE, ["562-2"]),
        ("LEADER 2021-2027", Fact.YEAR, ["2021", "2027"]),
        ("LEADER 2023/2027 et 2026", Fact.YEAR, ["2023", "2027", "2026"]),
        ("Réunion du 1er décembre", Fact.DATE, ["1.12"]),
        ("Réunion le 12 Décembre 2026", Fact.DATE, ["12.12"]),
        ("Réunion le 12 Décembre 2026", Fact.YEAR, ["2026"]),
        ("Séance du 03/11/26", Fact.DATE, ["3.11"]),
        ("Séance du 03/11/26", Fact.YEAR, ["2026"]),
        ("Séance du 3.11.2027", Fact.YEAR, ["2027"]),
        ("Une aide de 30 000 € et 4\u202f000 postes", Fact.NUMBER, ["30000", "4000"]),
        ("Hausse de 2,5 %", Fact.NUMBER, ["2,5"]),
        ("Épisode 3/5", Fact.SERIES, ["3/5"]),
        ("Session 2", Fact.SERIES, ["2"]),
        ("Lettre n°41", Fact.SERIES, ["41"]),
        ("Volet n° 2", Fact.SERIES, ["2"]),
        ("La 3e édition", Fact.SERIES, ["3"]),
        ("Décret paru au JO du 5 septembre 2026", Fact.DATE, []),
        ("Décret (JO du 11/11/2026)", Fact.DATE, []),
    ],
)
def test_digits_tell(text: str, kind: Fact, said: list[str]) -> None:
    assert of_kind(told_by_digits(text), kind) == {fact(kind, each) for each in said}


@pytest.mark.parametrize(
    ("title", "kind", "said"),
    [
        ("Appel à projets, première relève", Fact.SERIES, ["1"]),
        ("La seconde session", Fact.SERIES, ["2"]),
        ("La Première ministre en Lozère", Fact.SERIES, []),
        ("Volet II du contrat", Fact.SERIES, ["ii"]),
        ("Marché, lot B", Fact.SERIES, ["b"]),
        ("Trente maisons et douze médecins", Fact.NUMBER, ["30", "12"]),
        ("Le décret est paru", Fact.KIND, ["decree"]),
        ("Projet de loi montagne", Fact.EVENT, ["draft"]),
        ("Les lauréats du prix", Fact.EVENT, ["awarded"]),
        ("Un projet de crèche", Fact.EVENT, []),
    ],
)
def test_words_tell(title: str, kind: Fact, said: list[str]) -> None:
    assert of_kind(facts_of_words(title), kind) == {fact(kind, each) for each in said}


@pytest.mark.parametrize(
    "title",
    ["Offre d'emploi : animatrice", "Chargée de mission habitat", "La commune recrute un agent"],
)
def test_somebody_is_wanted(title: str) -> None:
    assert HIRED in facts_of_words(title)
    assert HIRED not in facts_of_words("Une mission sur l'emploi en montagne")


def test_identifiers_of_the_journal_officiel_are_read_in_links_too() -> None:
    link = "https://www.legifrance.gouv.fr/jorf/id/JORFTEXT000042648719"
    assert signed("Décret", link=link).more == {fact(Fact.JORF, "JORFTEXT000042648719")}
    assert list(told_by_identifiers("NOR : TREK2031234D.")) == [fact(Fact.NOR, "TREK2031234D")]


def test_names_are_the_words_in_capitals_that_begin_no_sentence() -> None:
    text = "Le préfet de la Creuse, l'ANCT et « Villages » à Saint-Alban. Une aide… Fin : Lot"
    assert set(names(text)) == {"creuse", "anct", "villages", "saint", "alban"}
    assert not set(names("Occitanie"))


def test_what_was_understood_is_part_of_it() -> None:
    closing = TypedDate("closing", datetime(2027, 1, 15, 22, 59, tzinfo=UTC), "")
    start = TypedDate("training", datetime(2027, 2, 1, tzinfo=UTC), "")
    found = Understanding(
        dates=(closing, start, TypedDate("open_ended", None, "")),
        places=Places(departments=("43",), regions=("84",)),
    )
    assert signed("Appel", found=found).more == {
        fact(Fact.CLOSING, "2027-01-15"),
        fact(Fact.DEPARTMENT, "43"),
        fact(Fact.REGION, "84"),
    }


def test_the_words_of_any_announcement_are_left_out() -> None:
    title = "L'ANCT lance un appel à projets sur les tiers-lieux du 3 décembre"
    assert signed(title).title == {hashed(stem(word)) for word in ("anct", "tiers", "lieux")}
    assert specific(["decret", "2026", "electrif", "electrif", "rural"]) == ("electrif", "rural")


def test_a_word_that_may_be_cut_is_left_out_of_a_summary() -> None:
    whole = signed("T", "Une crèche ouvre au bourg")
    assert signed("T", "Une crèche ouvre au bou…").summary == whole.summary[:-1]
    assert signed("T", "Une crèche ouvre au bou...").summary == whole.summary[:-1]
    assert len(signed("T", " ".join(f"mot{n}" for n in range(400))).summary) == 30


SETS = st.frozensets(st.integers(0, 2**32 - 1), max_size=60)


WORDS = st.lists(st.integers(0, 2**32 - 1)).map(tuple)


@given(st.builds(Signature, SETS, SETS, WORDS, SETS, SETS, SETS))
def test_a_signature_is_the_same_out_of_its_bytes(signature: Signature) -> None:
    assert unpack(signature.packed()) == signature


@pytest.mark.parametrize("stored", [b"", b"\x00", b"\x02\x00\x00\x00\x00\x00", b"\x01"])
def test_bytes_that_hold_no_signature_are_none(stored: bytes) -> None:
    if stored == b"\x01":
        with pytest.raises(struct.error):
            unpack(stored)
    else:
        assert unpack(stored) is None


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=40))
def test_anything_can_be_signed(title: str, summary: str, link: str) -> None:
    signature = signed(title, summary, link)
    assert unpack(signature.packed()) == signature
    assert len(signature.packed()) < 4000

"""What a document changes, and what a press decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import normalise
from watch.decide import (
    MOST_A_DAY,
    Changes,
    Identified,
    KnownEntry,
    Standing,
    State,
    Verdict,
    compare,
    decide,
    identify,
    is_a_page,
    is_burst,
    plausible,
    within_a_day,
)
from watch.reading.records import Item

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DECREE = "Décret n° 2020-1561 relatif aux aides pour l'électrification rurale"


def item(
    guid: str = "", link: str = "", title: str = DECREE, summary: str = "", days: int | None = None
) -> Item:
    published = None if days is None else NOW - timedelta(days=days)
    return Item(guid, link, title, summary, published, key=normalise(title))


def one(given_item: Item) -> Identified:
    (found,) = identify([given_item])
    return found


def known(identified: Identified, number: int = 1) -> KnownEntry:
    return KnownEntry(number, identified.identity, identified.item.link, identified.hash)


def test_who_floods_now_and_then_floods_still() -> None:
    habit = (50, *(3,) * 10)
    assert all(is_burst(900, (*habit, *(900,) * times)) for times in range(9))
    assert not is_burst(40, (5, 15, 30)), "a habit may grow"


def test_a_source_gives_so_many_new_entries_a_day() -> None:
    flood = Changes(new=tuple(one(item(str(number))) for number in range(5)))
    assert within_a_day(flood, 0) == flood
    assert within_a_day(flood, MOST_A_DAY - 2).new == flood.new[:2]
    assert within_a_day(flood, MOST_A_DAY + 9).new == ()


def test_an_item_is_known_by_its_guid_then_its_link_then_its_words() -> None:
    assert one(item("g", "https://a/1")).identity.startswith("guid:")
    assert one(item("", "https://a/1")).identity.startswith("link:")
    assert one(item()).identity.startswith("text:")


def test_a_guid_that_every_item_bears_identifies_none() -> None:
    found = identify([item("same", "https://a/1"), item("same", "https://a/2")])
    assert [each.identity[:5] for each in found] == ["link:", "link:"]
    assert len({each.identity for each in found}) == 2


def test_a_link_that_every_item_bears_identifies_none() -> None:
    found = identify([item("", "https://a/", "Un"), item("", "https://a/", "Deux")])
    assert [each.identity[:5] for each in found] == ["text:", "text:"]
    assert not any(each.link_counts for each in found)


def test_the_same_item_twice_is_one_and_an_item_without_words_is_none() -> None:
    assert len(identify([item(), item(), item(title="")])) == 1


def test_an_item_never_seen_is_new() -> None:
    each = one(item("g"))
    assert compare([each], []) == Changes(new=(each,))


def test_an_item_seen_with_the_same_words_is_the_same() -> None:
    each = one(item("g", "https://a/1"))
    assert compare([each], [known(each)]) == Changes()


def test_a_new_date_changes_nothing() -> None:
    assert compare([one(item("g", days=0))], [known(one(item("g", days=9)))]) == Changes()


def test_other_words_make_it_changed() -> None:
    after = one(item("g", summary="Rectifié"))
    assert compare([after], [known(one(item("g")), 7)]) == Changes(changed=((7, after),))


def test_a_feed_that_renews_its_guids_is_recognised_by_its_links() -> None:
    before = [one(item(f"old-{n}", f"https://a/{n}")) for n in range(50)]
    after = [one(item(f"new-{n}", f"https://a/{n}")) for n in range(50)]
    assert compare(after, [known(each, n) for n, each in enumerate(before)]) == Changes()


def test_a_link_that_two_entries_share_recognises_neither() -> None:
    entries = [
        KnownEntry(1, "guid:1", "https://a/", "x"),
        KnownEntry(2, "guid:2", "https://a/", "y"),
    ]
    each = one(item("new", "https://a/"))
    assert compare([each], entries).new == (each,)


def described(number: int, days: int | None = None, link: str = "", guid: str = "") -> Identified:
    text = (
        f"Les {number} communes du territoire peuvent déposer leur dossier sur le site du réseau."
    )
    return one(item(guid, link, f"Actualité {number}", text, days))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("http://a.example/actu/1", "https://a.example/actu/1"),
        ("https://a.example/actu/1", "https://www.a.example/actu/1/"),
        ("https://a.example/actu/une-creche-ouvre", "https://b.example/2026/11/une-creche-ouvre/"),
        ("https://a.example/?p=12", "https://b.example/?p=12"),
    ],
)
def test_a_page_that_moved_is_recognised_by_its_words_and_takes_its_new_place(
    before: str, after: str
) -> None:
    moved = one(item("", after))
    assert compare([moved], [known(one(item("", before)), 7)]) == Changes(changed=((7, moved),))


@pytest.mark.parametrize(
    "after",
    ["https://a.example/actu/2", "https://a.example/?p=13", "https://a.example/", ""],
)
def test_few_words_at_another_page_are_something_else(after: str) -> None:
    each = one(item("new", after))
    assert compare([each], [known(one(item("old", "https://a.example/?p=12")))]).new == (each,)


def test_many_words_of_one_date_are_the_same_wherever_they_are() -> None:
    before = [
        replace(known(described(1, link="https://a.example/1")), published_at=when)
        for when in (None, NOW, NOW - timedelta(days=7))
    ]
    each = described(1, days=0, link="https://b.example/2", guid="new")
    assert [compare([each], [entry]).new == () for entry in before] == [True, True, False]


def test_a_document_renewed_whole_is_recognised_by_its_words_alone() -> None:
    before = [one(item(f"o{n}", f"https://a/{n}", f"Actualité {n}", days=9)) for n in range(10)]
    after = [one(item(f"n{n}", f"https://b/{n}", f"Actualité {n}", days=0)) for n in range(10)]
    changes = compare(after, [known(each, n) for n, each in enumerate(before)])
    assert changes == Changes(changed=tuple(enumerate(after)))


def test_words_that_two_entries_or_two_items_say_recognise_none() -> None:
    first, second = described(1, link="https://a/1"), described(1, link="https://a/2")
    each = described(1, link="https://b/3")
    assert compare([each], [known(first, 1), known(second, 2)]).new == (each,)
    other = described(1, link="https://b/4")
    assert compare([each, other], [known(first)]).new == (each, other)


def test_an_entry_that_is_still_there_is_not_another_item() -> None:
    there, each = described(1, link="https://a/1"), described(1, link="https://b/2")
    different = replace(there, hash="other")
    assert compare([different, each], [known(there)]).new == (each,)


def test_a_link_that_changes_under_the_same_guid_is_written() -> None:
    before, after = one(item("g", "http://a/1")), one(item("g", "https://a/1"))
    assert compare([after], [known(before, 3)]) == Changes(changed=((3, after),))


def test_the_call_of_the_next_year_at_the_same_address_is_new() -> None:
    before = replace(known(one(item("2026", "https://a/appel", "Appel 2026"))), title="Appel 2026")
    after = one(item("2027", "https://a/appel", "Appel 2027"))
    assert compare([after], [before]).new == (after,)
    corrected = one(item("x", "https://a/appel", "Appel à projets 2026"))
    assert compare([corrected], [before]).changed == ((1, corrected),)
    unnamed = one(item("", "https://a/appel", "Appel 2027"))
    assert compare([unnamed], [before]).changed == ((1, unnamed),)


def test_an_entry_without_words_any_more_is_the_same_whatever_it_says() -> None:
    entry = replace(known(one(item("g", "https://a/1"))), purged=True)
    assert compare([one(item("g", "https://b/2", "Autre"))], [entry]) == Changes()
    assert compare([one(item("", "https://a/1", "Autre"))], [entry]) == Changes()
    other = one(item("h", "https://a/1", "Autre"))
    assert compare([other], [entry]).new == (other,)


@pytest.mark.parametrize(
    ("fresh", "before", "burst"),
    [
        (500, (), False),
        (500, (50,), True),
        (20, (50,), False),
        (21, (50, 2, 1), True),
        (60, (50, 20, 3), False),
        (61, (50, 20, 3), True),
        (298, (1264, 300), False),
    ],
)
def test_a_burst_is_far_more_than_the_habit(
    fresh: int, before: tuple[int, ...], burst: bool
) -> None:
    assert is_burst(fresh, before) is burst


@given(st.lists(st.builds(item, guid=st.sampled_from(["", "a", "b"]), title=st.text(max_size=3))))
def test_a_document_read_twice_brings_nothing_the_second_time(items: list[Item]) -> None:
    found = identify(items)
    assert len({each.identity for each in found}) == len(found)
    stored = [known(each, n) for n, each in enumerate(found)]
    assert compare(identify(items), stored) == Changes()


@pytest.mark.parametrize(
    ("instant", "kept"),
    [
        (NOW - timedelta(days=3), True),
        (NOW + timedelta(hours=2), True),
        (NOW + timedelta(days=2), False),
        (datetime(1970, 1, 1, tzinfo=UTC), False),
        (None, False),
    ],
)
def test_impossible_dates_are_not_believed(instant: datetime | None, kept: bool) -> None:
    assert plausible(instant, NOW) == (instant if kept else None)


def test_a_page_has_a_path_or_a_query() -> None:
    assert is_a_page("https://a/1")
    assert is_a_page("https://a/?p=1")
    assert not is_a_page("https://a/")
    assert not is_a_page("")


@pytest.mark.parametrize(
    ("state", "verdict", "after"),
    [
        (State.WAITING, Verdict.KEEP, State.KEPT),
        (State.WAITING, Verdict.DROP, State.DROPPED),
        (State.KEPT, Verdict.UNDO, State.WAITING),
        (State.DROPPED, Verdict.UNDO, State.WAITING),
        (State.KEPT, Verdict.DROP, State.DROPPED),
    ],
)
def test_a_decision_makes_a_new_version(state: State, verdict: Verdict, after: State) -> None:
    assert decide(Standing(state, 4), 4, verdict) == Standing(after, 5)


def test_a_press_on_what_has_changed_since_decides_nothing() -> None:
    assert decide(Standing(State.KEPT, 5), 4, Verdict.DROP) is None


def test_deciding_what_is_decided_already_changes_nothing() -> None:
    assert decide(Standing(State.KEPT, 5), 5, Verdict.KEEP) is None

"""What an edition is made of, and what may become of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sections import Section
from digest.letter.decide import (
    NEXT,
    OPEN,
    Contents,
    Item,
    State,
    Verdict,
    approval_holds,
    begins_again,
    by_section,
    choice_key,
    choose,
    chosen_by,
    judge,
    may_become,
    paragraphs,
    period,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def item(number: int, section: Section = Section.LEGAL, **values: object) -> Item:
    given = {"title": f"Sujet {number}", "url": f"https://example.org/{number}", **values}
    return Item(reference=f"watch:story:{number}", section=section, **given)  # type: ignore[arg-type]


def test_sections_come_in_the_order_of_the_letter_whatever_the_order_of_offers() -> None:
    offered = [item(1, Section.AGENDA), item(2, Section.LEGAL), item(3, Section.HEADLINES)]
    chosen = choose(offered, set(), NOW)
    assert [i.reference for i in chosen] == ["watch:story:3", "watch:story:2", "watch:story:1"]
    assert [group.section for group in by_section(chosen)] == [
        Section.HEADLINES,
        Section.LEGAL,
        Section.AGENDA,
    ]


def test_meetings_come_by_date_and_before_what_has_none() -> None:
    offered = [
        item(1, Section.AGENDA),
        item(2, Section.AGENDA, starts_at=NOW + timedelta(days=20)),
        item(3, Section.AGENDA, starts_at=NOW + timedelta(days=7)),
    ]
    assert [i.reference[-1] for i in choose(offered, set(), NOW)] == ["3", "2", "1"]


def test_undated_items_of_a_section_keep_the_order_in_which_they_were_offered() -> None:
    assert [i.reference[-1] for i in choose([item(2), item(1), item(3)], set(), NOW)] == [
        "2",
        "1",
        "3",
    ]


def test_what_appeared_before_does_not_appear_again() -> None:
    assert choose([item(1)], {"watch:story:1"}, NOW) == ()


def test_nothing_offered_is_nothing_to_say() -> None:
    assert choose([], set(), NOW) == ()
    assert by_section(()) == ()


def test_a_reference_offered_twice_appears_once() -> None:
    assert len(choose([item(1), item(1, title="Le même, mieux dit")], set(), NOW)) == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/relative", ""])
def test_an_address_that_a_letter_should_not_carry_is_dropped_and_the_item_kept(url: str) -> None:
    assert choose([item(1, url=url)], set(), NOW) == (item(1, url=""),)


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(Section))), st.sets(st.integers(1, 9)))
def test_the_choice_is_exactly_what_is_offered_and_new(
    offers: list[tuple[int, Section]], before: set[int]
) -> None:
    published = {f"watch:story:{number}" for number in before}
    chosen = choose([item(number, section) for number, section in offers], published, NOW)
    references = [i.reference for i in chosen]
    assert sorted(references) == sorted({f"watch:story:{n}" for n, _ in offers} - published)
    assert [i for group in by_section(chosen) for i in group.items] == list(chosen)


def test_an_item_survives_its_storage() -> None:
    whole = item(
        1, starts_at=NOW, place="Ambert", note="À lire", source="JO", themes=("habitat", "santé")
    )
    assert Item.from_json(whole.to_json()) == whole
    assert Item.from_json(item(2).to_json()) == item(2)


def test_any_change_gives_another_hash_and_voids_the_approval() -> None:
    contents = Contents("La lettre", "Bonjour.", (item(1), item(2)))
    approved = contents.hash
    assert approval_holds(approved, Contents("La lettre", "Bonjour.", (item(1), item(2))))
    for changed in (
        Contents("La lettre", "Bonjour !", (item(1), item(2))),
        Contents("La Lettre", "Bonjour.", (item(1), item(2))),
        Contents("La lettre", "Bonjour.", (item(2), item(1))),
        Contents("La lettre", "Bonjour.", (item(1), item(2, note="Notre lecture"))),
        Contents("La lettre", "Bonjour.", (item(1),)),
    ):
        assert not approval_holds(approved, changed)
    assert not approval_holds(None, contents)


def test_what_left_never_changes_and_what_is_being_sent_is_not_cancelled() -> None:
    assert NEXT[State.SENT] == frozenset()
    assert not may_become(State.SENDING, State.CANCELLED)
    assert not may_become(State.SENDING, State.DRAFT)


def test_nothing_is_sent_without_an_approval() -> None:
    begins = {state for state in State if may_become(state, State.SENDING)}
    assert begins == {State.APPROVED, State.PAUSED}
    assert {state for state in State if may_become(state, State.PAUSED)} == {State.SENDING}
    assert {state for state in State if may_become(state, State.APPROVED)} == {State.IN_REVIEW}


def test_only_a_number_that_never_left_serves_again() -> None:
    assert begins_again(State.CANCELLED, left=False)
    assert not begins_again(State.CANCELLED, left=True)
    assert not begins_again(State.SENT, left=False)


def test_every_state_has_its_next_ones_and_open_ones_are_those_still_at_work() -> None:
    assert set(NEXT) == set(State)
    assert set(State) - OPEN == {State.SENT, State.CANCELLED}


@pytest.mark.parametrize(
    ("state", "version", "pressed", "verdict"),
    [
        (State.IN_REVIEW, 2, 2, Verdict.GO),
        (State.IN_REVIEW, 3, 2, Verdict.STALE),
        (State.APPROVED, 2, 2, Verdict.CLOSED),
        (State.CANCELLED, 2, 2, Verdict.CLOSED),
        (State.SENT, 3, 2, Verdict.CLOSED),
    ],
)
def test_an_approval_is_judged_by_state_then_by_version(
    state: State, version: int, pressed: int, verdict: Verdict
) -> None:
    assert judge(state, version, pressed, State.APPROVED) is verdict


def test_a_period_runs_from_the_last_edition_or_covers_the_last_days() -> None:
    last = NOW - timedelta(days=40)
    assert period(last, NOW, 14) == (last, NOW)
    assert period(None, NOW, 14) == (NOW - timedelta(days=14), NOW)


def test_paragraphs_are_what_blank_lines_separate() -> None:
    assert paragraphs("Bonjour à\ntoutes.\r\n\r\n\n  Bonne lecture. ") == (
        "Bonjour à toutes.",
        "Bonne lecture.",
    )
    assert paragraphs(" \n\n ") == ()


def test_an_item_with_a_deadline_is_read_back_and_others_are_as_before_there_were_any() -> None:
    call = item(1, deadline=NOW, more_url="https://relais.test/veille/actualites/1")
    assert Item.from_json(call.to_json()) == call
    assert call.to_json()["deadline"] == "2026-11-23T08:00:00+00:00"
    assert not {"deadline", "more_url"} & item(2).to_json().keys()
    before = Contents("La lettre", "", (item(2),)).hash
    assert before != Contents("La lettre", "", (item(2, deadline=NOW),)).hash


HOUSING, HEALTH = item(1, themes=("habitat",)), item(2, themes=("sante", "emploi"))
FOR_ALL = item(3, Section.AGENDA)


def test_who_chose_themes_receives_their_items_and_those_without_any() -> None:
    items = (HOUSING, HEALTH, FOR_ALL)
    assert chosen_by(items, ("habitat",), whole=False) == (HOUSING, FOR_ALL)
    assert chosen_by(items, ("emploi", "habitat"), whole=False) == items
    assert chosen_by(items, ("habitat",), whole=True) == items


def test_what_goes_to_everybody_is_no_letter_by_itself() -> None:
    assert chosen_by((HEALTH, FOR_ALL), ("habitat",), whole=False) == ()
    assert chosen_by((FOR_ALL,), (), whole=False) == ()
    assert chosen_by((FOR_ALL,), (), whole=True) == (FOR_ALL,)


THEMES = st.lists(st.sampled_from(["habitat", "sante", "emploi", "ecole"]), max_size=4)


@given(st.lists(THEMES), THEMES, THEMES, st.booleans(), st.booleans())
def test_the_same_key_is_the_same_message(
    of_items: list[list[str]],
    one: list[str],
    other: list[str],
    all_of_one: bool,
    all_of_other: bool,
) -> None:
    items = [item(number, themes=tuple(themes)) for number, themes in enumerate(of_items)]
    if choice_key(one, all_of_one) == choice_key(other, all_of_other):
        assert chosen_by(items, one, all_of_one) == chosen_by(items, other, all_of_other)


def test_a_choice_is_named_without_regard_to_its_order() -> None:
    assert choice_key(("sante", "habitat"), whole=False) == "themes:habitat,sante"
    assert choice_key(("habitat", "sante"), whole=False) == "themes:habitat,sante"
    assert choice_key(("habitat",), whole=True) == "all"


def test_calls_come_by_deadline_and_those_without_any_last() -> None:
    def call(number: int, days: int | None) -> Item:
        deadline = None if days is None else NOW + timedelta(days=days)
        return item(number, Section.CALLS, deadline=deadline)

    offered = [call(1, None), call(2, 20), call(3, 3)]
    assert [i.reference[-1] for i in choose(offered, set(), NOW)] == ["3", "2", "1"]


def test_a_deadline_does_not_move_what_is_no_call() -> None:
    offered = [item(1), item(2, deadline=NOW + timedelta(days=3))]
    assert [i.reference[-1] for i in choose(offered, set(), NOW)] == ["1", "2"]


def test_what_is_closed_or_has_begun_is_left_out() -> None:
    before = NOW - timedelta(seconds=1)
    offered = [
        item(1, Section.CALLS, deadline=before),
        item(2, Section.AGENDA, starts_at=before),
        item(3, Section.TRAININGS, starts_at=NOW + timedelta(days=9), deadline=before),
        item(4, Section.CALLS, deadline=NOW),
    ]
    assert [i.reference[-1] for i in choose(offered, set(), NOW)] == ["4"]


def test_legal_texts_and_the_picture_are_part_of_what_is_approved() -> None:
    cited = item(1, references=(("Loi n° 2025-127", "https://law.example.org/1"), ("Arrêté", "")))
    assert Item.from_json(cited.to_json()) == cited
    plain = Contents("La lettre", "", (item(1),))
    assert plain.hash != Contents("La lettre", "", (cited,)).hash
    one, other = (Contents("La lettre", "", (item(1),), "0" * 64, words) for words in ("a", "b"))
    assert len({plain.hash, one.hash, other.hash}) == 3

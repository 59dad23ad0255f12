"""Who is invited: unions without doubles, who is left out, how each is reached, holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.seminars.decide import Kind, State, is_committee
from digest.seminars.inviting.decide import (
    Audience,
    Candidate,
    Directory,
    Group,
    GroupKind,
    Refusal,
    RoundState,
    Way,
    audience_of,
    by_way,
    counted,
    fingerprint,
    may_hold_back,
    refusal,
    resolve,
    still_leaves,
    to_invite,
    way,
)
from digest.seminars.rules import RegistrationState

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=40)

INES = Candidate(
    "person:2", "Inès Roche", "ines@orsanne.example",
    roles=frozenset({"agent"}), territories=frozenset({7}),
)  # fmt: skip
MARC = Candidate("person:3", "Marc Vidal", chat=True, roles=frozenset({"elected"}))
ELODIE = Candidate(
    "person:4", "Élodie Bost", "elodie@brune.example",
    roles=frozenset({"agent", "support"}), structures=frozenset({5}),
)  # fmt: skip
GONE = Candidate("person:9", "Paul Parti", "paul@parti.example", present=False)
JEANNE = Candidate("guest:1", "Jeanne Martin", "jeanne@prefecture.example")
AGAIN = Candidate("guest:2", "I. Roche", "ines@orsanne.example")
ERASED = Candidate("guest:3", "", present=False)

DIRECTORY = Directory(
    {one.party: one for one in (INES, MARC, ELODIE, GONE, JEANNE, AGAIN, ERASED)},
    themes={"habitat": frozenset({"person:3", "person:9"})},
    earlier={"12": frozenset({"person:4", "guest:1", "person:77"})},
)


def names(*groups: Group, audience: Audience = Audience.EXTENDED) -> list[str]:
    return [one.name for one in resolve(groups, DIRECTORY, audience).invited]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (Group(GroupKind.ROLE, "agent"), ["Élodie Bost", "Inès Roche"]),
        (Group(GroupKind.ROLE, "funder"), []),
        (Group(GroupKind.TERRITORY, "7"), ["Inès Roche"]),
        (Group(GroupKind.STRUCTURE, "5"), ["Élodie Bost"]),
        (Group(GroupKind.THEME, "habitat"), ["Marc Vidal"]),
        (Group(GroupKind.THEME, "unknown"), []),
        (Group(GroupKind.AGENDA, "12"), ["Élodie Bost", "Jeanne Martin"]),
        (Group(GroupKind.AGENDA, "13"), []),
        (Group(GroupKind.EVERYBODY), ["Élodie Bost", "Inès Roche", "Marc Vidal"]),
        (Group(GroupKind.PERSON, "person:3"), ["Marc Vidal"]),
        (Group(GroupKind.PERSON, "person:404"), []),
        (Group(GroupKind.GUEST, "guest:1"), ["Jeanne Martin"]),
    ],
)
def test_each_kind_of_group_finds_its_people_by_name(group: Group, expected: list[str]) -> None:
    assert names(group) == expected


def test_who_is_in_several_groups_is_invited_once() -> None:
    groups = (
        Group(GroupKind.ROLE, "agent"),
        Group(GroupKind.ROLE, "support"),
        Group(GroupKind.PERSON, "person:4"),
    )
    assert names(*groups) == ["Élodie Bost", "Inès Roche"]


def test_a_guest_at_the_address_of_a_person_is_that_person() -> None:
    group = Group(GroupKind.GUEST, "guest:2")
    found = resolve([group], DIRECTORY, Audience.EXTENDED)
    assert [one.party for one in found.invited] == ["person:2"]
    assert found.of[group] == {"person:2"}
    assert names(group, Group(GroupKind.ROLE, "agent")) == ["Élodie Bost", "Inès Roche"]


def test_who_left_and_who_was_erased_is_not_invited_and_is_shown() -> None:
    groups = [Group(GroupKind.PERSON, "person:9"), Group(GroupKind.THEME, "habitat")]
    found = resolve([*groups, Group(GroupKind.GUEST, "guest:3")], DIRECTORY, Audience.EXTENDED)
    assert [one.name for one in found.invited] == ["Marc Vidal"]
    assert [one.name for one in found.gone] == ["", "Paul Parti"]


def test_the_restricted_audience_leaves_out_what_is_kept_for_the_extended_one() -> None:
    always = Group(GroupKind.ROLE, "elected")
    wider = Group(GroupKind.ROLE, "agent", extended=True)
    assert counted([always, wider], Audience.RESTRICTED) == (always,)
    assert names(always, wider, audience=Audience.RESTRICTED) == ["Marc Vidal"]
    assert names(always, wider) == ["Élodie Bost", "Inès Roche", "Marc Vidal"]


@pytest.mark.parametrize(
    ("kind", "audience", "expected"),
    [
        (Kind.STEERING, "", Audience.RESTRICTED),
        (Kind.STEERING, "restricted", Audience.RESTRICTED),
        (Kind.TECHNICAL, "extended", Audience.EXTENDED),
        (Kind.SEMINAR, "", Audience.EXTENDED),
        (Kind.WORKSHOP, "restricted", Audience.EXTENDED),
    ],
)
def test_only_committees_have_a_restricted_audience(
    kind: Kind, audience: str, expected: Audience
) -> None:
    assert audience_of(kind, audience) is expected
    assert is_committee(kind) is (kind in {Kind.STEERING, Kind.TECHNICAL})


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (Candidate("person:1", "", "a@b.fr"), Way.MAIL),
        (Candidate("person:1", "", "a@b.fr", chat=True), Way.MAIL),
        (Candidate("person:1", "", "a@b.fr", chat=True, prefers_chat=True), Way.CHAT),
        (Candidate("person:1", "", "a@b.fr", prefers_chat=True), Way.MAIL),
        (Candidate("person:1", "", chat=True), Way.CHAT),
        (Candidate("person:1", ""), Way.NO_ADDRESS),
        (Candidate("person:1", "", "a@b.fr", suppressed=True), Way.SUPPRESSED),
        (Candidate("person:1", "", "a@b.fr", chat=True, suppressed=True), Way.CHAT),
    ],
)
def test_how_somebody_is_reached(one: Candidate, expected: Way) -> None:
    assert way(one) is expected
    assert {each: len(people) for each, people in by_way([one]).items()} == {
        each: int(each is expected) for each in Way
    }


def test_nobody_is_invited_twice_whatever_they_answered() -> None:
    known = {"person:2": RegistrationState.EXCUSED, "person:4": RegistrationState.CANCELLED}
    assert to_invite([INES, MARC, ELODIE], known) == (MARC,)
    known = {INES.party: RegistrationState.EXCUSED, MARC.party: RegistrationState.ASKED}
    assert to_invite([INES, MARC], known) == (MARC,)


@given(st.lists(st.sampled_from([f"person:{number}" for number in range(40)]), unique=True))
def test_a_preview_of_other_people_has_another_mark(parties: list[str]) -> None:
    mark = fingerprint(parties)
    assert mark == fingerprint(parties[::-1])
    assert 0 <= 1 + mark <= 999_999_999
    assert mark != fingerprint([*parties, "person:40"])


kinds = st.sampled_from(
    [
        Group(GroupKind.ROLE, "agent"),
        Group(GroupKind.ROLE, "elected", extended=True),
        Group(GroupKind.EVERYBODY, "", extended=True),
        Group(GroupKind.GUEST, "guest:2"),
        Group(GroupKind.GUEST, "guest:1"),
        Group(GroupKind.THEME, "habitat"),
        Group(GroupKind.AGENDA, "12"),
    ]
)


@given(st.lists(kinds, unique=True), st.sampled_from(Audience))
def test_everybody_is_there_once_and_nobody_who_left(
    groups: list[Group], audience: Audience
) -> None:
    found = resolve(groups, DIRECTORY, audience).invited
    assert len({one.party for one in found}) == len({one.email or one.party for one in found})
    assert all(one.present for one in found)
    everybody = {one.party for one in resolve(groups, DIRECTORY, Audience.EXTENDED).invited}
    assert {one.party for one in found} <= everybody


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"state": State.PUBLISHED}, None),
        ({"state": State.CANCELLED}, Refusal.CANCELLED),
        ({"starts_at": NOW}, Refusal.BEGUN),
        ({"unconfirmed": True}, Refusal.UNCONFIRMED),
        ({"unconfirmed": True, "state": State.PUBLISHED}, None),
        ({"waiting": True}, Refusal.WAITING),
        ({"people": 0}, Refusal.NOBODY),
        ({"people": 6}, Refusal.CHANGED),
    ],
)
def test_when_invitations_can_be_planned(changes: dict[str, Any], expected: Refusal | None) -> None:
    usual = {"state": State.DRAFT, "starts_at": LATER, "seen": 5, "people": 5}
    held = {"waiting": False, "unconfirmed": False}
    assert refusal(**{**usual, **held, "now": NOW, **changes}) is expected


def test_a_round_is_held_back_until_it_leaves() -> None:
    due = NOW + timedelta(minutes=10)
    assert may_hold_back(RoundState.PLANNED, due, NOW)
    assert not may_hold_back(RoundState.PLANNED, due, due)
    assert not may_hold_back(RoundState.LEFT, due, NOW)
    assert still_leaves(State.PUBLISHED, LATER, NOW)
    assert not still_leaves(State.CANCELLED, LATER, NOW)
    assert not still_leaves(State.PUBLISHED, NOW, NOW)

"""Whom the network asks, and whose contact it gives."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.network.decide import (
    Candidate,
    Chosen,
    Contact,
    Reason,
    Subject,
    choose,
    first_territories,
    month_start,
)
from bot.network.neighbours import NEIGHBOURS

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def somebody(person_id: int = 1, **changes: object) -> Candidate:
    known = Candidate(person_id, frozenset({4}), frozenset({"63"}), frozenset(), 2, 0, None)
    return replace(known, **changes)  # type: ignore[arg-type]


SUBJECT = Subject(
    asker_id=99,
    territories=frozenset({1}),
    departments=frozenset({"63"}),
    neighbours=frozenset({"15", "19"}),
    theme_id=7,
    discreet=False,
    already=frozenset(),
)


def asked(*candidates: Candidate, subject: Subject = SUBJECT, most: int = 5) -> list[Chosen]:
    return list(choose(candidates, subject, most))


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (somebody(), Reason.DEPARTMENT),
        (somebody(departments=frozenset({"15"})), Reason.NEIGHBOUR),
        (somebody(departments=frozenset({"2A"})), Reason.THEME),
        (somebody(departments=frozenset(), territories=frozenset()), Reason.THEME),
        (somebody(themes=frozenset({7})), Reason.DEPARTMENT),
    ],
)
def test_somebody_is_asked_for_their_territory_or_the_theme(
    candidate: Candidate, reason: Reason
) -> None:
    assert asked(candidate) == [Chosen(1, reason)]


@pytest.mark.parametrize(
    ("candidate", "subject"),
    [
        (somebody(99), SUBJECT),
        (somebody(), replace(SUBJECT, already=frozenset({1}))),
        (somebody(cap=2, asked=2), SUBJECT),
        (somebody(cap=0), SUBJECT),
        (somebody(themes=frozenset({8})), SUBJECT),
        (somebody(themes=frozenset({7})), replace(SUBJECT, theme_id=None)),
        (somebody(departments=frozenset({"2A"})), replace(SUBJECT, theme_id=None)),
        (somebody(territories=frozenset({1})), replace(SUBJECT, discreet=True)),
    ],
    ids=[
        "the asker", "asked already", "over the cap", "a cap of nothing", "other themes",
        "no theme known", "far and no theme", "a discreet asker’s colleague",
    ],
)  # fmt: skip
def test_somebody_is_not_asked(candidate: Candidate, subject: Subject) -> None:
    assert asked(candidate, subject=subject) == []


def test_a_colleague_of_the_asker_is_asked_unless_the_question_is_discreet() -> None:
    colleague = somebody(territories=frozenset({1}))
    assert asked(colleague) == [Chosen(1, Reason.DEPARTMENT)]


def test_those_asked_least_recently_come_first_then_the_nearest() -> None:
    far = frozenset({"2A"})
    chosen = asked(
        somebody(1, last_asked=NOON),
        somebody(2, last_asked=NOON - timedelta(days=9)),
        somebody(3, departments=far),
        somebody(4),
        somebody(5, departments=frozenset({"19"})),
        most=4,
    )
    assert [one.person_id for one in chosen] == [4, 5, 3, 2]


instants = some.none() | some.integers(0, 1_000).map(lambda days: NOON - timedelta(days=days))
candidates = some.lists(
    some.builds(
        Candidate,
        person_id=some.integers(1, 12),
        territories=some.frozensets(some.integers(1, 4), max_size=2),
        departments=some.frozensets(some.sampled_from(["63", "15", "2A"]), max_size=2),
        themes=some.frozensets(some.integers(6, 8), max_size=2),
        cap=some.integers(0, 3),
        asked=some.integers(0, 4),
        last_asked=instants,
    ),
    unique_by=lambda one: one.person_id,
)
subjects = some.builds(
    Subject,
    asker_id=some.none() | some.integers(1, 12),
    territories=some.frozensets(some.integers(1, 4), max_size=2),
    departments=some.just(frozenset({"63"})),
    neighbours=some.just(frozenset({"15"})),
    theme_id=some.none() | some.integers(6, 8),
    discreet=some.booleans(),
    already=some.frozensets(some.integers(1, 12), max_size=3),
)


@given(candidates, subjects, some.integers(-1, 6), some.randoms())
def test_choosing_keeps_what_it_promises(
    people: list[Candidate], subject: Subject, most: int, order: object
) -> None:
    chosen = choose(people, subject, most)
    known = {one.person_id: one for one in people}
    assert len(chosen) <= max(most, 0)
    assert len({one.person_id for one in chosen}) == len(chosen)
    for one in chosen:
        candidate = known[one.person_id]
        assert candidate.asked < candidate.cap, "never over the cap"
        assert one.person_id != subject.asker_id, "never the asker"
        assert one.person_id not in subject.already
        assert not (subject.discreet and candidate.territories & subject.territories)
    shuffled = list(people)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert choose(shuffled, subject, most) == chosen, "whatever the order they come in"


@given(candidates, subjects, some.integers(1, 6))
def test_nobody_asked_more_recently_takes_the_place_of_another(
    people: Sequence[Candidate], subject: Subject, most: int
) -> None:
    known = {one.person_id: one for one in people}
    everybody = choose(people, subject, len(people))
    chosen = choose(people, subject, most)
    assert chosen == everybody[:most]
    instants = [known[one.person_id].last_asked for one in everybody]
    spelled = [each.timestamp() if each else float("-inf") for each in instants]
    assert spelled == sorted(spelled), "fair: the least recently asked first"


@given(candidates, subjects, some.integers(1, 3))
def test_turn_after_turn_everybody_who_may_be_is_asked(
    people: Sequence[Candidate], subject: Subject, most: int
) -> None:
    asked_of: list[int] = []
    now, waiting = NOON, list(people)
    for _ in people:
        turn = choose(waiting, subject, most)
        now += timedelta(days=1)
        asked_of += [one.person_id for one in turn]
        served = {one.person_id for one in turn}
        waiting = [
            replace(one, last_asked=now) if one.person_id in served else one for one in waiting
        ]
    assert {one.person_id for one in choose(people, subject, len(people))} == set(asked_of)


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2026, 11, 23, 8, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)),
        (datetime(2026, 10, 31, 23, 30, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)),
        (datetime(2026, 10, 31, 22, 59, tzinfo=UTC), datetime(2026, 9, 30, 22, tzinfo=UTC)),
    ],
    ids=["winter", "the first minutes in Paris", "the last hour of October"],
)
def test_a_month_begins_at_midnight_in_paris(now: datetime, start: datetime) -> None:
    assert month_start(now) == start


def test_three_territories_each_once_none_of_ones_own() -> None:
    found = [
        Contact(1, 5, 8), Contact(2, 5, 9), Contact(3, 1), Contact(1, 9), Contact(4, 6),
        Contact(5, 7), Contact(6, 8),
    ]  # fmt: skip
    assert first_territories(found, frozenset({1}), 3) == (
        Contact(1, 5, 8),
        Contact(4, 6),
        Contact(5, 7),
    )


def test_what_touches_is_touched_back() -> None:
    assert len(NEIGHBOURS) == 96
    for code, others in NEIGHBOURS.items():
        assert code not in others
        assert all(code in NEIGHBOURS[other] for other in others), code


def test_the_departments_around_the_puy_de_dome() -> None:
    assert NEIGHBOURS["63"] == {"03", "15", "19", "23", "42", "43"}

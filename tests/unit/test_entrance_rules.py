"""The directory's rules, whom a newcomer meets, what the menu shows."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entrance.rules import (
    COLLEAGUES,
    Colleague,
    Objection,
    colleagues,
    in_menu,
    may_block,
    may_leave,
    may_receive_stranger,
    may_succeed,
    menu_order,
    pair,
    parse_blocking,
    parse_last_day,
    parse_name,
)
from core.errors import InputError
from core.people.roles import Role
from core.people.rules import resemblance

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
AGENT = frozenset({Role.AGENT})
TEAM = frozenset({Role.AGENT, Role.ANIMATOR})
HEAD = frozenset({Role.HEAD})
NOBODY: frozenset[Role] = frozenset()


@pytest.mark.parametrize(
    ("actor", "roles", "blocked", "expected"),
    [
        (2, AGENT, False, None),
        (2, NOBODY, False, None),
        (1, AGENT, False, Objection.ONESELF),
        (2, TEAM, False, Objection.TEAM),
        (2, HEAD, False, Objection.TEAM),
        (2, NOBODY, True, Objection.ALREADY),
        (None, AGENT, False, None),
    ],
)
def test_who_may_be_blocked(
    actor: int | None, roles: frozenset[Role], blocked: bool, expected: Objection | None
) -> None:
    assert may_block(actor, 1, roles, blocked=blocked) is expected


def test_nobody_shows_themselves_out() -> None:
    assert may_leave(1, 1) is Objection.ONESELF
    assert may_leave(2, 1) is None


@pytest.mark.parametrize(
    ("successor", "chain", "roles", "expected"),
    [
        (2, [], AGENT, True),
        (2, [3], AGENT, True),
        (1, [], AGENT, False),
        (2, [3, 1], AGENT, False),
        (2, [], NOBODY, False),
        (2, [], HEAD, False),
    ],
)
def test_who_may_take_over(
    successor: int, chain: list[int], roles: frozenset[Role], expected: bool
) -> None:
    assert may_succeed(1, successor, chain, roles) is expected


def test_a_strangers_account_never_becomes_the_teams() -> None:
    assert may_receive_stranger(AGENT)
    assert not may_receive_stranger(TEAM)
    assert not may_receive_stranger(HEAD)
    assert not may_receive_stranger(NOBODY)


def agent(number: int, territory: int, department: str) -> Colleague:
    return Colleague(number, frozenset({territory}), frozenset({department}))


def test_neighbours_come_before_ones_own_territory_and_both_before_others() -> None:
    newcomer = agent(10, 1, "63")
    others = [agent(1, 9, "48"), agent(2, 1, "63"), agent(3, 2, "63"), agent(4, 8, "15"), newcomer]
    assert colleagues(newcomer, others)[:2] == [3, 2]
    assert colleagues(newcomer, [newcomer]) == []


def test_newcomers_of_one_place_are_not_all_shown_the_same_people() -> None:
    others = [agent(number, 2, "63") for number in range(1, 7)]
    shown = {number for new in range(20, 26) for number in colleagues(agent(new, 1, "63"), others)}
    assert shown == {1, 2, 3, 4, 5, 6}


@given(st.integers(1, 50), st.sets(st.integers(1, 50), max_size=12))
def test_a_newcomer_meets_a_few_others_each_once(new: int, others: set[int]) -> None:
    met = colleagues(agent(new, 1, "63"), [agent(n, n % 3, "63") for n in others])
    assert new not in met
    assert len(set(met)) == len(met) == min(COLLEAGUES, len(others - {new}))


def test_the_menu_begins_with_asking_and_ends_with_the_help() -> None:
    names = ["aide", "bilan", "agenda", "question", "abonnement"]
    assert menu_order(names) == ["question", "agenda", "bilan", "abonnement", "aide"]
    assert menu_order([]) == []


@pytest.mark.parametrize(
    ("role", "name", "roles", "private", "expected"),
    [
        (None, "question", AGENT, True, True),
        (Role.AGENT, "proposer", AGENT, True, True),
        (Role.ANIMATOR, "lettre", AGENT, True, False),
        (Role.ANIMATOR, "lettre", TEAM, True, True),
        (None, "question", frozenset({Role.FUNDER}), True, False),
        (None, "agenda", TEAM, True, True),
        (None, "question", TEAM, False, False),
        (Role.ANIMATOR, "lettre", TEAM, False, True),
        (Role.ANIMATOR, "lettre", AGENT, False, False),
        (None, "reponses", TEAM, False, True),
        (None, "parrainage", AGENT, False, False),
        (None, "aide", AGENT, False, True),
    ],
)
def test_what_the_menu_shows(
    role: Role | None, name: str, roles: frozenset[Role], private: bool, expected: bool
) -> None:
    assert in_menu(role, name, roles, private=private) is expected


def test_names_are_read_on_one_line() -> None:
    assert parse_name("  Marie \n Anne ", NOW) == "Marie Anne"
    with pytest.raises(InputError, match="name_empty"):
        parse_name(" \n", NOW)
    with pytest.raises(InputError, match="name_long"):
        parse_name("a" * 81, NOW)


def test_a_reason_to_block_is_chosen_never_typed() -> None:
    assert parse_blocking("abuse", NOW) == "abuse"
    with pytest.raises(InputError, match="reason_unknown"):
        parse_blocking("il a dit du mal de Mme Vidal", NOW)


def test_a_last_day_ends_at_midnight_in_paris() -> None:
    assert parse_last_day("31/12/2026", NOW) == "2026-12-31T23:00:00+00:00"
    assert parse_last_day("23/11/2026", NOW) == "2026-11-23T23:00:00+00:00"
    assert parse_last_day("now", NOW) == NOW.isoformat()


@pytest.mark.parametrize(
    ("typed", "block"),
    [("22/11/2026", "day_past"), ("bientôt", "day_unknown"), ("", "day_unknown")],
)
def test_what_is_no_last_day(typed: str, block: str) -> None:
    with pytest.raises(InputError, match=block):
        parse_last_day(typed, NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12-7", (12, 7)),
        ("0-0", (0, 0)),
        ("12", None),
        ("12-", None),
        ("12-x", None),
        ("1-2-3", None),
        ("1234567890-1", None),
        ("-1", None),
        ("²-1", None),
    ],
)
def test_two_rows_in_a_button(text: str, expected: tuple[int, int] | None) -> None:
    assert pair(text) == expected


@pytest.mark.parametrize(
    ("words", "distance"),
    [
        ("vidal", 0),
        ("CLAIRE Vid", 0),
        ("orsanne", 1),
        ("vidal orsanne", 1),
        ("d’Orsanne", 1),
        ("meyrat", None),
        ("vidal brune", None),
        ("", None),
        ("!?", None),
    ],
)
def test_who_is_looked_for(words: str, distance: int | None) -> None:
    assert resemblance(words, "Claire Vidal", "Pays d’Orsanne") == distance

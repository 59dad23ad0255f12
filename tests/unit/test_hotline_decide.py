"""What the hotline decides."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hotline.decide import (
    RECENT,
    Addition,
    Aim,
    Courtesy,
    Ongoing,
    Side,
    State,
    Underway,
    Where,
    addition,
    choice,
    continued,
    courtesy,
    destination,
    number_of,
    numbers,
    reopenable,
    side,
    thread_of,
    topic_is_gone,
)

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("bonjour", Courtesy.GREETING),
        ("Bonjour à toutes et à tous !", Courtesy.GREETING),
        ("BONSOIR 🙂", Courtesy.GREETING),
        ("Merci !", Courtesy.THANKS),
        ("Bonjour, merci beaucoup pour votre réponse", Courtesy.THANKS),
        ("Je vous remercie infiniment", Courtesy.THANKS),
        ("Bien reçu", Courtesy.NOD),
        ("Bien noté.", Courtesy.NOD),
        ("D’accord", Courtesy.NOD),
        ("ok", Courtesy.NOD),
        ("Bonne journée", Courtesy.NOD),
        ("Au revoir, à bientôt", Courtesy.NOD),
        ("👍", Courtesy.NOD),
        ("👍🏽🙏", Courtesy.NOD),
        ("…", Courtesy.NOD),
        ("?", Courtesy.NOD),
        ("", Courtesy.NOD),
    ],
)
def test_courtesies_open_nothing(text: str, kind: Courtesy) -> None:
    assert courtesy(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, notre commune était en ZRR. Les exonérations existent-elles encore ?",
        "Merci de me dire qui a déjà fait une session d’accueil",
        "Bonjour à tous ?",
        "ok pour le 4 février",
        "FRR",
        "réponse",
        "oui",
        "non",
        "12",
        "Добрый день",
    ],
)
def test_anything_else_is_taken_seriously(text: str) -> None:
    assert courtesy(text) is None


@given(st.text())
def test_courtesy_never_stumbles(text: str) -> None:
    assert courtesy(text) in {None, *Courtesy}


@pytest.mark.parametrize(
    ("minutes", "number"),
    [
        ([], None),
        ([0], 1),
        ([10], 1),
        ([11], None),
        ([3, 4], None),
        ([600, 4], 2),
        ([600, 700], None),
    ],
)
def test_a_message_goes_on_with_the_only_question_spoken_of_lately(
    minutes: list[int], number: int | None
) -> None:
    ongoing = [
        Ongoing(index, NOW - timedelta(minutes=ago)) for index, ago in enumerate(minutes, start=1)
    ]
    assert continued(ongoing, NOW) == number


def test_lately_is_ten_minutes_to_the_second() -> None:
    assert continued([Ongoing(7, NOW - RECENT)], NOW) == 7
    assert continued([Ongoing(7, NOW - RECENT - timedelta(seconds=1))], NOW) is None


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("underway", "where"),
    [
        (Underway(()), Where.NEW),
        (Underway((Ongoing(4127, ago(3)),)), 4127),
        (Underway((Ongoing(4127, ago(30)),)), Where.ASK),
        (Underway((Ongoing(4127, ago(3)), Ongoing(5208, ago(4)))), Where.ASK),
        (Underway((Ongoing(4127, ago(3)), Ongoing(5208, ago(40)))), 4127),
        # « bonjour » begins another question, and a press says which one goes on
        (Underway((Ongoing(4127, ago(3)),), Aim(None, ago(1))), Where.NEW),
        (Underway((Ongoing(4127, ago(3)),), Aim(5208, ago(1))), 5208),
        (Underway((Ongoing(4127, ago(3)),), Aim(5208, ago(60))), 5208),
        (Underway((Ongoing(4127, ago(3)),), Aim(5208, ago(61))), 4127),
        (Underway((), Aim(None, ago(61))), Where.NEW),
        # a long text comes in two, whatever was said of another question meanwhile
        (Underway((Ongoing(4127, NOW), Ongoing(5208, NOW)), last=Aim(4127, ago(0.5))), 4127),
        (Underway((Ongoing(4127, NOW), Ongoing(5208, NOW)), last=Aim(4127, ago(0.6))), Where.ASK),
        (Underway((Ongoing(4127, ago(20)),), last=Aim(5208, NOW)), Where.ASK),
        (Underway((), last=Aim(5208, NOW)), Where.NEW),
        (Underway((Ongoing(4127, NOW),), Aim(None, NOW), Aim(4127, NOW)), Where.NEW),
        # what comes after a message that waits for its question waits with it
        (Underway((Ongoing(4127, ago(3)),), unplaced=True), Where.ASK),
        (Underway((), unplaced=True), Where.ASK),
        (Underway((), Aim(5208, ago(1)), unplaced=True), 5208),
    ],
)
def test_a_message_goes_where_its_author_means(underway: Underway, where: int | Where) -> None:
    assert destination(underway, NOW) == where


instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone


@given(
    st.lists(st.builds(Ongoing, st.integers(1, 9999), instants), max_size=4).map(tuple),
    st.none() | st.builds(Aim, st.none() | st.integers(1, 9999), instants),
    st.booleans(),
)
def test_nobody_s_message_goes_to_a_question_out_of_nowhere(
    ongoing: tuple[Ongoing, ...], announced: Aim | None, unplaced: bool
) -> None:
    where = destination(Underway(ongoing, announced, None, unplaced), NOW)
    known = {each.number for each in ongoing} | ({announced.number} if announced else set())
    assert where in {*known, *Where}
    if not ongoing and announced is None and not unplaced:
        assert where is Where.NEW


@pytest.mark.parametrize(
    ("state", "said", "presented", "reopenable", "outcome"),
    [
        (State.CHOOSING, None, False, False, Addition.NOTED),
        (State.SUGGESTED, None, False, False, Addition.NOTED),
        (State.OPEN, None, True, False, Addition.OWED),
        (State.ANSWERED, None, True, False, Addition.OWED),
        (State.WAITING, None, True, False, Addition.OWED),
        (State.CLOSED, None, True, True, Addition.OWED),
        (State.CLOSED, None, False, True, Addition.OWED),
        (State.CLOSED, None, True, False, Addition.TOO_LATE),
        (State.ANSWERED, Courtesy.THANKS, True, False, Addition.TOLD),
        (State.CLOSED, Courtesy.NOD, True, False, Addition.TOLD),
        (State.CLOSED, Courtesy.THANKS, False, True, Addition.NOTED),
        (State.SUGGESTED, Courtesy.THANKS, False, False, Addition.NOTED),
    ],
)
def test_what_an_agent_adds_reopens_unless_it_is_a_courtesy(
    state: State,
    said: Courtesy | None,
    presented: bool,
    reopenable: bool,
    outcome: Addition,
) -> None:
    assert addition(state, said, presented=presented, reopenable=reopenable) is outcome


def test_what_was_closed_may_be_reopened_for_so_many_days() -> None:
    assert reopenable(NOW - timedelta(days=30), NOW, 30)
    assert not reopenable(NOW - timedelta(days=30, seconds=1), NOW, 30)
    assert not reopenable(None, NOW, 30)


@pytest.mark.parametrize(
    ("taken", "among"),
    [
        (0, range(1000, 10000)),
        (999, range(1000, 10000)),
        (1000, range(10000, 100000)),
        (9999, range(10000, 100000)),
        (10000, range(100000, 1000000)),
    ],
)
def test_numbers_have_four_digits_then_more(taken: int, among: range) -> None:
    assert numbers(taken) == among


@given(st.integers(0, 10_000_000))
def test_a_guessed_number_is_hardly_ever_one(taken: int) -> None:
    assert taken * 9 <= len(numbers(taken))


@pytest.mark.parametrize("animator", [True, False])
@pytest.mark.parametrize("owns", [True, False])
@pytest.mark.parametrize(("private", "in_group"), [(True, False), (False, True), (False, False)])
def test_who_is_on_which_side(*, private: bool, in_group: bool, owns: bool, animator: bool) -> None:
    found = side(private=private, in_group=in_group, owns=owns, animator=animator)
    if private and owns:
        assert found is Side.ASKER
    elif in_group and animator:
        assert found is Side.TEAM
    else:
        assert found is Side.STRANGER


@pytest.mark.parametrize(
    ("identity", "number"),
    [("128", 128), ("", 0), ("-1", 0), ("1.5", 0), ("²", 0), ("9" * 10, 0), ("x", 0)],
)
def test_a_forged_number_is_nobody_s(identity: str, number: int) -> None:
    assert number_of(identity) == number


@pytest.mark.parametrize(
    ("identity", "pair"),
    [("128-5", (128, 5)), ("128", None), ("128-", None), ("a-b", None), ("1-2-3", None)],
)
def test_a_choice_names_a_question_and_a_territory(
    identity: str, pair: tuple[int, int] | None
) -> None:
    assert choice(identity) == pair


@pytest.mark.parametrize(
    ("external_id", "thread"),
    [("topic:-1001234:77", 77), ("topic:5:6", 6), ("-1001234:77", None), ("topic:5:", None)],
)
def test_a_topic_s_delivery_names_its_thread(external_id: str, thread: int | None) -> None:
    assert thread_of(external_id) == thread


@pytest.mark.parametrize(
    ("reason", "gone"),
    [("thread not found", True), ("thread closed", True), ("blocked", False), ("", False)],
)
def test_a_missing_topic_is_told_from_other_refusals(reason: str, gone: bool) -> None:
    assert topic_is_gone(reason) is gone

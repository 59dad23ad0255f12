"""What the hotline decides."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hotline.decide import (
    RECENT,
    Courtesy,
    Ongoing,
    Side,
    State,
    after_agent,
    choice,
    continued,
    courtesy,
    number_of,
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


@pytest.mark.parametrize(
    ("state", "said", "after"),
    [
        (State.CHOOSING, None, State.CHOOSING),
        (State.OPEN, None, State.OPEN),
        (State.ANSWERED, None, State.OPEN),
        (State.CLOSED, None, State.OPEN),
        (State.ANSWERED, Courtesy.THANKS, State.ANSWERED),
        (State.CLOSED, Courtesy.NOD, State.CLOSED),
    ],
)
def test_what_an_agent_adds_reopens_unless_it_is_a_courtesy(
    state: State, said: Courtesy | None, after: State
) -> None:
    assert after_agent(state, said) is after


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

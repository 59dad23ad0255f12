"""The command line of the benchmarks."""

import pytest

from bench.common.arguments import Options, Size, options

SIZE = Size("recipients", 2_000, 300)


def read(*given: str) -> Options:
    return options("send", "One edition to many.", SIZE, given)


def test_without_a_word_it_is_the_usual_size_in_three_rounds() -> None:
    assert read() == Options(count=2_000, rounds=3, quick=False, postgres=False)


def test_quick_is_less_of_it_once() -> None:
    assert read("--quick") == Options(count=300, rounds=1, quick=True, postgres=False)


def test_what_is_said_wins_over_quick() -> None:
    asked = read("--quick", "--recipients", "40", "--rounds", "2", "--postgres")
    assert asked == Options(count=40, rounds=2, quick=True, postgres=True)


@pytest.mark.parametrize("given", [("--recipients", "0"), ("--rounds", "-1"), ("--rounds", "x")])
def test_a_number_that_measures_nothing_is_refused(
    given: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read(*given)
    assert given[0] in capsys.readouterr().err


def test_the_help_names_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read("--help")
    said = capsys.readouterr().out
    assert "python -m bench.send" in said
    assert "--recipients" in said


def test_one_round_is_enough_of_much() -> None:
    size = Size("sources", 200, 30, long=1000)
    assert options("poll", "", size, ("--sources", "2000")).rounds == 1
    assert options("poll", "", size, ("--sources", "2000", "--rounds", "2")).rounds == 2
    assert options("poll", "", size, ()).rounds == 3


def test_several_processes_are_asked_for_where_there_may_be() -> None:
    size = Size("mails", 10, 1)
    assert options("send", "what", size, ["--processes", "2"], processes=True).processes == 2
    assert options("send", "what", size, [], processes=True).processes == 1
    with pytest.raises(SystemExit):
        options("send", "what", size, ["--processes", "2"])

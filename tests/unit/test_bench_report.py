"""What a benchmark prints."""

import json

import pytest

from bench.common.report import last_line, show, table


def test_names_go_left_and_figures_right() -> None:
    rows = [("Relais", "31/s", "9.5 s"), ("bare loop", "1000/s", "")]
    assert table(rows) == "Relais       31/s  9.5 s\nbare loop  1000/s"


def test_no_row_makes_no_table() -> None:
    assert table([]) == ""


def test_the_last_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"per_s": 31.0, "vs_smtp_source": None, "engine": "SQLite"}
    show("send", "300 mails", [("Relais", "31/s", "")], values)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "300 mails"
    assert "Relais  31/s" in printed
    assert json.loads(printed[-1]) == {"bench": "send", **values}


def test_the_line_stays_one_line_whatever_it_says() -> None:
    assert "\n" not in last_line("send", {"engine": "Postgre\nSQL"})


def test_a_benchmark_may_say_its_figures_only() -> None:
    assert json.loads(last_line(None, {"first_per_s": 31.0})) == {"first_per_s": 31.0}

"""The labelled announcements, and what is measured on them."""

import json
from pathlib import Path

import pytest

from bench.stories import Quality, look_up, made_up, main, options, quality, read_pairs, scores
from watch.stories.decide import THRESHOLD


def test_the_labelled_pairs_are_many_and_of_both_sorts() -> None:
    pairs = read_pairs()
    same = sum(pair.same for pair in pairs)
    assert len(pairs) >= 400
    assert 100 <= same <= len(pairs) - 200
    assert len({pair.items for pair in pairs}) == len(pairs)


def test_nearly_nothing_is_joined_wrongly_and_most_is_joined() -> None:
    found = quality(scores(read_pairs()), THRESHOLD)
    assert found.precision >= 0.99
    assert found.recall >= 0.7


def test_quality_is_of_what_was_joined_and_of_what_should_have_been() -> None:
    assert (Quality(3, 1, 2).precision, Quality(3, 1, 2).recall) == (0.75, 0.6)
    assert (Quality(0, 0, 0).precision, Quality(0, 0, 0).recall) == (1.0, 1.0)


def test_made_up_announcements_are_the_same_each_time() -> None:
    pairs = read_pairs()
    assert list(made_up(pairs, 5)) == list(made_up(pairs, 5))
    assert look_up(pairs, 50).mean_ms > 0


def test_a_line_that_is_no_pair_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"same": "yes"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match="not a pair"):
        read_pairs(file)


def test_the_last_line_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    main(options(["--stories", "40", "--show"]))
    printed = capsys.readouterr().out
    assert "missed:" in printed
    assert "JOINED WRONGLY" not in printed
    found = json.loads(printed.splitlines()[-1])
    assert (found["bench"], found["threshold"], found["wrong"]) == ("stories", 0.8, 0)

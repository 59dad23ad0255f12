"""The figures of the relevance benchmark."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.common.decided import Decided, read
from bench.common.decided_news import REGIMES, Regime, decided_news
from bench.common.rivals import RIVALS
from bench.relevance import (
    Figures,
    Judged,
    Options,
    auc,
    figures,
    main,
    options,
    replay,
    rival_auc,
    sample_themes,
)
from core.errors import InputError
from watch.relevance.learner import Judgement

SMALL = Regime("small", 600, 0.25, confusing=0.0, wandering=0.0, vague=0.0, bare=0.0, steady=0.0)


def written(folder: Path, *lines: object) -> Path:
    path = folder / "decided.jsonl"
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines),
        encoding="utf-8",
    )
    return path


def test_placing_every_kept_one_first_is_one() -> None:
    assert auc([(0.1, False), (0.2, False), (0.9, True)]) == 1
    assert auc([(0.9, False), (0.1, True)]) == 0
    assert auc([(0.5, False), (0.5, True)]) == 0.5
    assert auc([(0.5, True)]) is None
    assert auc([]) is None


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
def test_it_is_how_often_one_that_was_kept_scores_more(ranked: list[tuple[int, bool]]) -> None:
    kept = [score for score, one in ranked if one]
    others = [score for score, one in ranked if not one]
    pairs = [(a > b) + (a == b) / 2 for a in kept for b in others]
    wanted = pytest.approx(sum(pairs) / len(pairs)) if pairs else None
    assert auc(ranked) == wanted


def test_what_is_folded_is_counted_after_three_hundred_decisions() -> None:
    before = [Judged(kept=True, judgement=Judgement(0.1, improbable=True), keywords=0)] * 300
    folded = Judged(kept=False, judgement=Judgement(0.1, improbable=True), keywords=0)
    missed = Judged(kept=True, judgement=Judgement(0.2, improbable=True), keywords=1)
    found = Judged(kept=True, judgement=Judgement(0.9, improbable=False), keywords=1)
    all_ = figures([*before, folded, folded, missed, found])
    assert (all_.folded, all_.missed) == (0.75, 0.5)
    assert all_.auc == pytest.approx((300 / 2 + 1 + 1) / 302)
    assert all_.auc_keywords == pytest.approx((300 / 2 + 1 + 1) / 302)
    assert figures(before[:10]) == Figures(None, None, None, None)


def test_what_was_not_judged_is_in_no_figure() -> None:
    judged = [
        Judged(kept=True, judgement=None, keywords=1),
        Judged(kept=False, judgement=None, keywords=0),
    ]
    assert figures(judged) == Figures(None, None, None, None)


def test_news_are_replayed_in_the_order_of_time(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {"at": "2026-11-03", "source": "a", "title": "third", "summary": "", "kept": True},
        {"at": "2026-11-01T10:00:00Z", "title": "first", "kept": 1},
        "",
        {"at": "2026-11-01T12:00:00+01:00", "title": "second", "source": None, "kept": "false"},
        {"title": "stays behind it", "kept": 0},
        {"at": 1793700000, "title": "last", "kept": False},
        {"at": "2026-11-01", "title": "no verdict"},
        [1],
    )
    told = read(path)
    assert [each.title for each in told] == ["first", "second", "stays behind it", "third", "last"]
    assert [each.kept for each in told] == [True, False, False, True, False]
    assert told[1] == Decided("2026-11-01T12:00:00+01:00", "", "second", "", kept=False)


def test_a_file_that_holds_no_decision_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"decided\.jsonl holds no decision"):
        read(written(tmp_path, {"title": "x"}))
    with pytest.raises(InputError, match=r"decided\.jsonl, line 2"):
        read(written(tmp_path, {"title": "x"}, "{no"))
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / "absent.jsonl")


def test_nothing_is_learned_before_it_is_judged() -> None:
    """What comes after changes nothing of what was foretold before."""
    news = decided_news(SMALL)
    whole = list(replay(news, ()))
    turned = [Decided(e.at, e.source, e.title, e.summary, not e.kept) for e in news[250:]]
    other = list(replay([*news[:250], *turned], ()))
    assert [each.judgement for each in whole[:250]] == [each.judgement for each in other[:250]]
    assert [each.judgement for each in whole[300:]] != [each.judgement for each in other[300:]]


def test_invented_news_are_always_the_same_and_kept_as_often_as_said() -> None:
    for regime in REGIMES:
        assert decided_news(regime)[:20] == decided_news(regime)[:20]
    kept = sum(each.kept for each in decided_news(REGIMES[0]))
    assert 0.12 < kept / REGIMES[0].count < 0.18


def test_clear_decisions_are_foretold_better_than_by_keywords() -> None:
    found = figures(list(replay(decided_news(SMALL), sample_themes())))
    assert found.auc is not None
    assert found.auc_keywords is not None
    assert found.auc > 0.96
    assert found.auc_keywords < 0.95


@pytest.mark.parametrize("name", RIVALS)
def test_other_ways_to_learn_learn_too(name: str) -> None:
    found = rival_auc(decided_news(SMALL), RIVALS[name])
    assert found is not None
    assert found > 0.85


def test_the_command_line_says_what_to_replay() -> None:
    assert options([]) == Options(None, quick=False, rivals=False)
    assert options(["f.jsonl", "--rivals", "--quick"]) == Options(
        Path("f.jsonl"), quick=True, rivals=True
    )
    assert options(["--postgres", "--rounds", "2"]).file is None


def test_the_last_line_is_one_object_with_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    news = decided_news(SMALL)
    main(Options(written(tmp_path, *(vars(each) for each in news)), quick=False, rivals=False))
    printed = capsys.readouterr()
    found = json.loads(printed.out.splitlines()[-1])
    assert set(found) == {"bench", "auc", "auc_keywords", "folded", "missed"}
    assert found["auc"] > 0.97
    assert found["missed"] <= 0.02
    assert "decided.jsonl: 600 decisions" in printed.out


def test_a_file_with_too_few_decisions_has_no_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(Options(written(tmp_path, {"title": "x", "kept": 1}), quick=False, rivals=False))
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["auc"] is found["folded"] is None

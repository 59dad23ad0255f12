"""Learning and unlearning decisions, and what is said of the next news."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from watch.relevance import learner as learners
from watch.relevance.evidence import HALF_LIFE, Evidence, Lesson
from watch.relevance.learner import Judgement, Learner
from watch.relevance.words import Clues, News

WORDS = st.sampled_from(["commerce", "crèche", "judo", "bourse", "mairie", "décret", "santé"])
TEXTS = st.lists(WORDS, max_size=6).map(" ".join)
LESSONS = st.builds(
    lambda title, summary, source, kept: Lesson(News(title, summary, source).clues(), kept),
    TEXTS,
    TEXTS,
    st.sampled_from("ab"),
    st.booleans(),
)
BASE = [Lesson(News("crèche commerce", "", "a").clues(), kept=True)] * 6 + [
    Lesson(News("judo bourse", "", "b").clues(), kept=False)
] * 12


def learned(lessons: Sequence[Lesson]) -> Learner:
    learner = Learner()
    for number, lesson in enumerate(lessons):
        learner.learn(number, lesson)
    settle(learner)
    return learner


def settle(learner: Learner) -> None:
    for _ in learner.settle():
        pass


def judged(learner: Learner, title: str, summary: str = "", source: str = "a") -> Judgement:
    found = learner.judge(title, summary, source, f"La source {source}")
    assert found is not None
    return found


def test_nothing_is_said_before_five_were_kept_and_ten_dropped() -> None:
    assert learned(BASE[2:]).judge("crèche", "", "a") is None
    assert learned(BASE[:-3]).judge("crèche", "", "a") is None
    assert learned(BASE[1:-2]).judge("crèche", "", "a") is not None


def test_what_spoke_is_shown_in_the_words_of_the_item() -> None:
    found = judged(learned(BASE), "Une Crèche et des bourses", "", "b")
    assert found.spoke_for == ("Crèche",)
    assert found.spoke_against == ("bourses", "La source b")


def test_what_says_nothing_known_is_as_likely_as_anything() -> None:
    found = judged(learned(BASE), "tout autre chose", "", "never seen")
    assert found == Judgement(found.likelihood, improbable=False)
    assert found.likelihood == pytest.approx(6 / 18)


@given(st.lists(LESSONS, max_size=30), LESSONS, TEXTS, TEXTS)
def test_learning_and_unlearning_leave_the_same_judgement(
    lessons: list[Lesson], more: Lesson, title: str, summary: str
) -> None:
    learner = learned(BASE + lessons)
    before = learner.judge(title, summary, "a", "A")
    learner.learn(1000, more)
    learner.unlearn(1000)
    settle(learner)
    assert learner.judge(title, summary, "a", "A") == before
    assert len(learner) == len(BASE) + len(lessons)


@given(st.lists(LESSONS, max_size=20), LESSONS)
def test_the_last_verdict_of_a_story_counts(lessons: list[Lesson], last: Lesson) -> None:
    once, twice = learned(BASE + lessons), learned(BASE + lessons)
    once.learn(1000, last)
    twice.learn(1000, Lesson(last.clues, not last.kept))
    twice.learn(1000, last)
    title = "crèche judo santé"
    assert judged(once, title) == judged(twice, title)


@given(st.lists(LESSONS, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_clues_is_irrelevant(lessons: list[Lesson], dice: random.Random) -> None:
    evidence, shuffled = Evidence(), Evidence()
    for lesson in BASE + lessons:
        evidence.learn(lesson)
        kinds = [tuple(dice.sample(kind, len(kind))) for kind in lesson.clues]
        shuffled.learn(Lesson(Clues(*kinds), lesson.kept))
    clues = News("crèche judo bourse mairie", "décret santé", "a").clues()
    other = Clues(*(kind[::-1] for kind in clues))
    assert evidence.strength(clues) == shuffled.strength(other)


@given(st.lists(LESSONS, max_size=30), TEXTS, TEXTS)
def test_a_likelihood_is_a_share(lessons: list[Lesson], title: str, summary: str) -> None:
    assert 0 <= judged(learned(BASE + lessons), title, summary).likelihood <= 1


def test_an_overwhelming_past_says_one_or_nought_and_no_more() -> None:
    many = [f"mot{number}" for number in range(400)]
    evidence = Evidence()
    for number in range(4000):
        evidence.learn(Lesson(Clues(tuple(many), (), (), ()), kept=number % 20 == 0))
    learner = learned(BASE * 40)
    assert 0 <= judged(learner, " ".join(many) * 5, "judo " * 100).likelihood <= 1


@given(st.lists(LESSONS, max_size=30), WORDS, st.integers(1, 5))
def test_keeping_what_has_a_word_never_makes_it_speak_against(
    lessons: list[Lesson], word: str, more: int
) -> None:
    evidence = Evidence()
    for lesson in BASE + lessons:
        evidence.learn(lesson)
    clues = News(word, "", "x").clues()
    before = evidence.spoke(clues).get(clues.title[0], 0.0)
    assume(before >= 0)
    for _ in range(more):
        evidence.learn(Lesson(clues, kept=True))
    assert evidence.spoke(clues)[clues.title[0]] >= -1e-12


@given(st.lists(LESSONS, min_size=1, max_size=20), st.data())
def test_a_strength_without_a_lesson_is_that_of_who_never_learned_it(
    lessons: list[Lesson], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(lessons) - 1))
    evidence, without = Evidence(), Evidence()
    counts = [evidence.learn(lesson) for lesson in lessons]
    for lesson in lessons[:number] + lessons[number + 1 :]:
        without.learn(lesson)
    lesson = lessons[number]
    assert evidence.strength_without(lesson, counts[number]) == without.strength(lesson.clues)


def test_what_was_learned_long_ago_counts_for_less() -> None:
    evidence = Evidence()
    old, new = News("judo", "", "a").clues(), News("crèche", "", "a").clues()
    for _ in range(HALF_LIFE):
        evidence.learn(Lesson(old, kept=True))
        evidence.learn(Lesson(new, kept=False))
    for _ in range(HALF_LIFE):
        evidence.learn(Lesson(old, kept=False))
        evidence.learn(Lesson(new, kept=True))
    assert evidence.spoke(new)["crech"] > 0.5
    assert evidence.spoke(old)["judo"] < -0.5


def test_one_kind_of_decisions_alone_tells_nothing() -> None:
    evidence = Evidence()
    assert evidence.usual() == 0
    lesson = Lesson(News("crèche", "", "a").clues(), kept=True)
    count = evidence.learn(lesson)
    assert evidence.usual() == 0
    assert evidence.strength(lesson.clues) == 0
    assert evidence.strength_without(lesson, count) == 0


def test_only_the_latest_decisions_are_remembered() -> None:
    learner = Learner()
    lesson = Lesson(News("crèche", "", "a").clues(), kept=True)
    for number in range(learners.REMEMBERED + 10):
        learner.learn(number, lesson)
    assert len(learner) == learners.REMEMBERED
    learner.unlearn(0)  # forgotten already
    assert len(learner) == learners.REMEMBERED


def lessons_of(count: int, kept_folded: int = 0) -> list[Lesson]:
    """A fifth kept, the others dropped, all easy to tell; so many of the kept had been folded."""
    made = []
    for number in range(count):
        kept = number % 5 == 0
        title = f"crèche commerce lieu{number}" if kept else f"judo bourse lieu{number}"
        folded = kept and number // 5 >= count // 5 - kept_folded
        made.append(Lesson(News(title, "", "a").clues(), kept, folded))
    return made


def test_the_improbable_is_folded_once_enough_was_decided() -> None:
    assert not judged(learned(lessons_of(195)), "judo bourse").improbable
    learner = learned(lessons_of(400))
    assert judged(learner, "judo bourse").improbable
    assert not judged(learner, "crèche commerce").improbable
    assert not judged(learner, "tout autre chose").improbable


def test_too_many_mistakes_stop_the_folding() -> None:
    assert judged(learned(lessons_of(400, kept_folded=1)), "judo bourse").improbable
    assert not judged(learned(lessons_of(400, kept_folded=3)), "judo bourse").improbable

"""What becomes of minutes: who presses what, when, and whom they go to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import PARIS
from core.working_time import public_holidays
from digest.seminars.decide import Kind, is_committee
from digest.seminars.minutes.decide import (
    Block,
    Format,
    Reason,
    Refusal,
    Sending,
    Standing,
    State,
    blocks_of,
    counted,
    format_of,
    judge_final,
    judge_projet,
    judge_rectified,
    lines_of,
    may_write,
    observations_until,
    reasons,
    receives,
    refuse_observation,
    replaced,
)
from digest.seminars.rules import RegistrationState

NOW = datetime(2027, 3, 15, 9, 0, tzinfo=UTC)
DRAFT = Standing(State.DRAFT, 3, written=True)
OPEN = Standing(
    State.PROJET, 3, written=True, sent_version=3, observations_until=NOW + timedelta(days=3)
)


def test_a_draft_leaves_as_it_was_shown_and_once_a_version() -> None:
    assert judge_projet(DRAFT, 3) is Sending.READY
    assert judge_projet(DRAFT, 2) is Sending.STALE
    assert judge_projet(replace(DRAFT, written=False), 3) is Sending.EMPTY
    assert judge_projet(replace(DRAFT, fetching=True), 3) is Sending.FETCHING
    assert judge_projet(replace(DRAFT, state=State.FINAL), 3) is Sending.CLOSED
    assert judge_projet(OPEN, 3) is Sending.SAME
    assert judge_projet(replace(OPEN, version=4), 4) is Sending.READY


def test_final_minutes_leave_again_only_while_they_are_put_right_and_differ() -> None:
    rectifying = replace(DRAFT, state=State.RECTIFYING)
    assert judge_rectified(rectifying, 3) is Sending.READY
    assert judge_rectified(rectifying, 2) is Sending.STALE
    assert judge_rectified(replace(rectifying, as_final=True), 3) is Sending.UNCHANGED
    assert judge_rectified(replace(rectifying, written=False), 3) is Sending.EMPTY
    for state in (State.DRAFT, State.PROJET, State.FINAL):
        assert judge_rectified(replace(DRAFT, state=state), 3) is Sending.CLOSED
    assert judge_projet(rectifying, 3) is Sending.CLOSED
    assert judge_final(rectifying, 3, NOW, confirmed=True) is Sending.CLOSED
    assert may_write(State.RECTIFYING)


def test_final_before_the_date_or_without_a_draft_asks_first() -> None:
    after = OPEN.observations_until
    assert after is not None
    assert judge_final(OPEN, 3, after, confirmed=False) is Sending.CONFIRM
    later = after + timedelta(seconds=1)
    assert judge_final(OPEN, 3, later, confirmed=False) is Sending.READY
    assert judge_final(OPEN, 3, NOW, confirmed=True) is Sending.READY
    assert judge_final(replace(OPEN, unread=1), 3, later, confirmed=False) is Sending.CONFIRM
    assert judge_final(OPEN, 2, later, confirmed=True) is Sending.STALE
    assert reasons(DRAFT, NOW) == (Reason.NEVER_SENT,)
    assert reasons(replace(OPEN, unread=2), NOW) == (Reason.STILL_OPEN, Reason.UNREAD)
    assert may_write(State.PROJET)
    assert not may_write(State.FINAL)


@given(st.integers(0, 6 * 366 * 24), st.integers(1, 60))
def test_observations_end_with_a_working_day(hours: int, days: int) -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    until = observations_until(now, days).astimezone(PARIS)
    assert until.weekday() < 5
    assert until.date() not in public_holidays(until.year)
    assert (until.hour, until.minute, until.second) == (23, 59, 59)
    assert until.date() >= now.astimezone(PARIS).date() + timedelta(days=days)
    assert until - now < timedelta(days=days + 6)


def test_observations_over_easter_wait_for_tuesday() -> None:
    thursday = datetime(2027, 3, 18, 9, 0, tzinfo=UTC)
    assert observations_until(thursday, 10).astimezone(PARIS).date().isoformat() == "2027-03-30"


@pytest.mark.parametrize(
    ("standing", "text", "before", "expected"),
    [
        (OPEN, "Bonjour", [], None),
        (DRAFT, "Bonjour", [], Refusal.CLOSED),
        (replace(OPEN, observations_until=None), "Bonjour", [], Refusal.CLOSED),
        (replace(OPEN, observations_until=NOW - timedelta(seconds=1)), "x", [], Refusal.CLOSED),
        (OPEN, "", [], Refusal.EMPTY),
        (OPEN, "x" * 4001, [], Refusal.LONG),
        (OPEN, "x" * 4000, [], None),
        (OPEN, "neuf", [str(n) for n in range(20)], Refusal.MANY),
        (OPEN, "3", [str(n) for n in range(20)], None),
    ],
)
def test_an_observation_is_taken_or_says_why_not(
    standing: Standing, text: str, before: list[str], expected: Refusal | None
) -> None:
    assert refuse_observation(standing, text, before, NOW) is expected


def test_minutes_go_to_the_present_and_to_those_who_were_expected() -> None:
    of_seminar = {s for s in RegistrationState if receives(Kind.SEMINAR, s, present=False)}
    assert of_seminar == {
        RegistrationState.REGISTERED, RegistrationState.EXCUSED, RegistrationState.REPRESENTED,
    }  # fmt: skip
    of_committee = {s for s in RegistrationState if receives(Kind.TECHNICAL, s, present=False)}
    assert of_committee - of_seminar == {RegistrationState.INVITED, RegistrationState.WAITING}
    assert receives(Kind.SEMINAR, RegistrationState.CANCELLED, present=True)
    assert receives(Kind.WORKSHOP, None, present=True)
    assert not receives(Kind.WORKSHOP, None, present=False)
    assert [kind for kind in Kind if is_committee(kind)] == [Kind.STEERING, Kind.TECHNICAL]


def test_who_came_is_not_excused_too() -> None:
    states = {
        "person:1": RegistrationState.EXCUSED,
        "person:2": RegistrationState.EXCUSED,
        "person:3": RegistrationState.REPRESENTED,
    }
    presence = {"person:1": True, "person:2": False, "person:9": True}
    assert counted(states, presence) == {"present": 2, "excused": 1, "represented": 1}
    assert counted(states, presence, others=3)["present"] == 5


def test_typed_words_become_headings_paragraphs_and_lists() -> None:
    text = "# Ouverture\nBonjour   à tous.\n\n- un\n– deux\n-\nFin\n• trois\n#"
    assert blocks_of(text) == (
        Block("heading", "Ouverture"),
        Block("paragraph", "Bonjour à tous."),
        Block("list", items=("un", "deux")),
        Block("paragraph", "-"),
        Block("paragraph", "Fin"),
        Block("list", items=("trois",)),
        Block("paragraph", "#"),
    )


@given(st.text())
def test_reading_typed_words_loses_none(text: str) -> None:
    lines = lines_of(text)
    assert lines_of("\n".join(lines)) == lines
    shown = sum(len(block.items) or 1 for block in blocks_of(text))
    assert shown == len(lines)


def test_a_paragraph_is_replaced_by_its_number() -> None:
    assert replaced("a\nb\nc", 2, "B\nbis") == "a\nB\nbis\nc"
    assert replaced("a\nb\nc", 3, "") == "a\nb"
    assert replaced("a\nb\nc", 4, "x") is None
    assert replaced("a", 0, "x") is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.4\n", Format.PDF),
        (
            b"PK\x03\x04" + b"." * 26 + b"mimetypeapplication/vnd.oasis.opendocument.text",
            Format.ODT,
        ),
        (b"PK\x03\x04[Content_Types].xml....word/document.xml", Format.DOCX),
        (b"PK\x03\x04xl/workbook.xml", None),
        (b"\xff\xd8\xff", None),
        (b"", None),
    ],
)
def test_a_file_is_known_by_its_bytes(data: bytes, expected: Format | None) -> None:
    assert format_of(data) is expected


@given(st.sampled_from([b"", b"%PDF-", b"PK\x03\x04"]), st.binary(max_size=300))
def test_any_bytes_are_a_format_or_none(start: bytes, rest: bytes) -> None:
    assert format_of(start + rest) in {*Format, None}


def test_each_format_has_its_type() -> None:
    assert [each.media_type.rpartition(".")[2] for each in Format] == [
        "application/pdf", "document", "text",
    ]  # fmt: skip

"""Answers of calendar programs, as strangers may write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mailbox.calendars import LONGEST, answer_of
from digest.mailbox.mail import CalendarAnswer

REPLY = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:seminar-1@relais.test\r\n"
    b"SEQUENCE:2\r\nDTSTAMP:20261124T081500Z\r\n"
    b"ATTENDEE;PARTSTAT=ACCEPTED:mailto:Zoe%2Bx@Orsanne.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
READ = CalendarAnswer(
    "seminar-1@relais.test",
    "zoe+x@orsanne.example",
    "accepted",
    2,
    datetime(2026, 11, 24, 8, 15, tzinfo=UTC),
)


def test_an_answer_is_read() -> None:
    assert answer_of(REPLY) == READ


def test_what_a_program_leaves_out_is_unknown() -> None:
    bare = REPLY.replace(b"SEQUENCE:2\r\n", b"").replace(b"DTSTAMP:20261124T081500Z\r\n", b"")
    answer = answer_of(bare)
    assert answer is not None
    assert (answer.sequence, answer.stamp) == (None, None)
    floating = answer_of(REPLY.replace(b"081500Z", b"081500"))
    assert floating is None or floating.stamp is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n",
        REPLY.replace(b"UID:", b"X-UID:"),
        REPLY.replace(b";PARTSTAT=ACCEPTED", b""),
        REPLY.replace(b"mailto:Zoe%2Bx@Orsanne.example", b"tel:+33400000000"),
        REPLY.replace(b"SEQUENCE:2", b"SEQUENCE:two"),
        REPLY.replace(
            b"ATTENDEE;", b"ATTENDEE;PARTSTAT=DECLINED:mailto:b@orsanne.example\r\nATTENDEE;"
        ),
        REPLY.replace(b"END:VEVENT\r\n", b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\n"),
        REPLY.replace(b"METHOD:REPLY", b"X-PADDING:" + b"x" * LONGEST),
        b"BEGIN:VEVENT\r\n" * 5_000,
    ],
)
def test_what_is_no_answer_of_one_person_about_one_meeting_is_none(data: bytes) -> None:
    assert answer_of(data) is None


@given(st.binary(max_size=400), st.integers(0, len(REPLY)))
def test_nothing_received_makes_it_raise(noise: bytes, place: int) -> None:
    answer_of(noise)
    answer_of(REPLY[:place] + noise + REPLY[place:])

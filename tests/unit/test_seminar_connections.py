"""The lists of who was connected, as each program exports them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from digest.seminars.attendance.connections import Connected, Window, cleaned, read

MORNING = Window(
    1, datetime(2027, 3, 12, 8, 30, tzinfo=UTC), datetime(2027, 3, 12, 11, 30, tzinfo=UTC)
)
AFTERNOON = Window(2, datetime(2027, 3, 12, 13, tzinfo=UTC), datetime(2027, 3, 12, 16, tzinfo=UTC))
DAY = (MORNING, AFTERNOON)

ZOOM = """Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants
812 3456 7890,Accueillir,03/12/2027 09:15:00 AM,03/12/2027 05:05:00 PM,odile@relais.test,470,2

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest,Recording Consent
Inès Roche,INES@orsanne.example,03/12/2027 09:20:00 AM,03/12/2027 12:00:00 PM,160,Yes,
Inès Roche,ines@orsanne.example,03/12/2027 02:10:00 PM,03/12/2027 05:00:00 PM,170,Yes,
"Vidal, Marc (Pays d'Orsanne)",,03/12/2027 11:50:00 AM,03/12/2027 12:05:00 PM,15,Yes,
"""

TEAMS = """1. Récapitulatif
Titre de la réunion\tAccueillir
Nombre de participants\t2
Heure de début\t12/03/2027 09:15:00

2. Participants
Nom\tPremière participation\tDernier départ\tDurée de la réunion\tE-mail\tRôle
Inès Roche\t12/03/2027 09:20:00\t12/03/2027 17:00:00\t5 h 30 min\tines@orsanne.example\tX

3. Activités en réunion
Nom\tHeure d'arrivée\tHeure de départ\tDurée\tE-mail\tRôle
Inès Roche\t12/03/2027 09:20:00\t12/03/2027 12:00:00\t2 h 40 min\tines@orsanne.example\tParticipant
Inès Roche\t12/03/2027 14:10:00\t12/03/2027 17:00:00\t2 h 50 min\tines@orsanne.example\tParticipant
"""

BBB = """Name;Join;Left;Duration
Inès Roche;2027-03-12T08:20:00Z;2027-03-12T11:00:00Z;2:40:00
Inès Roche;2027-03-12T14:10:00+01:00;2027-03-12T17:00:00+0100;2:50:00
"""


def minutes(people: object) -> dict[str, dict[int, int]]:
    assert isinstance(people, list)
    return {one.name: dict(one.minutes) for one in people}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(TEAMS.encode("utf-16"), id="Teams, UTF-16"),
        pytest.param(TEAMS.encode("utf-16-le"), id="Teams, UTF-16 without its mark"),
        pytest.param(BBB.encode(), id="BigBlueButton, UTF-8"),
        pytest.param(BBB.encode("utf-8-sig"), id="BigBlueButton, UTF-8 with its mark"),
        pytest.param(BBB.encode("cp1252"), id="BigBlueButton, Windows-1252"),
        pytest.param(BBB.replace(";", ",").encode(), id="commas"),
    ],
)
def test_minutes_are_those_of_each_half_day(data: bytes) -> None:
    assert minutes(read(data, DAY)) == {"Inès Roche": {1: 150, 2: 170}}


def test_zoom_s_days_are_read_by_those_of_the_meeting_and_addresses_help() -> None:
    people = read(ZOOM.encode(), DAY)
    assert minutes(people) == {"Inès Roche": {1: 150, 2: 170}, "Vidal, Marc": {1: 15}}
    assert [one.email for one in people] == ["ines@orsanne.example", ""]


def test_the_same_minute_is_not_counted_twice() -> None:
    two_devices = (
        "Nom;Heure d'arrivée;Heure de départ\n"
        "Inès Roche;09:30;11:00\nINES ROCHE;10h30;12h30\nInès Roche;10:00;10:15\n"
    )
    assert minutes(read(two_devices.encode(), DAY)) == {"Inès Roche": {1: 180}}


def test_lengths_alone_are_enough_for_one_half_day_only() -> None:
    jitsi = b"Name,Duration\nInes,1:30:00\nMarc,45 min\nPaul,12.5\nZoe,?\n,10\n"
    assert minutes(read(jitsi, (MORNING,))) == {"Ines": {1: 90}, "Marc": {1: 45}, "Paul": {1: 12}}
    with pytest.raises(InputError) as caught:
        read(jitsi, DAY)
    assert caught.value.what == "list_no_hours"


def test_a_beginning_and_a_length_are_enough() -> None:
    given_ = "Nom;Début;Durée\nInès;12/03/27 à 9h30;1 h 5 min\nMarc;3/12/27 9:30 a.m.;2 h\n"
    assert minutes(read(given_.encode(), DAY)) == {"Inès": {1: 65}, "Marc": {1: 120}}


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "list_no_table"),
        (b"a;b\n1;2\n", "list_no_table"),
        (b"Nom;Arriv\xe9e\nInes;9:30\n", "list_no_hours"),
        (b"\xff\xfe\x00", "list_unreadable"),
        (b"PK\x03\x04\0\0\0\x81", "list_unreadable"),
        (b"x" * 5_000_001, "list_large"),
        (b"Name,Join,Leave\nInes,2027-03-13T09:30:00,2027-03-13T10:30:00\n", "list_other_day"),
        (b"Name,Join,Leave\nInes,2027-13-13T09:30:00,45/45/2027 10:30\n", "list_other_day"),
        (b"Name,Join,Leave\nInes,25:30,26:30\nMarc,yesterday,today\n", "list_other_day"),
        (b"Name,Join,Leave\nInes,10:30,9:30\nMarc\n", "list_other_day"),
        (b'Name,Join,Leave\n"' + b"x" * 140_000 + b'"', "list_unreadable"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, what: str) -> None:
    with pytest.raises(InputError) as caught:
        read(data, DAY)
    assert caught.value.what == what


def test_the_list_that_is_kept_has_no_address_and_no_formula() -> None:
    people = [(Connected("=Inès", "ines@orsanne.example", {1: 150}), "Inès Roche")]
    text = cleaned(people, DAY).decode("utf-8-sig")
    assert text == (
        "nom affiché;personne;minutes (12/03/2027 09:30);minutes (12/03/2027 14:00)\r\n"
        "'=Inès;Inès Roche;150;0\r\n"
    )


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        read(data, DAY)
    except InputError as error:
        assert error.what.startswith("list_")  # noqa: PT017  # refusing is one of two good ends


DAYS = ["", "2027-03-12T", "12/03/2027 ", "0000-0-0 ", "0001-01-01T", "9999-12-31 ", "31/12/9999 "]
ZONES = ["", "Z", "+23:59", "-99:99", " pm"]
HOURS = st.builds(
    "{}{}:{:02}{}".format,
    st.sampled_from(DAYS), st.integers(0, 99), st.integers(0, 99), st.sampled_from(ZONES),
)  # fmt: skip
LENGTHS = st.builds("{}{}".format, st.integers(0, 999_999), st.sampled_from(["", ".5", " h", " x"]))


@given(st.lists(st.tuples(st.text(max_size=9), HOURS, HOURS, LENGTHS), max_size=4))
def test_any_list_is_read_or_refused(lines: list[tuple[str, ...]]) -> None:
    written = "\n".join(["Name,Join,Leave,Duration", *(",".join(line) for line in lines)])
    try:
        people = read(written.encode(errors="replace"), DAY)
    except InputError as error:
        assert error.what.startswith("list_")  # noqa: PT017  # as above
    else:
        assert cleaned([(one, one.name) for one in people], DAY)


@pytest.mark.parametrize(
    "no_hour", ["0001-01-01T00:00:00", "9999-12-31 23:59-12:00", "01/01/0001 0:00"]
)
def test_an_hour_out_of_this_world_is_none(no_hour: str) -> None:
    data = f"Name,Join,Leave,Duration\nInes,9:30,{no_hour},60\nMarc,{no_hour},10:30,60\n"
    assert minutes(read(data.encode(), DAY)) == {"Ines": {1: 60}}


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(1, 200)), min_size=1, max_size=6))
def test_nobody_stays_longer_than_a_half_day(stays: list[tuple[int, int]]) -> None:
    lines = [
        f"Ines,{7 + since // 60:02}:{since % 60:02},{7 + until // 60:02}:{until % 60:02}"
        for since, length in stays
        if (until := since + length) < 17 * 60
    ]
    try:
        people = read("\n".join(["Name,Join,Leave", *lines]).encode(), DAY)
    except InputError:
        return
    assert all(0 < many <= 180 for one in people for many in one.minutes.values())


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ines.roche@orsanne.example", "ines roche"),
        ("Inès Roche <ines@orsanne.example>", "Inès Roche"),
        ("Inès Roche (ines@orsanne.example)", "Inès Roche"),
        ("ines@orsanne.example (invité)", "ines"),
    ],
)
def test_an_address_typed_as_a_name_is_used_to_know_who_it_is_and_not_kept(
    typed: str, name: str
) -> None:
    (one,) = read(f"Name;Join;Left\n{typed};09:30;12:30\n".encode(), DAY)
    assert (one.name, one.email.endswith("@orsanne.example")) == (name, True)
    assert b"@" not in cleaned([(one, "")], DAY)


def test_no_name_of_a_list_is_a_formula_for_who_opens_it() -> None:
    names = ('=HYPERLINK("http://x.example")', "+33", "-1", "@sum", "'=1")
    lines = "".join(f'"{name.replace(chr(34), chr(34) * 2)}";09:30;12:30\n' for name in names)
    people = read(f"Name;Join;Left\n{lines}".encode(), DAY)
    written = cleaned([(one, one.name) for one in people], DAY).decode("utf-8-sig")
    for line in written.splitlines()[1:]:
        assert line.lstrip('"').startswith("'")
        assert line.split(";")[1].lstrip('"').startswith("'")

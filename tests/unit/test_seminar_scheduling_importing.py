"""Meetings as files plan them, understood or told by their line."""

from datetime import UTC, datetime

from digest.seminars.decide import Kind
from digest.seminars.scheduling.importing.rules import WHY, read_csv, read_toml

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def test_a_csv_has_a_meeting_a_line() -> None:
    data = (
        "kind;title;when;place;capacity;meals;open_to_all;reminder_days\n"
        "séminaire;Accueillir 🎉;12/03/2027 de 9h30 à 17h;Ambert https://visio.example/a;50;"
        "Viande|Végétarien;non;7, 1\n"
        "copil;Comité;12 et 13 mars 2027 9h-12h;;;;;\n"
    )
    plans = read_csv(data.encode(), NOW)
    assert plans.bad == ()
    (line, first), (_line, second) = plans.good
    assert (line, first.kind, first.title, len(first.hours)) == (
        2, Kind.SEMINAR, "Accueillir 🎉", 2,
    )  # fmt: skip
    assert (first.place, first.video_url) == ("Ambert", "https://visio.example/a")
    assert (first.capacity, first.meals, first.open_to_all) == (50, ("Viande", "Végétarien"), False)
    assert (first.reminder_days, first.chase_days) == ((7, 1), None)
    assert (second.kind, second.capacity, second.open_to_all) == (Kind.STEERING, None, None)


def test_a_toml_has_one_meeting_or_blocks() -> None:
    one = """
kind = "comité technique"
title = "Comité"
when = "12/03/2027 matin"
video_url = "https://visio.example/a"
audience = "extended"
carpool = true
capacity = 20
programme = \"\"\"
9 h Accueil
10 h Suite\"\"\"
questions = ["Arrivée ?", "Départ ?"]
speakers = ["Anne Duval, directrice, Pays d’Orsanne"]
chase_days = []
"""
    ((number, plan),) = read_toml(one.encode(), NOW).good
    assert (number, plan.kind, plan.audience, plan.carpool) == (1, Kind.TECHNICAL, "extended", True)
    assert plan.programme == "9 h Accueil\n10 h Suite"
    assert plan.questions == ("Arrivée ?", "Départ ?")
    assert plan.speakers == (("Anne Duval", "directrice", "Pays d’Orsanne"),)
    block = '[[meeting]]\nkind = "atelier"\ntitle = "{}"\nwhen = "12/03/2027 9h"\n'
    plans = read_toml((block.format("Un") + block.format("Deux")).encode(), NOW)
    assert [(number, plan.title) for number, plan in plans.good] == [(1, "Un"), (2, "Deux")]


def test_each_mistake_is_told_by_its_line() -> None:
    data = (
        "kind,title,when,capacity,open_to_all,audience\n"
        "fête,A,12/03/2027 9h,,,\n"
        "atelier,B,29/02/2027 9h,,,\n"
        "atelier,C,12/03/2020 9h,,,\n"
        "atelier,D,12/03/2027 9h,beaucoup,,\n"
        "atelier,E,12/03/2027 9h,,peut-être,\n"
        "copil,F,12/03/2027 9h,,,large\n"
        "atelier,G,12/03/2027 9h,,,extended\n"
        "atelier,H,12/03/2027 9h,,,\n"
        "atelier,H,12/03/2027 10h,,,\n"
        "atelier,,12/03/2027 9h,,,\n"
    )
    plans = read_csv(data.encode(), NOW)
    assert [number for number, _plan in plans.good] == [9]
    assert [(line.number, line.what) for line in plans.bad] == [
        (2, "kind: 'fête' is unknown"),
        (3, "when: there is no 29 February that year"),
        (4, "when: this date is past"),
        (5, "capacity: the capacity is not a number of places from 1 to 5,000"),
        (6, "open_to_all: 'peut-être' is neither yes nor no"),
        (7, "audience: 'large' is unknown"),
        (8, "only committees have an audience"),
        (10, "the same meeting as 9"),
        (11, plans.bad[-1].what),
    ]
    assert "title" in plans.bad[-1].what


def test_a_toml_that_cannot_be_used_is_told() -> None:
    assert "not TOML" in read_toml(b"title = ", NOW).bad[0].what
    assert "not TOML" in read_toml(b"\xff", NOW).bad[0].what
    assert "not a block" in read_toml(b"meeting = 3", NOW).bad[0].what
    assert "not a block" in read_toml(b"meeting = [3]", NOW).bad[0].what
    assert read_toml(b'tittle = "A"', NOW).bad[0].what == "'tittle' is unknown"
    assert read_toml(b'title = "A"', NOW).bad[0].what == "kind is missing"


def test_operators_read_english() -> None:
    assert all(words.isascii() for words in WHY.values())

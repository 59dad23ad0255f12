import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.clock import PARIS
from watch.months import MONTHS
from watch.understanding.calls import find_dates
from watch.understanding.calls.folding import fold
from watch.understanding.records import DateKind, TypedDate, deadline

SEEN = datetime(2026, 1, 20, 10, 0, tzinfo=PARIS)

_NAMES = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _long(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {_NAMES[day.month - 1]} {day.year}"


_WRITTEN: tuple[Callable[[date], str], ...] = (
    _long,
    lambda day: f"{_WEEKDAYS[day.weekday()]} {_long(day)}",
    lambda day: f"{day:%d/%m/%Y}",
    lambda day: f"{day:%d.%m.%Y}",
    lambda day: f"{day.isoformat()}",
    lambda day: _long(day).upper(),
    lambda day: _long(day).replace(" ", "\u00a0"),
    lambda day: unicodedata.normalize("NFD", _long(day)),
)
_HOURS = (
    ("", (23, 59)),
    (" à 16h", (16, 0)),
    (", 17 h 30, heure de Paris", (17, 30)),
    (" à 12H00 (midi)", (12, 0)),
    (" (minuit)", (23, 59)),
    (" à 23h59", (23, 59)),
    (" à 9:05", (9, 5)),
)
_PHRASES: tuple[tuple[str, DateKind], ...] = (
    ("Candidatures ouvertes jusqu’au {}.", "closing"),
    ("Les dossiers sont à déposer avant le {}", "closing"),
    ("Dépôt des projets au plus tard le {} !", "closing"),
    ("Appel à projets : clôture le {}", "closing"),
    ("Date limite de dépôt : {}", "closing"),
    ("Répondez d'ici le {} ; merci", "closing"),
    ("L’appel à projets est prorogé au {}.", "extension"),
    ("Nouvelle date limite de candidature : {}", "extension"),
    ("Inscriptions jusqu'au {}.", "registration"),
    ("Date limite d’inscription : {}", "registration"),
    ("Lettres d’intention à envoyer avant le {}", "letter_of_intent"),
    ("Lettre d’intention : dépôt le {}", "letter_of_intent"),
    ("1re relève : {}", "round"),
)
_DAYS = st.dates(date(2001, 1, 1), date(2069, 12, 31))


@given(
    day=_DAYS,
    phrase=st.sampled_from(_PHRASES),
    written=st.sampled_from(_WRITTEN),
    hour=st.sampled_from(_HOURS),
    around=st.sampled_from(("", "Un avis. ", "Loi n° 2020-1577 du 14 décembre 2020. ", "12 € ; ")),
)
def test_a_date_comes_out_aware_and_of_its_kind(
    day: date,
    phrase: tuple[str, DateKind],
    written: Callable[[date], str],
    hour: tuple[str, tuple[int, int]],
    around: str,
) -> None:
    text = around + phrase[0].format(written(day) + hour[0])
    (found,) = find_dates(text, SEEN)
    assert found.kind == phrase[1]
    assert found.at == datetime(day.year, day.month, day.day, *hour[1], tzinfo=PARIS)
    assert found.at.tzinfo is PARIS
    assert found.words
    assert found.words in text
    assert unicodedata.normalize("NFC", found.words)[0].isalnum()


@given(day=_DAYS, length=st.integers(1, 20))
def test_a_training_starts_on_its_first_day(day: date, length: int) -> None:
    last = day + timedelta(days=length)
    (found,) = find_dates(f"Formation des élus du {_long(day)} au {_long(last)}", SEEN)
    assert (found.kind, found.at) == (
        "training",
        datetime(day.year, day.month, day.day, tzinfo=PARIS),
    )


@given(days=st.lists(_DAYS, min_size=2, max_size=6, unique=True).map(sorted))
def test_several_dates_of_one_call_are_as_many_releves(days: list[date]) -> None:
    text = f"Dossiers relevés les {', '.join(map(_long, days[:-1]))} et {_long(days[-1])}"
    found = find_dates(text, SEEN)
    assert {date.kind for date in found} == {"round"}
    assert [date.at.date() for date in found if date.at] == days


@given(day=st.dates(date(2026, 1, 1), date(2026, 12, 31)), days=st.integers(-2000, 5000))
def test_without_a_year_the_next_such_day_is_meant(day: date, days: int) -> None:
    seen = SEEN + timedelta(days=days)
    (found,) = find_dates(f"Clôture : {day.day} {_NAMES[day.month - 1]}", seen)
    assert found.at is not None
    on, today = found.at.date(), seen.astimezone(PARIS).date()
    assert (on.month, on.day) == (day.month, day.day)
    assert today <= on < today + timedelta(days=367)


@given(day=st.dates(date(2025, 2, 1), date(2027, 1, 19)).filter(lambda day: day.day < 29))
def test_a_week_day_settles_the_year(day: date) -> None:
    written = f"{_WEEKDAYS[day.weekday()]} {day.day} {_NAMES[day.month - 1]}"
    (found,) = find_dates(f"Clôture : {written}", SEEN)
    assert found.at is not None
    assert found.at.date() == day


def test_summer_time_is_that_of_paris() -> None:
    winter, summer = find_dates(
        "1re relève : 15/01/2026 à 12 h. 2e relève : 15/07/2026 à 12 h", SEEN
    )
    assert winter.at == datetime(2026, 1, 15, 11, tzinfo=UTC)
    assert summer.at == datetime(2026, 7, 15, 10, tzinfo=UTC)


_PIECES = st.sampled_from(
    (
        *(
            "jusqu'au ",
            "avant le ",
            "du ",
            "au ",
            "le ",
            "les ",
            ": ",
            ", ",
            " et ",
            ". ",
            "\n",
            "(",
        ),
        *("15 mars 2026", "1er juin", "31/12/2026", "15", "fin mars", "2026-03-15", " à 16h", ")"),
        *("dossier ", "formation ", "inscription ", "relève ", "clôture ", "prolongé ", "ouvert "),
        *(
            "appel à projets ",
            "lettre d’intention ",
            "dossier complet ",
            "au fil de l’eau ",
            "jury ",
        ),
        *(
            "publié ",
            "valable ",
            "AMI ",
            "e\u0301",
            "\u200b",
            "ß",
            "İ",
            "²",
            "٣",
            "\x00",
            "- ",
            "* ",
        ),
    )
)


@given(st.one_of(st.lists(_PIECES, max_size=30).map("".join), st.text(max_size=300)), st.datetimes(
    timezones=st.just(UTC)
))  # fmt: skip
@example("avant le 1\u0301er mars dossier", SEEN)
@example("Clôture : 29 février", datetime(9999, 12, 31, 23, tzinfo=UTC))
@example("Clôture : 1er janvier", datetime(1, 1, 1, tzinfo=UTC))
@settings(max_examples=400)
def test_whatever_is_read_the_answer_is_sound(text: str, seen: datetime) -> None:
    found = find_dates(text, seen)
    assert len({(date.kind, date.at) for date in found}) == len(found)
    for date_ in found:
        assert date_.words
        assert date_.words in text
        assert (date_.at is None) == (date_.kind == "open_ended")
        assert date_.at is None or date_.at.tzinfo is PARIS


@given(
    st.text().filter(
        lambda text: not re.search(r"\d|fil|fin|mi|premier|continu|permanent|sans", text.lower())
    )
)
def test_without_a_number_there_is_nothing(text: str) -> None:
    assert find_dates(f"Candidatures jusqu’au {text}", SEEN) == ()


def test_dates_come_in_their_order() -> None:
    text = "Ouverture le 2 mars 2026 de l’appel à projets ; clôture : 1er avril ; 2e relève : 5 mai"
    assert [date.kind for date in find_dates(text, SEEN)] == ["opening", "closing", "round"]


def test_a_day_is_said_once_with_its_hour() -> None:
    text = "Appel à projets, clôture : 15 mars 2026\nCandidatures jusqu’au 15 mars 2026 à 17 h."
    (found,) = find_dates(text, SEEN)
    assert found.at == datetime(2026, 3, 15, 17, tzinfo=PARIS)


def test_an_animal_friend_is_no_call() -> None:
    assert find_dates("Un ami reste jusqu’au 15 mars 2026, ouvert à tout", SEEN) == ()
    assert find_dates("Un AMI reste ouvert jusqu’au 15 mars 2026", SEEN) != ()


@pytest.mark.parametrize(
    "text",
    [
        "1" * 200_000,
        "jusqu'au " * 22_000,
        "15 mars 2026 et " * 12_500,
        "dossier avant le 15/03/2026. " * 7_000,
        "du 1er au 2 mars " * 12_000,
        "\n" * 200_000 + "1 mars",
        "1" + " " * 200_000 + "mars",
        "dossier " * 25_000 + "avant le 15 mars",
        "e\u0301" * 100_000 + " 1 mars",
        "au fil de l'eau " * 12_500,
        '."' * 100_000 + "1 mars",
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_hostile_text_ends(text: str) -> None:
    assert len(find_dates(text, SEEN)) <= 60


def test_a_folded_text_is_as_long_as_it_was() -> None:
    every = "".join(map(chr, range(0x20, 0x3000))) + "İ"
    folded = fold(every)
    assert len(folded.plain) == len(folded.bare)
    assert folded.passage(0, len(folded.plain)) == every.strip()


def test_months_are_folded() -> None:
    assert all(name.isascii() and name.islower() for name in MONTHS)
    assert sorted(set(MONTHS.values())) == list(range(1, 13))


# --- the next closing date --------------------------------------------------------------------


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 23, 59, tzinfo=PARIS)


def _dates(*dates: tuple[DateKind, datetime | None]) -> tuple[TypedDate, ...]:
    return tuple(TypedDate(kind, at, "…") for kind, at in dates)


def test_the_deadline_is_the_next_closing_date() -> None:
    dates = _dates(("round", _at(3, 15)), ("round", _at(6, 15)), ("opening", _at(2, 1)))
    assert deadline(dates, _at(1, 1)) == _at(3, 15)
    assert deadline(dates, _at(4, 1)) == _at(6, 15)
    assert deadline(dates, _at(7, 1)) is None


def test_what_never_closes_has_no_deadline() -> None:
    assert deadline(_dates(("open_ended", None), ("training", _at(3, 1))), _at(1, 1)) is None


def test_an_extension_replaces_what_closed_before_it() -> None:
    dates = _dates(("closing", _at(3, 15)), ("extension", _at(4, 1)), ("extension", _at(4, 30)))
    assert deadline(dates, _at(1, 1)) == _at(4, 30)


def test_an_extension_leaves_registrations_letters_and_releves() -> None:
    dates = _dates(("registration", _at(2, 1)), ("extension", _at(4, 30)), ("closing", _at(5, 30)))
    assert deadline(dates, _at(1, 1)) == _at(2, 1)
    assert deadline(dates, _at(2, 2)) == _at(4, 30)
    assert deadline(dates, _at(5, 1)) == _at(5, 30)


def test_the_deadline_of_a_text_is_its_extension() -> None:
    text = "Clôture, initialement fixée au 15 mars 2026, reportée au 30 avril 2026 : déposez vite !"
    assert deadline(find_dates(text, SEEN), SEEN) == _at(4, 30)

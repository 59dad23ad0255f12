"""When editions are due: the words of `digest.schedule`, and what is to be done of a slot. Pure.

Hours are those of a clock in Paris. In the night when an hour is skipped, what would fall in it is
the instant of the jump; when an hour comes twice, its first coming counts.
"""

import enum
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from apscheduler.triggers.cron import CronTrigger

from core.clock import PARIS, aware
from core.errors import ConfigurationError

ONE_DAY = timedelta(days=1)
TRIED = 10
"""How many slots are looked at to tell that there never are two on one day."""

HINT = (
    'write "every tuesday at 09:00", "every second tuesday at 09:00", "first tuesday at 09:00", '
    '"last friday at 14:30", five fields of cron ("0 9 * * tue"), or "" to compose by hand only'
)

WEEKDAYS = {
    **{name: day for day, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))},
    **{name: day for day, name in enumerate(
        ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"))},
}  # fmt: skip
RANKS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1,
    "premier": 1, "deuxieme": 2, "troisieme": 3, "quatrieme": 4, "dernier": -1,
}  # fmt: skip
_CRON_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")

_AT = r" (?:at|a) (?P<hour>\d{1,2}) ?(?:h(?: ?(?P<after_h>\d{2}))?|:(?P<minute>\d{2}))"
_EVERY = re.compile(rf"(?:every|chaque|tous les) (?P<day>[a-z]+?)s?{_AT}")
_SECOND = re.compile(
    rf"(?:every (?:second|other) (?P<day>[a-z]+)|un (?P<jour>[a-z]+) sur deux){_AT}"
)
_RANKED = re.compile(
    r"(?:the |le )?(?P<rank>[a-z]+) (?P<day>[a-z]+)"
    rf"(?: of (?:the|each|every) month| du mois| de chaque mois)?{_AT}"
)
_CRON = re.compile(r"[\d*][\d*,/-]*(?: [\da-z*,/-]+){4}")


@dataclass(frozen=True)
class Weekly:
    """A day of each week (0 is Monday), or of one week out of `weeks`."""

    weekday: int
    at: time
    weeks: int = 1

    def walls(self, first: date, last: date | None) -> Iterator[datetime]:
        """Give what the clock shows at each slot from a day on.

        Weeks are counted from that of `last`, the day of the last slot; without any, the next
        week counts.
        """
        for day in _days(first):  # pragma: no branch  # days never end
            apart = 0 if last is None else (_monday(day) - _monday(last)).days // 7
            if day.weekday() == self.weekday and apart % self.weeks == 0:
                yield datetime.combine(day, self.at)


@dataclass(frozen=True)
class Monthly:
    """The first to the fourth (`rank`) of a day of the week in each month; -1 is the last."""

    rank: int
    weekday: int
    at: time

    def walls(self, first: date, _last: date | None) -> Iterator[datetime]:
        """Give what the clock shows at each slot from a day on."""
        for day in _days(first):  # pragma: no branch  # days never end
            if day.weekday() == self.weekday and self._ranked(day):
                yield datetime.combine(day, self.at)

    def _ranked(self, day: date) -> bool:
        if self.rank < 0:
            return (day + 7 * ONE_DAY).month != day.month
        return (day.day - 1) // 7 + 1 == self.rank


@dataclass(frozen=True)
class Cron:
    """Five fields: minute, hour, day of the month, month, day of the week (0 and 7: Sunday).

    When both kinds of days are given, both must match: `0 9 1-7 * tue` is the first Tuesday.
    """

    fields: str

    def walls(self, first: date, _last: date | None) -> Iterator[datetime]:
        """Give what the clock shows at each slot from a day on; nothing more when none comes."""
        # The trigger runs on a clock without summer time: `_instant` alone knows that of Paris.
        trigger = _trigger(self.fields)
        moment = trigger.get_next_fire_time(None, datetime.combine(first, time(), UTC))
        while moment is not None:
            yield moment.replace(tzinfo=None)
            moment = trigger.get_next_fire_time(None, moment + timedelta(minutes=1))


@dataclass(frozen=True)
class Schedule:
    """When editions make themselves; instants are aware, those returned in UTC."""

    rule: Weekly | Monthly | Cron

    def next_after(self, at: datetime, last: datetime | None = None) -> datetime:
        """Return the first slot strictly after `at`; `last` is the last slot there was, if any.

        « Every second » is counted from `last`: by weeks, so that it stays the same whatever is
        composed by hand in between, whatever the year, and even if its day or hour changes.
        """
        at = aware(at)
        day = None if last is None else _paris_day(last)
        instants = map(_instant, self.rule.walls(_paris_day(at), day))
        return next(instant for instant in instants if instant > at)


@lru_cache(maxsize=16)
def read_schedule(words: str) -> Schedule | None:
    """Read `digest.schedule`, in English or in French; None when it is empty.

    Raises ConfigurationError for what cannot be understood, never comes, or comes twice a day.
    """
    plain = _plain(words)
    if not plain:
        return None
    rule = _rule(plain)
    if rule is None:
        raise ConfigurationError(f"digest.schedule is not understood: {words!r}", hint=HINT)
    first = [wall.date() for wall in itertools.islice(rule.walls(date(2024, 1, 1), None), TRIED)]
    if not first:
        raise ConfigurationError(f"digest.schedule never comes: {words!r}", hint=HINT)
    if len(set(first)) < len(first):
        what = f"digest.schedule comes several times a day: {words!r}"
        raise ConfigurationError(what, hint="a letter leaves once a day at most")
    return Schedule(rule)


class Due(enum.StrEnum):
    """What is to be done of a slot that has come."""

    COMPOSE = "compose"
    AT_WORK = "at_work"
    MISSED = "missed"


@dataclass(frozen=True)
class Slot:
    """A slot that has come, and what is to be done of it."""

    at: datetime
    due: Due


def slot_to_take(
    schedule: Schedule,
    *,
    since: datetime,
    last: datetime | None,
    now: datetime,
    overdue: timedelta,
    at_work: bool,
) -> Slot | None:
    """Say which slot has come since `since`, and what to do of it; None before the next one.

    Of several, the latest stands for all. An edition `at_work` takes the slot's place. Older than
    `overdue`, people are asked: nothing is composed by surprise.
    """
    slot, coming = None, schedule.next_after(since, last)
    while coming <= now:
        slot, coming = coming, schedule.next_after(coming, coming)
    if slot is None:
        return None
    if at_work:
        return Slot(slot, Due.AT_WORK)
    return Slot(slot, Due.MISSED if now - slot > overdue else Due.COMPOSE)


def _rule(plain: str) -> Weekly | Monthly | Cron | None:
    readers: tuple[Callable[[str], Weekly | Monthly | Cron | None], ...] = (
        _read_second, _read_every, _read_ranked, _read_cron,
    )  # fmt: skip
    return next((rule for read in readers if (rule := read(plain)) is not None), None)


def _read_every(plain: str) -> Weekly | None:
    found = _EVERY.fullmatch(plain)
    weekday, at = _weekday(found, "day"), _time(found)
    return None if weekday is None or at is None else Weekly(weekday, at)


def _read_second(plain: str) -> Weekly | None:
    found = _SECOND.fullmatch(plain)
    weekday, at = _weekday(found, "day", "jour"), _time(found)
    return None if weekday is None or at is None else Weekly(weekday, at, weeks=2)


def _read_ranked(plain: str) -> Monthly | None:
    found = _RANKED.fullmatch(plain)
    weekday, at = _weekday(found, "day"), _time(found)
    rank = RANKS.get(found["rank"]) if found else None
    return None if weekday is None or at is None or rank is None else Monthly(rank, weekday, at)


def _read_cron(plain: str) -> Cron | None:
    if not _CRON.fullmatch(plain):
        return None
    try:
        _trigger(plain)
    except ValueError:
        return None
    return Cron(plain)


def _weekday(found: re.Match[str] | None, *groups: str) -> int | None:
    names = (found[group] for group in groups) if found else ()
    return next((WEEKDAYS[name] for name in names if name in WEEKDAYS), None)


def _time(found: re.Match[str] | None) -> time | None:
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["after_h"] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004  # a day's


@lru_cache(maxsize=16)
def _trigger(fields: str) -> CronTrigger:
    """Raise ValueError for what is no cron; a number of a day is cron's, not APScheduler's."""
    minute, hour, day, month, weekday = fields.split()
    return CronTrigger(
        minute=minute, hour=hour, day=day, month=month, day_of_week=_named_days(weekday),
        timezone=UTC,
    )  # fmt: skip


def _named_days(field: str) -> str:
    """Name the days of a cron field: 0 and 7 are Sunday there, where APScheduler has Monday."""
    return ",".join(dict.fromkeys(name for part in field.split(",") for name in _named(part)))


def _named(part: str) -> list[str]:
    found = re.fullmatch(r"([0-7])(?:-([0-7]))?", part)
    if found is None:
        return [part]
    first, last = int(found[1]), int(found[2] or found[1])
    if first > last:
        raise ValueError(f"days in the wrong order: {part}")
    return list(_CRON_DAYS[first : last + 1])


def _plain(words: str) -> str:
    bare = unicodedata.normalize("NFD", words.casefold())
    return " ".join("".join(c for c in bare if not unicodedata.combining(c)).split())


def _days(first: date) -> Iterator[date]:
    return (first + number * ONE_DAY for number in itertools.count())


def _monday(day: date) -> date:
    return day - day.weekday() * ONE_DAY


def _paris_day(at: datetime) -> date:
    return at.astimezone(PARIS).date()


def _instant(wall: datetime) -> datetime:
    """Return when a clock in Paris first shows `wall`; skipped, the jump at 1:00 UTC."""
    instant = wall.replace(tzinfo=PARIS).astimezone(UTC)
    if instant.astimezone(PARIS).replace(tzinfo=None) == wall:
        return instant
    return datetime.combine(wall.date(), time(1), UTC)

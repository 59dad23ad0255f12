"""The contract and the animators' notices in words, and with their buttons."""

from datetime import date, datetime, timedelta
from typing import Any

from core.chat import Button, Keyboard, Text
from core.clock import PARIS
from core.parts import Parts
from core.reference import Reference
from digest.seminars import names as seminar_names
from digest.seminars.decide import is_committee
from digest.seminars.models import Seminar
from digest.seminars.obligations import decide, names, rules
from digest.seminars.obligations.decide import Standing
from digest.seminars.obligations.rules import Delays, Meeting, Notice
from digest.seminars.rendering import shown

TEMPLATE = "chat/seminar_obligations.html"


def words(block: str, **values: Any) -> Text:
    """Name a block of what is said of the contract and to the animators."""
    return Text(TEMPLATE, block, values)


def said(standing: Standing, today: date) -> dict[str, Any]:
    """Return what templates say of an obligation in a period."""
    return {
        "words": standing.obligation.words,
        "done": standing.done,
        "times": standing.obligation.times,
        "missing": standing.missing,
        "late": standing.is_late(today),
        "last": noon(standing.period.last),
        "once": standing.period.name == decide.ONCE,
        "by_itself": standing.obligation.counts,
    }


def contract_notice(standing: Standing, today: date) -> tuple[Text, Keyboard]:
    """Return what the animators are told of an obligation that is not met, with its buttons."""
    keyboard = ((done_button(standing),), (every_button(),))
    return words("contract", **said(standing, today)), keyboard


def every_button() -> Button:
    """Return the button that shows every obligation."""
    return Button(words("all_button"), "obligations.show", names.ALL)


def report_button(seminar: Reference) -> Button:
    """Return the button that notes a committee's report as handed over."""
    return Button(words("report_button"), "obligations.report", seminar)


def done_button(standing: Standing, label: str = "done_button") -> Button:
    """Return the button that notes one thing as done in a period."""
    reference = names.period_reference(standing.obligation.code, standing.period.name)
    last = noon(standing.period.last)
    text = words(label, words=standing.obligation.words, last=last)
    return Button(text, "obligations.note", reference, standing.by_hand)


def meeting_notice(
    parts: Parts, seminar: Seminar, meeting: Meeting, notice: Notice, delays: Delays
) -> tuple[Text, Keyboard]:
    """Return what the animators are told of a meeting, with what leads to mending it."""
    reference = seminar_names.seminar_reference(seminar.id)
    values = {
        **shown(parts, seminar),
        "report_at": noon(_day(meeting.starts_at) - timedelta(days=rules.REPORT_DAYS)),
        "minutes_at": rules.minutes_due(meeting, delays),
        "signed": meeting.has_scan,
        "minuted": meeting.has_minutes,
        "committee": is_committee(meeting.kind),
    }
    rows: list[tuple[Button, ...]] = []
    if notice in {Notice.REPORT, Notice.REPORT_SOON}:
        rows.append((report_button(reference),))
    rows.append((Button(words("card_button"), "obligations.card", reference, seminar.version),))
    return words(notice.value, **values), tuple(rows)


def noon(day: date) -> datetime:
    """Return an instant of a day of Paris, for what writes days."""
    return decide.at_hour(day, 12)


def _day(instant: datetime) -> date:
    return instant.astimezone(PARIS).date()

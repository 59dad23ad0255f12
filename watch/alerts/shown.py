"""Calls and their reminders as templates show them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from watch.alerts.rules import Plan, Reminder, days_left, ends_a_day


def closing(at: datetime, now: datetime) -> Mapping[str, Any]:
    """Return what is shown of a closing date: `at`, in how many `days`, whether `all_day`."""
    return {"at": at, "days": days_left(at, now), "all_day": ends_a_day(at)}


def foreseen(plan: Plan, coming: Iterable[datetime], now: datetime) -> Mapping[str, Any]:
    """Return what somebody who is interested is told: closings, reminders to come, or missed."""
    return {
        "closings": [closing(at, now) for at in coming],
        "reminders": [_shown(each) for each in plan.coming],
        "missed": [_shown(each) for each in plan.missed],
    }


def _shown(reminder: Reminder) -> Mapping[str, Any]:
    return {"at": reminder.due_at, "days": reminder.days}

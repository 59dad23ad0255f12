"""Trying the addresses that animators gave: fetched by a tick, told by the ledger."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button, Keyboard, Text
from core.errors import RelaisError
from core.http import Fetcher
from core.ledger.draft import ChatAddress, DeliveryKind, Draft, Parcel, Policy, Ready, Skip
from core.ledger.store import post
from core.parts import Parts
from core.people.models import Person
from core.people.roles import Role
from core.people.store import roles_of
from core.posts import render_post
from core.reference import Party, Reference
from watch.health.rules import Trouble, trouble_of
from watch.reading.parsing import Parser
from watch.sources.looking import Look, fetch_and_look
from watch.sources.models import Trial
from watch.sources.tried import said
from watch.sources.words import text

KIND = "sources.trial"
LEASE = timedelta(minutes=2)
"""After a crash, a trial is due again this much later."""

KEPT = timedelta(days=7)
"""How long what was tried is kept: its buttons work that long."""

SHOWN = 3
"""How many of the latest items are shown."""

_AT_ONCE = 20

log = structlog.get_logger()


class Trials:
    """Tries what is due, and posts what was found to where it was asked."""

    def __init__(self, parts: Parts, fetcher: Fetcher, parser: Parser) -> None:
        self._parts = parts
        self._fetcher = fetcher
        self._parser = parser

    async def run(self, now: datetime) -> None:
        """Try every address that is due at `now`, several at once."""
        async with self._parts.database.write() as session:
            claimed = await _claim(session, now)
        async with asyncio.TaskGroup() as group:
            for trial in claimed:
                group.create_task(self._try(trial, now))

    async def next_due(self, session: AsyncSession) -> datetime | None:
        """Return when the next address is to be tried."""
        return await session.scalar(select(func.min(Trial.due_at)))

    async def purge(self, now: datetime) -> None:
        """Forget what was tried long ago."""
        async with self._parts.database.write() as session:
            await session.execute(delete(Trial).where(Trial.asked_at <= now - KEPT))

    async def next_purge(self, session: AsyncSession) -> datetime | None:
        """Return when something is to be forgotten."""
        oldest = await session.scalar(select(func.min(Trial.asked_at)))
        return oldest + KEPT if oldest else None

    async def _try(self, trial: Trial, now: datetime) -> None:
        try:
            look = await fetch_and_look(self._fetcher, self._parser, trial.url, pages=True)
            found = found_in(look, now)
        except RelaisError as error:
            log.info("sources.trial_failed", trial=trial.id, error=error.what, hint=error.hint)
            found = _nothing(trial, trouble_of(error))
        except Exception as error:
            log.exception("sources.trial_broken", trial=trial.id)
            found = _nothing(trial, trouble_of(error))
        async with self._parts.database.write() as session:
            row = await session.get(Trial, trial.id, with_for_update=True)
            if row is None or row.version != trial.version or row.closed_at is not None:
                return
            row.found, row.due_at = dict(found), None
            row.version += 1
            await self._post(session, row, now)

    async def _post(self, session: AsyncSession, trial: Trial, now: datetime) -> None:
        person = await session.get_one(Person, trial.person_id)
        words, keyboard = told(trial)
        draft = Draft(
            kind=KIND,
            slot=_slot(trial),
            recipient=Party("person", str(person.id)),
            content=render_post(self._parts.renderer, words, keyboard, person.language).content(),
            cause=reference(trial.id),
            due_at=now,
        )
        await post(session, [draft], now)

    def delivery(self) -> DeliveryKind:
        """Return the kind of these answers: for an animator still, where they asked."""

        async def prepare(session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
            trial = await session.get(Trial, parcel.cause.number)
            if trial is None or trial.closed_at is not None or parcel.slot != _slot(trial):
                return Skip("the trial is over")
            if Role.ANIMATOR not in await roles_of(session, trial.person_id, now):
                return Skip("no animator any more")
            return Ready(ChatAddress(trial.chat_id, trial.thread_id))

        return DeliveryKind(KIND, Policy.RESEND, prepare)


async def _claim(session: AsyncSession, now: datetime) -> Sequence[Trial]:
    """Return the trials that are due, now ours for the time of a lease."""
    due = select(Trial).where(Trial.due_at <= now).order_by(Trial.due_at, Trial.id)
    rows = (await session.scalars(due.limit(_AT_ONCE).with_for_update(skip_locked=True))).all()
    for row in rows:
        row.due_at = now + LEASE
    return rows


def _slot(trial: Trial) -> str:
    return f"trial:{trial.id}/v{trial.version}"


def found_in(look: Look, now: datetime) -> Mapping[str, Any]:
    """Return what was found, as JSON: a feed with its latest items, or a page with its feeds."""
    if look.document is None:
        feeds = [{"url": feed.url, "title": feed.title} for feed in look.feeds]
        return {"kind": "page", "address": look.address, "title": "", "feeds": feeds}
    dated = [(said(item.published_at, now), item) for item in look.document.items]
    latest = sorted(
        dated, key=lambda each: each[0].timestamp() if each[0] else float("-inf"), reverse=True
    )
    return {
        "kind": "feed",
        "address": look.address,
        "title": look.document.title,
        "count": len(dated),
        "items": [
            {"title": item.title, "at": at.isoformat() if at else None}
            for at, item in latest[:SHOWN]
        ],
    }


def _nothing(trial: Trial, trouble: Trouble) -> Mapping[str, Any]:
    return {"kind": "nothing", "address": trial.url, "title": "", "trouble": trouble.value}


def told(trial: Trial) -> tuple[Text, Keyboard]:
    """Return what tells of a trial, and what can be done with it."""
    found, kind = trial.found, trial.found["kind"]
    give_up = (_button("give_up", trial),)
    if kind == "feed":
        items = [
            {**item, "at": datetime.fromisoformat(item["at"]) if item["at"] else None}
            for item in found["items"]
        ]
        words = text(
            "found_feed",
            address=found["address"],
            title=found["title"] or found["address"],
            count=found["count"],
            items=items,
        )
        return words, ((_button("confirm", trial),), give_up)
    if kind == "page":
        words = text("found_page", address=found["address"], feeds=found["feeds"])
        follow = (
            Button(text("follow_button"), "sources.confirm", reference(trial.id), trial.version),
        )
        return words, (*_feeds(trial), follow, give_up)
    words = text("found_nothing", address=found["address"], trouble=found["trouble"])
    return words, ((_button("retry", trial),), give_up)


def _feeds(trial: Trial) -> Keyboard:
    return tuple(
        (
            Button(
                text("feed_button", name=feed["title"] or feed["url"]),
                "sources.feed",
                Reference("watch", "feed", f"{trial.id}-{number}"),
                trial.version,
            ),
        )
        for number, feed in enumerate(trial.found["feeds"])
    )


def _button(verb: str, trial: Trial) -> Button:
    return Button(text(f"{verb}_button"), f"sources.{verb}", reference(trial.id), trial.version)


def reference(trial_id: int) -> Reference:
    """Name a trial as other rooms do."""
    return Reference("watch", "trial", str(trial_id))

"""What the page shows, ready for JSON."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from core.chat import Text
from core.clock import SystemClock
from core.parts import Parts
from digest.seminars.decide import Kind
from relais.sandbox.attached import attached, calendar_of
from relais.sandbox.cast import CAST, GROUP
from relais.sandbox.mail_catcher import CaughtMail
from relais.sandbox.page import guide
from relais.sandbox.playground import TOKEN, Playground

CONFIRMING = "/abonnement/confirmer/"
LIST_UNSUBSCRIBE = "list-unsubscribe"
_EVERYBODY = "all_private_chats:::"
_ADDRESS = re.compile(r"<(https?://[^>]+)>")


class View:
    """Looks at the playground as somebody outside would."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._signs = _signs(playground)
        self._mails: list[guide.SeenMail] = []
        self._mailed = 0
        self._done: set[str] = set()  # what was seen may have been redrawn since
        self.left: frozenset[str] = frozenset()

    async def state(self) -> Mapping[str, Any]:
        """Return the chats, the counts of the mailboxes, and how far the visit has come.

        `ahead` is by how many seconds the sandbox's clock is ahead of the machine's.
        """
        numbers = {**{name: player.user_id for name, player in CAST.items()}, "group": GROUP}
        chats = {name: self._playground.chat.snapshot(chat) for name, chat in numbers.items()}
        mails = await self._seen_mails()
        seen = guide.Seen(
            chats["agent"], chats["group"], mails, self.left, others=[chats["colleague"]]
        )
        now = guide.done(seen, self._playground.invitation, self._signs)
        self._done |= {name for name, done in now.items() if done}
        mailboxes = self._playground.mail.mailboxes()
        return {
            "ahead": round((self._playground.clock.now() - SystemClock().now()).total_seconds()),
            "chats": chats,
            "commands": {name: self._commands(chat) for name, chat in numbers.items()},
            "mailboxes": [{"address": box.address, "count": box.count} for box in mailboxes],
            "guide": {name: name in self._done for name in guide.STEPS},
        }

    async def mails(self, address: str) -> Sequence[Mapping[str, Any]]:
        """Return the mails of an address, newest first, each as a line of a list."""
        return [_line(mail) for mail in await self._playground.mail.messages(address)]

    async def mail(self, identity: str) -> Mapping[str, Any] | None:
        """Return a mail to read: its headers, its text, what calendars read, its files."""
        mail = await self._playground.mail.message(identity)
        if mail is None:
            return None
        return {
            **_line(mail),
            "headers": [list(header) for header in mail.headers],
            "text": mail.text,
            "has_html": bool(mail.html),
            "one_click": bool(unsubscription(mail)),
            "calendar": _calendar(mail),
            "files": [asdict(one) for one in attached(mail)],
        }

    def _commands(self, chat: int) -> Sequence[Mapping[str, str]]:
        """Return the menu that the bot declared for a chat, or for all like it (setMyCommands)."""
        bot = self._playground.chat.bot(TOKEN) or {}
        menus: Mapping[str, Sequence[Mapping[str, str]]] = bot.get("commands", {})
        return menus.get(f"chat:{chat}::", () if chat == GROUP else menus.get(_EVERYBODY, ()))

    async def _seen_mails(self) -> Sequence[guide.SeenMail]:
        """Return every mail caught, oldest first; those known already are not read again."""
        catcher = self._playground.mail
        mailed = sum(box.count for box in catcher.mailboxes())
        if mailed != self._mailed:
            newest = await catcher.messages(limit=mailed)
            self._mails = [_seen(mail) for mail in reversed(newest)]
            self._mailed = mailed
        return self._mails


def unsubscription(mail: CaughtMail) -> str:
    """Return the address to which a mailbox posts one click (RFC 8058 §3.1), or nothing."""
    headers = {name.lower(): value for name, value in mail.headers}
    found = _ADDRESS.search(headers.get(LIST_UNSUBSCRIBE, ""))
    return found[1] if found and "list-unsubscribe-post" in headers else ""


def _seen(mail: CaughtMail) -> guide.SeenMail:
    return guide.SeenMail(mail.envelope_to, mail.subject, mail.text, bool(unsubscription(mail)))


def _calendar(mail: CaughtMail) -> Mapping[str, Any] | None:
    found = calendar_of(mail)
    return None if found is None else asdict(found)


def _line(mail: CaughtMail) -> Mapping[str, Any]:
    return {
        "id": mail.id,
        "subject": mail.subject,
        "from": mail.sender,
        "to": mail.to,
        "date": _date(mail).isoformat(),
        "begins": " ".join(mail.text.split())[:140],
    }


def _date(mail: CaughtMail) -> datetime:
    """Return when a mail says it was written: by the sandbox's clock, unlike its arrival."""
    for name, value in mail.headers:
        if name.lower() == "date":
            try:
                return parsedate_to_datetime(value).astimezone(UTC)
            except ValueError:
                break
    return mail.received_at


def _signs(playground: Playground) -> guide.Signs:
    """Learn from the templates how the service says things, whatever the language."""
    parts = playground.house.parts
    return guide.Signs(
        kept=_kept_sign(parts),
        validated=_plain(parts, Text("chat/answers.html", "still_right_button", {})),
        satisfied=_satisfied_sign(parts),
        confirming=CONFIRMING,
        reminding=_reminding_sign(parts),
    )


def _plain(parts: Parts, words: Text) -> str:
    return parts.renderer.plain(words, parts.settings.network.language)


def _kept_sign(parts: Parts) -> str:
    """Return the words before the name of who kept a story."""
    words = Text("chat/watch.html", "kept_by", {"name": "\0"})
    rendered = parts.renderer.plain(words, parts.settings.network.language)
    return rendered.partition("\0")[0].split("\n")[-1].strip()


def _satisfied_sign(parts: Parts) -> str:
    """Return the words after the number of a question that a validated answer has closed."""
    days = parts.settings.hotline.reopen_days
    words = Text("chat/hotline.html", "satisfied", {"number": "\0", "days": days})
    return _plain(parts, words).partition("\0")[2].strip()


def _reminding_sign(parts: Parts) -> str:
    """Return how the subject of a reminder begins, whatever the kind of the meeting."""
    subjects = [
        parts.renderer.plain(
            Text("mail/seminar_reminder.txt", "subject", {"seminar": _meeting(kind, parts)}),
            parts.settings.network.language,
        )
        for kind in Kind
    ]
    return os.path.commonprefix(subjects).strip()  # noqa: RUF071  # letter by letter is meant


def _meeting(kind: Kind, parts: Parts) -> Mapping[str, Any]:
    return {"kind": kind, "title": "", "starts_at": parts.clock.now()}

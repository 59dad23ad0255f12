"""What delivery status notifications say: in their fields (RFC 3464), or only in words.

In words they are as many as mail servers; `flufl.bounce` knows a good number of them.
"""

import logging
import re
from collections.abc import Iterator
from email.message import Message

from flufl.bounce import all_failures

from core.email_address import normalise
from core.errors import InputError
from digest.mailbox.mail import Report
from digest.mailbox.phrases import DAEMON, FAILED, plain

MOST_RECIPIENTS = 100
LONGEST_FIELD = 1_000
MOST_GUESSED_FROM = 60_000
"""Above so many characters, a notification is not guessed: it would be long to read."""

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs what it reads

_ANGLED = re.compile(r"<([^<>\s@]{1,64}@[^<>\s@]{1,190})>")
_BARE = re.compile(r"(?<![\w.+-])([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6})")


def reports_of(part: Message) -> Iterator[Report]:
    """Give what a part of the type message/delivery-status says of each recipient."""
    if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
        return
    blocks = part.get_payload()
    if not isinstance(blocks, list):
        return
    for block in blocks[:MOST_RECIPIENTS]:
        if isinstance(block, Message) and block.get("action"):
            yield _report(block)


def _report(block: Message) -> Report:
    names = ("original-recipient", "final-recipient", "x-actual-recipient")
    addresses = [address for name in names if (address := _recipient(_field(block, name)))]
    return Report(
        action=_field(block, "action").lower(),
        status=_field(block, "status"),
        recipients=tuple(dict.fromkeys(addresses)),
        diagnostic=_field(block, "diagnostic-code"),
    )


def _field(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, ""))[:LONGEST_FIELD].split())


def _recipient(field: str) -> str:
    """Return the address in `rfc822; somebody@example.org`; some servers forget the type."""
    return _address(field.rpartition(";")[2].strip().strip("<>").strip())


def _address(typed: str) -> str:
    try:
        return normalise(typed)
    except (InputError, ValueError):
        return ""


def guessed_reports(message: Message, text: str, subject: str) -> tuple[Report, ...]:
    """Return what a notification without fields seems to say failed; nothing for other mails."""
    sender = str(message.get("from", "")).lower()[:LONGEST_FIELD]
    told = re.search(r"[^\s<>\"]{1,80}@", sender)
    by_daemon = bool(told and DAEMON.match(told[0]))
    if not (by_daemon or FAILED.search(plain(subject))) or len(text) > MOST_GUESSED_FROM:
        return ()
    if len(str(message)) > 4 * MOST_GUESSED_FROM:
        return ()
    found = dict.fromkeys((*_failed_recipients(message), *_known(message)))
    addresses = list(found) or _in_words(text)
    words = " ".join(text[: 3 * LONGEST_FIELD].split())
    return tuple(Report("failed", "", (each,), words) for each in addresses[:MOST_RECIPIENTS])


def _failed_recipients(message: Message) -> Iterator[str]:
    """Give the addresses of Exim's and Gmail's own header."""
    for value in message.get_all("x-failed-recipients", [])[:MOST_RECIPIENTS]:
        for each in str(value)[:LONGEST_FIELD].split(","):
            if address := _address(each.strip()):
                yield address


def _known(message: Message) -> Iterator[str]:
    try:
        _, permanent = all_failures(message)
    except Exception:  # noqa: BLE001  # its detectors were not written for whatever strangers send
        return
    for found in sorted(permanent):
        if address := _address(found.decode("ascii", "replace")):
            yield address


def _in_words(text: str) -> list[str]:
    """Return the first address that stands in the words: notifications begin with it."""
    found = _ANGLED.search(text) or _BARE.search(text)
    address = _address(found[1]) if found else ""
    return [address] if address else []

"""What a received mail is, and what it tells. Decisions only."""

import enum
import re
from collections.abc import Collection
from dataclasses import dataclass

from digest.mailbox import phrases
from digest.mailbox.mail import Mail, Report


class Kind(enum.StrEnum):
    """What a received mail was taken for, or came to be.

    CALENDAR answers an invitation. FOREIGN is a notification about no mail of ours. ASIDE could
    not be handled. LEFT becomes REPLACED or KEPT once an animator decided about the address.
    """

    BOUNCE = "bounce"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    CHALLENGE = "challenge"
    LEFT = "left"
    ABSENCE = "absence"
    UNSUBSCRIBE = "unsubscribe"
    CALENDAR = "calendar"
    OWN = "own"
    LIST = "list"
    AUTOMATIC = "automatic"
    SPAM = "spam"
    EMPTY = "empty"
    HUMAN = "human"
    BROKEN = "broken"
    TOO_BIG = "too_big"
    ASIDE = "aside"
    FOREIGN = "foreign"
    REPLACED = "replaced"
    KEPT = "kept"
    ERASED = "erased"


class Severity(enum.StrEnum):
    """How bad a bounce is: the address is in error, or something else is, or will pass."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True)
class Us:
    """How our own mail is known: addresses in lower case, the identity of the letter's list.

    `unsubscribe` is an address where mail only ever means unsubscribing, or nothing.
    """

    addresses: frozenset[str]
    list_id: str = ""
    unsubscribe: str = ""


SHORT = 1_200
"""Above so many characters, somebody tells a story: a phrase in it is not the message."""

_BULK = frozenset({"bulk", "junk", "auto_reply", "auto-reply", "autoreply"})
_AUTOMATIC_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-reply", "x-vacation")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


def kind_of(mail: Mail, us: Us) -> Kind:
    """Say what a mail is. Whatever is left when nothing else fits was written by a human."""
    if mail.broken:
        return Kind.BROKEN
    return _notification(mail) or _machine(mail, us) or _person(mail, us)


# --- Notifications ----------------------------------------------------------------------------


def _notification(mail: Mail) -> Kind | None:
    """Recognise what mail servers tell: complaints, and what became of a mail."""
    if mail.feedback:
        return Kind.AUTOMATIC if mail.feedback == "not-spam" else Kind.COMPLAINT
    if mail.report_type == "disposition-notification":
        return Kind.AUTOMATIC
    actions = {report.action for report in mail.reports}
    if actions:
        return _of_actions(actions)
    return _unstructured(mail)


def _of_actions(actions: Collection[str]) -> Kind:
    if any(action.startswith(("fail", "error")) for action in actions):
        return Kind.BOUNCE
    return Kind.DELAYED if any(a.startswith("delay") for a in actions) else Kind.DELIVERED


def _unstructured(mail: Mail) -> Kind | None:
    """Recognise a notification by who writes and what it says, when it says it to people only."""
    subject, text = phrases.plain(mail.subject), phrases.plain(mail.text)
    by_daemon = bool(phrases.DAEMON.match(mail.sender)) or mail.report_type == "delivery-status"
    by_nobody = mail.header("return-path").strip() == "<>" and not mail.has("in-reply-to")
    if not by_daemon and not (by_nobody and phrases.FAILED.search(subject)):
        return None
    if phrases.DELAYED.search(subject) or phrases.DELAYED.search(text):
        return Kind.DELAYED
    if phrases.FAILED.search(subject) or phrases.FAILED.search(text) or mail.guessed:
        return Kind.BOUNCE
    return Kind.AUTOMATIC


@dataclass(frozen=True)
class Failure:
    """A recipient to whom a mail did not go: by every address that was told of them."""

    recipients: tuple[str, ...]
    severity: Severity
    status: str


def failures(mail: Mail) -> tuple[Failure, ...]:
    """Return whom a notification says that a mail did not reach, for good."""
    failed = [r for r in mail.reports if r.action.startswith(("fail", "error"))]
    return tuple(_failure(report) for report in failed or mail.guessed)


def _failure(report: Report) -> Failure:
    status = enhanced(report)
    return Failure(report.recipients, severity_of(status, report.diagnostic), status)


_GENERIC = frozenset({"", "4.0.0", "5.0.0", "5.5.0", "4.5.0", "5.3.0", "5.1.0", "5.2.0", "5.7.1"})
"""Codes that say little: the words beside them say more."""


def enhanced(report: Report) -> str:
    """Return the code (RFC 3463) that says most of why: the words', if the other is vague."""
    given = _STATUS.search(report.status)
    own = given[0] if given else ""
    if own not in _GENERIC:
        return own
    quoted = _STATUS.search(report.diagnostic)
    return quoted[0] if quoted else own


_HARD = re.compile(r"5\.1\.(?!7\b|8\b|0\b)\d+|5\.2\.1|5\.4\.(?:1|4|310)|5\.5\.4")
_SOFT = re.compile(r"4\..*|5\.1\.[78]|5\.2\.[2-9]|5\.3\..*|5\.4\..*|5\.6\..*")


def severity_of(status: str, diagnostic: str) -> Severity:
    """Say whether the address itself is in error.

    A full mailbox and a refusal for spam are not the address's fault: words that say so win over
    codes, which servers misuse. What nothing explains is soft.
    """
    words = phrases.plain(diagnostic)
    unknown = bool(phrases.UNKNOWN_USER.search(words))
    if status.startswith("4.") or phrases.FULL.search(words):
        return Severity.SOFT
    if phrases.POLICY.search(words) and not unknown:
        return Severity.SOFT
    if _HARD.fullmatch(status):
        return Severity.HARD
    if _SOFT.fullmatch(status):
        return Severity.SOFT
    return Severity.HARD if unknown else Severity.SOFT


@dataclass(frozen=True)
class Verdict:
    """What a bounce may do: `proven` when it is about our mail to that very address."""

    proven: bool
    severity: Severity
    status: str


def verdict(failed: Collection[Failure], address: str | None) -> Verdict | None:
    """Judge a bounce of a mail that we sent to `address`; None when it is about somebody else.

    Whoever knows an address must not be able to have it suppressed: a notification counts for the
    address that our mail went to. One that names nobody, or names another address (forwarded mail),
    says that our mail came back, not whose address is wrong: soft.
    """
    if not failed:
        return Verdict(proven=False, severity=Severity.SOFT, status="")
    for failure in failed:
        if address is not None and address in failure.recipients:
            return Verdict(proven=True, severity=failure.severity, status=failure.status)
    if len(failed) > 1:
        return None
    (only,) = failed
    return Verdict(proven=False, severity=Severity.SOFT, status=only.status)


# --- What machines write on behalf of people --------------------------------------------------


def is_automatic(mail: Mail) -> bool:
    """Say whether no person wrote this very mail (RFC 3834, and the habits from before it)."""
    submitted = mail.header("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return True
    if mail.header("precedence").strip().lower() in _BULK:
        return True
    if any(mail.has(name) for name in _AUTOMATIC_HEADERS):
        return True
    return bool(phrases.ABSENT_SUBJECT.match(phrases.plain(mail.subject)))


def _machine(mail: Mail, us: Us) -> Kind | None:
    """Recognise challenges, absences, programs that unsubscribe or answer, lists, ours, spam."""
    if _challenges(mail):
        return Kind.CHALLENGE
    if mail.sender in us.addresses or (us.list_id and us.list_id in mail.header("list-id")):
        return Kind.OWN
    if mail.invited:
        return Kind.CALENDAR
    if _subject_unsubscribes(mail):
        return Kind.UNSUBSCRIBE
    automatic = is_automatic(mail)
    if left(mail, automatic=automatic):
        return Kind.LEFT
    return _absence(mail) if automatic else _unwanted(mail)


def _challenges(mail: Mail) -> bool:
    domain = mail.sender.rpartition("@")[2]
    if phrases.CHALLENGE_SENDER.search(domain):
        return True
    text = phrases.plain(f"{mail.subject}. {mail.text}")
    return len(mail.text) < 2 * SHORT and bool(phrases.CHALLENGE.search(text))


def _absence(mail: Mail) -> Kind:
    subject, text = phrases.plain(mail.subject), phrases.plain(mail.text)
    absent = phrases.ABSENT_SUBJECT.match(subject) or re.search(
        r"\babsent|\bconges?\b|out of (?:the )?office|\bvacation|on leave|\bde retour\b", text
    )
    return Kind.ABSENCE if absent else Kind.AUTOMATIC


def _unwanted(mail: Mail) -> Kind | None:
    if mail.has("list-id") or mail.header("precedence").strip().lower() == "list":
        return Kind.LIST
    if mail.calendar == "reply" or phrases.NO_REPLY.match(mail.sender):
        return Kind.AUTOMATIC
    if phrases.RECEIPT_SUBJECT.match(phrases.plain(mail.subject)) and len(mail.text) < SHORT:
        return Kind.AUTOMATIC
    flagged = mail.header("x-spam-flag").strip().lower() == "yes"
    if flagged or mail.header("x-spam-status").strip().lower().startswith("yes"):
        return Kind.SPAM
    return Kind.SPAM if not mail.sender else None


def _subject_unsubscribes(mail: Mail) -> bool:
    """Recognise what mail programs send to the address of List-Unsubscribe: a subject alone."""
    return bool(phrases.UNSUBSCRIBE_SUBJECT.fullmatch(phrases.plain(mail.subject)))


# --- What people write ------------------------------------------------------------------------


def left(mail: Mail, *, automatic: bool) -> bool:
    """Say whether a mail tells that its sender is not to be found at this address any more.

    A person says so of themself; a colleague's or a server's automatic reply, of the absent one.
    Whoever asks something asks, whoever left.
    """
    text = phrases.plain(mail.text)
    if len(text) > SHORT or (not automatic and "?" in text):
        return False
    if phrases.LEFT_ONESELF.search(text):
        return True
    return automatic and bool(phrases.LEFT_ANOTHER.search(text))


@dataclass(frozen=True)
class Leaving:
    """Somebody who is not to be found at an address: `moved` keep their place, others leave it."""

    old: str
    new: str | None
    moved: bool


_ADDRESS = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,6}")


def leaving(mail: Mail, us: Us) -> Leaving:
    """Return whom a mail of the kind LEFT is about, and the first other address that it gives."""
    text = phrases.plain(mail.text)
    known = us.addresses | {mail.sender, us.unsubscribe}
    others = [found for found in _ADDRESS.findall(text) if found not in known]
    return Leaving(mail.sender, others[0] if others else None, bool(phrases.MOVED.search(text)))


def moves_subscription(basis: str, *, free: bool) -> bool:
    """Say whether a subscription follows its post to a new address, or a new one is asked for.

    Only one that the network's mission founds (GDPR, article 6.1.e) may: consent is personal.
    """
    return basis == "public_interest" and free


def _person(mail: Mail, us: Us) -> Kind:
    text = phrases.plain(mail.text)
    if us.unsubscribe and us.unsubscribe in mail.to and len(text) < SHORT and "?" not in text:
        return Kind.UNSUBSCRIBE
    if asks_to_leave(text):
        return Kind.UNSUBSCRIBE
    if text or mail.files:
        return Kind.HUMAN
    return Kind.HUMAN if _says_something(mail.subject) else Kind.EMPTY


def asks_to_leave(plain_text: str) -> bool:
    """Say whether words, made plain, ask to be unsubscribed, and do nothing else."""
    if len(plain_text) > SHORT // 2 or phrases.NOT_UNSUBSCRIBING.search(plain_text):
        return False
    return bool(phrases.UNSUBSCRIBE.search(plain_text))


FEW = 3
"""From so many words on, a subject of one's own says something."""


def _says_something(subject: str) -> bool:
    """Say whether a subject was written for this mail, and is a sentence."""
    plain = phrases.plain(subject)
    return not phrases.REPLY.match(plain) and len(plain.split()) >= FEW

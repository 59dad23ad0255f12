"""Which steps of the visit are done, from what anybody can see: chats and caught mails."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Snapshot = Mapping[str, Any]

STEPS = (
    "invited",
    "sorted",
    "asked",
    "answered",
    "validated",
    "reused",
    "subscribed",
    "published",
    "reminded",
    "unsubscribed",
)
"""The steps of the visit, in the order of the story."""

STORIES_TO_KEEP = 2


@dataclass(frozen=True)
class SeenMail:
    """What the visit looks at in a caught mail."""

    to: tuple[str, ...]
    subject: str
    text: str
    unsubscribable: bool


@dataclass(frozen=True)
class Signs:
    """How the service's own words are recognised: they stand in templates, not here.

    `kept` begins the line that says a story is kept; `validated` is on a button under an answer
    that is validated; `satisfied` is said of a question closed by such an answer; `confirming` is
    in the link that confirms a subscription; `reminding` begins the subject of a reminder.
    """

    kept: str
    validated: str
    satisfied: str
    confirming: str
    reminding: str


@dataclass(frozen=True)
class Seen:
    """Everything that is observed: the chats, the mails caught oldest first, who left.

    `others` are the private chats of other people; `left` holds the addresses whose one-click
    unsubscription was answered.
    """

    agent: Snapshot
    group: Snapshot
    mails: Sequence[SeenMail]
    left: frozenset[str] = frozenset()
    others: Sequence[Snapshot] = ()


def done(seen: Seen, invitation: str, signs: Signs) -> Mapping[str, bool]:
    """Say of each step whether it is done."""
    return {
        "invited": _invited(seen.agent, invitation),
        "sorted": _kept(seen.group, signs.kept) >= STORIES_TO_KEEP,
        "asked": any(_questions(seen.group)),
        "answered": _answered(seen),
        "validated": _validated(seen.group, signs.validated),
        "reused": any(_told(chat, signs.satisfied) for chat in (seen.agent, *seen.others)),
        "subscribed": any(signs.confirming in mail.text for mail in seen.mails),
        "published": any(mail.unsubscribable for mail in seen.mails),
        "reminded": any(mail.subject.startswith(signs.reminding) for mail in seen.mails),
        "unsubscribed": bool(seen.left) or _spared(seen.mails),
    }


def _messages(chat: Snapshot) -> Iterator[Mapping[str, Any]]:
    for topic in chat["topics"]:
        yield from topic["messages"]


def _invited(agent: Snapshot, invitation: str) -> bool:
    """Say whether the invitation was opened, and answered by the bot."""
    opened = False
    for message in _messages(agent):
        opened = opened or message["text"] == f"/start {invitation}"
        if opened and message["from"]["is_bot"]:
            return True
    return False


def _kept(group: Snapshot, sign: str) -> int:
    return sum(_says(message, sign) for message in _messages(group))


def _told(chat: Snapshot, sign: str) -> bool:
    return any(_says(message, sign) for message in _messages(chat))


def _says(message: Mapping[str, Any], sign: str) -> bool:
    return message["from"]["is_bot"] and sign in message["text"]


def _validated(group: Snapshot, sign: str) -> bool:
    """Say whether a question's topic shows an answer that is validated."""
    return any(
        button["text"] == sign
        for messages in _questions(group)
        for message in messages
        for row in message["buttons"]
        for button in row
    )


def _questions(group: Snapshot) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Give what is said in the topics that the bot opened: one for each question."""
    for topic in group["topics"]:
        first = topic["messages"][0] if topic["messages"] else None
        if first and first["service"] == "forum_topic_created" and first["from"]["is_bot"]:
            yield topic["messages"]


def _answered(seen: Seen) -> bool:
    """Say whether what somebody wrote in a question's topic is found in the agent's chat."""
    received = [message for message in _messages(seen.agent) if message["from"]["is_bot"]]
    return any(
        _carries(message, reply)
        for messages in _questions(seen.group)
        for reply in messages
        if not reply["from"]["is_bot"]
        for message in received
    )


def _carries(message: Mapping[str, Any], reply: Mapping[str, Any]) -> bool:
    """Say whether a message holds a reply's words, or the same file when it has none."""
    if reply["text"]:
        return reply["text"] in message["text"]
    sent = {file["file_unique_id"] for file in reply["files"]}
    return any(file["file_unique_id"] in sent for file in message["files"])


def _spared(mails: Sequence[SeenMail]) -> bool:
    """Say whether somebody received one edition, and not a later one that others received."""
    editions: dict[str, set[str]] = {}
    for mail in mails:
        if mail.unsubscribable:
            editions.setdefault(mail.subject, set()).update(mail.to)
    readers = list(editions.values())
    return any(before - after for before, after in itertools.pairwise(readers))

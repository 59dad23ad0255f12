"""What the hotline decides, from values alone."""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.text import normalise

RECENT = timedelta(minutes=10)
"""How long after the last message what an agent writes belongs to the same question."""

IN_A_ROW = timedelta(seconds=30)
"""How long after one message the next is sent in a row, whatever else was said meanwhile."""

ANNOUNCED = timedelta(hours=1)
"""How long after « bonjour », or after a press on « Ajouter », the next message is what it said."""

FEWEST_DIGITS = 4


class State(enum.StrEnum):
    """Where a question stands.

    `CHOOSING`: its asker has not said for which territory. `SUGGESTED`: its asker was shown
    validated answers, and the team has not been asked. `OPEN`: the team owes an answer.
    `WAITING`: the team waits for its asker.
    """

    CHOOSING = "choosing"
    SUGGESTED = "suggested"
    OPEN = "open"
    ANSWERED = "answered"
    WAITING = "waiting"
    CLOSED = "closed"


UNDECIDED = frozenset({State.CHOOSING, State.SUGGESTED})
"""The states of what its asker has not sent to the team yet."""


class Topic(enum.StrEnum):
    """Whether a question has its forum topic; without one (a plain group) the group serves."""

    WANTED = "wanted"
    OPEN = "open"
    NONE = "none"


class Direction(enum.StrEnum):
    """Where a message of a question goes; a note goes nowhere."""

    FROM_AGENT = "from_agent"
    TO_AGENT = "to_agent"
    NOTE = "note"


class Courtesy(enum.StrEnum):
    """What is said without asking anything."""

    GREETING = "greeting"
    THANKS = "thanks"
    NOD = "nod"


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_GREETINGS = _listed("bonjour bonsoir salut coucou hello rebonjour")
_THANKS = _listed("merci mercis remercie remercions thanks")
_NODS = _listed(
    "ok okay accord entendu compris recu note parfait super genial top impeccable excellent "
    "cordialement revoir bientot journee soiree"
)
_FILLERS = _listed(
    "a aide ai apres au aux beaucoup belle bien bon bonne c ca cela continuation d de des du "
    "encore end equipe est et excellente fin fois infiniment j je l la le les madame mesdames "
    "messieurs midi mille monde monsieur nous permanence pour rapide rapidite reactivite reponse "
    "reponses retour semaine tous tout toute toutes tres votre vos vous week weekend"
)


def courtesy(text: str) -> Courtesy | None:
    """Return what kind of courtesy a text is, when it is nothing else.

    No word at all (a thumb, dots) is a nod. A question mark after words is a question.
    """
    words = set(normalise(text).split())
    if not words:
        return Courtesy.NOD
    known = _GREETINGS | _THANKS | _NODS
    if "?" in text or words.isdisjoint(known) or not words <= known | _FILLERS:
        return None
    if words & _THANKS:
        return Courtesy.THANKS
    return Courtesy.GREETING if words & _GREETINGS else Courtesy.NOD


@dataclass(frozen=True)
class Ongoing:
    """A question of an agent that is not closed."""

    number: int
    last_message_at: datetime


def continued(ongoing: Sequence[Ongoing], now: datetime) -> int | None:
    """Return which question a new message goes on with; None when it opens another one.

    It must be the only one where something was said lately: between two, nobody guesses.
    """
    recent = [each.number for each in ongoing if now - each.last_message_at <= RECENT]
    return recent[0] if len(recent) == 1 else None


class Where(enum.Enum):
    """Where a message goes that goes on with no question: it opens one, or its author is asked."""

    NEW = enum.auto()
    ASK = enum.auto()


@dataclass(frozen=True)
class Aim:
    """A question that something was said of, and when; `number` is None for a new one."""

    number: int | None
    at: datetime


@dataclass(frozen=True)
class Underway:
    """What an agent has under way when they write.

    `announced` is what they said that their next message is for, `last` what their last one was
    about. `unplaced` says that earlier messages still wait to be given a question.
    """

    ongoing: tuple[Ongoing, ...]
    announced: Aim | None = None
    last: Aim | None = None
    unplaced: bool = False


def destination(underway: Underway, now: datetime) -> int | Where:
    """Return the question to which a new message belongs, or where else it goes.

    What its author announced comes first; then it stays with what waits for a question; then it
    goes where the one just before went (a long text comes in two); then it goes on with the
    question spoken of lately. With others under way, nobody guesses.
    """
    announced, last = underway.announced, underway.last
    if announced is not None and now - announced.at <= ANNOUNCED:
        return Where.NEW if announced.number is None else announced.number
    if underway.unplaced:
        return Where.ASK
    ongoing = {each.number for each in underway.ongoing}
    if last is not None and last.number in ongoing and now - last.at <= IN_A_ROW:
        return last.number
    number = continued(underway.ongoing, now)
    if number is not None:
        return number
    return Where.ASK if underway.ongoing else Where.NEW


class Addition(enum.Enum):
    """What becomes of a question once its asker has added something."""

    NOTED = enum.auto()
    """It is kept with it: the team has not been asked yet."""
    TOLD = enum.auto()
    """The team is told; whether it owes an answer stays as it is."""
    OWED = enum.auto()
    """The team is told, and owes an answer."""
    TOO_LATE = enum.auto()
    """It has been closed for too long: this is another question."""


def addition(state: State, said: Courtesy | None, *, presented: bool, reopenable: bool) -> Addition:
    """Return what an addition makes of a question: « merci » reopens nothing.

    `presented` says that the team has had the question, `reopenable` that it is not too late.
    """
    if state in UNDECIDED or (said is not None and not presented):
        return Addition.NOTED
    if said is not None:
        return Addition.TOLD
    if state is State.CLOSED and not reopenable:
        return Addition.TOO_LATE
    return Addition.OWED


def reopenable(closed_at: datetime | None, now: datetime, days: int) -> bool:
    """Say whether what was closed then may still be reopened, within so many days."""
    return closed_at is not None and now - closed_at <= timedelta(days=days)


def numbers(taken: int) -> range:
    """Return those among which a question's number is drawn when so many are taken.

    They have four digits, and more as soon as a guess could be right once in ten times.
    """
    digits = max(FEWEST_DIGITS, len(str(10 * taken)))
    return range(10 ** (digits - 1), 10**digits)


class Side(enum.Enum):
    """On which side of a question somebody speaks."""

    ASKER = enum.auto()
    TEAM = enum.auto()
    STRANGER = enum.auto()


def side(*, private: bool, in_group: bool, owns: bool, animator: bool) -> Side:
    """Return on which side of a question a reply is.

    In private only its asker is; in the animators' group, animators are; elsewhere, nobody.
    """
    if private and owns:
        return Side.ASKER
    if in_group and animator:
        return Side.TEAM
    return Side.STRANGER


def number_of(identity: str) -> int:
    """Read the number of a question or an answer; 0, which nothing has, if forged."""
    return int(identity) if re.fullmatch(r"[0-9]{1,9}", identity) else 0


def choice(identity: str) -> tuple[int, int] | None:
    """Read what a button chooses, and for what (`128-5`); None if forged."""
    found = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", identity)
    return (int(found[1]), int(found[2])) if found else None


def thread_of(external_id: str) -> int | None:
    """Return the thread of a topic as its delivery names it: `topic:{chat_id}:{thread_id}`."""
    found = re.fullmatch(r"topic:-?[0-9]+:([0-9]+)", external_id)
    return int(found[1]) if found else None


def topic_is_gone(reason: str) -> bool:
    """Say whether a refusal of the channel means that somebody deleted or closed the topic."""
    return reason in {"thread not found", "thread closed"}

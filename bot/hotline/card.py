"""The card of a question in its topic: what the animators are shown, and what they may press."""

from dataclasses import dataclass
from datetime import datetime

from bot.by_mail.threads import Writer
from bot.hotline.decide import State
from bot.hotline.words import desk_text, reference
from core.chat import Button, Keyboard, Text
from core.reference import Reference


@dataclass(frozen=True)
class Titled:
    """Something with a number and a first line: an earlier question, a validated answer."""

    number: int
    title: str


@dataclass(frozen=True)
class Details:
    """What only the card says. `past` are the latest of the asker's `past_count` questions.

    All that would tell who asks a discreet question is empty, as it is once that is erased.
    """

    erased: bool = False
    structure: str = ""
    member_since: datetime | None = None
    past_count: int = 0
    past: tuple[Titled, ...] = ()
    similar: tuple[Titled, ...] = ()
    promised_at: datetime | None = None
    awaiting_since: datetime | None = None
    answered: bool = False
    closed_at: datetime | None = None
    closed_by: str | None = None
    rating: int | None = None


@dataclass(frozen=True)
class Fiche:
    """What the animators are shown of a question; empty where there is nothing to say.

    Who asks a discreet question has no name here. `mail` says who claims to have written a question
    that was asked by mail; `name` is then what they call themselves.
    """

    number: int
    version: int
    state: State
    name: str
    roles: tuple[str, ...]
    territory: str
    theme: str
    taken_by: str
    discreet: bool = False
    details: Details | None = None
    mail: Writer | None = None


def pair(kind: str, number: int, other: int) -> Reference:
    """Return what a button carries that is about a question and something else."""
    return Reference("hotline", kind, f"{number}-{other}")


def card(fiche: Fiche) -> tuple[Text, Keyboard]:
    """Return the card of a question and the buttons that its state allows."""
    details = fiche.details or Details()
    words = desk_text("card", fiche=fiche, details=details)
    if details.erased:
        return words, ()
    rows = [*_moves(fiche), *_further(fiche, details), _secret(fiche)]
    rows += [(_similar(fiche, each),) for each in details.similar]
    return words, tuple(row for row in rows if row)


def _moves(fiche: Fiche) -> Keyboard:
    if fiche.state is State.CLOSED:
        return ((_button(fiche, "desk.reopen"),),)
    hand = _button(fiche, "desk.hand")
    wait = () if fiche.state is State.WAITING else (_wait(fiche),)
    return (
        (hand,) if fiche.taken_by else (_button(fiche, "desk.take"), hand),
        (*wait, _button(fiche, "desk.close")),
    )


def _wait(fiche: Fiche) -> Button:
    label = desk_text("wait_by_mail_button" if fiche.mail else "wait_button")
    return Button(label, "desk.wait", reference(fiche.number), fiche.version)


def _further(fiche: Fiche, details: Details) -> Keyboard:
    going_on = (_button(fiche, "desk.theme"), _button(fiche, "network.ask"))
    propose = (_button(fiche, "answers.propose"),) if details.answered else ()
    if fiche.state is State.CLOSED:
        return (propose,)
    return going_on, (_button(fiche, "desk.canned"),), propose


def _secret(fiche: Fiche) -> tuple[Button, ...]:
    return (_button(fiche, "desk.who"),) if fiche.discreet else ()


def _similar(fiche: Fiche, answer: Titled) -> Button:
    label = desk_text("similar_button", title=answer.title)
    carried = pair("similar", fiche.number, answer.number)
    return Button(label, "desk.similar", carried, fiche.version)


def _button(fiche: Fiche, action: str) -> Button:
    """Return a button about the question; its label's block is named after its action."""
    label = desk_text(f"{action.partition('.')[2]}_button")
    return Button(label, action, reference(fiche.number), fiche.version)

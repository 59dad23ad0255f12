"""What chat shows of a meeting to who may come: its card, their answer, small choices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Button, Keyboard, Text, Turn
from core.ledger.draft import Channel
from core.parts import Parts
from core.people.roles import Role
from core.reference import Party, Reference
from digest.seminars import names, registrations, store
from digest.seminars.calendars.mine import my_calendar_button
from digest.seminars.contacts import Contact
from digest.seminars.half_days import half_days_chosen
from digest.seminars.models import Registration, Seminar
from digest.seminars.registering import picks, standing
from digest.seminars.registering.decide import COMING, HOLDING, Choice, Mode
from digest.seminars.registering.picks import pick_button
from digest.seminars.registering.rendering import words
from digest.seminars.registering.rules import OFFERS, SEEKS, Offer
from digest.seminars.rendering import shown
from digest.seminars.rules import RegistrationState

CHOOSE = "registrations.choose"
MOST_COLLEAGUES = 20
PER_ROW = 2


@dataclass(frozen=True)
class Screen:
    """What a message shows."""

    text: Text
    keyboard: Keyboard = ()


@dataclass(frozen=True)
class Mine:
    """Somebody's answer about a meeting; `registration` is None for who was never asked."""

    seminar: Seminar
    registration: Registration | None
    offer: Offer
    may_come: bool
    rank: int = 0

    @property
    def state(self) -> RegistrationState | None:
        """Return the state of their answer."""
        return RegistrationState(self.registration.state) if self.registration else None

    @property
    def holds(self) -> bool:
        """Say whether they come, send somebody or wait."""
        return self.state in HOLDING

    @property
    def waits(self) -> bool:
        """Say whether they wait for a place on site, coming remotely meanwhile or not."""
        return self.registration is not None and self.registration.queue is not None

    @property
    def choice(self) -> Choice:
        """Return what they chose."""
        return registrations.choice_of(self.registration) if self.registration else Choice()


async def read_mine(session: AsyncSession, seminar: Seminar, party: Party) -> Mine:
    """Read somebody's answer about a meeting."""
    found = await registrations.of_party(session, seminar.id, party)
    return Mine(
        seminar=seminar,
        registration=found,
        offer=await standing.offer_of(session, seminar),
        may_come=standing.may_answer(seminar, found),
        rank=await registrations.rank(session, found) if found else 0,
    )


def among_us(turn: Turn, parts: Parts) -> bool:
    """Say whether only the network reads there: anybody can add the bot to another group."""
    place, group_id = turn.incoming.place, parts.settings.telegram.group_id
    return bool(turn.sender.roles) and (place.private or place.chat_id == group_id)


def card(turn: Turn, parts: Parts, mine: Mine) -> Screen:
    """Return a coming meeting; what somebody answered is only told where they alone read."""
    values = _values(turn, parts, mine)
    return Screen(words("coming", values), _card_keyboard(turn, parts, mine))


def answer(turn: Turn, parts: Parts, mine: Mine) -> Screen:
    """Return somebody's answer with all that they may change about it."""
    values = _values(turn, parts, mine) | {"choice": _chosen(mine)}
    rows: list[tuple[Button, ...]] = []
    if mine.holds and store.takes_registrations(mine.seminar, turn.now):
        rows += _choices(mine)
    return Screen(words("mine", values), (*rows, *_answers(turn, mine)))


def cars(seminar: Seminar, departments: Mapping[str, str]) -> Screen:
    """Return the screen that asks where somebody leaves from, for a shared car."""
    buttons = [
        pick_button(words("department", {"name": name}), CHOOSE, seminar, picks.DEPARTMENT, code)
        for code, name in departments.items()
    ]
    nothing = pick_button(words("no_car"), CHOOSE, seminar, picks.DEPARTMENT, picks.NOTHING)
    return Screen(words("cars"), (*_rows(buttons), (nothing,), _back(seminar)))


def sharing(
    seminar: Seminar, departments: Mapping[str, str], others: Sequence[standing.Traveller], car: str
) -> Screen:
    """Return the list of those who share, and what somebody says of their own car."""
    people = [
        {
            "department": departments.get(one.department, one.department),
            "name": one.name,
            "organisation": one.organisation,
            "email": one.email,
            "offers": one.offers,
        }
        for one in others
    ]
    ways = tuple(
        pick_button(words(f"car_{way}", {"on": way == car}), CHOOSE, seminar, picks.CAR, value)
        for way, value in ((OFFERS, "1"), (SEEKS, "2"))
    )
    nothing = pick_button(words("no_car"), CHOOSE, seminar, picks.DEPARTMENT, picks.NOTHING)
    return Screen(words("sharing", {"people": people}), (ways, (nothing,), _back(seminar)))


def others(seminar: Seminar, colleagues: Sequence[standing.Colleague]) -> Screen:
    """Return the colleagues whom somebody may register."""
    buttons = [
        pick_button(
            words("person", {"name": one.name}), CHOOSE, seminar, picks.PERSON, str(one.person_id)
        )
        for one in colleagues[:MOST_COLLEAGUES]
    ]
    more = max(0, len(colleagues) - MOST_COLLEAGUES)
    text = words("others", {"count": len(colleagues), "more": more})
    return Screen(text, (*_rows(buttons), _back(seminar)))


def channel_row(contact: Contact | None) -> Keyboard:
    """Return the button that changes where somebody is told, when they have the choice."""
    if contact is None or not contact.email or contact.chat_id is None:
        return ()
    other = Channel.MAIL if contact.channel is Channel.CHAT else Channel.CHAT
    reference = Reference("registrations", "channel", other.value)
    return ((Button(words(f"prefer_{other}"), "registrations.channel", reference, 1),),)


def act(block: str, action: str, seminar: Seminar) -> Button:
    """Return a button that is about a meeting as it is shown."""
    return Button(words(block), action, names.seminar_reference(seminar.id), seminar.version)


def _card_keyboard(turn: Turn, parts: Parts, mine: Mine) -> Keyboard:
    seminar = mine.seminar
    page = Button(words("page_button"), url=names.seminar_url(parts, seminar))
    private = turn.incoming.place.private
    rows: list[tuple[Button, ...]] = [(page,)]
    if store.takes_registrations(seminar, turn.now):
        if private and mine.holds:
            rows = [(act("leave_button", "seminars.leave", seminar), page)]
            rows.append((act("mine_button", "registrations.mine", seminar),))
        elif mine.may_come or not private:
            rows = [(act("join_button", "seminars.join", seminar), page)]
            if private and mine.state is not None and mine.state is not RegistrationState.CANCELLED:
                rows.append((act("mine_button", "registrations.mine", seminar),))
    if private and mine.state is RegistrationState.REGISTERED:
        rows.append((my_calendar_button(),))
    if Role.ANIMATOR in turn.sender.roles:
        rows.append((act("cancel_button", "seminars.cancel", seminar),))
    return tuple(rows)


def _values(turn: Turn, parts: Parts, mine: Mine) -> dict[str, Any]:
    private = turn.incoming.place.private
    registration = mine.registration
    return {
        **shown(parts, mine.seminar, inside=_gets_the_link(turn, parts, mine)),
        "state": mine.state.value if mine.state and private else "",
        "rank": mine.rank,
        "represented_by": registration.represented_by if registration else "",
        "may_come": mine.may_come,
        "open": store.takes_registrations(mine.seminar, turn.now),
    }


def _gets_the_link(turn: Turn, parts: Parts, mine: Mine) -> bool:
    """Say whether the video link is shown: to who comes, and to the animators in their group."""
    return among_us(turn, parts) and (not turn.incoming.place.private or mine.state in COMING)


def _chosen(mine: Mine) -> dict[str, Any]:
    """Return what somebody chose, as words."""
    choice, offer = mine.choice, mine.offer
    mode = "both" if mine.waits and mine.state in COMING else choice.mode.value
    return {
        "mode": mode if len(offer.modes) > 1 else "",
        "meal": (choice.meal or "") if offer.meals else "",
        "meals": bool(offer.meals) and choice.mode is Mode.SITE,
        "car": choice.carpool or "",
        "answers": [(one, choice.answers.get(one, "")) for one in offer.questions],
    }


def _choices(mine: Mine) -> list[tuple[Button, ...]]:
    """Return the buttons that choose, only those that the meeting asks for."""
    seminar, offer, choice = mine.seminar, mine.offer, mine.choice
    rows: list[tuple[Button, ...]] = []
    if len(offer.modes) > 1:
        rows.append(tuple(_way(seminar, mode, on=mode is choice.mode) for mode in offer.modes))
    if len(offer.half_days) > 1:
        rows.append((act("half_days_button", "registrations.half_days", seminar),))
    on_site = choice.mode is Mode.SITE
    if offer.meals and on_site:
        rows.append((act("meals_button", "registrations.meals", seminar),))
    if offer.departments and on_site:
        rows.append((act("cars_button", "registrations.cars", seminar),))
    rows += [
        (
            pick_button(
                words("question_button", {"question": question}),
                CHOOSE, seminar, picks.QUESTION, str(number),
            ),
        )
        for number, question in enumerate(offer.questions)
    ]  # fmt: skip
    return rows


def _way(seminar: Seminar, mode: Mode, *, on: bool) -> Button:
    label = words(f"mode_{mode}", {"on": on})
    return pick_button(label, CHOOSE, seminar, picks.MODE, mode.value)


def half_days(mine: Mine, rows: Sequence[Any]) -> Screen:
    """Return the half-days of a meeting; those that somebody comes to are ticked."""
    on = half_days_chosen(mine.choice.half_days, mine.offer.half_days) or mine.offer.half_days
    buttons = tuple(
        (
            pick_button(
                words("half_day", {"half_day": row, "on": row.id in on}),
                CHOOSE, mine.seminar, picks.HALF_DAY, str(row.id),
            ),
        )
        for row in rows
    )  # fmt: skip
    return Screen(words("half_days"), (*buttons, _back(mine.seminar)))


def meals(mine: Mine) -> Screen:
    """Return the meals of a meeting; the one that somebody chose is ticked."""
    proposed = (
        ("", picks.NOTHING),
        *((meal, str(n + 1)) for n, meal in enumerate(mine.offer.meals)),
    )
    buttons = tuple(
        (
            pick_button(
                words("meal", {"meal": meal, "on": meal == (mine.choice.meal or "")}),
                CHOOSE, mine.seminar, picks.MEAL, number,
            ),
        )
        for meal, number in proposed
    )  # fmt: skip
    return Screen(words("meals"), (*buttons, _back(mine.seminar)))


def _answers(turn: Turn, mine: Mine) -> Keyboard:
    """Return what else can be answered: coming, not coming, somebody else."""
    seminar, rows = mine.seminar, []
    if not store.takes_registrations(seminar, turn.now):
        return ((act("card_button", "registrations.card", seminar),),)
    if mine.holds:
        rows.append((act("leave_button", "seminars.leave", seminar),))
    elif mine.may_come:
        rows.append((act("join_button", "seminars.join", seminar),))
    if mine.may_come:
        rows.append(
            (
                *(
                    ()
                    if mine.state is RegistrationState.EXCUSED
                    else (act("excuse_button", "registrations.excuse", seminar),)
                ),
                act("represent_button", "registrations.represent", seminar),
            )
        )
        rows.append((act("others_button", "registrations.others", seminar),))
    return (*rows, (act("card_button", "registrations.card", seminar),))


def toggled(choice: Choice, offer: Offer, half_day: int) -> Choice:
    """Return a choice with one half-day more, or less; the last one stays."""
    on = set(half_days_chosen(choice.half_days, offer.half_days) or offer.half_days)
    changed = on ^ {half_day} if half_day in offer.half_days else on
    return replace(choice, half_days=half_days_chosen(changed or on, offer.half_days))


def _back(seminar: Seminar) -> tuple[Button, ...]:
    return (act("back_button", "registrations.mine", seminar),)


def _rows(buttons: Sequence[Button]) -> Keyboard:
    return tuple(
        tuple(buttons[index : index + PER_ROW]) for index in range(0, len(buttons), PER_ROW)
    )

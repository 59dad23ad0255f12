"""The door for those who have no invitation: an address, a code sent there, then an animator."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.entrance import requests
from bot.entrance.accepting import Accepting
from bot.entrance.decide import TRIES, Hearing, Standing, parse_code, parse_email, standing
from bot.entrance.deliveries import Deliveries
from bot.entrance.models import AccessRequest
from bot.entrance.welcome import Welcome
from bot.entrance.words import ACCESS, text
from core.chat import (
    Action,
    Ask,
    Button,
    Command,
    Field,
    Form,
    Keyboard,
    Reply,
    Response,
    Toast,
    Turn,
    command_button,
)
from core.ledger.store import post
from core.parts import Parts
from core.reference import Reference

EMAIL_FORM = "entrance.email"
CODE_FORM = "entrance.code"


class Access:
    """What a stranger does to be let in, in their private chat."""

    def __init__(
        self, parts: Parts, deliveries: Deliveries, accepting: Accepting, welcome: Welcome
    ) -> None:
        self._parts = parts
        self._deliveries = deliveries
        self._accepting = accepting
        self._welcome = welcome

    def command(self) -> Command:
        """Return the command that asks to come in; its button names it to strangers."""
        return Command(ACCESS, self.ask, None, aliases=("demanderunacces",))

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do, for strangers."""
        return (
            Action("entrance.code", self.code, None),
            Action("entrance.again", self.again, None),
        )

    def forms(self) -> tuple[Form, ...]:
        """Return the two questions that a stranger is asked."""
        email = Field("email", text("email_question"), parse_email)
        code = Field("code", text("code_question"), parse_code)
        return (
            Form(EMAIL_FORM, (email,), self.addressed, None),
            Form(CODE_FORM, (code,), self.coded, None),
        )

    async def ask(self, turn: Turn) -> Sequence[Response]:
        """Tell what becomes of their data, then ask for an address; or say where they stand."""
        stopped = await self._stopped(turn)
        if stopped:
            return [stopped]
        rows = await requests.of_account(turn.session, turn.sender.account)
        if standing(map(requests.asked, rows), turn.now) is Standing.CODE_SENT:
            return [Reply(text("code_awaited", email=rows[0].email), _code_buttons(rows[0]))]
        notice = text("data_protection", **self._welcome.notice_values())
        return [Reply(notice), Ask(EMAIL_FORM)]

    async def again(self, turn: Turn, _subject: Reference, _version: int) -> Sequence[Response]:
        """Ask for the address anew."""
        stopped = await self._stopped(turn)
        return [Toast(stopped.text, alert=True)] if stopped else [Ask(EMAIL_FORM)]

    async def code(self, turn: Turn, subject: Reference, _version: int) -> Sequence[Response]:
        """Ask for the code that was sent."""
        stopped = await self._stopped(turn)
        if stopped:
            return [Toast(stopped.text, alert=True)]
        return [Ask(CODE_FORM, {"request": subject.number})]

    async def addressed(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Send a code to the address; what is said is the same whosever it is."""
        stopped = await self._stopped(turn)
        if stopped:
            return [stopped]
        row = await requests.open_request(
            turn.session,
            self._parts,
            turn.sender.account,
            turn.sender.name,
            values["email"],
            turn.now,
        )
        if row is None:
            return [Reply(text("too_many_codes"))]
        await post(turn.session, [self._deliveries.code(row, turn.now)], turn.now)
        minutes = self._parts.settings.hotline.access_code_minutes
        said = text("code_sent", email=row.email, minutes=minutes)
        return [Reply(said), Ask(CODE_FORM, {"request": row.id})]

    async def coded(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Take the code; a right one brings the request before the animators."""
        stopped = await self._stopped(turn)
        if stopped:
            return [stopped]
        number, account = int(values["request"]), turn.sender.account
        hearing, row = await requests.hear_code(
            turn.session, self._parts, number, account, values["code"], turn.now
        )
        if hearing is Hearing.RIGHT and row is not None:
            await self._accepting.present(turn.session, row, turn.now)
            return [Reply(text("access_confirmed"))]
        if hearing is Hearing.WRONG and row is not None:
            left = TRIES - row.tries
            return [Reply(text("code_wrong", left=left)), Ask(CODE_FORM, {"request": number})]
        asking = command_button(text("access_button"), ACCESS)
        return [Reply(text("code_over"), ((asking,),))]

    async def _stopped(self, turn: Turn) -> Reply | None:
        """Say why nothing more is asked: let in, already decided, or not in private."""
        if not turn.incoming.place.private:
            return Reply(text("private_only"))
        if turn.sender.person_id is not None:
            return Reply(text("linked_already"))
        rows = await requests.of_account(turn.session, turn.sender.account)
        match standing(map(requests.asked, rows), turn.now):
            case Standing.BARRED:
                return Reply(text("access_refused"))
            case Standing.WAITING:
                return Reply(text("access_waiting"))
        return None


def _code_buttons(row: AccessRequest) -> Keyboard:
    subject = requests.reference(row.id)
    return (
        (Button(text("code_button"), "entrance.code", subject),),
        (Button(text("again_button"), "entrance.again", subject),),
    )

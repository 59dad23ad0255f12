"""Writing back by mail on the page: answers, absences, addresses in error, questions."""

from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from http import HTTPStatus

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.chat import Text
from core.email_address import normalise
from core.errors import InputError
from relais.sandbox.bot_api.errors import ImpossibleError
from relais.sandbox.mail_catcher import CaughtMail
from relais.sandbox.playground import Playground
from relais.sandbox.post import Words, absence, answer, bounce, written

LONGEST = 20_000

Back = Callable[[CaughtMail, Words, datetime], EmailMessage]


class Letters:
    """The endpoints of the mailboxes. Errors are answered by name, as on the page."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    def routes(self) -> list[Route]:
        """Return every route."""
        return [
            Route("/api/letters", self.write, methods=["POST"]),
            Route("/api/mails/{id}/answer", self.answer, methods=["POST"]),
            Route("/api/mails/{id}/absence", self.absence, methods=["POST"]),
            Route("/api/mails/{id}/bounce", self.bounce, methods=["POST"]),
        ]

    async def write(self, request: Request) -> Response:
        """Write to the network (a form: from, subject, text)."""
        async with request.form(max_files=0) as form:
            sender, subject, text = (_text(form, name) for name in ("from", "subject", "text"))
        try:
            normalise(sender)
        except InputError as error:
            raise ImpossibleError("nobody writes from there") from error
        to = self._playground.house.parts.settings.mail.sender
        self._drop(written(sender, to, _said(subject, text), self._playground.clock.now()))
        return JSONResponse({})

    async def answer(self, request: Request) -> Response:
        """Answer a mail as whoever received it (a form: text)."""
        async with request.form(max_files=0) as form:
            text = _text(form, "text")
        return await self._back(request, lambda mail: _said(_answered(mail.subject), text), answer)

    async def absence(self, request: Request) -> Response:
        """Let the mailbox of whoever received a mail say that they are away."""
        return await self._back(
            request,
            lambda mail: Words(
                self._words("absence_subject", subject=mail.subject), self._words("absence")
            ),
            absence,
        )

    async def bounce(self, request: Request) -> Response:
        """Let a mail come back: its address is in error."""
        return await self._back(
            request,
            lambda mail: Words(
                self._words("bounce_subject"), self._words("bounce", address=mail.envelope_to[0])
            ),
            bounce,
        )

    async def _back(
        self, request: Request, words: Callable[[CaughtMail], Words], make: Back
    ) -> Response:
        mail = await self._playground.mail.message(request.path_params["id"])
        if mail is None:
            return JSONResponse({"error": "unknown"}, status_code=HTTPStatus.NOT_FOUND)
        self._drop(make(mail, words(mail), self._playground.clock.now()))
        return JSONResponse({})

    def _drop(self, mail: EmailMessage) -> None:
        self._playground.post.drop(mail)

    def _words(self, block: str, **values: object) -> str:
        parts = self._playground.house.parts
        text = Text("sandbox/post.txt", block, values)
        return parts.renderer.plain(text, parts.settings.network.language)


def _said(subject: str, text: str) -> Words:
    if not text.strip() or len(text) > LONGEST:
        raise ImpossibleError("a mail says something")
    return Words(" ".join(subject.split()), text.replace("\r\n", "\n"))


def _answered(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""

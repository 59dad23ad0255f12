"""The sandbox's page: its endpoints, on a playground that runs."""

import asyncio
import contextlib
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import httpx
import structlog
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from relais.sandbox.advance import advance
from relais.sandbox.attached import content_of, disposition
from relais.sandbox.bot_api.errors import ImpossibleError
from relais.sandbox.bot_api.state import Attachment
from relais.sandbox.cast import AGENT, CAST, GROUP
from relais.sandbox.mail_catcher import with_pictures
from relais.sandbox.page.guards import OnlyHere
from relais.sandbox.page.letters import Letters
from relais.sandbox.page.trials import Trials
from relais.sandbox.page.view import View, unsubscription
from relais.sandbox.playground import DESK, WATCH, Playground

log = structlog.get_logger()

HERE = Path(__file__).resolve().parent
STATIC = {
    "page.js": "text/javascript",
    "chat.js": "text/javascript",
    "mail.js": "text/javascript",
    "dom.js": "text/javascript",
    "trials.js": "text/javascript",
    "page.css": "text/css",
}
FILE_LIMIT = 20 * 1024 * 1024
BODY_LIMIT = FILE_LIMIT + 64 * 1024
ANSWER_WAIT = 4.0
MOST_HOURS = 31 * 24
MOST_FILES = 10
"""As many as Telegram takes in one album."""

PLAYERS = {name: player.user_id for name, player in CAST.items()}
CHATS = {**PLAYERS, "group": GROUP}
SHOWN_INLINE = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""A mail shows its own text and colours: it runs nothing, loads nothing, sends nothing."""

Endpoint = Callable[[Request], Awaitable[Response]]


def application(playground: Playground) -> Starlette:
    """Return the page that plays with a playground. Serve it on a loopback address only."""
    page = _Page(playground)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await page.stop()

    return Starlette(
        routes=page.routes(),
        lifespan=lifespan,
        middleware=[Middleware(OnlyHere, body_limit=BODY_LIMIT)],
        exception_handlers={ImpossibleError: _impossible},
    )


class _Page:
    """The endpoints. Errors are answered by name; the page has the sentences."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground
        self._chat = playground.chat
        self._view = View(playground)
        self._advancing: asyncio.Task[None] | None = None

    def routes(self) -> list[Route]:
        """Return every route of the page."""
        return [
            Route("/", self.page),
            *(Route(f"/{name}", _static(name, kind)) for name, kind in STATIC.items()),
            Route("/api/state", self.state),
            Route("/api/mails", self.mails),
            Route("/api/mails/{id}", self.mail),
            Route("/mails/{id}", self.mail_html),
            Route("/mails/{id}/files/{number:int}", self.mail_file),
            Route("/files/{id}", self.file),
            Route("/api/start", self.start, methods=["POST"]),
            Route("/api/messages", self.send, methods=["POST"]),
            Route("/api/edits", self.edit, methods=["POST"]),
            Route("/api/presses", self.press, methods=["POST"]),
            *Trials(self._playground).routes(),
            *Letters(self._playground).routes(),
            Route("/api/advance", self.advance, methods=["POST"]),
            Route("/api/mails/{id}/unsubscribe", self.unsubscribe, methods=["POST"]),
        ]

    async def stop(self) -> None:
        """Leave the clock where it has come to."""
        if self._advancing is not None:
            self._advancing.cancel()
            await asyncio.gather(self._advancing, return_exceptions=True)

    async def page(self, _request: Request) -> Response:
        """Show the page."""
        parts = self._playground.house.parts
        values = {"public_pages": self._playground.public_url, "watch": WATCH, "desk": DESK}
        return HTMLResponse(
            parts.renderer.page("sandbox/page.html", values, parts.settings.network.language)
        )

    async def state(self, request: Request) -> Response:
        """Give all that the page shows; 304 when nothing changed since the ETag given."""
        state = {**await self._view.state(), "advancing": self._is_advancing()}
        body = json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "ETag": f'"{hashlib.sha256(body).hexdigest()[:16]}"',
            "Cache-Control": "no-cache",
        }
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(body, media_type="application/json", headers=headers)

    async def mails(self, request: Request) -> Response:
        """List the mails of `?address=`."""
        return JSONResponse(await self._view.mails(request.query_params.get("address", "")))

    async def mail(self, request: Request) -> Response:
        """Give a mail to read."""
        mail = await self._view.mail(request.path_params["id"])
        return JSONResponse(mail) if mail else _error(HTTPStatus.NOT_FOUND, "unknown")

    async def mail_html(self, request: Request) -> Response:
        """Give a mail's HTML, for a frame; its links open elsewhere."""
        mail = await self._playground.mail.message(request.path_params["id"])
        if mail is None:
            return _error(HTTPStatus.NOT_FOUND, "unknown")
        html = '<base target="_blank">' + with_pictures(mail)
        return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})

    async def mail_file(self, request: Request) -> Response:
        """Give a file attached to a mail, to save."""
        mail = await self._playground.mail.message(request.path_params["id"])
        found = content_of(mail, request.path_params["number"]) if mail else None
        if found is None:
            return _error(HTTPStatus.NOT_FOUND, "unknown")
        file, data = found
        headers = {
            "Content-Disposition": disposition(file.name),
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        return Response(data, media_type="application/octet-stream", headers=headers)

    async def file(self, request: Request) -> Response:
        """Give a file said in a chat: to see, to hear, or to save."""
        file = self._chat.file(request.path_params["id"])
        content = self._chat.file_bytes(file["file_id"]) if file else None
        if file is None or content is None:
            return _error(HTTPStatus.NOT_FOUND, "unknown")
        inline = file["mime_type"].startswith(SHOWN_INLINE)
        headers = {
            "Content-Disposition": "inline" if inline else "attachment",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        kind = file["mime_type"] if inline else "application/octet-stream"
        return Response(content, media_type=kind, headers=headers)

    async def start(self, _request: Request) -> Response:
        """Open the agent's invitation link."""
        return _made(self._chat.user_starts(AGENT, self._playground.invitation))

    async def send(self, request: Request) -> Response:
        """Say something in a chat (a form: chat, as, text, reply_to, thread_id, file).

        Several files make an album; the words are the first one's.
        """
        async with request.form(max_files=MOST_FILES) as form:
            chat_id, user_id = _place(form)
            files = await _attachments(form)
            if any(len(file.content) > FILE_LIMIT for file in files):
                return _error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
            album = secrets.token_hex(8) if len(files) > 1 else None
            sent = [
                self._chat.user_sends(
                    chat_id,
                    user_id,
                    _text(form, "text") if index == 0 else "",
                    reply_to=_number(form, "reply_to"),
                    thread_id=_number(form, "thread_id"),
                    file=file,
                    album=album,
                )
                for index, file in enumerate(files or [None])
            ]
        return _made(sent[0])

    async def edit(self, request: Request) -> Response:
        """Correct what somebody said (a form: chat, as, message_id, text)."""
        async with request.form(max_files=0) as form:
            chat_id, user_id = _place(form)
            message_id = _number(form, "message_id") or 0
            text = _text(form, "text")
        message = self._chat.message(chat_id, message_id)
        if message is None or message["from"]["id"] != user_id:
            raise ImpossibleError("people give other words to their own messages only")
        if "text" in message and not text.strip():
            raise ImpossibleError("a message does not become empty")
        self._chat.user_edits(chat_id, message_id, text)
        return _made(message_id)

    async def press(self, request: Request) -> Response:
        """Press a button (a form: chat, as, message_id, data); give how the bot answered."""
        async with request.form(max_files=0) as form:
            chat_id, user_id = _place(form)
            message_id = _number(form, "message_id") or 0
            data = _text(form, "data")
        press_id = self._chat.user_presses(chat_id, message_id, user_id, data, gone=True)
        with contextlib.suppress(TimeoutError):
            await self._chat.wait_for(lambda: self._chat.answers(press_id), ANSWER_WAIT)
        return JSONResponse({"answers": self._chat.answers(press_id)})

    async def advance(self, request: Request) -> Response:
        """Begin to move the clock forward (a form: hours); the state tells when it is over."""
        async with request.form(max_files=0) as form:
            hours = _number(form, "hours") or 0
        if not 0 < hours <= MOST_HOURS:
            return _error(HTTPStatus.BAD_REQUEST, "impossible")
        if self._is_advancing():
            return _error(HTTPStatus.CONFLICT, "advancing")
        self._advancing = asyncio.create_task(self._advance(hours), name="advance")
        return JSONResponse({}, status_code=HTTPStatus.ACCEPTED)

    async def unsubscribe(self, request: Request) -> Response:
        """Unsubscribe in one click, as a mailbox does from the headers (RFC 8058 §3.2)."""
        mail = await self._playground.mail.message(request.path_params["id"])
        url = unsubscription(mail) if mail else ""
        if mail is None or not url.startswith(f"{self._playground.public_url}/"):
            return _error(HTTPStatus.NOT_FOUND, "unknown")
        async with httpx.AsyncClient(timeout=10.0) as client:
            answer = await client.post(url, data=ONE_CLICK)
        if answer.status_code != HTTPStatus.OK:
            return _error(HTTPStatus.BAD_GATEWAY, "refused")
        self._view.left |= set(mail.envelope_to)
        return JSONResponse({})

    def _is_advancing(self) -> bool:
        return self._advancing is not None and not self._advancing.done()

    async def _advance(self, hours: int) -> None:
        clock = self._playground.clock
        try:
            await advance(self._playground.house, clock, clock.now() + timedelta(hours=hours))
        except Exception:
            log.exception("sandbox.advance_failed")


def _static(name: str, media_type: str) -> Endpoint:
    path = HERE / name

    async def static(_request: Request) -> Response:
        body = await asyncio.to_thread(path.read_bytes)
        return Response(body, media_type=media_type, headers={"Cache-Control": "no-cache"})

    return static


def _place(form: FormData) -> tuple[int, int]:
    """Return which chat, and who acts there. Raises ImpossibleError for another one."""
    chat, player = _text(form, "chat"), _text(form, "as")
    if chat not in CHATS or player not in PLAYERS:
        raise ImpossibleError(f"nobody plays {player!r} in {chat!r}")
    return CHATS[chat], PLAYERS[player]


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _number(form: FormData, name: str) -> int | None:
    value = _text(form, name)
    return int(value) if value.isascii() and value.isdigit() else None


async def _attachments(form: FormData) -> Sequence[Attachment]:
    """Return files as Telegram's own applications would send them, less the empty ones."""
    found = []
    for upload in form.getlist("file"):
        content = await upload.read() if isinstance(upload, UploadFile) else b""
        if isinstance(upload, UploadFile) and content:
            kind = upload.content_type or "application/octet-stream"
            found.append(Attachment(file_kind(kind), content, upload.filename or "", kind))
    return found


def file_kind(mime_type: str) -> str:
    """Return what Telegram makes of a file: a photo, a voice message, or a document."""
    if mime_type in ("image/jpeg", "image/png", "image/webp"):
        return "photo"
    return {"audio/ogg": "voice", "audio/mpeg": "audio", "video/mp4": "video"}.get(
        mime_type, "document"
    )


def _made(message_id: int) -> Response:
    return JSONResponse({"message_id": message_id}, status_code=HTTPStatus.CREATED)


def _error(status: HTTPStatus, name: str) -> Response:
    return JSONResponse({"error": name}, status_code=status)


def _impossible(_request: Request, error: Exception) -> Response:
    log.info("sandbox.impossible", why=type(error).__name__)
    return _error(HTTPStatus.CONFLICT, "impossible")

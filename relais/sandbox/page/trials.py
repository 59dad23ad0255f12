"""What else people do in a chat, and what the bot must bear: files, blocks, floods, strangers."""

import contextlib
import time

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from relais.sandbox.bot_api.errors import ImpossibleError
from relais.sandbox.cast import CAST, GROUP, STRANGER
from relais.sandbox.page.samples import sample
from relais.sandbox.playground import Playground

ANSWER_WAIT = 6.0
MOST_AT_ONCE = 60
ALBUM = ("photo", "photo", "photo")


class Trials:
    """The endpoints of the page's last part. Errors are answered by name, as on the page."""

    def __init__(self, playground: Playground) -> None:
        self._chat = playground.chat

    def routes(self) -> list[Route]:
        """Return every route."""
        return [
            Route("/api/samples", self.sample, methods=["POST"]),
            Route("/api/floods", self.flood, methods=["POST"]),
            Route("/api/blocks", self.block, methods=["POST"]),
            Route("/api/topics/{id:int}/delete", self.delete_topic, methods=["POST"]),
            Route("/api/strangers", self.strangers, methods=["POST"]),
        ]

    async def sample(self, request: Request) -> Response:
        """Send a ready-made file, or three pictures together (a form: chat, as, kind, name)."""
        async with request.form(max_files=0) as form:
            chat_id, user_id = _place(form)
            kind, name = _text(form, "kind"), _text(form, "name")
            thread_id = _number(form, "thread_id")
        kinds = ALBUM if kind == "album" else (kind,)
        found = [sample("photo" if kind == "album" else kind, name) for kind in kinds]
        album = str(time.time_ns()) if kind == "album" else None
        for file in found:
            if file is None:
                raise ImpossibleError(f"no sample of {kind!r}")
            self._chat.user_sends(chat_id, user_id, file=file, album=album, thread_id=thread_id)
        return JSONResponse({})

    async def flood(self, request: Request) -> Response:
        """Send many messages in a row (a form: chat, as, text, count)."""
        async with request.form(max_files=0) as form:
            chat_id, user_id = _place(form)
            count, text = _number(form, "count") or 0, _text(form, "text")
        for number in range(1, min(count, MOST_AT_ONCE) + 1):
            self._chat.user_sends(chat_id, user_id, f"{text} {number}")
        return JSONResponse({})

    async def block(self, request: Request) -> Response:
        """Block the bot, or let it write again when it is (a form: as)."""
        async with request.form(max_files=0) as form:
            user_id = _player(form)
        blocked = not self._blocked(user_id)
        change = self._chat.user_blocks if blocked else self._chat.user_unblocks
        change(user_id)
        return JSONResponse({"blocked": blocked})

    async def delete_topic(self, request: Request) -> Response:
        """Delete a topic of the group with all that it holds, as an administrator may."""
        self._chat.user_deletes_topic(GROUP, request.path_params["id"])
        return JSONResponse({})

    async def strangers(self, _request: Request) -> Response:
        """Put the bot into a group of strangers; give what it said there, and whether it left."""
        chat_id = self._chat.user_adds_bots(STRANGER)
        bot_id = self._chat.bots()[0]["user"]["id"]

        def left() -> bool:
            return not self._chat.is_present(chat_id, bot_id)

        with contextlib.suppress(TimeoutError):
            await self._chat.wait_for(left, ANSWER_WAIT)
        messages = self._chat.messages(chat_id)
        said = [message["text"] for message in messages if message["from"]["id"] == bot_id]
        return JSONResponse({"said": said, "left": left()})

    def _blocked(self, user_id: int) -> bool:
        bots = self._chat.bots()
        return any(self._chat.member(user_id, b["user"]["id"])["status"] == "kicked" for b in bots)


def _place(form: FormData) -> tuple[int, int]:
    """Return which chat, and who acts there. Raises ImpossibleError for another one."""
    user_id, chat = _player(form), _text(form, "chat")
    return (GROUP if chat == "group" else user_id), user_id


def _player(form: FormData) -> int:
    player = CAST.get(_text(form, "as"))
    if player is None:
        raise ImpossibleError("nobody plays that person")
    return player.user_id


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _number(form: FormData, name: str) -> int | None:
    value = _text(form, name)
    return int(value) if value.isascii() and value.isdigit() else None

"""Where the pages of a meeting are.

That of a meeting for those it invites has a key in its address, the same for all of them: it is in
what they are sent, and in nothing that everybody reads.
"""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request

from core.pages import PRIVATE
from core.parts import Parts
from digest.seminars import names, store
from digest.seminars.models import Seminar

KEY_LASTS = timedelta(days=365)
"""How long after a meeting its key opens its page: its documents have long been read."""

MEETING = "{meeting:meeting}"
"""How a route writes a meeting: its number, and its key if it has one."""


class _Address(Convertor[tuple[int, str]]):
    """`4`, or `4-` and the 27 characters of a key."""

    regex = "[0-9]{1,9}(?:-[A-Za-z0-9_-]{27})?"

    def convert(self, value: str) -> tuple[int, str]:
        """Return the number and the key, empty without one."""
        number, _, key = value.partition("-")
        return int(number), key

    def to_string(self, value: tuple[int, str]) -> str:
        """Return what `convert` reads."""
        number, key = value
        return f"{number}-{key}" if key else str(number)


register_url_convertor("meeting", _Address())


async def opened(session: AsyncSession, parts: Parts, request: Request) -> Seminar | None:
    """Return the meeting at an address; None for a draft, or without the key that is needed."""
    number, key = request.path_params["meeting"]
    seminar = await store.by_id(session, number)
    if seminar is None or seminar.published_at is None:
        return None
    if seminar.open_to_all:
        return seminar
    late = parts.clock.now() > seminar.ends_at + KEY_LASTS
    return seminar if not late and parts.tokens.is_mark(names.PAGE, number, key) else None


def headers(seminar: Seminar) -> dict[str, str]:
    """Return what keeps a page for those it is for, where it is not for everybody."""
    return {} if seminar.open_to_all else dict(PRIVATE)

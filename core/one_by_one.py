"""Doing the same for each of several things, so that one of them does not stop the others."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

T = TypeVar("T")


async def one_by_one(items: Iterable[T], work: Callable[[T], Awaitable[None]]) -> None:
    """Await `work` for each item, in order, whatever becomes of the others.

    Raises ExceptionGroup, once all were tried, when some failed; and at once what a database
    that is away says: it would say it of all.
    """
    errors: list[Exception] = []
    for item in items:
        try:
            await work(item)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001  # one thing's trouble is not the others'
            errors.append(error)
    if errors:
        raise ExceptionGroup("some were not done", errors)

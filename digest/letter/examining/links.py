"""Trying the addresses of an edition, as a reader would open them."""

import asyncio
import ssl
from collections.abc import Iterator, Sequence

from core.errors import FetchError, UnknownHostError
from core.http import Fetcher
from digest.letter.examining.results import Problem
from digest.letter.examining.rules import Answered, Link, is_example, problem_of_link

AT_ONCE = 8
"""How many addresses are tried at the same time; those of one site wait for one another."""


async def problems_of_links(
    fetcher: Fetcher,
    links: Sequence[Link],
    timeout: float,  # noqa: ASYNC109  # of one address
) -> list[Problem]:
    """Try each address, `timeout` in seconds for each, and return what is wrong with some."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def look(link: Link) -> Problem | None:
        async with slots:
            return problem_of_link(link, await _answered(fetcher, link.url, timeout))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(look(link)) for link in links]
    return [problem for task in tasks if (problem := task.result()) is not None]


async def _answered(fetcher: Fetcher, url: str, timeout: float) -> Answered:  # noqa: ASYNC109  # as above
    if is_example(url):
        return Answered(failure="example")
    try:
        return Answered(await fetcher.status(url, timeout=timeout))
    except UnknownHostError:
        return Answered(failure="unknown")
    except FetchError as error:
        if error.permanent:
            return Answered(failure="unknown")
        insecure = any(isinstance(each, ssl.SSLError) for each in _causes(error))
        return Answered(failure="insecure" if insecure else "silent")


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__

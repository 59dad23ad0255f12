"""One thing that fails does not stop the others, and is not hushed up."""

import pytest
from sqlalchemy.exc import OperationalError

from core.one_by_one import one_by_one


async def test_all_are_tried_in_order_and_what_failed_is_raised_in_the_end() -> None:
    done: list[int] = []

    async def work(item: int) -> None:
        done.append(item)
        if item in {2, 4}:
            raise ValueError(item)

    with pytest.raises(ExceptionGroup) as caught:
        await one_by_one([1, 2, 3, 4, 5], work)
    assert done == [1, 2, 3, 4, 5]
    assert [error.args for error in caught.value.exceptions] == [(2,), (4,)]


async def test_without_trouble_nothing_is_raised() -> None:
    done: list[str] = []

    async def work(item: str) -> None:
        done.append(item)

    await one_by_one("ab", work)
    assert done == ["a", "b"]


async def test_a_database_that_is_away_stops_at_once() -> None:
    done: list[int] = []

    async def work(item: int) -> None:
        done.append(item)
        raise OperationalError("", None, ValueError("away"))

    with pytest.raises(OperationalError):
        await one_by_one([1, 2], work)
    assert done == [1]

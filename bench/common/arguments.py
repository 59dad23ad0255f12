"""The command line of a benchmark: the same words for all of them."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """How much one benchmark does: the name of its option, usually, and with `--quick`.

    From `long` on, one round is enough unless more are asked for.
    """

    name: str
    usual: int
    quick: int
    long: int = sys.maxsize


@dataclass(frozen=True)
class Options:
    """What was asked."""

    count: int
    rounds: int
    quick: bool
    postgres: bool
    processes: int = 1


ROUNDS = 3
"""Paired rounds, of which the median is given; `--quick` makes one."""


def options(
    name: str,
    what: str,
    size: Size,
    given: Sequence[str] | None = None,
    *,
    processes: bool = False,
) -> Options:
    """Read the command line (`given` replaces it). Exits with a message when it is wrong.

    With `processes`, one may ask for several.
    """
    parser = argparse.ArgumentParser(f"python -m bench.{name}", description=what)
    parser.add_argument("--quick", action="store_true", help="a short run: less of it, one round")
    parser.add_argument(f"--{size.name}", type=positive, dest="count", help=f"how many {size.name}")
    parser.add_argument("--rounds", type=positive, help="how many paired rounds")
    parser.add_argument(
        "--postgres", action="store_true", help="on an embedded PostgreSQL instead of SQLite"
    )
    if processes:
        parser.add_argument("--processes", type=positive, default=1, help="how many at once")
    found = parser.parse_args(given)
    count = found.count or (size.quick if found.quick else size.usual)
    return Options(
        count=count,
        rounds=found.rounds or (1 if found.quick or count >= size.long else ROUNDS),
        quick=found.quick,
        postgres=found.postgres,
        processes=getattr(found, "processes", 1),
    )


def positive(text: str) -> int:
    """Read a whole number above 0. Raises argparse.ArgumentTypeError."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number

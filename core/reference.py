"""References and parties: how rooms name each other's things without foreign keys."""

import re
from dataclasses import dataclass
from typing import Self


class NotARowError(ValueError):
    """A reference is about no row: whoever pressed a button may have forged it."""


@dataclass(frozen=True, order=True)
class Reference:
    """A thing of some room, such as `watch:story:12`."""

    room: str
    kind: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `room:kind:id`. Raises ValueError for anything else."""
        parts = text.split(":")
        if len(parts) != 3 or not all(parts):  # noqa: PLR2004
            raise ValueError(f"not a reference: {text!r}")
        return cls(*parts)

    def __str__(self) -> str:
        return f"{self.room}:{self.kind}:{self.id}"

    @property
    def number(self) -> int:
        """The id as a row's number. Raises NotARowError when it is not one."""
        if not re.fullmatch(r"[0-9]{1,9}", self.id):
            raise NotARowError(f"not a row: {self}")
        return int(self.id)


@dataclass(frozen=True, order=True)
class Party:
    """Whom a delivery is for, such as `person:5` or `subscriber:12`; never an address."""

    kind: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kind:id`. Raises ValueError for anything else."""
        kind, separator, identity = text.partition(":")
        if not (separator and kind and identity):
            raise ValueError(f"not a party: {text!r}")
        return cls(kind, identity)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def number(self) -> int:
        """The id as a row's number. Raises ValueError when it is not one."""
        return int(self.id)


ANIMATORS = Party("group", "animators")
"""The animators' group, wherever the configuration says that it is."""

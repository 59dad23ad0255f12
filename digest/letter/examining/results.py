"""What an examination found, as its edition keeps it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

BLOCKING = frozenset(
    {
        "link_gone",
        "link_unknown",
        "picture_words",
        "picture_alt",
        "text_missing",
        "contrast",
        "heading_first",
        "heading_skipped",
        "funding_missing",
        "emblem_missing",
        "unsubscribe_missing",
    }
)
"""What must be mended before an approval may be asked for; anything else is a warning."""


@dataclass(frozen=True)
class Problem:
    """Something found; `code` is a block of `chat/examination.html`, `values` are JSON."""

    code: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Examination:
    """What was found of one version of an edition."""

    version: int
    blocking: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what `read_examination` reads."""
        return asdict(self)


class Examined(Protocol):
    """What is needed of an edition to read its examination."""

    version: Any
    examined: Any


def judged(version: int, problems: Iterable[Problem]) -> Examination:
    """Sort problems, each once, into those that block and those that warn."""
    found = tuple({(each.code, repr(each.values)): each for each in problems}.values())
    blocking = tuple(each for each in found if each.code in BLOCKING)
    return Examination(version, blocking, tuple(each for each in found if each not in blocking))


def read_examination(edition: Examined) -> Examination | None:
    """Return what was found of the present version; None while it was not examined."""
    found = edition.examined
    if found is None or found["version"] != edition.version:
        return None
    blocking, warnings = (
        tuple(Problem(each["code"], each["values"]) for each in found[key])
        for key in ("blocking", "warnings")
    )
    return Examination(edition.version, blocking, warnings)

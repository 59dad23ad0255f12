"""Every message of the templates, read with the very environment that renders them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import cast

from core.render import Renderer
from tests.parts import COMMON

TRANSLATED = ("gettext", "_", "ngettext", "pgettext", "npgettext")


@dataclass(frozen=True)
class Said:
    """A message of a template: its context, its forms (two when it has a plural), its place."""

    context: str | None
    forms: tuple[str, ...]
    template: str
    line: int

    @property
    def key(self) -> tuple[str | None, tuple[str, ...]]:
        return self.context, self.forms

    def __str__(self) -> str:
        return f"{self.template}:{self.line}: {self.forms[0]!r}"


@cache
def renderer() -> Renderer:
    return Renderer(COMMON)


def text_templates() -> list[str]:
    """Return the templates that hold words: no style sheet, script nor picture."""
    return [n for n in renderer().names() if n.endswith((".html", ".txt", ".mjml"))]


def source_of(template: str) -> str:
    environment = renderer().environment("fr", escape=True)
    assert environment.loader is not None
    return environment.loader.get_source(environment, template)[0]


def said_in(template: str) -> Iterator[Said]:
    environment = renderer().environment("fr", escape=True)
    extract = environment.extract_translations  # type: ignore[attr-defined]
    for line, function, found in extract(source_of(template), TRANSLATED):
        parts = (found,) if isinstance(found, str) else cast("tuple[str | None, ...]", found)
        words = tuple(part for part in parts if part is not None)
        context = words[0] if "pgettext" in function else None
        yield Said(context, words[1:] if context is not None else words, template, line)


@cache
def everything_said() -> list[Said]:
    return [said for template in text_templates() for said in said_in(template)]

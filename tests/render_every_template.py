"""Render every template with made-up values, away from the checkout: is the wheel whole?

Values are whatever a template asks for, so that only what is missing from the package fails:
a parent, an import, a filter, a picture, the English catalogue.
"""

import dis
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mrml
from jinja2 import Environment, Undefined

import templates
from core.render import Renderer, load_translations

FILTERS = ("date", "long_date", "day", "time", "hour", "datetime", "month", "wordwrap", "typeset")


class Anything(Undefined):
    """A value that answers to everything."""

    def __str__(self) -> str:
        return "1"

    def __iter__(self) -> Iterator[Any]:
        """Give one of itself; or as many as whoever unpacks it wants (`for name, count in …`)."""
        caller = sys._getframe(1)  # the template, which alone knows how many
        step = caller.f_code.co_code[caller.f_lasti : caller.f_lasti + 2]
        return iter([self] * (step[1] if dis.opname[step[0]] == "UNPACK_SEQUENCE" else 1))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_args: object, **_named: object) -> Any:
        return self

    def __getitem__(self, _key: object) -> Any:
        return self

    def __int__(self) -> int:  # type: ignore[override]
        return 1

    def __abs__(self) -> int:
        return 1

    def __round__(self) -> int:
        return 1

    def _reckon(self, _other: object) -> Any:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _reckon

    def _compare(self, _other: object) -> bool:
        return False

    __lt__ = __gt__ = __le__ = __ge__ = _compare  # type: ignore[assignment]


def words(value: object, *_given: object, **_named: object) -> str:
    """Take the place of a filter that needs a real date or text."""
    return str(value)


def lenient(renderer: Renderer, language: str) -> Environment:
    """Return the environment with values that are never missing."""
    environment = renderer.environment(language, escape=True).overlay(undefined=Anything)
    environment.filters = {**environment.filters, **dict.fromkeys(FILTERS, words)}
    # What answers to everything would be a sequence of itself without end.
    environment.tests = {**environment.tests, "sequence": lambda _value: False}
    return environment


def render(environment: Environment, name: str) -> None:
    """Render a template whole, and each of its blocks."""
    template = environment.get_template(name)
    whole = template.render()
    for block in template.blocks.values():
        "".join(block(template.new_context()))
    if name.endswith(".mjml") and "<mjml" in whole:
        assert "<html" in mrml.to_html(whole).content


def main() -> None:
    """Render everything that the installed package holds."""
    where = Path(templates.__file__).resolve()
    assert "site-packages" in where.parts, f"not the installed package: {where}"
    renderer = Renderer({})
    names = renderer.names()
    for language in ("fr", "en"):
        environment = lenient(renderer, language)
        for name in names:
            render(environment, name)
    assert load_translations("en").gettext("Accueil") == "Home"
    sys.stdout.write(f"{len(names)} templates rendered in French and in English\n")


if __name__ == "__main__":
    main()

"""The users' guides say what is there: buttons, commands, settings, pictures, links."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

import pytest

from bot.telegram.decide import CANCEL
from core.clock import FixedClock
from core.db import Database
from core.settings import Settings
from relais.wiring import make_rooms
from tests.messages import said_in, text_templates
from tests.parts import make_parts
from tests.unit.test_french_texts import TYPOGRAPHY, VOCABULARY

FOLDER = Path(__file__).parents[2] / "docs" / "guide"
GUIDES = ("agent.md", "animateur.md", "veille.md", "lettre.md", "rencontre.md")
HEAVIEST = 150_000
ELSEWHERE = {"setprivacy"}
"""A command of @BotFather's."""

BUTTON = re.compile(r"\*\*([^*]+)\*\*")
CODE = re.compile(r"`([^`]+)`")
IMAGE = re.compile(r'<img src="([^"]+)" width="[0-9]+" alt="([^"]+)">')
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SETTING = re.compile(r"[a-z]+\.[a-z_]+")
MARKUP = re.compile(r"^(?:\s*(?:#+|>|\d+\.|-(?: \[ \])?) |\| ?)| ?\|$|\*+|^\s+")


@cache
def guide(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@cache
def labels() -> frozenset[str]:
    """Return the words of the chat's templates, each as a whole, as they begin on a button."""
    return frozenset(
        form[:1].upper() + form[1:]
        for template in text_templates()
        if template.startswith("chat/")
        for said in said_in(template)
        for form in said.forms
    )


def commands(clock: FixedClock) -> set[str]:
    """Return what the mounted rooms answer to."""
    nothing = cast("object", None)
    parts = make_parts(Database("sqlite+aiosqlite://"), clock)
    rooms = make_rooms(parts, nothing, nothing, str)  # type: ignore[arg-type]  # nothing is read
    return {CANCEL} | {
        word for room in rooms for each in room.commands for word in (each.name, *each.aliases)
    }


def prose(name: str) -> Iterator[str]:
    """Return what people read of a guide, a line or a cell at a time, code and links left out."""
    words = IMAGE.sub(r"\2", guide(name))
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", words)
    words = BUTTON.sub("X", words)
    for line in CODE.sub("X", words).splitlines():
        for cell in line.strip("|").split("|") if line.startswith("|") else [line]:
            bare = MARKUP.sub("", cell).strip(" ")
            if bare.strip("-: "):
                yield bare


def slug(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.replace("\u00a0", "").lower()).replace(" ", "-")


@pytest.mark.parametrize("name", GUIDES)
def test_every_button_of_the_guides_is_there(name: str) -> None:
    said = set(BUTTON.findall(guide(name)))
    assert len(said) > 25
    assert said - labels() == set()


@pytest.mark.parametrize("name", GUIDES)
def test_every_command_of_the_guides_is_there(name: str, clock: FixedClock) -> None:
    said = {code[1:].split()[0] for code in CODE.findall(guide(name)) if code.startswith("/")}
    assert len(said) > 4
    assert said - commands(clock) - ELSEWHERE == set()


@pytest.mark.parametrize("name", GUIDES)
def test_every_setting_of_the_guides_is_there(name: str) -> None:
    defaults = Settings()
    for code in filter(SETTING.fullmatch, CODE.findall(guide(name))):
        if not code.endswith(".toml"):
            table, _, key = code.partition(".")
            assert key in type(getattr(defaults, table)).model_fields, code


@pytest.mark.parametrize("name", GUIDES)
def test_every_picture_is_there_is_described_and_light(name: str) -> None:
    found = IMAGE.findall(guide(name))
    assert len(found) >= 5
    for path, description in found:
        assert len(description) > 60, path
        assert 0 < (FOLDER / path).stat().st_size <= HEAVIEST, path


def test_no_picture_is_left_over() -> None:
    shown = {(FOLDER / path).resolve() for name in GUIDES for path, _ in IMAGE.findall(guide(name))}
    assert set((FOLDER.parent / "images").resolve().glob("guide-*")) == shown


@pytest.mark.parametrize("name", GUIDES)
def test_every_link_leads_somewhere(name: str) -> None:
    for link in LINK.findall(guide(name)):
        if not link.startswith("http"):
            path, _, anchor = link.partition("#")
            target = (FOLDER / (path or name)).resolve()
            assert target.exists(), link
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert not anchor or anchor in {slug(heading) for heading in headings}, link


def test_the_guides_know_each_other() -> None:
    assert "animateur.md" in LINK.findall(guide("agent.md"))
    others = {"agent.md", "veille.md", "lettre.md", "rencontre.md"}
    assert others <= set(LINK.findall(guide("animateur.md")))
    assert {"agent.md", "animateur.md", "veille.md"} <= set(LINK.findall(guide("lettre.md")))
    assert {"agent.md", "animateur.md"} <= set(LINK.findall(guide("veille.md")))
    assert {"agent.md", "animateur.md", "lettre.md"} <= set(LINK.findall(guide("rencontre.md")))


@pytest.mark.parametrize("name", GUIDES)
@pytest.mark.parametrize("rule", [*TYPOGRAPHY, *VOCABULARY])
def test_the_guides_speak_as_the_service_does(name: str, rule: str) -> None:
    pattern = TYPOGRAPHY.get(rule) or VOCABULARY[rule]
    flags = re.NOFLAG if rule in TYPOGRAPHY else re.IGNORECASE
    assert [line for line in prose(name) if re.search(pattern, line, flags)] == [], rule

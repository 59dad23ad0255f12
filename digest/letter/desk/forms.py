"""What is asked of animators about an edition, one question after the other."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from core.chat import Button, Field, Form, Response, Turn
from core.errors import InputError
from core.people.roles import Role
from core.sections import Section
from digest.letter.decide import Item
from digest.letter.desk import reading
from digest.letter.desk.reading import NOTHING
from digest.letter.rendering import words

Finish = Callable[[Turn, Mapping[str, Any]], Awaitable[Sequence[Response]]]

PARSE = {"title": reading.title, "text": reading.summary, "note": reading.note}


def editorial_form(finish: Finish) -> Form:
    """Ask for the opening words."""
    field = Field("editorial", words("editorial_question"), reading.editorial)
    return Form("letter.editorial", (field,), finish, Role.ANIMATOR)


def words_form(what: str, finish: Finish) -> Form:
    """Ask for the `title`, the `text` or the `note` of an item."""
    empty = ((Button(words("leave_empty_button"), NOTHING),),) if what != "title" else ()
    field = Field("words", words(f"{what}_question"), PARSE[what], empty)
    return Form(f"letter.{what}", (field,), finish, Role.ANIMATOR)


def free_form(finish: Finish) -> Form:
    """Ask for an item written by hand: section, title, text, link, date."""
    chosen = [
        Button(words("section_choice", {"section": each.value, "chosen": False}), each.value)
        for each in Section
    ]
    sections = tuple(tuple(chosen[start : start + 2]) for start in range(0, len(chosen), 2))
    none = ((Button(words("leave_empty_button"), NOTHING),),)
    fields = (
        Field("section", words("free_section_question"), _section, sections),
        Field("title", words("free_title_question"), reading.title),
        Field("text", words("free_text_question"), reading.summary, none),
        Field("link", words("free_link_question"), reading.link, none),
        Field("date", words("free_date_question"), reading.date, none),
    )
    return Form("letter.free", fields, finish, Role.ANIMATOR)


def picture_form(finish: Finish) -> Form:
    """Ask for the picture of the opening words; its caption may say what it shows."""
    field = Field("picture", words("picture_question"), _as_it_is, takes_files=True)
    return Form("letter.picture", (field,), finish, Role.ANIMATOR)


def picture_words_form(finish: Finish) -> Form:
    """Ask what a picture shows."""
    field = Field("words", words("picture_words_question"), reading.description)
    return Form("letter.picture_words", (field,), finish, Role.ANIMATOR)


def free_item(values: Mapping[str, Any]) -> Item:
    """Return the item that was written, without a reference yet."""
    return Item(
        reference="",
        section=Section(values["section"]),
        title=values["title"],
        summary=values["text"],
        url=values["link"],
        starts_at=datetime.fromisoformat(values["date"]) if values["date"] else None,
    )


def _section(text: str, _now: datetime) -> str:
    known = {section.value for section in Section}
    if text not in known:
        raise InputError("section_wrong")
    return text


def _as_it_is(text: str, _now: datetime) -> str:
    return " ".join(text.split())

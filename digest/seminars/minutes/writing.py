"""Minutes written in chat: paragraphs, decisions, a file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.awaited import wanted
from core.chat import TOO_BIG, Action, Ask, Button, Field, Form, Reply, Response, Turn
from core.errors import InputError
from core.people.roles import Role
from core.reference import Reference
from core.text import visible
from digest.seminars.desk import actor_of
from digest.seminars.minutes import screens, store
from digest.seminars.minutes.decide import State, lines_of, may_write, replaced
from digest.seminars.minutes.opening import Found, Opening
from digest.seminars.minutes.rendering import words

DONE = "/fini"
NOTHING = "-"
LONGEST_TEXT = 60_000
LONGEST_LINE = 600
MOST_DECISIONS = 100


@dataclass(frozen=True)
class Writing:
    """Answers the presses and the forms that change what minutes say."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "minutes.write": self.write,
            "minutes.paragraph": self.paragraph,
            "minutes.decide": self.decide,
            "minutes.undecide": self.undecide,
            "minutes.unfile": self.unfile,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    def forms(self) -> tuple[Form, ...]:
        """Return what is asked."""
        done = ((Button(words("done_button"), DONE),),)
        none = ((Button(words("no_term_button"), NOTHING),),)
        content = Field("content", words("write_question"), _content, done, takes_files=True)
        removed = ((Button(words("remove_button"), NOTHING),),)
        return (
            Form("minutes.write", (content,), self.written, Role.ANIMATOR),
            Form(
                "minutes.paragraph",
                (
                    Field("number", words("paragraph_number_question"), _number),
                    Field("words", words("paragraph_words_question"), _passage, removed),
                ),
                self.rewritten,
                Role.ANIMATOR,
            ),
            Form(
                "minutes.decide",
                (
                    Field("what", words("decision_what_question"), parse_line),
                    Field("who", words("decision_who_question"), parse_line),
                    Field("by", words("decision_by_question"), parse_line, none),
                ),
                self.decided,
                Role.ANIMATOR,
            ),
            Form(
                "minutes.undecide",
                (Field("number", words("decision_number_question"), _number),),
                self.undecided,
                Role.ANIMATOR,
            ),
        )

    async def write(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for paragraphs, or for a file."""
        found = await self.opening.to_write(turn, reference, version)
        return [Ask("minutes.write", _about(found))] if isinstance(found, tuple) else found

    async def written(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Add what was typed, and ask for more; or remember which file to fetch."""
        found = await self._of_form(turn, values)
        if not isinstance(found, tuple):
            return found
        text, files = values["content"]["text"], values["content"]["files"]
        if text == DONE and not files:
            return await self.opening.replied(turn, found)
        if files:
            return await self._file(turn, found, files)
        return await self._typed(turn, found, text)

    async def _typed(self, turn: Turn, found: Found, text: str) -> Sequence[Response]:
        minutes = found[1]
        lines = lines_of(text)
        whole = "\n".join([*lines_of(minutes.text), *lines])
        if not lines or len(whole) > LONGEST_TEXT:
            block = "text_long" if lines else "text_empty"
            return [Reply(words(block)), Ask("minutes.write", _about(found))]
        by = actor_of(turn)
        await store.change(turn.session, minutes, by, turn.now, text=whole)
        values = {"count": len(lines), "total": len(lines_of(whole))}
        return [Reply(words("added", values)), Ask("minutes.write", _about(found))]

    async def _file(
        self, turn: Turn, found: Found, files: Sequence[Mapping[str, Any]]
    ) -> Sequence[Response]:
        first = files[0]
        if first["kind"] != "document" or first["size"] > TOO_BIG:
            block = "file_heavy" if first["size"] > TOO_BIG else "file_format"
            text = words(block, {"name": first["name"]})
            return [Reply(text), Ask("minutes.write", _about(found))]
        by, in_group = actor_of(turn), not turn.incoming.place.private
        found[1].asked = wanted(
            first["file_id"], by, turn.now, name=first["name"], in_group=in_group
        )
        block = "file_coming_first" if len(files) > 1 else "file_coming"
        return [Reply(words(block, {"name": first["name"]}))]

    async def paragraph(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show the paragraphs by number, and ask which to replace."""
        found = await self.opening.to_write(turn, reference, version)
        if not isinstance(found, tuple):
            return found
        shown = await self.opening.shown(turn.session, found)
        return [Reply(screens.paragraphs(shown)), Ask("minutes.paragraph", _about(found))]

    async def rewritten(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Give a paragraph other words, or take it away; unless others were written meanwhile."""
        found = await self._of_form(turn, values, same=True)
        if not isinstance(found, tuple):
            return found
        given = "" if values["words"] == NOTHING else values["words"]
        text = replaced(found[1].text, int(values["number"]), given)
        if text is None:
            return [Reply(words("no_such_number")), *await self.opening.replied(turn, found)]
        by = actor_of(turn)
        await store.change(turn.session, found[1], by, turn.now, text=text)
        return await self.opening.replied(turn, found)

    async def decide(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for a decision: what, who, by when."""
        found = await self.opening.to_write(turn, reference, version)
        return [Ask("minutes.decide", _about(found))] if isinstance(found, tuple) else found

    async def decided(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Add a decision after the others."""
        found = await self._of_form(turn, values)
        if not isinstance(found, tuple):
            return found
        by = "" if values["by"] == NOTHING else values["by"]
        decision = {"what": values["what"], "who": values["who"], "by": by}
        decisions = [*found[1].decisions, decision]
        if len(decisions) > MOST_DECISIONS:
            return [Reply(words("decisions_many")), *await self.opening.replied(turn, found)]
        actor = actor_of(turn)
        await store.change(turn.session, found[1], actor, turn.now, decisions=decisions)
        return await self.opening.replied(turn, found)

    async def undecide(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show the decisions by number, and ask which to take away."""
        found = await self.opening.to_write(turn, reference, version)
        if not isinstance(found, tuple):
            return found
        shown = await self.opening.shown(turn.session, found)
        return [Reply(screens.decisions(shown)), Ask("minutes.undecide", _about(found))]

    async def undecided(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Take a decision away, unless others were written meanwhile."""
        found = await self._of_form(turn, values, same=True)
        if not isinstance(found, tuple):
            return found
        place, decisions = int(values["number"]) - 1, list(found[1].decisions)
        if place >= len(decisions):
            return [Reply(words("no_such_number")), *await self.opening.replied(turn, found)]
        del decisions[place]
        by = actor_of(turn)
        await store.change(turn.session, found[1], by, turn.now, decisions=decisions)
        return await self.opening.replied(turn, found)

    async def unfile(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Take the file away."""
        found = await self.opening.to_write(turn, reference, version)
        if not isinstance(found, tuple):
            return found
        by = actor_of(turn)
        await store.change(turn.session, found[1], by, turn.now, hash=None, name="")
        return await self.opening.redrawn(turn, found)

    async def _of_form(
        self, turn: Turn, values: Mapping[str, Any], *, same: bool = False
    ) -> Found | Sequence[Response]:
        """Return the minutes of a form; with `same`, unless they changed since it was opened."""
        found = await self.opening.of_form(turn, int(values["minutes"]))
        if found is None:
            return [Reply(words("gone"))]
        block = "" if may_write(State(found[1].state)) else "closed"
        if same and found[1].version != int(values["version"]):
            block = block or "stale"
        if block:
            return [Reply(words(block)), *await self.opening.replied(turn, found)]
        return found


def _about(found: Found) -> Mapping[str, Any]:
    return {"minutes": found[1].id, "version": found[1].version}


def _content(text: str, _now: datetime) -> str:
    return visible(text).strip()


def _passage(text: str, _now: datetime) -> str:
    read = visible(text).strip()
    if not read:
        raise InputError("words_empty")
    return read


def parse_line(text: str, _now: datetime) -> str:
    """Read a line that says something. Raises InputError: `words_empty`, `line_long`."""
    read = " ".join(visible(text).split())
    if not read:
        raise InputError("words_empty")
    if len(read) > LONGEST_LINE:
        raise InputError("line_long")
    return read


def _number(text: str, _now: datetime) -> int:
    read = text.strip().rstrip(".")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", read):
        raise InputError("number_wrong")
    return int(read)

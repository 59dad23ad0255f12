"""The opening words of an edition and their picture, in chat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.awaited import wanted
from core.chat import Action, Ask, Reply, Response, Toast, Turn
from core.people.roles import Role
from core.reference import Reference
from digest.letter import editions, names
from digest.letter.desk import screens
from digest.letter.desk.opening import Opening, Place, redrawn
from digest.letter.desk.reading import LONGEST_WORDS
from digest.letter.models import Edition
from digest.letter.pictures.rules import MOST_BYTES, takes
from digest.letter.rendering import words


@dataclass(frozen=True)
class OpeningWords:
    """Answers the presses about opening words and their picture."""

    opening: Opening

    def actions(self) -> tuple[Action, ...]:
        """Return what the buttons do."""
        handlers = {
            "letter.words": self.show,
            "letter.write": self.write,
            "letter.unwrite": self.unwrite,
            "letter.picture": self.picture,
            "letter.unpicture": self.unpicture,
        }
        return tuple(Action(name, handler, Role.ANIMATOR) for name, handler in handlers.items())

    async def show(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Show the opening words as they stand."""
        opened = await self.opening.press(turn, reference, version)
        return redrawn(screens.words_screen(opened.shown)) if isinstance(opened, Place) else opened

    async def write(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for the opening words."""
        opened = await self.opening.press(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        known = {"edition": opened.edition.number, "before": opened.edition.editorial}
        return [Ask("letter.editorial", known)]

    async def written(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Put the opening words in the edition, unless others were written meanwhile."""
        edition = await self.opening.of_form(turn, int(values["edition"]))
        if not isinstance(edition, Edition):
            return edition
        if values.get("before", edition.editorial) != edition.editorial:
            return [Reply(words("overtaken", {"words": values["editorial"]}))]
        parts, given = self.opening.parts, values["editorial"]
        await editions.change(turn.session, parts, edition, turn.now, editorial=given, show=False)
        shown = await self.opening.changed(turn, edition, "letter.editorial_written")
        screen = screens.words_screen(shown)
        return [Reply(screen.text, screen.keyboard, about=shown.reference)]

    async def unwrite(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Take the opening words away."""
        return await self._take_away(turn, reference, version, "letter.editorial_removed")

    async def picture(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Ask for the picture, and for what it shows."""
        opened = await self.opening.press(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        return [Ask("letter.picture", {"edition": opened.edition.number})]

    async def pictured(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Take the picture that was sent, then what it shows, unless its caption says it."""
        edition = await self.opening.of_form(turn, int(values["edition"]))
        if not isinstance(edition, Edition):
            return edition
        files, caption = values["picture"]["files"], values["picture"]["text"]
        refusal = _refusal(files)
        if refusal:
            return [Reply(words(refusal)), Ask("letter.picture", {"edition": edition.number})]
        known = {"edition": edition.number, "file": files[0]["file_id"]}
        if not 0 < len(caption) <= LONGEST_WORDS:
            return [Ask("letter.picture_words", known)]
        return await self.described(turn, {**known, "words": caption})

    async def described(self, turn: Turn, values: Mapping[str, Any]) -> Sequence[Response]:
        """Remember which picture to fetch; it is fetched, examined and put in by the clock."""
        edition = await self.opening.of_form(turn, int(values["edition"]))
        if not isinstance(edition, Edition):
            return edition
        edition.picture_asked = wanted(
            values["file"], names.actor_of(turn), turn.now, words=values["words"]
        )
        return [Reply(words("picture_coming", {"number": edition.number}))]

    async def unpicture(self, turn: Turn, reference: Reference, version: int) -> Sequence[Response]:
        """Take the picture away."""
        return await self._take_away(turn, reference, version, "letter.picture_removed")

    async def _take_away(
        self, turn: Turn, reference: Reference, version: int, verb: str
    ) -> Sequence[Response]:
        opened = await self.opening.press(turn, reference, version)
        if not isinstance(opened, Place):
            return opened
        parts, edition = self.opening.parts, opened.edition
        if verb == "letter.editorial_removed":
            await editions.change(turn.session, parts, edition, turn.now, editorial="", show=False)
        else:
            await editions.change(
                turn.session, parts, edition, turn.now, picture="", picture_words="", show=False
            )
        shown = await self.opening.changed(turn, edition, verb)
        return [Toast(words("taken_away")), *redrawn(screens.words_screen(shown))]


def _refusal(files: Sequence[Mapping[str, Any]]) -> str:
    """Return the name of what is wrong with the files that were sent; empty when nothing is."""
    if not files or not takes(files[0]["kind"], files[0]["mime_type"]):
        return "picture_wanted"
    return "picture_heavy" if files[0]["size"] > MOST_BYTES else ""

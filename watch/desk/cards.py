"""The card of a story: what everybody in the watch topic reads, and presses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.chat import Keyboard, Post, Redraw, Reply, Response, Text, Toast, Turn
from core.contributions import published
from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.ledger.store import post
from core.parts import Parts
from core.posts import render_keyboard, render_post
from core.reference import ANIMATORS, Reference
from watch.decide import State
from watch.desk import store
from watch.desk.shown import TEMPLATE, Around, ShownStory, card_keyboard, card_text
from watch.models import Story
from watch.relevance.judge import Judge

STORY_KIND = "watch.story"
"""The kind of delivery that shows a story once, of itself, while it waits."""

CARD_KIND = "watch.card"
"""The kind of delivery that shows a story whatever was decided of it."""

CHANGE_KIND = "watch.change"
"""The kind of delivery that gives a card that was shown its new words."""

STREAM = "group:animators/watch"


@dataclass(frozen=True)
class Cards:
    """Writes cards. `judge` says what spoke against what is improbable."""

    parts: Parts
    judge: Judge

    async def face(self, session: AsyncSession, story: Story, now: datetime) -> "Face":
        """Return a story's card as it stands."""
        (face,) = await self.faces(session, [story], now)
        return face

    async def faces(
        self, session: AsyncSession, rows: Sequence[Story], now: datetime
    ) -> Sequence["Face"]:
        """Return the cards of stories as they stand, in the given order."""
        found = await store.shown(session, rows)
        themes = {theme.code: theme.name for theme in await store.theme_names(session)}
        names = await store.deciders(session, (each.id for each in found if _decided(each)))
        kept = [each.reference for each in found if each.state is State.KEPT]
        out = await published(session, kept) if kept else set()
        if any(_improbable(each) for each in found):
            await self.judge.refresh(session)
        return [
            Face(
                each,
                Around(
                    themes=themes,
                    decided_by=names.get(each.id, ""),
                    alerted=await _alerted(session, each),
                    published=each.reference in out,
                    against=self.against(each),
                ),
                now,
            )
            for each in found
        ]

    def against(self, story: ShownStory) -> Sequence[str]:
        """Return what made a story improbable, as the judge sees it now."""
        if not _improbable(story):
            return ()
        judgement = self.judge.judge(story.title, story.summary, story.source_id)
        return judgement.spoke_against if judgement else ()

    async def redraw(self, turn: Turn, story: Story) -> Redraw:
        """Return the card of a story, in the place of the pressed message."""
        face = await self.face(turn.session, story, turn.now)
        return Redraw(face.text, face.keyboard)

    async def reply(self, turn: Turn, story: Story) -> Reply:
        """Return the card of a story, as a new message."""
        face = await self.face(turn.session, story, turn.now)
        return Reply(face.text, face.keyboard, about=face.story.reference)

    async def open(
        self, turn: Turn, reference: Reference, version: int
    ) -> Story | Sequence[Response]:
        """Return the story that a button is about, held; or what to say when it is stale."""
        story = await store.story_for_update(turn.session, reference.number)
        if story is None or turn.sender.person_id is None:
            return [Toast(Text(TEMPLATE, "unknown"), alert=True)]
        if story.version != version:
            return await self.stale(turn, story)
        return story

    async def stale(self, turn: Turn, story: Story) -> Sequence[Response]:
        """Say that a story is not what was seen, and show it as it stands."""
        return [Toast(Text(TEMPLATE, "stale")), await self.redraw(turn, story)]

    def draft(
        self, face: "Face", kind: str, slot: str, now: datetime, text: Text | None = None
    ) -> Draft:
        """Return the message that shows a card in the watch topic; `text` replaces its words."""
        language = self.parts.settings.network.language
        words = face.text if text is None else text
        said = render_post(self.parts.renderer, words, face.keyboard, language)
        return Draft(
            kind=kind,
            slot=slot,
            recipient=ANIMATORS,
            content=said.content(),
            cause=face.story.reference,
            due_at=now,
            stream=STREAM,
        )

    async def change_shown(
        self, session: AsyncSession, story: Story, now: datetime, but: str = ""
    ) -> None:
        """Give the cards of a story that stand in the topic the words that it has now.

        Not to the message `but`, as the chat names it: who pressed it sees it change at once.
        """
        reference = Reference("watch", "story", str(story.id))
        rows = await session.scalars(
            select(Delivery.external_id).where(
                Delivery.cause == str(reference),
                Delivery.kind.in_([STORY_KIND, CARD_KIND]),
                Delivery.external_id.is_not(None),
                Delivery.external_id != but,
            )
        )
        targets = dict.fromkeys(each for each in rows if each)
        if not targets:
            return
        face = await self.face(session, story, now)
        language = self.parts.settings.network.language
        words = self.parts.renderer.chat(face.text, language)
        buttons = render_keyboard(self.parts.renderer, face.keyboard, language)
        content = Post("edit", words, keyboard=buttons).content()
        drafts = [
            Draft(
                kind=CHANGE_KIND,
                slot=f"story:{story.id}/v{story.version}/{target}",
                recipient=ANIMATORS,
                content=content,
                cause=reference,
                due_at=now,
                values={"target": target},
                stream=STREAM,
            )
            for target in targets
        ]
        await post(session, drafts, now)

    async def changed(self, turn: Turn, story: Story) -> None:
        """Bring the cards of a story in step that somebody has just changed elsewhere."""
        await turn.session.flush()
        incoming = turn.incoming
        pressed = incoming.kind == "press"
        here = f"{incoming.place.chat_id}:{incoming.message_id}" if pressed else ""
        await self.change_shown(turn.session, story, turn.now, here)


@dataclass(frozen=True)
class Face:
    """A story's card at an instant."""

    story: ShownStory
    around: Around
    now: datetime

    @property
    def text(self) -> Text:
        """Its words."""
        return card_text(self.story, self.around, self.now)

    @property
    def keyboard(self) -> Keyboard:
        """What can be done of it."""
        return card_keyboard(self.story)

    def asking(self, block: str, **values: object) -> Text:
        """Return the card followed by a question, which is a block of the same template."""
        return Text(TEMPLATE, block, {**self.text.values, **values})


def _decided(story: ShownStory) -> bool:
    return story.state is not State.WAITING


def _improbable(story: ShownStory) -> bool:
    return story.folded and story.state is State.WAITING


async def _alerted(session: AsyncSession, story: ShownStory) -> int:
    return await store.alerted(session, story.reference) if story.alerted_at else 0

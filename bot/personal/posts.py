"""What is sent about personal data: to the animators, to the person, to Telegram's own copies."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline.models import Question
from bot.personal.models import ErasureRequest
from bot.personal.rules import RequestState
from bot.personal.words import text
from core.chat import Button, Keyboard, Post, Text
from core.ledger.draft import Draft
from core.ledger.models import Delivery
from core.parts import Parts
from core.people.models import Person
from core.posts import render_post
from core.reference import ANIMATORS, Party, Reference

REQUEST = "personal.request"
TOLD = "personal.told"
COPY = "personal.copy"


def reference(request: ErasureRequest) -> Reference:
    """Return how the house names a request."""
    return Reference("personal", "request", str(request.id))


def card(request: ErasureRequest, name: str, block: str = "request") -> tuple[Text, Keyboard]:
    """Return a request as the animators see it, with what they can still decide."""
    words = text(block, request=request, name=name)
    if request.state != RequestState.ASKED:
        return words, ()
    subject = reference(request)
    accept = Button(text("accept_button"), "personal.accept", subject)
    refuse = Button(text("refuse_button"), "personal.refuse", subject)
    return words, ((accept, refuse),)


def to_animators(
    parts: Parts, request: ErasureRequest, name: str, block: str, now: datetime
) -> Draft:
    """Tell the animators of a request, or remind them of it."""
    language = parts.settings.network.language
    post = render_post(parts.renderer, *card(request, name, block), language)
    slot = f"request:{request.id}/{block}:{request.reminders}"
    return Draft(REQUEST, slot, ANIMATORS, post.content(), reference(request), now)


def to_person(
    parts: Parts, request: ErasureRequest, person: Person, block: str, now: datetime
) -> Draft:
    """Tell the person what was decided."""
    words = text(block, request=request)
    post = render_post(parts.renderer, words, (), person.language)
    party = Party("person", str(person.id))
    slot = f"request:{request.id}/{block}"
    return Draft(
        TOLD, slot, party, post.content(), reference(request), now, stream=f"person:{person.id}"
    )


async def copies(
    session: AsyncSession, request: ErasureRequest, group_id: int, now: datetime
) -> Sequence[Draft]:
    """Return what removes, from the animators' group, the topics of a person's questions.

    Where a question has no topic, each message about it that was posted is removed.
    """
    questions = await session.scalars(
        select(Question).where(Question.asker_id == request.person_id).order_by(Question.id)
    )
    drafts: list[Draft] = []
    for question in questions:
        if question.thread_id is not None:
            target = f"topic:{group_id}:{question.thread_id}"
            drafts.append(_removal(request, question.id, "delete_topic", target, now))
            continue
        posted = await session.scalars(
            select(Delivery.external_id).where(
                Delivery.recipient == f"question:{question.id}", Delivery.external_id.is_not(None)
            )
        )
        drafts += [
            _removal(request, question.id, "delete", target, now)
            for target in posted
            if target and not target.startswith("topic:")
        ]
    return drafts


def _removal(request: ErasureRequest, number: int, kind: str, target: str, now: datetime) -> Draft:
    post = Post("delete_topic") if kind == "delete_topic" else Post("delete")
    return Draft(
        kind=COPY,
        slot=f"request:{request.id}/{target}",
        recipient=Party("question", str(number)),
        content=post.content(),
        cause=reference(request),
        due_at=now,
        values={"target": target},
        stream=f"question:{number}",
    )

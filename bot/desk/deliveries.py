"""How the desk's deliveries behave: where each goes, and what follows once it is settled."""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.by_mail.threads import erased
from bot.desk import shown
from bot.desk.pressing import HANDED
from bot.desk.shown import Shown
from bot.desk.words import text
from bot.hotline import posts, standing, store
from bot.hotline.decide import State, Topic, thread_of, topic_is_gone
from bot.hotline.dossier import dossier
from bot.hotline.edits import original_of
from bot.hotline.models import Question
from bot.hotline.posts import Composer
from bot.hotline.topics import COMING, again, coming, same
from core.chat import Post
from core.ledger.amend import posted
from core.ledger.draft import (
    ChatAddress,
    DeliveryKind,
    Draft,
    Parcel,
    Policy,
    Ready,
    Refused,
    Sent,
    Skip,
)
from core.ledger.rules import UNSETTLED
from core.ledger.store import external_id_of, post
from core.people.reaching import to_person

log = structlog.get_logger()

NEVER_LEFT = Skip("original not sent")
NOT_YET = Skip("original sent anew")
MESSAGE_GONE = "message not found"
"""What the channel says of a message that somebody deleted."""


class Deliveries:
    """The kinds of what goes to topics, and of answers; `group_id` is the animators' group."""

    def __init__(self, composer: Composer, shown: Shown, group_id: int) -> None:
        self._composer = composer
        self._shown = shown
        self._group_id = group_id

    def kinds(self) -> tuple[DeliveryKind, ...]:
        """Return every kind: all are sent again when nobody knows whether they arrived."""
        again = Policy.RESEND
        return (
            DeliveryKind(posts.TOPIC, again, self._to_group, self._topic_settled),
            DeliveryKind(posts.CARD, again, self._to_topic, self._card_settled),
            DeliveryKind(posts.RELAY, again, self._to_topic, self._relay_settled),
            DeliveryKind(posts.RELAY_EDIT, again, self._edit_in_topic, self._edit_settled),
            DeliveryKind(posts.NOTICE, again, self._to_topic, self._notice_settled),
            DeliveryKind(posts.ANSWER, again, self._to_agent, self._answer_settled),
            DeliveryKind(posts.ANSWER_EDIT, again, self._edit_at_agent, self._edit_settled),
            DeliveryKind(HANDED, again, self._to_taker),
        )

    async def _to_group(
        self, _session: AsyncSession, _parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        return Ready(ChatAddress(self._group_id)) if self._group_id else Skip("no_group")

    async def _to_topic(
        self, session: AsyncSession, parcel: Parcel, _now: datetime
    ) -> Ready | Skip:
        question = await session.get(Question, parcel.recipient.number)
        if question is None or await erased(session, question):
            return Skip("erased")
        if not self._group_id:
            return Skip("no_group")
        if await coming(session, question, parcel):
            return COMING
        return Ready(ChatAddress(self._group_id, question.thread_id))

    async def _to_agent(self, session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        question = await session.get(Question, parcel.cause.number)
        if question is None or question.asker_id != parcel.recipient.number:
            return Skip("not their question")
        return await to_person(session, parcel, now)

    async def _to_taker(self, session: AsyncSession, parcel: Parcel, now: datetime) -> Ready | Skip:
        question = await session.get(Question, parcel.cause.number)
        if question is None or question.taken_by != parcel.recipient.number:
            return Skip("changed")
        return await to_person(session, parcel, now)

    async def _edit_in_topic(
        self, session: AsyncSession, parcel: Parcel, now: datetime
    ) -> Ready | Skip:
        where = await self._to_topic(session, parcel, now)
        return await _aimed(session, parcel, posts.RELAY, where)

    async def _edit_at_agent(
        self, session: AsyncSession, parcel: Parcel, now: datetime
    ) -> Ready | Skip:
        where = await self._to_agent(session, parcel, now)
        return await _aimed(session, parcel, posts.ANSWER, where)

    async def _topic_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Keep the thread of the topic; without topics, everything goes to the group itself."""
        question = await store.question(session, parcel.cause.number)
        if question is None:
            return
        thread = thread_of(outcome.external_id) if isinstance(outcome, Sent) else None
        question.thread_id = thread
        question.topic = (Topic.NONE if thread is None else Topic.OPEN).value
        if isinstance(outcome, Sent) and thread is not None:
            await self._keep(session, shown.TITLE, question, parcel, sent=outcome, now=now)

    async def _card_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Keep the card in step from now on."""
        if not isinstance(outcome, Sent):
            return await self._relay_settled(session, parcel, outcome, now)
        question = await store.question(session, parcel.cause.number)
        if question is not None:
            await self._keep(session, shown.CARD, question, parcel, sent=outcome, now=now)
        return None

    async def _keep(
        self,
        session: AsyncSession,
        prefix: str,
        question: Question,
        parcel: Parcel,
        *,
        sent: Sent,
        now: datetime,
    ) -> None:
        await self._shown.adopt(session, prefix, question, parcel.body, sent.external_id)
        await self._shown.refresh(session, question, now)

    async def _relay_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Lose nothing: make a deleted topic anew, and say so when a message was refused."""
        if outcome == COMING:
            await post(session, [again(parcel, now)], now)
            return
        question = await self._refused(session, parcel, outcome)
        if question is None or not isinstance(outcome, Refused):
            return
        if topic_is_gone(outcome.reason):
            await post(session, await self._anew(session, question, parcel, now), now)
            return
        log.warning("desk.relay_refused", question=question.id, delivery=parcel.id)
        notice = self._composer.notice(
            f"{parcel.slot}/refused", question.id, text("relay_refused"), now
        )
        await post(session, [notice], now)

    async def _notice_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Make a deleted topic anew for a notice too; one that is refused says nothing more."""
        if outcome == COMING:
            await post(session, [again(parcel, now)], now)
            return
        question = await self._refused(session, parcel, outcome)
        if question is not None and isinstance(outcome, Refused) and topic_is_gone(outcome.reason):
            await post(session, await self._anew(session, question, parcel, now), now)

    async def _refused(
        self, session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip
    ) -> Question | None:
        """Return the question, held, of something that was refused; None when it was not."""
        refused = isinstance(outcome, Refused)
        return await store.question(session, parcel.cause.number) if refused else None

    async def _anew(
        self, session: AsyncSession, question: Question, parcel: Parcel, now: datetime
    ) -> list[Draft]:
        """Give another topic, with its card, to a question whose own was deleted.

        What was refused follows. A group without topics has none to give.
        """
        if question.topic == Topic.NONE:
            return []
        follows = again(parcel, now)
        if question.topic == Topic.WANTED:  # another topic is already on its way
            return [follows]
        question.thread_id, question.topic = None, Topic.WANTED.value
        fiche = await dossier(session, self._shown.search, question, now)
        drafts = [self._composer.topic(fiche, now, follows.slot)]
        if parcel.kind != posts.CARD:
            drafts.append(self._composer.card(fiche, now, follows.slot))
        return [*drafts, follows]

    async def _edit_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Lose no correction: of a message that is gone, send it as a new one.

        When what it corrects is on its way once more, it is tried again after it.
        """
        if isinstance(outcome, Sent) or outcome == NEVER_LEFT:
            return
        edit = same(parcel, now)
        if outcome in {NOT_YET, COMING}:
            after = original_of(parcel.slot)
            await post(session, [replace(edit, slot=f"{after}/edit:again:{parcel.id}")], now)
        elif outcome.reason == MESSAGE_GONE or _refused_by_topic(parcel, outcome):
            await post(session, [_as_new(edit, again(parcel, now).slot)], now)
        elif parcel.kind == posts.ANSWER_EDIT:
            number = parcel.cause.number
            words = text("correction_undelivered")
            notice = self._composer.notice(f"{parcel.slot}/undelivered", number, words, now)
            await post(session, [notice], now)

    async def _answer_settled(
        self,
        session: AsyncSession,
        parcel: Parcel,
        outcome: Sent | Refused | Skip,
        now: datetime,
    ) -> None:
        """Tell the topic once that an answer did not reach the agent: it is owed again."""
        if isinstance(outcome, Sent):
            return
        question = await store.question(session, parcel.cause.number)
        if question is None:
            return
        if question.state == State.ANSWERED:
            standing.owed(question, now)
        log.warning("desk.answer_undelivered", question=question.id, delivery=parcel.id)
        message = "/".join(parcel.slot.split("/")[:2])
        fiche = await store.fiche(session, question, now)
        words = text("answer_undelivered", fiche=fiche)
        slot = f"{message}/undelivered"
        await post(session, [self._composer.notice(slot, question.id, words, now)], now)


def _refused_by_topic(parcel: Parcel, outcome: Refused | Skip) -> bool:
    """Say whether the channel does not let us correct what the team has, for whatever reason."""
    return parcel.kind == posts.RELAY_EDIT and isinstance(outcome, Refused)


async def _aimed(
    session: AsyncSession, parcel: Parcel, kind: str, where: Ready | Skip
) -> Ready | Skip:
    """Aim an edit at what carried the message: as it was sent, or as it was sent anew."""
    if isinstance(where, Skip):
        return where
    original, recipient = original_of(parcel.slot), parcel.recipient
    target = await external_id_of(session, kind, original, recipient)
    if target is None:
        rows = await posted(session, kind, recipient, original)
        anew = [row for row in rows if row.slot.startswith(f"{original}/anew:")]
        target = next((row.external_id for row in reversed(anew) if row.external_id), None)
        if target is None:
            return NOT_YET if any(row.state in UNSETTLED for row in anew) else NEVER_LEFT
    return Ready(where.address, values={"target": target})


def _as_new(edit: Draft, slot: str) -> Draft:
    """Return what sends the words of an edit as a message of their own."""
    was = Post.decode(edit.content.body)
    content = replace(was, kind="file" if was.file else "text").content()
    kind = posts.RELAY if edit.kind == posts.RELAY_EDIT else posts.ANSWER
    return replace(edit, kind=kind, slot=slot, content=content)

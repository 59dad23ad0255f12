"""The review of an edition, kept in step until its examination is over, or a press redraws it."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger import views
from core.ledger.draft import Channel, Content, Parcel, Refused, Sent, Settled, Skip
from core.parts import Parts
from core.posts import render_post
from core.reference import ANIMATORS
from digest.letter import editions, names
from digest.letter.desk.opening import Opening
from digest.letter.examining.results import read_examination
from digest.letter.models import Edition


def adopting(parts: Parts) -> Settled:
    """Return what takes a review that has been shown as a view; it says what was found since."""

    async def adopted(
        session: AsyncSession, parcel: Parcel, outcome: Sent | Refused | Skip, _now: datetime
    ) -> None:
        edition = await editions.by_number(session, parcel.cause.number)
        if edition is None or not isinstance(outcome, Sent):
            return
        if parcel.slot == names.review_slot(edition.number, edition.version):
            content = Content(Channel.CHAT, parcel.body)
            key = names.review_view(edition.number, edition.version)
            await views.adopt(session, key, ANIMATORS, content, outcome.external_id)
            await keep_in_step(session, parts, edition)

    return adopted


async def keep_in_step(session: AsyncSession, parts: Parts, edition: Edition) -> None:
    """Show in its review what the examination of an edition found.

    Nothing is done before the review is shown, nor once somebody has pressed one of its buttons.
    """
    key = names.review_view(edition.number, edition.version)
    if read_examination(edition) is None or await views.wanted(session, key) is None:
        return
    screen = await Opening(parts).overview(session, edition)
    language = parts.settings.network.language
    content = render_post(parts.renderer, screen.text, screen.keyboard, language).content()
    await views.show(session, key, ANIMATORS, content)

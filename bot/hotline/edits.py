"""What somebody corrects, brought to where it was carried: one edit for each piece of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.hotline.models import QuestionMessage
from bot.hotline.pieces import Lead, Piece, headed, refit
from core.chat import File, Post
from core.ledger.amend import Posted, hold, replace, withdraw
from core.ledger.draft import Draft
from core.ledger.rules import State
from core.reference import Party, Reference

_GONE = (State.CANCELLED, State.FAILED, State.SKIPPED)

SUPERFLUOUS = "superfluous"
"""Why a piece that had not left yet does not leave any more."""


@dataclass(frozen=True)
class Carried:
    """A message that was carried to somebody, and how: kinds of deliveries, recipient, words.

    `fresh` is its lead as long as nothing of it has left, `lead` that of what is corrected;
    `removed` stands for a part that is no more.
    """

    message: QuestionMessage
    kind: str
    edit_kind: str
    recipient: Party
    cause: Reference
    stream: str
    fresh: Lead
    lead: Lead
    removed: str

    @property
    def slot(self) -> str:
        """Return what all that carries the message has in its slot."""
        return f"question:{self.message.question_id}/message:{self.message.id}"

    def draft(self, kind: str, slot: str, post: Post, due_at: datetime) -> Draft:
        """Return what is to be posted, in the stream of the rest."""
        content = post.content()
        return Draft(kind, slot, self.recipient, content, self.cause, due_at, stream=self.stream)


async def corrected(
    session: AsyncSession, carried: Carried, update_id: int, now: datetime
) -> list[Draft]:
    """Give what has not left its new words; return the drafts that correct the rest."""
    rows = await hold(session, carried.kind, carried.recipient, carried.slot)
    places = _places(rows)
    if not places:
        return []
    held = all(row.state is State.PENDING and not row.resent for row in places)
    message, lead = carried.message, carried.fresh if held else carried.lead
    files = [File(**file) for file in message.files]
    there = [Post.decode(row.body).file for row in places]
    fitted = refit(lead, message.text, message.entities, files, there)
    drafts: list[Draft] = []
    for place, piece in fitted.changed.items():
        if not await replace(session, places[place], piece.post().content(), now):
            drafts.append(_edit(carried, places[place], piece, update_id, now))
    for row in (places[place] for place in fitted.emptied):
        if row.started:
            mark = headed(lead.again, carried.removed, Post.decode(row.body).file)
            drafts.append(_edit(carried, row, mark, update_id, now))
        else:
            await withdraw(session, [row], SUPERFLUOUS, now)
    due_at = max([now, *(row.due_at for row in places if row.state is State.PENDING)])
    for index, piece in enumerate(fitted.added, start=max(map(_index, rows)) + 1):
        slot = f"{carried.slot}/{index}"
        drafts.append(carried.draft(carried.kind, slot, piece.post(), due_at))
    return drafts


def original_of(slot: str) -> str:
    """Return the slot of what an edit corrects."""
    return slot.rpartition("/edit:")[0]


def _edit(carried: Carried, row: Posted, piece: Piece, update_id: int, now: datetime) -> Draft:
    return carried.draft(carried.edit_kind, f"{row.slot}/edit:{update_id}", piece.edit(), now)


def _places(rows: Sequence[Posted]) -> list[Posted]:
    """Return the pieces that are there, or are on their way, in their order.

    Of one that was sent anew (its topic was deleted), the last counts.
    """
    latest = {_index(row): row for row in rows if row.state not in _GONE and row.body}
    return [latest[index] for index in sorted(latest)]


def _index(row: Posted) -> int:
    """Return which piece of its message a delivery is: `…/2`, `…/2/anew:5`; the first has none."""
    found = re.search(r"/([0-9]+)(?:/|$)", row.slot)
    return int(found[1]) if found else 1

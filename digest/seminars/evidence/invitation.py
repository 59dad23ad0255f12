"""The invitation as it was sent: read back from the register of what was sent."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.ledger.draft import Channel
from core.ledger.models import Delivery, Message
from core.mail.fill import ATTENDEE, STAMP, fill
from core.parts import Parts
from digest.seminars import names
from digest.seminars.inviting.mails import invitation
from digest.seminars.models import Seminar

NOBODY = "destinataire@example.invalid"


@dataclass(frozen=True)
class Invited:
    """An invitation: its text, its page, when the first one left.

    `rebuilt` when the register keeps its content no more: it is made anew from what the meeting
    is today.
    """

    text: str
    html: str
    at: datetime | None
    rebuilt: bool


async def invited(session: AsyncSession, parts: Parts, seminar: Seminar) -> Invited | None:
    """Return the invitation to a meeting; None when nobody was sent any."""
    mine = (Delivery.kind == names.INVITATION) & (
        Delivery.cause == str(names.seminar_reference(seminar.id))
    )
    total = await session.scalar(select(func.count()).where(mine))
    if not total:
        return None
    sent_at = await session.scalar(
        select(func.min(Delivery.settled_at)).where(mine, Delivery.state == "sent")
    )
    body = await session.scalar(
        select(Message.body)
        .join(Delivery, Delivery.message_hash == Message.hash)
        .where(mine, Message.channel == Channel.MAIL.value, func.length(Message.body) > 0)
        .order_by(Delivery.id)
        .limit(1)
    )
    rebuilt = body is None
    if body is None:
        language = parts.settings.network.language
        body = invitation(parts, seminar, Channel.MAIL, language).body
    text, html = read_mail(parts, body)
    return Invited(text, html, sent_at, rebuilt)


def read_mail(parts: Parts, body: bytes) -> tuple[str, str]:
    """Return the words and the page of a mail of the register, without anybody's link or address.

    Its pictures are put inside the page.
    """
    whole = message_from_bytes(fill(body, _Nobodys(parts)), policy=default)
    text, page = whole.get_body(("plain",)), whole.get_body(("html",))
    words = text.get_content() if text is not None else ""
    html = page.get_content() if page is not None else ""
    subject = str(whole["Subject"])
    return f"{subject}\n\n{words}", _with_pictures(html, whole)


class _Nobodys(dict[str, str], Mapping[str, str]):
    """What stands for each recipient's own values."""

    def __init__(self, parts: Parts) -> None:
        super().__init__({"To": NOBODY, ATTENDEE: NOBODY, STAMP: "19700101T000000Z"})
        self._link = names.page_url(parts, "/lien-personnel")

    def __missing__(self, name: str) -> str:
        return self._link if name.endswith("_url") else "-"


def _with_pictures(html: str, whole: EmailMessage) -> str:
    for part in whole.walk():
        identity = (part["Content-ID"] or "").strip("<>")
        if identity and part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_content()).decode()
            html = html.replace(f"cid:{identity}", f"data:{part.get_content_type()};base64,{data}")
    return html

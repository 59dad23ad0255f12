"""Minutes in words: on pages, in mails, on paper, in chat."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.chat import Button, Text
from core.funding.emblem import emblem_svg
from core.funding.rules import EMBLEM_HEIGHT
from core.ledger.draft import Channel, Content
from core.mail.compose import compose, placeholder
from core.parts import Parts
from core.posts import render_post
from core.printing import typeset_pdf
from digest.seminars import rendering
from digest.seminars.decide import is_committee
from digest.seminars.minutes import names
from digest.seminars.minutes.decide import CLOSED, State, blocks_of
from digest.seminars.minutes.models import Minutes, MinutesVersion
from digest.seminars.models import Seminar

WORDS = "chat/seminar_minutes.html"
PRINT = "print/minutes.txt"


def words(block: str, values: Mapping[str, Any] | None = None) -> Text:
    """Name a block of the minutes' chat texts."""
    return Text(WORDS, block, values or {})


@dataclass(frozen=True)
class Written:
    """What minutes say, being written or as they were sent."""

    what: State
    version: int
    text: str
    decisions: tuple[Mapping[str, str], ...]
    file_name: str
    counts: Mapping[str, int]
    observations_until: datetime | None = None
    dated: datetime | None = None
    reason: str = ""
    """Why a final version was put right, if it was."""

    @property
    def typed(self) -> bool:
        """Whether there is something to typeset."""
        return bool(self.text or self.decisions)


def of_version(version: MinutesVersion) -> Written:
    """Return what was sent."""
    return Written(
        State(version.what), version.version, version.text, tuple(version.decisions),
        version.name if version.hash else "", version.counts,
        version.observations_until, version.sent_at, str(version.counts.get("reason", "")),
    )  # fmt: skip


def of_minutes(minutes: Minutes, counts: Mapping[str, int]) -> Written:
    """Return what is being written, as it would leave."""
    return Written(
        State(minutes.state), minutes.version, minutes.text, tuple(minutes.decisions),
        minutes.name if minutes.hash else "", counts, minutes.observations_until,
    )  # fmt: skip


def shown(parts: Parts, seminar: Seminar, written: Written) -> dict[str, Any]:
    """Return what templates say of minutes; the notice is that of the meeting's day."""
    return {
        "funding": parts.renderer.notice(seminar.starts_at),
        **rendering.shown(parts, seminar),
        "minutes": {
            "committee": is_committee(seminar.kind),
            "what": written.what.value,
            "version": written.version,
            "blocks": [asdict(block) for block in blocks_of(written.text)],
            "decisions": written.decisions,
            "file_name": written.file_name,
            "counts": written.counts,
            "until": written.observations_until,
            "dated": written.dated,
            "reason": written.reason,
        },
    }


def mail(parts: Parts, seminar: Seminar, version: MinutesVersion, language: str) -> Content:
    """Build the mail that says that minutes can be read, the same for all but for its link."""
    values = {
        **shown(parts, seminar, of_version(version)),
        names.READ_URL: placeholder(names.READ_URL),
    }
    template = "minutes_projet" if version.what == State.PROJET else "minutes_final"
    text = parts.renderer.mail(template, values, language)
    return compose(parts.settings.mail, text, auto_submitted=True, names={names.READ_URL})


def notice(parts: Parts, seminar: Seminar, version: MinutesVersion, language: str) -> Content:
    """Build the chat post of who is told there; its button gives them their own link."""
    reference = names.minutes_reference(version.minutes_id)
    button = Button(words("read_button"), "minutes.open", reference, version.version)
    block = "sent_projet" if version.what == State.PROJET else "sent_final"
    text = words(block, shown(parts, seminar, of_version(version)))
    return render_post(parts.renderer, text, ((button,),), language).content()


def content(
    parts: Parts, seminar: Seminar, version: MinutesVersion, channel: Channel, language: str
) -> Content:
    """Build what tells somebody, on a channel, in a language."""
    if channel is Channel.CHAT:
        return notice(parts, seminar, version, language)
    return mail(parts, seminar, version, language)


def pdf(parts: Parts, seminar: Seminar, written: Written, printed_at: datetime) -> bytes | None:
    """Return what was typed as a tagged PDF (PDF/UA-1), None without typst.

    The notice is that of the meeting's day. It takes about a second of processor: call it beside
    the event loop.
    """
    language = parts.settings.network.language
    values = shown(parts, seminar, written)

    def say(block: str, **more: object) -> str:
        return parts.renderer.plain(Text(PRINT, block, {**values, **more}), language)

    notice = parts.renderer.notice(seminar.starts_at)
    labels = (
        "title", "kind", "heading", "when", "where", "mention", "running", "present",
        "observations", "emblem_words", "decisions_title", "number_title", "what_title",
        "who_title", "by_title",
    )  # fmt: skip
    data = {
        "language": language,
        "network": parts.settings.network.name,
        "draft": written.what not in CLOSED,
        **{block: say(block) for block in labels},
        "blocks": [
            {
                "what": block.what,
                "words": say("words", words=block.words),
                "items": [say("words", words=item) for item in block.items],
            }
            for block in blocks_of(written.text)
        ],
        "decisions": [
            {key: say("words", words=each[key]) for key in ("what", "who", "by")}
            for each in written.decisions
        ],
        "emblem": emblem_svg(EMBLEM_HEIGHT, border=False),
        "european": list(notice.european),
        "others": list(notice.others),
        "logos": [
            {"data": list(logo.data), "words": logo.words, "height": logo.height}
            for logo in notice.logos
        ],
    }
    return typeset_pdf(parts.renderer, "print/minutes.typ", data, printed_at)

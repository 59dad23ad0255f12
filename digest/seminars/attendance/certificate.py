"""What somebody's « attestation de présence » says."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.chat import Text
from core.parts import Parts
from digest.seminars.attendance.paper import funding, operations, saying
from digest.seminars.attendance.rules import printable
from digest.seminars.models import HalfDay, Seminar

WORDS = "print/certificate.txt"


def certificate_data(  # noqa: PLR0917  # what is certified, of whom
    parts: Parts,
    seminar: Seminar,
    half_days: Sequence[HalfDay],
    remote: Collection[int],
    name: str,
    organisation: str,
    replaces: datetime | None,
    now: datetime,
) -> Mapping[str, Any]:
    """Return what a certificate shows: the half-days really attended, `remote` those by video.

    `replaces` is when the one was asked for that it puts right. Words are text and no markup.
    """
    language = parts.settings.network.language
    operator = parts.settings.operator.name or parts.settings.network.name
    about = saying(parts, seminar)

    def say(block: str, **values: object) -> str:
        given = {"operator": operator, **values}
        return printable(parts.renderer.plain(Text(WORDS, block, given), language))

    lasted = sum((each.ends_at - each.starts_at for each in half_days), timedelta())
    hours, minutes = divmod(int(lasted.total_seconds()) // 60, 60)
    facts = [
        *(("operation_label", each) for each in operations(parts, about, half_days[0].starts_at)),
        ("where_label", about("where")),
    ]
    return {
        "language": language,
        "network": printable(parts.settings.network.name),
        "title": f"{say('heading')} – {about('heading')}",
        "heading": say("heading"),
        "colon": "\N{NO-BREAK SPACE}:" if language == "fr" else ":",
        "replaces": say("replaces", before=replaces) if replaces else "",
        "certified": say("certified"),
        "name": about("words", words=name),
        "organisation": about("words", words=organisation),
        "took_part": say("took_part"),
        "meeting": about("heading"),
        "facts": [{"label": about(label), "words": words} for label, words in facts],
        "present": say("present", count=len(half_days)),
        "halves": [say("half", half_day=each, remote=each.id in remote) for each in half_days],
        "total": say("total", hours=hours, minutes=f"{minutes:02}" if minutes else ""),
        "done": say("done", made_at=now),
        "signed": say("signed"),
    }


def paper_data(parts: Parts, seminar: Seminar, at: datetime) -> Mapping[str, Any]:
    """Return the notice of the fundings in force on the day, for the layout."""
    return funding(parts, saying(parts, seminar), at)

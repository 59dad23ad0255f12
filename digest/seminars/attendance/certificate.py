"""What « attestations de présence » say, and the file that holds them, one on each page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.chat import Text
from core.parts import Parts
from core.printing import Press, press
from digest.seminars.attendance.paper import Say, funding, operations, saying
from digest.seminars.attendance.rules import printable
from digest.seminars.models import HalfDay, Seminar

WORDS = "print/certificate.txt"
LAYOUT = "print/certificate.typ"
PAGE = "print/certificate.html"


@dataclass(frozen=True)
class Certified:
    """Somebody, and the half-days that they really attended: `remote` those (ids) by video.

    `replaces` is when the certificate was asked for that this one puts right.
    """

    name: str
    organisation: str
    half_days: Sequence[HalfDay]
    remote: frozenset[int] = frozenset()
    replaces: datetime | None = None


def certificate_pdf(
    parts: Parts, printing: Press, seminar: Seminar, people: Sequence[Certified], now: datetime
) -> bytes:
    """Return a tagged PDF (PDF/UA-1) of somebody's certificate, or of several people's.

    The notice is that of the first half-day of the first one. It takes about a second of
    processor: call it beside the event loop.
    """
    data = certificate_data(parts, seminar, people, now)
    notice = funding(parts, saying(parts, seminar), people[0].half_days[0].starts_at)
    return printing.pdf({**data, **notice}, now)


def certificates_to_print(
    parts: Parts, seminar: Seminar, people: Sequence[Certified], now: datetime
) -> bytes | None:
    """Return the PDF as `certificate_pdf` does, by a press of its own; None without typst."""
    printing = press(parts.renderer, LAYOUT)
    return None if printing is None else certificate_pdf(parts, printing, seminar, people, now)


def certificate_html(
    parts: Parts, seminar: Seminar, people: Sequence[Certified], now: datetime
) -> str:
    """Return the same certificates as a page to print, for where typst is not installed."""
    notice = parts.renderer.notice(people[0].half_days[0].starts_at)
    data = {**certificate_data(parts, seminar, people, now), "funding": notice}
    return parts.renderer.page(PAGE, data, parts.settings.network.language)


def certificate_data(
    parts: Parts, seminar: Seminar, people: Sequence[Certified], now: datetime
) -> Mapping[str, Any]:
    """Return what a file of certificates shows; words are text and no markup."""
    language = parts.settings.network.language
    operator = parts.settings.operator.name or parts.settings.network.name
    about = saying(parts, seminar)

    def say(block: str, **values: object) -> str:
        given = {"operator": operator, **values}
        return printable(parts.renderer.plain(Text(WORDS, block, given), language))

    return {
        "language": language,
        "network": printable(parts.settings.network.name),
        "title": f"{say('heading')} – {about('heading')}",
        "colon": "\N{NO-BREAK SPACE}:" if language == "fr" else ":",
        **{block: say(block) for block in ("heading", "certified", "took_part", "signed")},
        "meeting": about("heading"),
        "done": say("done", made_at=now),
        "certificates": [_of_one(parts, say, about, one) for one in people],
    }


def _of_one(parts: Parts, say: Callable[..., str], about: Say, one: Certified) -> Mapping[str, Any]:
    lasted = sum((each.ends_at - each.starts_at for each in one.half_days), timedelta())
    hours, minutes = divmod(int(lasted.total_seconds()) // 60, 60)
    facts = [
        *(
            ("operation_label", each)
            for each in operations(parts, about, one.half_days[0].starts_at)
        ),
        ("where_label", about("where")),
    ]
    return {
        "replaces": say("replaces", before=one.replaces) if one.replaces else "",
        "name": about("words", words=one.name),
        "organisation": about("words", words=one.organisation),
        "facts": [{"label": about(label), "words": words} for label, words in facts],
        "present": say("present", count=len(one.half_days)),
        "halves": [
            say("half", half_day=each, remote=each.id in one.remote) for each in one.half_days
        ],
        "total": say("total", hours=hours, minutes=f"{minutes:02}" if minutes else ""),
    }

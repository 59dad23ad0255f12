"""The notice in force on a day, ready to be shown: on pages, in mails, on paper."""

import base64
import hashlib
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import structlog

from core.clock import PARIS, Clock
from core.errors import InputError
from core.funding.emblem import emblem_png
from core.funding.rules import EMBLEM_HEIGHT, in_force, shown_size
from core.settings import FundingSettings, LogoSettings, Settings

log = structlog.get_logger()

LARGEST_LOGO = 100_000
"""Bytes: a logo travels in every mail."""

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Picture:
    """A picture that travels inside a mail, shown where its HTML says `cid:` and its name."""

    content_id: str
    data: bytes
    media_type: str = "image/png"


@dataclass(frozen=True)
class Logo:
    """A funder's logo: a PNG, what it says in words, and its size in pixels as it is shown."""

    words: str
    data: bytes
    width: int
    height: int

    @cached_property
    def key(self) -> str:
        """The name of its bytes, in addresses and in mails."""
        return hashlib.sha256(self.data).hexdigest()[:16]

    @property
    def content_id(self) -> str:
        """Its name inside a mail."""
        return f"logo-{self.key}@funding"

    @property
    def data_url(self) -> str:
        """Its bytes as an address, for what must last longer than the configuration."""
        return f"data:image/png;base64,{base64.b64encode(self.data).decode()}"


@dataclass(frozen=True)
class Notice:
    """What is shown of the fundings of a day.

    `european` are the sentences that stand next to the emblem (no emblem without any), `others`
    those that stand alone. The sentences are shown as they are: no italics, underlining nor
    effects (Regulation (EU) 2021/1060, annex IX, 1.3).
    """

    european: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    logos: tuple[Logo, ...] = ()
    codes: tuple[str, ...] = ()

    emblem_id = "emblem@funding"
    emblem_height = EMBLEM_HEIGHT + 2 * round(EMBLEM_HEIGHT / 25)
    emblem_width = EMBLEM_HEIGHT * 3 // 2 + 2 * round(EMBLEM_HEIGHT / 25)

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every sentence, for what shows no picture."""
        return (*self.european, *self.others)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The emblem and the logos, for a mail; twice as fine as they are shown."""
        emblem = Picture(self.emblem_id, emblem_png(2 * EMBLEM_HEIGHT))
        logos = tuple(Picture(logo.content_id, logo.data) for logo in self.logos)
        return (emblem, *logos) if self.european else logos


def read_logo(settings: LogoSettings) -> Logo:
    """Read a logo. Raises InputError when it cannot be shown in a mail, and says why."""
    try:
        with settings.file.open("rb") as file:
            data = file.read(LARGEST_LOGO + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{settings.file}: {reason}", hint="check funding.logos") from error
    if not data.startswith(_PNG):
        raise InputError(f"{settings.file} is no PNG", hint="save the logo as a PNG picture")
    if len(data) > LARGEST_LOGO:
        what = f"{settings.file} takes more than {LARGEST_LOGO // 1000} kB of every mail"
        raise InputError(what, hint=f"reduce it to {2 * EMBLEM_HEIGHT} pixels of height")
    width, height = struct.unpack_from(">II", data.ljust(24, b"\0"), 16)  # the first chunk has both
    if not width or not height:
        raise InputError(f"{settings.file} is cut short", hint="save the logo again")
    if not settings.words.strip():
        raise InputError(f"{settings.file} has no words", hint="say what the logo reads: words =")
    return Logo(settings.words.strip(), data, *shown_size(width, height))


def notice_of(profiles: Sequence[FundingSettings]) -> Notice:
    """Return what these fundings have us show; a logo that cannot be read is left out."""
    logos = {logo.key: logo for profile in profiles for logo in _readable(profile)}
    return Notice(
        tuple(dict.fromkeys(profile.sentence for profile in profiles if profile.emblem)),
        tuple(dict.fromkeys(profile.sentence for profile in profiles if not profile.emblem)),
        tuple(logos.values()),
        tuple(profile.code for profile in profiles),
    )


NoticeAt = Callable[[datetime | None], Notice]
"""Tells the notice in force at an instant; now, when none is given."""


def notices(settings: Settings, clock: Clock) -> NoticeAt:
    """Return what tells the notice in force at an instant, days being those of Paris.

    Without any funding in the configuration, `network.funding_notice` stands alone. Files are
    read once for each set of fundings that run together.
    """
    made: dict[tuple[int, ...], Notice] = {}
    lone = Notice(others=(settings.network.funding_notice,))

    def notice_at(instant: datetime | None) -> Notice:
        if not settings.funding:
            return lone
        running = in_force(settings.funding, (instant or clock.now()).astimezone(PARIS).date())
        which = tuple(settings.funding.index(profile) for profile in running)
        if which not in made:
            made[which] = notice_of(running)
        return made[which]

    return notice_at


def _readable(profile: FundingSettings) -> Sequence[Logo]:
    logos = []
    for settings in profile.logos:
        try:
            logos.append(read_logo(settings))
        except InputError as error:
            log.warning("funding.logo_unreadable", funding=profile.code, reason=error.what)
    return logos

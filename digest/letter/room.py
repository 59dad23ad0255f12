"""The letter as a room: what it offers to the house."""

from datetime import datetime

from core.files import NO_FILES, FileSource
from core.funding.check import funding_check
from core.funding.pages import logo_routes
from core.http import Fetcher
from core.parts import Parts
from core.room import Room, Tick
from digest.letter import names, sending
from digest.letter.approving import deliveries as approving
from digest.letter.approving.check import approvals_check
from digest.letter.approving.pages import ApprovalPages
from digest.letter.archive.pages import ArchivePages
from digest.letter.corrections import sending as correcting
from digest.letter.corrections.desk import CorrectionsDesk
from digest.letter.deliveries import delivery_kinds
from digest.letter.desk.desk import Desk
from digest.letter.editions import Contributors
from digest.letter.examining.examine import Examining
from digest.letter.personal import PERSONAL_DATA
from digest.letter.pictures.fetching import fetching
from digest.letter.pictures.pages import PicturePages
from digest.letter.scheduling import Scheduling
from digest.letter.sending.desk import SendingDesk
from digest.letter.sending.progress import Progress
from digest.letter.sending.report import Reports


def build(
    parts: Parts, contributors: Contributors, files: FileSource = NO_FILES, *, fetcher: Fetcher
) -> Room:
    """Return the letter's room; `contributors` gives what the rooms offer, once all are built.

    `files` gives the bytes of the pictures that are sent in chat, `fetcher` tries the links.
    Raises ConfigurationError for a schedule that cannot be read.
    """
    desk, scheduling = Desk(parts, contributors), Scheduling(parts, contributors)
    progress, reports = Progress(parts), Reports(parts)
    at_sending, corrections = SendingDesk(parts, progress), CorrectionsDesk(parts)
    return Room(
        name="letter",
        commands=desk.commands(),
        actions=(
            *desk.actions(),
            *scheduling.actions(),
            *at_sending.actions(),
            *corrections.actions(),
        ),
        forms=(*desk.forms(), *corrections.forms()),
        pages=(
            *ArchivePages(parts).routes(),
            *ApprovalPages(parts).routes(),
            *PicturePages(parts).routes(),
            *logo_routes(parts.settings.funding),
        ),
        checks=(funding_check(parts.settings, parts.clock), approvals_check(parts.settings)),
        ticks=(
            scheduling.tick(),
            Examining(parts, fetcher).tick(),
            fetching(parts, files).tick(),
            _send_tick(parts),
            correcting.tick(parts),
            progress.tick(),
            reports.tick(),
        ),
        deliveries=(*delivery_kinds(parts), *approving.delivery_kinds(parts)),
        personal_data=PERSONAL_DATA,
        views=dict.fromkeys(
            (names.PROGRESS_VIEW, names.REPORT_VIEW, names.REVIEW_VIEW), progress.address
        ),
    )


def _send_tick(parts: Parts) -> Tick:
    async def run(now: datetime) -> None:
        await sending.send(parts, now)

    return Tick("letter.send", run, sending.next_due, every=2.0)

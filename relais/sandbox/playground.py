"""The sandbox's world: the peers of the service on this machine, and the service among them."""

import asyncio
import contextlib
import json
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.errors import InputError
from core.http.guard import resolve_by_system
from core.people.invitations import accept, invite
from core.people.models import Person
from core.people.store import TELEGRAM
from core.serving import serving
from core.settings import (
    DatabaseSettings,
    DigestSettings,
    FundingSettings,
    HotlineSettings,
    LedgerSettings,
    MailboxSettings,
    MailSettings,
    NetworkSettings,
    SelectorsSettings,
    SeminarSettings,
    ServiceSettings,
    Settings,
    SourceSettings,
    TelegramSettings,
    WatchSettings,
    WebSettings,
)
from relais import schema
from relais.configuration import with_service_secret
from relais.sandbox import feeds
from relais.sandbox.bot_api.application import serving_bot_api
from relais.sandbox.bot_api.state import State
from relais.sandbox.cast import (
    ANIMATOR,
    CAST,
    GROUP,
    HEAD,
    SECOND_ANIMATOR,
    STRANGER,
    Player,
)
from relais.sandbox.clock import SandboxClock
from relais.sandbox.mail_catcher import MailCatcher
from relais.sandbox.post import Post
from relais.sandbox.sample import (
    SCHOOL_HOLIDAYS,
    SampleSeminar,
    load_network,
    load_seminar,
    obligations,
)
from relais.sandbox.sharing import acronyms
from relais.service import EVERY_LOOP, run_loops
from relais.wiring import House, building

TOKEN = "7000001:sandbox"  # noqa: S105  # the local Bot API's, worth nothing elsewhere
INVITED = CAST["agent"]
INVITATION_LIFE = timedelta(days=3650)
POLL_EVERY = 24 * 3600.0
HOLD_SECONDS = 5.0
"""How long an answer can be held back: enough to try it, without waiting long."""

INVITATIONS_HELD = 10.0
"""How long invitations can be held back, in minutes of the sandbox's clock."""

APPROVER = "direction@reseau-accueil.example"
"""Who gives the « bon à diffuser » by mail: not on chat, as directors are."""

APPROVALS: Literal[1, 2] = 1
MAILS_PER_SECOND = 500.0

POST_EVERY = 1.0
"""How often the service looks at its mailbox, in seconds: who plays is not to wait."""

WEB = ("http://", "https://")
WATCH, DESK, BOARD = TOPICS = (
    "La veille",
    "La lettre et les rencontres",
    "Le tableau de bord",
)
"""The topics that the animators opened in their group."""


@dataclass(frozen=True)
class Ports:
    """Where the sandbox listens. The addresses of feeds must not change from run to run."""

    page: int = 8765
    relais: int = 8766
    feeds: int = 8767


@dataclass(frozen=True)
class Playground:
    """Everything that runs: the peers, and the service among them."""

    house: House
    clock: SandboxClock
    chat: State
    mail: MailCatcher
    post: Post
    invitation: str
    seminar: SampleSeminar
    public_url: str


@dataclass(frozen=True)
class _Peers:
    """Where the service finds its peers."""

    api_url: str
    smtp_port: int
    sources: list[SourceSettings]
    topics: Mapping[str, int]


@contextlib.asynccontextmanager
async def playing(folder: Path, ports: Ports, feed: str = "") -> AsyncIterator[Playground]:
    """Run the sample network's service and all its peers while the block lasts.

    What `folder` holds goes on where it was left. `feed` replaces the sample feeds by one's own.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    clock = SandboxClock(folder / "clock")
    first = _first_opening(folder, clock)
    async with contextlib.AsyncExitStack() as stack:
        chat = _chat(folder, clock)
        stack.callback(chat.close)
        topics = {name: _topic(chat, name) for name in TOPICS}
        api_url = await stack.enter_async_context(serving_bot_api(chat))
        mail = await stack.enter_async_context(MailCatcher(folder / "mail"))
        post = Post(folder / "post")
        await asyncio.to_thread(post.open)
        own = Path(feed) if feed and not feed.startswith(WEB) else None
        app = feeds.application(clock, own, first)
        feeds_port = await stack.enter_async_context(serving(app, port=ports.feeds))
        sources = _sources(feed, own, f"http://127.0.0.1:{feeds_port}")
        settings = _settings(folder, ports, _Peers(api_url, mail.port, sources, topics), first)
        house = await stack.enter_async_context(
            building(settings, clock, resolve_by_system if feed.startswith(WEB) else only_here)
        )
        invitation = await _populate(house, folder)
        seminar = await load_seminar(house.parts, first)
        await stack.enter_async_context(_running(house))
        url = settings.service.public_url
        yield Playground(house, clock, chat, mail, post, invitation, seminar, url)


async def only_here(host: str, port: int) -> Sequence[str]:
    """Resolve this machine only: what the sample network links to is not asked for.

    Raises OSError as a machine without a network does.
    """
    if host not in {"127.0.0.1", "localhost"}:
        raise OSError(socket.EAI_AGAIN, "the sandbox reaches nothing outside")
    return await resolve_by_system(host, port)


def start_over(folder: Path) -> None:
    """Forget a sandbox. Refuses a folder that is not one, so that nothing else is lost."""
    if not folder.exists():
        return
    if not (folder / "first-opening").exists():
        raise InputError(
            f"{folder} is not a sandbox of Relais", hint="name another folder with --folder"
        )
    shutil.rmtree(folder)


def _topic(chat: State, name: str) -> int:
    """Return the thread of a topic of the group, opened the first time."""
    for topic in chat.snapshot(GROUP)["topics"]:
        if topic["name"] == name:
            return int(topic["thread_id"])
    return chat.user_creates_topic(GROUP, ANIMATOR, name)


def _first_opening(folder: Path, clock: SandboxClock) -> datetime:
    """Return when this sandbox was first opened: sample entries keep their dates from it."""
    kept = folder / "first-opening"
    if not kept.exists():
        kept.write_text(clock.now().isoformat(), encoding="ascii")
    return datetime.fromisoformat(kept.read_text(encoding="ascii"))


def _sources(feed: str, own: Path | None, root: str) -> list[SourceSettings]:
    """Return the sources to poll: an address of one's own, one's own file, or the samples."""
    if feed.startswith(WEB):
        return [SourceSettings(name="Votre flux", url=feed, every=POLL_EVERY)]
    return [source_settings(source, root) for source in feeds.sources(own)]


def source_settings(source: feeds.Source, root: str) -> SourceSettings:
    """Return a sample source as the configuration has it; `root` is where it is served."""
    return SourceSettings(
        name=source.name,
        url=f"{root}{source.path}",
        kind=source.kind,
        section=source.section,
        regions=list(source.regions),
        every=POLL_EVERY,
        owner=source.owner,
        reproducible=source.reproducible,
        selectors=SelectorsSettings.model_validate(source.selectors),
    )


def _chat(folder: Path, clock: SandboxClock) -> State:
    state = State(folder / "chat", clock=clock)
    state.add_bot(TOKEN, username="relais_bac_a_sable_bot")
    for player in CAST.values():
        names = {"last_name": player.family_name} if player.family_name else {}
        state.add_user(player.given_name, user_id=player.user_id, started=player.linked, **names)
    state.add_group(
        "Équipe d’animation",
        chat_id=GROUP,
        members=[HEAD, STRANGER],
        administrators=[ANIMATOR, SECOND_ANIMATOR],
    )
    return state


def _settings(folder: Path, ports: Ports, peers: _Peers, first: datetime) -> Settings:
    settings = Settings(
        network=NetworkSettings(
            name="Réseau d’exemple des territoires accueillants",
            contact_email="animation@reseau-accueil.example",
        ),
        service=ServiceSettings(data_folder=folder, public_url=f"http://127.0.0.1:{ports.relais}"),
        database=DatabaseSettings(),
        telegram=TelegramSettings(
            token=SecretStr(TOKEN),
            group_id=GROUP,
            watch_thread_id=peers.topics[WATCH],
            desk_thread_id=peers.topics[DESK],
            board_thread_id=peers.topics[BOARD],
            api_url=peers.api_url,
            poll_timeout=5.0,
            per_second=0.0,
            group_per_minute=0.0,
            chat_per_second=0.0,
        ),
        mail=MailSettings(port=peers.smtp_port, per_second=MAILS_PER_SECOND),
        digest=DigestSettings(approvals=APPROVALS, approvers=[APPROVER]),
        mailbox=MailboxSettings(kind="maildir", maildir=folder / "post", every=POST_EVERY),
        funding=[
            FundingSettings(
                code="exemple",
                sentence="Cofinancé par l’Union européenne",
                operation="Animation du réseau d’exemple",
                number="EX0000000",
            )
        ],
        seminars=SeminarSettings(
            hold_minutes=INVITATIONS_HELD, school_holidays=SCHOOL_HOLIDAYS, zones=["A", "C"]
        ),
        obligation=obligations(first),
        hotline=HotlineSettings(hold_seconds=HOLD_SECONDS, acronyms=dict(acronyms())),
        ledger=LedgerSettings(heartbeat=1.0),
        watch=WatchSettings(
            allow_private_addresses=True, host_spacing=0.0, shown_hours=[], sources=peers.sources
        ),
        web=WebSettings(port=ports.relais, forms_per_hour=1000),
    )
    return with_service_secret(settings)


async def _populate(house: House, folder: Path) -> str:
    """Migrate, import the sample network, link its accounts; return the agent's invitation."""
    await schema.migrate(house.parts.database)
    now = house.parts.clock.now()
    await load_network(house.parts.database, now)
    await house.prepare()
    return await _invitation(house, folder)


async def _invitation(house: House, folder: Path) -> str:
    """Return the code kept from the first start, or make it, with the accounts of the others."""
    kept = folder / "invitation.json"
    if kept.exists():
        return str(json.loads(kept.read_text(encoding="utf-8"))["code"])
    now = house.parts.clock.now()
    async with house.parts.database.write() as session:
        for player in CAST.values():
            if player.linked:
                code = await _invite(session, player, now)
                await accept(session, code, TELEGRAM, str(player.user_id), now)
        code = await _invite(session, INVITED, now)
    kept.write_text(json.dumps({"code": code}), encoding="utf-8")
    return code


async def _invite(session: AsyncSession, player: Player, now: datetime) -> str:
    """Return an invitation for somebody of the directory."""
    person = (await session.scalars(select(Person.id).where(Person.code == player.code))).one()
    return await invite(session, person, now, INVITATION_LIFE, lambda: secrets.token_urlsafe(24))


@contextlib.asynccontextmanager
async def _running(house: House) -> AsyncIterator[None]:
    """Run every loop of the service as `relais serve` does."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_loops(house, EVERY_LOOP, stop), name="service")
    try:
        yield
    finally:
        stop.set()
        await task

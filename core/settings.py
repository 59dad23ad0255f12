"""The configuration: every key, its default, its meaning.

`config.example.toml` documents the same keys; environment variables override them
(`RELAIS_MAIL__PASSWORD`). Reading a file, and telling a person what is wrong with it, is in
`relais.configuration`.
"""

import math
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from core import sections


class Section(BaseModel):
    """A table of the configuration: closed, and frozen once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NetworkSettings(Section):
    """The network, as its people read it."""

    name: str = "Réseau des territoires accueillants"
    contact_email: str = "contact@example.org"
    funding_notice: str = "Cofinancé par l’Union européenne"
    language: Literal["fr", "en"] = "fr"


class ServiceSettings(Section):
    """The process itself."""

    data_folder: Path = Path("data")
    templates_folder: Path | None = None
    public_url: str = "http://127.0.0.1:8080"
    secret: SecretStr = SecretStr("")
    secret_file: Path | None = None
    stop_timeout: float = 10.0
    log_format: Literal["console", "json"] = "console"


class DatabaseSettings(Section):
    """Where the data lives. Empty: an SQLite file in the data folder."""

    url: str = ""


class TelegramSettings(Section):
    """The bot, and the animators' group it serves."""

    token: SecretStr = SecretStr("")
    token_file: Path | None = None
    group_id: int = 0
    watch_thread_id: int | None = None
    desk_thread_id: int | None = None
    board_thread_id: int | None = None
    api_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: SecretStr = SecretStr("")
    poll_timeout: float = 25.0
    connections: int = 4
    per_second: float = 25.0
    group_per_minute: float = 20.0
    chat_per_second: float = 1.0
    max_attempts: int = 5
    timeout: float = 20.0
    lease: float = 10.0
    inbox_days: int = 30


class MailSettings(Section):
    """The SMTP server that takes our mail."""

    host: str = "127.0.0.1"
    port: int = 25
    security: Literal["plain", "starttls", "tls"] = "plain"
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    sender: str = "relais@example.org"
    sender_name: str = "Relais"
    envelope_sender: str = ""
    reply_to: str = ""
    list_id: str = "lettre.example.org"
    unsubscribe_email: str = ""
    connections: int = 4
    timeout: float = 60.0
    per_second: float = 20.0
    per_hour: int = 0


class MailboxSettings(Section):
    """The mailbox to which bounces and answers come back, by IMAP or in a Maildir folder."""

    kind: Literal["none", "imap", "maildir"] = "none"
    host: str = "127.0.0.1"
    port: int = 993
    security: Literal["plain", "starttls", "tls"] = "tls"
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    folder: str = "INBOX"
    done_folder: str = ""
    maildir: Path | None = None
    every: float = Field(default=60.0, gt=0)
    timeout: float = Field(default=30.0, gt=0)
    max_bytes: int = Field(default=25_000_000, ge=1)
    soft_bounces: int = Field(default=5, ge=1)
    soft_days: int = Field(default=30, ge=1)
    kept_days: int = Field(default=30, ge=1)


class HotlineSettings(Section):
    """The hotline. Hours are those of Paris; days are those on which the team works."""

    hours: list[str] = Field(default_factory=lambda: ["mon-fri 09:00-12:30", "mon-fri 14:00-17:30"])
    animator_hours: dict[str, list[str]] = Field(default_factory=dict)
    closures: list[str] = Field(default_factory=list)
    worked_holidays: list[str] = Field(default_factory=list)
    promised_days: int = Field(default=2, ge=1)
    silence_hours: list[float] = Field(default_factory=lambda: [7.0, 14.0, 21.0])
    undecided_minutes: float = 15.0
    hold_seconds: float = 20.0
    reopen_days: int = 30
    erase_topics: bool = True
    validators: Literal[1, 2] = 2
    review_months: int = 12
    suggestions: int = 3
    invitation_days: int = 7
    access_code_minutes: int = 30
    access_codes_per_hour: int = 30
    access_request_days: int = 30
    messages_per_minute: int = 20
    messages_per_day: int = 300
    solicited_per_month: int = 2
    solicited_at_once: int = 5
    smallest_cell: int = 5
    acronyms: dict[str, str] = Field(default_factory=dict)


class LedgerSettings(Section):
    """How deliveries are claimed and tried again. Durations are in seconds of real time."""

    lease: float = 60.0
    heartbeat: float = 5.0
    heartbeat_expiry: float = 180.0
    batch: int = 100
    max_attempts: int = 150
    max_doubtful_attempts: int = 12
    contents_days: int = 90
    backoff_first: float = 5.0
    backoff_most: float = 3600.0


class SelectorsSettings(Section):
    """Where a page without a feed has its items: CSS selectors.

    `title`, `link`, `date` and `summary` are looked for inside each of `items`. For a page watched
    for changes, `items` is the part that matters.
    """

    items: str = ""
    title: str = ""
    link: str = ""
    date: str = ""
    summary: str = ""


class SourceSettings(Section):
    """A feed or a page that the watch reads."""

    name: str
    url: str
    kind: Literal["feed", "page", "change"] = "feed"
    section: sections.Section = sections.Section.LEGAL
    themes: list[str] = Field(default_factory=list)
    regions: list[str] = Field(default_factory=list)
    every: float = 3600.0
    owner: str = ""
    reproducible: bool = False
    selectors: SelectorsSettings = SelectorsSettings()

    @field_validator("name")
    @classmethod
    def _named(cls, name: str) -> str:
        if not name.strip():
            raise PydanticCustomError("name", "a source needs a name")
        return name.strip()

    @field_validator("url")
    @classmethod
    def _on_the_web(cls, url: str) -> str:
        if not re.match(r"https?://[^/\s]+\S*$", url.strip(), re.IGNORECASE):
            message = "give an address as a browser shows it: https://…"
            raise PydanticCustomError("address", message)
        return url.strip()

    @field_validator("every")
    @classmethod
    def _seldom_enough(cls, every: float) -> float:
        if not 0 < every < math.inf:
            raise PydanticCustomError("interval", "give a number of seconds, such as 3600")
        return every

    @model_validator(mode="after")
    def _selectors_fit(self) -> Self:
        given = self.selectors.model_dump(exclude_defaults=True)
        if self.kind == "page" and not self.selectors.items:
            message = 'a source of kind "page" needs selectors.items, the CSS selector of its items'
            raise PydanticCustomError("selectors", message)
        if self.kind == "feed" and given:
            message = 'selectors are for a source of kind "page" or "change"'
            raise PydanticCustomError("selectors", message)
        if self.kind == "change" and given.keys() - {"items"}:
            message = 'a source of kind "change" takes no other selector than items'
            raise PydanticCustomError("selectors", message)
        return self


class WatchSettings(Section):
    """The watch."""

    user_agent: str = "Relais/0.1 (+https://example.org/veille)"
    allow_private_addresses: bool = False
    timeout: float = Field(default=20.0, gt=0)
    max_bytes: int = Field(default=15_000_000, ge=1)
    connections: int = Field(default=8, ge=1)
    host_spacing: float = Field(default=1.0, ge=0)
    least_interval: float = 3600.0
    told_per_poll: int = Field(default=10, ge=0)
    parse_timeout: float = Field(default=5.0, gt=0)
    parse_workers: int = Field(default=2, ge=1)
    shown_hours: list[str] = Field(default_factory=lambda: ["mon-fri 08:00-19:00"])
    summary: str = "mon 08:45"
    closing_days: int = Field(default=14, ge=0)
    failing_hours: float = Field(default=12.0, ge=0)
    fold: bool = True
    reminder_days: list[NonNegativeInt] = Field(default_factory=lambda: [30, 7])
    reminder_hour: int = Field(default=9, ge=0, le=23)
    dropped_months: int = Field(default=12, ge=1)
    sources: list[SourceSettings] = Field(default_factory=list)

    @field_validator("sources")
    @classmethod
    def _each_once(cls, sources: list[SourceSettings]) -> list[SourceSettings]:
        for what in ("url", "name"):
            names = defaultdict(list)
            for source in sources:
                names[getattr(source, what)].append(source.name)
            for same in names.values():
                if len(same) > 1:
                    values = {"what": what, "names": ", ".join(same)}
                    message = "several sources have the same {what}: {names}"
                    raise PydanticCustomError("repeated", message, values)
        return sources


class DigestSettings(Section):
    """The letter and the seminars."""

    title: str = "La lettre du réseau"
    schedule: str = "every second tuesday at 09:00"
    period_days: int = 14
    overdue_hours: float = Field(default=12.0, gt=0)
    approvals: Literal[1, 2] = 1
    approvers: list[str] = Field(default_factory=list)
    link_timeout: float = Field(default=10.0, gt=0)
    confirmation_days: int = 7
    fresh_minutes: int = Field(default=60, ge=5)
    unconfirmed_days: int = Field(default=30, ge=1)
    forgotten_months: int = Field(default=36, ge=1)


class SeminarSettings(Section):
    """Seminars, committees, workshops. Days are counted to the first half-day, hours in Paris."""

    reminder_days: list[NonNegativeInt] = Field(default_factory=lambda: [7, 1])
    chase_days: list[NonNegativeInt] = Field(default_factory=lambda: [30])
    reminder_hour: int = Field(default=9, ge=0, le=23)
    hold_minutes: float = Field(default=10.0, ge=0)
    organiser_email: str = ""
    school_holidays: Path | None = None
    zones: list[Literal["A", "B", "C"]] = Field(default_factory=list)
    programme_days: int = Field(default=21, ge=0)
    documents_days: int = Field(default=7, ge=0)
    minutes_days: int = Field(default=15, ge=1)
    observation_days: int = Field(default=10, ge=1)
    meal_days: int = Field(default=7, ge=0)
    guest_months: int = Field(default=36, ge=1)
    blank_rows: int = Field(default=8, ge=0, le=50)


class ObligationSettings(Section):
    """Something that the contract has the animators do.

    Either so many times (`count`) in each period (`every`), counted from `since`; or once, within
    `within_days` after `since`. `counts` says what does it by itself: a kind of meeting once it
    took place, or `minutes` once some are final; else an animator says that it is done.
    """

    code: str
    words: str
    since: date
    until: date | None = None
    every: Literal["year", "half", "quarter", "month"] | None = None
    count: int = Field(default=1, ge=1)
    within_days: int | None = Field(default=None, ge=0, le=3650)
    counts: Literal["", "seminar", "steering", "technical", "workshop", "minutes"] = ""
    remind_days: list[NonNegativeInt] = Field(default_factory=lambda: [60, 30, 7])


class OperatorSettings(Section):
    """Who answers for the service before the law: what the legal pages say."""

    name: str = ""
    legal_form: str = ""
    address: str = ""
    phone: str = ""
    registration: str = ""
    publication_director: str = ""
    host_name: str = ""
    host_address: str = ""
    host_phone: str = ""
    data_protection_contact: str = ""


class LogoSettings(Section):
    """A logo that stands beside the funding notice: a PNG file, and what it says in words."""

    file: Path
    words: str


class FundingSettings(Section):
    """A funding, and what its agreement has us show while it runs (both days included)."""

    code: str
    sentence: str
    emblem: bool = True
    since: date | None = None
    until: date | None = None
    operation: str = ""
    number: str = ""
    logos: list[LogoSettings] = Field(default_factory=list)


class WebSettings(Section):
    """The pages."""

    host: str = "127.0.0.1"
    port: int = 8080
    forms_per_hour: int = 20
    trusted_proxies: list[str] = Field(default_factory=list)


class Settings(BaseSettings):
    """The whole configuration: what code gives, then the environment, then the file."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="RELAIS_", env_nested_delimiter="__"
    )

    network: NetworkSettings = NetworkSettings()
    service: ServiceSettings = ServiceSettings()
    database: DatabaseSettings = DatabaseSettings()
    telegram: TelegramSettings = TelegramSettings()
    mail: MailSettings = MailSettings()
    mailbox: MailboxSettings = MailboxSettings()
    operator: OperatorSettings = OperatorSettings()
    funding: list[FundingSettings] = Field(default_factory=list)
    hotline: HotlineSettings = HotlineSettings()
    ledger: LedgerSettings = LedgerSettings()
    watch: WatchSettings = WatchSettings()
    digest: DigestSettings = DigestSettings()
    seminars: SeminarSettings = SeminarSettings()
    obligation: list[ObligationSettings] = Field(default_factory=list)
    web: WebSettings = WebSettings()

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return self.database.url or f"sqlite+aiosqlite:///{self.service.data_folder}/relais.sqlite3"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read no `.env` file: one file and the environment are enough places to look."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls))

"""`relais init`: a configuration from a few questions."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from core.errors import ConfigurationError
from core.settings import Settings
from relais.configuration import explain


@dataclass(frozen=True)
class Inquiry:
    """A question of `relais init`; `secret` answers are not echoed."""

    section: str
    key: str
    question: str
    default: str
    secret: bool = False
    number: bool = False


INQUIRIES = (
    Inquiry("network", "name", "Name of the network, as its people read it", "Notre réseau"),
    Inquiry("network", "contact_email", "Address people may write to", "contact@example.org"),
    Inquiry("service", "data_folder", "Folder for the data", "data"),
    Inquiry("service", "public_url", "Public address of the pages", "https://relais.example.org"),
    Inquiry("telegram", "token", "Token of the bot, from @BotFather", "", secret=True),
    Inquiry("telegram", "group_id", "Id of the animators' group (-100…)", "0", number=True),
    Inquiry("mail", "host", "SMTP server", "localhost"),
    Inquiry("mail", "port", "Its port", "25", number=True),
    Inquiry("mail", "security", "plain, starttls or tls", "plain"),
    Inquiry("mail", "username", "User name (empty: none)", ""),
    Inquiry("mail", "password", "Password (empty: none)", "", secret=True),
    Inquiry("mail", "sender", "Address that our mail comes from", "relais@example.org"),
)

Answers = Mapping[tuple[str, str], str]


def write(path: Path, ask: Callable[[Inquiry], str]) -> None:
    """Ask every question and write `path`, readable by its owner only.

    Raises ConfigurationError when the file exists already, or an answer cannot be used.
    """
    if path.exists():
        raise ConfigurationError(
            f"{path} exists already", hint="edit it, or move it away and start again"
        )
    answers = {(inquiry.section, inquiry.key): ask(inquiry) for inquiry in INQUIRIES}
    text = as_toml(answers)
    _validate(answers)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, encoding="utf-8")


def as_toml(answers: Answers) -> str:
    """Return the configuration file for these answers."""
    lines = ["# Written by `relais init`. `config.example.toml` documents every key.", ""]
    section = ""
    for inquiry in INQUIRIES:
        if inquiry.section != section:
            section = inquiry.section
            lines += ["", f"[{section}]"]
        value = answers[inquiry.section, inquiry.key]
        # A JSON string is a TOML basic string.
        written = value if inquiry.number else json.dumps(value, ensure_ascii=False)
        lines.append(f"{inquiry.key} = {written}")
    return "\n".join(lines) + "\n"


def _validate(answers: Answers) -> None:
    tables: dict[str, dict[str, str]] = {}
    for (section, key), value in answers.items():
        tables.setdefault(section, {})[key] = value
    try:
        Settings.model_validate(tables)
    except ValidationError as error:
        raise ConfigurationError(
            "\n".join(explain(error)), hint="run `relais init` again; nothing was written"
        ) from None

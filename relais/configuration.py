"""Reading the configuration, and saying clearly what is wrong with it."""

import contextlib
import difflib
import os
import secrets
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from core.errors import ConfigurationError
from core.settings import Settings

_Section = TypeVar("_Section", bound=BaseModel)

DEFAULT_FILE = Path("config.toml")


def load(path: Path | None = None) -> Settings:
    """Read `path` (or `config.toml` if it is there), then what the environment overrides.

    Secrets named by a `…_file` key are read from those files. Raises ConfigurationError with
    one clear line for each wrong key, naming the nearest known one.
    """
    if path is not None and not path.is_file():
        raise ConfigurationError(
            f"there is no configuration file at {path}", hint="`relais init` writes one"
        )
    chosen = path or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    _check_syntax(chosen)
    _check_environment(os.environ)

    class Configured(Settings):
        model_config = SettingsConfigDict(toml_file=chosen)

    try:
        settings = Configured()
    except ValidationError as error:
        raise ConfigurationError(
            "\n".join(explain(error)), hint="`config.example.toml` documents every key"
        ) from None
    return with_secret_files(settings)


def _check_syntax(path: Path | None) -> None:
    if path is None:
        return
    try:
        tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}", hint="look at the line it names"
        ) from None


def _check_environment(environment: Mapping[str, str]) -> None:
    """Refuse `RELAIS_MIAL__PASSWORD`: an override that reaches nothing is a silent mistake."""
    for name in environment:
        section, nested, _ = name.removeprefix("RELAIS_").lower().partition("__")
        if name.startswith("RELAIS_") and nested and section not in Settings.model_fields:
            near = _nearest(section, Settings.model_fields)
            raise ConfigurationError(
                f"the environment variable {name} names an unknown section", hint=near
            )


def explain(error: ValidationError) -> list[str]:
    """Return a line for each problem. Values are never shown: some are secrets."""
    return [_line(problem["loc"], problem["type"], problem["msg"]) for problem in error.errors()]


def _line(location: tuple[int | str, ...], kind: str, message: str) -> str:
    key = ".".join(str(part) for part in location)
    if kind != "extra_forbidden":
        return f"{key}: {message}"
    near = _nearest(str(location[-1]), _known(location[:-1]))
    return f"{key}: unknown key" + (f"; {near}" if near else "")


def _known(location: Iterable[int | str]) -> Iterable[str]:
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        inner = getattr(annotation, "__args__", (annotation,))[0]
        model = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else model
    return model.model_fields


def _nearest(name: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {found[0]}?" if found else ""


def with_secret_files(settings: Settings) -> Settings:
    """Return the settings with each secret read from its file, where one is named."""
    return settings.model_copy(
        update={
            "service": _from_file(settings.service, "secret"),
            "telegram": _from_file(settings.telegram, "token"),
            "mail": _from_file(settings.mail, "password"),
            "mailbox": _from_file(settings.mailbox, "password"),
        }
    )


def _from_file(section: _Section, key: str) -> _Section:
    path: Path | None = getattr(section, f"{key}_file")
    if path is None:
        return section
    try:
        value = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(
            f"the file of {key} cannot be read: {error}", hint="check its path and its rights"
        ) from None
    return section.model_copy(update={key: SecretStr(value)})


def with_service_secret(settings: Settings) -> Settings:
    """Return the settings with a secret that signs links: the one given, or one made and kept.

    It is made once, in the data folder, readable by its owner only. On PostgreSQL it must be
    given: every process must sign alike.
    """
    if settings.service.secret.get_secret_value():
        return settings
    if not settings.database_url.startswith("sqlite"):
        raise ConfigurationError(
            "service.secret is empty, and several processes may share this database",
            hint="set service.secret (or service.secret_file) to the same value everywhere",
        )
    value = _kept_secret(settings.service.data_folder / "secret.key")
    service = settings.service.model_copy(update={"secret": SecretStr(value)})
    return settings.model_copy(update={"service": service})


def _kept_secret(path: Path) -> str:
    """Read the secret, made if it is not there: whole or not at all, whoever comes first."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8") as handle:
            handle.write(secrets.token_urlsafe(48))
            handle.flush()
            os.fsync(handle.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(handle.name, path)
    return path.read_text(encoding="utf-8").strip()

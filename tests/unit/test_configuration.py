"""Reading the configuration: what is wrong is one clear line."""

import stat
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from core.errors import ConfigurationError
from core.settings import Settings
from relais.configuration import load, with_service_secret

ROOT = Path(__file__).resolve().parents[2]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def keys(model: type[BaseModel], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, field in model.model_fields.items():
        annotation = field.annotation
        inner = getattr(annotation, "__args__", (annotation,))[0]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= keys(inner, f"{prefix}{name}.")
        else:
            found.add(f"{prefix}{name}")
    return found


def given(tables: dict[str, object], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in tables.items():
        if isinstance(value, dict) and value:
            found |= given(value, f"{prefix}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for table in value:
                found |= given(table, f"{prefix}{name}.")
        else:
            found.add(f"{prefix}{name}")
    return found


def test_the_example_loads_and_covers_every_key() -> None:
    example = ROOT / "config.example.toml"
    assert load(example).network.name
    text = "\n".join(
        line.removeprefix("#: ") for line in example.read_text(encoding="utf-8").splitlines()
    )
    assert given(tomllib.loads(text)) == keys(Settings)


def test_the_defaults_that_the_example_states_are_the_real_ones() -> None:
    example = load(ROOT / "config.example.toml")
    stated = {name: value for name, value in example.model_dump().items() if name != "watch"}
    real = {name: value for name, value in Settings().model_dump().items() if name != "watch"}
    assert stated == real


def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path) -> None:
    path = written(tmp_path, '[mail]\npasword = "x"\n')
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert caught.value.what == "mail.pasword: unknown key; did you mean password?"


def test_an_unknown_section_names_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="telegramm: unknown key; did you mean telegram"):
        load(written(tmp_path, "[telegramm]\n"))


def test_a_key_of_a_source_is_found_too(tmp_path: Path) -> None:
    text = '[[watch.sources]]\nname = "a"\nurl = "https://a.example"\nsecton = "x"\n'
    with pytest.raises(ConfigurationError, match=r"watch.sources.0.secton: .*mean section"):
        load(written(tmp_path, text))


def test_every_wrong_key_has_its_line_and_no_value_is_shown(tmp_path: Path) -> None:
    path = written(tmp_path, '[mail]\nport = "s3cret"\nsecurity = "s3cret"\n')
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    first, second = caught.value.what.splitlines()
    assert first.startswith("mail.port: ")
    assert second.startswith("mail.security: ")
    assert "s3cret" not in caught.value.what


@pytest.mark.parametrize(
    "line",
    [
        "connections = 0",
        "parse_workers = 0",
        "parse_timeout = 0",
        "timeout = -1",
        "closing_days = -5",
        "failing_hours = -1",
        "reminder_days = [30, -7]",
        "dropped_months = 0",
    ],
)
def test_numbers_that_would_stop_the_watch_are_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"watch\.{line.partition(' ')[0]}.*greater than"):
        load(written(tmp_path, f"[watch]\n{line}\n"))


def test_bad_toml_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="line 2"):
        load(written(tmp_path, "[mail]\nport = = 3\n"))


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "nowhere.toml")
    assert "relais init" in caught.value.hint


def test_the_environment_overrides_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, '[mail]\nhost = "a.example"\npassword = "old"\n')
    monkeypatch.setenv("RELAIS_MAIL__PASSWORD", "new")
    settings = load(path)
    assert settings.mail.host == "a.example"
    assert settings.mail.password.get_secret_value() == "new"


def test_a_variable_that_reaches_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_MIAL__PASSWORD", "x")
    with pytest.raises(ConfigurationError) as caught:
        load()
    assert "RELAIS_MIAL__PASSWORD" in caught.value.what
    assert caught.value.hint == "did you mean mail?"


def test_a_variable_with_an_unknown_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_MAIL__PASWORD", "x")
    with pytest.raises(ConfigurationError, match="did you mean password"):
        load()


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("12:abc\n", encoding="utf-8")
    path = written(tmp_path, f'[telegram]\ntoken_file = "{tmp_path / "token"}"\n')
    assert load(path).telegram.token.get_secret_value() == "12:abc"


def test_an_unreadable_secret_says_which(tmp_path: Path) -> None:
    path = written(tmp_path, '[mail]\npassword_file = "/nowhere/password"\n')
    with pytest.raises(ConfigurationError, match="the file of password cannot be read"):
        load(path)


def test_the_secret_that_signs_links_is_made_once_and_kept(tmp_path: Path) -> None:
    path = written(tmp_path, f'[service]\ndata_folder = "{tmp_path / "data"}"\n')
    first = with_service_secret(load(path)).service.secret.get_secret_value()
    again = with_service_secret(load(path)).service.secret.get_secret_value()
    assert first == again
    assert len(first) >= 48
    mode = (tmp_path / "data" / "secret.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_several_processes_must_be_given_their_secret(tmp_path: Path) -> None:
    path = written(tmp_path, '[database]\nurl = "postgresql+psycopg://h/relais"\n')
    with pytest.raises(ConfigurationError, match=r"service.secret is empty"):
        with_service_secret(load(path))

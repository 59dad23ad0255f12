"""`relais init`: a configuration from a few questions."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from relais.configuration import load
from relais.initial import INQUIRIES, Inquiry, write


def given(**answers: str) -> Callable[[Inquiry], str]:
    def ask(inquiry: Inquiry) -> str:
        return answers.get(f"{inquiry.section}_{inquiry.key}", inquiry.default)

    return ask


def test_what_it_writes_loads_and_says_what_was_answered(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    write(path, given(network_name='Le « réseau » d\'"ici"', telegram_group_id="-100123"))
    settings = load(path)
    assert settings.network.name == 'Le « réseau » d\'"ici"'
    assert settings.telegram.group_id == -100123


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    write(path, given(mail_password="secret"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="exists already"):
        write(path, given())
    assert path.read_text(encoding="utf-8") == "# mine"


def test_a_wrong_answer_writes_nothing_and_names_the_key(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    with pytest.raises(ConfigurationError, match=r"mail\.port: "):
        write(path, given(mail_port="smtp"))
    assert not path.exists()


def test_every_question_has_a_key_of_the_settings() -> None:
    assert len({(inquiry.section, inquiry.key) for inquiry in INQUIRIES}) == len(INQUIRIES)

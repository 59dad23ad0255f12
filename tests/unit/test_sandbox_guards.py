"""The sandbox's page answers this machine, and the page itself, only."""

from http import HTTPStatus

import pytest
from starlette.datastructures import Headers

from relais.sandbox.page.guards import refused

LIMIT = 1000
HERE = {"host": "127.0.0.1:8765"}
POST = {**HERE, "origin": "http://127.0.0.1:8765", "content-length": "10"}


def test_reading_from_this_machine_passes() -> None:
    for host in ("127.0.0.1:8765", "localhost:8765", "[::1]:8765", "localhost"):
        assert refused("GET", Headers({"host": host}), LIMIT) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "evil.example:8765", "[", "localhost@x"]
)
def test_any_other_name_is_refused(host: str) -> None:
    found = refused("GET", Headers({"host": host}), LIMIT)
    assert found == (HTTPStatus.MISDIRECTED_REQUEST, "not_here")


def test_the_page_itself_may_act() -> None:
    assert refused("POST", Headers(POST), LIMIT) is None


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "https://127.0.0.1:8765", "http://127.0.0.1:99"]
)
def test_another_site_may_not_act(origin: str) -> None:
    found = refused("POST", Headers({**POST, "origin": origin}), LIMIT)
    assert found == (HTTPStatus.FORBIDDEN, "not_the_page")


def test_acting_without_an_origin_is_refused() -> None:
    found = refused("POST", Headers({**HERE, "content-length": "10"}), LIMIT)
    assert found == (HTTPStatus.FORBIDDEN, "not_the_page")


@pytest.mark.parametrize("length", ["", "-1", "²", "ten"])
def test_a_body_must_tell_its_size(length: str) -> None:
    found = refused("POST", Headers({**POST, "content-length": length}), LIMIT)
    assert found == (HTTPStatus.LENGTH_REQUIRED, "not_the_page")


def test_a_body_too_large_is_refused_before_it_is_read() -> None:
    assert refused("POST", Headers({**POST, "content-length": "1000"}), LIMIT) is None
    found = refused("POST", Headers({**POST, "content-length": "1001"}), LIMIT)
    assert found == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")

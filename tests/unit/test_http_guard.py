"""Which addresses may be fetched, and what a server's delay means."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import FetchError
from core.http.fetcher import retry_after_seconds
from core.http.guard import check_url, is_public

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
FAR_ZONE = "Mon, 23 Nov 2026 08:00:00 +99999999999999"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  # an address to refuse, not to listen on
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fd00::1",
        "fe80::1%eth0",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::a00:1",
        "64:ff9b:1::7f00:1",
        "::127.0.0.1",
        "::ffff:0:7f00:1",
        "fec0::1",
        "5f00::1",
        "not an address",
    ],
)
def test_private_addresses_are_not_public_however_disguised(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "2606:4700::1111",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
        "2001:0:808:808::f7f7:f7f7",
    ],
)
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4, network="10.0.0.0/8"))
def test_no_ipv6_form_lets_a_private_ipv4_address_through(address: object) -> None:
    assert not is_public(f"::ffff:{address}")
    assert not is_public(f"64:ff9b::{address}")


@pytest.mark.parametrize(
    "url", ["ftp://example.org/a", "file:///etc/passwd", "example.org/feed", "http:///feed", ""]
)
def test_only_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_url(url)
    assert caught.value.what == "only http and https addresses can be fetched"
    assert caught.value.permanent


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1/feed",
        "http://exa mple.org:port/",
        "http://a:99999999/",
        "http://xn--a.example/",
        "https://xn--/",
    ],
)
def test_addresses_that_mean_nothing_are_refused(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        check_url(url)
    assert caught.value.permanent


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(FetchError) as caught:
        check_url("https://marie:secret@example.org/feed")
    assert caught.value.what == "the address holds a user name or a password"


def test_a_good_address_is_kept_as_it_is() -> None:
    assert str(check_url("https://example.org/flux?page=1")) == "https://example.org/flux?page=1"


def test_a_delay_is_read_in_seconds_or_as_a_date() -> None:
    assert retry_after_seconds("120", NOW) == 120
    later = format_datetime(NOW + timedelta(hours=1), usegmt=True)
    assert retry_after_seconds(later, NOW) == 3600
    earlier = format_datetime(NOW - timedelta(hours=1), usegmt=True)
    assert retry_after_seconds(earlier, NOW) == 0
    assert retry_after_seconds("Mon, 23 Nov 2026 08:00:10 -0000", NOW) == 10


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5", "\u00b2", FAR_ZONE])
def test_a_delay_that_means_nothing_is_none(value: str) -> None:
    assert retry_after_seconds(value, NOW) is None

"""The sandbox tries no link outside of this machine."""

import socket

import pytest

from relais.sandbox.playground import only_here


async def test_this_machine_is_known() -> None:
    assert "127.0.0.1" in await only_here("127.0.0.1", 80)


async def test_nothing_outside_is_looked_up_and_it_says_to_try_again() -> None:
    with pytest.raises(OSError, match="nothing outside") as raised:
        await only_here("www.example.org", 443)
    assert raised.value.errno == socket.EAI_AGAIN

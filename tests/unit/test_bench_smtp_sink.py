"""The server that takes every mail: its answers, whatever pieces the bytes come in."""

import asyncio

import pytest

from bench.common.smtp_sink import Conversation

DIALOGUE = (
    b"EHLO here\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
    b"Subject: x\r\n\r\nData and .\r\n..\r\n.\r\nNOOP\r\nQUIT\r\n"
)
ANSWERS = (
    b"220 sink ESMTP\r\n250-sink\r\n250 8BITMIME\r\n250 OK\r\n250 OK\r\n354 go ahead\r\n"
    b"250 OK\r\n250 OK\r\n221 bye\r\n"
)


class Wire(asyncio.WriteTransport):
    def __init__(self) -> None:
        super().__init__()
        self.said = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.said += bytes(data)

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_it_takes_a_mail_in_any_pieces(size: int) -> None:
    taken, wire = [0], Wire()
    conversation = Conversation(taken)
    conversation.connection_made(wire)
    for start in range(0, len(DIALOGUE), size):
        conversation.data_received(DIALOGUE[start : start + size])
    assert wire.said == ANSWERS
    assert taken == [1]
    assert wire.closed


def test_an_empty_mail_is_taken_too() -> None:
    taken, wire = [0], Wire()
    conversation = Conversation(taken)
    conversation.connection_made(wire)
    conversation.data_received(b"DATA\r\n.\r\nNOOP\r\n")
    assert taken == [1]
    assert wire.said.endswith(b"354 go ahead\r\n250 OK\r\n250 OK\r\n")

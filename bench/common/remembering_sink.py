"""An SMTP server that remembers: `python -m bench.common.remembering_sink FILE`.

The Message-ID of each mail is written to the file, a line each, before the mail is accepted.
Asked anything, it says how many mails it took.
"""

import asyncio
import re
import sys
from pathlib import Path
from typing import TextIO

from bench.common.peers import serve_as_peer
from bench.common.smtp_sink import Conversation

_MESSAGE_ID = re.compile(rb"\r\nMessage-ID:\s*(\S+)", re.IGNORECASE)


class Remembering(Conversation):
    """One connection that writes down what it takes."""

    def __init__(self, taken: list[int], file: TextIO) -> None:
        super().__init__(taken)
        self._file = file

    def took(self, message: bytes) -> None:
        """Write the mail's Message-ID, and have it on the disk's side before saying so."""
        head, _, _ = message.partition(b"\r\n\r\n")
        found = _MESSAGE_ID.search(b"\r\n" + head)
        self._file.write((found[1].decode("ascii", "replace") if found else "none") + "\n")
        self._file.flush()


async def main(path: Path) -> None:
    """Listen until the standard input ends."""
    taken = [0]
    loop = asyncio.get_running_loop()
    with path.open("a", encoding="ascii") as file:
        server = await loop.create_server(lambda: Remembering(taken, file), "127.0.0.1", 0)

        async def count(_line: str) -> str:
            return str(taken[0])

        await serve_as_peer(server.sockets[0].getsockname()[1], count)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

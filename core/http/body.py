"""Reading a response's body without ever holding more than agreed."""

import zlib

import httpx

from core.errors import FetchError

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})


class Inflater:
    """Undoes gzip step by step, so that a bomb is not unpacked before it is measured."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB)

    def feed(self, data: bytes, most: int) -> bytes:
        """Return at most `most` bytes out of `data`. Raises FetchError when it is damaged."""
        try:
            return self._inflate.decompress(data, most)
        except zlib.error as error:
            raise FetchError(
                "the answer's compression is damaged", hint="it will be tried again"
            ) from error

    @property
    def complete(self) -> bool:
        """Whether the end of what was compressed has been seen."""
        return self._inflate.eof


async def read_body(response: httpx.Response, most: int) -> bytes:
    """Return the decoded body. Raises FetchError when it has over `most` bytes, or is damaged."""
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise _too_big(most)
    inflater = _inflater(response)
    body, received = bytearray(), 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        body += inflater.feed(chunk, most + 1 - len(body)) if inflater else chunk
        if max(len(body), received) > most:
            raise _too_big(most)
        if inflater and inflater.complete:
            break  # zlib would keep whatever follows, and copy it all at each chunk
    if inflater and body and not inflater.complete:
        raise FetchError("the answer was cut short", hint="it will be tried again")
    return bytes(body)


def _inflater(response: httpx.Response) -> Inflater | None:
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        return None
    if encoding in _COMPRESSED:
        return Inflater()
    raise FetchError(
        f"the answer is encoded as {encoding!r}, which was not asked for",
        hint="tell the site's webmaster",
    )


def _too_big(most: int) -> FetchError:
    return FetchError(
        f"the document has over {most:,} bytes",
        hint="give a shorter feed of the site, or raise watch.max_bytes",
    )

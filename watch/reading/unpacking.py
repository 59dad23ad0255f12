"""Bodies that are compressed though their answer did not say so."""

import zlib

from watch.reading.records import DocumentError

MOST_BYTES = 15_000_000
"""More, once unpacked, is no document of news; it is the limit of what is fetched, too."""

_GZIP = b"\x1f\x8b\x08"
_GZIP_WINDOW = zlib.MAX_WBITS | 16


def unpacked(body: bytes) -> bytes:
    """Return a body as it was before gzip, the body itself when it was not compressed.

    One that was cut short gives what came. Raises DocumentError when it is damaged or too big.
    """
    if not body.startswith(_GZIP):
        return body
    inflater = zlib.decompressobj(_GZIP_WINDOW)
    try:
        found = inflater.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise DocumentError(
            "the document is compressed, and damaged",
            hint="it will be tried again",
            permanent=False,
        ) from error
    if inflater.unconsumed_tail:
        raise DocumentError(
            f"the document, once unpacked, has over {MOST_BYTES:,} bytes",
            hint="give a shorter feed of the site",
            permanent=False,
        )
    return found

"""What a server's reply means for a mail (RFC 5321 §4.2)."""

import re

from core.ledger.outcomes import Later, Refused, Unknown

AUTHENTICATION = frozenset({530, 534, 535, 538})
"""Replies about ourselves (RFC 4954 §6), never about a recipient: a setting must change."""

_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")
_LONGEST = 300


def judge(code: int, text: str) -> Refused | Later | Unknown:
    """Say what a reply that does not accept a mail makes of it.

    4xx: later. 5xx: refused, unless it is about our own credentials. Anything else is no answer.
    """
    reason = readable(code, text)
    if 400 <= code < 500 or code in AUTHENTICATION:  # noqa: PLR2004  # classes of replies
        return Later(reason)
    if 500 <= code < 600:  # noqa: PLR2004  # the same
        return Refused(reason)
    return Unknown(reason)


def accepted(code: int) -> bool:
    """Say whether a reply accepts."""
    return 200 <= code < 300  # noqa: PLR2004  # a class of replies


def readable(code: int, text: str) -> str:
    """Return a reply on one line, without the addresses that servers like to repeat."""
    words = " ".join(_ADDRESS.sub("…", text).split())
    return f"{code} {words}"[:_LONGEST].rstrip()

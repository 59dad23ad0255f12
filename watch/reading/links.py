"""Links as they should have been: absolute, of the web, without tracking."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from watch.reading.titles import clean_text

_TRACKING = re.compile(
    r"^(?:utm_\w+|at_(?:medium|campaign|custom\d|source|format)|mtm_\w+|pk_\w+|piwik_\w+|mc_[ce]id|"
    r"fbclid|gclid|dclid|msclkid|yclid|igshid|xtor|_hsenc|_hsmi|mkt_tok|oly_\w+_id)$",
    re.IGNORECASE,
)
MOST_LINK = 2000
"""Bytes: browsers take no more for sure, and no database indexes much more."""

_PLAIN = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[\w%~-][\w.%~-]*)*/?", re.ASCII)
"""What needs nothing: most links are absolute, and of a path alone."""

_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?#;]*", re.IGNORECASE)


def clean_link(link: str, base: str = "") -> str:
    """Return an absolute web address without tracking; empty when it is not one, or endless."""
    written = "".join(clean_text(link).split())
    if not written or (_PLAIN.fullmatch(written) and len(written) <= MOST_LINK):
        return written
    try:
        parts = urlsplit(urljoin(base, written))
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        return ""
    fragment = "" if parts.fragment.lower().startswith(("xtor=", "utm_")) else parts.fragment
    path = _SESSION.sub("", parts.path)
    whole = urlunsplit((parts.scheme, parts.netloc, path, _query(parts.query), fragment))
    return whole if len(whole.encode()) <= MOST_LINK else ""


def _query(query: str) -> str:
    """Return a query without tracking, byte for byte the same when there was none."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(_TRACKING.match(name) for name, _ in pairs):
        return query
    return urlencode([(name, value) for name, value in pairs if not _TRACKING.match(name)])

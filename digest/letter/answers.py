"""The letter's pages as responses."""

from collections.abc import Mapping
from typing import Any

import structlog
from starlette.responses import HTMLResponse, Response

from core.errors import ExpiredTokenError, TokenError
from core.parts import Parts

log = structlog.get_logger()

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""For pages behind a signed link: neither stored nor indexed."""


def page(
    parts: Parts,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a page in the network's language."""
    html = parts.renderer.page(template, values, parts.settings.network.language)
    return HTMLResponse(html, status, headers)


def bad_link(parts: Parts, purpose: str, error: TokenError) -> Response:
    """Say what to do about a link that no longer works (410) or never did (400)."""
    expired = isinstance(error, ExpiredTokenError)
    log.info("letter.bad_link", purpose=purpose, expired=expired)
    values = {"purpose": purpose, "expired": expired}
    status = 410 if expired else 400
    return page(parts, "web/bad_link.html", values, status=status, headers=PRIVATE)

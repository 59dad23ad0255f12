"""What the rooms' pages have in common: responses, forms, links that no longer work."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from core.errors import ExpiredTokenError, TokenError
from core.parts import Parts

log = structlog.get_logger()

PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""For pages behind a signed link: neither stored nor indexed."""


def page_url(parts: Parts, path: str) -> str:
    """Return the public address of a page."""
    return parts.settings.service.public_url.rstrip("/") + path


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


def bad_link(parts: Parts, template: str, purpose: str, error: TokenError) -> Response:
    """Say what to do about a link that no longer works (410) or never did (400)."""
    expired = isinstance(error, ExpiredTokenError)
    log.info("page.bad_link", template=template, purpose=purpose, expired=expired)
    values = {"purpose": purpose, "expired": expired}
    return page(parts, template, values, status=410 if expired else 400, headers=PRIVATE)


MOST_FIELDS = 120
"""How many fields a form may have: as many themes as there can be, and a few more."""


async def ticked(request: Request, name: str) -> Sequence[str]:
    """Return the values of the boxes of that name that were ticked. Raises as `typed` does."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    return [value for value in form.getlist(name) if isinstance(value, str)]


async def typed(request: Request, *wanted: str) -> dict[str, str]:
    """Return what was typed in a form's fields; a missing one is empty.

    A body that is not a form raises HTTPException(400).
    """
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    values = {name: form.get(name, "") for name in wanted}
    return {name: value if isinstance(value, str) else "" for name, value in values.items()}

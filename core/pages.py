"""What the rooms' pages have in common: responses, forms, links that no longer work."""

from collections.abc import Mapping
from typing import Any

import structlog
from starlette.requests import Request
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


def bad_link(parts: Parts, template: str, purpose: str, error: TokenError) -> Response:
    """Say what to do about a link that no longer works (410) or never did (400)."""
    expired = isinstance(error, ExpiredTokenError)
    log.info("page.bad_link", template=template, purpose=purpose, expired=expired)
    values = {"purpose": purpose, "expired": expired}
    return page(parts, template, values, status=410 if expired else 400, headers=PRIVATE)


async def typed(request: Request, *wanted: str) -> dict[str, str]:
    """Return what was typed in a form's fields; a missing one is empty.

    A body that is not a form raises HTTPException(400).
    """
    form = await request.form(max_files=0, max_fields=20)
    values = {name: form.get(name, "") for name in wanted}
    return {name: value if isinstance(value, str) else "" for name, value in values.items()}

"""What the rooms' pages have in common: responses, forms, links that no longer work."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from core.clock import PARIS, aware
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


def personal_copy(held: Mapping[str, Any], now: datetime) -> Response:
    """Give somebody all that is held about them, as a JSON file of their own that nothing caches.

    The regulation (EU) 2016/679, art. 15 and 20. The file is named by its day in Paris.
    """
    raw = json.dumps(held, ensure_ascii=False, indent=2, default=str)
    name = f"mes-donnees-{now.astimezone(PARIS).date().isoformat()}.json"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(raw, 200, {**PRIVATE, **disposition}, "application/json")


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


def validated(
    request: Request,
    body: bytes,
    media_type: str,
    headers: Mapping[str, str],
    changed_at: datetime | None = None,
) -> Response:
    """Return what may be asked for again and again: 304 to who has it already (RFC 9110 § 13).

    `changed_at`, an aware instant, is when it last changed, where that is known.
    """
    given = {**headers, "ETag": f'"{sha256(body).hexdigest()[:32]}"'}
    if changed_at is not None:
        given["Last-Modified"] = format_datetime(aware(changed_at), usegmt=True)
    if _had(request, given["ETag"], changed_at):
        return Response(status_code=304, headers=given)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=given)


def _had(request: Request, tag: str, changed_at: datetime | None) -> bool:
    """Say whether who asks has it; a tag, when they give one, says more than a date."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return tag in {each.strip().removeprefix("W/") for each in tags.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None or changed_at is None:
        return False
    try:
        return aware(changed_at).replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # no date, or one without its zone
        return False

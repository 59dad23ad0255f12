"""The pages that the law asks for, with the operator's own data: a room without any table.

Sources: law n° 2004-575 of 21 June 2004 (LCEN) art. 1-1 for the « mentions légales »; regulation
(EU) 2016/679 (GDPR) art. 13 for personal data; law n° 2005-102 art. 47 and decree n° 2019-768 for
the statement on accessibility; regulation (EU) 2021/1060 art. 50 for the financing.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.clock import PARIS
from core.pages import page
from core.parts import Parts
from core.room import Check, Finding, Room
from core.settings import FundingSettings, OperatorSettings, Settings

WANTED = (
    "name",
    "address",
    "phone",
    "publication_director",
    "host_name",
    "host_address",
    "host_phone",
)
"""What the « mentions légales » cannot do without."""

PAGES = {
    "/mentions-legales": "web/legal_notice.html",
    "/donnees-personnelles": "web/legal_data.html",
    "/accessibilite": "web/legal_accessibility.html",
    "/financement": "web/legal_funding.html",
}


def build(parts: Parts) -> Room:
    """Return the room."""

    async def check() -> Sequence[Finding]:
        return findings(parts.settings.operator)

    routes = tuple(_route(parts, path, template) for path, template in PAGES.items())
    return Room(name="legal", pages=routes, checks=(Check("legal pages", check),))


def findings(operator: OperatorSettings) -> Sequence[Finding]:
    """Say whether the legal pages have all that the law asks."""
    missing = [f"operator.{key}" for key in WANTED if not getattr(operator, key)]
    if not missing:
        return [Finding("legal pages", ok=True, what="they say who answers for the service")]
    what = f"the law asks for more than is filled in: {', '.join(missing)}"
    hint = "fill in [operator] in the configuration: /mentions-legales shows it"
    return [Finding("legal pages", ok=False, what=what, hint=hint)]


def _route(parts: Parts, path: str, template: str) -> Route:
    async def show(_request: Request) -> Response:
        return page(parts, template, values_of(parts.settings))

    return Route(path, show)


def values_of(settings: Settings) -> Mapping[str, Any]:
    """Return what the legal pages say: who, and how long what is kept, as configured."""
    operator = settings.operator
    return {
        "operator": operator,
        "publisher": operator.name or settings.network.name,
        "data_contact": operator.data_protection_contact or settings.network.contact_email,
        "contents_days": settings.ledger.contents_days,
        "inbox_days": settings.telegram.inbox_days,
        "access_days": settings.hotline.access_request_days,
        "unconfirmed_days": settings.digest.unconfirmed_days,
        "forgotten_months": settings.digest.forgotten_months,
        "guest_months": settings.seminars.guest_months,
        "meal_days": settings.seminars.meal_days,
        "mailbox_days": settings.mailbox.kept_days,
        "mailbox": settings.mailbox.kind != "none",
        "chat": bool(settings.telegram.token.get_secret_value()),
        "fundings": [_dated(each) for each in settings.funding],
    }


def _dated(funding: FundingSettings) -> Mapping[str, Any]:
    """Return what is said of a funding, its days as instants that the templates print."""
    days = {"since": _noon(funding.since), "until": _noon(funding.until)}
    return {**funding.model_dump(include={"sentence", "operation", "number"}), **days}


def _noon(day: date | None) -> datetime | None:
    return datetime.combine(day, time(12), PARIS) if day else None

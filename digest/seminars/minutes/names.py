"""How minutes name their things: references, links, deliveries, slots."""

from datetime import timedelta
from typing import Any

from core.errors import TokenError
from core.pages import page_url
from core.parts import Parts
from core.reference import Reference

DRAFT = "minutes.draft"
FINAL = "minutes.final"
OBSERVED = "minutes.observed"
TOLD = "minutes.told"

READ = "minutes.read"
PREVIEW = "minutes.preview"
"""The purposes of tokens: one reader's page, the animators' preview."""

READ_LIFE = timedelta(days=2 * 365)
PREVIEW_LIFE = timedelta(days=60)

READ_URL = "minutes_url"


def minutes_reference(identity: int) -> Reference:
    """Return the reference of minutes, by their row."""
    return Reference("minutes", "minutes", str(identity))


def observation_reference(identity: int) -> Reference:
    """Return the reference of an observation."""
    return Reference("minutes", "observation", str(identity))


def slot(seminar: int, version: int) -> str:
    """Return the slot that makes a version reach each party once."""
    return f"seminar:{seminar}/minutes/v{version}"


def read_url(parts: Parts, minutes: int, party: str) -> str:
    """Return the signed page where one party reads, and answers a draft."""
    token = parts.tokens.sign(READ, [minutes, party])
    return page_url(parts, f"/rencontres/compte-rendu/{token}")


def read_token(parts: Parts, token: str) -> tuple[int, str]:
    """Read what `read_url` signed: the minutes, and the party. Raises TokenError."""
    value: Any = parts.tokens.read(READ, token, READ_LIFE)
    match value:
        case [int(minutes), str(party)]:
            return minutes, party
    raise TokenError("the link is not one of ours")  # pragma: no cover  # signed by us only


def preview_url(parts: Parts, minutes: int) -> str:
    """Return the signed page where animators read what they write."""
    return page_url(parts, f"/rencontres/compte-rendu/apercu/{parts.tokens.sign(PREVIEW, minutes)}")


def public_path(seminar: int) -> str:
    """Return the path of the page that shows what was published."""
    return f"/rencontres/{seminar}/compte-rendu"

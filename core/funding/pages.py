"""The pictures of funders' logos, at an address of ours: pages ask nothing of others."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import InputError
from core.funding.notice import Logo, read_logo
from core.settings import FundingSettings

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def logo_routes(profiles: list[FundingSettings]) -> tuple[Route, ...]:
    """Return the route of the logos of all fundings, past ones too: old letters show them."""
    logos = {logo.key: logo for profile in profiles for logo in _logos(profile)}

    async def show(request: Request) -> Response:
        logo = logos.get(request.path_params["key"])
        if logo is None:
            raise HTTPException(404)
        return Response(logo.data, media_type="image/png", headers=FOREVER)

    return (Route("/financement/logos/{key}.png", show),)


def _logos(profile: FundingSettings) -> list[Logo]:
    found = []
    for settings in profile.logos:
        try:
            found.append(read_logo(settings))
        except InputError:
            continue  # `core.funding.notice` says so in the log, and `relais check` too
    return found

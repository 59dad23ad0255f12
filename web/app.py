"""The ASGI application: the rooms' pages, with health, metrics and courteous problems."""

import hashlib
import importlib.resources
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Lifespan

from core.parts import Parts
from core.room import Room
from web.guards import SECURITY_HEADERS, BodyLimit, FormLimit, SameWithSlash, SecurityHeaders
from web.health import Health, health_routes


def build_app(
    parts: Parts,
    rooms: Sequence[Room],
    health: Health,
    *,
    extra: Sequence[BaseRoute] = (),
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """Mount every room's pages, and `extra` routes such as the chat's webhook."""
    pages = [page for room in rooms for page in room.pages]
    routes = [_home(parts), *_static_routes(), *health_routes(parts, health), *pages, *extra]
    web = parts.settings.web
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: _problem(parts), Exception: _problem(parts)},
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(SameWithSlash),
            Middleware(FormLimit, per_hour=web.forms_per_hour, page=_problem_page(parts, 429)),
            Middleware(BodyLimit, page=_problem_page(parts, 413)),
        ],
    )


def _home(parts: Parts) -> Route:
    async def home(_request: Request) -> Response:
        return HTMLResponse(parts.renderer.page("web/home.html", {}))

    return Route("/", home)


def _static_routes() -> list[Route]:
    return [
        _static("/style.css", "style.css", "text/css"),
        _static("/icon.svg", "icon.svg", "image/svg+xml"),
    ]


def _static(path: str, name: str, media_type: str) -> Route:
    body = importlib.resources.files("templates").joinpath("web", name).read_bytes()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=3600"}

    async def static(request: Request) -> Response:
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(body, media_type=media_type, headers=headers)

    return Route(path, static)


def _problem_page(parts: Parts, status: int) -> Response:
    html = parts.renderer.page("web/problem.html", {"status": status})
    return HTMLResponse(html, status_code=status)


def _problem(parts: Parts) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return a handler that says in the reader's words what a status means."""

    async def problem(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        headers = error.headers if isinstance(error, HTTPException) else None
        if request.headers.get("accept", "").startswith("application/json"):
            return PlainTextResponse(HTTPStatus(status).phrase, status, headers=headers)
        response = _problem_page(parts, status)
        # what answers a fall stands outside of every middleware
        response.headers.update({**SECURITY_HEADERS, **(headers or {})})
        return response

    return problem

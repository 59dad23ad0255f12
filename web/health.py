"""Health for supervisors, and metrics for Prometheus."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.ledger.models import Delivery
from core.parts import Parts


@dataclass(frozen=True)
class Health:
    """What is asked when somebody wants to know how the service is.

    `loops` gives each loop's name and whether it runs.
    """

    loops: Callable[[], Mapping[str, bool]]


def health_routes(parts: Parts, health: Health) -> list[Route]:
    """Return `/healthz` (ready), `/healthz/live` and `/metrics`."""

    async def live(_request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def ready(_request: Request) -> Response:
        loops = dict(health.loops())
        database = await _database_answers(parts)
        good = database and all(loops.values())
        status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"ready": good, "database": database, "loops": loops}, status)

    async def metrics(_request: Request) -> Response:
        body = generate_latest(await _collect(parts, health))
        return Response(body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return [
        Route("/healthz", ready),
        Route("/healthz/ready", ready),
        Route("/healthz/live", live),
        Route("/metrics", metrics),
    ]


async def _database_answers(parts: Parts) -> bool:
    try:
        async with parts.database.read() as session:
            await session.execute(text("SELECT 1"))
    except Exception:  # noqa: BLE001  # whatever the driver raises, the answer is no
        return False
    return True


async def _collect(parts: Parts, health: Health) -> CollectorRegistry:
    """Fill a registry of its own for each scrape: the tables hold the figures, not the process."""
    registry = CollectorRegistry()
    deliveries = Gauge("relais_deliveries", "deliveries by state", ["label"], registry=registry)
    async with parts.database.read() as session:
        for state, count in (await _deliveries_by_state(session)).items():
            deliveries.labels(state).set(count)
    loops = Gauge("relais_loop_running", "whether a loop runs", ["label"], registry=registry)
    for label, running in health.loops().items():
        loops.labels(label).set(running)
    return registry


async def _deliveries_by_state(session: AsyncSession) -> Mapping[str, float]:
    rows = await session.execute(select(Delivery.state, func.count()).group_by(Delivery.state))
    return {state: float(count) for state, count in rows}

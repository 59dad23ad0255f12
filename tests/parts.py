"""The shared parts as tests build them."""

import random

from core.clock import FixedClock
from core.db import Database
from core.parts import Parts
from core.render import Renderer
from core.settings import Settings
from core.tokens import Tokens

COMMON = {
    "network": "Réseau de test",
    "public_url": "https://relais.test",
    "contact_email": "contact@relais.test",
    "funding_notice": "Cofinancé par l'Union européenne",
    "letter": "La lettre de test",
}


def make_parts(database: Database, clock: FixedClock, settings: Settings | None = None) -> Parts:
    return Parts(
        settings=settings or Settings(),
        database=database,
        clock=clock,
        renderer=Renderer(COMMON),
        tokens=Tokens("a secret for tests", clock),
        random=random.Random(1),  # noqa: S311
    )

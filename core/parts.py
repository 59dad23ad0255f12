"""The shared parts that the wiring hands to every room."""

import random
from dataclasses import dataclass

from core.clock import Clock
from core.db import Database
from core.render import Renderer
from core.settings import Settings
from core.tokens import Tokens


@dataclass(frozen=True)
class Parts:
    """What a room may use of the outside; `clock` is for due dates, never for leases."""

    settings: Settings
    database: Database
    clock: Clock
    renderer: Renderer
    tokens: Tokens
    random: random.Random

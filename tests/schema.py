"""Every room's tables on the one metadata."""

import importlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def import_every_model() -> None:
    """Import each `models.py`, and the modules of core that hold a table."""
    for room in ("core", "bot", "watch", "digest"):
        for path in (ROOT / room).rglob("*.py"):
            if "Base" in path.read_text(encoding="utf-8") and path.name != "__init__.py":
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))

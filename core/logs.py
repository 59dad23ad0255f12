"""Structured logs: one event per outcome, with ids and no personal data."""

import logging
import sys
from pathlib import Path
from typing import Literal

import structlog


def configure(
    log_format: Literal["console", "json"], file: Path | None = None, *, quiet: bool = False
) -> None:
    """Send events to standard error, or to the end of `file`, one a line; `quiet`: warnings only.

    The libraries' own loggers are kept at WARNING: at INFO, httpx writes the bot's token.
    """
    stream = file.open("a", encoding="utf-8") if file else sys.stderr
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=stream
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.WARNING if quiet else logging.INFO
        ),
        logger_factory=structlog.PrintLoggerFactory(file=stream),
        cache_logger_on_first_use=True,
    )

"""Paper: layouts of typst made into tagged PDF, when typst is installed (the extra `print`)."""

import importlib
import importlib.util
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.render import Renderer

UNIVERSAL = ["ua-1"]
"""PDF/UA-1 (ISO 14289-1): readable by everybody."""


def prints() -> bool:
    """Say whether typst is installed."""
    return importlib.util.find_spec("typst") is not None


class Press:
    """Typst, and a layout. Its work takes a second of processor: call it beside the event loop."""

    def __init__(self, typst: Any, layout: bytes) -> None:
        self._typst = typst
        self._layout = layout
        self._fonts = typst.Fonts()

    def pages(self, data: Mapping[str, Any]) -> int:
        """Return how many pages `data` takes, by the layout's `<pages>`."""
        found = self._typst.query(
            self._layout,
            "<pages>",
            field="value",
            font_paths=self._fonts,
            sys_inputs=_inputs(data),
        )
        return int(json.loads(found)[0])

    def pdf(self, data: Mapping[str, Any], printed_at: datetime) -> bytes:
        """Return the PDF, to the norm unless a character is in no font of the machine."""
        printed_at = printed_at.replace(microsecond=0)  # typst refuses them
        written = {"format": "pdf", "font_paths": self._fonts, "sys_inputs": _inputs(data)}
        made: bytes
        try:
            made = self._typst.compile(
                self._layout, **written, pdf_standards=UNIVERSAL, timestamp=printed_at
            )
        except self._typst.TypstError:  # tagged still, but not to the norm
            made = self._typst.compile(self._layout, **written, timestamp=printed_at)
        return made


def press(renderer: Renderer, template: str) -> Press | None:
    """Return what prints a layout of the templates; None without typst."""
    try:
        typst = importlib.import_module("typst")
    except ImportError:  # the extra is not installed: everything else works
        return None
    return Press(typst, renderer.source(template).encode())


def typeset_pdf(
    renderer: Renderer, template: str, data: Mapping[str, Any], printed_at: datetime
) -> bytes | None:
    """Return `data` (JSON-ready) laid out as a tagged PDF; None without typst."""
    printing = press(renderer, template)
    return None if printing is None else printing.pdf(data, printed_at)


def _inputs(data: Mapping[str, Any]) -> dict[str, str]:
    return {"data": json.dumps(data, ensure_ascii=False)}

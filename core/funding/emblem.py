"""The emblem of the European Union, drawn to its official proportions.

Source: Interinstitutional style guide, annex A1, graphics guide to the European emblem (the same
words stand in Regulation (EU) 2021/1060, annex IX). A rectangle half as wide again as it is
high; twelve stars at equal intervals, as the hours on a clock, whose centres are on a circle of
one third of the height; each upright, its five points on a circle of one eighteenth of it.
Reflex Blue is #003399 on screens, the yellow #FFCC00. On a coloured background the rectangle
has a white border of one twenty-fifth of its height.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache

BLUE = (0x00, 0x33, 0x99)
YELLOW = (0xFF, 0xCC, 0x00)
WHITE = (0xFF, 0xFF, 0xFF)

_UNIT = 450
"""The height of the SVG: its third, eighteenth and twenty-fifth are whole numbers."""

_INNER = math.sin(math.radians(18)) / math.sin(math.radians(54))
"""How far from its centre a star's hollows are, for points at 1: its sides are straight lines."""

_FINENESS = 4
"""Each pixel is looked at in so many places, across and down."""


def emblem_svg(height: int, *, border: bool = True) -> str:
    """Return the emblem as an SVG element, without words: give it its own where it is shown.

    `height` is that of the blue rectangle, in CSS pixels unless a style sheet says otherwise.
    `border` is the white one that any background but white asks for; it is outside of the
    emblem's own rectangle.
    """
    edge = _UNIT // 25 if border else 0
    width, whole = _UNIT * 3 // 2 + 2 * edge, _UNIT + 2 * edge
    shown = height / _UNIT
    stars = "".join(
        f"M{' '.join(f'{x:g},{y:g}' for x, y in _points(*centre))}z" for centre in _centres()
    )
    white = f'<path fill="#fff" d="M{-edge} {-edge}h{width}v{whole}h{-width}z"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-edge} {-edge} {width} {whole}" '
        f'width="{width * shown:g}" height="{whole * shown:g}" aria-hidden="true">'
        f"{white if border else ''}"
        f'<path fill="#039" d="M0 0h{_UNIT * 3 // 2}v{_UNIT}h-{_UNIT * 3 // 2}z"/>'
        f'<path fill="#fc0" d="{stars}"/></svg>'
    )


@lru_cache(maxsize=8)
def emblem_png(height: int, *, border: bool = True) -> bytes:
    """Return the emblem as a PNG whose blue rectangle is `height` pixels high, smoothed.

    With `border`, the image is larger by it on each side. Raises ValueError under 18 pixels: a
    star would be less than one.
    """
    if height < 18:  # noqa: PLR2004  # one eighteenth is a pixel
        raise ValueError("the emblem cannot be that small")
    edge = round(height / 25) if border else 0
    width = round(height * 1.5)
    rows = [bytearray(bytes(BLUE) * width) for _ in range(height)]
    for x, y in _centres():
        _draw_star(rows, x * height / _UNIT, y * height / _UNIT, height / 18)
    margin = bytes(WHITE) * edge
    band = [b"\0" + bytes(WHITE) * (width + 2 * edge)] * edge
    lines = [*band, *(b"\0" + margin + bytes(row) + margin for row in rows), *band]
    return _png(width + 2 * edge, height + 2 * edge, b"".join(lines))


def _centres() -> Iterator[tuple[float, float]]:
    for hour in range(12):
        angle = math.radians(30 * hour)
        yield (
            _UNIT * 0.75 + _UNIT / 3 * math.sin(angle),
            _UNIT * 0.5 - _UNIT / 3 * math.cos(angle),
        )


def _points(x: float, y: float) -> Iterator[tuple[float, float]]:
    """Yield the ten corners of a star, from its upper point, clockwise."""
    for corner in range(10):
        radius = _UNIT / 18 * (_INNER if corner % 2 else 1)
        angle = math.radians(36 * corner)
        yield round(x + radius * math.sin(angle), 1), round(y - radius * math.cos(angle), 1)


def _draw_star(rows: list[bytearray], x: float, y: float, radius: float) -> None:
    """Blend a star into the pixels that it covers, by the share of each that is inside."""
    steps = [(step + 0.5) / _FINENESS for step in range(_FINENESS)]
    for row in range(math.floor(y - radius), math.ceil(y + radius)):
        for column in range(math.floor(x - radius), math.ceil(x + radius)):
            inside = sum(
                _within((column + across - x) / radius, (row + down - y) / radius)
                for down in steps
                for across in steps
            )
            share = inside / _FINENESS**2
            pixel = (
                round(blue + (yellow - blue) * share)
                for blue, yellow in zip(BLUE, YELLOW, strict=True)
            )
            if inside:
                rows[row][3 * column : 3 * column + 3] = bytes(pixel)


def _within(x: float, y: float) -> bool:
    """Say whether a place is inside the star of radius 1 around the origin (y goes down).

    A star is ten times the same triangle: the place is folded into the first one, and held
    against the side from the point (0, 1) to the hollow at 36 degrees.
    """
    turned = math.atan2(x, -y) % math.radians(72)
    folded = min(turned, math.radians(72) - turned)
    distance = math.hypot(x, y)
    across, up = distance * math.sin(folded), distance * math.cos(folded)
    hollow_x, hollow_y = _INNER * math.sin(math.radians(36)), _INNER * math.cos(math.radians(36))
    return hollow_x * (up - 1) - across * (hollow_y - 1) <= 0


def _png(width: int, height: int, lines: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits of red, green, blue
    body = chunk(b"IDAT", zlib.compress(lines, 9))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")

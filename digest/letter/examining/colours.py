"""Colours of style sheets, and how far apart two of them are for the eye (WCAG 2.2)."""

import math
import re

Colour = tuple[int, int, int]
"""Red, green, blue, from 0 to 255."""

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)

NAMED: dict[str, Colour] = {
    "black": BLACK, "white": WHITE, "red": (255, 0, 0), "green": (0, 128, 0),
    "blue": (0, 0, 255), "yellow": (255, 255, 0), "gray": (128, 128, 128),
    "grey": (128, 128, 128), "silver": (192, 192, 192), "maroon": (128, 0, 0),
    "navy": (0, 0, 128), "olive": (128, 128, 0), "purple": (128, 0, 128), "teal": (0, 128, 128),
    "orange": (255, 165, 0), "darkgray": (169, 169, 169), "darkgrey": (169, 169, 169),
    "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211),
}  # fmt: skip

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})(?![0-9a-f])", re.IGNORECASE)
_RGB = re.compile(
    r"rgba?\(\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*(?:[,/]\s*([\d.]+%?)\s*)?\)",
    re.IGNORECASE,
)


def read_colour(value: str, under: Colour = WHITE) -> Colour | None:
    """Read the colour in a value of a style sheet; None when it has none that shows.

    What is half transparent is seen over `under`. Names beyond the usual ones are not known.
    """
    found = _HEX.search(value)
    if found:
        digits = found[1] if len(found[1]) > 3 else "".join(2 * digit for digit in found[1])  # noqa: PLR2004  # short form
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    channels = _RGB.search(value)
    if channels:
        return _over(channels, under)
    words = re.findall(r"[a-z]+", value.lower())
    return next((NAMED[word] for word in words if word in NAMED), None)


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, « contrast ratio »)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def wanted(pixels: float, *, bold: bool) -> float:
    """Return the least contrast for text of a size (WCAG 2.2, 1.4.3): large text needs less."""
    large = pixels >= 24 or (bold and pixels >= 18.66)  # noqa: PLR2004  # 18 points; 14 in bold
    return 3.0 if large else 4.5


def rounded(ratio: float) -> float:
    """Return a ratio with one digit, never rounded up to what it does not reach."""
    return math.floor(ratio * 10) / 10


def _over(channels: re.Match[str], under: Colour) -> Colour | None:
    raw = channels[4] or "1"
    part = float(raw[:-1]) / 100 if raw.endswith("%") else float(raw)
    if part == 0:
        return None
    red, green, blue = (
        round(int(channel) * part + below * (1 - part))
        for channel, below in zip(channels.groups()[:3], under, strict=True)
    )
    return red, green, blue


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    low = 0.04045
    return value / 12.92 if value <= low else ((value + 0.055) / 1.055) ** 2.4

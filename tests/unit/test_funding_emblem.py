"""The emblem of the Union: its proportions are measured on what was drawn."""

import math
import re
import struct
import zlib

import pytest

from core.funding.emblem import BLUE, WHITE, YELLOW, emblem_png, emblem_svg

Pixel = tuple[int, int, int]


def pixels(png: bytes) -> list[list[Pixel]]:
    """Read a PNG of ours: 8 bits of red, green, blue, lines without a filter."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (8, 2)
    data, place = b"", 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        kind, body = png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        (checksum,) = struct.unpack(">I", png[place + 8 + size : place + 12 + size])
        assert checksum == zlib.crc32(kind + body)
        data += body if kind == b"IDAT" else b""
        place += 12 + size
    raw = zlib.decompress(data)
    lines = [raw[row * (3 * width + 1) :][: 3 * width + 1] for row in range(height)]
    assert all(line[0] == 0 for line in lines)
    return [[(x[0], x[1], x[2]) for x in struct.iter_unpack("BBB", line[1:])] for line in lines]


def test_the_rectangle_is_half_as_wide_again_as_it_is_high() -> None:
    image = pixels(emblem_png(180, border=False))
    assert (len(image[0]), len(image)) == (270, 180)
    assert {image[0][0], image[0][-1], image[-1][0], image[-1][-1]} == {BLUE}


def test_on_a_coloured_background_it_has_a_white_border_of_a_twenty_fifth() -> None:
    image = pixels(emblem_png(100))
    assert (len(image[0]), len(image)) == (158, 108)
    assert {*image[3], *image[-4]} == {WHITE}
    assert [row[3] for row in image] == [WHITE] * 108
    assert image[4][4] == BLUE


def test_twelve_stars_stand_as_the_hours_of_a_clock() -> None:
    image = pixels(emblem_png(180, border=False))
    for hour in range(12):
        angle = math.radians(30 * hour)
        x, y = 135 + 60 * math.sin(angle), 90 - 60 * math.cos(angle)
        assert image[int(y)][int(x)] == YELLOW, hour
    assert image[90][135] == BLUE, "nothing in the middle"


def test_each_star_covers_what_a_five_pointed_star_of_an_eighteenth_does() -> None:
    height = 360
    image = pixels(emblem_png(height, border=False))
    shares = [(pixel[0] - BLUE[0]) / (YELLOW[0] - BLUE[0]) for row in image for pixel in row]
    radius = height / 18
    inner = radius * math.sin(math.radians(18)) / math.sin(math.radians(54))
    star = 5 * radius * inner * math.sin(math.radians(36))
    assert math.isclose(sum(shares), 12 * star, rel_tol=0.01)


def test_the_stars_are_upright_and_touch_their_circle() -> None:
    image = pixels(emblem_png(360, border=False))
    column = [image[row][270] for row in range(180)]  # through the star of twelve o’clock
    yellow = [row for row, pixel in enumerate(column) if pixel[0] > 60]
    assert abs(yellow[0] - 40) <= 2, "its point is up, an eighteenth above its centre at 60"
    assert abs(yellow[-1] - (60 + 20 * 0.382)) <= 2, "its hollow is down"


def test_a_tiny_emblem_is_refused() -> None:
    with pytest.raises(ValueError, match="small"):
        emblem_png(12)


def test_the_drawing_has_the_same_stars() -> None:
    svg = emblem_svg(45)
    assert 'width="71.1" height="48.6"' in svg
    assert 'viewBox="-18 -18 711 486"' in svg
    (path,) = re.findall(r'fill="#fc0" d="([^"]+)"', svg)
    stars = [
        [tuple(map(float, corner.split(","))) for corner in star.split()]
        for star in path.strip("Mz").split("zM")
    ]
    assert [len(star) for star in stars] == [10] * 12
    for hour, star in enumerate(stars):
        angle = math.radians(30 * hour)
        centre = (337.5 + 150 * math.sin(angle), 225 - 150 * math.cos(angle))
        assert star[0] == (round(centre[0], 1), round(centre[1] - 25, 1))
        for corner, (x, y) in enumerate(star):
            radius = math.dist((x, y), centre)
            assert math.isclose(radius, 25 if corner % 2 == 0 else 9.549, abs_tol=0.1)


def test_the_border_is_left_out_on_white_paper() -> None:
    svg = emblem_svg(450, border=False)
    assert 'viewBox="0 0 675 450" width="675" height="450"' in svg
    assert "#fff" not in svg

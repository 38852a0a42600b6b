"""Pictures drawn from lines and dots: proper PNG files, smooth edges, nothing outside."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from generator.render.png import Raster

WHITE, BLACK, RED = (255, 255, 255), (0, 0, 0), (255, 0, 0)


def pixels(raster: Raster) -> Image.Image:
    image = Image.open(io.BytesIO(raster.png()))
    image.verify()
    return Image.open(io.BytesIO(raster.png())).convert("RGB")


def test_a_line_is_filled_has_round_ends_and_smooth_edges() -> None:
    raster = Raster(60, 30, "#ffffff")
    raster.line(15, 45, 15, 5, "#000000")
    image = pixels(raster)
    assert image.size == (60, 30)
    assert image.getpixel((30, 15)) == BLACK
    assert image.getpixel((11, 14)) == BLACK, "the end reaches out by the radius"
    assert image.getpixel((8, 15)) == WHITE
    assert image.getpixel((10, 10)) == WHITE, "and is round"
    assert image.getpixel((30, 9)) == WHITE
    edge = image.getpixel((11, 11))
    assert edge not in {WHITE, BLACK}


def test_a_dot_has_the_area_of_a_circle() -> None:
    raster = Raster(100, 100, "#ffffff")
    raster.dot(50, 50, 30, "#000000")
    ink = sum(255 - value for value in pixels(raster).convert("L").tobytes()) / 255
    assert ink == pytest.approx(3.14159 * 30**2, rel=0.01)


def test_colours_keep_apart_and_a_mask_is_printed_in_its_colour() -> None:
    raster = Raster(4, 2, "#ffffff")
    raster.stamp(bytes([0, 255, 0, 0, 0, 0, 0, 128]), "#ff0000")
    raster.stamp(bytes([255, 0, 0, 0, 8, 0, 0, 0]), "#000000")
    image = pixels(raster)
    assert image.getpixel((1, 0)) == RED
    assert image.getpixel((0, 0)) == BLACK
    assert image.getpixel((2, 0)) == WHITE
    assert image.getpixel((0, 1)) == WHITE, "what is hardly covered is background"
    half = image.getpixel((3, 1))
    assert isinstance(half, tuple)
    assert half[0] == 255
    assert 110 < half[1] < 145


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(st.floats(-50, 90), st.floats(-50, 90), st.floats(-50, 90)),
    st.floats(0.2, 60),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_what_lies_outside_is_left_out(place: tuple[float, float, float], radius: float, size: tuple[int, int]) -> None:
    x, end, y = place
    raster = Raster(*size, "#fdfcf9")
    raster.line(min(x, end), max(x, end), y, radius, "#16508c")
    raster.dot(x, y, radius, "#a34a00")
    assert pixels(raster).size == size


def test_the_same_drawing_is_the_same_file() -> None:
    def drawn() -> bytes:
        raster = Raster(64, 64, "#ffffff")
        raster.line(10, 50, 30, 4, "#16508c")
        return raster.png()

    assert drawn() == drawn()

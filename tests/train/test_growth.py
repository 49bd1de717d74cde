"""Growth: each kind of point can be measured, and table and picture tell all of them."""

from pathlib import Path

import pytest
from PIL import Image

from ganstudio.train.growth import AXES, Point, measure, share, table
from ganstudio.train.growth_plot import IDEAL, MEMORY, TIME, draw

MADE = [
    Point(axis.key, size, 0.5 * (size / axis.sizes[0]) ** axis.power * 2**index, 100.0 + index)
    for axis in AXES
    for index, size in enumerate(axis.sizes)
]


@pytest.mark.parametrize(("axis", "size"), [("batch", 4), ("resolution", 16), ("pictures", 300)])
def test_a_point_is_measured(axis: str, size: int) -> None:
    point = measure(axis, size, 0.0)
    assert (point.axis, point.size) == (axis, size)
    assert point.sample_ms > 0
    assert point.memory_mb >= 0


def test_what_grows_as_the_work_does_has_a_share_of_one() -> None:
    for axis in AXES:
        even = [Point(axis.key, s, 3.0 * s**axis.power, 0.0) for s in axis.sizes]
        assert [part for _, part in share(even, axis)] == pytest.approx([1.0] * len(even))


def test_a_step_that_doubles_beyond_the_work_is_told() -> None:
    for axis in AXES:
        parts = [part for _, part in share(MADE, axis)]
        assert parts == pytest.approx([2.0**index for index in range(len(parts))])


def test_the_table_has_every_point() -> None:
    lines = table(MADE).splitlines()
    assert len(lines) == 2 + len(MADE)
    assert {line.count("|") for line in lines} == {6}


def test_the_picture_has_all_curves(tmp_path: Path) -> None:
    draw(MADE, tmp_path / "growth.png")
    with Image.open(tmp_path / "growth.png") as picture:
        colours = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in picture.getcolors(1 << 20)}
    assert {IDEAL, MEMORY, TIME} <= colours


def test_one_axis_alone_can_be_drawn(tmp_path: Path) -> None:
    draw([point for point in MADE if point.axis == "voxels"], tmp_path / "growth.png")
    assert (tmp_path / "growth.png").stat().st_size > 0

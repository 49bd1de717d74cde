from pathlib import Path
from typing import get_args

import pytest
import torch

from ganstudio.data.points import Points, PointsConfig, Shape, draw, mode_std, modes

SHAPES = get_args(Shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_points_fill_the_square_without_leaving_it(shape):
    points = draw(shape, 4000, 0)
    assert points.shape == (4000, 2)
    assert points.dtype == torch.float32
    assert points.abs().max() <= 1
    assert (points.abs() == 1).sum() < 5
    assert (points.amax(0) - points.amin(0)).min() > 0.9
    assert points.mean(0).abs().max() < 0.06


@pytest.mark.parametrize("shape", SHAPES)
def test_the_seed_decides(shape):
    assert torch.equal(draw(shape, 100, 1), draw(shape, 100, 1))
    assert not torch.equal(draw(shape, 100, 1), draw(shape, 100, 2))


@pytest.mark.parametrize(("shape", "count"), [("ring", 8), ("grid", 25)])
def test_mixtures_have_the_modes_they_state(shape, count):
    centres, std = modes(shape), mode_std(shape)
    assert centres.shape == (count, 2)
    points = draw(shape, 20_000, 0)
    nearest = torch.cdist(points, centres).argmin(1)
    share = nearest.bincount(minlength=count) / len(points)
    assert (share * count - 1).abs().max() < 0.15
    offset = points - centres[nearest]
    assert offset.std().item() == pytest.approx(std, rel=0.03)
    assert offset.norm(dim=1).max() < 6 * std


def test_only_mixtures_have_modes():
    assert modes("moons") is None
    assert mode_std("moons") is None


def test_the_checkerboard_has_empty_squares():
    cell = ((draw("checkerboard", 5000, 0) + 1) * 2).long().clamp(max=3)
    assert set((cell.sum(1) % 2).tolist()) == {0}
    assert len((cell[:, 0] * 4 + cell[:, 1]).unique()) == 8


def test_circles_have_two_radii():
    radius = draw("circles", 4000, 0).norm(dim=1)
    assert not ((radius > 0.55) & (radius < 0.7)).any()


def test_an_unknown_density_is_refused():
    with pytest.raises(ValueError, match=r"no density 'star'.*ring, grid"):
        draw("star", 10, 0)


def test_the_set_holds_what_was_asked_for():
    samples = Points(PointsConfig(shape="spiral", count=128, seed=4), Path()).load()
    assert torch.equal(samples.x, draw("spiral", 128, 4))
    assert samples.labels is None

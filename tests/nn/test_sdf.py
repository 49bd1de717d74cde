import math

import pytest
import torch

from ganstudio.nn.sdf import Canvas, blend, box, circle, ellipse, segment

WHITE = torch.ones(1, 3, 1, 1)


def at(*points):
    x, y = torch.tensor(points, dtype=torch.float32).unbind(1)
    return x, y


def test_distances_of_exact_shapes():
    assert circle(*at((3, 4), (0, 0)), 2.0).tolist() == [3.0, -2.0]
    distances = box(*at((3, 0), (0, 0), (4, 5)), 1.0, 2.0).tolist()
    assert distances == pytest.approx([2.0, -1.0, math.hypot(3, 3)])
    assert segment(*at((0, 1), (5, 0)), (-2.0, 0.0), (2.0, 0.0)).tolist() == [1.0, 3.0]


def test_a_rounded_box_reaches_as_far_as_a_sharp_one():
    x, y = at((1.5, 0), (0, 2.5), (1, 2))
    rounded = box(x, y, 1.0, 2.0, 0.5)
    assert rounded[:2].tolist() == pytest.approx([0.5, 0.5])
    assert rounded[2] > 0


def test_an_ellipse_is_right_on_its_outline_and_near_it():
    angle = torch.linspace(0, 2 * math.pi, 50)
    x, y = 0.6 * angle.cos(), 0.3 * angle.sin()
    assert ellipse(x, y, 0.6, 0.3).abs().max() < 1e-5
    assert ellipse(*at((0.65, 0), (0, 0.25)), 0.6, 0.3).tolist() == pytest.approx(
        [0.05, -0.05], rel=0.25
    )
    assert torch.isfinite(ellipse(*at((0, 0)), 0.6, 0.3)).all()


def test_a_blend_is_a_union_with_a_fillet():
    a, b = torch.tensor([1.0, 0.1]), torch.tensor([3.0, 0.1])
    joined = blend(a, b, 0.2)
    assert joined[0] == 1.0
    assert joined[1] < 0.1


def test_paint_covers_the_area_of_the_shape():
    canvas = Canvas.blank(2, 64)
    radius = torch.tensor([0.3, 0.7]).view(2, 1, 1)
    canvas.paint(circle(canvas.x, canvas.y, radius), WHITE)
    area = canvas.rgb[:, 0].sum(dim=(1, 2)) * canvas.px**2
    assert torch.allclose(area, math.pi * radius.flatten() ** 2, rtol=0.01)


def test_paint_lets_through_what_its_opacity_leaves():
    canvas = Canvas.blank(1, 8)
    canvas.paint(circle(canvas.x, canvas.y, 9.0), WHITE, 0.25)
    assert torch.allclose(canvas.rgb, torch.tensor(0.25))
    canvas.darken(circle(canvas.x, canvas.y, 9.0), torch.full((1, 3, 1, 1), 0.5))
    assert torch.allclose(canvas.rgb, torch.tensor(0.125))


@pytest.mark.parametrize("extent", [1.0, 0.8])
def test_a_window_in_a_window_paints_the_same_picture(extent):
    whole, part = (Canvas.blank(1, 40, extent) for _ in range(2))
    angle = torch.full((1, 1, 1), 0.3)
    whole, part = (canvas.turned(angle, angle, -angle) for canvas in (whole, part))
    whole.paint(circle(whole.x, whole.y, 0.2), WHITE)
    inner = part.window(-0.1, -0.7, 0.7, 0.1).window(0.05, -0.55, 0.55, -0.05)
    assert inner.rgb.shape[-1] < 40 * 0.8
    inner.paint(circle(inner.x, inner.y, 0.2), WHITE)
    assert torch.equal(whole.rgb, part.rgb)


def test_a_window_beyond_the_picture_is_empty():
    canvas = Canvas.blank(1, 16)
    part = canvas.window(1.5, 1.5, 2.0, 2.0)
    assert part.rgb.numel() == 0


def test_each_paints_only_those_it_is_told_to():
    canvas = Canvas.blank(3, 8)
    who, look = torch.tensor([True, False, True]), {"tone": torch.tensor([0.2, 0.4, 0.6])}

    def draw(part, of):
        part.paint(circle(part.x, part.y, 9.0), WHITE * of["tone"].view(-1, 1, 1, 1))

    canvas.window(-1, -1, 0, 1).each(look, who, draw)
    assert canvas.rgb[:, 0, 0, 0].tolist() == pytest.approx([0.2, 0.0, 0.6])
    assert canvas.rgb[..., 5].max() == 0
    canvas.each(look, who & False, lambda *_: pytest.fail("there is nobody to draw"))

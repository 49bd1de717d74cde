import numpy as np
import pytest

from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Model
from ganstudio.ui.latents import Fixed, Point, directions, from_text, to_text

SPEC = SampleSpec("image", (1, 8, 8))


def model(z_dim=32, prior="normal", classes=()):
    inputs = (ConditionSpec("classes", tuple(classes)),) if classes else ()
    return Model("dcgan", "digits", SPEC, z_dim, prior, inputs)


def test_directions_are_at_right_angles_and_repeatable():
    ways = directions(64, 12, seed=3)
    np.testing.assert_allclose(ways @ ways.T, np.eye(12), atol=1e-6)
    np.testing.assert_array_equal(ways, directions(64, 12, seed=3))
    assert not np.allclose(ways, directions(64, 12, seed=4))
    assert directions(5, 12, seed=0).shape == (5, 5)


def test_a_large_latent_moves_along_directions():
    z = model().draw(1, 0)[0]
    point = Point.at(model(), z)
    assert not point.moved
    moved = point.move(2, 1.5).move(0, -1)
    np.testing.assert_allclose(moved.z, z + 1.5 * point.ways[2] - point.ways[0], atol=1e-6)
    assert moved.moved
    np.testing.assert_allclose(moved.back().z, z, atol=1e-6)


def test_a_small_latent_moves_along_its_own_axes():
    point = Point.at(model(z_dim=3), np.array([0.5, -2.0, 1.0]))
    assert point.names == ("z 1", "z 2", "z 3")
    assert point.amounts.tolist() == [0.5, -2.0, 1.0]
    assert point.move(1, 0.25).z.tolist() == [0.5, 0.25, 1.0]


def test_truncation_is_applied_once():
    point = Point.at(model(), np.ones(32))
    halved = Point(**{**vars(point), "psi": 0.5})
    np.testing.assert_allclose(halved.used, 0.5)
    np.testing.assert_allclose(halved.z, 1.0)


def test_a_uniform_prior_is_never_left():
    point = Point.at(model(z_dim=4, prior="uniform"), np.array([0.9, -0.9, 0, 0]))
    assert point.reach == 1.0
    wide = Point(**{**vars(point), "psi": 1.5})
    assert np.abs(wide.used).max() <= 1.0 + 1e-6
    large = Point.at(model(z_dim=64, prior="uniform"), np.full(64, 0.95)).move(0, 3)
    assert np.abs(large.z).max() <= 1.0


def test_a_drag_stops_where_the_sliders_end():
    point = Point.at(model(), np.zeros(32)).nudge(10, -0.5)
    assert point.amounts[:3].tolist() == [3.0, -0.5, 0.0]
    assert Point.at(model(z_dim=1), np.zeros(1)).nudge(0.5, 0.5).amounts.tolist() == [0.5]


def test_new_directions_do_not_move_the_point():
    point = Point.at(model(), np.ones(32)).move(3, 2.0)
    turned = point.turned(9)
    np.testing.assert_allclose(turned.z, point.z, atol=1e-6)
    assert not np.allclose(turned.ways, point.ways)
    assert not turned.amounts.any()


def test_a_latent_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="takes 32 numbers, got 5"):
        Point.at(model(), np.zeros(5))


def test_text_and_back():
    z = model().draw(1, 5)[0]
    np.testing.assert_allclose(from_text(to_text(z)), z, rtol=1e-5)
    np.testing.assert_allclose(from_text("[1, 2;\n3.5e0]"), [1, 2, 3.5])


@pytest.mark.parametrize("text", ["", "hello", "1, nan", "1, two", "9" * 200_001])
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match="clipboard"):
        from_text(text)


def test_fixed_latents_without_classes():
    fixed = Fixed.draw(model(), 36, seed=1)
    np.testing.assert_array_equal(fixed.z, model().draw(36, 1))
    assert fixed.classes is None
    assert fixed.find(fixed.z[7], 0) == 7
    assert fixed.find(np.zeros(32, np.float32), 0) == -1
    assert fixed.find(np.zeros(3, np.float32), 0) == -1


@pytest.mark.parametrize(("classes", "rows", "columns"), [(10, 10, 6), (2, 2, 32), (200, 8, 8)])
def test_classes_are_rows_and_columns_share_a_latent(classes, rows, columns):
    names = tuple(f"class {i}" for i in range(classes))
    fixed = Fixed.draw(model(classes=names), 64, seed=0)
    assert fixed.columns == columns
    assert fixed.row_names == names[:rows]
    assert fixed.z.shape == (rows * columns, 32)
    np.testing.assert_array_equal(fixed.z[:columns], fixed.z[columns : 2 * columns])
    assert fixed.classes.tolist() == [row for row in range(rows) for _ in range(columns)]
    assert fixed.find(fixed.z[columns + 1], 1) == columns + 1

from dataclasses import replace

import numpy as np
import pytest

from ganstudio.latent.stand import Stand
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Model
from ganstudio.ui.latents import Point, from_text, to_text
from ganstudio.ui.walking import Mix, directions

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
    np.testing.assert_allclose(
        moved.z, z + 1.5 * point.walk.ways[2] - point.walk.ways[0], atol=1e-6
    )
    assert moved.moved
    np.testing.assert_allclose(moved.back().z, z, atol=1e-6)


def test_a_small_latent_moves_along_its_own_axes():
    point = Point.at(model(z_dim=3), np.array([0.5, -2.0, 1.0]))
    assert point.walk.names == ("z 1", "z 2", "z 3")
    assert point.walk.amounts.tolist() == [0.5, -2.0, 1.0]
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
    point = Point.at(model(), np.zeros(32)).step({0: 10, 1: -0.5})
    assert point.walk.amounts[:3].tolist() == [3.0, -0.5, 0.0]
    assert Point.at(model(z_dim=1), np.zeros(1)).step({0: 0.5, 1: 0.5}).walk.amounts.tolist() == [
        0.5
    ]


def test_new_directions_do_not_move_the_point():
    point = Point.at(model(), np.ones(32)).move(3, 2.0)
    turned = point.turned(9)
    np.testing.assert_allclose(turned.z, point.z, atol=1e-6)
    assert not np.allclose(turned.walk.ways, point.walk.ways)
    assert not turned.walk.amounts.any()


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


def mapped(z_dim=32, w_dim=24):
    return Model("style", "digits", SPEC, z_dim, w_dim=w_dim)


def test_a_mapped_latent_is_walked_apart_from_the_noise():
    z = mapped().draw(1, 0)[0]
    point = Point.at(mapped(), z).move(0, 1.0)
    assert point.shift is None
    moved = point.walking("w").move(2, -2.0).step({0: 0.5})
    expected = 0.5 * moved.walk.ways[0] - 2.0 * moved.walk.ways[2]
    np.testing.assert_allclose(moved.shift, expected, atol=1e-6)
    np.testing.assert_array_equal(moved.z, point.z)
    np.testing.assert_array_equal(moved.walking("z").shift, moved.shift)
    assert moved.walk.ways.shape == (12, 24)
    assert moved.moved
    home = moved.back()
    assert home.shift is None
    np.testing.assert_allclose(home.z, z, atol=1e-6)
    assert not home.moved


def test_new_directions_in_w_stay_at_the_place():
    point = Point.at(mapped(), np.zeros(32), space="w").move(1, 2.0)
    turned = point.turned(5)
    np.testing.assert_allclose(turned.shift, point.shift, atol=1e-6)
    assert not turned.walk.amounts.any()
    assert turned.moved
    assert turned.back().shift is None


def test_without_w_there_is_nothing_to_walk_in_it():
    point = Point.at(model(), np.zeros(32), space="w").walking("w")
    assert point.space == "z"
    assert point.shift is None


def test_truncation_of_a_mapped_latent_is_left_to_the_model():
    point = Point(**{**vars(Point.at(mapped(), np.ones(32))), "psi": 0.5})
    np.testing.assert_allclose(point.used, 1.0)


def test_a_model_without_noise_has_a_point_all_the_same():
    point = Point.at(model(z_dim=0), np.zeros(0)).step({0: 1.0}).back()
    assert point.z.shape == (0,)
    assert point.walk.names == ()
    assert not point.moved
    assert directions(0, 12, seed=0).shape == (0, 0)


def test_what_one_is_told_is_repeated():
    stand = Stand(np.zeros(2), {"classes": np.array([3])}, shift=np.ones(4))
    assert stand.repeated(3)["classes"].tolist() == [3, 3, 3]
    assert stand.shifts.shape == (1, 4)
    assert Stand(np.zeros(2)).shifts is None


def test_directions_of_a_bank_are_walked_from_where_one_stands():
    point = Point.at(model(), model().draw(1, 0)[0]).move(0, 2.0)
    ways = np.eye(32, dtype=np.float32)[:2] * 0.5
    bent = point.bent(ways, ("age", "smile"), "z")
    np.testing.assert_allclose(bent.z, point.z, atol=1e-6)
    assert bent.walk.names == ("age", "smile")
    np.testing.assert_allclose(bent.move(1, 3.0).z - bent.z, 3.0 * ways[1], atol=1e-6)
    with pytest.raises(ValueError, match="must be"):
        point.bent(np.eye(5, dtype=np.float32), ("a",) * 5, "z")
    with pytest.raises(ValueError, match="through w"):
        point.bent(ways, ("a", "b"), "w")


def test_axes_of_a_large_latent_leave_the_rest_where_it_is():
    z = model(z_dim=100).draw(1, 0)[0]
    point = Point.at(model(z_dim=100), z).straight()
    assert len(point.walk.names) == 64
    np.testing.assert_array_equal(point.z, z)
    moved = point.move(3, -1.0)
    assert moved.z[3] == -1.0
    np.testing.assert_array_equal(moved.z[64:], z[64:])


def test_directions_through_classes_move_their_weights():
    names = ("cat", "dog", "eel")
    ways = np.array([[-1, 1, 0]], np.float32) / np.sqrt(2)
    point = Point.at(model(classes=names), np.zeros(32)).bent(ways, ("dog",), "classes")
    told = {"classes": np.array([0])}
    assert point.stand(told).told["classes"].tolist() == [0]
    half = point.move(0, np.sqrt(2) / 2).stand(told).told["classes"]
    np.testing.assert_allclose(half, [[0.5, 0.5, 0]], atol=1e-6)
    far = point.move(0, 5.0).stand(told).told["classes"]
    np.testing.assert_allclose(far, [[0, 1, 0]], atol=1e-6)
    assert not point.move(0, 1.0).back().moved


def test_a_place_from_elsewhere_is_stood_on_exactly():
    point = Point.at(styled(), np.zeros(32)).bent(np.eye(32, dtype=np.float32), ("a",) * 32, "z")
    shift = np.random.default_rng(0).standard_normal((5, 24)).astype(np.float32)
    stand = Stand(styled().draw(1, 1)[0], {}, 0.7, shift, 0.3)
    there = point.going(stand)
    got = there.stand({})
    np.testing.assert_array_equal(got.z, stand.z)
    np.testing.assert_array_equal(got.shift, shift)
    assert (got.psi, got.noise) == (0.7, 0.3)
    assert there.walk.names == point.walk.names
    with pytest.raises(ValueError, match="shifts"):
        Point.at(model(), np.zeros(32)).going(stand)


def styled():
    return Model("style", "digits", SPEC, 32, w_dim=24, layers=5, noisy=True)


def test_some_layers_take_the_style_of_a_second_latent():
    point = replace(Point.at(styled(), np.zeros(32)), psi=0.5)
    gap = np.arange(24, dtype=np.float32)
    mixed = replace(point, mix=Mix(Stand(np.ones(32)), frozenset({1, 3}), gap))
    assert mixed.moved
    np.testing.assert_allclose(mixed.shift[[1, 3]], [0.5 * gap] * 2)
    assert not mixed.shift[[0, 2, 4]].any()
    walked = mixed.walking("w").move(0, 1.0)
    np.testing.assert_allclose(walked.shift - mixed.shift, [walked.walk.ways[0]] * 5, atol=1e-5)
    unknown = replace(point, mix=Mix(Stand(np.ones(32)), frozenset({1})))
    assert unknown.shift is None
    assert mixed.back().shift is None


def test_what_the_second_latent_was_moved_by_in_w_comes_with_it():
    shift = np.full(24, 2, np.float32)
    mix = Mix(Stand(np.ones(32), shift=shift), frozenset({0}), np.zeros(24, np.float32))
    assert mix.shift(2, 1.0).tolist() == [[2.0] * 24, [0.0] * 24]


def test_returning_keeps_the_sliders_where_the_directions_are_the_same():
    before = Point.at(model(), np.zeros(32)).move(0, 1.0)
    after = before.move(0, 2.0)
    assert before.like(after).walk.amounts[0] == 1.0
    turned = before.turned(7)
    returned = before.like(turned)
    np.testing.assert_array_equal(returned.z, before.z)
    assert returned.walk.ways is turned.walk.ways


def test_returning_keeps_the_directions_through_the_classes():
    before = Point.at(model(classes="abc"), np.zeros(32))
    after = before.bent(np.eye(3, dtype=np.float32), ("a", "b", "c"), "classes")
    assert before.like(after).walk.names == ("a", "b", "c")


def test_random_directions_replace_axes_and_classes():
    few = Point.at(model(z_dim=8), np.ones(8)).turned(3)
    assert not few.axes
    np.testing.assert_allclose(few.z, np.ones(8), atol=1e-6)
    told = Point.at(model(classes="abc"), np.zeros(32))
    told = told.bent(np.eye(3, dtype=np.float32), ("a", "b", "c"), "classes")
    assert told.turned(3).space == "z"


def test_sliders_reach_as_far_as_wished():
    point = Point.at(model(), np.zeros(32)).reaching(8.0)
    assert point.step({0: 20.0, 99: 1.0}).walk.amounts[0] == 8.0
    assert point.turned(1).reach == 3.0

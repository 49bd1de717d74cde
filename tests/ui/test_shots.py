import numpy as np
import pytest

from ganstudio.latent.stand import Stand
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Model
from ganstudio.ui import theme
from ganstudio.ui.shots import batches, draw_points, fits

SPEC = SampleSpec("image", (1, 8, 8))
CLASSES = ConditionSpec("classes", ("one", "two", "three"))
MODEL = Model("stylegan2", "digits", SPEC, 4, inputs=(CLASSES,), w_dim=5, layers=2)


def place(value, **more):
    return Stand(np.full(4, value, np.float32), **more)


def test_places_are_drawn_together_as_far_as_truncation_allows():
    made = batches([place(1), place(2, psi=0.5), place(3), place(4, psi=0.5, noise=0.0)])
    assert [batch.places for batch in made] == [[0, 2], [1], [3]]
    assert [batch.request.psi for batch in made] == [1.0, 0.5, 0.5]
    assert made[2].request.noise == 0.0
    assert made[0].request.z[:, 0].tolist() == [1, 3]


def test_what_a_place_leaves_out_is_as_latent_has_it():
    here = place(0, told={"classes": np.array([2])})
    one = place(1, told={"classes": np.array([[0.5, 0.5, 0]], np.float32)})
    (batch,) = batches([one, place(2)], here, 3)
    np.testing.assert_array_equal(batch.request.told["classes"], [[0.5, 0.5, 0], [0, 0, 1]])


def test_shifts_take_the_form_of_the_richest():
    flat, deep = np.ones(5, np.float32), np.arange(10, dtype=np.float32).reshape(2, 5)
    (batch,) = batches([place(1), place(2, shift=flat), place(3, shift=deep)])
    assert batch.request.shift.shape == (3, 2, 5)
    assert not batch.request.shift[0].any()
    np.testing.assert_array_equal(batch.request.shift[1], [flat, flat])


@pytest.mark.parametrize(
    ("stand", "fitting"),
    [
        (place(1), True),
        (Stand(np.zeros(3, np.float32)), False),
        (place(1, shift=np.zeros((2, 5), np.float32)), True),
        (place(1, shift=np.zeros(4, np.float32)), False),
        (place(1, told={"classes": np.array([2])}), True),
        (place(1, told={"classes": np.array([3])}), False),
        (place(1, told={"classes": np.zeros((1, 2), np.float32)}), False),
    ],
)
def test_a_place_of_another_model_is_known(stand, fitting):
    assert fits(stand, MODEL) is fitting


def test_points_are_dots():
    pixels = draw_points(np.array([[0.0, 0.0], [0.6, 0.6]], np.float32), 48, theme.LIGHT)
    assert pixels.shape == (2, 48, 48, 3)
    ink = np.array([int(theme.LIGHT.fake[i : i + 2], 16) for i in (1, 3, 5)])
    rows, columns = np.nonzero((pixels[1] == ink).all(-1))
    assert rows.mean() == pytest.approx(11.5, abs=1)
    assert columns.mean() == pytest.approx(35.5, abs=1)

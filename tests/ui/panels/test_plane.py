import numpy as np
import pytest

from ganstudio.latent.stand import Stand
from ganstudio.ui.panels.plane import COUNT, PlanePanel


@pytest.fixture
def panel(shown):
    return shown(PlanePanel)


def points(count=COUNT):
    return np.random.default_rng(0).uniform(-1, 1, (count, 2)).astype(np.float32)


def test_before_any_points_it_says_what_will_come(panel, quiet):
    assert panel._pages.currentIndex() == 0
    quiet.offer("image")
    assert panel._pages.currentIndex() == 0
    assert quiet.of("plane") == []


def test_reals_and_fakes_are_scattered(panel, quiet):
    model = quiet.offer("points", z_dim=2)
    quiet.begin(points(50))
    asked = quiet.of("plane")[-1]
    np.testing.assert_array_equal(asked.z, model.draw(COUNT, 0))
    quiet.answer(asked, points())
    assert panel._pages.currentIndex() == 1
    assert len(panel._real.getData()[0]) == 50
    np.testing.assert_allclose(np.stack(panel._fake.getData(), 1), points())
    assert panel._status.text() == "12.0 kimg"


def test_pictures_are_not_scattered(panel, quiet):
    quiet.begin(np.zeros((9, 1, 8, 8), np.float32))
    assert len(panel._real.getData()[0]) == 0


def test_reals_that_the_studio_drops_go(panel, quiet):
    quiet.offer("points", z_dim=2)
    quiet.begin(points(50))
    quiet.reals = None
    quiet.offer("points", z_dim=2, nimg=20_000)
    assert len(panel._real.getData()[0]) == 0


def test_both_axes_have_one_scale_and_the_square_is_in_view(panel, quiet):
    quiet.offer("points", z_dim=2)
    (left, right), (bottom, top) = panel._chart.getViewBox().viewRange()
    assert left <= -1.19
    assert right >= 1.19
    assert bottom <= -1.19
    assert top >= 1.19
    width, height = panel._chart.getViewBox().viewPixelSize()
    assert width == pytest.approx(height, rel=1e-6)


def test_the_nearest_fake_is_taken(panel, quiet):
    quiet.offer("points", z_dim=2)
    quiet.answer(quiet.of("plane")[-1], points())
    taken = []
    quiet.latentTaken.connect(taken.append)
    x, y = points()[77] + 0.0005
    assert panel.take_nearest(x, y, 0.01) == 77
    np.testing.assert_array_equal(taken[0].z, quiet.of("plane")[-1].z[77])
    assert panel.take_nearest(9, 9, 0.1) == -1
    assert len(taken) == 1


def test_the_latent_point_is_drawn_even_if_it_was_told_before_the_model(panel, quiet):
    z = np.array([0.5, -0.5], np.float32)
    quiet.latentChanged.emit(Stand(z))
    assert quiet.of("plane-point") == []
    quiet.offer("points", z_dim=2)
    asked = quiet.of("plane-point")[-1]
    np.testing.assert_array_equal(asked.z, z[None])
    quiet.answer(asked, np.array([[0.1, 0.2]], np.float32))
    np.testing.assert_allclose(panel._spot.getData(), [[0.1], [0.2]])
    quiet.latentChanged.emit(Stand(np.zeros(64, np.float32)))
    assert len(quiet.of("plane-point")) == 1


def test_classes_are_mixed(panel, quiet):
    quiet.offer("points", z_dim=2, classes=("left", "right"))
    assert quiet.of("plane")[-1].classes[:4].tolist() == [0, 1, 0, 1]
    quiet.latentChanged.emit(Stand(np.zeros(2, np.float32), {"classes": np.array([1])}))
    assert quiet.of("plane-point")[-1].classes.tolist() == [1]


def test_hidden_it_asks_nothing_until_it_is_seen(shown, quiet):
    panel = shown(PlanePanel, visible=False)
    quiet.offer("points", z_dim=2)
    quiet.latentChanged.emit(Stand(np.zeros(2, np.float32)))
    assert quiet.asked == []
    panel.show()
    assert len(quiet.of("plane")) == 1
    assert len(quiet.of("plane-point")) == 1

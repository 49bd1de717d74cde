import numpy as np
import pytest

from ganstudio.latent.stand import Stand
from ganstudio.samples import Scale
from ganstudio.train import messages as m
from ganstudio.train.verdicts import Judged
from ganstudio.ui.landscape import SIDE
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


@pytest.fixture
def errands(quiet, monkeypatch):
    asked = []

    def work(task, tag="", **arguments):
        asked.append((tag, arguments))
        return len(asked)

    monkeypatch.setattr(quiet, "work", work)
    monkeypatch.setattr(quiet, "cancel", lambda ticket: None)
    return asked


def judged(quiet, errands, scale, missing=""):
    """Real on the right half of the plane."""
    samples = errands[-1][1]["samples"]
    scores = samples[:0, 0] if missing else 3 * samples[:, 0]
    found = Judged(scores, scores[:0], samples, scale, missing=missing)
    quiet.done.emit(m.Done(len(errands), "judge", found, "live", 0, 0.01))


def test_the_landscape_is_green_where_d_says_real(panel, quiet, errands, qtbot):
    quiet.offer("points", z_dim=2)
    assert errands == [], "nothing is judged before somebody asks"
    panel.landscape.switch.click()
    assert quiet.explorer.mailbox.with_critic
    judged(quiet, errands, Scale("chance", "So.", probability=True, middle=0.0))
    assert panel.landscape.map.isVisible()
    assert panel.landscape.line.isVisible()
    image = panel.landscape.map.image.astype(int)
    assert image.shape == (SIDE, SIDE, 3)
    left, right = image[2, SIDE // 2], image[-3, SIDE // 2]
    assert right[1] > right[0]
    assert left[2] > left[1]
    rect = panel.landscape.map.mapRectToParent(panel.landscape.map.boundingRect())
    assert rect.center().x() == pytest.approx(0, abs=1e-6)
    panel.grab()
    judged_before = len(errands)
    quiet.offer("points", z_dim=2, nimg=20_000)
    assert len(errands) == judged_before + 1
    judged(quiet, errands, Scale())
    assert not panel.landscape.line.isVisible(), "a score without middle has no border"
    panel.landscape.switch.click()
    assert not panel.landscape.map.isVisible()
    assert not quiet.explorer.mailbox.with_critic


def test_a_conditional_landscape_is_that_of_one_class(panel, quiet, errands):
    model = quiet.offer("points", z_dim=2, classes=("zero", "one"))
    panel.landscape.switch.click()
    assert set(errands[-1][1]["told"]["classes"]) == {0}
    judged(quiet, errands, Scale())
    quiet.latentChanged.emit(Stand(model.draw(1, 0)[0], {"classes": np.array([1])}))
    assert set(errands[-1][1]["told"]["classes"]) == {1}


def test_without_discriminator_the_switch_says_so(panel, quiet, errands):
    quiet.offer("points", z_dim=2)
    panel.landscape.switch.click()
    judged(quiet, errands, Scale(), missing="none kept")
    assert not panel.landscape.map.isVisible()
    assert "no discriminator" in panel.landscape.switch.toolTip()
    quiet.offer("image")
    assert not panel.landscape.switch.isVisible()
    panel.hide()
    assert not quiet.explorer.mailbox.with_critic

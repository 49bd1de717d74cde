import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton

from ganstudio.samples import ConditionSpec
from ganstudio.train import messages as m
from ganstudio.ui import pictures, theme
from ganstudio.ui.panels.latent import LatentPanel


@pytest.fixture
def panel(shown):
    panel = shown(LatentPanel)
    panel.resize(320, 800)
    return panel


@pytest.fixture
def told(quiet):
    """What the panel told the others."""
    told = []
    quiet.latentChanged.connect(told.append)
    return told


def settle(panel):
    """What the display timer would do."""
    panel._sending.send()


def last(quiet):
    return quiet.of("latent")[-1]


def test_before_any_model_it_says_what_will_come(panel, quiet):
    assert panel._pages.currentIndex() == 0
    assert panel.point is None
    panel.reset()
    panel.desk.paste()
    panel.undo()
    panel.star()
    panel.pin()
    assert quiet.asked == []


def test_a_model_is_asked_for_the_seeds_latent_once_all_panels_know_it(panel, quiet, told):
    model = quiet.offer()
    assert told == []
    settle(panel)
    np.testing.assert_array_equal(last(quiet).z, model.draw(1, 0))
    assert last(quiet).psi == 1.0
    assert last(quiet).classes is None
    np.testing.assert_array_equal(told[-1].z, model.draw(1, 0)[0])
    assert not panel._reset.isEnabled()


def test_sliders_walk_along_directions(panel, quiet, told):
    quiet.offer(z_dim=64)
    settle(panel)
    start = told[-1].z
    ways = panel._ways
    assert len(ways.sliders) == 12
    ways.sliders[2].slider.setValue(300)
    settle(panel)
    np.testing.assert_allclose(told[-1].z, start + 1.5 * panel.point.walk.ways[2], atol=1e-5)
    assert ways.sliders[2]._value.text() == "1.50"
    assert panel._reset.isEnabled()
    panel._reset.click()
    settle(panel)
    np.testing.assert_allclose(told[-1].z, start, atol=1e-6)
    assert ways.sliders[2].slider.value() == 0
    assert not panel._reset.isEnabled()


def test_small_latents_get_a_slider_for_each_number(panel, quiet):
    model = quiet.offer("points", z_dim=2)
    z = model.draw(1, 0)[0]
    assert [slider.name for slider in panel._ways.sliders] == ["z 1", "z 2"]
    assert panel._ways.sliders[0].slider.value() == round(z[0] * 200)
    assert panel._ways.bank.source == "axes"
    assert not panel._ways.bank.renew.isVisible()
    panel._ways.sliders[1].slider.setValue(100)
    assert panel.point.z.tolist() == pytest.approx([z[0], 0.5])


def test_a_double_click_takes_a_slider_back(panel, quiet, qtbot):
    quiet.offer(z_dim=64)
    slider = panel._ways.sliders[0]
    slider.slider.setValue(200)
    assert panel.point.walk.amounts[0] == 1.0
    qtbot.mouseDClick(slider._value, Qt.MouseButton.LeftButton)
    assert panel.point.walk.amounts[0] == 0.0


def test_truncation_shows_others_what_is_shown_here(panel, quiet, told):
    quiet.offer()
    settle(panel)
    start = told[-1].z
    panel._ways.psi.slider.setValue(100)
    settle(panel)
    assert last(quiet).psi == 0.5
    np.testing.assert_array_equal(told[-1].z, start)
    assert told[-1].psi == 0.5


def test_a_uniform_prior_keeps_to_its_range(panel, quiet, told):
    quiet.offer(z_dim=3, prior="uniform")
    panel._ways.psi.slider.setValue(300)
    for slider in panel._ways.sliders:
        assert slider.slider.maximum() == 200
        slider.slider.setValue(200)
    settle(panel)
    assert (told[-1].psi * told[-1].z).tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_changes_within_a_frame_are_sent_once(panel, quiet, told):
    quiet.offer()
    settle(panel)
    asked = len(quiet.of("latent"))
    for value in range(1, 50):
        panel._ways.sliders[0].slider.setValue(value)
    settle(panel)
    assert len(quiet.of("latent")) == asked + 1
    assert len(told) == 2


def test_a_taken_tile_is_stood_on(panel, quiet, told):
    quiet.offer(classes=("cat", "dog", "eel"))
    panel._ways.sliders[1].slider.setValue(100)
    panel._ways.psi.slider.setValue(100)
    z = np.arange(32, dtype=np.float32) / 32
    quiet.take_latent(z, {"classes": np.array([2])})
    settle(panel)
    np.testing.assert_array_equal(last(quiet).z[0], z)
    assert last(quiet).classes.tolist() == [2]
    assert last(quiet).psi == 1.0
    assert panel.inputs.inputs["classes"].first_class.currentText() == "eel"
    assert all(slider.slider.value() == 0 for slider in panel._ways.sliders)
    np.testing.assert_array_equal(told[-1].z, z)
    assert told[-1].told["classes"].tolist() == [2]


def test_a_class_is_chosen(panel, quiet, told):
    quiet.offer(classes=("cat", "dog"))
    settle(panel)
    asked = panel.inputs.inputs["classes"]
    assert asked.isVisible()
    asked.first_class.setCurrentIndex(1)
    settle(panel)
    assert last(quiet).classes.tolist() == [1]
    assert told[-1].told["classes"].tolist() == [1]
    quiet.offer()
    assert not panel.inputs.isVisible()
    assert panel.inputs.told == {}


def test_newer_weights_draw_the_same_point_again(panel, quiet, told):
    quiet.offer()
    panel._ways.sliders[0].slider.setValue(100)
    settle(panel)
    before, asked = panel.point, len(quiet.of("latent"))
    quiet.offer(nimg=30_000)
    assert panel.point is before
    assert len(quiet.of("latent")) == asked + 1
    assert len(told) == 1


def test_r_rolls_a_new_seed(panel, quiet, qtbot):
    quiet.offer()
    seed, z = panel._seed.value, panel.point.z
    panel.setFocus()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    qtbot.keyClick(panel, Qt.Key.Key_R)
    assert panel._seed.value != seed
    assert not np.allclose(panel.point.z, z)


def test_new_directions_leave_the_point(panel, quiet):
    quiet.offer()
    panel._ways.sliders[0].slider.setValue(100)
    z, ways = panel.point.z, panel.point.walk.ways
    panel._ways.bank.renew.click()
    np.testing.assert_allclose(panel.point.z, z, atol=1e-5)
    assert not np.allclose(panel.point.walk.ways, ways)


def test_the_picture_is_shown_with_its_age_and_cost(panel, quiet):
    quiet.offer()
    settle(panel)
    quiet.answer(last(quiet), np.ones((1, 1, 8, 8), np.float32), nimg=20_500)
    assert panel._canvas.image.pixelColor(4, 4).red() == 255
    assert panel._status.text() == "20.5 kimg  ·  2.5 ms"
    quiet.answer(last(quiet), np.ones((1, 3, 4, 4), np.float32))
    assert panel._canvas.image.width() == 8


def test_dragging_the_picture_moves_two_sliders(panel, quiet, qtbot):
    quiet.offer()
    settle(panel)
    quiet.answer(last(quiet))
    canvas = panel._canvas
    start = canvas.rect().center()
    side = canvas.place.width()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, start + QPoint(side // 6, -side // 12))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start)
    right, up = panel.point.walk.amounts[:2]
    assert right == pytest.approx(1.0, abs=0.05)
    assert up == pytest.approx(0.5, abs=0.05)
    qtbot.mouseMove(canvas, start)
    assert panel.point.walk.amounts[0] == right


def test_points_and_volumes_are_shown(panel, quiet, qtbot, monkeypatch):
    quiet.offer("points", z_dim=2)
    settle(panel)
    quiet.answer(last(quiet), np.array([[0.25, -0.5]], np.float32))
    assert panel._canvas.point == (0.25, -0.5)
    panel._canvas.grab()
    monkeypatch.setattr(pictures, "draw_solids", lambda *args: np.full((1, 30, 30, 3), 7, np.uint8))
    quiet.offer("voxels")
    settle(panel)
    with qtbot.waitSignal(panel._portrait.worker.done):
        quiet.answer(last(quiet))
    assert panel._canvas.image.pixelColor(0, 0).blue() == 7
    assert panel._canvas.drawn


def test_a_resting_volume_follows_the_theme(panel, quiet, qtbot, monkeypatch):
    colours_of = []

    def draw(voxels, size_px, colours):
        colours_of.append(colours.dark)
        return np.full((1, 30, 30, 3), 7 if colours.dark else 200, np.uint8)

    monkeypatch.setattr(pictures, "draw_solids", draw)
    quiet.offer("voxels")
    settle(panel)
    with qtbot.waitSignal(panel._portrait.worker.done):
        quiet.answer(last(quiet))
    with qtbot.waitSignal(panel._portrait.worker.done):
        theme.apply(QGuiApplication.instance(), "light")
    assert colours_of == [True, False]
    assert panel._canvas.image.pixelColor(0, 0).red() == 200
    quiet.offer("image")
    theme.apply(QGuiApplication.instance(), "dark")
    assert not panel._portrait.worker.busy


def test_a_volume_of_the_model_before_is_not_shown(panel, quiet, qtbot, monkeypatch):
    monkeypatch.setattr(pictures, "draw_solids", lambda *args: np.full((1, 30, 30, 3), 7, np.uint8))
    quiet.offer("voxels")
    settle(panel)
    with qtbot.waitSignal(panel._portrait.worker.done):
        quiet.answer(last(quiet))
        quiet.offer("image")
    assert panel._canvas.image is None


def test_a_latent_travels_as_text(panel, quiet):
    quiet.offer()
    panel._ways.sliders[0].slider.setValue(250)
    z = panel.point.used
    panel.desk.copy()
    panel._seed.set_value(9)
    panel.desk.paste()
    np.testing.assert_array_equal(panel.point.z, z)
    QGuiApplication.clipboard().setText(", ".join(map(str, z)))
    panel._seed.set_value(10)
    panel.desk.paste()
    np.testing.assert_allclose(panel.point.z, z, rtol=1e-4, atol=1e-6)
    QGuiApplication.clipboard().setText("1, 2, 3")
    told = []
    quiet.noted.connect(told.append)
    panel.desk.paste()
    assert [note.text for note in told] == ["Not pasted: this model takes 32 numbers, got 3."]


def test_hidden_it_asks_nothing_but_still_tells(shown, quiet, told):
    panel = shown(LatentPanel, visible=False)
    quiet.offer()
    settle(panel)
    assert quiet.asked == []
    assert len(told) == 1
    panel.show()
    assert len(quiet.of("latent")) == 1


SOURCE = ConditionSpec("image", (), (1, 4, 4), "outline")


def pictures_of(count=3):
    told = np.random.default_rng(0).uniform(-1, 1, (count, 1, 4, 4)).astype(np.float32)
    return m.Examples(np.zeros((count, 1, 8, 8), np.float32), {"image": told})


def test_a_translator_shows_its_source_and_hides_the_noise(panel, quiet):
    known = pictures_of()
    quiet.offer(z_dim=0, inputs=(SOURCE,), examples=known)
    settle(panel)
    assert last(quiet).z.shape == (1, 0)
    np.testing.assert_array_equal(last(quiet).told["image"], known.told["image"][:1])
    asked = panel.inputs.inputs["image"]
    assert asked.view.isVisible()
    assert asked.view.x() < panel._canvas.x()
    ways = panel._ways
    hidden = (ways.psi, ways.noise, ways.line, ways.bank, panel._seed, panel._reset)
    assert not any(part.isVisible() for part in hidden)
    (more,) = (b for b in panel.findChildren(QToolButton) if b.accessibleName() == "More")
    assert more.parent() is panel._status.parent(), "it has no row to itself"
    assert more.isVisible()
    assert not panel._canvas.draggable
    asked.strip.after.click()
    settle(panel)
    np.testing.assert_array_equal(last(quiet).told["image"], known.told["image"][1:2])
    quiet.offer()
    settle(panel)
    assert last(quiet).told == {}
    assert panel._seed.isVisible()
    assert panel._canvas.draggable
    assert panel._stage.views == []


def test_another_run_of_the_same_design_brings_its_own_examples(panel, quiet):
    quiet.offer(inputs=(SOURCE,), examples=pictures_of(3))
    z = panel.point.z
    newer = pictures_of(5)
    quiet.offer(inputs=(SOURCE,), examples=newer)
    assert panel.inputs.inputs["image"].strip.count == 5
    np.testing.assert_array_equal(panel.point.z, z)
    panel.inputs.inputs["image"].strip.choose(4)
    quiet.offer(inputs=(SOURCE,), examples=newer, nimg=20_000)
    settle(panel)
    np.testing.assert_array_equal(last(quiet).told["image"], newer.told["image"][4:])


def test_what_a_tile_was_told_is_taken_too(panel, quiet):
    known = pictures_of()
    quiet.offer(classes=("cat", "dog"), inputs=(SOURCE,), examples=known)
    quiet.take_latent(np.ones(32, np.float32), {"image": known.told["image"][2:]})
    settle(panel)
    np.testing.assert_array_equal(last(quiet).told["image"], known.told["image"][2:])
    assert last(quiet).classes.tolist() == [0]
    assert panel.inputs.inputs["image"].strip.index == 2


def test_classes_can_be_blended(panel, quiet):
    quiet.offer(classes=("cat", "dog", "eel"))
    panel.inputs.inputs["classes"].second_class.setCurrentIndex(2)
    settle(panel)
    np.testing.assert_allclose(last(quiet).classes, [[0.5, 0.5, 0]])


def test_a_mapped_latent_is_walked_in_w(panel, quiet, told):
    quiet.offer(w_dim=24)
    settle(panel)
    ways, z = panel._ways, panel.point.z
    assert ways.bank.space.isVisible()
    assert last(quiet).shift is None
    ways.bank.space.choose("w")
    ways.sliders[3].slider.setValue(300)
    settle(panel)
    np.testing.assert_allclose(last(quiet).shift, 1.5 * panel.point.walk.ways[[3]], atol=1e-6)
    np.testing.assert_array_equal(last(quiet).z[0], z)
    np.testing.assert_array_equal(told[-1].shift, last(quiet).shift[0])
    ways.bank.space.choose("z")
    assert ways.sliders[3].slider.value() == 0
    panel._reset.click()
    settle(panel)
    assert last(quiet).shift is None
    quiet.offer()
    assert not ways.bank.space.isVisible()


def test_what_an_input_refuses_is_told(panel, quiet, tmp_path):
    quiet.offer(z_dim=0, inputs=(SOURCE,), examples=pictures_of())
    notes = []
    quiet.noted.connect(notes.append)
    panel.inputs.inputs["image"].open_file(tmp_path / "gone.png")
    assert notes[0].level == "warning"
    assert "gone.png" in notes[0].text


def test_a_kind_without_a_control_is_left_to_the_explorer(panel, quiet, caplog):
    odd = ConditionSpec("smell", (), (2,))
    quiet.offer(inputs=(odd,), examples=m.Examples(np.zeros((1, 1, 8, 8)), {"smell": None}))
    settle(panel)
    assert last(quiet).told == {}
    assert "no control for smell" in caplog.text

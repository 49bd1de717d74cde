from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from ganstudio.latent.stand import Stand
from ganstudio.train import messages as m
from ganstudio.train.frames import single
from ganstudio.ui.cloud_view import EDGE_PX, CloudView
from ganstudio.ui.panels import map as map_module
from ganstudio.ui.panels.map import EMPTY, NO_NOISE, MapPanel


@pytest.fixture
def worked(quiet, monkeypatch):
    """The errands that the workshop was given."""
    worked = []

    def work(task, tag="", **arguments):
        worked.append((task, arguments))
        return len(worked)

    monkeypatch.setattr(quiet, "work", work)
    return worked


@pytest.fixture
def panel(shown, worked):
    return shown(MapPanel)


def cloud(model, made=6, real=3, told=None):
    """Made samples on a circle, real ones on a line; every thumbnail is of another grey."""
    angles = np.linspace(0, 2 * np.pi, made, endpoint=False)
    places = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    line = np.stack([np.linspace(-0.5, 0.5, real), np.zeros(real)], axis=1)
    greys = np.arange(made + real, dtype=np.uint8) * 20 + 5
    return SimpleNamespace(
        places=np.concatenate([places, line]).astype(np.float32),
        z=model.draw(made, 0),
        told=told or {},
        thumbnails=np.tile(greys[:, None, None, None], (1, 48, 48, 3)),
        real=np.arange(made + real) >= made,
        count=made,
        reals=np.arange(real * 64, dtype=np.float32).reshape(real, 1, 8, 8),
    )


def hover(view, position):
    """The mouse comes to a place; offscreen there is no real one that could."""
    place, kind = QPointF(position), QEvent.Type.MouseMove
    no, none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, place, view.mapToGlobal(place), no, no, none)
    QCoreApplication.sendEvent(view, event)


def finish(quiet, worked, result, nimg=12_000):
    quiet.done.emit(m.Done(len(worked), "cloud", result, "live", nimg, 0.5))


def test_it_says_what_will_come_and_where_it_cannot(panel, quiet, worked):
    assert panel.page.text == EMPTY
    quiet.offer(z_dim=0)
    assert panel.page.text == NO_NOISE
    panel.compute()
    assert worked == []


def test_a_model_is_laid_out_at_once_with_the_data_at_hand(panel, quiet, worked):
    quiet.offer()
    task, arguments = worked[0]
    assert (task, arguments["layout"], arguments["count"]) == ("cloud", "pca", 512)
    assert arguments["reals"] is None
    reals = np.zeros((4, 1, 8, 8), np.float32)
    quiet.begin(reals)
    panel.count.setCurrentIndex(0)
    assert worked[-1][1]["reals"] is reals
    assert worked[-1][1]["count"] == 256


def test_progress_is_shown_and_can_be_cancelled(panel, quiet, worked, monkeypatch):
    quiet.offer()
    quiet.progressed.emit(m.Progressed(1, "cloud", 0.25, "drawing samples"))
    assert panel.bar.progress.value() == 250
    assert panel._said.text() == "Drawing samples"
    cancelled = []
    monkeypatch.setattr(quiet, "cancel", cancelled.append)
    quiet.dropped.emit(m.Dropped(1, "cloud"))
    assert panel.bar.isHidden()
    assert panel._said.text() == "Cancelled."


def test_dots_are_hovered_and_clicked(panel, quiet, worked, qtbot):
    model = quiet.offer(classes=("cat", "dog"))
    result = cloud(model, told={"classes": np.arange(6) % 2})
    finish(quiet, worked, result)
    assert "6 generated at 12.0 kimg" in panel._said.text()
    taken = []
    quiet.latentTaken.connect(taken.append)
    view = panel.view
    spot = view.place_of(result.places[3]).toPoint()
    hover(view, spot)
    assert view.lit == ("fake", 3)
    assert view.thumb.pixelColor(0, 0).red() == 65
    closer = quiet.of("cloud-hover")[-1]
    np.testing.assert_array_equal(closer.z[0], result.z[3])
    quiet.answer(closer, np.ones((1, 1, 8, 8), np.float32))
    assert view.thumb.pixelColor(0, 0).red() == 255
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=spot)
    np.testing.assert_array_equal(taken[0].z, result.z[3])
    assert taken[0].told["classes"].tolist() == [1]
    line = view.place_of(result.places[7]).toPoint()
    hover(view, line)
    assert view.lit == ("real", 1)
    assert view.thumb.pixelColor(0, 0).red() == 145
    sought = []
    quiet.sought.connect(sought.append)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=line)
    assert len(taken) == 1
    assert "no latent" in panel._said.text()
    np.testing.assert_array_equal(sought[0], result.reals[1])
    panel.grab()


def test_latent_stands_where_it_looks_alike(panel, quiet, worked, qtbot):
    model = quiet.offer()
    result = cloud(model)
    sample = np.full((1, 8, 8), 0.25, np.float32)
    result.thumbnails[2] = single(sample, model.spec, (48, 48))
    finish(quiet, worked, result)
    quiet.latentChanged.emit(Stand(model.draw(1, 7)[0]))
    panel._follow.stop()
    panel._ask_here()
    with qtbot.waitSignal(panel._worker.done):
        quiet.answer(quiet.of("map-here")[-1], sample[None])
    np.testing.assert_allclose(panel.view.spot, result.places[2], atol=1e-3)


def test_newer_weights_offer_to_renew(panel, quiet, worked):
    model = quiet.offer()
    finish(quiet, worked, cloud(model))
    quiet.offer(nimg=40_000)
    assert len(worked) == 1
    assert "Renew shows 40.0 kimg" in panel._said.text()
    panel._again.click()
    assert len(worked) == 2


def test_hidden_it_waits(panel, quiet, worked):
    panel.hide()
    quiet.offer()
    assert worked == []
    panel.show()
    assert len(worked) == 1


def test_umap_is_greyed_with_the_reason_where_it_is_not(shown, quiet, worked, monkeypatch):
    monkeypatch.setattr(map_module, "has_umap", lambda: False)
    without = shown(MapPanel).layout_choice._buttons["UMAP"]
    assert not without.isEnabled()
    assert "pip install" in without.toolTip()
    monkeypatch.setattr(map_module, "has_umap", lambda: True)
    panel = shown(MapPanel)
    quiet.offer()
    panel.layout_choice.choose("UMAP")
    assert worked[-1][1]["layout"] == "umap"


def test_a_wide_cloud_takes_the_width_there_is(qtbot):
    view = CloudView()
    qtbot.addWidget(view)
    view.resize(800, 200)
    dots = np.array([[-4.0, 0.0], [4.0, 0.0], [0.0, 0.5], [0.0, -0.5]])
    view.show_dots(dots, dots[:1])
    left, right, top, bottom = (view.place_of(dot) for dot in dots)
    assert (left.x(), right.x()) == (EDGE_PX, 800 - EDGE_PX)
    assert bottom.y() - top.y() == (right.x() - left.x()) / 8, "the same scale both ways"


def test_the_map_is_zoomed_dragged_and_fitted(panel, quiet, worked, qtbot):
    model = quiet.offer()
    result = cloud(model)
    finish(quiet, worked, result)
    view = panel.view
    before = view.place_of(result.places[0])
    start = QPoint(view.width() - 8, 8)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(view, start + QPoint(-20, 10))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(-20, 10))
    moved = view.place_of(result.places[0]) - before
    assert (round(moved.x()), round(moved.y())) == (-20, 10)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=start)
    assert view.place_of(result.places[0]) == before
    panel._boxes["fake"].setChecked(False)
    assert view.dot_at(QPointF(before)) == ("", -1)

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from ganstudio.train import messages as m
from ganstudio.ui.moment_chip import MomentChip


@pytest.fixture
def chip(studio, qtbot, monkeypatch, tmp_path):
    studio._timer.stop()
    for name in ("open", "back"):
        monkeypatch.setattr(studio.explorer, name, lambda *args: None)
    studio._on_remembered(m.Remembered(tmp_path, (0, 42_000)))
    window = QMainWindow()
    qtbot.addWidget(window)
    window.menuBar().addMenu("File")
    made = MomentChip(studio)
    made.stand_in(window)
    window.resize(600, 300)
    window.show()
    yield made
    window.close()


def test_it_is_seen_in_the_past_only_and_leads_back(chip, studio, qtbot):
    assert not chip.isVisible()
    studio.travel(42_000)
    assert chip.isVisible()
    assert chip.text.text() == "Showing 42.0 kimg"
    assert chip.window().rect().contains(chip.mapTo(chip.window(), chip.rect().bottomRight()))
    qtbot.mouseClick(chip.now, Qt.MouseButton.LeftButton)
    assert studio.moment is None
    assert not chip.isVisible()


def test_it_says_that_training_goes_on(chip, studio):
    studio.travel(42_000)
    studio.state = "running"
    studio.stateChanged.emit("running", "")
    assert chip.text.text() == "Showing 42.0 kimg, training goes on"
    studio.state = "paused"
    studio.stateChanged.emit("paused", "")
    assert "goes on" not in chip.text.text()


def test_where_the_system_shows_the_menus_it_stands_at_the_foot(studio, qtbot, monkeypatch):
    window = QMainWindow()
    qtbot.addWidget(window)
    monkeypatch.setattr(type(window.menuBar()), "isNativeMenuBar", lambda bar: True)
    chip = MomentChip(studio)
    chip.stand_in(window)
    assert chip.parent() is window.statusBar()

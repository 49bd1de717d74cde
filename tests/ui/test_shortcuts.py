"""The list of keys: all of them are there, can be found, and none means two things."""

import re

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow

from ganstudio import registry
from ganstudio.ui.shortcuts import Shortcuts, of_menus, of_panels
from ganstudio.ui.window import MainWindow

GROUPS = {
    "Train": (("Space", "Train"), ("F6", "Step")),
    "Latent": (("R", "Roll a new seed"), ("Ctrl+Z", "One step back")),
}


@pytest.fixture
def panels():
    return list(registry.discover("ui.panels").values())


@pytest.fixture
def window(ready, qtbot, settings):
    made = MainWindow(ready, settings)
    qtbot.addWidget(made, before_close_func=lambda window: window.docks.release())
    made.show()
    return made


@pytest.fixture
def settings(tmp_path):
    from PySide6.QtCore import QSettings

    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


def test_typing_leaves_what_is_sought(qtbot):
    dialog = Shortcuts(GROUPS)
    qtbot.addWidget(dialog)
    assert len(dialog.shown) == 4
    qtbot.keyClicks(dialog.filter, "step")
    assert dialog.shown == [("F6", "Step"), ("Ctrl+Z", "One step back")]
    dialog.filter.setText("latent seed")
    assert dialog.shown == [("R", "Roll a new seed")]
    assert dialog.tree.topLevelItem(0).isHidden()
    dialog.filter.setText("nothing like it")
    assert dialog.shown == []


def test_menus_tell_their_keys(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    menu = window.menuBar().addMenu("&File")
    menu.addAction("&Open…").setShortcut("Ctrl+O")
    menu.addAction("Without a key")
    window.menuBar().addMenu("Empty")
    assert of_menus(window.menuBar()) == {"File": (("Ctrl+O", "Open"),)}


def test_every_panel_says_its_keys_in_words_that_qt_knows(panels):
    for title, keys in of_panels(panels).items():
        for pressed, does in keys:
            assert does[0].isupper(), (title, does)
            for one in re.split(r",\s+|\s\s+", pressed):
                first = QKeySequence(one)[0] if not QKeySequence(one).isEmpty() else None
                assert first is not None, (title, one)
                assert first.key() != Qt.Key.Key_unknown, (title, one)


def test_no_panel_lists_a_key_twice(panels):
    for title, keys in of_panels(panels).items():
        every = [one for pressed, _ in keys for one in re.split(r",\s+|\s\s+", pressed)]
        assert len(every) == len(set(every)), title


def test_f1_lists_all_keys_of_the_window(window, qtbot):
    (action,) = (one for one in window.findChildren(QAction) if one.text() == "Keyboard shortcuts")
    assert [key.toString() for key in action.shortcuts()] == ["F1", "Ctrl+/"]
    action.trigger()
    (dialog,) = window.findChildren(Shortcuts)
    texts = {does for _, does in dialog.shown}
    assert {"Train", "Explore", "Roll a new seed", "Ten moments at once"} <= texts
    dialog.close()


def test_no_two_actions_of_the_window_share_a_key(window):
    keys = [
        key.toString()
        for action in window.findChildren(QAction)
        if action.shortcutContext() == Qt.ShortcutContext.WindowShortcut
        for key in action.shortcuts()
    ]
    assert len(keys) == len(set(keys)), sorted(keys)


def test_keys_that_the_window_has_too_stay_with_the_panel_that_has_the_focus(window, ready):
    """Ctrl+Z in Latent is one step back in latent space, not a knob turned back."""
    latent = window.docks.docks["latent"].content
    held, override = Qt.KeyboardModifier.ControlModifier, QEvent.Type.ShortcutOverride
    event = QKeyEvent(override, Qt.Key.Key_Z, held)
    event.ignore()
    QApplication.sendEvent(latent, event)
    assert event.isAccepted()

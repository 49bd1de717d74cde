import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from ganstudio import plugins
from ganstudio.plugins import Plugin
from ganstudio.ui.plugins_dialog import LATER, NAME, STATE, PluginsDialog, news

STRIPES = Plugin("studio-stripes", "data", "stripes", "studio_stripes:Stripes", "1.2")
BROKEN = Plugin("studio-stripes", "gans", "broken", "studio_broken:Broken", "1.2")


@pytest.fixture
def offered(monkeypatch, tmp_path):
    """Two plug-ins, of which nothing can be imported at all: the list needs nothing of them."""
    there = [STRIPES, BROKEN]
    monkeypatch.setattr(plugins, "found", lambda: tuple(there))
    monkeypatch.setattr(plugins, "failures", {})
    monkeypatch.setattr(plugins, "settings_path", lambda: tmp_path / "settings" / "plugins.toml")
    return there


@pytest.fixture
def shown(qtbot, offered):
    dialog = PluginsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def rows(dialog: PluginsDialog) -> list[tuple[str, bool, str]]:
    found = []
    for i in range(dialog.list.topLevelItemCount()):
        row = dialog.list.topLevelItem(i)
        found.append(
            (row.text(NAME), row.checkState(NAME) is Qt.CheckState.Checked, row.text(STATE))
        )
    return found


def test_all_are_listed_and_off(shown):
    assert rows(shown) == [("stripes", False, "Off"), ("broken", False, "Off")]
    assert not shown.trace.isVisible()


def test_a_tick_allows_one_for_good(shown, qtbot):
    shown.list.topLevelItem(0).setCheckState(NAME, Qt.CheckState.Checked)
    assert plugins.allowed(STRIPES)
    assert not plugins.allowed(BROKEN)
    assert shown.note.text() == LATER
    again = PluginsDialog()
    qtbot.addWidget(again)
    assert rows(again)[0] == ("stripes", True, "On")
    again.list.topLevelItem(0).setCheckState(NAME, Qt.CheckState.Unchecked)
    assert not plugins.allowed(STRIPES)


def test_one_that_failed_shows_its_traceback_to_copy(qtbot, offered):
    plugins.failures[BROKEN] = "Traceback: no luck"
    dialog = PluginsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert rows(dialog)[1][2] == "Failed"
    assert dialog.trace.isVisible()
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == "Traceback: no luck"
    dialog.list.setCurrentItem(dialog.list.topLevelItem(0))
    assert not dialog.trace.isVisible()


def test_settings_that_cannot_be_written_leave_the_tick_off(shown, tmp_path):
    (tmp_path / "settings").write_text("a file where a folder should be")
    shown.list.topLevelItem(0).setCheckState(NAME, Qt.CheckState.Checked)
    assert rows(shown)[0] == ("stripes", False, "Off")
    assert "cannot be written" in shown.note.text()


def test_without_any_it_says_so(qtbot, offered):
    offered.clear()
    dialog = PluginsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    assert "pip" in dialog.hint.text()
    assert not dialog.list.isVisible()


def test_new_ones_are_told_of_once_and_failed_ones_each_time(offered):
    assert "studio-stripes offers plug-ins" in news()
    assert news() == ""
    plugins.failures[BROKEN] = "why"
    assert "gans/broken" in news()
    assert "gans/broken" in news()

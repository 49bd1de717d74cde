import pytest
from PySide6.QtCore import Qt

from ganstudio.ui.way_row import WayRow


@pytest.fixture(params=[True, False], ids=["pictures", "plain"])
def row(qtbot, request):
    row = WayRow("Direction 1", 3.0, "Moves it.", request.param)
    qtbot.addWidget(row)
    row.resize(280, 100)
    row.show()
    qtbot.waitExposed(row)
    return row


def heard(signal):
    told = []
    signal.connect(lambda *what: told.append(*what))
    return told


def test_the_slider_tells_where_it_is_and_a_double_click_takes_it_home(row, qtbot):
    moved = heard(row.moved)
    row.home = 0.5
    row.set_value(2.0)
    assert moved == []
    assert row._value.text() == "2.00"
    row.slider.setValue(300)
    qtbot.mouseDClick(row._value, Qt.MouseButton.LeftButton)
    assert moved == [1.5, 0.5]


def test_a_double_click_on_the_name_renames(row, qtbot):
    renamed = heard(row.renamed)
    qtbot.mouseDClick(row._label, Qt.MouseButton.LeftButton)
    row._edit.setText("  a   smile ")
    qtbot.keyClick(row._edit, Qt.Key.Key_Return)
    assert renamed == ["a smile"]
    assert row.name == "a smile"
    assert row._edit is None
    row.rename()
    row._edit.setText("no")
    qtbot.keyClick(row._edit, Qt.Key.Key_Escape)
    row.rename()
    row._edit.setText("   ")
    row._edit.editingFinished.emit()
    assert renamed == ["a smile"]


def test_a_frame_is_gone_to(row, qtbot):
    moved = heard(row.moved)
    row.film.chosen.emit(6)
    assert moved == [3.0]
    assert row.slider.value() == 600


def test_a_mark_says_what_else_moves_it(row):
    assert row._badge.text() == "·"
    row.set_role("wheel")
    assert row._badge.text() == "W"


def test_home_is_left_to_the_panel(row, qtbot):
    row.slider.setFocus()
    row.slider.setValue(100)
    qtbot.keyClick(row.slider, Qt.Key.Key_Home)
    assert row.slider.value() == 100
    qtbot.keyClick(row.slider, Qt.Key.Key_Right)
    assert row.slider.value() == 110


def test_long_names_do_not_widen_it(row):
    least = row.minimumSizeHint().width()
    row.set_name("a direction with a name that is longer than any panel is wide")
    assert row.minimumSizeHint().width() == least
    assert row._label.text().endswith("…")

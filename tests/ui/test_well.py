import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage

from ganstudio.latent.stand import Stand
from ganstudio.ui import drag
from ganstudio.ui.well import Well


def stand(value):
    return Stand(np.full(3, value, np.float32))


def drop(well, data: QMimeData):
    no = Qt.KeyboardModifier.NoModifier
    copy = Qt.DropAction.CopyAction
    well.dropEvent(QDropEvent(QPointF(5, 5), copy, data, Qt.MouseButton.LeftButton, no))


@pytest.fixture
def well(qtbot):
    made = Well("A", "A place", here=lambda: stand(9))
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_drop_replaces_or_adds(well, qtbot):
    for value in (1, 2):
        with qtbot.waitSignal(well.changed):
            drop(well, drag.pack(stand(value)))
    assert [held.z[0] for held in well.stands] == [2]
    well.several = True
    drop(well, drag.pack(stand(3)))
    assert [held.z[0] for held in well.stands] == [2, 3]
    well.show_image(QImage(8, 8, QImage.Format.Format_RGB32))
    well.grab()


def test_what_is_no_latent_is_left_or_refused(well, qtbot, tmp_path):
    text = QMimeData()
    text.setText("hello")
    drop(well, text)
    assert well.stands == []
    path = tmp_path / "broken.toml"
    path.write_text("z = 'no'")
    files = QMimeData()
    files.setUrls([path.as_uri()])
    with qtbot.waitSignal(well.refused) as told:
        drop(well, files)
    assert "Not taken" in told.args[0]


def test_an_empty_one_takes_what_latent_shows_and_a_full_one_is_clicked(well, qtbot):
    qtbot.mouseClick(well, Qt.MouseButton.LeftButton)
    assert well.stands[0].z[0] == 9
    with qtbot.waitSignal(well.clicked):
        qtbot.mouseClick(well, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(well.changed):
        qtbot.keyClick(well, Qt.Key.Key_Delete)
    assert well.stands == []


def test_the_menu_pastes_and_empties(well):
    QGuiApplication.clipboard().setMimeData(drag.pack(stand(4)))
    menu = well.menu()
    here, pasted, _, empty = menu.actions()
    assert not empty.isEnabled()
    pasted.trigger()
    assert well.stands[0].z[0] == 4
    here.trigger()
    assert well.stands[0].z[0] == 9
    menu.deleteLater()
    QGuiApplication.clipboard().clear()

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from ganstudio.ui.canvas import Canvas

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def canvas(qtbot):
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(240, 240)
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("#808080"))
    canvas.show_image(image)
    canvas.set_portable(True)
    canvas.show()
    return canvas


def turn(canvas, angle):
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        QPointF(50, 50), QPointF(50, 50), QPoint(), QPoint(0, angle), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)
    return event.isAccepted()


def test_the_wheel_is_told_in_notches(canvas):
    told = []
    canvas.wheeled.connect(told.append)
    assert turn(canvas, 240)
    assert told == [2.0]
    canvas.set_draggable(False)
    assert not turn(canvas, 240)
    assert told == [2.0]


def test_the_corner_or_ctrl_take_the_picture_out(canvas, qtbot):
    dragged, out = [], []
    canvas.dragged.connect(lambda *moved: dragged.append(moved))
    canvas.takenOut.connect(lambda: out.append(True))
    far = QPoint(20, 60)
    qtbot.mousePress(canvas, LEFT, pos=canvas.corner.center())
    qtbot.mouseMove(canvas, canvas.corner.center() - far)
    qtbot.mouseRelease(canvas, LEFT, pos=far)
    assert (len(out), dragged) == (1, [])
    qtbot.mousePress(canvas, LEFT, Qt.KeyboardModifier.ControlModifier, QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(100, 160))
    qtbot.mouseRelease(canvas, LEFT)
    assert (len(out), dragged) == (2, [])
    qtbot.mousePress(canvas, LEFT, pos=QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(100, 160))
    qtbot.mouseRelease(canvas, LEFT)
    assert len(out) == 2
    assert dragged == [(0.0, -0.25)]


def test_a_twitch_takes_nothing_out(canvas, qtbot):
    out = []
    canvas.takenOut.connect(lambda: out.append(True))
    qtbot.mousePress(canvas, LEFT, pos=canvas.corner.center())
    qtbot.mouseMove(canvas, canvas.corner.center() + QPoint(1, 1))
    qtbot.mouseRelease(canvas, LEFT)
    assert out == []

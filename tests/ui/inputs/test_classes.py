import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication


def test_a_class_is_an_index(build, heard):
    asked = build("classes")
    told = heard(asked)
    asked.first_class.setCurrentIndex(2)
    assert told[-1].tolist() == [2]
    assert asked.share.isHidden()


def test_two_classes_are_blended_by_weight(build, heard):
    asked = build("classes")
    told = heard(asked)
    asked.second_class.setCurrentIndex(2)
    assert not asked.share.isHidden()
    np.testing.assert_allclose(told[-1], [[0.5, 0.5, 0]])
    asked.share.slider.setValue(50)
    np.testing.assert_allclose(told[-1], [[0.75, 0.25, 0]])
    assert told[-1].dtype == np.float32
    asked.second_class.setCurrentIndex(0)
    assert told[-1].tolist() == [0]


def test_a_class_blended_with_itself_is_the_class(build):
    asked = build("classes")
    asked.second_class.setCurrentIndex(1)
    assert asked.told.tolist() == [0]
    assert asked.share.isHidden()


def test_weights_from_elsewhere_are_shown(build):
    asked = build("classes")
    asked.show_told(np.array([[0, 0.25, 0.75]], np.float32))
    assert asked.first_class.currentText() == "dog"
    assert asked.second_class.currentText() == "eel"
    np.testing.assert_allclose(asked.told, [[0, 0.25, 0.75]])
    asked.show_told(np.array([[0, 1, 0]], np.float32))
    assert asked.told.tolist() == [1]


def test_the_wheel_scrolls_the_list_and_changes_no_class(build):
    asked = build("classes")
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(asked.first_class, event)
    assert asked.told.tolist() == [0]
    assert not event.isAccepted()

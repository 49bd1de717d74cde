"""The slider with two handles."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from ganstudio.ui.span import HANDLE_PX, Span


@pytest.fixture
def span(qtbot):
    made = Span("Cut along X", "#ff0000")
    qtbot.addWidget(made)
    made.resize(200 + HANDLE_PX + 2, 24)  # two px for a hundredth
    made.show()
    return made


def at(share):
    return QPoint(round(HANDLE_PX / 2 + 1 + 200 * share), 12)


def drag(qtbot, span, start, end):
    qtbot.mousePress(span, Qt.MouseButton.LeftButton, pos=at(start))
    qtbot.mouseMove(span, at(end))
    qtbot.mouseRelease(span, Qt.MouseButton.LeftButton, pos=at(end))


def test_each_handle_can_be_dragged_and_never_passes_the_other(qtbot, span):
    heard = []
    span.moved.connect(lambda low, high: heard.append((low, high)))
    drag(qtbot, span, 0.0, 0.25)
    assert (span.low, span.high) == pytest.approx((0.25, 1.0), abs=0.01)
    drag(qtbot, span, 1.0, 0.1)
    assert span.low < span.high < span.low + 0.03
    assert heard[-1] == (span.low, span.high)


def test_the_part_between_is_dragged_as_a_whole(qtbot, span):
    span.set_span(0.2, 0.5)
    drag(qtbot, span, 0.35, 0.55)
    assert (span.low, span.high) == pytest.approx((0.4, 0.7), abs=0.01)
    drag(qtbot, span, 0.55, 1.0)
    assert (span.low, span.high) == pytest.approx((0.7, 1.0), abs=0.01)


def test_a_double_click_keeps_everything(qtbot, span):
    span.set_span(0.2, 0.5)
    with qtbot.waitSignal(span.moved) as said:
        qtbot.mouseDClick(span, Qt.MouseButton.LeftButton, pos=at(0.9))
    assert said.args == [0.0, 1.0]


def test_arrows_move_the_ends(qtbot, span):
    qtbot.keyClick(span, Qt.Key.Key_Left)
    qtbot.keyClick(span, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert (span.low, span.high) == pytest.approx((0.02, 0.98))


def test_setting_tells_nobody(qtbot, span):
    with qtbot.assertNotEmitted(span.moved):
        span.set_span(0.9, 0.1)
    assert 0 < span.low < span.high <= 1

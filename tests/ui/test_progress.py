from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor

from ganstudio.ui import theme
from ganstudio.ui.progress import Progress


@pytest.fixture
def bar(qtbot):
    made = Progress()
    made.setRange(0, 1000)
    made.setValue(0)
    qtbot.addWidget(made)
    made.resize(200, 4)
    made.show()
    qtbot.waitExposed(made)
    return made


class Paints(QObject):
    count = 0

    def eventFilter(self, watched, event):
        self.count += event.type() == QEvent.Type.Paint
        return False


def filled(bar):
    """Pixels in the accent colour."""
    seen, accent = bar.grab().toImage(), QColor(theme.current().accent)
    return sum(seen.pixelColor(x, 2) == accent for x in range(seen.width()))


def test_it_is_filled_as_far_as_it_is(bar):
    assert filled(bar) == 0
    bar.setValue(500)
    assert 95 <= filled(bar) <= 101
    bar.setValue(1000)
    assert filled(bar) >= 195


def test_busy_it_moves_and_afterwards_it_rests(bar, qtbot):
    """A bar drawn by the style goes on being animated while it stands at 0."""
    bar.set_busy(True)
    assert bar.busy
    assert bar._clock.isActive()
    paints = Paints(bar)
    bar.installEventFilter(paints)
    qtbot.waitUntil(lambda: paints.count > 2)
    bar.set_busy(False)
    bar.setValue(0)
    assert not bar._clock.isActive()
    assert bar.maximum() == 1000
    assert filled(bar) == 0


def test_hidden_it_does_not_move(bar):
    bar.set_busy(True)
    bar.hide()
    assert not bar._clock.isActive()
    bar.show()
    assert bar._clock.isActive()
    bar.set_busy(False)

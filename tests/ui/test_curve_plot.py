"""The plot of a run's curves in little room."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ganstudio.ui.curve_controls import CurveControls
from ganstudio.ui.curve_plot import CurvePlot


def test_names_give_way_to_the_curves(qtbot) -> None:
    holder, plot = QWidget(), CurvePlot()
    qtbot.addWidget(holder)
    plot.setParent(holder)
    holder.show()
    plot.show()
    for width, shown in ((800, True), (340, False), (800, True)):
        plot.resize(width, 200)
        assert plot.legend.isVisible() is shown
    plot.release()


def test_buttons_keep_their_words_where_it_is_narrow(qtbot) -> None:
    holder, controls = QWidget(), CurveControls()
    qtbot.addWidget(holder)
    controls.setParent(holder)
    controls.readout.setText("123,456.7 kimg  ·  1:23:45")
    controls.resize(420, 40)
    holder.show()
    controls.show()
    assert controls.minimumSizeHint().width() <= 420
    assert controls.logarithm.width() >= controls.logarithm.sizeHint().width()
    assert controls.logarithm.accessibleName() == "Log scale"

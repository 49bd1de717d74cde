"""The pictures that stand in for the viewport."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.ui.gl.still import Still
from ganstudio.ui.gl.survey import SurveyWidget
from ganstudio.ui.gl.viewport import Viewport


@pytest.fixture
def still(qtbot):
    made = Still()
    qtbot.addWidget(made)
    made.resize(200, 160)
    made.show()
    yield made
    made.release()


def test_cuts_show_here_as_well(qtbot, still):
    grid = np.zeros((8, 8, 8), np.float32)
    grid[1:7, 2:6, 0:6] = 1
    with qtbot.waitSignal(still.shown, check_params_cb=bool) as whole:
        still.show_grids([grid])
    qtbot.waitUntil(lambda: not still._worker.busy)
    with qtbot.waitSignal(still.shown) as half:
        still.set_cuts(((0.0, 0.5), (0.0, 1.0), (0.0, 1.0)))
    assert 2 * half.args[0][0].occupied.sum() == whole.args[0][0].occupied.sum()


def test_it_takes_whatever_the_viewport_takes():
    wanted = {name for name in dir(Viewport) if name.startswith("set_")} - set(dir(SurveyWidget))
    wanted |= {name for name in vars(SurveyWidget) if name.startswith("set_")}
    wanted |= {"show_grids", "frame", "picture", "release"}
    missing = {name for name in wanted if not hasattr(Still, name)} - {"set_look"}
    assert not missing

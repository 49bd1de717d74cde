from __future__ import annotations

import numpy as np

from ganstudio.ui.tiles import TileGrid


def test_places_are_worked_out_once_for_pictures_of_a_size(qtbot):
    grid = TileGrid(takes_clicks=False)
    qtbot.addWidget(grid)
    grid.resize(230, 160)
    grid.show()
    grid.show_pictures(np.zeros((6, 8, 8, 3), np.uint8))
    before = grid.arrangement
    grid.show_pictures(np.ones((6, 8, 8, 3), np.uint8))
    assert grid.arrangement is before
    grid.show_pictures(np.ones((5, 8, 8, 3), np.uint8))
    assert grid.arrangement.columns * grid.arrangement.rows >= 5
    grid.resize(100, 300)
    assert grid.arrangement.tile.width() <= 100
    assert grid.arrangement != before

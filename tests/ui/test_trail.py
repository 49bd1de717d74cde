import numpy as np
import pytest

from ganstudio.latent.stand import Stand
from ganstudio.samples import SampleSpec
from ganstudio.train.messages import Model
from ganstudio.ui import trail as trails
from ganstudio.ui.latents import Point
from ganstudio.ui.trail import Trail

MODEL = Model("gan", "points", SampleSpec("points", (2,)), 2)


def place(x):
    return Point.at(MODEL, np.array([x, 0.0])), Stand(np.array([x, 0], np.float32)), {}


@pytest.fixture
def trail():
    trail = Trail()
    for x in range(3):
        assert trail.arrive(*place(x)) is not None
    return trail


def xs(trail):
    return [float(visit.stand.z[0]) for visit in trail.visits]


def test_each_place_is_visited_once_in_a_row(trail):
    assert trail.arrive(*place(2)) is None
    assert xs(trail) == [0, 1, 2]
    assert trail.index == 2
    trail.arrive(*place(0))
    assert xs(trail) == [0, 1, 2, 0]


def test_back_and_forth(trail):
    assert trail.undo().stand.z[0] == 1
    assert trail.undo().stand.z[0] == 0
    assert trail.undo() is None
    assert trail.index == 0
    assert trail.redo().stand.z[0] == 1
    assert trail.redo().stand.z[0] == 2
    assert trail.redo() is None
    assert xs(trail) == [0, 1, 2]


def test_going_elsewhere_after_undo_forgets_redo_but_no_visit(trail):
    trail.undo()
    trail.arrive(*place(9))
    assert not trail.can_redo
    assert xs(trail) == [0, 1, 2, 9]
    assert trail.undo().stand.z[0] == 1


def test_a_place_reached_otherwise_is_no_step(trail):
    trail.undo()
    trail.amend(*place(7)[:2])
    assert xs(trail) == [0, 7, 2]
    assert (trail.index, trail.can_redo) == (1, True)
    Trail().amend(*place(7)[:2])


def test_returning_to_a_visit_is_a_step(trail):
    trail.go(trail.visits[0])
    assert trail.index == 0
    assert xs(trail) == [0, 1, 2]
    assert trail.undo().stand.z[0] == 2
    trail.go(trail.current)
    assert trail.can_redo


def test_old_visits_fall_away(trail, monkeypatch):
    monkeypatch.setattr(trails, "MOST_VISITS", 4)
    for x in range(10, 15):
        trail.arrive(*place(x))
    assert xs(trail) == [11, 12, 13, 14]
    trail.go(trail.visits[0])
    assert trail.index == 0


def test_another_model_is_another_trail(trail):
    trail.clear()
    assert (trail.visits, trail.current, trail.index) == ([], None, -1)
    assert not trail.can_undo

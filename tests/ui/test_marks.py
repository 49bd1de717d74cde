import numpy as np
import pytest

from ganstudio.latent.stand import Stand
from ganstudio.ui.marks import Marks, same_place


def place(value: float, **other: object) -> Stand:
    return Stand(np.full(4, value, np.float32), **other)


def test_a_place_is_in_one_group_at_most(qtbot) -> None:
    marks, heard = Marks(), []
    marks.changed.connect(lambda: heard.append(1))
    marks.toggle("A", place(1))
    marks.toggle("A", place(2))
    marks.toggle("B", place(1))
    assert [stand.z[0] for stand in marks.a] == [2]
    assert [stand.z[0] for stand in marks.b] == [1]
    assert marks.group_of(place(1)) == "B"
    assert marks.group_of(place(3)) == ""
    marks.toggle("B", place(1))
    assert marks.of("B") == ()
    assert len(heard) == 4
    marks.clear()
    marks.clear()
    assert marks.a == ()
    assert len(heard) == 5, "an empty group cannot be cleared"


def test_groups_that_were_cleared_can_be_brought_back_until_others_are_marked() -> None:
    marks = Marks()
    marks.toggle("A", place(1))
    marks.toggle("B", place(2))
    assert not marks.cleared
    marks.clear()
    assert marks.cleared
    marks.bring_back()
    assert (len(marks.a), len(marks.b), marks.cleared) == (1, 1, False)
    marks.clear()
    marks.toggle("A", place(3))
    assert not marks.cleared
    marks.bring_back()
    assert len(marks.a) == 1
    marks.forget()
    assert not marks.cleared


@pytest.mark.parametrize(
    "other",
    [
        place(1, told={"classes": np.array([2])}),
        place(1, told={"classes": np.array([1])}, psi=0.5),
        place(1, told={"classes": np.array([1])}, shift=np.ones(3)),
        place(1, told={"classes": np.array([1])}, noise=0.0),
        place(1),
        place(2, told={"classes": np.array([1])}),
    ],
)
def test_places_differ_by_anything(other: Stand) -> None:
    here = place(1, told={"classes": np.array([1])})
    assert same_place(here, place(1, told={"classes": np.array([1])}))
    assert not same_place(here, other)

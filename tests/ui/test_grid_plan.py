import numpy as np
import pytest

from ganstudio.latent.bank import Bank
from ganstudio.latent.stand import Stand
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.messages import Model
from ganstudio.ui import grid_plan

SPEC = SampleSpec("image", (1, 8, 8))
MODEL = Model("cgan", "digits", SPEC, 6, inputs=(ConditionSpec("classes", ("one", "two")),))


def stands(count):
    return [Stand(z) for z in MODEL.draw(count, 4)]


def test_a_span_ends_at_its_corners():
    corners = stands(4)
    plan = grid_plan.span(corners, 5, "spherical", MODEL)
    assert (len(plan.stands), plan.columns) == (25, 5)
    for index, corner in zip((0, 4, 20, 24), corners, strict=True):
        np.testing.assert_array_equal(plan.stands[index].z, corner.z)


def test_classes_need_classes():
    rows = stands(2)
    plan = grid_plan.by_class(rows, MODEL)
    assert plan.headers == ("one", "two")
    assert [stand.told["classes"].tolist() for stand in plan.stands] == [[0], [1]] * 2
    with pytest.raises(ValueError, match="no classes"):
        grid_plan.by_class(rows, Model("gan", "digits", SPEC, 6))


@pytest.mark.parametrize(
    ("count", "shown", "note"), [(10, 10, ""), (1000, 24, "24 of 1,000 classes")]
)
def test_no_class_is_left_out_in_silence(count, shown, note):
    names = tuple(f"class {number}" for number in range(count))
    model = Model("cgan", "digits", SPEC, 6, inputs=(ConditionSpec("classes", names),))
    plan = grid_plan.by_class(stands(2), model)
    assert plan.headers == names[:shown]
    assert (len(plan.stands), plan.columns, plan.note) == (2 * shown, shown, note)


def test_truncation_keeps_the_latent():
    plan = grid_plan.by_truncation(stands(2), 4)
    assert [stand.psi for stand in plan.stands[:4]] == [0.0, 0.4, 0.8, 1.2]
    np.testing.assert_array_equal(plan.stands[0].z, plan.stands[3].z)


def test_directions_grow_right_and_up():
    bank = Bank("z", ("a", "b"), np.eye(2, 6, dtype=np.float32), np.array([1, 2], np.float32))
    centre = stands(1)[0]
    plan = grid_plan.by_directions(centre, (bank, 0), (bank, 1), 3, 2.0)
    np.testing.assert_array_equal(plan.stands[4].z, centre.z)
    np.testing.assert_allclose((plan.stands[2].z - centre.z)[:2], [2, 4], atol=1e-6)
    assert plan.rows == ("+2.0", "0", "−2.0")


def test_styles_replace_only_the_chosen_layers():
    rows, columns = stands(1), stands(3)[1:]
    mapped = np.arange(9, dtype=np.float32).reshape(3, 3)
    plan = grid_plan.by_style(rows, columns, mapped, (0,), 2)
    assert plan.columns == 3
    assert plan.stands[1:3] == columns
    assert plan.stands[3] is rows[0]
    np.testing.assert_array_equal(plan.stands[5].shift, [mapped[2] - mapped[0], [0, 0, 0]])

import numpy as np
import pytest

from ganstudio.ui import heat
from ganstudio.ui.colours import DARK, LIGHT


def test_shares_fit_nearly_all_values() -> None:
    values = np.concatenate([np.linspace(-1, 1, 999), [1e6]]).astype(np.float32)
    share = heat.shares(values)
    assert share.min() == pytest.approx(-1, abs=0.02)
    assert share.max() == 1
    assert np.abs(share[400:600]).max() < 0.25, "one stray value does not flatten the rest"
    assert heat.shares(values, "against").max() == 0
    assert heat.shares(values, "for").min() == 0
    assert not heat.shares(np.array([np.nan, 0.0])).any()


@pytest.mark.parametrize("colours", [DARK, LIGHT])
def test_against_is_orange_and_for_is_blue(colours) -> None:
    picture = np.full((2, 2, 3), 128, np.uint8)
    values = np.array([[-1.0, 1.0], [0.0, -1.0]])
    shown = heat.overlay(picture, values, 1.0, colours).astype(int)
    red, _, blue = shown[..., 0], shown[..., 1], shown[..., 2]
    assert red[0, 0] > blue[0, 0] + 60
    assert blue[0, 1] > red[0, 1] + 60
    assert shown[1, 0].tolist() == [128] * 3
    plain = heat.overlay(picture, values, 0.0, colours)
    np.testing.assert_array_equal(plain, picture)
    only = heat.overlay(picture, values, 1.0, colours, "for")
    assert only[0, 0].tolist() == [128] * 3


def test_a_volume_is_seen_from_three_sides() -> None:
    values = np.zeros((4, 5, 6), np.float32)
    values[3, 1, 5] = -2.0  # right, front, top
    values[3, 4, 5] = 1.0  # weaker, behind it
    sheet = heat.projections(values, np.zeros((4, 5, 6)), 1.0, DARK).astype(int)
    assert sheet.shape == (13, 13, 3)
    orange = sheet[..., 0] > sheet[..., 2] + 60
    assert orange[0, 3], "from the front: on the right, at the top"
    assert orange[0, 7 + 1], "from the side: in front, at the top"
    assert orange[7 + 6 - 1 - 1, 3], "from above: on the right, in front"
    assert orange.sum() == 3
    assert not orange[7:, 7:].any()


def test_what_changes_is_shown_where_it_changes() -> None:
    before, after = np.zeros((3, 2, 2)), np.zeros((3, 2, 2))
    after[:, 0, 0], after[:, 1, 1] = 0.5, -0.5
    shown = heat.change(before, after, DARK).astype(int)
    assert shown[0, 0, 2] > shown[0, 0, 0]
    assert shown[1, 1, 0] > shown[1, 1, 2]
    assert shown[0, 1].tolist() == list(bytes.fromhex(DARK.window[1:]))

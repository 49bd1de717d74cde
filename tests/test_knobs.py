from typing import Literal

import pytest
from pydantic import ValidationError

from ganstudio.knobs import Config, faults, knob, knobs_of, redefault


class Optics(Config):
    blur: float = knob(0.5, low=0, high=2, unit="px", help="How soft.", live=True)
    taps: int = knob(4, low=1, help="How many.", log=True, advanced=True)
    shape: Literal["disc", "box"] = knob("disc", help="Of the lens.")
    on: bool = knob(True, help="Whether.", title="Use it")


class Sharper(Optics):
    blur: float = redefault(Optics, "blur", 0.1)


def test_a_knob_is_read_back_with_all_that_was_declared() -> None:
    knobs = knobs_of(Optics)
    assert list(knobs) == ["blur", "taps", "shape", "on"]
    blur = knobs["blur"]
    assert (blur.type, blur.default, blur.low, blur.high) == ("float", 0.5, 0, 2)
    assert (blur.unit, blur.help, blur.live, blur.log) == ("px", "How soft.", True, False)
    assert knobs["taps"].advanced
    assert knobs["taps"].high is None
    assert knobs["shape"].choices == ("disc", "box")
    assert knobs["on"].title == "Use it"


def test_accepted_values_in_words() -> None:
    words = {name: k.accepts for name, k in knobs_of(Optics).items()}
    assert words == {
        "blur": "0 to 2", "taps": "at least 1", "shape": "one of disc, box", "on": "true or false",
    }  # fmt: skip


def test_all_faults_are_listed_at_once_with_value_and_range() -> None:
    with pytest.raises(ValidationError) as caught:
        Optics(blur=3, taps=0, shape="star", zoom=1)
    lines = faults(caught.value, Optics, "optics")
    assert lines == [
        "optics: blur = 3, but it must be 0 to 2 px",
        "optics: taps = 0, but it must be at least 1",
        "optics: shape = 'star', but it must be one of disc, box",
        "optics: zoom is no known knob; it takes: blur, taps, shape, on",
    ]


def test_a_redeclared_knob_changes_its_default_alone() -> None:
    assert Sharper().blur == 0.1
    assert Optics().blur == 0.5
    assert knobs_of(Sharper)["blur"].high == 2


def test_a_config_is_frozen() -> None:
    with pytest.raises(ValidationError):
        Optics().blur = 1.0  # type: ignore[misc]


def test_a_knob_with_one_value_is_settled_and_a_path_can_be_looked_for():
    class Fixed(Config):
        z_dim: int = knob(0, low=0, high=0, help="No noise.")
        folder: str = knob("", browse="folder", help="Where.")

    found = knobs_of(Fixed)
    assert found["z_dim"].settled
    assert not found["folder"].settled
    assert found["folder"].browse == "folder"

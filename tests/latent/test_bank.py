"""A bank moves places in standard deviations, and survives the disk or is refused."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save as pack

from ganstudio.latent.bank import Bank, BankError, kept, load, path_of, save
from ganstudio.latent.stand import Stand

HERE = Stand(np.array([1, 2, 3], np.float32))


def bank(space: str = "z", **change: object) -> Bank:
    parts = {
        "space": space,
        "names": ("tall", "wide"),
        "ways": np.eye(3, dtype=np.float32)[:2],
        "scales": np.array([0.5, 2.0], np.float32),
        "origin": "made by hand",
    }
    return Bank(**{**parts, **change})


def test_amounts_are_standard_deviations() -> None:
    moved = bank().moved(HERE, [2, -1])
    assert moved.z.tolist() == [2, 0, 3]
    assert moved.z.dtype == np.float32
    assert bank().moved(HERE, [0, 0]) is HERE


def test_ways_through_w_are_shifts_of_all_layers() -> None:
    moved = bank("w").moved(HERE, [2, 0])
    assert moved.shift.tolist() == [1, 0, 0]
    assert np.array_equal(moved.z, HERE.z)
    each = Stand(HERE.z, shift=np.ones((4, 3), np.float32))
    assert bank("w").moved(each, [0, 1]).shift[:, 1].tolist() == [3] * 4


def test_ways_through_classes_blend_them() -> None:
    told = Stand(HERE.z, {"classes": np.array([2])})
    moved = bank("classes", scales=np.ones(2, np.float32)).moved(told, [1, 0])
    np.testing.assert_allclose(moved.told["classes"], [[0.5, 0, 0.5]])


def test_a_strip_goes_from_minus_to_plus() -> None:
    frames = bank().strip(HERE, 1, (-1, 0, 1))
    assert frames.z[:, 1].tolist() == [0, 2, 4]
    classes = bank("classes").strip(Stand(HERE.z, {"classes": np.array([2])}), 0, (0, 1, 2))
    assert classes.told["classes"].shape == (3, 3)


def test_names_and_ways_can_be_edited() -> None:
    made = bank().renamed(0, "  smile \n more ")
    assert made.names == ("smile more", "wide")
    assert made.renamed(0, " ").names == made.names
    assert made.turned(0).ways[0].tolist() == [-1, 0, 0]
    assert made.only([1]).names == ("wide",)
    both = made.with_ways_of(bank())
    assert both.names == ("smile more", "wide", "tall", "wide")
    assert both.ways.shape == (4, 3)
    with pytest.raises(BankError, match="one bank"):
        made.with_ways_of(bank("w"))


def test_a_bank_is_kept_in_its_run(tmp_path: Path) -> None:
    made = bank().renamed(0, "Lächeln")
    path = save(tmp_path, "my ways", made)
    assert path == tmp_path / "directions" / "my ways.safetensors"
    back = load(path)
    assert (back.space, back.names, back.origin) == (made.space, made.names, made.origin)
    assert np.array_equal(back.ways, made.ways)
    assert np.array_equal(back.scales, made.scales)
    save(tmp_path, "my ways", bank())
    save(tmp_path, "Another", bank())
    assert [*kept(tmp_path)] == ["Another", "my ways"]
    assert load(path).names == ("tall", "wide")
    assert sorted(file.suffix for file in path.parent.iterdir()) == [".safetensors"] * 2


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a" * 200, "x\n", "end ", "a.b"])
def test_a_name_must_be_a_files(name: str, tmp_path: Path) -> None:
    with pytest.raises(BankError, match="name"):
        path_of(tmp_path, name)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"space": "x"}, "through z, w or classes"),
        ({"names": ("one",)}, "1 names"),
        ({"ways": np.ones((2, 3), np.float32)}, "length 1"),
        ({"ways": np.full((2, 3), np.nan, np.float32)}, "finite"),
        ({"scales": np.zeros(2, np.float32)}, "above 0"),
    ],
)
def test_what_does_not_go_together_is_refused(change: dict, word: str) -> None:
    with pytest.raises(BankError, match=word):
        bank(**change)


def test_a_place_of_another_model_is_refused() -> None:
    with pytest.raises(BankError, match="z has 1"):
        bank().moved(Stand(np.zeros(1, np.float32)), [1, 0])
    with pytest.raises(BankError, match="2 directions"):
        bank().moved(HERE, [1])


FAR = f'{{"format": 1, "space": "z", "names": ["a", "b"], "reaches": [1{"0" * 400}]}}'


def test_files_that_lie_are_refused(tmp_path: Path) -> None:
    content = save(tmp_path, "true", bank()).read_bytes()
    arrays = {"ways": np.eye(2, dtype=np.float32), "scales": np.ones(2, np.float32)}
    lies = [
        b"",
        content[:30],
        b"\xff" * 8 + content[8:],
        content[:-4],
        pack(arrays),
        pack(arrays, {"ganstudio": "["}),
        pack(arrays, {"ganstudio": '{"format": 2, "space": "z", "names": ["a", "b"]}'}),
        pack(arrays, {"ganstudio": '{"format": 1, "space": "z", "names": ["a"]}'}),
        pack(arrays, {"ganstudio": FAR}),
        pack({"ways": arrays["ways"]}, {"ganstudio": '{"format": 1, "space": "z", "names": []}'}),
    ]
    for lie in lies:
        path = tmp_path / "lie.safetensors"
        path.write_bytes(lie)
        with pytest.raises(BankError):
            load(path)
    with pytest.raises(BankError, match="cannot be read"):
        load(tmp_path / "nowhere.safetensors")


def test_reaches_of_single_sliders_are_kept(tmp_path: Path) -> None:
    made = bank(reaches=(0.0, 8.0))
    assert load(save(tmp_path, "mine", made)).reaches == (0.0, 8.0)
    assert load(save(tmp_path, "plain", bank())).reaches == ()
    assert made.only([1]).reaches == (8.0,)
    assert bank().with_ways_of(made).reaches == (0.0, 0.0, 0.0, 8.0)


@pytest.mark.parametrize("reaches", [(1.0,), (-1.0, 1.0), (float("nan"), 1.0), (1e9, 1.0)])
def test_reaches_that_cannot_be_are_refused(reaches: tuple[float, ...]) -> None:
    with pytest.raises(BankError):
        bank(reaches=reaches)

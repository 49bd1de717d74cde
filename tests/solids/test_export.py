"""What is exported opens again in trimesh: the same bounds, and watertight where it says so."""

import numpy as np
import pytest
import trimesh

from ganstudio.solids import binvox, export, formats, magicavoxel
from ganstudio.solids.export import Wishes
from ganstudio.solids.faults import SolidError


def stool():
    grid = np.zeros((24, 24, 24), dtype=np.float32)
    grid[3:21, 5:19, 14:17] = 0.9
    for x in (4, 17):
        for y in (6, 15):
            grid[x : x + 3, y : y + 3, 2:14] = 0.8
    return grid


def crumbs():
    """A stool with a crumb beside it and a hollow in its seat."""
    grid = stool()
    grid[0, 0, 0] = 0.9
    grid[10, 10, 15] = 0.0
    return grid


def noise():
    return np.random.default_rng(3).random((10, 10, 10)).astype(np.float32)


def again(path):
    """As trimesh opens it, z up and in millimetres."""
    body = trimesh.load(path, force="mesh")
    if path.suffix == ".glb":
        body.apply_scale(1000)
        body.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))
    return body


@pytest.mark.parametrize("make", [stool, crumbs, noise])
@pytest.mark.parametrize("surface", ["smooth", "cubes"])
@pytest.mark.parametrize("suffix", formats.MESH_SUFFIXES)
def test_meshes_open_again_as_reported(tmp_path, suffix, surface, make):
    path = tmp_path / f"a{suffix}"
    report = export.write(path, make(), Wishes(surface=surface, size_mm=80.0))
    body = again(path)
    assert body.extents == pytest.approx(report.size_mm, rel=1e-4)
    assert max(body.extents) == pytest.approx(80.0, rel=1e-4)
    assert len(body.faces) == report.triangles
    if report.watertight:
        assert body.is_watertight
        assert body.volume / 1000 == pytest.approx(report.volume_cm3, rel=1e-3)
    if surface == "smooth" or make is stool:
        assert report.watertight


def test_cubes_that_touch_along_an_edge_are_honestly_not_watertight(tmp_path):
    grid = np.zeros((6, 6, 6), dtype=bool)
    grid[1:3, 1:3, 1:3] = grid[3:5, 3:5, 1:3] = True
    report = export.write(tmp_path / "a.stl", grid, Wishes(surface="cubes", size_mm=4.0))
    assert not report.watertight
    assert not again(tmp_path / "a.stl").is_watertight
    assert report.volume_cm3 == pytest.approx(16e-3)
    assert report.text.endswith("not watertight")


def test_crumbs_go_and_hollows_are_filled():
    left = export.make_ready(crumbs(), ".stl", Wishes(surface="cubes")).report
    assert left.parts == 2
    clean = export.make_ready(
        crumbs(), ".stl", Wishes(surface="cubes", largest=True, fill=True)
    ).report
    assert clean.parts == 1
    assert clean.voxels == (stool() > 0.5).sum()
    assert clean.triangles == export.make_ready(stool(), ".stl", Wishes("cubes")).report.triangles


def test_bool_grids_are_cleaned_too():
    ready = export.make_ready(crumbs() > 0.5, ".npy", Wishes(largest=True, fill=True))
    assert ready.grid.dtype == bool
    assert np.array_equal(ready.grid, stool() > 0.5)


def test_voxel_files_keep_what_they_can(tmp_path):
    wishes = Wishes(size_mm=36.0)
    for suffix in formats.VOXEL_SUFFIXES:
        report = export.write(tmp_path / f"a{suffix}", stool(), wishes)
        assert report.watertight is None
        assert report.size_mm == (36.0, 28.0, 30.0)
        assert report.volume_cm3 == pytest.approx((stool() > 0.5).sum() * 8 / 1000)
        assert np.array_equal(formats.load(tmp_path / f"a{suffix}") > 0.5, stool() > 0.5)
    assert np.array_equal(np.load(tmp_path / "a.npy"), stool())
    assert binvox.decode((tmp_path / "a.binvox").read_bytes()).scale == 48.0
    assert magicavoxel.decode((tmp_path / "a.vox").read_bytes())[0].shape == (24, 24, 24)


def test_without_a_size_a_voxel_is_a_millimetre():
    report = export.make_ready(stool(), ".stl", Wishes(surface="cubes")).report
    assert report.size_mm == (18.0, 14.0, 15.0)
    assert report.text == (
        "18 × 14 × 15 mm  ·  1.19 cm³  ·  1 part  ·  2,544 triangles  ·  watertight"
    )


@pytest.mark.parametrize(
    ("suffix", "grid", "wishes", "words"),
    [
        (".step", stool(), Wishes(), "written as"),
        (".stl", stool(), Wishes(threshold=0.95), "nothing above the threshold"),
        (".vox", stool(), Wishes(threshold=0.95), "nothing above the threshold"),
        (".stl", stool(), Wishes(size_mm=0.0), "the size must be"),
        (".stl", stool(), Wishes(size_mm=float("nan")), "the size must be"),
        (".stl", stool() * 2, Wishes(), "from 0 to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(suffix, grid, wishes, words):
    with pytest.raises(SolidError, match=words):
        export.make_ready(grid, suffix, wishes)


def test_a_giant_grid_for_vox_is_refused():
    with pytest.raises(SolidError, match="1 to 256"):
        export.make_ready(np.ones((257, 2, 2), bool), ".vox", Wishes()).content()

import struct
import tracemalloc

import numpy as np
import pytest
import trimesh

from ganstudio.solids import binvox, export, formats, likeness
from ganstudio.solids.faults import SolidError
from ganstudio.solids.opening import MESHES, SUFFIXES, load_mesh, open_solid


def stool(side=32):
    grid = np.zeros((side,) * 3, dtype=bool)
    grid[4:28, 8:24, 16:20] = True
    for x in (5, 24):
        for y in (9, 20):
            grid[x : x + 3, y : y + 3, 1:16] = True
    return grid


@pytest.mark.parametrize("suffix", sorted(MESHES))
def test_every_mesh_opens_upright(tmp_path, suffix):
    path = tmp_path / f"post{suffix}"
    body = trimesh.creation.box((1.0, 2.0, 6.0))
    if suffix == ".glb":
        body.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, (1, 0, 0)))
    body.export(path)
    opened = open_solid(path, 32)
    assert opened.name == path.name
    assert opened.told == "mesh of 12 triangles"
    assert opened.grid.shape == (32, 32, 32)
    assert opened.grid.any((0, 1)).sum() == 30
    assert opened.grid.sum() == pytest.approx(5 * 10 * 30, rel=0.5)


@pytest.mark.parametrize("suffix", formats.VOXEL_SUFFIXES)
def test_voxels_of_the_wanted_sides_stay_as_they_are(tmp_path, suffix):
    path = tmp_path / f"stool{suffix}"
    export.write(path, stool(), export.Wishes())
    opened = open_solid(path, 32)
    assert np.array_equal(opened.grid, stool())
    assert opened.told == "32 × 32 × 32 voxels"
    assert opened.fine is None
    larger = open_solid(path, 64)
    assert np.array_equal(larger.grid[::2, ::2, ::2] > 0.5, stool()), "no larger than it was"
    assert larger.fine.shape == (32, 32, 32)


def test_what_is_exported_opens_as_what_it_was(tmp_path):
    for suffix in formats.MESH_SUFFIXES:
        path = tmp_path / f"stool{suffix}"
        export.write(path, stool(), export.Wishes("cubes"))
        grid = open_solid(path, 26).grid  # 24 wide and a voxel of air around
        assert likeness.align(grid, stool()[3:29, 3:29, :26]).iou == 1, suffix


def test_upper_case_suffixes_are_fine(tmp_path):
    trimesh.creation.box((1, 1, 1)).export(tmp_path / "A.STL", file_type="stl")
    assert open_solid(tmp_path / "A.STL", 16).grid.any()
    assert len(load_mesh(tmp_path / "A.STL").faces) == 12


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.step", b"", "must end with one of"),
        ("a.obj", b"v 0 0 0\nv 0 0 0\nf 1 2 1\n", "a.obj is a single point"),
        ("a.off", b"OFF\n1 2 3", "a.off promises"),
        ("a.binvox", b"#binvox 1\ndim 2 2 2\ndata\n\x00\x08", "a.binvox holds nothing solid"),
    ],
)
def test_what_cannot_be_opened_is_named(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SolidError, match=words):
        open_solid(tmp_path / name, 32)


def test_a_mesh_suffix_is_needed_for_a_mesh(tmp_path):
    with pytest.raises(SolidError, match="must end with one of"):
        load_mesh(tmp_path / "a.vox")


def _vox(side, count):
    voxels = bytes([0, 0, 0, 1]) + bytes([side - 1] * 3 + [1]) * (count - 1)
    parts = [(b"SIZE", struct.pack("<3i", side, side, side)),
             (b"XYZI", struct.pack("<i", count) + voxels)]  # fmt: skip
    body = b"".join(name + struct.pack("<2i", len(data), 0) + data for name, data in parts)
    return b"VOX " + struct.pack("<i", 150) + b"MAIN" + struct.pack("<2i", 0, len(body)) + body


SMALL = {
    "a.vox": _vox(256, 2),
    "a.binvox": b"#binvox 1\ndim 51 50 50\ndata\n" + b"\x01\xff" * 500,
    "a.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 1\n" + b"f 1 2 3\n" * 100,
    "b.binvox": b"#binvox 1\ndim 99999 99999 99999\ndata\n" + b"\x01\xff" * 450,
}


@pytest.mark.parametrize("name", SMALL)
def test_a_file_of_a_kilobyte_takes_at_most_a_hundred_megabytes(tmp_path, name):
    (tmp_path / name).write_bytes(SMALL[name])
    assert len(SMALL[name]) < 1100
    tracemalloc.start()
    try:
        open_solid(tmp_path / name, 128)
    except SolidError:
        assert name == "b.binvox" or "promises" in name
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 100 << 20


def test_all_that_people_have_can_be_named():
    wanted = {".binvox", ".vox", ".off", ".obj", ".stl", ".ply", ".glb", ".3mf", ".npy", ".npz"}
    assert wanted | {".mat"} == set(SUFFIXES)


def test_binvox_with_other_sides_is_brought_to_size(tmp_path):
    grid = np.ones((3, 5, 7), dtype=bool)
    (tmp_path / "a.binvox").write_bytes(binvox.encode(binvox.Binvox(grid)))
    opened = open_solid(tmp_path / "a.binvox", 16)
    assert opened.told == "3 × 5 × 7 voxels"
    assert opened.grid.any((0, 1)).sum() == 14

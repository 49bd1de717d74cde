import struct
from contextlib import suppress

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganstudio.solids import binvox, export, formats, magicavoxel
from ganstudio.solids.surface import cubes, smooth

SHAPES = hnp.array_shapes(min_dims=3, max_dims=3, max_side=9)
STEADY = settings(deadline=None, derandomize=True)
SOLIDS = hnp.arrays(np.bool_, SHAPES)


def _stool():
    grid = np.zeros((12, 12, 16), dtype=np.float32)
    grid[1:11, 2:10, 8:10] = 0.9
    for x in (1, 8):
        for y in (2, 7):
            grid[x : x + 3, y : y + 3, 1:8] = 0.8
    return grid


# binvox ---------------------------------------------------------------------------------------


@STEADY
@given(SOLIDS, st.tuples(*3 * [st.floats(-1e6, 1e6)]), st.floats(1e-3, 1e3))
def test_binvox_round_trip_is_exact(grid, translate, scale):
    content = binvox.Binvox(grid, translate, scale)
    again = binvox.decode(binvox.encode(content))
    assert np.array_equal(again.grid, grid)
    assert again[1:] == content[1:]


def test_binvox_cuts_long_runs():
    grid = np.zeros((16, 16, 16), dtype=bool)
    grid[3:, :, 2:] = True
    assert np.array_equal(binvox.decode(binvox.encode(binvox.Binvox(grid))).grid, grid)


def test_binvox_means_what_trimesh_reads(tmp_path):
    grid = np.random.default_rng(0).random((6, 6, 6)) > 0.5  # it reads cubic grids only
    export.write(tmp_path / "a.binvox", grid, export.Wishes())
    assert np.array_equal(trimesh.load(tmp_path / "a.binvox").matrix, grid)


def test_binvox_headers_may_have_comments_and_another_order():
    head = b"#binvox 1\n# made by hand\n translate 1 2 3 # where\nscale 2\ndim 1 2 3\t\ndata\n"
    content = binvox.decode(head + bytes([1, 4, 0, 2]))
    assert content.grid.shape == (1, 3, 2)
    assert content.grid.sum() == 4
    assert (content.translate, content.scale) == ((1.0, 2.0, 3.0), 2.0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PNG", "no binvox file"),
        (b"#binvox 1\ndim 2 2 2\n", "no data line"),
        (b"#binvox 1\nscale 1\ndata\n\x01\x08", "lacks a readable dim"),
        (b"#binvox 1\ndim 2 two 2\ndata\n\x01\x08", "lacks a readable dim"),
        (b"#binvox 1\ndim 0 2 2\ndata\n", "at least one voxel"),
        (b"#binvox 1\ndim 2 2 2\ndata\n\x01\x07", "= 8 voxels, but the file holds 7"),
        (b"#binvox 1\ndim 500 500 500\ndata\n\x01\x08", "but the file holds 8"),
        (b"#binvox 1\ndim 2 2 2\ndata\n\x01\x08\x00", "middle of a run"),
        (b"#binvox 1\ndim 700 700 700\ndata\n\x01\x08", "more than 268435456 voxels"),
        (b"#binvox 1\ndim 2 2 2\ndata\n\x05\x08", "0 or 1, got 5"),
    ],
)
def test_lying_binvox_files_are_refused(content, words):
    with pytest.raises(ValueError, match=words):
        binvox.decode(content)


# MagicaVoxel ----------------------------------------------------------------------------------


def _vox(*chunks):
    body = b"".join(name + struct.pack("<2i", len(data), 0) + data for name, data in chunks)
    return b"VOX " + struct.pack("<i", 150) + b"MAIN" + struct.pack("<2i", 0, len(body)) + body


def _size(*size):
    return b"SIZE", struct.pack("<3i", *size)


def _xyzi(*voxels):
    return b"XYZI", struct.pack("<i", len(voxels)) + bytes(sum(voxels, ()))


@STEADY
@given(SOLIDS)
def test_vox_round_trip_is_exact(grid):
    content = magicavoxel.encode(grid, (10, 20, 30))
    assert bytes((10, 20, 30, 255)) in content
    (model,) = magicavoxel.decode(content)
    assert np.array_equal(model.grid() > 0, grid)


def test_of_several_vox_models_the_fullest_is_taken(tmp_path):
    rgba = bytes(range(256)) * 4
    matt = struct.pack("<2ifi", 7, 2, 0.25, 0)
    content = _vox(
        (b"PACK", struct.pack("<i", 2)),
        _size(3, 2, 1), _xyzi((2, 1, 0, 7)),
        _size(4, 4, 4), _xyzi((0, 0, 0, 1), (3, 3, 3, 2)),
        (b"nTRN", b"unknown"), (b"RGBA", rgba), (b"MATT", matt),
    )  # fmt: skip
    models = magicavoxel.decode(content)
    assert [model.shape for model in models] == [(3, 2, 1), (4, 4, 4)]
    assert models[0].grid()[2, 1, 0] == 7
    (tmp_path / "two.vox").write_bytes(content)
    assert formats.load(tmp_path / "two.vox").shape == (4, 4, 4)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a vox file at all", "no MagicaVoxel file"),
        (_vox(), "promises 1 models, but holds 0"),
        (_vox((b"PACK", struct.pack("<i", 3)), _size(1, 1, 1), _xyzi()), "promises 3 models"),
        (_vox(_xyzi((0, 0, 0, 1))), "before their SIZE"),
        (_vox(_size(2000, 2000, 2000), _xyzi()), "1 to 256 voxels a side"),
        (_vox(_size(-1, 2, 2), _xyzi()), "1 to 256 voxels a side"),
        (_vox(_size(2, 2, 2), _xyzi((2, 0, 0, 1))), "outside its 2 x 2 x 2"),
        (
            _vox(_size(2, 2, 2), (b"XYZI", struct.pack("<i", 10**9))),
            "promises 1000000000 voxels, but holds 0",
        ),
        (_vox(_size(2, 2, 2), _xyzi((0, 0, 0, 1)))[:-2], "cut off in its XYZI"),
        (_vox((b"SIZE", b"12")), "SIZE chunk of the .vox file is too short"),
    ],
)
def test_lying_vox_files_are_refused(content, words):
    with pytest.raises(ValueError, match=words):
        magicavoxel.decode(content)


def test_vox_holds_256_a_side_and_no_more():
    assert magicavoxel.decode(magicavoxel.encode(np.ones((256, 1, 1), bool)))
    with pytest.raises(ValueError, match="1 to 256"):
        magicavoxel.encode(np.ones((257, 1, 1), bool))


@settings(STEADY, max_examples=200)
@given(st.binary(max_size=200), st.integers(0, 80), st.sampled_from([binvox, magicavoxel]))
def test_damaged_files_raise_nothing_but_value_errors(noise, at, codec):
    grid = np.eye(5, dtype=bool)[None].repeat(3, axis=0)
    whole = codec.encode(binvox.Binvox(grid) if codec is binvox else grid)
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    with suppress(ValueError):
        codec.decode(damaged)


# npy ------------------------------------------------------------------------------------------


@STEADY
@given(hnp.arrays(np.float32, SHAPES, elements=st.floats(0, 1, width=32)))
def test_npy_keeps_the_occupancy(tmp_path_factory, grid):
    path = tmp_path_factory.mktemp("npy") / "a.npy"
    if (grid > 0.5).any():
        export.write(path, grid, export.Wishes())
        assert np.array_equal(formats.load(path), grid)


@pytest.mark.parametrize(
    ("stored", "solid"),
    [
        (np.array([[[0, 255, 3]]], dtype=np.uint8), [0, 1, 1]),
        (np.array([[[False, True, True]]]), [0, 1, 1]),
        (np.array([[[[0.0, 0.25, 1.0]]]]), [0, 0.25, 1]),
        (np.asfortranarray(np.array([[[0.0, 0.25, 1.0]]], dtype=np.float16)), [0, 0.25, 1]),
    ],
)
def test_npy_of_other_kinds(tmp_path, stored, solid):
    np.save(tmp_path / "a.npy", stored)
    loaded = formats.load(tmp_path / "a.npy")
    assert loaded.dtype == (np.float32 if stored.dtype.kind == "f" else bool)
    assert loaded.shape == (1, 1, 3)
    assert loaded[0, 0].tolist() == solid


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (np.array([[[-1.0, 1.0]]]), r"from 0 to 1, got -1 to 1; .* take \(x \+ 1\) / 2"),
        (np.array([[[np.nan, 1.0]]]), "from 0 to 1"),
        (np.zeros((4, 4)), r"grid \(X, Y, Z\)"),
        (np.array([[["a"]]]), "bool or float"),
        (np.array([[[{}]]], dtype=object), "npy file"),
    ],
)
def test_npy_that_is_no_occupancy_is_refused(tmp_path, stored, words):
    np.save(tmp_path / "a.npy", stored, allow_pickle=True)
    with pytest.raises(ValueError, match=words):
        formats.load(tmp_path / "a.npy")


def test_a_npy_header_cannot_promise_more_than_the_file_holds(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((1, 1, 8)))
    content = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(content.replace(b"(1, 1, 8), }      ", b"(9999, 9999, 9999)}"))
    with pytest.raises(ValueError, match="npy file"):
        formats.load(tmp_path / "a.npy")


@settings(STEADY, max_examples=200)
@given(st.binary(min_size=1, max_size=30), st.integers(6, 127))
def test_damaged_npy_files_raise_nothing_but_value_errors(tmp_path_factory, noise, at):
    path = tmp_path_factory.mktemp("npy") / "a.npy"
    np.save(path, np.zeros((2, 2, 2)))
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + noise + whole[at + len(noise) :])
    with suppress(ValueError):
        assert formats.load(path).ndim == 3


# Meshes and files -----------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", formats.MESH_SUFFIXES)
@pytest.mark.parametrize("surface", ["smooth", "cubes"])
def test_meshes_open_again_with_the_same_bounds(tmp_path, suffix, surface):
    path = tmp_path / f"stool{suffix}"
    formats.write(path, formats.mesh_bytes(formats.skin(_stool(), 0.5, surface), suffix, 0.5))
    again = trimesh.load_mesh(path)
    again.merge_vertices(merge_norm=True)
    mesh = (smooth if surface == "smooth" else cubes)(_stool())
    low, high = mesh.vertices.min(axis=0) / 2, mesh.vertices.max(axis=0) / 2
    if suffix == ".glb":
        low, high = (low[0], low[2], -high[1]), (high[0], high[2], -low[1])
    assert again.bounds == pytest.approx(np.array([low, high]), abs=1e-4)
    assert len(again.faces) == len(mesh.faces)
    assert again.is_watertight
    assert again.volume > 0


def test_an_object_stands_upright_in_a_glb(tmp_path):
    export.write(tmp_path / "stool.glb", _stool(), export.Wishes())
    again = trimesh.load_mesh(tmp_path / "stool.glb")
    assert again.extents.argmax() == 0
    # the seat, its widest part, is on top along y
    seat = again.vertices[again.vertices[:, 1] > again.bounds[1, 1] - 0.002]
    assert np.ptp(seat[:, 0]) > 0.008  # metres


@pytest.mark.parametrize(
    ("suffix", "mark"), [(".obj", b"\nvn "), (".ply", b" float nx\n"), (".glb", b'"NORMAL"')]
)
def test_normals_are_written(suffix, mark):
    assert mark in formats.mesh_bytes(smooth(_stool()), suffix)


def test_written_normals_are_those_of_the_surface():
    mesh = smooth(_stool())
    text = formats.mesh_bytes(mesh, ".obj").decode()
    written = [line.split()[1:] for line in text.splitlines() if line.startswith("vn ")]
    assert np.array(written, dtype=float) == pytest.approx(mesh.normals, abs=1e-4)


@pytest.mark.parametrize("suffix", formats.SUFFIXES)
def test_nothing_above_the_threshold_is_said(tmp_path, suffix):
    with pytest.raises(ValueError, match=r"^nothing above the threshold$"):
        export.write(tmp_path / f"a{suffix}", np.full((4, 4, 4), 0.4), export.Wishes())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda _: formats.mesh_bytes(smooth(_stool()), ".stl", 0.0), "above 0"),
        (lambda p: formats.load(p / "a.stl"), r"one of \.npy, \.npz, \.binvox, \.vox, \.mat$"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, call, words):
    with pytest.raises(ValueError, match=words):
        call(tmp_path)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "a.binvox"
    export.write(path, _stool(), export.Wishes())
    before = path.read_bytes()

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(formats.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        export.write(path, _stool() > 0.85, export.Wishes())
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["a.binvox"]


def test_upper_case_suffixes_are_fine(tmp_path):
    path = tmp_path / "A.BINVOX"
    export.write(str(path), _stool(), export.Wishes())
    assert np.array_equal(formats.load(path) > 0, _stool() > 0.5)

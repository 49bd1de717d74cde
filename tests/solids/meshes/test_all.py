"""Every mesh format: what others write is read, what lies is refused, and little is allocated."""

import io
import json
import struct
import tracemalloc
import zipfile
from contextlib import suppress

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes import glb, obj, off, ply, stl, threemf
from ganstudio.solids.opening import MESHES

STEADY = settings(deadline=None, derandomize=True)
TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], dtype=float)
SIDES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
NAMES = sorted(MESHES)


def written(suffix, **extra):
    """A tetrahedron as trimesh writes it."""
    body = trimesh.Trimesh(TETRAHEDRON, SIDES, process=False)
    content = body.export(file_type=suffix[1:], **extra)
    return content.encode() if isinstance(content, str) else bytes(content)


def corners(soup):
    return soup.vertices[soup.faces].reshape(-1, 9)


@pytest.mark.parametrize("suffix", NAMES)
def test_what_trimesh_writes_is_read(suffix):
    found = corners(MESHES[suffix](written(suffix)))
    wanted = TETRAHEDRON[SIDES].reshape(-1, 9)
    if suffix == ".glb":  # there y is up
        wanted = np.stack([wanted[:, 0::3], -wanted[:, 2::3], wanted[:, 1::3]], 2).reshape(-1, 9)
    assert np.allclose(sorted(found.tolist()), sorted(wanted.tolist()), atol=1e-6)


@pytest.mark.parametrize("suffix", NAMES)
def test_other_content_is_refused(suffix):
    for content in (b"", b"no mesh at all", bytes(range(256)) * 4):
        with pytest.raises(SolidError):
            MESHES[suffix](content)


@settings(STEADY, max_examples=150)
@given(st.sampled_from(NAMES), st.binary(min_size=1, max_size=40), st.integers(0, 600))
def test_damaged_files_raise_nothing_but_solid_errors(suffix, noise, at):
    whole = written(suffix)
    damaged = whole[: at % len(whole)] + noise + whole[at % len(whole) + len(noise) :]
    with suppress(SolidError):
        MESHES[suffix](damaged)


@settings(STEADY, max_examples=60)
@given(st.sampled_from(NAMES), st.integers(0, 2000))
def test_files_that_are_cut_off_raise_nothing_but_solid_errors(suffix, length):
    with suppress(SolidError):
        MESHES[suffix](written(suffix)[:length])


# Text -----------------------------------------------------------------------------------------


def test_off_with_the_counts_behind_the_word_and_colours_and_comments():
    content = b"OFF4 2 0\n0 0 0\n1 0 0 # a corner\n\n1 1 0 255 0 0\n0 1 0\n4 0 1 2 3 255\n3 0 1 2\n"
    assert off.decode(content).faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 2]]


def test_obj_counts_back_and_from_one_and_goes_on_over_lines():
    content = b"v 0 0 0\nv 1 0 0 1 0 0\nv 1 1 0\nf -3/1/1 -2//2 -1\nv 0 1 0\nf 1 2 \\\n3 4\nl 1 2\n"
    assert obj.decode(content).faces.tolist() == [[0, 1, 2], [0, 1, 2], [0, 2, 3]]


def test_stl_text_and_binary_that_begins_with_solid():
    assert len(stl.decode(written(".stl_ascii")).faces) == 4
    binary = bytearray(written(".stl"))
    binary[:5] = b"solid"
    assert len(stl.decode(bytes(binary)).faces) == 4


@pytest.mark.parametrize("encoding", ["ascii", "binary"])
def test_ply_of_both_kinds(encoding):
    assert ply.decode(written(".ply", encoding=encoding)).faces.tolist() == SIDES.tolist()


def ply_of(order, rows, counts=(4, 2)):
    head = (
        f"ply\nformat {order} 1.0\ncomment hello\nelement vertex {counts[0]}\n"
        "property double z\nproperty float y\nproperty short x\n"
        f"element face {counts[1]}\nproperty uchar flags\n"
        "property list uchar int vertex_index\nend_header\n"
    )
    return head.encode() + rows


@pytest.mark.parametrize(
    ("order", "sign"), [("binary_little_endian", "<"), ("binary_big_endian", ">")]
)
def test_ply_with_polygons_of_different_sizes(order, sign):
    rows = b"".join(
        struct.pack(sign + "dfh", z, y, x)
        for x, y, z in [(0, 0, 5), (1, 0, 5), (1, 1, 5), (0, 1, 5)]
    )
    rows += struct.pack(sign + "BB4i", 7, 4, 0, 1, 2, 3) + struct.pack(sign + "BB3i", 7, 3, 0, 1, 2)
    soup = ply.decode(ply_of(order, rows))
    assert soup.faces.tolist() == [[0, 1, 2], [0, 2, 3], [0, 1, 2]]
    assert soup.vertices.tolist() == [[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 1, 5]]


@pytest.mark.parametrize(
    ("decode", "content", "words"),
    [
        (off.decode, b"OFF\n4000000000 9 0\n0 0 0\n", "promises 4,000,000,000 corners"),
        (off.decode, b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 nought\n3 0 1 2\n", "no numbers"),
        (off.decode, b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1\n", "fewer corners"),
        (off.decode, b"OFF BINARY\n", "binary"),
        (obj.decode, b"v 0 0 0\nf 1 2 3\n", "corner 2, but 1 corners"),
        (obj.decode, b"v 0 0 0\nf 0 1 1\n", "counts from 1"),
        (obj.decode, b"v 0 0 nan\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not finite"),
        (obj.decode, b"v 0 0 0\nf 1 1 99999999999999999999\n", "no whole numbers"),
        (obj.decode, b"# nothing\n", "holds no triangles"),
        (stl.decode, bytes(80) + struct.pack("<I", 10**9), "promises 1,000,000,000 triangles"),
        (stl.decode, b"solid a\nvertex 0 0 0\nvertex 1 0 0\n", "middle of a triangle"),
        (ply.decode, ply_of("binary_little_endian", b"", (10**9, 0)), "1,000,000,000 rows"),
        (ply.decode, ply_of("ascii", b"0 0 0\n", (10**9, 0)), "1,000,000,000 rows"),
        (ply.decode, ply_of("ascii", b"0 0 0\n" * 4 + b"7 4 0 1 2\n" * 2), "too short"),
        (ply.decode, ply_of("binary_little_endian", bytes(14 * 4) + b"\7\xff\0\0"), "cut off"),
        (ply.decode, b"ply\nformat morse 1.0\nend_header\n", "no known format"),
    ],
)  # fmt: skip
def test_lying_files_are_refused(decode, content, words):
    with pytest.raises(SolidError, match=words):
        decode(content)


def test_corners_that_no_face_uses_may_be_anything():
    soup = obj.decode(b"v 0 0 0\nv 1 0 0\nv 0 1 0\nv nan inf 0\nf 1 2 3\n")
    assert len(soup.faces) == 1


# GLB ------------------------------------------------------------------------------------------


def glb_of(change=None):
    """A tetrahedron, with a change to what is said about it."""
    whole = written(".glb")
    (length,) = struct.unpack_from("<I", whole, 12)
    tree = json.loads(whole[20 : 20 + length])
    if change is not None:
        change(tree)
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    rest = whole[20 + length :]
    head = struct.pack("<4s2I", b"glTF", 2, 20 + len(text) + len(rest))
    return head + struct.pack("<I4s", len(text), b"JSON") + text + rest


def test_a_glb_is_posed_by_its_nodes():
    def move(tree):
        tree["nodes"] = [
            {"children": [1], "scale": [2, 2, 2], "rotation": [0, 0, 2**-0.5, 2**-0.5]},
            {"mesh": 0, "translation": [10, 0, 0]},
        ]
        tree["scenes"] = [{"nodes": [0]}]

    soup = glb.decode(glb_of(move))
    # moved 10 along x, turned so that x becomes y, doubled; then y up becomes z up
    assert soup.vertices[:, 2].min() == pytest.approx(20)
    assert soup.vertices[:, 2].max() == pytest.approx(22)


def _accessors(**told):
    return lambda tree: [accessor.update(told) for accessor in tree["accessors"]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_accessors(count=10**9), "do not fit"),
        (_accessors(count=-4), "where a count should be"),
        (_accessors(byteOffset=10**6), "do not fit"),
        (lambda tree: [a.pop("bufferView") for a in tree["accessors"]], "numbers left out"),
        (lambda tree: tree.update(nodes=[{"children": [0]}]), "two places"),
        (lambda tree: tree.update(nodes=[{"mesh": 7}], scenes=[{"nodes": [0]}]), "contradicts"),
        (lambda tree: tree["buffers"][0].update(uri="http://example.org/a.bin"), "another file"),
        (lambda tree: tree["meshes"][0]["primitives"][0].update(mode=0), "no triangles"),
        (
            lambda tree: tree["meshes"][0]["primitives"][0].update(
                extensions={"KHR_draco_mesh_compression": {}}
            ),
            "packed with KHR_draco",
        ),
    ],
)  # fmt: skip
def test_lying_glb_files_are_refused(change, words):
    with pytest.raises(SolidError, match=words):
        glb.decode(glb_of(change))


# 3MF ------------------------------------------------------------------------------------------


def package(model):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("3D/3dmodel.model", model)
    return buffer.getvalue()


MESH = (
    '<object id="1"><mesh><vertices><vertex x="0" y="0" z="0"/><vertex x="1" y="0" z="0"/>'
    '<vertex x="0" y="1" z="0"/></vertices><triangles><triangle v1="0" v2="1" v3="2"/>'
    "</triangles></mesh></object>"
)


def test_3mf_objects_made_of_objects():
    uses = '<component objectid="1" transform="0 1 0 -1 0 0 0 0 1 5 0 0"/><component objectid="1"/>'
    soup = threemf.decode(package(
        f"<model>{MESH}<object id='2'><components>{uses}</components></object>"
        '<build><item objectid="2" transform="1 0 0 0 1 0 0 0 1 0 0 7"/></build></model>'
    ))  # fmt: skip
    assert len(soup.faces) == 2
    places = {tuple(np.rint(v).astype(int).tolist()) for v in soup.vertices}
    assert places == {(0, 0, 7), (1, 0, 7), (0, 1, 7), (5, 0, 7), (5, 1, 7), (4, 0, 7)}


def tower(levels, width):
    """Objects of objects of objects, which unfold to width ** levels triangles."""
    objects = "".join(
        f"<object id='{n + 2}'><components>"
        + f"<component objectid='{n + 1}'/>" * width
        + "</components></object>"
        for n in range(levels)
    )
    return f"<model>{MESH}{objects}<build><item objectid='{levels + 1}'/></build></model>"


CIRCLE = "<object id='1'><component objectid='1'/></object>"
WRONG = MESH.replace('v3="2"', 'v3="3"')
BAD_FACE = f"<model>{WRONG}<build><item objectid='1'/></build></model>"


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (tower(9, 10), "unfolds to more than"),
        (tower(20, 1), "contain each other"),
        (f"<model>{MESH}<build><item objectid='9'/></build></model>", "object 9, which is not"),
        (f"<model>{CIRCLE}<build><item objectid='1'/></build></model>", "contain each other"),
        (f"<model>{MESH}</model>", "nothing to build"),
        (MESH, "nothing to build"),
        ("<model><object", "cannot be read"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><model/>', "document type"),
        (BAD_FACE, "not there"),
    ],
)  # fmt: skip
def test_lying_3mf_files_are_refused(model, words):
    with pytest.raises(SolidError, match=words):
        threemf.decode(package(model))


def test_3mf_round_trip_is_exact_to_float32():
    points = np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32)
    faces = np.arange(9).reshape(3, 3)
    soup = threemf.decode(threemf.encode(points, faces))
    assert np.array_equal(soup.vertices.astype(np.float32), points)
    assert np.array_equal(soup.faces, faces)


# Memory ---------------------------------------------------------------------------------------

HOSTILE = {
    "off": (off.decode, b"OFF\n999999999 999999999 0\n" + b"0 0 0\n" * 150),
    "stl": (stl.decode, bytes(80) + struct.pack("<I", 2**32 - 1) + bytes(900)),
    "ply": (ply.decode, ply_of("binary_little_endian", bytes(800), (2**31, 2**31))),
    "ply list": (ply.decode, ply_of("binary_little_endian", b"\xff" * 700, (4, 250))),
    "glb": (glb.decode, glb_of(_accessors(count=2**39))),
    "3mf": (threemf.decode, package(tower(8, 9))),
    "3mf zeros": (threemf.decode, package("<model>" + " " * 10**6 + "</model>")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_of_a_kilobyte_takes_little_memory(name):
    decode, content = HOSTILE[name]
    assert len(content) < 2100
    tracemalloc.start()
    try:
        with pytest.raises(SolidError):
            decode(content)
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()

"""Solids whose lengths lie: a file of a kilobyte never takes more than 100 MB, whatever it says."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from fuzz.readers import MEGABYTES, SIDE

from ganstudio.data.voxel_folder import VoxelFolder, VoxelFolderConfig
from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes import threemf
from ganstudio.solids.opening import SUFFIXES, open_solid

HUGE = (1 << 31) - 1


def npy(header: str, version: tuple[int, int] = (1, 0), body: bytes = b"") -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H", len(text)) + text + body


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, content in members.items():
            package.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


def objects() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([[[{"a": 1}]]], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def mat(body: bytes) -> bytes:
    return b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM" + body


def thing(kind: int) -> bytes:
    """An array named instance of a kind that holds no numbers."""
    flags = struct.pack("<4I", 6, 8, kind, 0)
    size = struct.pack("<2I2i", 5, 8, 1, 1)
    return flags + size + struct.pack("<2I", 1, 8) + b"instance" + bytes(8)


def glb(tree: str, body: bytes = b"") -> bytes:
    text = tree.encode()
    chunk = struct.pack("<I4s", len(text), b"JSON") + text
    rest = struct.pack("<I4s", len(body), b"BIN\0") + body
    return b"glTF" + struct.pack("<2I", 2, 12 + len(chunk) + len(rest)) + chunk + rest


def vox(chunks: bytes) -> bytes:
    return b"VOX " + struct.pack("<i", 150) + b"MAIN" + struct.pack("<2i", 0, len(chunks)) + chunks


def bomb() -> bytes:
    """A zip whose member unfolds a thousandfold, within what a kilobyte may weigh."""
    return zipped(**{"3D__3dmodel_model": b" " * (40 << 20)})


PLY = "ply\nformat binary_little_endian 1.0\nelement vertex {}\nproperty float x\n{}end_header\n"
LIES = {
    ".stl": [bytes(80) + struct.pack("<I", HUGE), b"solid x\n" + b"vertex 1 2 3\n" * 70],
    ".obj": [b"v 0 0 0\nf 1 999999999 2\n", b"v 0 0 0\nf " + b"1 " * 400, b"f -9 -99 -999\n"],
    ".ply": [
        PLY.format("999999999999", "").encode(),
        PLY.format("2", "property list uint double many\n").encode() + b"\xff" * 60,
        b"ply\nformat ascii 1.0\nelement face 9999999\nproperty list int int a\nend_header\n",
    ],
    ".off": [b"OFF 999999999 999999999 0\n", b"OFF 1 1 0\n0 0 0\n999999999 0\n"],
    ".glb": [
        glb("[" * 900),
        glb(
            '{"nodes":[{"mesh":0}],"meshes":[{"primitives":[{"attributes":{"POSITION":0}}]}],'
            '"accessors":[{"bufferView":0,"componentType":5126,"type":"VEC3","count":999999999}],'
            '"bufferViews":[{"buffer":0}],"buffers":[{}]}',
            bytes(36),
        ),
        glb('{"nodes":[{"children":[0,0,0,0]}]}'),
    ],
    ".3mf": [
        bomb(),
        zipped(**{"3D__3dmodel_model": b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'}),
    ],
    ".binvox": [
        b"#binvox 1\ndim 99999 99999 99999\ndata\n\x01\xff",
        b"#binvox 1\ndim 1 1 999999999999999999999\ndata\n",
    ],
    ".vox": [
        vox(b"SIZE" + struct.pack("<5i", 12, 0, HUGE, HUGE, HUGE)),
        vox(
            b"SIZE"
            + struct.pack("<5i", 12, 0, 256, 256, 256)
            + b"XYZI"
            + struct.pack("<3i", 4, 0, HUGE)
        ),
        vox(b"XXXX" + struct.pack("<2i", HUGE, HUGE)),
    ],
    ".npy": [
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9999, 9999, 9999)}"),
        npy("{'descr': '|V0', 'fortran_order': False, 'shape': (99999999, 99, 99)}"),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1, -1)}"),
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (1, 1, 1)}", body=bytes(8)),
        npy("__import__('os').system('true')"),
        objects(),
    ],
    ".npz": [
        zipped(a_npy=npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9999, 9999, 99)}")),
        zipped(a_npy=objects()),
        zipped(a_npy=bytes(40 << 20)),
    ],
    ".mat": [
        mat(struct.pack("<2I", 14, HUGE)),
        mat(struct.pack("<2I", 15, 40) + zlib.compress(bytes(1 << 20))[:40]),
        mat(struct.pack("<2I", 14, 0)),
        mat(struct.pack("<2I", 14, 56) + thing(3)),  # an object of MATLAB
    ],
}


def test_every_format_is_here() -> None:
    assert LIES.keys() == set(SUFFIXES)


@pytest.mark.parametrize(
    ("suffix", "content"),
    [(suffix, content) for suffix, contents in LIES.items() for content in contents],
    ids=[f"{suffix[1:]}-{i}" for suffix, contents in LIES.items() for i in range(len(contents))],
)
def test_lies_are_refused_in_little_memory(suffix: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"solid{suffix}"
    path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(SolidError):
            open_solid(path, SIDE)
        assert tracemalloc.get_traced_memory()[1] < MEGABYTES << 20
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is set through /proc")
def test_all_lies_together_fit_into_100_mb_of_address_space(tmp_path: Path) -> None:
    """Room that is reserved and never touched counts here too."""
    for suffix, contents in LIES.items():
        for number, content in enumerate(contents):
            (tmp_path / f"{number}{suffix}").write_bytes(content)
    program = (
        "import resource, sys, trimesh, scipy.ndimage; from pathlib import Path\n"
        "from ganstudio.solids.opening import open_solid, SolidError\n"
        "taken = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (taken + (100 << 20),) * 2)\n"
        "refused = 0\n"
        "for path in Path(sys.argv[1]).iterdir():\n"
        "    try: open_solid(path, 16)\n"
        "    except SolidError: refused += 1\n"
        "print(refused)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == str(sum(map(len, LIES.values()))), done.stderr[-2000:]


def test_a_folder_of_lies_is_told_file_by_file(tmp_path: Path) -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], np.float32)
    whole = threemf.encode(points, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))
    for name in ("a", "b"):
        (tmp_path / f"{name}.3mf").write_bytes(whole)
    for suffix, contents in LIES.items():
        (tmp_path / f"lie{suffix}").write_bytes(contents[0])
    config = VoxelFolderConfig(folder=str(tmp_path), side=16)
    samples = VoxelFolder(config, tmp_path).load()
    assert len(samples.x) == 2
    told = "\n".join(map(str, samples.remarks))
    for suffix in LIES:
        assert f"lie{suffix}" in told

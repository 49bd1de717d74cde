"""3MF: a zip with XML in it: objects of triangles, objects of objects, and what to build.

Source: 3MF Consortium, 3D Manufacturing Format Core Specification 1.3.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from array import array
from dataclasses import dataclass, field
from io import BytesIO
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from ganstudio.reading import shown
from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes.soup import Floats, Indices, Soup, budget, checked

LARGEST_XML_BYTES = 1 << 29
LARGEST_GROWTH = 1100  # what a zip can grow to against its size
DEEPEST = 16
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others take any room to unpack
MODEL_PART = "3D/3dmodel.model"

_FAULTS = (
    zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError, OverflowError, LookupError,
    OSError, struct.error,
)  # fmt: skip
"""What a damaged zip makes its reader raise."""

_Key = tuple[str, str]  # the part of the zip, the number of the object


@dataclass
class _Object:
    """Triangles of its own, and other objects with where they stand."""

    points: array[float] = field(default_factory=lambda: array("d"))
    corners: array[int] = field(default_factory=lambda: array("q"))
    uses: list[tuple[_Key, Floats]] = field(default_factory=list)


_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>
</Types>
"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Target="/3D/3dmodel.model" Id="rel0"
 Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>
</Relationships>
"""
_MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<model unit="millimeter" xml:lang="en-US"
 xmlns="http://schemas.microsoft.com/3dmanufacturing/core/2015/02">
<resources><object id="1" type="model"><mesh>
<vertices>
{vertices}
</vertices>
<triangles>
{triangles}
</triangles>
</mesh></object></resources>
<build><item objectid="1"/></build>
</model>
"""
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same mesh gives the same bytes


def encode(vertices: NDArray[np.floating], faces: NDArray[np.integer]) -> bytes:
    """The bytes of a .3mf file with one object.

    Args:
        vertices: (V, 3) in millimetres.
        faces: (F, 3) indices of vertices.
    """
    corners = "\n".join(
        f'<vertex x="{x:.9g}" y="{y:.9g}" z="{z:.9g}"/>' for x, y, z in vertices.tolist()
    )
    triangles = "\n".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in faces.tolist())
    model = _MODEL.format(vertices=corners, triangles=triangles)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as package:
        texts = {"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, MODEL_PART: model}
        for name, text in texts.items():
            info = zipfile.ZipInfo(name, _WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, text)
    return buffer.getvalue()


def decode(content: bytes) -> Soup:
    """Read the bytes of a .3mf file: everything that is to be built.

    Raises:
        SolidError: if they are none, or their objects contain each other or too much.
    """
    objects: dict[_Key, _Object] = {}
    build: list[tuple[_Key, Floats]] = []
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            infos = [info for info in package.infolist() if info.filename.endswith(".model")]
            if sum(info.file_size for info in infos) > min(
                LARGEST_XML_BYTES, LARGEST_GROWTH * len(content)
            ):
                raise SolidError("is a 3MF file that unfolds to more than it can hold")
            if any(info.compress_type not in _PACKINGS for info in infos):
                raise SolidError("is a 3MF file that is packed otherwise than 3MF files are")
            for info in infos:
                _Reader(info.filename, objects, build).read(package.read(info))
    except SolidError:
        raise
    except _FAULTS as error:
        raise SolidError(f"is no readable 3MF file ({shown(str(error))})") from error
    if not build:
        raise SolidError("holds nothing to build")
    return _assembled(objects, build, budget(len(content)))


class _Reader:
    """Takes one part of the zip apart, with no tree in memory."""

    def __init__(
        self, part: str, objects: dict[_Key, _Object], build: list[tuple[_Key, Floats]]
    ) -> None:
        self._part, self._objects, self._build = part, objects, build
        self._current: _Object | None = None

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, KeyError, ValueError, OverflowError) as error:
            if isinstance(error, SolidError):
                raise
            raise SolidError(f"is a 3MF file that cannot be read ({error!r:.80})") from error

    def _start(self, tag: str, told: dict[str, str]) -> None:
        name, current = tag.rpartition(" ")[2], self._current
        if name == "object":
            self._current = self._objects[self._part, told["id"]] = _Object()
        elif name == "item":
            self._build.append((self._key(told), _pose(told)))
        elif current is None:
            return
        elif name == "vertex":
            current.points.extend((float(told["x"]), float(told["y"]), float(told["z"])))
        elif name == "triangle":
            current.corners.extend((int(told["v1"]), int(told["v2"]), int(told["v3"])))
        elif name == "component":
            current.uses.append((self._key(told), _pose(told)))

    def _key(self, told: dict[str, str]) -> _Key:
        """Which object is meant; some files keep them in other parts."""
        path = next((told[name] for name in told if name.endswith(" path")), self._part)
        return path.lstrip("/"), told["objectid"]


def _refuse(*_: object) -> None:
    raise SolidError("is a 3MF file with a document type, which is not read here")


def _pose(told: dict[str, str]) -> Floats:
    """(4, 3): three rows that turn and stretch, one that moves; points are multiplied from left."""
    text = told.get("transform")
    if text is None:
        return np.eye(4, 3)
    return np.array([float(word) for word in text.split()], dtype=np.float64).reshape(4, 3)


def _assembled(objects: dict[_Key, _Object], build: list[tuple[_Key, Floats]], most: int) -> Soup:
    counts: dict[_Key, int] = {}
    if sum(_count(key, objects, counts, 0) for key, _ in build) > most:
        raise SolidError(f"unfolds to more than {most:,} triangles")
    points: list[Floats] = []
    faces: list[Indices] = []
    corners = 0
    waiting = [(key, pose) for key, pose in build]
    while waiting:
        key, pose = waiting.pop()
        if not counts[key]:
            continue
        thing = objects[key]
        waiting += [(other, _through(inner, pose)) for other, inner in thing.uses]
        if thing.corners:
            own = np.frombuffer(thing.points, np.float64).reshape(-1, 3)
            points.append(own @ pose[:3] + pose[3])
            faces.append(_faces(thing, len(own)) + corners)
            corners += len(own)
    if not faces:
        raise SolidError("holds no triangles")
    return checked(np.concatenate(points), np.concatenate(faces))


def _faces(thing: _Object, corners: int) -> Indices:
    faces = np.frombuffer(thing.corners, np.int64).reshape(-1, 3)
    if faces.min() < 0 or faces.max() >= corners:
        raise SolidError("has a face with a corner that is not there")
    return faces


def _count(key: _Key, objects: dict[_Key, _Object], counts: dict[_Key, int], depth: int) -> int:
    """How much an object weighs in all: its triangles, or a third of its corners if more."""
    if key not in counts:
        if key not in objects:
            raise SolidError(f"uses the object {key[1]}, which is not there")
        if depth > DEEPEST:
            raise SolidError("has objects that contain each other")
        thing = objects[key]
        own = max(len(thing.corners) // 3, len(thing.points) // 9) if thing.corners else 0
        below = [_count(other, objects, counts, depth + 1) for other, _ in thing.uses]
        # each use costs the way to it, even to an object that turns out to be empty
        counts[key] = own + sum(below) + (len(below) if any(below) else 0)
    return counts[key]


def _through(inner: Floats, outer: Floats) -> Floats:
    """One pose after the other."""
    pose = inner @ outer[:3]
    pose[3] += outer[3]
    return pose

"""GLB: a glTF scene in one binary file.

Source: Khronos, glTF 2.0 Specification, chapters 3 and 4.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.reading import parse_json
from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes.soup import Floats, Indices, Soup, budget, checked, upright

_KINDS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_TRIANGLES, _STRIP, _FAN = 4, 5, 6
MOST_NODES = 1 << 20


def decode(content: bytes) -> Soup:
    """Read the bytes of a .glb file: all triangles of its scene, turned so that z is up.

    Raises:
        SolidError: if they are none, contradict themselves, or are packed in a way not read
            here.
    """
    tree, binary = _chunks(content)
    try:
        return _scene(tree, binary, budget(len(content)))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError) as error:
        if isinstance(error, SolidError):
            raise
        raise SolidError(f"is a GLB file that contradicts itself ({error!r:.80})") from error


def _chunks(content: bytes) -> tuple[dict[str, Any], bytes]:
    """What is said, and the numbers."""
    if len(content) < 20 or content[:4] != b"glTF":
        raise SolidError("is no GLB file: it does not begin with glTF")
    version, _, length = struct.unpack_from("<3I", content, 4)
    if version != 2:
        raise SolidError(f"is a GLB file of version {version}; 2 is read here")
    if content[16:20] != b"JSON" or length > len(content) - 20:
        raise SolidError("is a GLB file that is cut off")
    try:
        tree = parse_json(content[20 : 20 + length])
    except ValueError as error:
        raise SolidError("is a GLB file whose description cannot be read") from error
    if not isinstance(tree, dict):
        raise SolidError("is a GLB file without a description")
    at = 20 + length
    if len(content) < at + 8:
        return tree, b""
    (size,) = struct.unpack_from("<I", content, at)
    return tree, content[at + 8 : at + 8 + size]


def _scene(tree: dict[str, Any], binary: bytes, most: int) -> Soup:
    nodes = tree.get("nodes", [])
    waiting = [(int(node), np.eye(4)) for node in _roots(tree, nodes)]
    seen: set[int] = set()
    points: list[Floats] = []
    faces: list[Indices] = []
    corners = triangles = 0
    while waiting:
        index, above = waiting.pop()
        if index in seen or index < 0 or len(seen) > MOST_NODES:
            raise SolidError("is a GLB file in which a node hangs in two places")
        seen.add(index)
        node = nodes[index]
        pose = above @ _pose(node)
        waiting += [(int(child), pose) for child in node.get("children", [])]
        if "mesh" not in node:
            continue
        for part in tree["meshes"][_place(node["mesh"])]["primitives"]:
            soup = _primitive(tree, binary, part)
            if soup is None:
                continue
            triangles += len(soup.faces)
            corners += len(soup.vertices)
            if triangles > most or corners > 3 * most:
                raise SolidError(f"unfolds to more than {most:,} triangles")
            faces.append(soup.faces + (corners - len(soup.vertices)))
            points.append(soup.vertices @ pose[:3, :3].T + pose[:3, 3])
    if not faces:
        raise SolidError("holds no triangles")
    return checked(upright(np.concatenate(points)), np.concatenate(faces))


def _roots(tree: dict[str, Any], nodes: list[Any]) -> list[int]:
    """Where the scene begins: what it says, else every node that hangs under none."""
    scenes = tree.get("scenes", [])
    if scenes:
        return list(scenes[_place(tree.get("scene", 0))].get("nodes", []))
    children = {child for node in nodes for child in node.get("children", [])}
    return [i for i in range(len(nodes)) if i not in children]


def _pose(node: dict[str, Any]) -> Floats:
    """(4, 4) from the node to the one above it."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    pose = np.eye(4)
    x, y, z, w = (float(n) for n in node.get("rotation", (0, 0, 0, 1)))
    pose[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    pose[:3, :3] *= np.array(node.get("scale", (1, 1, 1)), dtype=np.float64)
    pose[:3, 3] = node.get("translation", (0, 0, 0))
    return pose


def _primitive(tree: dict[str, Any], binary: bytes, part: dict[str, Any]) -> Soup | None:
    """The triangles of one part; None for points and lines."""
    mode = part.get("mode", _TRIANGLES)
    if mode not in (_TRIANGLES, _STRIP, _FAN):
        return None
    if packed := [name for name in part.get("extensions", {}) if "compression" in name]:
        raise SolidError(f"is packed with {packed[0]}, which is not read here; save it without")
    if "POSITION" not in part["attributes"]:
        return None
    vertices = _accessor(tree, binary, part["attributes"]["POSITION"])
    if vertices.shape[1] != 3:
        raise SolidError("is a GLB file whose corners have no three coordinates")
    if "indices" in part:
        order = _accessor(tree, binary, part["indices"])[:, 0].astype(np.int64)
        if len(order) and (order.min() < 0 or order.max() >= len(vertices)):
            raise SolidError("has a face with a corner that is not there")
    else:
        order = np.arange(len(vertices), dtype=np.int64)
    return Soup(vertices, _triangles(order, mode))


def _triangles(order: Indices, mode: int) -> Indices:
    if mode == _TRIANGLES:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    second, third = order[1:-1], order[2:]
    first = order[:-2] if mode == _STRIP else np.broadcast_to(order[:1], second.shape)
    made = np.stack([first, second, third], axis=1)
    if mode == _STRIP:
        made[1::2] = made[1::2, ::-1]
    return made


def _accessor(tree: dict[str, Any], binary: bytes, index: Any) -> Floats:
    """Numbers (count, width) float64, wherever they lie."""
    told = tree["accessors"][_place(index)]
    if "bufferView" not in told or "sparse" in told:
        raise SolidError("is a GLB file with numbers left out, which is not read here")
    view = tree["bufferViews"][_place(told["bufferView"])]
    if view.get("buffer", 0) != 0 or "uri" in tree["buffers"][0]:
        raise SolidError("is a GLB file that keeps its numbers in another file")
    kind = np.dtype(_KINDS[told["componentType"]])
    width, count = _WIDTHS[told["type"]], _place(told["count"])
    stride = _place(view.get("byteStride", 0)) or kind.itemsize * width
    start = _place(view.get("byteOffset", 0)) + _place(told.get("byteOffset", 0))
    end = start + stride * (count - 1) + kind.itemsize * width if count else start
    if end > len(binary):
        raise SolidError(f"promises {count:,} numbers that do not fit in its bytes")
    numbers: NDArray[Any] = np.ndarray((count, width), kind, binary, start, (stride, kind.itemsize))
    values = numbers.astype(np.float64)
    if told.get("normalized") and kind.kind in "iu":
        values = np.maximum(values / np.iinfo(kind).max, -1.0)
    return values


def _place(number: Any) -> int:
    """A number from the file that counts something, no less than 0."""
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 1 << 40:
        raise SolidError(f"is a GLB file with {number!r:.40} where a count should be")
    return number

"""OBJ: lines that begin with v are corners, lines that begin with f are faces.

Source: Wavefront Object Files, appendix B1 of the Advanced Visualizer manual.
"""

from __future__ import annotations

import numpy as np

from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes.soup import Soup, checked, fans, floats, whole


def decode(content: bytes) -> Soup:
    """Read the bytes of an .obj file; materials, curves, lines and points are passed over.

    Raises:
        SolidError: if they hold no faces, or faces with corners that are not there.
    """
    points: list[bytes] = []
    named: list[bytes] = []
    sizes: list[int] = []
    before: list[int] = []  # corners so far, for faces that count back from there
    for line in content.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ").splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == b"v":
            if len(words) < 4:
                raise SolidError("has corners with fewer than three coordinates")
            points += words[1:4]
        elif words[0] == b"f":
            corners = [word.partition(b"/")[0] for word in words[1:] if not word.startswith(b"#")]
            named += corners
            sizes.append(len(corners))
            before.append(len(points) // 3)
    corner = whole(named, "faces")
    if (corner == 0).any():
        raise SolidError("has a face with the corner 0; OBJ counts from 1")
    seen = np.repeat(np.array(before, dtype=np.int64), sizes)
    corner = np.where(corner > 0, corner - 1, seen + corner)
    vertices = floats(points, "coordinates").reshape(-1, 3)
    return checked(vertices, fans(np.array(sizes, dtype=np.int64), corner))

"""OFF: counts, a line for each corner, a line for each face.

Source: Object File Format, http://www.geomview.org/docs/html/OFF.html. Files of ModelNet write
the counts straight behind the word OFF.
"""

from __future__ import annotations

import re

import numpy as np

from ganstudio.solids.faults import SolidError
from ganstudio.solids.meshes.soup import Soup, checked, fans, floats, whole

_HEAD = re.compile(rb"\s*(?:#[^\n]*\n\s*)*(?:ST)?C?N?(4?)(n?)OFF(\s*BINARY)?", re.IGNORECASE)
LONGEST_COMMENTS_BYTES = 65_536


def decode(content: bytes) -> Soup:
    """Read the bytes of an .off file.

    Raises:
        SolidError: if they are none, or the counts promise more than there is.
    """
    head = _HEAD.match(content[:LONGEST_COMMENTS_BYTES])
    if head is None:
        raise SolidError("is no OFF file: it does not begin with OFF")
    if any(head.groups()):
        raise SolidError("is an OFF file in binary or of four dimensions, which is not read here")
    lines = [
        words
        for line in content[head.end() :].splitlines()
        if (words := line.partition(b"#")[0].split())
    ]
    if not lines or len(lines[0]) < 2:
        raise SolidError("is an OFF file without counts of corners and faces")
    corners, faces = (int(n) for n in whole(lines[0][:2], "counts"))
    if corners < 0 or faces < 0 or corners + faces > len(lines) - 1:
        raise SolidError(
            f"promises {corners:,} corners and {faces:,} faces, "
            f"but holds {len(lines) - 1:,} lines for both"
        )
    points = lines[1 : 1 + corners]
    if any(len(words) < 3 for words in points):
        raise SolidError("has corners with fewer than three coordinates")
    vertices = floats([word for words in points for word in words[:3]], "coordinates")
    rows = lines[1 + corners : 1 + corners + faces]
    sizes = whole([words[0] for words in rows], "faces")
    if any(n < 0 or n >= len(words) for n, words in zip(sizes, rows, strict=True)):
        raise SolidError("has faces with fewer corners than they promise")
    named = [word for n, words in zip(sizes, rows, strict=True) for word in words[1 : 1 + n]]
    return checked(vertices.reshape(-1, 3), fans(np.asarray(sizes), whole(named, "faces")))

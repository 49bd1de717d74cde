"""Names of folders that people type: such as every system can keep."""

from __future__ import annotations

import os
import re

LONGEST_BYTES = 200  # of the 255 that disks take: copies and temporary names add to it
FORBIDDEN = r'/ \ : * ? " < > |'
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)


def fault(name: str) -> str:
    """Why a folder had better not be named so, on this system or on another; empty if it may.

    Windows keeps some names for devices, ends no name with a dot or a space, and takes fewer
    signs than others; a run that is named there can be carried anywhere.
    """
    if not name or name != name.strip():
        return "A name neither begins nor ends with a space."
    if any(sign in FORBIDDEN.replace(" ", "") for sign in name):
        return f"A name has none of {FORBIDDEN} in it."
    if not name.isprintable():
        return "A name has no signs in it that cannot be seen, such as tabs."
    if name.startswith(".") or name.endswith("."):
        return "A name neither begins nor ends with a dot."
    if _DEVICE.fullmatch(name):
        return f"Windows keeps the name {name} for itself: take another."
    if (size := len(os.fsencode(name))) > LONGEST_BYTES:
        return f"A name has at most {LONGEST_BYTES} bytes, this one has {size}."
    return ""

"""How long solids take to be written, opened again and voxelised.

    python tests/bench/exports.py
    python tests/bench/exports.py --sides 32 64 128

One chair at each resolution, in every format; the best of three, in milliseconds. The figures
belong to this machine and this moment; nothing is asserted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganstudio.solids import export, formats, pieces
from ganstudio.solids.opening import open_solid

HEAD = ("side", "surface", "format", "ready ms", "write ms", "open ms", "kB", "triangles")
RUNS = 3


def best_ms(work: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest of a few runs, and what came out."""
    times, result = [], None
    for _ in range(RUNS):
        began = time.perf_counter()
        result = work()
        times.append(1000 * (time.perf_counter() - began))
    return min(times), result


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--sides", type=int, nargs="+", default=[32, 64, 128])
    sides = parser.parse_args().sides
    print("  ".join(f"{word:>9}" for word in HEAD))
    with tempfile.TemporaryDirectory() as folder:
        for side in sides:
            grid = pieces.draw("chair", 0, side) > 0.5
            for suffix in formats.SUFFIXES:
                mesh = suffix in formats.MESH_SUFFIXES
                for surface in ("smooth", "cubes") if mesh else ("-",):
                    row(Path(folder) / f"a{suffix}", grid, surface)


def row(path: Path, grid: Any, surface: str) -> None:
    """Write, open and print one format."""
    wishes = export.Wishes("cubes" if surface == "cubes" else "smooth", 80.0)
    ready_ms, ready = best_ms(lambda: export.make_ready(grid, path.suffix, wishes))
    write_ms, _ = best_ms(lambda: formats.write(path, ready.content()))
    open_ms, _ = best_ms(lambda: open_solid(path, len(grid)))
    cells = (
        len(grid), surface, path.suffix, f"{ready_ms:.1f}", f"{write_ms:.1f}", f"{open_ms:.1f}",
        path.stat().st_size // 1000, ready.report.triangles,
    )  # fmt: skip
    print("  ".join(f"{cell:>9}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()

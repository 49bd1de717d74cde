"""Makes of a run the small folder that ships: its recipe and its averaged generator at half size.

python packaging/ship_model.py runs/faces resources/models/welcome
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save

from ganstudio.train.run import FORMAT, RunFolder

MOST_BYTES = 2_000_000


def main(source: Path, target: Path) -> int:
    """Write ``target`` anew from the newest checkpoint of ``source``."""
    tensors, nimg = RunFolder.open(source).read_generator()
    halved = {
        name: value.to(torch.float16) if value.is_floating_point() else value
        for name, value in tensors.items()
    }
    content = save(halved)
    if len(content) > MOST_BYTES:
        print(f"{len(content)} bytes are too many to ship, {MOST_BYTES} at most", file=sys.stderr)
        return 1
    shutil.rmtree(target, ignore_errors=True)
    checkpoint = target / "checkpoints" / f"{nimg / 1000:010.3f}k"
    checkpoint.mkdir(parents=True)
    (checkpoint / "generator.safetensors").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    files = {"generator.safetensors": {"bytes": len(content), "sha256": digest}}
    manifest = {"format": FORMAT, "nimg": nimg, "files": files}
    (checkpoint / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    shutil.copy(source / "recipe.toml", target / "recipe.toml")
    print(f"{target}: {len(content) / 1e6:.2f} MB at {nimg / 1000:.0f} kimg")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))

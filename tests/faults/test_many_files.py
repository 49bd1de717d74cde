"""A folder of 100,000 files: opened in a process whose memory hardly grows, and only once."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.data import _folder
from ganstudio.data.image_folder import ImageFolder

COUNT, LINKS = 100_000, 10_000  # some file systems allow 65,000 links to a file
MOST_MB = 32  # a list of so many paths takes more

OPEN = """
import resource, sys
from pathlib import Path
import numpy as np
from ganstudio.data import _folder

def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def opened(folder):
    reads = 0
    def read(path, told):
        nonlocal reads
        reads += 1
        return {"x": np.frombuffer(path.read_bytes()[-48:], np.uint8).reshape(3, 4, 4)}
    listing = _folder.Listing(Path(folder))
    found = _folder.decode(listing, read, "pictures", {}, lambda text: None)
    return len(found.columns["x"]), reads

opened(sys.argv[1])
before = peak_mb()
print(*opened(sys.argv[2]), *opened(sys.argv[2]), peak_mb() - before)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    for part in range(COUNT // LINKS):
        inside = folder / f"part{part}"
        inside.mkdir()
        first = inside / "00000.png"
        Image.new("RGB", (8, 8), (20 * part, 0, 0)).save(first)
        for index in range(1, LINKS):
            (inside / f"{index:05}.png").hardlink_to(first)
    return folder


def test_memory_stays_and_the_second_opening_reads_no_file(many: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    for path in islice((many / "part0").iterdir(), 100):
        (small / path.name).hardlink_to(path)
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(small), str(many)],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    count, read, again, read_again, grown_mb = map(float, done.stdout.split())
    assert (count, read, again, read_again) == (COUNT, COUNT, COUNT, 0)
    assert grown_mb < MOST_MB


def test_what_a_form_asks_for_reads_few_of_them(many: Path) -> None:
    looked = []

    def read(path: Path, config: _folder.FolderConfig) -> np.ndarray:
        looked.append(path)
        return _folder.read_square(path, config)

    config = ImageFolder.Config(folder=str(many), size=16)
    assert ImageFolder.missing(config, many) == []
    assert len(ImageFolder.spec(config).condition.names) == COUNT // LINKS
    assert _folder.first(9, config, read) is not None
    assert len(looked) == 9

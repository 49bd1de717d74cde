"""CIFAR-10 in its binary version; these are tiny files of our own."""

import tarfile
from pathlib import Path

import pytest
import torch

from ganstudio.data.base import DataError
from ganstudio.data.cifar10 import FILES, FOLDER, SHA256, URL, Cifar10

EACH = 4
IMAGES = torch.randint(0, 256, (5 * EACH, 3, 32, 32), generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(5 * EACH) % 10


def write(root: Path) -> Path:
    folder = root / FOLDER
    folder.mkdir(parents=True)
    for number, name in enumerate(FILES):
        rows = range(number * EACH, (number + 1) * EACH)
        records = (bytes([LABELS[i]]) + bytes(IMAGES[i].flatten().tolist()) for i in rows)
        (folder / name).write_bytes(b"".join(records))
    return folder


def load(root: Path):
    return Cifar10(Cifar10.Config(), root).load()


@pytest.fixture(autouse=True)
def fetched(monkeypatch):
    """What it tries to download; nothing arrives."""
    asked = []

    def fail(file, target, tell):
        asked.append((file.urls, target, file.sha256))
        raise OSError("no network in tests")

    monkeypatch.setattr("ganstudio.data.cifar10.fetch", fail)
    return asked


def test_files_that_are_there_are_only_read(tmp_path, fetched):
    write(tmp_path)
    samples = load(tmp_path)
    assert torch.equal(samples.x.long(), IMAGES)
    assert samples.x.dtype == torch.uint8
    assert samples.labels.tolist() == LABELS.tolist()
    assert fetched == []


@pytest.mark.parametrize("lost", [FILES[0], FILES[3]])
def test_one_lost_file_is_fetched_with_the_binary_version(lost, tmp_path, fetched):
    (write(tmp_path) / lost).unlink()
    with pytest.raises(DataError, match="binary version"):
        load(tmp_path)
    assert fetched == [((URL,), tmp_path / "cifar-10-binary.tar.gz", SHA256)]
    assert "binary" in URL


def test_what_was_fetched_is_unpacked_and_its_archive_removed(tmp_path, monkeypatch):
    source = write(tmp_path / "elsewhere")

    def pack(file, target, tell):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(target, "w:gz") as archive:
            archive.add(source, FOLDER)

    monkeypatch.setattr("ganstudio.data.cifar10.fetch", pack)
    assert torch.equal(load(tmp_path / "data").x.long(), IMAGES)
    assert [path.name for path in (tmp_path / "data").iterdir()] == [FOLDER]


def test_the_version_of_pickles_is_not_read(tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    (folder / "data_batch_1").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(DataError, match="pickles") as caught:
        load(tmp_path)
    assert URL in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [lambda old: old[:-1], lambda old: b"", lambda old: bytes([10]) + old[1:]],
    ids=["short", "empty", "eleventh class"],
)
def test_damaged_files_are_named(content, tmp_path):
    path = write(tmp_path) / FILES[2]
    path.write_bytes(content(path.read_bytes()))
    with pytest.raises(DataError, match="damaged") as caught:
        load(tmp_path)
    assert str(path) in str(caught.value)


def test_the_preview_shows_files_that_are_there(tmp_path):
    cifar = Cifar10(Cifar10.Config(), tmp_path)
    assert cifar.preview(3) is None
    write(tmp_path)
    assert torch.equal(cifar.preview(3).long(), IMAGES[:3])
    assert cifar.preview(EACH + 1) is None

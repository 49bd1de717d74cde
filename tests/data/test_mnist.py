"""MNIST and its look-alikes read the same kind of files; these are tiny ones of our own."""

import struct
from pathlib import Path

import pytest
import torch

from ganstudio.data.base import DataError, Dataset
from ganstudio.data.fashion_mnist import FashionMnist
from ganstudio.data.kmnist import Kmnist
from ganstudio.data.mnist import Mnist

SETS = [(Mnist, "MNIST"), (FashionMnist, "FashionMNIST"), (Kmnist, "KMNIST")]
IMAGES = torch.randint(0, 256, (12, 28, 28), generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(12) % 10


def write(root: Path, folder: str) -> Path:
    raw = root / folder / "raw"
    raw.mkdir(parents=True)
    pixels = bytes(IMAGES.flatten().tolist())
    (raw / "train-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, 12, 28, 28) + pixels)
    (raw / "train-labels-idx1-ubyte").write_bytes(
        struct.pack(">2i", 2049, 12) + bytes(LABELS.tolist())
    )
    return raw


@pytest.fixture(autouse=True)
def _never_downloads(monkeypatch):
    def fail(*_, **__):
        raise AssertionError("it tried to download")

    monkeypatch.setattr("ganstudio.data._torchvision.fetch", fail)


@pytest.mark.parametrize(("kind", "folder"), SETS)
@pytest.mark.parametrize("size", [28, 32])
def test_files_that_are_there_are_only_read(kind: type[Dataset], folder, size, tmp_path):
    raw = write(tmp_path, folder)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    samples = kind(kind.Config(size=size), tmp_path).load()
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert len(list(raw.iterdir())) == 2
    rim = (size - 28) // 2
    assert samples.x.shape == (12, 1, size, size)
    assert torch.equal(samples.x[:, 0, rim : rim + 28, rim : rim + 28].long(), IMAGES)
    assert samples.labels.tolist() == LABELS.tolist()


def test_the_rim_is_background(tmp_path):
    write(tmp_path, "MNIST")
    x = Mnist(Mnist.Config(), tmp_path).load().x
    assert x[:, :, :2].max() == 0
    assert x[:, :, :, -2:].max() == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("train-images-idx3-ubyte", lambda old: old[:-5]),
        ("train-images-idx3-ubyte", lambda old: b""),
        ("train-images-idx3-ubyte", lambda old: b"<html>not found</html>"),
        ("train-labels-idx1-ubyte", lambda old: struct.pack(">2i", 2049, 3) + bytes([1, 2, 3])),
        ("train-labels-idx1-ubyte", lambda old: old[:-1] + bytes([77])),
    ],
)
def test_damaged_files_are_named(name, content, tmp_path):
    raw = write(tmp_path, "MNIST")
    path = raw / name
    path.write_bytes(content(path.read_bytes()))
    with pytest.raises(DataError, match="damaged") as caught:
        Mnist(Mnist.Config(), tmp_path).load()
    assert str(raw) in str(caught.value)
    assert name in str(caught.value)


def test_the_preview_shows_files_that_are_there(tmp_path):
    mnist = Mnist(Mnist.Config(), tmp_path)
    assert mnist.preview(5) is None
    write(tmp_path, "MNIST")
    loaded = mnist.load().x
    assert torch.equal(mnist.preview(5), loaded[:5])
    assert mnist.preview(13) is None


def test_classes_have_names():
    assert Mnist.spec(Mnist.Config()).condition.names[7] == "7"
    assert len(set(FashionMnist.spec(FashionMnist.Config()).condition.names)) == 10

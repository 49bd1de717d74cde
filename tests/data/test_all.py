"""What every data set promises, checked for all that the registry finds."""

import socket
from pathlib import Path

import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import DataError, Dataset, Samples
from ganstudio.knobs import knobs_of

KEYS = registry.keys("data")
IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
NEED_FILES = {  # the folder under the data folder, and what must be in it
    "mnist": ("MNIST/raw", *IDX),
    "fashion_mnist": ("FashionMNIST/raw", *IDX),
    "kmnist": ("KMNIST/raw", *IDX),
    "cifar10": ("cifar-10-batches-bin", "data_batch_1.bin", "data_batch_5.bin"),
    "celeba": ("celeba", "img_align_celeba", "list_attr_celeba.txt"),
}
OWN = [key for key in KEYS if "folder" in knobs_of(registry.find("data", key).Config)]
DRAWN = [key for key in KEYS if key not in (*NEED_FILES, *OWN)]


def small(kind: type[Dataset]):
    """The set's own knobs, but few samples where it lets one choose."""
    count = knobs_of(kind.Config).get("count")
    return kind.Config() if count is None else kind.Config(count=max(96, int(count.low or 0)))


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_, **__):
        raise socket.gaierror("no network in tests")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def load(key: str, tmp_path) -> tuple[type[Dataset], object, Samples]:
    kind = registry.find("data", key)
    config = small(kind)
    return kind, config, kind(config, tmp_path).load()


def test_every_file_holds_a_data_set():
    assert set(registry.discover("data")) == set(KEYS)
    assert {"digits", "mnist", "fashion_mnist", "faces", "points", "furniture"} <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_it_introduces_itself(key):
    kind = registry.find("data", key)
    assert issubclass(kind, Dataset)
    assert kind.title
    assert kind.summary.endswith(".")
    assert len(kind.__doc__ or "") > 150
    assert all(knob.help for knob in knobs_of(kind.Config).values())


@pytest.mark.parametrize("key", DRAWN)
def test_samples_are_as_the_spec_says(key, tmp_path):
    kind, config, samples = load(key, tmp_path)
    spec = kind.spec(config)
    assert tuple(samples.x.shape[1:]) == spec.shape
    if spec.kind == "points":
        assert samples.x.dtype == torch.float32
        assert samples.x.abs().max() <= 1
    else:
        assert samples.x.dtype == torch.uint8
        assert samples.x.min() < 64
        assert samples.x.max() > 192
    for value in (samples.attributes or {}).values():
        assert value.shape == (len(samples.x),)
        assert value.dtype in (torch.int64, torch.float32)


@pytest.mark.parametrize("key", DRAWN)
def test_labels_are_classes(key, tmp_path):
    kind, config, samples = load(key, tmp_path)
    condition = kind.spec(config).condition
    if condition.kind != "classes":
        assert samples.labels is None
        return
    assert samples.labels.dtype == torch.int64
    assert samples.labels.shape == (len(samples.x),)
    assert sorted(samples.labels.unique().tolist()) == list(range(condition.classes))


@pytest.mark.parametrize("key", DRAWN)
def test_it_is_the_same_every_time(key, tmp_path):
    (_, _, first), (_, _, second) = load(key, tmp_path), load(key, tmp_path)
    assert torch.equal(first.x, second.x)
    assert (first.labels is None) == (second.labels is None)
    if first.labels is not None:
        assert torch.equal(first.labels, second.labels)


@pytest.mark.parametrize("key", KEYS)
def test_the_preview_agrees_with_the_spec(key):
    kind = registry.find("data", key)
    config = kind.Config()
    made = kind(config, Path("nowhere"))
    preview = made.preview(5)
    if preview is None:
        assert key in (*NEED_FILES, *OWN)
        return
    spec = kind.spec(config)
    assert tuple(preview.shape) == (5, *spec.shape)
    assert preview.dtype == (torch.float32 if spec.kind == "points" else torch.uint8)
    assert torch.equal(preview, made.preview(5))


@pytest.mark.parametrize("key", NEED_FILES)
@pytest.mark.usefixtures("offline")
def test_missing_files_are_named(key, tmp_path, capfd):
    kind = registry.find("data", key)
    with pytest.raises(DataError) as caught:
        kind(kind.Config(), tmp_path).load()
    message = str(caught.value)
    folder, *files = NEED_FILES[key]
    assert str(tmp_path / folder) in message
    assert all(name in message for name in files)
    assert "--data-root" in message

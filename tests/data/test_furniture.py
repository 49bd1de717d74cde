from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.data.furniture import Furniture
from ganstudio.solids.pieces import CLASSES, draw


def _load(**knobs):
    return Furniture(Furniture.Config(**knobs), Path("nowhere")).load()


@pytest.mark.parametrize("side", [32, 64])
def test_samples_are_as_the_spec_says(side):
    config = Furniture.Config(side=side, count=12)
    spec, samples = Furniture.spec(config), _load(side=side, count=12)
    assert samples.x.shape == (12, *spec.shape)
    assert samples.x.dtype == torch.uint8
    assert samples.x.unique().tolist() == [0, 255]
    assert samples.labels.dtype == torch.int64


def test_classes_are_balanced_and_labels_true():
    samples = _load(count=30)
    assert samples.labels.bincount().tolist() == [5] * 6
    for index in (0, 7, 29):
        name = CLASSES[int(samples.labels[index])]
        assert np.array_equal(samples.x[index, 0].numpy() > 0, draw(name, index))


def test_the_spec_names_the_classes():
    condition = Furniture.spec(Furniture.Config()).condition
    assert (condition.kind, condition.names) == ("classes", CLASSES)


def test_one_kind_alone_has_no_labels():
    samples = _load(kind="lamp", count=6)
    assert samples.labels is None
    assert Furniture.spec(Furniture.Config(kind="lamp")).condition.kind == "none"
    assert np.array_equal(samples.x[4, 0].numpy() > 0, draw("lamp", 4))


def test_the_set_is_the_same_every_time_and_grows_at_its_end():
    few, many = _load(count=6), _load(count=18)
    assert torch.equal(few.x, many.x[:6])


def test_a_preview_is_the_start_of_the_set():
    config = Furniture.Config(count=18)
    assert torch.equal(Furniture(config, Path("nowhere")).preview(8), _load(count=18).x[:8])


def test_every_kind_of_the_knob_can_be_drawn():
    for name in CLASSES:
        assert _load(kind=name, count=6).x.any()

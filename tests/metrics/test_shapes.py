import numpy as np
import pytest
import torch

from ganstudio.metrics.base import Items, View
from ganstudio.metrics.shapes import Shapes, apart
from ganstudio.samples import SampleSpec

SPEC = SampleSpec("voxels", (1, 8, 8, 8))


def boxes(seed: int, count: int = 80) -> np.ndarray:
    random = np.random.default_rng(seed)
    x = np.full((count, 1, 8, 8, 8), -1, np.float32)
    for volume in x[:, 0]:
        low, high = random.integers(0, 4, 3), random.integers(4, 9, 3)
        volume[low[0] : high[0], low[1] : high[1], low[2] : high[2]] = 1
    return x


def measured(fake: np.ndarray) -> dict[str, float]:
    real = Items(boxes(0))
    return Shapes().measure(View(SPEC, real, Items(fake), real))


def test_intersection_over_union_by_hand():
    a = torch.tensor([[1.0, 1, 0, 0], [0, 0, 0, 0]])
    b = torch.tensor([[1.0, 0, 1, 0], [0, 0, 0, 0]])
    assert torch.allclose(apart(a, b), torch.tensor([[2 / 3, 1.0], [1.0, 0.0]]))


def test_faults_are_put_in_order():
    real, flipped = measured(boxes(1)), boxes(1)
    flipped *= np.where(np.random.default_rng(0).random(flipped.shape) < 0.1, -1, 1)
    noisy, one = measured(flipped), measured(np.repeat(boxes(1)[:1], 80, axis=0))
    random = np.random.default_rng(1)
    noise = measured(np.where(random.random((80, 1, 8, 8, 8)) < 0.04, 1, -1).astype(np.float32))
    assert real["mmd"] < noisy["mmd"] < one["mmd"] < noise["mmd"]
    assert max(real["jsd"], noisy["jsd"]) < 0.03 < one["jsd"]
    assert real["cov"] > 0.4 > one["cov"]
    assert 0.35 < real["1nna"] < 0.65
    assert one["1nna"] > 0.9


def test_copies_are_nearer_than_real_ones():
    scores = measured(boxes(0))
    assert scores["mmd"] == pytest.approx(0)
    assert scores["1nna"] < 0.1


def test_nothing_at_all_is_as_far_as_can_be():
    scores = measured(np.full((80, 1, 8, 8, 8), -1, np.float32))
    assert scores["jsd"] == pytest.approx(np.log(2))
    assert scores["mmd"] == 1

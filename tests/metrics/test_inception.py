"""Inception gets its pictures as Google's weights learnt them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.metrics._inception import SIDE, Inception

models = pytest.importorskip("torchvision.models")


class _SeenError(Exception):
    """Raised at the first layer: the rest takes long."""


def test_pictures_reach_the_first_layer_from_minus_one_to_one(monkeypatch):
    with torch.device("meta"):
        network = models.inception_v3(weights=None, aux_logits=True, init_weights=False)
    zeros = {key: torch.zeros(value.shape) for key, value in network.state_dict().items()}
    monkeypatch.setattr(torch, "load", lambda *_, **__: zeros)
    seer = Inception(Path("inception_v3_google.pth"))
    caught = []

    def catch(_layer, inputs):
        caught.append(inputs[0])
        raise _SeenError

    seer._network.Conv2d_1a_3x3.register_forward_pre_hook(catch)
    x = np.ones((2, 1, 16, 16), np.float32)
    x[1] = -1
    with pytest.raises(_SeenError):
        seer.see(x)
    (seen,) = caught
    assert seen.shape == (2, 3, SIDE, SIDE)
    torch.testing.assert_close(seen[0], torch.ones(3, SIDE, SIDE))
    torch.testing.assert_close(seen[1], -torch.ones(3, SIDE, SIDE))

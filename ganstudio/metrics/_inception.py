"""Inception features for FID, where their weights already lie on the disk; nothing is fetched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ganstudio.metrics._extractor import Pause, nothing

SIDE, CLASSES = 299, 1000
CHUNK = 16
NAME = "inception_v3_google-*.pth"


class Inception:
    """The 2,048 features before torchvision's Inception v3 decides, and its 1,000 classes.

    The published FID uses another port of the same network (from TensorFlow, in 2015), so
    numbers are near those of papers and not equal to them. The file is a pickle, read with
    ``weights_only``, and only from where torchvision itself puts it.

    Args:
        path: the weights that torchvision keeps in torch's hub folder.

    Source: Szegedy et al. 2016, arXiv:1512.00567; Heusel et al. 2017, arXiv:1706.08500.
    """

    inception = True

    def __init__(self, path: Path) -> None:
        from torchvision.models import inception_v3

        weights = torch.load(path, map_location="cpu", weights_only=True)
        with torch.device("meta"):  # no weights are drawn: a training may go on beside this
            network: Any = inception_v3(weights=None, aux_logits=True, init_weights=False)
        network.load_state_dict(weights, assign=True)
        network.eval().requires_grad_(False)
        self.title = "torchvision Inception v3"
        self._head: nn.Module = network.fc
        network.fc = nn.Identity()
        self._network: nn.Module = network

    @torch.inference_mode()
    def see(self, x: np.ndarray, pause: Pause = nothing) -> tuple[np.ndarray, np.ndarray]:
        """Features (N, 2048) and class probabilities (N, 1000) of pictures in [-1, 1]."""
        seen, sure = [], []
        for start in range(0, len(x), CHUNK):
            part = torch.from_numpy(np.ascontiguousarray(x[start : start + CHUNK], np.float32))
            h: Tensor = self._network(_large(part))
            seen.append(h.numpy())
            sure.append(self._head(h).softmax(1).numpy())
            pause()
        return np.concatenate(seen), np.concatenate(sure)


def weights_on_disk() -> Path | None:
    """Where torchvision's Inception weights lie; None if they are not here."""
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    return next(iter(sorted(folder.glob(NAME))), None)


def _large(x: Tensor) -> Tensor:
    """(N, 1 or 3, H, W) to (N, 3, 299, 299), in [-1, 1] as these weights learnt it."""
    x = x.expand(-1, 3, -1, -1) if x.shape[1] == 1 else x[:, :3]
    return functional.interpolate(x, (SIDE, SIDE), mode="bilinear", antialias=True)

"""Convolutions, norms and initialisation in 2 or 3 dimensions."""

from __future__ import annotations

from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from ganstudio.nn.spectral import spectral

Norm = Literal["none", "batch", "spectral", "layer", "instance"]
Conditioning = Literal["projection", "concat"]

_CONV = {2: nn.Conv2d, 3: nn.Conv3d}
_CONV_UP = {2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
_BATCH_NORM = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d, 3: nn.BatchNorm3d}
_INSTANCE_NORM = {2: nn.InstanceNorm2d, 3: nn.InstanceNorm3d}

LEAK = 0.2
TOLD_STD = 0.1  # of class embeddings beside a z of 1: louder, and G makes one sample a class


def halvings(side: int) -> tuple[int, int]:
    """How often a side can be halved down to the coarsest grid, and that grid's side.

    Example:
        >>> halvings(32), halvings(28)
        ((3, 4), (2, 7))

    Raises:
        ValueError: if no coarse grid of 3 to 7 is reached.
    """
    base, count = side, 0
    while base % 2 == 0 and base > 4:
        base, count = base // 2, count + 1
    if not 3 <= base <= 7 or count == 0:
        raise ValueError(
            f"a side of {side} cannot be halved down to 3 to 7; use 16, 24, 28, 32, 48, 56, 64 ..."
        )
    return count, base


def down(dims: int, inputs: int, outputs: int, norm: Norm) -> nn.Sequential:
    """Halve each side: convolution 4, stride 2, leaky rectifier."""
    conv = _CONV[dims](inputs, outputs, 4, 2, 1, bias=keeps_bias(norm))
    return nn.Sequential(conv, *norms(norm, dims, outputs), nn.LeakyReLU(LEAK, inplace=True))


def up(dims: int, inputs: int, outputs: int, norm: Norm) -> nn.Sequential:
    """Double each side: transposed convolution 4, stride 2, rectifier."""
    conv = _CONV_UP[dims](inputs, outputs, 4, 2, 1, bias=keeps_bias(norm))
    return nn.Sequential(conv, *norms(norm, dims, outputs), nn.ReLU(inplace=True))


def last_up(dims: int, inputs: int, channels: int) -> nn.Sequential:
    """Double each side once more and make samples: transposed convolution 4, stride 2, tanh."""
    return nn.Sequential(_CONV_UP[dims](inputs, channels, 4, 2, 1), nn.Tanh())


def norms(norm: Norm, dims: int, channels: int) -> list[nn.Module]:
    """The layers of a norm: one that follows a convolution, or none at all.

    Args:
        norm: ``layer`` takes all values of a sample together, ``instance`` each channel of a
            sample. ``spectral`` is no layer: ``bound_spectrum`` puts it on the weights.
        dims: 1 for features (N, C), 2 for images, 3 for voxels.
        channels: channels that arrive.

    Raises:
        ValueError: for the instance norm of features, which would leave zeros.
    """
    if norm == "batch":
        return [_BATCH_NORM[dims](channels)]
    if norm == "layer":
        return [nn.GroupNorm(1, channels)]
    if norm == "instance":
        if dims not in _INSTANCE_NORM:
            raise ValueError("instance norm needs a grid: a feature alone has no spread")
        return [_INSTANCE_NORM[dims](channels, affine=True)]
    return []


def keeps_bias(norm: Norm) -> bool:
    """Whether a layer before this norm has a bias: others shift their output themselves."""
    return norm in ("none", "spectral")


def bound_spectrum(network: nn.Module) -> None:
    """Hold every weight of a network at spectral norm 1; call it after initialisation.

    Of a transposed convolution too the first axis is taken against the others.
    """
    weighted = (nn.Linear, nn.Embedding, *_CONV.values(), *_CONV_UP.values())
    for module in list(network.modules()):
        if isinstance(module, weighted):
            spectral(module)


def initialise_dcgan(network: nn.Module) -> None:
    """Weights N(0, 0.02), scales of norms N(1, 0.02), biases 0.

    Source: Radford et al. 2016, arXiv:1511.06434, section 4; scales as in the PyTorch examples.
    """
    scaled = (nn.GroupNorm, *_BATCH_NORM.values(), *_INSTANCE_NORM.values())
    weighted = (nn.Linear, *_CONV.values(), *_CONV_UP.values())
    for module in network.modules():
        if isinstance(module, (*weighted, *scaled)):
            for name, parameter in module.named_parameters(recurse=False):
                if name == "weight":
                    nn.init.normal_(parameter, float(isinstance(module, scaled)), 0.02)
                else:
                    nn.init.zeros_(parameter)


def look_up(embedding: nn.Embedding, c: Tensor | None) -> Tensor:
    """The embeddings of classes, (N, F), from indices (N,) or from weights (N, K) that blend.

    Raises:
        ValueError: if ``c`` is None.
    """
    if c is None:
        raise ValueError("this network is told a class with each sample, and got none")
    if c.dim() == 1:
        return cast(Tensor, embedding(c))
    return c.to(embedding.weight.dtype) @ embedding.weight


class BatchDeviation(nn.Module):
    """Append to each feature vector how much the features differ across the batch.

    A generator that makes the same sample again and again is seen through at once.

    Source: Karras et al. 2018, arXiv:1710.10196, section 3, with the whole batch as the group.
    """

    def forward(self, h: Tensor) -> Tensor:
        """Features (N, F) to (N, F + 1)."""
        spread = (h.float().var(0, unbiased=False) + 1e-8).sqrt().mean()
        return torch.cat([h, spread.to(h.dtype).expand(len(h), 1)], dim=1)


class Told(nn.Module):
    """Latent and class joined: the class's embedding is appended to z.

    Args:
        z_dim: dimensions of z.
        classes: number of classes; 0 passes z through.
    """

    def __init__(self, z_dim: int, classes: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(classes, z_dim) if classes else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight, 0.0, TOLD_STD)
        self.outputs = z_dim * (2 if classes else 1)

    def forward(self, z: Tensor, c: Tensor | None) -> Tensor:
        """Latents (N, z_dim) and classes (N,) or (N, classes) to (N, outputs)."""
        if self.embedding is None:
            return z
        return torch.cat([z, look_up(self.embedding, c).to(z.dtype)], dim=1)


class Joined(nn.Module):
    """Sample and class joined: one plane a class beside the channels, 1 for the own, else 0.

    Args:
        classes: number of classes; 0 passes samples through.

    Source: Mirza and Osindero 2014, arXiv:1411.1784, section 3.2, on grids.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes

    def forward(self, x: Tensor, c: Tensor | None) -> Tensor:
        """Samples (N, C, ...) and classes (N,) or (N, classes) to (N, C + classes, ...).

        Raises:
            ValueError: if there are classes and ``c`` is None.
        """
        if self.classes == 0:
            return x
        if c is None:
            raise ValueError("this network is told a class with each sample, and got none")
        planes = one_hot(c, self.classes).to(x.dtype) if c.dim() == 1 else c.to(x.dtype)
        planes = planes.view(*planes.shape, *[1] * (x.dim() - 2))
        return torch.cat([x, planes.expand(*planes.shape[:2], *x.shape[2:])], dim=1)


class Judge(nn.Module):
    """Features to one logit; with classes by projection: linear plus <embedding(c), features>.

    Args:
        features: length of the feature vector.
        classes: number of classes; 0 for an unconditional logit.

    Source: Miyato and Koyama 2018, arXiv:1802.05637, Eq. 3.
    """

    def __init__(self, features: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, 1)
        self.embedding = nn.Embedding(classes, features) if classes else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight, 0.0, 0.02)

    def forward(self, h: Tensor, c: Tensor | None) -> Tensor:
        """Features (N, features) and classes (N,) or (N, classes) to logits (N,), float32."""
        # in float32: bfloat16 has eight bits, too few for a critic's score that drifted to 300
        with torch.autocast(h.device.type, enabled=False):
            h = h.float()
            logits: Tensor = self.linear(h).squeeze(1)
            if self.embedding is not None:
                logits = logits + (look_up(self.embedding, c) * h).sum(1)
            return logits

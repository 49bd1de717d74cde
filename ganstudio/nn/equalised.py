"""Layers with equalised learning rates, and what the progressive and the style family share."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, linear

from ganstudio.nn.blocks import LEAK, look_up

# of first colours: weights of variance 1 make them far louder than [-1, 1], and at equalised
# rates they are slow to leave it
QUIET = 0.25


def activated(h: Tensor) -> Tensor:
    """Leaky rectifier, scaled by root 2 so that a variance of 1 stays about 1."""
    return leaky_relu(h, LEAK) * math.sqrt(2)


def pixel_norm(h: Tensor) -> Tensor:
    """Each sample's features, at each place, scaled to a mean square of 1; (N, C, ...).

    Source: Karras et al. 2018, arXiv:1710.10196, section 4.2.
    """
    squares = h.float().square().mean(1, keepdim=True)
    return h * (squares + 1e-8).rsqrt().to(h.dtype)


class EqualLinear(nn.Module):
    """A linear layer whose weights are stored with variance 1 and scaled when used.

    So Adam, whose steps have one size for all, moves every layer at the same relative rate.

    Args:
        inputs: features in.
        outputs: features out.
        bias: every bias at first.
        rate: of this layer, as a factor of the optimiser's.

    Source: Karras et al. 2018, arXiv:1710.10196, section 4.1.
    """

    def __init__(self, inputs: int, outputs: int, bias: float = 0.0, rate: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.scale, self.rate = rate / math.sqrt(inputs), rate

    def forward(self, h: Tensor) -> Tensor:
        """Features (N, inputs) to (N, outputs)."""
        return linear(h, self.weight * self.scale, self.bias * self.rate)


class EqualConv(nn.Conv2d):
    """A convolution of pictures with an equalised learning rate that keeps the side.

    Args:
        inputs: channels in.
        outputs: channels out.
        kernel: odd side of the kernel.
        bias: whether something is added to each channel.

    Source: Karras et al. 2018, arXiv:1710.10196, section 4.1.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, bias: bool = True) -> None:
        super().__init__(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
        self.scale = 1 / math.sqrt(inputs * kernel**2)

    @property
    def scaled(self) -> Tensor:
        """The weights as they are used."""
        return self.weight * self.scale

    def reset_parameters(self) -> None:
        """Weights of variance 1, biases 0."""
        nn.init.normal_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, h: Tensor) -> Tensor:
        """Pictures (N, inputs, H, W) to (N, outputs, H, W)."""
        made: Tensor = self._conv_forward(h, self.scaled, self.bias)
        return made


class GroupDeviation(nn.Module):
    """Append a channel that says how much the samples of a group of the batch differ.

    A batch that cannot be split evenly is split into the largest groups that it can.

    Args:
        group: samples in a group at most.

    Source: Karras et al. 2018, arXiv:1710.10196, section 3.
    """

    def __init__(self, group: int = 4) -> None:
        super().__init__()
        self.group = group

    def forward(self, h: Tensor) -> Tensor:
        """Features (N, C, H, W) to (N, C + 1, H, W)."""
        count, _, height, width = h.shape
        size = max(n for n in range(1, min(self.group, count) + 1) if count % n == 0)
        groups = h.float().reshape(size, count // size, -1)  # strided, as in the paper's code
        spread = (groups.var(0, unbiased=False) + 1e-8).sqrt().mean(1)
        channel = spread.to(h.dtype).repeat(size).reshape(count, 1, 1, 1)
        return torch.cat([h, channel.expand(-1, 1, height, width)], dim=1)


class EqualJudge(nn.Module):
    """Coarse features to one logit: group deviation, a convolution, a hidden layer, projection.

    Args:
        channels: of the coarse grid.
        side: of the coarse grid.
        classes: number of classes; 0 for an unconditional logit.

    Source: Karras et al. 2018, arXiv:1710.10196, table 2; projection Miyato and Koyama 2018,
    arXiv:1802.05637, Eq. 3.
    """

    def __init__(self, channels: int, side: int, classes: int) -> None:
        super().__init__()
        self.deviation = GroupDeviation()
        self.conv = EqualConv(channels + 1, channels)
        self.hidden = EqualLinear(channels * side**2, channels)
        self.linear = EqualLinear(channels, 1)
        self.embedding = nn.Embedding(classes, channels) if classes else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight)
        self.share = 1 / math.sqrt(channels)

    def forward(self, h: Tensor, c: Tensor | None) -> Tensor:
        """Features (N, channels, side, side), classes (N,) or (N, classes) to logits (N,)."""
        h = activated(self.conv(self.deviation(h)))
        h = activated(self.hidden(h.flatten(1)))
        with torch.autocast(h.device.type, enabled=False):
            h = h.float()
            logits: Tensor = self.linear(h).squeeze(1)
            if self.embedding is not None:
                logits = logits + (look_up(self.embedding, c) * h).sum(1) * self.share
            return logits

"""The style family: noise is mapped to a style, and the style steers every layer of the picture."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d, interpolate

from ganstudio.nn.blocks import halvings, look_up
from ganstudio.nn.equalised import (
    QUIET,
    EqualConv,
    EqualJudge,
    EqualLinear,
    activated,
    pixel_norm,
)
from ganstudio.samples import SampleSpec

WIDEST = 8  # times ``width``: the most channels that halving a grid leads to
MAPPING_RATE = 0.01  # of the mapping's layers, as a factor of the optimiser's rate
NOISE_RATE = 0.01  # of the noise's strength: at the full rate noise comes before pictures do
W_MEMORY = 0.995  # of the mean style from batch to batch


def doubled(h: Tensor) -> Tensor:
    """Twice the side, with the filter [1, 3, 3, 1] in both directions."""
    return interpolate(h, scale_factor=2, mode="bilinear", align_corners=False).to(h.dtype)


def demodulation(weight: Tensor, style: Tensor) -> Tensor:
    """Factors that bring each output channel back to a variance of 1.

    Args:
        weight: (outputs, inputs, k, k).
        style: (N, inputs), the factors of the inputs.

    Returns:
        (N, outputs), 1 / sqrt(sum over inputs and kernel of (weight style)^2).

    Source: Karras et al. 2020, arXiv:1912.04958, Eq. 3.
    """
    with torch.autocast(style.device.type, enabled=False):
        squares = style.float().square() @ weight.float().square().sum((2, 3)).T
        return (squares + 1e-8).rsqrt()


class Mapping(nn.Module):
    """Latent and class to a style w, whose mean is kept for truncation.

    Args:
        z_dim: dimensions of z.
        w_dim: dimensions of w.
        classes: number of classes it is told; 0 for none.
        layers: how many.

    Attributes:
        mean: (w_dim,) running mean of the styles made in training.

    Source: Karras et al. 2019, arXiv:1812.04948, section 2; class as in StyleGAN2-ADA.
    """

    mean: Tensor

    def __init__(self, z_dim: int, w_dim: int, classes: int, layers: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(classes, w_dim) if classes else None
        if self.embedding is not None:
            nn.init.normal_(self.embedding.weight)
        sizes = [z_dim + w_dim * (classes > 0), *[w_dim] * layers]
        self.layers = nn.ModuleList(
            EqualLinear(a, b, rate=MAPPING_RATE) for a, b in pairwise(sizes)
        )
        self.register_buffer("mean", torch.zeros(w_dim))

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Latents (N, z_dim), classes (N,) or (N, classes) to styles (N, w_dim)."""
        h = pixel_norm(z)
        if self.embedding is not None:
            h = torch.cat([h, pixel_norm(look_up(self.embedding, c)).to(h.dtype)], dim=1)
        for layer in self.layers:
            h = activated(layer(h))
        if self.training:
            with torch.no_grad():
                self.mean.lerp_(h.detach().float().mean(0), 1 - W_MEMORY)
        return h


class StyledConv(nn.Module):
    """A convolution whose input channels a style turns up and down, then noise and rectifier.

    Scaling the activations before and after equals scaling the weights for each sample, and is
    one ordinary convolution for the whole batch. A layer that doubles the side convolves first:
    a quarter of the work, and the filter smooths what comes out as in the paper.

    Args:
        inputs: channels in.
        outputs: channels out.
        w_dim: dimensions of w.
        side: of what comes out.
        up: whether it doubles the side.

    Source: Karras et al. 2020, arXiv:1912.04958, section 2.2, Figure 2.
    """

    noise: Tensor

    def __init__(self, inputs: int, outputs: int, w_dim: int, side: int, up: bool) -> None:
        super().__init__()
        self.style = EqualLinear(w_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.bias = nn.Parameter(torch.zeros(outputs, 1, 1))
        self.strength = nn.Parameter(torch.zeros(1))
        self.register_buffer("noise", torch.randn(1, 1, side, side))
        self.up, self.scale = up, 1 / math.sqrt(inputs * 9)

    def forward(self, h: Tensor, w: Tensor, noisy: float = 1.0) -> Tensor:
        """Features (N, inputs, H, W), styles (N, w_dim) to (N, outputs, H, W) or twice that.

        ``noisy`` multiplies the noise; 0 leaves it out.
        """
        style, weight = self.style(w), self.weight * self.scale
        h = conv2d(h * style[:, :, None, None].to(h.dtype), weight, padding=1)
        h = h * demodulation(weight, style)[:, :, None, None].to(h.dtype)
        if self.up:
            h = doubled(h)
        noise = self.noise
        if self.training:  # one still pattern is for looking: sliders must not make it shimmer
            noise = torch.randn(len(h), 1, *h.shape[2:], device=h.device)
        strength = self.strength * (NOISE_RATE * noisy)
        added = noise.to(h.dtype) * strength.to(h.dtype) + self.bias.to(h.dtype)
        return activated(h + added)


class StyledColours(nn.Module):
    """Features to colours, steered by a style without demodulation.

    Args:
        inputs: channels in.
        channels: of the picture.
        w_dim: dimensions of w.
    """

    def __init__(self, inputs: int, channels: int, w_dim: int) -> None:
        super().__init__()
        self.style = EqualLinear(w_dim, inputs, bias=1.0)
        self.conv = EqualConv(inputs, channels, 1)

    def forward(self, h: Tensor, w: Tensor) -> Tensor:
        """Features (N, inputs, H, W), styles (N, w_dim) to (N, channels, H, W), float32."""
        style = self.style(w)[:, :, None, None]
        colours: Tensor = self.conv(h * style.to(h.dtype))
        return QUIET * colours.float()


class Synthesis(nn.Module):
    """Styles to a picture: from a learned constant up, each grid adding its colours.

    Args:
        spec: pictures.
        w_dim: dimensions of w.
        width: channels at the full side; each coarser grid has twice as many, up to 8 x.

    Attributes:
        layers: how many layers take a style of their own.

    Source: Karras et al. 2020, arXiv:1912.04958, Figures 2 and 7 (skip generator).
    """

    def __init__(self, spec: SampleSpec, w_dim: int, width: int) -> None:
        super().__init__()
        count, base = halvings(spec.side)
        widths = [width * min(2**i, WIDEST) for i in reversed(range(count + 1))]
        self.constant = nn.Parameter(torch.randn(1, widths[0], base, base))
        self.first = StyledConv(widths[0], widths[0], w_dim, base, up=False)
        self.ups, self.convs = nn.ModuleList(), nn.ModuleList()
        for level, (a, b) in enumerate(pairwise(widths), start=1):
            self.ups.append(StyledConv(a, b, w_dim, base * 2**level, up=True))
            self.convs.append(StyledConv(b, b, w_dim, base * 2**level, up=False))
        self.colours = nn.ModuleList(StyledColours(n, spec.channels, w_dim) for n in widths)
        self.layers = 1 + 2 * count

    def forward(self, w: Tensor, noise: float = 1.0) -> Tensor:
        """Styles (N, w_dim), or one a layer (N, layers, w_dim), to (N, *shape), about [-1, 1].

        ``noise`` multiplies the noise of every layer; 0 leaves it out.
        """
        w = w if w.dim() == 3 else w[:, None].expand(-1, self.layers, -1)
        h = self.first(self.constant.expand(len(w), -1, -1, -1), w[:, 0], noise)
        x = self.colours[0](h, w[:, 0])
        for i, (up, conv) in enumerate(zip(self.ups, self.convs, strict=True)):
            h = up(h, w[:, 2 * i + 1], noise)
            h = conv(h, w[:, 2 * i + 2], noise)
            x = doubled(x) + self.colours[i + 1](h, w[:, 2 * i + 2])
        return cast(Tensor, x)


class StyleGenerator(nn.Module):
    """Mapping and synthesis.

    Args:
        spec: pictures.
        z_dim: dimensions of z.
        w_dim: dimensions of w.
        width: channels at the full side; each coarser grid has twice as many, up to 8 x.
        classes: number of classes it is told; 0 for none.
        mapping_layers: of the mapping.

    Attributes:
        path_length: () running mean of the path lengths, for their regulariser.
    """

    path_length: Tensor

    def __init__(
        self,
        spec: SampleSpec,
        z_dim: int,
        w_dim: int,
        width: int,
        classes: int = 0,
        mapping_layers: int = 2,
    ) -> None:
        super().__init__()
        self.mapping = Mapping(z_dim, w_dim, classes, mapping_layers)
        self.synthesis = Synthesis(spec, w_dim, width)
        self.register_buffer("path_length", torch.zeros(()))

    def forward(self, z: Tensor, c: Tensor | None = None) -> Tensor:
        """Latents (N, z_dim), classes (N,) or (N, classes) to pictures (N, *shape)."""
        return cast(Tensor, self.synthesis(self.mapping(z, c)))

    def truncated(self, z: Tensor, c: Tensor | None, psi: float) -> Tensor:
        """Styles (N, w_dim) drawn towards the mean one: mean + psi (w - mean)."""
        return torch.lerp(self.mapping.mean, self.mapping(z, c).float(), psi)


class StyleDiscriminator(nn.Module):
    """Picture to one logit through residual blocks, each halving the side.

    Args:
        spec: pictures.
        width: channels at the full side; each coarser grid has twice as many, up to 8 x.
        classes: number of classes it is told; 0 for none.

    Source: Karras et al. 2020, arXiv:1912.04958, Figure 7 (residual discriminator).
    """

    def __init__(self, spec: SampleSpec, width: int, classes: int = 0) -> None:
        super().__init__()
        count, base = halvings(spec.side)
        widths = [width * min(2**i, WIDEST) for i in range(count + 1)]
        self.colours = EqualConv(spec.channels, width, 1)
        self.blocks = nn.Sequential(*(Residual(a, b) for a, b in pairwise(widths)))
        self.judge = EqualJudge(widths[-1], base, classes)

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Pictures (N, *shape), classes (N,) or (N, classes) to logits (N,)."""
        return cast(Tensor, self.judge(self.blocks(activated(self.colours(x))), c))


class Residual(nn.Module):
    """Two convolutions beside a plain path, averaged down to half the side.

    Args:
        inputs: channels in.
        outputs: channels out.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = EqualConv(inputs, inputs)
        self.second = EqualConv(inputs, outputs)
        self.plain = EqualConv(inputs, outputs, 1, bias=False)

    def forward(self, h: Tensor) -> Tensor:
        """Features (N, inputs, H, W) to (N, outputs, H / 2, W / 2)."""
        deep = activated(self.second(avg_pool2d(activated(self.first(h)), 2)))
        return cast(Tensor, (deep + self.plain(avg_pool2d(h, 2))) / math.sqrt(2))

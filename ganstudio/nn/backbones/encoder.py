"""Sample to latent: a convolutional encoder that answers with a Gaussian."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ganstudio.nn.blocks import Norm, down, halvings, initialise_dcgan
from ganstudio.samples import SampleSpec

WIDEST = 8  # times ``width``: the most channels that halving a grid leads to
WIDEST_LOG = 10.0  # the largest log-variance, so that its exponential stays finite


class ConvEncoder(nn.Module):
    """Image or volume to mean and log-variance of its latent: the DCGAN critic without a logit.

    Args:
        spec: images or voxels.
        z_dim: dimensions of the latent.
        width: channels after the first layer; doubled with each halving, up to 8 x.
        norm: after every layer but the first.

    Source: Kingma and Welling 2014, arXiv:1312.6114, appendix C.2, with convolutions.
    """

    def __init__(self, spec: SampleSpec, z_dim: int, width: int, norm: Norm = "batch") -> None:
        super().__init__()
        count, base = halvings(spec.side)
        dims = len(spec.shape) - 1
        widths = [width * min(2**i, WIDEST) for i in range(count)]
        self.stages = nn.Sequential(
            down(dims, spec.channels, widths[0], "none"),
            *(down(dims, a, b, norm) for a, b in pairwise(widths)),
            nn.Flatten(),
        )
        self.gaussian = nn.Linear(widths[-1] * base**dims, 2 * z_dim)
        initialise_dcgan(self)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Samples (N, *shape) to means and log-variances (N, z_dim), both float32."""
        h = self.stages(x)
        with torch.autocast(h.device.type, enabled=False):
            mean, log_variance = self.gaussian(h.float()).chunk(2, dim=1)
        return mean, log_variance.clamp(max=WIDEST_LOG)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL of N(mean, variance) from the standard normal, (N,), from (N, z_dim) each.

    Source: Kingma and Welling 2014, arXiv:1312.6114, appendix B.
    """
    return (mean.square() + log_variance.exp() - log_variance - 1).sum(1) / 2


def draw(mean: Tensor, log_variance: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Latents (N, z_dim) from these Gaussians, differentiable in them.

    Source: Kingma and Welling 2014, arXiv:1312.6114, section 2.4.
    """
    noise = torch.empty_like(mean).normal_(generator=generator)
    return mean + (log_variance / 2).exp() * noise

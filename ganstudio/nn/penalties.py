"""What keeps a discriminator smooth: penalties on its gradient, for any number of dimensions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

Score = Callable[[Tensor], Tensor]


def gradient_penalty(
    discriminator: Score,
    real: Tensor,
    fake: Tensor,
    target: float = 1.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Punish gradients whose norm strays from ``target``, between real and fake samples.

    Gradients are taken at random points on the segments that join the pairs. The discriminator
    must treat samples one by one: with batch norm the penalty is meaningless.

    Args:
        discriminator: maps (N, *shape) to (N,) logits.
        real: (N, *shape), in [-1, 1].
        fake: like ``real``, same device; no gradient flows back into it.
        target: the norm to hold, in logits per unit of sample value.
        generator: draws the points; torch's own when None.

    Returns:
        (N,) squared deviations, differentiable in the discriminator's weights; the caller
        weighs them (lambda = 10 in the paper) and takes the mean.

    Raises:
        ValueError: if ``real`` and ``fake`` differ in shape.

    Source: Gulrajani et al. 2017, arXiv:1704.00028, Eq. 3 and Algorithm 1.
    """
    if real.shape != fake.shape:
        raise ValueError(
            f"real {tuple(real.shape)} and fake {tuple(fake.shape)} must have one shape"
        )
    shape = (len(real), *[1] * (real.dim() - 1))
    share = torch.rand(shape, device=real.device, generator=generator)
    between = torch.lerp(real.detach(), fake.detach(), share).requires_grad_()
    squares = _squared_gradient(discriminator, between)
    return (torch.sqrt(squares + 1e-12) - target).square()


def zero_centred(discriminator: Score, samples: Tensor) -> Tensor:
    """Squared gradient norm at these samples: R1 on real ones, R2 on fakes.

    Args:
        discriminator: maps (N, *shape) to (N,) logits.
        samples: (N, *shape); no gradient flows back into them.

    Returns:
        (N,) squared norms; the caller weighs them with gamma / 2.

    Source: Mescheder et al. 2018, arXiv:1801.04406, Eq. 9.
    """
    return _squared_gradient(discriminator, samples.detach().requires_grad_())


@torch.no_grad()
def clip_weights(discriminator: nn.Module, limit: float) -> None:
    """Cut every weight to -limit to limit, which bounds how steep the network can be.

    Source: Arjovsky et al. 2017, arXiv:1701.07875, Algorithm 1.
    """
    for parameter in discriminator.parameters():
        parameter.clamp_(-limit, limit)


def logits_and_slopes(discriminator: Score, samples: Tensor) -> tuple[Tensor, Tensor]:
    """Logits and squared gradient norms at these samples, out of one pass.

    A discriminator that treats samples one by one takes real samples and fakes in one batch:
    then R1 and R2 need no pass beside that of the loss.

    Args:
        discriminator: maps (N, *shape) to (N,) logits.
        samples: (N, *shape); no gradient flows back into them.

    Returns:
        (N,) logits and (N,) squared norms, both differentiable in the discriminator's weights.
    """
    samples = samples.detach().requires_grad_()
    logits = discriminator(samples)
    return logits, _squares(logits, samples)


def path_length(synthesis: Score, w: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """How far a picture moves with its style: length of the Jacobian's image of a random picture.

    Args:
        synthesis: maps styles, one a layer (N, layers, w_dim), to pictures (N, C, H, W).
        w: (N, layers, w_dim), made with gradient.
        generator: draws the random pictures; torch's own when None.

    Returns:
        (N,) lengths |J^T y|, differentiable in all weights; the caller holds them at their mean.

    Source: Karras et al. 2020, arXiv:1912.04958, Eq. 4 and appendix B.
    """
    x = synthesis(w)
    y = torch.empty_like(x).normal_(generator=generator) / (x.shape[2] * x.shape[3]) ** 0.5
    (moved,) = torch.autograd.grad((x * y).sum(), w, create_graph=True)
    return (moved.float().square().sum(2).mean(1) + 1e-12).sqrt()


def _squared_gradient(discriminator: Score, samples: Tensor) -> Tensor:
    return _squares(discriminator(samples), samples)


def _squares(logits: Tensor, samples: Tensor) -> Tensor:
    (gradient,) = torch.autograd.grad(
        logits, samples, grad_outputs=torch.ones_like(logits), create_graph=True
    )
    return gradient.float().flatten(1).square().sum(1)

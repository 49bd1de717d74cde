"""What keeps a discriminator smooth: penalties on its gradient, for any number of dimensions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

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


def _squared_gradient(discriminator: Score, samples: Tensor) -> Tensor:
    logits = discriminator(samples)
    (gradient,) = torch.autograd.grad(
        logits, samples, grad_outputs=torch.ones_like(logits), create_graph=True
    )
    return gradient.float().flatten(1).square().sum(1)

"""Nothing is as like the target as itself, and what lies a little off still pulls."""

import pytest
import torch

from ganstudio.latent.likeness import Likeness
from ganstudio.samples import SampleSpec

SPECS = {
    "points": SampleSpec("points", (2,)),
    "image": SampleSpec("image", (3, 16, 16)),
    "odd": SampleSpec("image", (1, 7, 9)),
    "voxels": SampleSpec("voxels", (1, 8, 8, 8)),
}


@pytest.mark.parametrize("kind", SPECS)
def test_only_the_target_is_at_no_distance(kind: str) -> None:
    made = torch.Generator().manual_seed(0)
    target = torch.rand(SPECS[kind].shape, generator=made) * 2 - 1
    like = Likeness(target, SPECS[kind])
    others = target + 0.1 * torch.randn(3, *target.shape, generator=made)
    others.requires_grad_()
    distances = like(torch.cat([target[None], others]))
    assert distances.shape == (4,)
    assert distances[0] == 0
    assert (distances[1:] > 0).all()
    (gradient,) = torch.autograd.grad(distances.sum(), others)
    assert gradient.flatten(1).norm(dim=1).min() > 0


def test_a_stroke_that_is_nearer_is_more_alike() -> None:
    lines = -torch.ones(3, 1, 32, 32)
    for i, column in enumerate((8, 12, 24)):
        lines[i, 0, 4:28, column] = 1
    like = Likeness(lines[0], SampleSpec("image", (1, 32, 32)))
    same, near, far = like(lines).tolist()
    assert same == 0
    assert near < 0.95 * far

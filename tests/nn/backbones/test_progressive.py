import copy

import pytest
import torch

from ganstudio.nn.backbones.progressive import (
    ProgressiveDiscriminator,
    ProgressiveGenerator,
    enlarge,
    shrink,
    stage_at,
)
from ganstudio.samples import SampleSpec

SPEC = SampleSpec("image", (3, 16, 16))


@pytest.fixture
def pair() -> tuple[ProgressiveGenerator, ProgressiveDiscriminator]:
    torch.manual_seed(0)
    return ProgressiveGenerator(SPEC, 8, 4), ProgressiveDiscriminator(SPEC, 4)


Pair = tuple[ProgressiveGenerator, ProgressiveDiscriminator]


def test_the_schedule() -> None:
    def at(kimg: float) -> tuple[int, float]:
        return stage_at(round(kimg * 1000), 3, 4, 2)

    assert [at(k) for k in (0, 3.9, 4, 5, 6, 9.9, 10, 11.5, 12, 500)] == [
        (0, 1), (0, 1), (1, 0), (1, 0.5), (1, 1), (1, 1), (2, 0), (2, 0.75), (2, 1), (2, 1)
    ]  # fmt: skip
    assert stage_at(4000, 3, 4, 0) == (1, 1.0)


def test_enlarging_and_shrinking_again_changes_nothing() -> None:
    x = torch.randn(2, 3, 4, 4)
    assert enlarge(x, 16).shape == (2, 3, 16, 16)
    torch.testing.assert_close(shrink(enlarge(x, 16), 4), x)


def test_nothing_jumps_when_a_stage_begins_and_its_end_is_no_fade(pair: Pair) -> None:
    G, D = pair
    z, x = torch.randn(4, 8), torch.randn(4, 3, 16, 16)

    def at(stage: int, alpha: float) -> tuple[torch.Tensor, torch.Tensor]:
        for network in pair:
            network.grow(stage, alpha)
        with torch.no_grad():
            return G(z), D(x)

    for before, after in zip(at(0, 1.0), at(1, 0.0), strict=True):
        torch.testing.assert_close(before, after)
    for before, after in zip(at(1, 1.0), at(2, 0.0), strict=True):
        torch.testing.assert_close(before, after)
    for almost, done in zip(at(2, 0.9999), at(2, 1.0), strict=True):
        torch.testing.assert_close(almost, done, atol=2e-3, rtol=1e-2)
    assert not torch.allclose(at(2, 1.0)[0], at(2, 0.5)[0])


def test_finer_grids_are_idle_until_their_stage(pair: Pair) -> None:
    G, _ = pair
    G.grow(1, 1.0)
    G(torch.randn(2, 8)).sum().backward()
    moved = [any(p.grad is not None for p in block.parameters()) for block in G.blocks]
    assert moved == [True, False]


def test_a_picture_of_seven_by_seven_is_a_beginning_too() -> None:
    G = ProgressiveGenerator(SampleSpec("image", (1, 28, 28)), 8, 4)
    assert G.sides == (7, 14, 28)
    assert G(torch.randn(2, 8)).shape == (2, 1, 28, 28)


def test_the_stage_travels_with_the_weights(pair: Pair) -> None:
    G, _ = pair
    G.grow(1, 0.25)
    other = ProgressiveGenerator(SPEC, 8, 4)
    other.load_state_dict(G.state_dict())
    assert other.now == (1, 0.25)
    assert copy.deepcopy(G).eval().now == (1, 0.25)
    with torch.device("meta"):
        drawn = ProgressiveGenerator(SPEC, 8, 4)
    drawn.load_state_dict(G.state_dict(), assign=True)
    z = torch.randn(2, 8)
    torch.testing.assert_close(drawn.eval()(z), G(z))

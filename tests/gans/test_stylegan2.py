"""Truncation, shifts, mixing, and the lazy penalties of StyleGAN2."""

import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.stylegan2 import StyleGAN2, StyleGAN2Config
from ganstudio.nn.penalties import path_length
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CPU = Machine(torch.device("cpu"), torch.float32, False, 1)
LOW = Machine(torch.device("cpu"), torch.bfloat16, True, 1)
SPEC = SampleSpec("image", (3, 16, 16), ConditionSpec("classes", ("a", "b")))


def trainer(machine: Machine = CPU, **knobs: object) -> Trainer:
    x = torch.randint(0, 256, (16, 3, 16, 16), generator=torch.Generator().manual_seed(0))
    samples = Samples(x.to(torch.uint8), torch.arange(16) % 2)
    config = StyleGAN2Config(**{"batch": 4, "width": 2, "z_dim": 4, "w_dim": 6, **knobs})
    return Trainer.build(StyleGAN2, config, SPEC, samples, 0, machine)


@pytest.mark.parametrize("conditional", [False, True])
def test_truncated_to_nothing_every_latent_is_the_mean_picture(conditional: bool) -> None:
    made = trainer(conditional=conditional)
    made.step()
    players, z = made.averaged(), torch.randn(5, 4)
    told = {"classes": torch.tensor([0, 1, 0, 1, 0])} if conditional else {}
    with torch.no_grad():
        mean = made.gan.sample(players, z, told, psi=0.0)
        half = made.gan.sample(players, z, told, psi=0.5)
        whole = made.gan.sample(players, z, told, psi=1.0)
        plain = players["G"](z, told.get("classes"))
    torch.testing.assert_close(mean, mean[:1].expand_as(mean))
    torch.testing.assert_close(whole, plain)
    assert half.std(0).mean() > mean.std(0).mean()


def test_a_shift_in_w_is_added_after_truncation() -> None:
    made = trainer()
    players, z = made.averaged(), torch.randn(3, 4)
    shift = torch.randn(3, 6)
    with torch.no_grad():
        moved = made.gan.sample(players, z, {}, 0.7, shift)
        G = players["G"]
        wanted = G.synthesis(0.7 * G.mapping(z) + shift)  # the mean style is 0 before training
        still = made.gan.sample(players, z, {}, 0.7, torch.zeros(3, 6))
        torch.testing.assert_close(moved, wanted)
        torch.testing.assert_close(still, made.gan.sample(players, z, {}, 0.7))
    assert not torch.allclose(moved, still)


def test_mixed_styles_change_at_one_layer() -> None:
    made = trainer(mixing=1.0)
    z = torch.randn(4, 4)
    w = made.gan.G.mapping(z)
    mixed = made.gan._styles(z, None)
    own = (mixed == w[:, None]).all(2)
    assert own[:, 0].all()
    assert not own[:, -1].any()
    assert (own.int().diff(dim=1) <= 0).all()


@pytest.mark.parametrize("mixing", [0.0, 0.9])
def test_styles_are_mapped_at_once_and_no_more_than_are_used(mixing: float) -> None:
    made, seen = trainer(mixing=mixing), []
    made.gan.G.mapping.register_forward_hook(lambda module, given, w: seen.append(w))
    z = torch.randn(4, 4)
    styles = made.gan._styles(z, None)
    (mapped,) = seen
    assert len(mapped) == (8 if mixing else 4)
    assert torch.equal(styles[:, 0], mapped[:4])
    assert mixing or (styles == mapped[:, None]).all()


def test_penalties_are_lazy_and_paid_for() -> None:
    made = trainer(r1_every=2, pl_every=2, pl_weight=2.0)
    seen = []
    for _ in range(4):
        made.step()
        seen.append(set(made.read()) & {"D/penalty", "G/path", "G/path length"})
    assert seen == [{"D/penalty", "G/path", "G/path length"}, set()] * 2
    assert made.nimg == 16
    assert made.gan.rate("G") == pytest.approx(made.gan.config.g_lr * 2 / 3)
    assert made.gan.G.path_length > 0


def test_path_length_of_a_linear_picture_is_its_slope() -> None:
    torch.manual_seed(0)
    slope = torch.randn(6, 3 * 64 * 64)

    def synthesis(w: torch.Tensor) -> torch.Tensor:
        return (w.sum(1) @ slope).reshape(-1, 3, 64, 64)

    w = torch.randn(500, 1, 6, requires_grad=True)
    lengths = path_length(synthesis, w, torch.Generator().manual_seed(1))
    wanted = (slope.square().sum() / 64**2).sqrt()
    assert lengths.shape == (500,)
    assert lengths.square().mean().sqrt().item() == pytest.approx(wanted.item(), rel=0.05)


def test_everything_at_once_works_in_bfloat16() -> None:
    made = trainer(LOW, conditional=True, r1_every=1, pl_every=1, pl_weight=2.0, augment=0.5)
    for _ in range(2):
        made.step()
    assert all(abs(value) < 1e6 for value in made.read().values())
    assert made.finite()

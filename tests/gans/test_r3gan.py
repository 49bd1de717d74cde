import math

import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.r3gan import R3GAN
from ganstudio.nn.batch import Batch
from ganstudio.nn.penalties import zero_centred
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CPU = Machine(torch.device("cpu"), torch.float32, False, 1)
SPEC = SampleSpec("points", (2,))


def trainer(**knobs: object) -> Trainer:
    config = R3GAN.Config(**{"batch": 8, "width": 4, "z_dim": 2, **knobs})
    return Trainer.build(R3GAN, config, SPEC, Samples(torch.rand(64, 2)), 0, CPU)


def test_the_burn_in_goes_from_bold_to_calm() -> None:
    gan = trainer(burn_in_kimg=1.0, gamma=0.4, g_lr=1e-3, beta2=0.9, augment=0.3).gan
    seen = []
    for nimg in (0, 500, 1000, 5000):
        gan.nimg = nimg
        seen.append((gan.gamma, gan.rate("G"), gan.beta2, gan.augmentation))
    assert seen[0] == pytest.approx((0.4, 1e-3, 0.9, 0.0))
    assert seen[1] == pytest.approx((0.22, 6.25e-4, 0.945, 0.15))
    assert seen[2] == seen[3] == pytest.approx((0.04, 2.5e-4, 0.99, 0.3))
    assert "burn-in" not in gan.status


def test_without_a_burn_in_all_is_calm_at_once() -> None:
    gan = trainer(burn_in_kimg=0.0, gamma=0.4).gan
    assert gan.gamma == pytest.approx(0.04)


def test_the_optimisers_follow_the_schedule() -> None:
    made = trainer(burn_in_kimg=0.016, d_lr=1e-3)
    seen = []
    for _ in range(3):
        made.step()
        (group,) = made.optimizers["D"].param_groups
        seen.append((group["lr"], group["betas"]))
    assert [lr for lr, _ in seen] == pytest.approx([1e-3, 6.25e-4, 2.5e-4])
    assert [betas[1] for _, betas in seen] == pytest.approx([0.9, 0.945, 0.99])
    assert all(betas[0] == 0.0 for _, betas in seen)


def test_one_pass_gives_the_loss_and_both_penalties() -> None:
    gan = trainer(gamma=0.6).gan
    with torch.no_grad():
        for parameter in gan.D.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    real, fake = torch.randn(8, 2), torch.randn(8, 2)
    terms = gan.d_terms(Batch(real), fake)
    for name, x in (("r1", real), ("r2", fake)):
        torch.testing.assert_close(terms[name], 0.3 * zero_centred(gan.D, x).mean())
    apart = gan.D(real) - gan.D(fake)
    torch.testing.assert_close(terms["pairs"], torch.nn.functional.softplus(-apart).mean())


def test_the_sides_want_opposite_things_of_the_same_pairs() -> None:
    gan, real = trainer().gan, torch.randn(8, 2)
    assert gan.g_terms(Batch(real), real)["pairs"].item() == pytest.approx(math.log(2))
    with torch.no_grad():  # D looks at the first coordinate alone: more of it is more real
        for parameter in gan.D.parameters():
            parameter.zero_()
        gan.D.look.weight[0, 0] = gan.D.judge.linear.weight[0, 0] = 1.0
    better = real + torch.tensor([2.0, 0.0])
    assert gan.g_terms(Batch(real), better)["pairs"] < gan.d_terms(Batch(real), better)["pairs"]
    assert gan.g_terms(Batch(better), real)["pairs"] > gan.d_terms(Batch(better), real)["pairs"]


def test_it_moves_its_samples_to_where_the_data_are() -> None:
    config = R3GAN.Config(batch=32, width=4, z_dim=2, gamma=0.1, ema_kimg=0.1, g_lr=4e-3, d_lr=4e-3)
    x = torch.tensor([0.8, -0.5]) + 0.05 * torch.randn(256, 2)
    made = Trainer.build(R3GAN, config, SPEC, Samples(x), 0, CPU)
    for _ in range(120):
        made.step()
    with torch.no_grad():
        drawn = made.gan.sample(made.averaged(), torch.randn(256, 2), {})
    assert (drawn.mean(0) - x.mean(0)).norm() < 0.25


def test_augmentation_begins_with_nothing() -> None:
    spec = SampleSpec("image", (1, 8, 8))
    samples = Samples(torch.randint(0, 256, (32, 1, 8, 8), dtype=torch.uint8))
    config = R3GAN.Config(batch=8, width=2, z_dim=2, augment=0.8, burn_in_kimg=1.0)
    made = Trainer.build(R3GAN, config, spec, samples, 0, CPU)
    x = torch.randn(8, 1, 8, 8)
    assert torch.equal(made.augmenter.change(x), x)
    made.gan.nimg = 1000
    assert not torch.equal(made.augmenter.change(x), x)


def test_a_penalty_of_no_weight_is_not_taken() -> None:
    gan = trainer(gamma=0.0).gan
    terms = gan.d_terms(Batch(torch.randn(8, 2)), torch.randn(8, 2))
    assert set(terms) == {"pairs"}

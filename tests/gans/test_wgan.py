import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.wgan import WGAN
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer


def build(**knobs: object) -> Trainer:
    x = torch.full((64, 2), 0.8)
    config = WGAN.Config(**{"batch": 4, "width": 4, "z_dim": 2, **knobs})
    machine = Machine(torch.device("cpu"), torch.float32, False, 1)
    return Trainer.build(WGAN, config, SampleSpec("points", (2,)), Samples(x), 0, machine)


def largest(made: Trainer, player: str) -> float:
    return max(p.abs().max().item() for p in made.gan.players[player].parameters())


def test_the_critic_is_cut_after_each_update_and_the_generator_never() -> None:
    made = build(clip=0.02, d_lr=0.1)
    assert largest(made, "D") > 0.02
    made.step("D")
    assert largest(made, "D") == pytest.approx(0.02)
    made.step("G")
    assert largest(made, "G") > 0.02


def test_the_critic_scores_real_higher_and_its_estimate_is_a_curve() -> None:
    made = build(batch=16, width=8, d_lr=5e-3, clip=0.5, d_norm="none")
    for _ in range(40):
        made.step("D")
        terms = made.read()
    assert terms["D/wasserstein"] > 0.1
    assert terms["D/wasserstein"] == pytest.approx(-terms["D/real"] - terms["D/fake"], abs=1e-5)


def test_the_generator_walks_to_the_real_side() -> None:
    made = build(batch=16, width=8, clip=0.5, g_lr=2e-3, d_lr=2e-3, d_norm="none")
    z = torch.randn(64, 2, generator=torch.Generator().manual_seed(0))

    def distance() -> float:
        with torch.no_grad():
            return (made.gan.G(z) - 0.8).norm(dim=1).mean().item()

    before = distance()
    for _ in range(60):
        made.step()
    assert distance() < before / 2


def test_it_is_trained_without_momentum() -> None:
    made = build()
    for optimizer in made.optimizers.values():
        assert isinstance(optimizer, torch.optim.RMSprop)
        assert optimizer.param_groups[0]["momentum"] == 0
    assert made.optimizers["D"].param_groups[0]["lr"] == made.gan.config.d_lr


def test_the_first_25_rounds_and_every_500th_are_long() -> None:
    gan = build(long_critic=100, n_critic=5).gan
    nimg, long = 0, []
    for turn in range(1100):
        gan.schedule(nimg)
        updates = gan.phases()[0].batches
        nimg += updates * gan.config.batch
        if updates == 100:
            long.append(turn)
        else:
            assert updates == 5
    assert long == [*range(25), 524, 1024]


def test_long_phases_no_longer_than_usual_change_nothing() -> None:
    made = build(long_critic=0)
    made.step()
    assert (made.nimg, made.updates) == (20, 6)

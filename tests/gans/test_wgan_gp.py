import torch

from ganstudio.data.base import Samples
from ganstudio.gans.wgan_gp import WGANGP
from ganstudio.nn.batch import Batch
from ganstudio.samples import SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer


def test_the_critic_learns_that_real_scores_higher_and_its_estimate_is_a_curve() -> None:
    x = torch.full((64, 2), 0.8)
    config = WGANGP.Config(batch=16, width=8, z_dim=2, d_lr=1e-2, gp_weight=1.0)
    machine = Machine(torch.device("cpu"), torch.float32, False, 1)
    spec = SampleSpec("points", (2,))
    made = Trainer.build(WGANGP, config, spec, Samples(x), 0, machine)
    for _ in range(40):
        made.step("D")
        terms = made.read()
    assert terms["D/wasserstein"] > 0.3
    assert abs(terms["D/wasserstein"] + terms["D/real"] + terms["D/fake"]) < 1e-5


def test_five_critic_updates_for_one_of_the_generator() -> None:
    x = torch.rand(64, 2)
    machine = Machine(torch.device("cpu"), torch.float32, False, 1)
    config = WGANGP.Config(batch=8, width=4, z_dim=2)
    made = Trainer.build(WGANGP, config, SampleSpec("points", (2,)), Samples(x), 0, machine)
    made.step()
    assert (made.nimg, made.updates, made.steps) == (40, 6, 1)


def test_a_penalty_of_no_weight_is_not_taken() -> None:
    gan = WGANGP(WGANGP.Config(width=4, z_dim=2, gp_weight=0.0), SampleSpec("points", (2,)))
    assert set(gan.d_terms(Batch(torch.rand(4, 2)), torch.rand(4, 2))) == {"real", "fake"}

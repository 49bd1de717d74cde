import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.hinge import HingeGAN
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CLASSES = ConditionSpec("classes", ("one", "two"))


def build(**knobs: object) -> Trainer:
    x = torch.full((64, 2), 0.8)
    config = HingeGAN.Config(**{"batch": 16, "width": 8, "z_dim": 2, **knobs})
    machine = Machine(torch.device("cpu"), torch.float32, False, 1)
    return Trainer.build(HingeGAN, config, SampleSpec("points", (2,)), Samples(x), 0, machine)


def test_every_layer_of_the_discriminator_is_bounded_and_stays_so_in_training() -> None:
    made = build(d_lr=1e-2)
    for _ in range(30):
        made.step()
    made.gan.D.eval()
    weights = [m.weight for m in made.gan.D.modules() if isinstance(m, torch.nn.Linear)]
    assert len(weights) == 3
    for weight in weights:
        assert torch.linalg.matrix_norm(weight, 2).item() == pytest.approx(1, abs=0.05)


def test_without_the_norm_scores_run_further_apart() -> None:
    gaps = []
    for bounded in (True, False):
        made = build(spectral=bounded, d_lr=1e-2, g_lr=0.0, lipschitz=0.1)
        for _ in range(60):
            made.step("D")
            terms = made.read()
        gaps.append(terms["D/real_score"] - terms["D/fake_score"])
    assert 0 < gaps[0] < gaps[1]


def test_a_class_is_told_by_projection_whose_weights_are_bounded_too() -> None:
    spec = SampleSpec("image", (1, 16, 16), CLASSES)
    gan = HingeGAN(HingeGAN.Config(width=4, conditional=True), spec)
    assert any(name.startswith("judge.embedding.parametrizations") for name in gan.D.state_dict())
    x = torch.randn(1, 1, 16, 16).expand(2, -1, -1, -1)
    logits = gan.D(x, torch.arange(2))
    assert logits[0] != logits[1]


def test_scores_are_steeper_where_samples_lie_closer_together() -> None:
    spread = []
    for shape in ((1, 16, 16), (1, 32, 32)):
        gan = HingeGAN(HingeGAN.Config(width=4, lipschitz=3.0), SampleSpec("image", shape))
        gan.D.forward = lambda x, c: torch.ones(len(x))
        spread.append(gan.g_terms(Batch(torch.zeros(2, *shape)), torch.zeros(2, *shape))["fooled"])
    assert spread == [-3.0, -1.5]


def test_a_score_that_nothing_bounds_is_left_as_it_is() -> None:
    spec = SampleSpec("image", (1, 16, 16))
    gan = HingeGAN(HingeGAN.Config(width=4, lipschitz=3.0, spectral=False), spec)
    gan.D.forward = lambda x, c: torch.ones(len(x))
    x = torch.zeros(2, *spec.shape)
    assert gan.g_terms(Batch(x), x)["fooled"] == -1

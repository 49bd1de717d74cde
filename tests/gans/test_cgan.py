import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.cgan import CGAN
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

DARK_OR_LIGHT = SampleSpec("image", (1, 16, 16), ConditionSpec("classes", ("dark", "light")))


def build(**knobs: object) -> Trainer:
    y = torch.arange(64) % 2
    x = (y.view(-1, 1, 1, 1) * 255).expand(-1, 1, 16, 16).to(torch.uint8)
    config = CGAN.Config(**{"batch": 16, "width": 4, "z_dim": 4, **knobs})
    machine = Machine(torch.device("cpu"), torch.float32, False, 1)
    return Trainer.build(CGAN, config, DARK_OR_LIGHT, Samples(x, y), 0, machine)


@pytest.mark.parametrize(
    ("backbone", "conditioning"),
    [("conv", "projection"), ("conv", "concat"), ("mlp", "projection")],
)
def test_each_class_is_made_as_it_was_shown(backbone: str, conditioning: str) -> None:
    made = build(backbone=backbone, conditioning=conditioning, g_lr=5e-3, d_lr=2e-3, ema_kimg=0.0)
    for _ in range(50):
        made.step()
    z = torch.randn(16, 4)
    with torch.no_grad():
        dark, light = (
            made.gan.sample(made.averaged(), z, {"classes": torch.full((16,), c)}) for c in (0, 1)
        )
    assert light.mean() - dark.mean() > 0.3


def test_the_paper_has_planes_at_the_start_and_nothing_at_the_end() -> None:
    D = build(conditioning="concat").gan.D
    assert D.stages[0][0].in_channels == 3
    assert D.judge.embedding is None
    D = build(conditioning="projection").gan.D
    assert D.stages[0][0].in_channels == 1
    assert D.judge.embedding.weight.shape[0] == 2


def test_data_without_classes_is_refused() -> None:
    (reason,) = CGAN.misfits(CGAN.Config(), SampleSpec("image", (1, 16, 16)))
    assert "classes" in reason


def test_odd_sides_are_for_plain_networks_only() -> None:
    odd = SampleSpec("image", (1, 15, 15), DARK_OR_LIGHT.condition)
    assert CGAN.misfits(CGAN.Config(), odd)
    assert not CGAN.misfits(CGAN.Config(backbone="mlp"), odd)

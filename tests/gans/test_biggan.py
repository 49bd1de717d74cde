import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.biggan import BigGAN
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

SPEC = SampleSpec("image", (1, 16, 16), ConditionSpec("classes", ("dark", "light")))


def build(**knobs: object) -> Trainer:
    labels = torch.arange(32) % 2
    x = (labels * 255).to(torch.uint8).view(-1, 1, 1, 1).expand(-1, *SPEC.shape).contiguous()
    config = BigGAN.Config(**{"batch": 8, "width": 4, "z_dim": 6, **knobs})
    machine = Machine(torch.device("cpu"), torch.float32, True, 1)
    return Trainer.build(BigGAN, config, SPEC, Samples(x, labels), 0, machine)


def test_each_class_gets_its_own_brightness() -> None:
    made = build(g_lr=1e-2, d_lr=1e-2, ema_kimg=0.1)
    for _ in range(60):
        made.step()
    c = torch.tensor([0, 1]).repeat(4)
    with torch.no_grad():
        x = made.gan.sample(made.averaged(), torch.randn(8, 6), {"classes": c})
    means = x.flatten(1).mean(1)
    assert means[c == 1].min() > means[c == 0].max() + 0.5


def test_the_hinge_leaves_alone_what_is_told_apart_well_enough() -> None:
    made = build()
    batch = next(made.batches)
    made.gan.D.register_forward_hook(lambda module, inputs, logits: sign * (logits * 0 + 2))
    sign = torch.tensor([1.0] * 8 + [-1.0] * 8)
    terms = made.gan.d_terms(batch, batch.x)
    assert {name: term.item() for name, term in terms.items()} == {"real": 0, "fake": 0}
    sign = -sign
    terms = made.gan.d_terms(batch, batch.x)
    assert {name: term.item() for name, term in terms.items()} == {"real": 3, "fake": 3}


def test_filters_that_are_alike_cost_unless_it_is_turned_off() -> None:
    made = build(ortho_weight=1.0)
    fresh = made.gan.g_terms(next(made.batches), made.gan.fakes(*_drawn(made)))["ortho"]
    weight = made.gan.G.blocks[0].conv1.parametrizations.weight.original
    with torch.no_grad():
        weight[1] = weight[0]
    alike = made.gan.g_terms(next(made.batches), made.gan.fakes(*_drawn(made)))["ortho"]
    assert alike.item() == pytest.approx(fresh.item() + 2, rel=0.05)  # rows of length one
    made.gan.config = made.gan.config.model_copy(update={"ortho_weight": 0.0})
    assert set(made.gan.g_terms(next(made.batches), made.gan.fakes(*_drawn(made)))) == {"fooled"}


def test_truncated_latents_make_pictures_of_less_variety() -> None:
    made = build()
    players, z, c = made.averaged(), torch.randn(16, 6), torch.zeros(16, dtype=torch.long)
    with torch.no_grad():
        spread = [
            made.gan.sample(players, z, {"classes": c}, psi=psi).var(0).mean().item()
            for psi in (0.2, 1.0)
        ]
    assert spread[0] < spread[1] / 4


@pytest.mark.parametrize("knobs", [{"hierarchical": False}, {"attention": True}])
def test_it_trains_without_hierarchy_and_with_attention(knobs: dict[str, bool]) -> None:
    made = build(**knobs)
    for _ in range(2):
        made.step()
    assert made.finite()


def _drawn(made: Trainer) -> tuple[object, torch.Tensor]:
    return next(made.batches), torch.zeros(8, 6)


def test_attention_without_a_grid_to_stand_on_is_refused() -> None:
    small = SampleSpec("image", (1, 8, 8), SPEC.condition)
    (reason,) = BigGAN.misfits(BigGAN.Config(attention=True), small)
    assert "attention" in reason
    assert BigGAN.misfits(BigGAN.Config(), small) == []
    assert BigGAN.misfits(BigGAN.Config(attention=True), SPEC) == []

"""What holds for every variant the registry finds, on every kind of sample it declares."""

import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN, side_of
from ganstudio.knobs import knobs_of
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CLASSES = ConditionSpec("classes", ("one", "two", "three"))
SHAPES = {"points": (2,), "image": (3, 16, 16), "voxels": (1, 16, 16, 16)}
CPU = Machine(torch.device("cpu"), torch.float32, False, 1)
VARIANTS = registry.discover("gans")
PAIRS = [(key, kind) for key, variant in VARIANTS.items() for kind in variant.takes]


def trainer(key: str, kind: str, seed: int = 0, **knobs: object) -> Trainer:
    variant: type[GAN] = VARIANTS[key]
    spec = SampleSpec(kind, SHAPES[kind], CLASSES)
    config = variant.Config(batch=6, width=4, **knobs)
    made = torch.Generator().manual_seed(1)
    if kind == "points":
        x = torch.rand(24, *spec.shape, generator=made) * 2 - 1
    else:
        x = torch.randint(0, 256, (24, *spec.shape), generator=made, dtype=torch.uint8)
    samples = Samples(x, torch.arange(24) % 3)
    return Trainer.build(variant, config, spec, samples, seed, CPU)


def weights(made: Trainer, side: str) -> list[torch.Tensor]:
    return [
        p.detach().clone()
        for name, player in made.gan.players.items()
        if side_of(name) == side
        for p in player.parameters()
    ]


def same(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize(("key", "kind"), PAIRS)
def test_a_step_of_one_side_changes_that_side_alone(key: str, kind: str) -> None:
    made = trainer(key, kind)
    for side, other in (("D", "G"), ("G", "D")):
        own, others = weights(made, side), weights(made, other)
        made.step(side)
        assert not same(own, weights(made, side))
        assert same(others, weights(made, other))
    assert made.steps == 0


@pytest.mark.parametrize(("key", "kind"), PAIRS)
def test_terms_are_named_and_finite_and_both_sides_have_some(key: str, kind: str) -> None:
    made = trainer(key, kind)
    for _ in range(2):
        made.step()
    terms = made.read()
    assert {name[0] for name in terms} == {"D", "G"}
    assert all(abs(value) < 1e6 for value in terms.values())
    assert made.read() == {}


@pytest.mark.parametrize(("key", "kind"), PAIRS)
def test_a_checkpoint_goes_on_to_the_bit(key: str, kind: str) -> None:
    straight = trainer(key, kind)
    for _ in range(4):
        straight.step()
    halfway = trainer(key, kind)
    for _ in range(2):
        halfway.step()
    kept = halfway.snapshot()
    resumed = trainer(key, kind, seed=9)
    resumed.batches.seed = 0  # the order belongs to the recipe's seed
    resumed.restore(kept)
    straight.read()
    for _ in range(2):
        resumed.step()
    for side in "GD":
        assert same(weights(straight, side), weights(resumed, side))
    assert (straight.nimg, straight.steps) == (resumed.nimg, resumed.steps)


@pytest.mark.parametrize(("key", "kind"), PAIRS)
def test_one_seed_gives_one_training_and_another_another(key: str, kind: str) -> None:
    runs = []
    for seed in (0, 0, 1):
        made = trainer(key, kind, seed)
        made.step()
        runs.append((made.read(), weights(made, "G")))
    assert runs[0][0] == runs[1][0]
    assert same(runs[0][1], runs[1][1])
    assert runs[0][0] != runs[2][0]


@pytest.mark.parametrize(("key", "kind"), PAIRS)
def test_samples_have_the_declared_shape_with_and_without_classes(key: str, kind: str) -> None:
    told = [{}]
    if "conditional" in VARIANTS[key].Config.model_fields:
        told.append({"conditional": True})
    for knobs in told:
        made = trainer(key, kind, **knobs)
        made.step()
        z = torch.randn(3, made.gan.config.z_dim)
        c = torch.tensor([0, 1, 2]) if made.gan.condition.classes else None
        with torch.no_grad():
            x = made.gan.sample(made.averaged(), z, c, psi=0.7)
        assert x.shape == (3, *SHAPES[kind])
        assert torch.isfinite(x).all()


@pytest.mark.parametrize("key", VARIANTS)
def test_a_variant_says_what_it_is(key: str) -> None:
    variant = VARIANTS[key]
    assert variant.title
    assert variant.family
    assert "Source:" in (variant.__doc__ or "")
    assert "arXiv" in (variant.__doc__ or "")
    assert all(k.help.endswith((".", ")")) for k in knobs_of(variant.Config).values())


@pytest.mark.parametrize("key", VARIANTS)
def test_a_live_rate_of_zero_stands_still(key: str) -> None:
    made = trainer(key, VARIANTS[key].takes[0])
    made.step()
    before = weights(made, "G")
    made.gan.config = made.gan.config.model_copy(update={"g_lr": 0.0})
    made.step()
    assert same(before, weights(made, "G"))


def test_instance_noise_hides_the_samples_from_the_discriminator() -> None:
    seen = []
    made = trainer("dcgan", "image", instance_noise=0.5)
    made.gan.D.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].std()))
    made.step("D")
    plain = trainer("dcgan", "image")
    plain.gan.D.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].std()))
    plain.step("D")
    assert seen[0] > seen[2] + 0.1


def test_a_lazy_phase_is_paid_for_in_rate_and_memory() -> None:
    made = trainer("gan3d", "voxels", r1_every=4, d_lr=1e-3)
    assert made.gan.rate("D") == pytest.approx(0.8e-3)
    assert made.gan.rate("G") == made.gan.config.g_lr
    (group,) = made.optimizers["D"].param_groups
    assert group["betas"] == pytest.approx((0.5**0.8, 0.999**0.8))


def test_noise_fades() -> None:
    made = trainer("dcgan", "image", instance_noise=1.0, noise_kimg=1.0)
    x = torch.zeros(4, 3, 16, 16)
    made.nimg = 500
    assert made._noisy(x).std().item() == pytest.approx(0.5, rel=0.1)
    made.nimg = 1000
    assert made._noisy(x) is not None
    assert not made._noisy(x).any()

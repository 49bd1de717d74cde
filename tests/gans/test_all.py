"""What holds for every variant the registry finds, on every kind of sample it declares."""

import tomllib

import pytest
import torch

from ganstudio import registry
from ganstudio.data.base import Samples
from ganstudio.gans.base import GAN, side_of
from ganstudio.knobs import knobs_of
from ganstudio.nn.batch import Batch
from ganstudio.recipe import Recipe
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

CLASSES = ConditionSpec("classes", ("one", "two", "three"))
WORDS = ("", "?", *["a", "round", "square", "red", "green", "blue", "big", "small", "shape"])
COUNT = 24
SHAPES = {"points": (2,), "image": (3, 16, 16), "voxels": (1, 16, 16, 16)}
CPU = Machine(torch.device("cpu"), torch.float32, False, 1)
VARIANTS = registry.discover("gans")
PAIRS = [(key, kind) for key, variant in VARIANTS.items() for kind in variant.takes]
STEERED = [
    (key, kind)
    for key, kind in PAIRS
    if kind != "points" and not knobs_of(VARIANTS[key].Config)["augment_target"].settled
]
DRAWN = [(key, kind) for key, kind in PAIRS if knobs_of(VARIANTS[key].Config)["z_dim"].high]


def offers(kind: str) -> tuple[ConditionSpec, ...]:
    """Everything that a set of this kind of samples could tell of them."""
    if kind != "image":
        return ()
    return (
        ConditionSpec("attributes", ("tall", "wide"), (2,)),
        ConditionSpec("image", shape=SHAPES["image"]),
        ConditionSpec("domain", shape=SHAPES["image"]),
        ConditionSpec("text", WORDS, (6,)),
        ConditionSpec("sound", shape=(1, 32, 24)),
    )


def conditions(spec: ConditionSpec, made: torch.Generator) -> torch.Tensor | None:
    """Conditions for the samples, as a data set stores them; None where they are the labels."""
    if spec.kind == "attributes":
        return torch.randint(0, 2, (COUNT, len(spec.names)), generator=made).float()
    if spec.kind == "text":
        return torch.randint(0, len(spec.names), (COUNT, *spec.shape), generator=made)
    if spec.kind in ("image", "domain", "sound"):
        count = COUNT - 5 if spec.kind == "domain" else COUNT
        return torch.randint(0, 256, (count, *spec.shape), generator=made, dtype=torch.uint8)
    return None


def trainer(key: str, kind: str, seed: int = 0, **knobs: object) -> Trainer:
    variant: type[GAN] = VARIANTS[key]
    spec = SampleSpec(kind, SHAPES[kind], CLASSES, offers(kind)).telling(variant.told)
    config = variant.Config(**{"batch": 6, "width": 4, **small(variant), **knobs})
    made = torch.Generator().manual_seed(1)
    if kind == "points":
        x = torch.rand(COUNT, *spec.shape, generator=made) * 2 - 1
    else:
        x = torch.randint(0, 256, (COUNT, *spec.shape), generator=made, dtype=torch.uint8)
    samples = Samples(x, torch.arange(COUNT) % 3, told=conditions(spec.condition, made))
    return Trainer.build(variant, config, spec, samples, seed, CPU)


def small(variant: type[GAN]) -> dict[str, object]:
    """The variant's own test knobs: its lowest width where 4 is too narrow."""
    low = knobs_of(variant.Config)["width"].low
    return {"width": int(max(low or 0, 4))}


def told(made: Trainer, count: int) -> dict[str, torch.Tensor]:
    """The inputs of the generator for the first samples."""
    batch = next(made.batches)
    c = None if batch.c is None else batch.c[:count]
    return made.gan.tell(Batch(batch.x[:count], c))


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
    wishes = [{}]
    if "conditional" in VARIANTS[key].Config.model_fields:
        wishes.append({"conditional": True})
    for knobs in wishes:
        made = trainer(key, kind, **knobs)
        made.step()
        z = torch.randn(3, made.gan.config.z_dim)
        inputs = told(made, 3)
        assert set(inputs) == {taken.kind for taken in made.gan.inputs}
        with torch.no_grad():
            x = made.gan.sample(made.averaged(), z, inputs, psi=0.7)
            beside = made.gan.beside(made.averaged(), x, inputs)
        for shown in (x, *beside.values()):
            assert shown.shape == (3, *SHAPES[kind])
            assert torch.isfinite(shown).all()


@pytest.mark.parametrize(("key", "kind"), PAIRS)
def test_the_discriminators_side_judges_samples(key: str, kind: str) -> None:
    wishes = [{}]
    if "conditional" in VARIANTS[key].Config.model_fields:
        wishes.append({"conditional": True})
    for knobs in wishes:
        made = trainer(key, kind, **knobs)
        made.step()
        gan, inputs = made.gan, told(made, 4)
        assert set(gan.judges) <= set(gan.players)
        players = {name: gan.players[name].eval().requires_grad_(False) for name in gan.judges}
        x = next(made.batches).x[:4].clone().requires_grad_()
        scores = gan.judge(players, x, inputs)
        assert scores.shape == (4,)
        assert scores.dtype == torch.float32
        assert torch.isfinite(scores).all()
        (slope,) = torch.autograd.grad(scores.sum(), x)
        assert torch.isfinite(slope).all()
        assert slope.abs().sum() > 0
        assert gan.scale.words
        assert gan.scale.note.endswith(".")
        assert not gan.scale.probability or gan.scale.middle == 0


@pytest.mark.parametrize("key", [key for key in VARIANTS if key != "introvae"])  # noise is no code
def test_a_judge_that_was_taught_prefers_real_samples(key: str) -> None:
    kinds = VARIANTS[key].takes
    made = trainer(key, "image" if "image" in kinds else kinds[0], d_lr=1e-2)
    for _ in range(25):
        made.step("D")
    gan, inputs = made.gan, told(made, 6)
    players = {name: gan.players[name].eval() for name in gan.judges}
    z = torch.randn(6, gan.config.z_dim, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        fake = gan.sample(made.averaged(), z, inputs)
        real = next(made.batches).x[:6]
        assert gan.judge(players, real, inputs).mean() > gan.judge(players, fake, inputs).mean()


@pytest.mark.parametrize(("key", "kind"), DRAWN)
def test_truncated_samples_are_more_alike(key: str, kind: str) -> None:
    made = trainer(key, kind)
    for _ in range(2):
        made.step()
    z = torch.randn(8, made.gan.config.z_dim, generator=torch.Generator().manual_seed(0))
    inputs = {name: c.expand(8, *c.shape[1:]) for name, c in told(made, 1).items()}
    players = made.averaged()
    with torch.no_grad():
        near, far = (made.gan.sample(players, z, inputs, psi).var(0).mean() for psi in (0.3, 1.0))
    assert near < 0.7 * far


@pytest.mark.parametrize(("key", "kind"), STEERED)
def test_a_target_moves_the_chance_wherever_it_is_offered(key: str, kind: str) -> None:
    made = trainer(key, kind, augment=0.2, augment_target=0.6)
    before = made.augmenter.strength.chance.item()
    made.step("D")
    terms = made.read()
    assert made.augmenter.strength.chance.item() != before
    assert 0 <= terms["D/augment"] <= 0.8
    assert -1 <= terms["D/real_sign"] <= 1


@pytest.mark.parametrize(("key", "kind"), PAIRS)
def test_points_are_not_augmented(key: str, kind: str) -> None:
    variant = VARIANTS[key]
    spec = SampleSpec(kind, SHAPES[kind], CLASSES, offers(kind)).telling(variant.told)
    for name in ("augment", "augment_target"):
        if knobs_of(variant.Config)[name].settled:
            continue
        found = variant.misfits(variant.Config(**{**small(variant), name: 0.5}), spec)
        assert any("points" in line for line in found) == (kind == "points")


@pytest.mark.parametrize(("key", "kind"), PAIRS)
def test_classes_can_be_blended(key: str, kind: str) -> None:
    blendable = "conditional" in VARIANTS[key].Config.model_fields
    if not blendable and VARIANTS[key].told != "classes":
        return
    made = trainer(key, kind, **({"conditional": True} if blendable else {}))
    players, z = made.averaged(), torch.randn(3, made.gan.config.z_dim)
    indices, weights = torch.tensor([2, 0, 1]), torch.eye(3)[[2, 0, 1]]
    with torch.no_grad():
        whole = made.gan.sample(players, z, {"classes": indices})
        blended = made.gan.sample(players, z, {"classes": weights})
        half = made.gan.sample(players, z, {"classes": (weights + torch.eye(3)[0]) / 2})
    torch.testing.assert_close(whole, blended)
    assert half.shape == whole.shape


@pytest.mark.parametrize("key", VARIANTS)
def test_its_default_data_exists_and_fits(key: str) -> None:
    recipe = Recipe.make(key)
    assert recipe.data == VARIANTS[key].default_data
    assert Recipe.from_dict(tomllib.loads(recipe.to_toml())) == recipe


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


@pytest.mark.parametrize(("every", "n_critic", "share"), [(1, 1, 1 / 2), (4, 3, 12 / 13)])
def test_a_lazy_phase_is_paid_for_by_the_updates_that_it_adds(
    every: int, n_critic: int, share: float
) -> None:
    made = trainer("gan3d", "voxels", r1_every=every, n_critic=n_critic, d_lr=1e-3)
    assert made.gan.rate("D") == pytest.approx(1e-3 * share)


def test_memory_and_rate_change_together_when_a_penalty_is_turned_off() -> None:
    made = trainer("gan3d", "voxels", r1_every=4, d_lr=1e-3)
    made.step()
    made.gan.config = made.gan.config.model_copy(update={"r1_weight": 0.0})
    made.step()
    (group,) = made.optimizers["D"].param_groups
    assert group["lr"] == pytest.approx(1e-3)
    assert group["betas"] == pytest.approx((0.5, 0.999))


def test_an_optimiser_gets_only_settings_that_it_has() -> None:
    made = trainer("wgan", "points", d_lr=1e-3)
    made.step("D")
    (group,) = made.optimizers["D"].param_groups
    assert group["lr"] == 1e-3
    assert "betas" not in group


def test_values_to_plot_come_from_any_device() -> None:
    made = trainer("dcgan", "image")
    made.machine = Machine(torch.device("meta"), torch.float32, False, 1)
    made._add("D/here", torch.tensor(1.0))
    made._add("D/there", torch.zeros((), device="meta"))
    assert {value.device.type for value in made._sums.values()} == {"meta"}


def test_a_variant_knows_how_far_it_is_also_when_resumed() -> None:
    made = trainer("introvae", "image", vae_kimg=0.01)
    for _ in range(3):
        made.step()
    resumed = trainer("introvae", "image", vae_kimg=0.01)
    assert resumed.gan.status
    resumed.restore(made.snapshot())
    assert resumed.gan.nimg == 18
    assert not resumed.gan.status


def test_noise_fades() -> None:
    made = trainer("dcgan", "image", instance_noise=1.0, noise_kimg=1.0)
    x = torch.zeros(4, 3, 16, 16)
    made.nimg = 500
    assert made._noisy(x).std().item() == pytest.approx(0.5, rel=0.1)
    made.nimg = 1000
    assert made._noisy(x) is not None
    assert not made._noisy(x).any()

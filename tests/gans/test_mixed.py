import itertools
from typing import get_args

import pytest
import torch

from ganstudio.data.base import Samples
from ganstudio.gans.mixed import MixedConfig, MixedGAN, Penalty
from ganstudio.knobs import knobs_of
from ganstudio.nn.backbones.base import backbones
from ganstudio.nn.blocks import Norm
from ganstudio.nn.objectives import OBJECTIVES
from ganstudio.samples import ConditionSpec, SampleSpec
from ganstudio.train.speed import Machine
from ganstudio.train.trainer import Trainer

POINTS = SampleSpec("points", (2,))
IMAGES = SampleSpec("image", (1, 16, 16), ConditionSpec("classes", ("one", "two")))
CPU = Machine(torch.device("cpu"), torch.float32, False, 1)


def build(spec: SampleSpec, **knobs: object) -> Trainer:
    y = torch.arange(8) % 2
    made = torch.Generator().manual_seed(0)
    x = torch.rand(8, *spec.shape, generator=made) * 2 - 1
    samples = Samples(x if spec.kind == "points" else (x * 127 + 128).to(torch.uint8), y)
    config = MixedConfig(**{"batch": 4, "width": 4, "z_dim": 2, **knobs})
    return Trainer.build(MixedGAN, config, spec, samples, 0, CPU)


def reasons(spec: SampleSpec = IMAGES, **knobs: object) -> list[str]:
    return MixedGAN.misfits(MixedConfig(**knobs), spec)


def test_the_lists_are_what_there_is() -> None:
    knobs = knobs_of(MixedConfig)
    assert set(knobs["objective"].choices) == set(OBJECTIVES)
    assert set(knobs["backbone"].choices) == {"auto", *backbones()}


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("penalty", get_args(Penalty))
def test_every_mix_that_is_not_refused_takes_a_step(objective: str, penalty: str) -> None:
    tried = 0
    for norm, spec in itertools.product(get_args(Norm), (POINTS, IMAGES)):
        knobs = {"objective": objective, "penalty": penalty, "d_norm": norm}
        if reasons(spec, **knobs):
            continue
        made = build(spec, **knobs)
        made.step()
        assert all(abs(value) < 1e6 for value in made.read().values())
        tried += 1
    assert tried >= 2


@pytest.mark.parametrize(
    ("knobs", "spec", "word"),
    [
        ({"objective": "wasserstein", "d_norm": "none"}, IMAGES, "without limit"),
        (
            {"objective": "wasserstein", "d_norm": "none", "penalty": "r1", "gamma": 0.0},
            IMAGES,
            "without limit",
        ),
        ({"penalty": "gradient_penalty", "d_norm": "batch"}, IMAGES, "mixes the samples"),
        ({"penalty": "r1_r2", "d_norm": "batch"}, IMAGES, "mixes the samples"),
        ({"penalty": "clip", "d_norm": "spectral"}, IMAGES, "clip does nothing"),
        ({"objective": "wasserstein", "augment_target": 0.6}, IMAGES, "augment_target"),
        ({"objective": "relativistic", "augment_target": 0.6}, IMAGES, "augment_target"),
        ({"objective": "least_squares", "augment_target": 0.6}, IMAGES, "augment_target"),
        ({"backbone": "mlp", "width": 256}, SampleSpec("voxels", (1, 64, 64, 64)), "million"),
        ({"backbone": "conv"}, POINTS, "conv networks make image or voxels"),
        ({"conditioning": "concat"}, POINTS, "needs data with classes"),
        ({"g_norm": "instance"}, POINTS, "no instance norm for G"),
        ({}, SampleSpec("image", (1, 15, 15)), "cannot be halved"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(
    knobs: dict[str, object], spec: SampleSpec, word: str
) -> None:
    (reason,) = reasons(spec, **knobs)
    assert word in reason


def test_all_reasons_come_at_once() -> None:
    found = reasons(
        POINTS, penalty="r1", d_norm="batch", backbone="conv", conditioning="projection"
    )
    assert len(found) == 3


@pytest.mark.parametrize("penalty", ["gradient_penalty", "r1", "r2", "r1_r2"])
def test_a_penalty_of_no_weight_is_not_taken(penalty: str) -> None:
    made = build(POINTS, penalty=penalty, d_norm="none", gp_weight=0.0, gamma=0.0)
    made.step("D")
    assert set(made.read()) == {"D/told_apart", "D/gap"}


def test_the_defaults_and_the_published_mixes_are_welcome() -> None:
    for spec in (POINTS, IMAGES):
        assert reasons(spec) == []
    for objective, penalty, norm in (
        ("non_saturating", "none", "batch"),
        ("least_squares", "none", "batch"),
        ("wasserstein", "clip", "batch"),
        ("wasserstein", "gradient_penalty", "none"),
        ("wasserstein", "none", "spectral"),
        ("relativistic", "r1_r2", "none"),
    ):
        assert reasons(objective=objective, penalty=penalty, d_norm=norm) == []


@pytest.mark.parametrize(
    ("penalty", "terms"),
    [
        ("none", set()),
        ("clip", set()),
        ("gradient_penalty", {"D/penalty"}),
        ("r1", {"D/r1"}),
        ("r2", {"D/r2"}),
        ("r1_r2", {"D/r1", "D/r2"}),
    ],
)
def test_each_penalty_is_a_curve_of_its_own(penalty: str, terms: set[str]) -> None:
    made = build(POINTS, penalty=penalty, d_norm="none")
    made.step("D")
    assert set(made.read()) == {"D/told_apart", "D/gap"} | terms
    largest = max(p.abs().max().item() for p in made.gan.D.parameters())
    assert (largest <= 0.0101) == (penalty == "clip")


@pytest.mark.parametrize("conditioning", ["concat", "projection"])
def test_a_mix_can_be_told_the_class(conditioning: str) -> None:
    made = build(IMAGES, conditioning=conditioning)
    made.step()
    assert [taken.kind for taken in made.gan.inputs] == ["classes"]
    assert (made.gan.D.judge.embedding is None) == (conditioning == "concat")
    assert build(IMAGES).gan.inputs == ()


def test_only_a_bounded_discriminator_is_made_steeper() -> None:
    for norm, ratio in (("spectral", 4.0), ("none", 1.0)):
        gaps = []
        for k in (2.0, 8.0):
            made = build(IMAGES, d_norm=norm, lipschitz=k)
            made.step("D")
            gaps.append(made.read()["D/gap"])
        assert gaps[1] / gaps[0] == pytest.approx(ratio, rel=1e-4)

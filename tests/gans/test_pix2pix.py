"""Pairs: what D is shown, what the distance weighs, and when rates fall."""

from dataclasses import replace

import pytest
import torch

from ganstudio.gans.pix2pix import Pix2Pix, Pix2PixConfig
from ganstudio.nn.batch import Batch
from ganstudio.samples import ConditionSpec, SampleSpec

SOURCE = ConditionSpec("image", shape=(1, 16, 16))
SPEC = SampleSpec("image", (3, 16, 16), SOURCE)


def build(**knobs: object) -> Pix2Pix:
    torch.manual_seed(0)
    return Pix2Pix(Pix2PixConfig(width=4, **knobs), SPEC)


def test_the_discriminator_sees_source_and_target_together() -> None:
    gan, seen = build(), []
    gan.D.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    batch = Batch(torch.rand(2, 3, 16, 16), torch.rand(2, 1, 16, 16))
    fake = torch.rand(2, 3, 16, 16)
    gan.d_terms(batch, fake)
    assert torch.equal(seen[0], torch.cat([batch.c, batch.x], 1))
    assert torch.equal(seen[1], torch.cat([batch.c, fake], 1))


def test_the_distance_to_the_target_counts_a_hundred_times() -> None:
    gan = build()
    batch = Batch(torch.zeros(2, 3, 16, 16), torch.zeros(2, 1, 16, 16))
    terms = gan.g_terms(batch, torch.full((2, 3, 16, 16), 0.25))
    assert terms["distance"].item() == pytest.approx(25)
    assert gan.watched["l1"].item() == pytest.approx(0.25)


def test_one_source_has_one_answer_once_trained() -> None:
    gan = build()
    told = {"image": torch.rand(2, 1, 16, 16)}
    assert not torch.equal(
        gan.sample(gan.players, torch.zeros(2, 0), told),
        gan.sample(gan.players, torch.zeros(2, 0), told),
    )
    players = {"G": gan.G.eval()}
    first, second = (gan.sample(players, torch.zeros(2, 0), told) for _ in range(2))
    assert torch.equal(first, second)


def test_rates_fall_late_where_asked() -> None:
    gan = build(decay_kimg=2.0, g_lr=0.1, d_lr=0.2)
    rates = []
    for nimg in (0, 1000, 1500, 5000):
        gan.nimg = nimg
        rates.append((gan.rate("G"), gan.rate("D")))
    assert rates[0] == rates[1] == (0.1, 0.2)
    assert rates[2] == pytest.approx((0.05, 0.1))
    assert rates[3] == pytest.approx((0.001, 0.002))


@pytest.mark.parametrize(
    ("shape", "source", "knobs", "fault"),
    [
        ((3, 18, 18), (1, 18, 18), {}, "divisible by 4"),
        ((3, 16, 16), (1, 32, 32), {}, "as large as"),
        ((3, 16, 16), (1, 16, 16), {"d_halvings": 3}, "d_halvings"),
    ],
)
def test_what_does_not_fit_is_named(shape: tuple, source: tuple, knobs: dict, fault: str) -> None:
    spec = replace(SPEC, shape=shape, condition=ConditionSpec("image", shape=source))
    assert any(fault in line for line in Pix2Pix.misfits(Pix2PixConfig(**knobs), spec))
    assert Pix2Pix.misfits(Pix2PixConfig(), SPEC) == []
